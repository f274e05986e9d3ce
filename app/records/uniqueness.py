"""Values that may occur only once among the records of an entity that aren't archived."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from app.context import Context
from app.errors import DataErrors, FieldError, InvalidData
from app.expr.to_python import plain
from app.query.labels import named_records
from app.records import texts
from app.records.along import by_plan, called
from app.records.permits import knows, permits
from app.records.plan import EntityPlan, UniqueGroup
from app.records.prepare import by_entity
from app.records.rows import Draft, Row, Stored
from app.records.stored import in_the_way
from app.records.told import errors_of, may_tell


def collisions_of(ctx: Context, plan: EntityPlan, row: Row, along: Sequence[Stored]) -> DataErrors:
    """Return what stands in the way of bringing a record back: values that others have taken meanwhile.

    Args:
        ctx: the writer.
        plan, row: the record.
        along: the lines that would come back with it, at any depth.
    """
    errors: dict[str, tuple[FieldError, ...]] = {}
    whole: list[FieldError] = []
    for unique, _, other in _held_by_others(ctx, plan, [row]):
        if may_tell(ctx, row, frozenset((key,) for key in unique.keys)):
            errors[unique.keys[-1]] = (texts.taken(_seen(ctx, plan, other, unique.keys), unique.labels),)
        else:
            whole.append(texts.unseen())
    for child, lines in by_plan(along):
        for unique, line, other in _held_by_others(ctx, child, [one.row for one in lines]):
            title = called(ctx, line)
            other_seen = _seen(ctx, child, other, unique.keys)
            whole.append(texts.unseen() if title is None else texts.line_taken(title, other_seen))
    return DataErrors(errors, tuple(dict.fromkeys(whole)))


def _held_by_others(ctx: Context, plan: EntityPlan, rows: Sequence[Row]) -> Iterator[tuple[UniqueGroup, Row, int]]:
    """Yield which values of archived records others have: the values, the archived record and the other one's id."""
    for unique in plan.unique:
        stored = ((_stored_values(plan, unique, row), row) for row in rows)
        wanted = {_comparable(values): row for values, row in stored if values is not None}
        for found in in_the_way(ctx, plan, unique, list(wanted)) if wanted else ():
            row = wanted.get(_comparable(tuple(found[2:])))
            if row is not None and row.id != found.id:
                yield unique, row, found.id


def check_unique(ctx: Context, drafts: Iterable[Draft]) -> None:
    """Note at the drafts which of their values other records have, or other drafts of the same save."""
    for group in by_entity(drafts):
        plan = group[0].entity
        for unique in plan.unique:
            _one_group(ctx, plan, unique, group)


def taken_meanwhile(ctx: Context, drafts: Sequence[Draft]) -> DataErrors:
    """Return which values another save has taken at the same moment, of drafts that couldn't be written."""
    check_unique(ctx, [row for draft in drafts for row in draft.all_drafts()])
    return errors_of(ctx, drafts)


def _one_group(ctx: Context, plan: EntityPlan, unique: UniqueGroup, drafts: Sequence[Draft]) -> None:
    wanted: dict[tuple[Any, ...], Draft] = {}
    among_new: set[tuple[Any, ...]] = set()
    for draft in drafts:
        values = _values(ctx, plan, unique, draft)
        if values is None:
            continue
        key = _comparable(values)
        unwritten = _unwritten_parent(unique, draft)
        if key in wanted or (unwritten, key) in among_new:
            _refuse(ctx, unique, draft, texts.taken_here())
        elif unwritten is not None:
            among_new.add((unwritten, key))
        else:
            wanted[key] = draft
    if wanted:
        _against_stored(ctx, plan, unique, wanted)


def _against_stored(ctx: Context, plan: EntityPlan, unique: UniqueGroup, wanted: dict[tuple[Any, ...], Draft]) -> None:
    leaving = _leaving(plan, wanted.values())
    for found in in_the_way(ctx, plan, unique, list(wanted)):
        draft = wanted.get(_comparable(tuple(found[2:])))
        if draft is None or found.id == draft.id or found.id in leaving:
            continue
        _refuse(ctx, unique, draft, texts.taken(_seen(ctx, plan, found.id, unique.keys), unique.labels))


def _refuse(ctx: Context, unique: UniqueGroup, draft: Draft, error: FieldError) -> None:
    """Say it at a field of the group, or of the record as a whole where the writer may not know all of its fields."""
    if all(key == draft.via or knows(ctx, draft, key) for key in unique.keys):
        draft.refuse(_shown_at(unique, draft), error)
    else:
        draft.record_errors.append(texts.unseen())


def refuse_computed(ctx: Context, plan: EntityPlan, computed: Sequence[tuple[Row, AbstractSet[str]]]) -> None:
    """Make sure that values which may occur only once aren't about to be computed to values that others have.

    Args:
        ctx: the writer, who need not know of these records.
        plan: their entity.
        computed: each record with its new values, and the keys of those that are new.

    Raises:
        InvalidData: one would get a value that another record has.
    """
    for unique in plan.unique:
        found = ((_stored_values(plan, unique, row), row) for row, keys in computed if not keys.isdisjoint(unique.keys))
        fresh = [(_comparable(values), row) for values, row in found if values is not None]
        wanted, leaving = dict(fresh), {row.id for _, row in fresh}
        taken = [row for values, row in fresh if wanted[values] is not row]
        for one in in_the_way(ctx, plan, unique, list(wanted)) if wanted else ():
            row = wanted.get(_comparable(tuple(one[2:])))
            if row is not None and one.id not in leaving:
                taken.append(row)
        if taken:
            several = [texts.takes(_seen(ctx, plan, row.id or 0, unique.keys)) for row in taken]
            raise InvalidData(DataErrors(record=tuple(dict.fromkeys(several))))


def _stored_values(plan: EntityPlan, unique: UniqueGroup, row: Row) -> tuple[Any, ...] | None:
    """Return the stored values of a group, or None when one of them is empty: empty values never collide."""
    stored: dict[str, Any] = {}
    for key in unique.keys:
        value = row.values[key]
        if value is None:
            return None
        plan.fields[key].store(value, stored)
    return tuple(stored[name] for name in unique.columns)


def _values(ctx: Context, plan: EntityPlan, unique: UniqueGroup, draft: Draft) -> tuple[Any, ...] | None:
    fresh = draft.before is None or any(key in draft.changed for key in unique.keys)
    if not fresh or any(key in draft.errors and knows(ctx, draft, key) for key in unique.keys):
        return None
    return _stored_values(plan, unique, draft)


def _unwritten_parent(unique: UniqueGroup, draft: Draft) -> int | None:
    """Tell apart the records that aren't written yet: their lines can only collide with each other."""
    if draft.via not in unique.keys or draft.parent is None or draft.parent.id is not None:
        return None
    return id(draft.parent)


def _comparable(values: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(tuple(value) if isinstance(value, list) else plain(value) for value in values)


def _shown_at(unique: UniqueGroup, draft: Draft) -> str:
    return next((key for key in reversed(unique.keys) if key != draft.via), unique.keys[-1])


def _leaving(plan: EntityPlan, drafts: Iterable[Draft]) -> set[int | None]:
    """Return the ids of records of an entity that give up their values in this very save: lines that were left out."""
    tops = {id(top): top for top in map(_top, drafts)}
    rows = [row for top in tops.values() for row in top.all_drafts()]
    leaving = (one for row in rows for key in row.removed for one in row.leaving(key))
    return {one.row.id for one in leaving if one.row.plan is plan}


def _top(draft: Draft) -> Draft:
    while draft.parent is not None:
        draft = draft.parent
    return draft


def _seen(ctx: Context, plan: EntityPlan, record_id: int, keys: Sequence[str]) -> tuple[str, int, str] | None:
    """Return what the writer may know of the record in the way; nothing where he may not see it, or not its values."""
    permit = permits(ctx, plan, [record_id]).get(record_id)
    if permit is None or not all(ctx.actor.everything or permit.reads(key) for key in keys):
        return None
    title = named_records(ctx, plan.key, [record_id]).get(record_id)
    return None if title is None else (plan.key, record_id, title)
