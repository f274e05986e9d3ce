"""What records are called, for this reader: unseen records have no name, and a title no more than he may read."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Integer, Select, bindparam, literal, select, union_all

from app.context import Context
from app.fields.pointing import AnyRef
from app.query.gate import readable
from app.query.select import Selection, Values
from app.query.shapes import shaped


def titles(ctx: Context, entity_key: str, name: str = "t") -> tuple[Select[Any], Values]:
    """Return the SELECT of `id` and `title` of every record of an entity that the reader may see.

    Args:
        ctx: the reader.
        entity_key: an entity that he may read.
        name: tells its parameters apart from those of others in the same statement.
    """

    def made() -> tuple[Select[Any], Values]:
        selection = Selection(ctx, entity_key, name=name)
        selection.column(selection.joins.base.c.id.label("id"))
        selection.column(selection.joins.title().label("title"))
        return selection.statement(), selection.values()

    return shaped(ctx, ("titles", entity_key, name), made)


def named_records(ctx: Context, entity_key: str, ids: Collection[int]) -> dict[int, str]:
    """Return what records of one entity, or users or teams, are called; unseen ones are left out.

    Args:
        ctx: the reader.
        entity_key: key of an entity, `@user` or `@team`.
        ids: which records.
    """
    if not ids:
        return {}
    if entity_key.startswith("@"):
        tables = ctx.snapshot.tables
        people = tables.user if entity_key == "@user" else tables.team
        statement = select(people.c.id, people.c.name).where(people.c.id.in_(bindparam("ids", expanding=True)))
        return {row.id: row.name for row in ctx.connection.execute(statement, {"ids": list(ids)})}
    found = labels_anywhere(ctx, {AnyRef(entity_key, one) for one in ids})
    return {target.id: title for target, title in found.items()}


def labels_anywhere(ctx: Context, targets: Collection[AnyRef]) -> Mapping[AnyRef, str]:
    """Return what records of several entities are called, in one statement; unseen ones are left out."""
    ids: dict[str, list[int]] = {}
    for target in targets:
        if target.entity in readable(ctx):
            ids.setdefault(target.entity, []).append(target.id)
    if not ids:
        return {}
    kinds = sorted(ids)
    parts: list[Select[Any]] = []
    values: dict[str, Any] = {}
    for index, entity in enumerate(kinds):
        statement, more = titles(ctx, entity, f"t{index}")
        named = statement.subquery()
        values |= {**more(ctx), f"ids_{index}": sorted(ids[entity])}
        wanted = named.c.id.in_(bindparam(f"ids_{index}", expanding=True))
        parts.append(select(literal(index, Integer).label("kind"), named.c.id, named.c.title).where(wanted))
    return _labels(kinds, ctx.connection.execute(union_all(*parts), values).all())


def _labels(kinds: Sequence[str], rows: Sequence[Any]) -> Mapping[AnyRef, str]:
    return {AnyRef(kinds[kind], id_): title or f"#{id_}" for kind, id_, title in rows}
