"""The ways to filter and sort by a path: its field type's, or for a part of a composite those of the part's type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.context import Context
from app.expr.ast import Expr, Path
from app.expr.types import ValueType
from app.fields.base import Operator, Value
from app.fields.numbers import read_scaled
from app.fields.operators import EXACT_OPERATORS, NUMBER_OPERATORS, TEXT_OPERATORS
from app.fields.texts import single_line
from app.meta.model import FieldPath
from app.meta.paths import target_of
from app.meta.scope import info_of

_PART_LENGTH: Final = 500
_BY_VALUE_TYPE: Final[Mapping[ValueType, tuple[Operator, ...]]] = {
    ValueType.TEXT: TEXT_OPERATORS,
    ValueType.NUMBER: NUMBER_OPERATORS,
}


def operators_of(path: FieldPath) -> Mapping[str, Operator]:
    """Return the operators of a path by their keys, the usual one first."""
    field_type = path.field.type
    if path.sub is None:
        offered = field_type.operators()
    else:
        part = field_type.subs()[path.sub]
        offered = _BY_VALUE_TYPE.get(part.value_type, ())
        if part.value_type is ValueType.TEXT and not info_of(path).folded:
            offered = EXACT_OPERATORS  # the database can look into texts that are kept folded
    return {operator.key: operator for operator in offered}


def clean_operand(path: FieldPath, operator: Operator, text: str, ctx: Context) -> Value:
    """Turn one operand of a filter into a value.

    Args:
        path: what is filtered by.
        operator: one of `operators_of(path)`.
        text: as it stood in the query string; blank is empty.
        ctx: in whose language it is written.

    Raises:
        InvalidValue: the text can't be taken.
    """
    if path.sub is None:
        return path.field.type.clean_operand(operator, text, ctx.locale)
    part = path.field.type.subs()[path.sub]
    if part.value_type is ValueType.NUMBER:
        return read_scaled(text, ctx.locale, part.scale)
    return single_line(text, _PART_LENGTH)


def condition_of(path: FieldPath, operator: Operator, values: tuple[Value, ...]) -> Expr:
    """Return the condition that a filter means."""
    built: Expr = operator.build(Path(path.keys), values)
    return built


def is_sortable(path: FieldPath) -> bool:
    """Return whether a list can be sorted by a path."""
    if path.sub is not None:
        return path.field.type.subs()[path.sub].value_type in _BY_VALUE_TYPE
    return path.field.type.sort_suffixes() is not None or target_of(path.field.type) is not None
