"""Records that are there already get the values of formulas and roll-ups that a publish makes new or different.

What a database can compute is one UPDATE for all records; the rest goes through memory in batches.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection, Select, Update, or_, select

from app.access.actor import PRODUCT
from app.changes.unique import judged_together
from app.context import Context
from app.errors import InvalidQuery
from app.language import Label
from app.meta.compare.change import Change, Weight, signature
from app.meta.model import Field, Model
from app.meta.paths import lines_named
from app.query.select import Selection, Values
from app.query.volatile import as_stored
from app.records.computing import held_by
from app.records.gathering import gathered_for_all
from app.records.journal import stamp_of
from app.records.recalculate import recompute
from app.records.titles import showing
from app.runtime.snapshot import Snapshot
from app.storage.checks import COUNTED, columns_there, count_live
from app.storage.names import entity_table
from app.system.history import FILL, Entry, append

_FILLED: Final = Label(
    "„{entity}“: Feld „{field}“ wird für {count} Datensätze berechnet.",
    "“{entity}”: field “{field}” is computed for {count} records.",
)
_MORE_THAN: Final = Label("mehr als {count}", "more than {count}")
#: The parts of a field that say by themselves what its values are computed from, and as what.
_COMPUTED_FROM: Final = ("formula", "rollup", "type")
#: How many ids are read at once where records go through memory.
_PAGE: Final = 5000


def _to_fill(base: Snapshot | None, found: Snapshot) -> tuple[Field, ...]:
    """Return the stored computed fields whose values a publish changes, in the order in which they are computed.

    Args:
        base: the configuration in force, or None before the first publish, when there are no records.
        found: the candidate.
    """
    if base is None:
        return ()
    old, new, every = base.model, found.model, base.time_zone != found.time_zone
    wanted: set[tuple[str, str]] = set()
    fields: list[Field] = []
    for stage in new.computations.stages:
        for key in stage.fields:
            node = (stage.entity, key)
            if every or node in wanted or _differs(old, new, new.entities[stage.entity].fields[key]):
                fields.append(new.entities[stage.entity].fields[key])
                wanted.update((one.entity, one.field) for one in new.computations.dependants.get(node, ()))
    return tuple(fields)


def _differs(old: Model, new: Model, field: Field) -> bool:
    """Return whether a field is computed from something else, or in other states, than it was so far."""
    entity = old.entities.get(field.entity)
    before = None if entity is None else entity.fields.get(field.key)
    if entity is None or before is None or before.volatile or before is field:
        return before is not field
    if any(signature(getattr(before, part)) != signature(getattr(field, part)) for part in _COMPUTED_FROM):
        return True
    lines = lines_named(field.formula, new.entities[field.entity].fields)
    # Where nothing was held so far, every value is right, whatever is held from now on.
    thawed = before.frozen_if is not None and signature(before.frozen_if) != signature(field.frozen_if)
    return thawed or lines != lines_named(before.formula, entity.fields)


def changes(connection: Connection, base: Snapshot | None, found: Snapshot) -> Iterator[Change]:
    """Yield in words what would be filled, with how many records."""
    for field in _to_fill(base, found):
        there = columns_there(connection, [entity_table(field.entity)])
        if entity_table(field.entity) not in there:
            continue
        number = count_live(connection, found.tables[field.entity], None)
        count = number if number <= COUNTED else _MORE_THAN.format(count=COUNTED)
        label = found.model.entities[field.entity].label
        words = _FILLED.format(entity=label, field=field.label, count=count)
        if number:
            yield Change("field.filled", f"field/{field.entity}.{field.key}", Weight.ATTENTION, words)


def fill(connection: Connection, base: Snapshot | None, found: Snapshot) -> None:
    """Compute what a publish makes new or different, for every record that isn't in the archive.

    The history gets one row for each entity, and none for a record: a publish changes them all, but for those in the
    frozen state of a field. Which state that is the row says.

    Raises:
        InvalidMetadata: values that have to be unique repeat themselves.
    """
    ctx = Context(found, PRODUCT, connection, datetime.now(UTC))
    filled = _to_fill(base, found)
    with judged_together(connection, found, filled):
        for field in filled:
            update = _update(ctx, field)
            if update is None:
                _through_memory(ctx, field)
            else:
                connection.execute(update[0], update[1](ctx))
    _note(ctx, filled)


def _note(ctx: Context, filled: Sequence[Field]) -> None:
    keys: dict[str, dict[str, str]] = {}
    for field in filled:
        keys.setdefault(field.entity, {})[field.key] = held_by(field)
    entries = [Entry(entity, 0, 0, FILL, {}, of_entity) for entity, of_entity in keys.items()]
    append(ctx.connection, stamp_of(ctx), entries)


def _update(ctx: Context, field: Field) -> tuple[Update, Values] | None:
    """Return the statement that fills a field, or None where a database can't: folded texts, titles, frozen states."""
    entity = ctx.snapshot.model.entities[field.entity]
    folded = any(spec.suffix == "folded" for spec in field.type.columns())
    named = any(part.path and part.path[0] == field.key for part in entity.title)
    shown = any(field.key in one.values for one in showing(ctx, field.entity))
    if folded or named or shown or field.searchable or field.frozen_if is not None:
        return None
    try:
        rows, values = _values(ctx, field)
    except InvalidQuery:
        return None
    table = ctx.snapshot.tables[field.entity]
    new = rows.subquery()
    names = {spec.name(field.key): spec.suffix or "main" for spec in field.type.columns()}
    setting = {name: new.c[suffix] for name, suffix in names.items()}
    differs = or_(*(table.c[name].is_distinct_from(value) for name, value in setting.items()))
    return table.update().values(setting).where(table.c.id == new.c.record_id, differs), values


def _values(ctx: Context, field: Field) -> tuple[Select[tuple[object, ...]], Values]:
    dialect = ctx.snapshot.dialect
    if field.formula is not None:
        selection = Selection(ctx, field.entity, name="f_")
        stored = as_stored(selection.value(field.formula), field.type, dialect)
        selection.archived(False)
        named = [selection.joins.base.c.id.label("record_id")]
        columns = [*named, *(element.label(suffix or "main") for suffix, element in stored.items())]
        return selection.statement(columns), selection.values()
    base = ctx.snapshot.tables[field.entity]
    gathered, value, values = gathered_for_all(ctx, field)
    stored = as_stored(value, field.type, dialect)
    columns = [base.c.id.label("record_id"), *(element.label(suffix or "main") for suffix, element in stored.items())]
    joined = base.outerjoin(gathered, gathered.c.parent == base.c.id)
    return select(*columns).select_from(joined).where(base.c.archived_at.is_(None)), values


def _through_memory(ctx: Context, field: Field) -> None:
    table, after = ctx.snapshot.tables[field.entity], 0
    while True:
        page = select(table.c.id).where(table.c.id > after, table.c.archived_at.is_(None)).order_by(table.c.id)
        ids = ctx.connection.execute(page.limit(_PAGE)).scalars().all()
        if not ids:
            return
        recompute(ctx, field.entity, field.key, ids)
        after = ids[-1]
