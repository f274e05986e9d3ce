"""The numbers that PostgreSQL gives to new rows; SQLite takes the next one after the highest by itself."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table, cast, func, select
from sqlalchemy.dialects.postgresql import REGCLASS


def _sequence(connection: Connection, table: Table) -> Any:
    """Return the expression that names the sequence of a table's key, or None where it has none."""
    column = table.autoincrement_column
    if connection.dialect.name != "postgresql" or column is None:
        return None
    quoted = connection.dialect.identifier_preparer.quote(table.name)
    found = func.pg_get_serial_sequence(quoted, column.name)
    return None if connection.execute(select(found)).scalar() is None else cast(found, REGCLASS)


def last_number(connection: Connection, table: Table) -> int | None:
    """Return the highest number that a table's sequence has given out, or None where nobody counts."""
    sequence = _sequence(connection, table)
    if sequence is None:
        return None
    found: int | None = connection.execute(select(func.pg_sequence_last_value(sequence))).scalar()
    return found


def go_on_after(connection: Connection, table: Table, number: int | None) -> None:
    """Let a table's sequence go on after its highest row, or after a number where that is higher.

    Args:
        connection: an open transaction that may write.
        table: whose rows were written with their keys.
        number: the highest that was ever given out, also to rows that are gone.
    """
    sequence = _sequence(connection, table)
    column = table.autoincrement_column
    if sequence is None or column is None:
        return
    highest = connection.execute(select(func.max(column))).scalar()
    reached = max(highest or 0, number or 0)
    if reached:
        connection.execute(select(func.setval(sequence, reached, True)))
