"""A large table out of a small one: the same rows again under further ids, written by the database itself.

A million contacts are ten times the same hundred thousand. What a page over them costs depends on how many there are
and how often names occur, and not on whether each is a new one; drawing and computing each would take half an hour.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, Table, select


def copy_rows(connection: Connection, table: Table, shifts: Mapping[str, int], number: int) -> None:
    """Write the rows of the first copy once more.

    Args:
        connection: in a transaction of the caller's.
        table: whose rows.
        shifts: by how much a number grows from one copy to the next, by column; `id` is one of them.
        number: of the copy; the first, which is there already, is 0.
    """
    moved = [column + number * shifts[column.name] if column.name in shifts else column for column in table.columns]
    first = table.c.id <= shifts["id"]
    connection.execute(
        table.insert().from_select([column.name for column in table.columns], select(*moved).where(first))
    )
