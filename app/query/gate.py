"""What a reader may see at all: entities and fields of which he may read something in some record.

In which records that is, is a matter of clauses in SQL: `app.query.rows` makes them, and `app.query.guard` puts them on
every table and column that a SELECT names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from app.access import rights
from app.access.rights import Covering, access, meant_for, require
from app.access.rights import readable_entities as readable_to
from app.context import Context
from app.meta.model import Entity, Field, Report, Tile

_NO_FIELDS: Mapping[str, Field] = MappingProxyType({})


def required(ctx: Context, entity_key: str) -> Entity:
    """Return an entity of which the reader may read some records.

    Raises:
        NotFound: it doesn't exist or isn't readable; the two look the same.
    """
    require(ctx, entity_key, "read")
    return ctx.snapshot.model.entities[entity_key]


def readable(ctx: Context) -> frozenset[str]:
    """Return the keys of the entities of which the reader may read some records."""
    return ctx.snapshot.plan(("query.readable", ctx.actor.shape), lambda: readable_to(ctx.snapshot.model, ctx.actor))


def readable_entities(ctx: Context) -> Mapping[str, Entity]:
    """Return the entities that the reader may read, with the fields that he may read in some of their records."""
    model, seen = ctx.snapshot.model, readable(ctx)
    return ctx.snapshot.plan(
        ("query.readable_entities", ctx.actor.shape),
        lambda: MappingProxyType({key: _seen(ctx, model.entities[key]) for key in model.entities if key in seen}),
    )


def _seen(ctx: Context, entity: Entity) -> Entity:
    granted = access(ctx, entity.key)
    fields = {key: field for key, field in entity.fields.items() if granted.reading(key)}
    return entity if len(fields) == len(entity.fields) else replace(entity, fields=MappingProxyType(fields))


def readable_fields(ctx: Context, entity_key: str) -> Mapping[str, Field]:
    """Return the fields of an entity that the reader may read, by key; empty where he may not read the entity."""
    entity = readable_entities(ctx).get(entity_key)
    return _NO_FIELDS if entity is None else entity.fields


def reading(ctx: Context, field: Field) -> Covering:
    """Return the records in which the reader may read a field."""
    return access(ctx, field.entity).reading(field.key)


def always_reads(ctx: Context, field: Field) -> bool:
    """Return whether the reader may read a field in every record of its entity that he may read."""
    granted = access(ctx, field.entity)
    return bool(granted.read) and granted.reading(field.key) == granted.read


def sees_all(ctx: Context, entity_key: str) -> bool:
    """Return whether the reader may read every record of an entity; everybody knows users and teams by name."""
    if ctx.actor.everything:
        return True
    shape, model = ctx.actor.shape, ctx.snapshot.model
    return ctx.snapshot.plan(("query.sees_all", shape, entity_key), lambda: rights.sees_all(model, shape, entity_key))


def runs(ctx: Context, report: Report) -> bool:
    """Return whether the reader may run a report: it is meant for him, and he may read some of its records."""
    return meant_for(ctx.actor, report.roles) and report.entity in readable(ctx)


def shows_tile(ctx: Context, tile: Tile) -> bool:
    """Return whether the reader may see what a tile of a dashboard shows."""
    model = ctx.snapshot.model
    if tile.view is not None and tile.view in model.views:
        return model.views[tile.view].entity in readable(ctx)
    report = model.reports.get(tile.report or "")
    return report is not None and runs(ctx, report)
