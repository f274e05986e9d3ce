"""What a mask for a new record shows before anything is typed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from app.context import Context
from app.errors import InvalidValue
from app.expr.to_python import to_python
from app.fields.base import Raw
from app.forms.plan import MaskPlan
from app.forms.state import environment_of, getter
from app.meta.model import Field
from app.meta.scope import EntityScope


def initial_values(ctx: Context, plan: MaskPlan, given: Mapping[str, Raw] | None = None) -> dict[str, Any]:
    """Return the values that a new record starts with, for the fields of a mask.

    Args:
        ctx: the request.
        plan: the mask, in mode create.
        given: raw values out of the address, such as the record that the new one belongs to; those that can't be
            read are left out, because nobody typed them here.
    """
    values: dict[str, Any] = {}
    for key, part in plan.inputs.items():
        value = _default(ctx, plan, part.field)
        if value is not None:
            values[key] = value
    for key, raw in (given or {}).items():
        known = plan.inputs.get(key)
        if known is None or known.lines is not None:
            continue
        try:
            values[key] = known.field.type.clean(raw, ctx.locale)
        except InvalidValue:
            continue
    return values


def _default(ctx: Context, plan: MaskPlan, field: Field) -> Any:
    if field.default is not None or field.default_expr is None:
        return field.default
    evaluate = to_python(field.default_expr, EntityScope(plan.model, plan.entity.key, {}))
    value = evaluate(getter(plan.model, plan.entity, {}), environment_of(ctx))
    # An expression's moment is UTC without a zone; a field type would take it for local time.
    raw = value.replace(tzinfo=UTC) if isinstance(value, datetime) else value
    try:
        return field.type.clean(raw, "en")
    except InvalidValue:
        return None
