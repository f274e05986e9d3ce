"""What a reader may see of entity tables: the one place that every SELECT on them asks.

Today a role reads all records and all fields of an entity, or none. Row filters and field rights will be answered
here too, and nothing else in this room will have to change: an entity that isn't readable is joined `ON false`, so
that its columns are empty wherever they are named.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from app.access import rights
from app.access.rights import require
from app.context import Context
from app.expr.ast import Expr
from app.meta.model import Entity, Field

_NO_FIELDS: Mapping[str, Field] = MappingProxyType({})


def required(ctx: Context, entity_key: str) -> Entity:
    """Return an entity that the reader may read.

    Raises:
        NotFound: it doesn't exist or isn't readable; the two look the same.
    """
    require(ctx, entity_key, "read")
    return ctx.snapshot.model.entities[entity_key]


def readable(ctx: Context) -> frozenset[str]:
    """Return the keys of the entities whose records the reader may read; also what tells plans of readers apart."""
    actor = ctx.actor
    return ctx.snapshot.plan(
        ("query.readable", actor.shape),
        lambda: rights.readable_entities(ctx.snapshot.model, actor),
    )


def readable_entities(ctx: Context) -> Mapping[str, Entity]:
    """Return the entities that the reader may read, with the fields that he may read."""
    actor, model = ctx.actor, ctx.snapshot.model
    return ctx.snapshot.plan(
        ("query.readable_entities", actor.shape),
        lambda: MappingProxyType({key: model.entities[key] for key in model.entities if key in readable(ctx)}),
    )


def readable_fields(ctx: Context, entity_key: str) -> Mapping[str, Field]:
    """Return the fields of an entity that the reader may read, by key; empty where he may not read the entity."""
    entity = readable_entities(ctx).get(entity_key)
    return _NO_FIELDS if entity is None else entity.fields


def row_filter(ctx: Context, entity_key: str) -> Expr | None:
    """Return the condition that a record must fulfil to be seen by the reader, or None for all records.

    Every table that a SELECT names is filtered by it, joined ones in their ON clause.
    """
    return None
