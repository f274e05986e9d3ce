"""Number ranges looked at as a whole: which numbers are missing, and whether the log says why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection, select

from app.meta.model import Field
from app.meta.numbering import counted, reader
from app.runtime.snapshot import Snapshot
from app.storage.names import column_name
from app.system.numbers import Gap, explained, gaps, last_of, without

#: Rows that are fetched at once.
_PAGE: Final = 10_000


def unexplained_gaps(connection: Connection, snapshot: Snapshot) -> Iterator[Gap]:
    """Yield the gaps of gapless ranges that nothing in the log explains; records in the archive keep their numbers.

    Args:
        connection: an open transaction.
        snapshot: the configuration in force.
    """
    for entity in snapshot.model.entities.values():
        for field in entity.fields.values():
            if field.number is not None and field.number.gapless:
                yield from _of_range(connection, snapshot, field)


def _of_range(connection: Connection, snapshot: Snapshot, field: Field) -> Iterator[Gap]:
    range_key = f"{field.entity}.{field.key}"
    drawn, known = _drawn(connection, snapshot, field), explained(connection, range_key)
    for period, last in sorted(last_of(connection, range_key).items()):
        for gap in gaps(range_key, period, sorted(drawn.get(period, ())), last):
            yield from without(gap, known.get(period, ()))


def _drawn(connection: Connection, snapshot: Snapshot, field: Field) -> dict[str, list[int]]:
    assert field.number is not None
    column = snapshot.tables[field.entity].c[column_name(field)]
    pattern, found = reader(field.number.pattern), dict[str, list[int]]()
    statement = select(column).where(column.is_not(None))
    rows = connection.execute(statement, execution_options={"yield_per": _PAGE})
    for text in rows.scalars():
        number = counted(pattern, field.number.restart, text)
        if number is not None:
            found.setdefault(number[0], []).append(number[1])
    return found
