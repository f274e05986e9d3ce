"""Computed values of the records that are being saved, so that titles, rules and unique groups see them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from app.context import Context
from app.expr.environment import Environment
from app.expr.parse import to_text
from app.fields.base import Value
from app.meta.model import Field
from app.records.plan import FieldPlan
from app.records.rows import Draft, Row
from app.records.stored import Targets


def compute(ctx: Context, drafts: Sequence[Draft], environment: Environment) -> None:
    """Compute the fields of drafts, with those of their lines, in the configuration's order.

    Everything is seen, whoever saves: a value is the same for everybody. What is gathered from other records is
    empty for a new record and stays as it is for a stored one; `recalculate` brings it up to date after the save.

    Args:
        ctx: the writer.
        drafts: cleaned, without their lines; a record with an error somewhere is left alone.
        environment: what formulas may know.
    """
    sound = [row for draft in drafts for row in _sound(draft)]
    by_entity: dict[str, list[Draft]] = {}
    for row in sound:
        by_entity.setdefault(row.entity.key, []).append(row)
    if not any(ctx.snapshot.model.computations.of(key) for key in by_entity):
        return
    pool, own = Targets(ctx, computing=True), {id(row): row.pool for row in sound}
    for row in sound:
        row.pool = pool
    try:
        for group in by_entity.values():
            pool.follow(group, group[0].entity.computed_needs)
        for stage in ctx.snapshot.model.computations.stages:
            for draft in by_entity.get(stage.entity, ()):
                for key in stage.fields:
                    _compute(draft, draft.entity.fields[key], environment)
    finally:
        for row in sound:
            row.pool = own[id(row)]


def _sound(draft: Draft) -> Iterable[Draft]:
    rows = tuple(draft.all_drafts())
    return () if any(row.errors or row.record_errors for row in rows) else rows


def _compute(draft: Draft, field: FieldPlan, environment: Environment) -> None:
    if field.formula is None:
        if draft.before is None:
            draft.values[field.key] = of_nothing(field)
        return
    if (
        draft.before is not None
        and is_frozen(field, draft.before.row, environment)
        and is_frozen(field, draft, environment)
    ):
        return
    value = field.field.type.from_expression(field.formula(draft, environment))
    if not same(field, draft.values[field.key], value):
        draft.values[field.key] = value
        draft.changed.add(field.key)


def is_frozen(field: FieldPlan, row: Row, environment: Environment) -> bool:
    """Return whether a computed value stays as it is in the state that a record is in."""
    return field.frozen_if is not None and field.frozen_if(row, environment) is True


def held_by(field: Field) -> str:
    """Return the condition under which a computed value stays as it is, as a text; empty where there is none."""
    return "" if field.frozen_if is None else to_text(field.frozen_if)


def of_nothing(field: FieldPlan) -> Value:
    """Return what a roll-up gathers where there is nothing: sum and count of nothing are 0, anything else is empty."""
    rollup = field.field.rollup
    if rollup is not None and rollup.aggregate in ("sum", "count"):
        return field.field.type.from_expression(Decimal(0))
    return None


def same(field: FieldPlan, one: Any, other: Any) -> bool:
    """Return whether a computed value is the one that is stored."""
    if one is None or other is None:
        return one is other
    return field.field.type.equal(one, other)
