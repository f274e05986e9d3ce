"""Number ranges: one counter for each range and period, and a log of everything that explains a gap.

A number is drawn by one statement that locks its counter until the transaction ends. Whatever rolls the transaction
back gives the number back with it, so that a range has no gap that nobody knows of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, Column, Connection, Index, Table, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

from app.errors import Conflict
from app.language import Label
from app.storage.ledger import FIXED
from app.storage.types import ID, TEXT, UtcDateTime

#: How often a draw that met another one in a circle is tried again.
_ATTEMPTS: Final = 3
#: PostgreSQL's words for two transactions in each other's way.
_OVERTAKEN: Final = frozenset({"40001", "40P01"})

_BUSY: Final = Label(
    "Gerade werden sehr viele Nummern vergeben. Bitte speichern Sie noch einmal.",
    "Very many numbers are being drawn right now. Please save again.",
)
_BACKWARDS: Final = Label(
    "Ein Nummernkreis lässt sich nur nach vorn verschieben: Bis {last} ist schon alles vergeben.",
    "A range of numbers can only be moved forward: everything up to {last} is taken already.",
)

#: One row for each range and period; `last` is the last number that was drawn.
NUMBER: Final = Table(
    "sys_number",
    FIXED,
    Column("range_key", TEXT, primary_key=True),
    Column("period", TEXT, primary_key=True),
    Column("last", BigInteger, nullable=False),
)
#: Why numbers of a range don't occur; only ever added to.
NUMBER_LOG: Final = Table(
    "sys_number_log",
    FIXED,
    Column("id", ID, primary_key=True),
    Column("range_key", TEXT, nullable=False),
    Column("period", TEXT, nullable=False),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("reason", TEXT, nullable=False),
    Column("actor_id", BigInteger, nullable=True),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_sys_number_log__range_key", "range_key", "period"),
)


@dataclass(frozen=True, slots=True)
class Gap:
    """Numbers of a range that don't occur.

    Args:
        range_key: `<entity>.<field>`.
        period: the year or month, or "".
        first, last: the first and the last missing number.
    """

    range_key: str
    period: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Noted:
    """An entry of the log: numbers of a range that are explained.

    Args:
        gap: which numbers.
        reason: why they don't occur, or aren't written like today's any more.
        at: when it was noted, UTC.
    """

    gap: Gap
    reason: str
    at: datetime


def range_key_of(entity_key: str, field_key: str) -> str:
    """Return the name of the range that a field draws from."""
    return f"{entity_key}.{field_key}"


def take(connection: Connection, range_key: str, period: str, count: int = 1) -> int:
    """Draw numbers and return the last of them; the counter stays locked until the transaction ends.

    Raises:
        Conflict: other transactions were in the way again and again.
    """
    for _ in range(_ATTEMPTS):
        try:
            with connection.begin_nested():
                return int(connection.execute(_advance(connection, range_key, period, count)).scalar_one())
        except DBAPIError as failed:
            if getattr(failed.orig, "sqlstate", None) not in _OVERTAKEN:
                raise
    raise Conflict(_BUSY)


def _advance(connection: Connection, range_key: str, period: str, count: int) -> Any:
    values = {"range_key": range_key, "period": period, "last": count}
    keys = [NUMBER.c.range_key, NUMBER.c.period]
    if connection.dialect.name == "postgresql":
        upsert = postgresql.insert(NUMBER).values(values)
        further = upsert.on_conflict_do_update(index_elements=keys, set_={"last": NUMBER.c.last + count})
        return further.returning(NUMBER.c.last)
    lite = sqlite.insert(NUMBER).values(values)
    return lite.on_conflict_do_update(index_elements=keys, set_={"last": NUMBER.c.last + count}).returning(
        NUMBER.c.last
    )


def last_of(connection: Connection, range_key: str) -> Mapping[str, int]:
    """Return the last number that was drawn, by period."""
    statement = select(NUMBER.c.period, NUMBER.c.last).where(NUMBER.c.range_key == range_key)
    return {row.period: row.last for row in connection.execute(statement)}


def explain_gap(connection: Connection, gap: Gap, reason: str, actor_id: int | None, at: datetime) -> None:
    """Note why numbers of a range don't occur: a record was erased, the range was moved, its pattern is another one."""
    row = {"range_key": gap.range_key, "period": gap.period, "first": gap.first, "last": gap.last}
    connection.execute(insert(NUMBER_LOG).values(**row, reason=reason, actor_id=actor_id, at=at))


def move(
    connection: Connection, range_key: str, period: str, last: int, reason: str, actor_id: int | None, at: datetime
) -> None:
    """Go on counting after another number; what is left out is explained in the log.

    Raises:
        Conflict: numbers up to there are taken already.
    """
    reached = take(connection, range_key, period, 0)
    if last < reached:
        raise Conflict(_BACKWARDS.format(last=reached))
    if last > reached:
        take(connection, range_key, period, last - reached)
        explain_gap(connection, Gap(range_key, period, reached + 1, last), reason, actor_id, at)


def gaps(range_key: str, period: str, drawn: Sequence[int], last: int) -> Iterator[Gap]:
    """Yield what is missing between 1 and the last number.

    Args:
        range_key, period: whose numbers.
        drawn: the numbers that occur, ascending.
        last: the last one that was drawn.
    """
    expected = 1
    for number in drawn:
        if number > expected:
            yield Gap(range_key, period, expected, number - 1)
        expected = max(expected, number + 1)
    if expected <= last:
        yield Gap(range_key, period, expected, last)


def explained(connection: Connection, range_key: str) -> Mapping[str, list[tuple[int, int]]]:
    """Return what the log explains, by period, in order."""
    columns = (NUMBER_LOG.c.period, NUMBER_LOG.c.first, NUMBER_LOG.c.last)
    statement = select(*columns).where(NUMBER_LOG.c.range_key == range_key).order_by(NUMBER_LOG.c.first)
    found: dict[str, list[tuple[int, int]]] = {}
    for period, first, last in connection.execute(statement):
        found.setdefault(period, []).append((first, last))
    return found


def noted(connection: Connection) -> Iterator[Noted]:
    """Yield the log of every range, by period and number."""
    order = (NUMBER_LOG.c.range_key, NUMBER_LOG.c.period, NUMBER_LOG.c.first, NUMBER_LOG.c.id)
    for row in connection.execute(select(NUMBER_LOG).order_by(*order)):
        yield Noted(Gap(row.range_key, row.period, row.first, row.last), row.reason, row.at)


def without(gap: Gap, known: Sequence[tuple[int, int]]) -> Iterator[Gap]:
    """Yield what of a gap isn't explained."""
    first = gap.first
    for begins, ends in known:
        if ends < first or begins > gap.last:
            continue
        if begins > first:
            yield Gap(gap.range_key, gap.period, first, begins - 1)
        first = max(first, ends + 1)
    if first <= gap.last:
        yield Gap(gap.range_key, gap.period, first, gap.last)
