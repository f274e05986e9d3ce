"""Which of some records the reader may see, and which of them his roles cover; one statement, and often none."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import Select, bindparam

from app.access.rights import Covering
from app.context import Context
from app.query.gate import readable, sees_all
from app.query.select import Selection, Values
from app.query.shapes import shaped

_IDS: Final = "ids"
#: Most ids of one statement.
_CHUNK: Final = 500


def reached(
    ctx: Context, entity_key: str, ids: Collection[int], coverings: Sequence[Covering] = ()
) -> dict[int, frozenset[Covering]]:
    """Return for each record that the reader may see in which coverings it lies; unseen records are left out.

    Args:
        ctx: the reader.
        entity_key: key of an entity, `@user` or `@team`.
        ids: records that exist.
        coverings: what is asked for; those that are whole needn't be.
    """
    asked = tuple(dict.fromkeys(one for one in coverings if one and not one.whole))
    if entity_key.startswith("@") or ctx.actor.everything or (not asked and sees_all(ctx, entity_key)):
        return dict.fromkeys(ids, frozenset())
    if entity_key not in readable(ctx):
        return {}
    statement, values = shaped(ctx, ("reached", entity_key, asked), lambda: _reached(ctx, entity_key, asked))
    found: dict[int, frozenset[Covering]] = {}
    wanted, given = list(ids), values(ctx)
    for start in range(0, len(wanted), _CHUNK):
        for row in ctx.connection.execute(statement, {**given, _IDS: wanted[start : start + _CHUNK]}):
            found[row[0]] = frozenset(one for one, inside in zip(asked, row[1:], strict=True) if inside)
    return found


def _reached(ctx: Context, entity_key: str, asked: Sequence[Covering]) -> tuple[Select[Any], Values]:
    selection = Selection(ctx, entity_key)
    base = selection.joins.base
    selection.column(base.c.id)
    for covering in asked:
        selection.column(selection.covers(covering))
    selection.where(base.c.id.in_(bindparam(_IDS, expanding=True)))
    return selection.statement(), selection.values()
