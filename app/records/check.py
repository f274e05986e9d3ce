"""What has to be true of a record before it is written: conditions, rules, and values that may occur only once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from app.context import Context
from app.expr.environment import Environment
from app.expr.to_python import plain
from app.query.gate import readable
from app.records import texts
from app.records.plan import EntityPlan, FieldPlan, RulePlan, UniqueGroup
from app.records.rows import Draft, Row
from app.records.stored import in_the_way


def check(ctx: Context, drafts: Sequence[Draft], environment: Environment) -> None:
    """Note at the drafts whatever speaks against writing them.

    Args:
        ctx: the writer.
        drafts: cleaned, with everything loaded that their rules look at; lines too.
        environment: what rules may know.
    """
    for draft in drafts:
        _conditions(draft, environment, trusted=ctx.actor.everything)
    for draft in drafts:
        # A rule over a value that couldn't even be read would only say the same once more.
        if not any(row.errors for row in draft.all_drafts()):
            for rule in draft.entity.rules:
                _ask(draft, rule, environment)
    _uniqueness(ctx, drafts)


def _conditions(draft: Draft, environment: Environment, *, trusted: bool) -> None:
    for field in draft.entity.conditional:
        if field.key in draft.errors:
            continue
        if field.readonly_if is not None and not trusted and _locked(draft, field, environment):
            draft.refuse(field.key, texts.locked(field.field.label))
        elif _missing(draft, field, environment):
            draft.refuse(field.key, texts.required(field.field.label))
        elif draft.values[field.key] is not None:
            for rule in field.rules:
                _ask(draft, rule, environment)


def _locked(draft: Draft, field: FieldPlan, environment: Environment) -> bool:
    """Return whether a field was changed that the stored state of the record doesn't let change."""
    if draft.before is None or field.key not in draft.changed or field.readonly_if is None:
        return False
    return field.readonly_if(draft.before.row, environment) is True


def _missing(draft: Draft, field: FieldPlan, environment: Environment) -> bool:
    value = draft.values[field.key]
    if field.lines is not None:
        empty = not draft.children.get(field.key) and (field.key in draft.given or draft.before is None)
    else:
        empty = value is None
    if not empty or field.key == draft.via:
        return False
    if not field.field.required and (field.required_if is None or field.required_if(draft, environment) is not True):
        return False
    if field.writable == "nobody":
        return False
    return field.visible_if is None or field.visible_if(draft, environment) is True


def _ask(draft: Draft, rule: RulePlan, environment: Environment) -> None:
    if rule.holds(draft, environment) is True:
        return
    if rule.at is None:
        draft.record_errors.append(rule.error)
    else:
        draft.refuse(rule.at, rule.error)


# -- values that occur once -------------------------------------------------------------------------------------------


def _uniqueness(ctx: Context, drafts: Iterable[Draft]) -> None:
    by_entity: dict[str, list[Draft]] = {}
    for draft in drafts:
        by_entity.setdefault(draft.entity.key, []).append(draft)
    for group in by_entity.values():
        plan = group[0].entity
        for unique in plan.unique:
            _one_group(ctx, plan, unique, group)


def _one_group(ctx: Context, plan: EntityPlan, unique: UniqueGroup, drafts: Sequence[Draft]) -> None:
    wanted: dict[tuple[Any, ...], Draft] = {}
    among_new: set[tuple[Any, ...]] = set()
    for draft in drafts:
        values = _values(plan, unique, draft)
        if values is None:
            continue
        key = _comparable(values)
        unwritten = _unwritten_parent(unique, draft)
        if key in wanted or (unwritten, key) in among_new:
            draft.refuse(_shown_at(unique, draft), texts.taken_here())
        elif unwritten is not None:
            among_new.add((unwritten, key))
        else:
            wanted[key] = draft
    if wanted:
        _against_stored(ctx, plan, unique, wanted)


def _against_stored(ctx: Context, plan: EntityPlan, unique: UniqueGroup, wanted: dict[tuple[Any, ...], Draft]) -> None:
    leaving = _leaving(wanted.values())
    for found in in_the_way(ctx, plan, unique, list(wanted)):
        draft = wanted.get(_comparable(tuple(found[2:])))
        if draft is None or found.id == draft.id or found.id in leaving:
            continue
        title = found.title if plan.key in readable(ctx) else None
        draft.refuse(_shown_at(unique, draft), texts.taken(title, unique.labels))


def values_of(plan: EntityPlan, unique: UniqueGroup, row: Row) -> tuple[Any, ...] | None:
    """Return the stored values of a group, or None when one of them is empty: empty values never collide."""
    stored: dict[str, Any] = {}
    for key in unique.keys:
        value = row.values[key]
        if value is None:
            return None
        plan.fields[key].store(value, stored)
    return tuple(stored[name] for name in unique.columns)


def _values(plan: EntityPlan, unique: UniqueGroup, draft: Draft) -> tuple[Any, ...] | None:
    fresh = draft.before is None or any(key in draft.changed for key in unique.keys)
    if not fresh or any(key in draft.errors for key in unique.keys):
        return None
    return values_of(plan, unique, draft)


def _unwritten_parent(unique: UniqueGroup, draft: Draft) -> int | None:
    """Tell apart the records that aren't written yet: their lines can only collide with each other."""
    if draft.via not in unique.keys or draft.parent is None or draft.parent.id is not None:
        return None
    return id(draft.parent)


def _comparable(values: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(tuple(value) if isinstance(value, list) else plain(value) for value in values)


def _shown_at(unique: UniqueGroup, draft: Draft) -> str:
    return next((key for key in reversed(unique.keys) if key != draft.via), unique.keys[-1])


def _leaving(drafts: Iterable[Draft]) -> set[int | None]:
    """Return the ids of records that give up their values in this very save: the removed lines."""
    parents = {id(draft.parent): draft.parent for draft in drafts if draft.parent is not None}
    return {one.row.id for parent in parents.values() for several in parent.removed.values() for one in several}
