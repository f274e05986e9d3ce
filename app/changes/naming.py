"""Records that are there already are called, and found, as a publish has it: titles and search texts are written anew.

Otherwise half of the records would be called as before until somebody saves them, and a field that the search looks
into from now on would be found in new records only.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection

from app.access.actor import PRODUCT
from app.context import Context
from app.fields.base import FieldType
from app.meta.compare.change import signature
from app.meta.model import Entity, Model
from app.meta.paths import target_of
from app.records.plan import plan_of
from app.records.stored import Targets, every_id, load
from app.records.titles import showing, title_formats, write_names
from app.runtime.snapshot import Snapshot

#: Parts of a path that leads into another record, at least.
_FOLLOWED: Final = 2
#: Each entity is looked at so often at most, on average, where titles show titles that show titles.
_MOST_TIMES: Final = 4


def rename(connection: Connection, base: Snapshot | None, found: Snapshot) -> None:
    """Write the titles and search texts that a publish changes, those of archived records too.

    Args:
        connection: the transaction of the publish; computed values are filled in already.
        base: the configuration in force, or None before the first publish, when there are no records.
        found: the candidate.
    """
    if base is None:
        return
    ctx, known = Context(found, PRODUCT, connection, datetime.now(UTC)), base.model.entities
    every = base.time_zone != found.time_zone  # titles may tell times
    for key in _in_order(ctx, [key for key in found.model.entities if key in known], base.model, every=every):
        plan, formats = plan_of(ctx, key), title_formats(ctx)
        for ids in every_id(ctx, plan):
            pool = Targets(ctx)
            several = load(ctx, plan, pool, ids).values()
            pool.follow([one.row for one in several], plan.needs)
            write_names(ctx, plan, several, formats)


def _in_order(ctx: Context, keys: Sequence[str], old: Model, *, every: bool) -> list[str]:
    """Return the entities whose records are named anew, each before those whose titles show its records."""
    new = ctx.snapshot.model
    changed = {key for key in keys if old.entities[key] is not new.entities[key]}
    renamed = list(keys) if every else [key for key in keys if changed and _named_otherwise(old, new, key, changed)]
    for key in renamed:  # it grows: what shows a renamed record is renamed itself
        renamed.extend(one.entity for one in showing(ctx, key) if one.entity in old.entities)
        if len(renamed) > _MOST_TIMES * len(keys):
            break  # titles that show each other
    return list(reversed(dict.fromkeys(reversed(renamed))))


def _named_otherwise(old: Model, new: Model, key: str, changed: Collection[str]) -> bool:
    before, after = old.entities[key], new.entities[key]
    if key not in changed and all(len(part.path) < _FOLLOWED for part in after.title):
        return False
    return _naming(old, before) != _naming(new, after)


def _naming(model: Model, entity: Entity) -> tuple[object, ...]:
    """Return what a record's title and search text are made of, so that two configurations can be compared."""
    searched = {field.key: signature(field.type) for field in entity.fields.values() if field.searchable}
    shown = [[signature(one) for one in _types_along(model, entity, part.path)] for part in entity.title]
    return signature(entity.title), searched, shown


def _types_along(model: Model, entity: Entity, path: tuple[str, ...]) -> Iterator[FieldType]:
    """Yield the types of the fields of a path, which may lead through references."""
    here: Entity | None = entity
    for key in path:
        field = None if here is None else here.fields.get(key)
        if field is None:
            return
        yield field.type
        here = model.entities.get(target_of(field.type) or "")
