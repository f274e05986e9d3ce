"""Names of users and teams, for filters and references; everybody who is signed in knows his colleagues by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import FromClause, select

from app.context import Context
from app.expr.fold import fold

_MOST: Final = 200


def people(ctx: Context, target: str, find: str = "", limit: int = _MOST) -> Sequence[tuple[int, str]]:
    """Return ids and names of users (`@user`) or teams (`@team`), by name.

    Args:
        ctx: the request.
        target: which of the two.
        find: part of the name; blank for all.
        limit: how many at most.
    """
    table = _table(ctx, target)
    statement = select(table.c.id, table.c.name).order_by(table.c.name)
    if target == "@user":
        statement = statement.where(table.c.active.is_(True))
    wanted = fold(find)
    found = [(row.id, row.name) for row in ctx.connection.execute(statement) if wanted in fold(row.name)]
    return found[:limit]


def person_name(ctx: Context, target: str, id_: int) -> str | None:
    """Return what a user or team is called, or None where there is none."""
    table = _table(ctx, target)
    found: Any = ctx.connection.execute(select(table.c.name).where(table.c.id == id_)).scalar_one_or_none()
    return None if found is None else str(found)


def _table(ctx: Context, target: str) -> FromClause:
    tables = ctx.snapshot.tables
    return tables.user if target == "@user" else tables.team
