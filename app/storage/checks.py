"""What the rows of an entity say against a change; counted only as far as the answer needs it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Table, and_, func, select

from app.storage.catalogue import read_catalogue

#: Beyond this, "more than" is as good as the number.
COUNTED: Final = 1_000


def columns_there(connection: Connection, names: Collection[str]) -> dict[str, frozenset[str]]:
    """Return the columns that tables have, by the table's name; a table that isn't there is left out."""
    if not names:
        return {}
    found = read_catalogue(connection, names).columns
    return {name: frozenset(columns) for name, columns in found.items()}


def count_live(connection: Connection, table: Table, condition: ColumnElement[bool] | None = None) -> int:
    """Count live records, at most `COUNTED` and one."""
    rows = select(table.c.id).where(table.c.archived_at.is_(None)).limit(COUNTED + 1)
    if condition is not None:
        rows = rows.where(condition)
    return int(connection.execute(select(func.count()).select_from(rows.subquery())).scalar_one())


def unlinked(table: Table, link: Table) -> ColumnElement[bool]:
    """Return the condition that a record has no row in a link table."""
    return ~select(1).select_from(link).where(link.c.record_id == table.c.id).exists()


def duplicate(connection: Connection, table: Table, names: Sequence[str]) -> tuple[Any, ...] | None:
    """Return values that several live records have in some columns, or None; empty values never collide."""
    columns = [table.c[name] for name in names]
    statement = (
        select(*columns)
        .where(table.c.archived_at.is_(None), and_(*(column.is_not(None) for column in columns)))
        .group_by(*columns)
        .having(func.count() > 1)
        .limit(1)
    )
    found = connection.execute(statement).first()
    return None if found is None else tuple(found)
