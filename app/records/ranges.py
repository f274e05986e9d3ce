"""Number ranges looked at as a whole: which numbers are missing, and whether the log says why."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from sqlalchemy import Connection, select

from app.access.actor import Actor
from app.errors import Conflict
from app.language import Label
from app.meta.model import Field
from app.meta.numbering import counted, period_of, reader
from app.runtime.snapshot import Snapshot
from app.storage.names import column_name
from app.system import audit
from app.system.numbers import Gap, explain_gap, explained, gaps, last_of, move, range_key_of, without
from app.system.tables import now

#: What the audit trail calls it.
EXPLAINED: Final = "numbers.explain"
_NO_REASON: Final = Label(
    "Eine Lücke wird nicht ohne Grund erklärt. Sagen Sie mit „--reason“, warum es diese Nummern nicht gibt.",
    "A gap isn't explained without a reason. Say with “--reason” why these numbers don't occur.",
)
_NO_GAP: Final = Label(
    "Diese Nummern fehlen nicht, oder es ist schon erklärt, warum. „lotse numbers“ nennt die Lücken ohne Erklärung.",
    "These numbers aren't missing, or it is explained already why. “lotse numbers” names the gaps without an "
    "explanation.",
)
#: What the audit trail calls it where counting goes on after another number.
MOVED: Final = "numbers.move"
_NO_MOVE_REASON: Final = Label(
    "Nummern werden nicht ohne Grund ausgelassen. Sagen Sie mit „--reason“, warum.",
    "Numbers aren't left out without a reason. Say with “--reason” why.",
)
_NO_RANGE: Final = Label(
    "Es gibt keinen Nummernkreis „{range}“. Schreiben Sie Objektart und Feld, etwa „invoice.invoice_no“.",
    "There is no range of numbers “{range}”. Write entity and field, such as “invoice.invoice_no”.",
)
_NO_PERIOD: Final = Label(
    "„{period}“ ist kein Zeitraum, in dem dieser Nummernkreis zählt. Heute ist es „{today}“.",
    "“{period}” is no period in which this range counts. Today it is “{today}”.",
)
#: Rows that are fetched at once.
_PAGE: Final = 10_000


def unexplained_gaps(connection: Connection, snapshot: Snapshot) -> Iterator[Gap]:
    """Yield the gaps of gapless ranges that nothing in the log explains; records in the archive keep their numbers.

    Args:
        connection: an open transaction.
        snapshot: the configuration in force.
    """
    for field in _numbered(snapshot):
        if field.number is not None and field.number.gapless:
            yield from unexplained_of(connection, snapshot, field)


def unexplained_of(connection: Connection, snapshot: Snapshot, field: Field) -> Iterator[Gap]:
    """Yield the gaps of one range that nothing in the log explains."""
    range_key = range_key_of(field.entity, field.key)
    drawn, known = drawn_of(connection, snapshot, field), explained(connection, range_key)
    for period, last in sorted(last_of(connection, range_key).items()):
        for gap in gaps(range_key, period, sorted(drawn.get(period, ())), last):
            yield from without(gap, known.get(period, ()))


def drawn_of(connection: Connection, snapshot: Snapshot, field: Field) -> dict[str, set[int]]:
    """Return the numbers that records have, by period, as far as they are written like today's numbers of the range."""
    assert field.number is not None
    column = snapshot.tables[field.entity].c[column_name(field)]
    pattern, found = reader(field.number.pattern), dict[str, set[int]]()
    statement = select(column).where(column.is_not(None))
    rows = connection.execute(statement, execution_options={"yield_per": _PAGE})
    for text in rows.scalars():
        number = counted(pattern, field.number.restart, text)
        if number is not None:
            found.setdefault(number[0], set()).add(number[1])
    return found


def explain(connection: Connection, snapshot: Snapshot, gap: Gap, reason: str, actor: Actor) -> None:
    """Note why numbers of a range don't occur, in its log and in the audit trail.

    Raises:
        Conflict: no reason is given, or one of the numbers isn't missing, or is explained already.
    """
    if not reason.strip():
        raise Conflict(_NO_REASON)
    known = (
        g for g in unexplained_gaps(connection, snapshot) if (g.range_key, g.period) == (gap.range_key, gap.period)
    )
    if gap.first > gap.last or not any(one.first <= gap.first and gap.last <= one.last for one in known):
        raise Conflict(_NO_GAP)
    explain_gap(connection, gap, reason.strip(), actor.id, now())
    details = {"period": gap.period, "first": gap.first, "last": gap.last, "reason": reason.strip()}
    audit.append(connection, actor, EXPLAINED, gap.range_key, details)


def move_on(
    connection: Connection, snapshot: Snapshot, range_key: str, period: str, last: int, reason: str, actor: Actor
) -> None:
    """Go on counting after another number: invoices of an earlier program, say, that end with 1,042.

    What is left out is explained in the range's log, and who did it stands in the audit trail.

    Args:
        connection: an open transaction that may write.
        snapshot: the configuration in force.
        range_key: entity and field, `invoice.invoice_no`.
        period: the year or month, or "".
        last: the number that counts as the last one drawn.
        reason: why.
        actor: who does it.

    Raises:
        Conflict: there is no such range or period, no reason is given, or numbers up to there are taken already.
    """
    field = next((one for one in _numbered(snapshot) if range_key_of(one.entity, one.key) == range_key), None)
    if field is None or field.number is None:
        raise Conflict(_NO_RANGE.format(range=range_key))
    if not _is_period(field.number.restart, period):
        today = period_of(field.number.restart, now().date())
        raise Conflict(_NO_PERIOD.format(period=period, today=today))
    if not reason.strip():
        raise Conflict(_NO_MOVE_REASON)
    move(connection, range_key, period, last, reason.strip(), actor.id, now())
    audit.append(connection, actor, MOVED, range_key, {"period": period, "last": last, "reason": reason.strip()})


def _numbered(snapshot: Snapshot) -> Iterator[Field]:
    for entity in snapshot.model.entities.values():
        yield from (field for field in entity.fields.values() if field.number is not None)


def _is_period(restart: str, period: str) -> bool:
    year, _, month = period.partition("-")
    try:
        day = date(int(year), int(month or 1), 1) if period else date.min
    except ValueError:
        return False
    return period_of(restart, day) == period
