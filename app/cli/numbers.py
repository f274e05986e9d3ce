"""`lotse numbers`: which numbers of gapless ranges are missing, and why."""

from __future__ import annotations

from typing import Final

import click

from app.access.actor import PRODUCT
from app.cli.console import Console, Exit, guarded, machine_option
from app.cli.installation import opened
from app.cli.ledgers import written
from app.errors import Conflict
from app.language import Label
from app.records.ranges import explain, move_on, unexplained_gaps
from app.system.install import require_schema
from app.system.numbers import Gap, noted

_NONE: Final = Label("Es fehlt keine Nummer ohne Erklärung.", "No number is missing without an explanation.")
_SOME: Final = Label(
    "{count} Lücken ohne Erklärung. „lotse numbers explain“ hält fest, warum es eine gibt.",
    "{count} gaps without an explanation. “lotse numbers explain” notes why there is one.",
)
_EMPTY: Final = Label("Es ist noch nichts erklärt worden.", "Nothing has been explained yet.")
_NOTED: Final = Label("Festgehalten: {gap}.", "Noted: {gap}.")
_MOVED: Final = Label("Die nächste Nummer ist {next}.", "The next number is {next}.")
_HIGHEST: Final = 999_999_999


@click.group("numbers", invoke_without_command=True)
@machine_option
@click.pass_context
def numbers_group(context: click.Context) -> None:
    """List numbers of gapless ranges that are missing without an explanation.

    Ends with 0 where none is missing, with 1 where some are.

    \b
    Examples:
      lotse numbers
      lotse numbers log
      lotse numbers explain invoice.invoice_no 2026 17 18 --reason "Test before the start"
      lotse numbers move invoice.invoice_no 2026 1042 --reason "Drawn by the earlier program"
    """
    if context.invoked_subcommand is None:
        context.invoke(_list)


@guarded
def _list(console: Console) -> None:
    with opened(console.settings()) as (database, store), database.read() as connection:
        require_schema(connection, database.url)
        found = list(unexplained_gaps(connection, store.snapshot(connection)))
    for gap in found:
        console.line(written(gap))
    if found:
        console.say(_SOME, count=len(found))
    else:
        console.say(_NONE)
    console.answer([_as_json(gap) for gap in found])
    if found:
        raise SystemExit(Exit.REFUSED)


@numbers_group.command("log")
@machine_option
@guarded
def log_command(console: Console) -> None:
    """List which numbers are explained, and why: they were never drawn, or by an earlier pattern of their range.

    \b
    Examples:
      lotse numbers log
    """
    with opened(console.settings()) as (database, _), database.read() as connection:
        require_schema(connection, database.url)
        found = list(noted(connection))
    for one in found:
        console.line(f"{written(one.gap)}: {one.reason}")
    if not found:
        console.say(_EMPTY)
    console.answer([{**_as_json(one.gap), "reason": one.reason, "at": one.at.isoformat()} for one in found])


@numbers_group.command("explain")
@click.argument("range_key", metavar="RANGE")
@click.argument("period")
@click.argument("first", type=click.IntRange(min=1))
@click.argument("last", type=click.IntRange(min=1))
@click.option("--reason", required=True, help="Why these numbers don't occur.")
@machine_option
@guarded
def explain_command(console: Console, range_key: str, period: str, first: int, last: int, reason: str) -> None:
    """Note why numbers of a range don't occur; nobody can change or delete it afterwards.

    RANGE is an entity and its field, PERIOD the year (2026) or month (2026-03) as “lotse numbers” writes it, "" for a
    range that never begins anew; FIRST and LAST are the first and the last number that is missing.

    \b
    Examples:
      lotse numbers explain invoice.invoice_no 2026 17 18 --reason "Test before the start"
    """
    gap = Gap(range_key, period, first, last)
    with opened(console.settings()) as (database, store):
        try:
            with database.write() as connection:
                require_schema(connection, database.url)
                explain(connection, store.snapshot(connection), gap, reason, PRODUCT)
        except Conflict as refused:
            console.fail(refused.message, Exit.REFUSED)
    console.say(_NOTED, gap=written(gap))
    console.answer(_as_json(gap))


@numbers_group.command("move")
@click.argument("range_key", metavar="RANGE")
@click.argument("period")
@click.argument("last", type=click.IntRange(min=1, max=_HIGHEST))
@click.option("--reason", required=True, help="Why numbers are left out.")
@machine_option
@guarded
def move_command(console: Console, range_key: str, period: str, last: int, reason: str) -> None:
    """Go on counting after LAST, where another program has drawn the numbers up to there.

    RANGE is an entity and its field, PERIOD the year (2026) or month (2026-03), "" for a range that never begins anew.
    A range only goes forward, and its log keeps which numbers were left out, and why.

    \b
    Examples:
      lotse numbers move invoice.invoice_no 2026 1042 --reason "Drawn by the earlier program"
    """
    with opened(console.settings()) as (database, store):
        try:
            with database.write() as connection:
                require_schema(connection, database.url)
                move_on(connection, store.snapshot(connection), range_key, period, last, reason, PRODUCT)
        except Conflict as refused:
            console.fail(refused.message, Exit.REFUSED)
    console.say(_MOVED, next=last + 1)
    console.answer({"range": range_key, "period": period, "last": last})


def _as_json(gap: Gap) -> dict[str, object]:
    return {"range": gap.range_key, "period": gap.period, "first": gap.first, "last": gap.last}
