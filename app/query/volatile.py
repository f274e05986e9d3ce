"""Values that depend on the day: computed by the database when they are read, and from there on like any column.

What they are computed from is led through the same joins as everything else. The result has the type that a stored
value of the field would have, so that showing, sorting, paging and grouping needn't know.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, Integer, Numeric, Text, case, cast, func, literal, type_coerce

from app.expr.ast import Path
from app.expr.postgres_form import numeric
from app.expr.sql_value import SqlValue
from app.expr.types import ValueType
from app.fields.base import FieldType
from app.fields.column import ColumnSpec
from app.fields.numbers import MOST_DIGITS
from app.meta.model import Field
from app.storage.types import column_type

_NUMERIC: Final[Numeric[Any]] = Numeric()
_WHOLE: Final = BigInteger()


class VolatileColumns:
    """The date-dependent columns of one SELECT, each computed once.

    Args:
        value: computes an expression in the SELECT (`Selection.value`).
        dialect: which database.
    """

    def __init__(self, value: Callable[[Path], SqlValue], dialect: str) -> None:
        self._value = value
        self._dialect = dialect
        self._known: dict[tuple[str, ...], Mapping[str, ColumnElement[Any]]] = {}

    def column(self, hops: tuple[Field, ...], field: Field, suffix: str = "") -> ColumnElement[Any]:
        """Return one column of a date-dependent field at the end of some references."""
        keys = (*(hop.key for hop in hops), field.key)
        if keys not in self._known:
            self._known[keys] = as_stored(self._value(Path(keys)), field.type, self._dialect)
        return self._known[keys][suffix]


def as_stored(value: SqlValue, field_type: FieldType, dialect: str) -> Mapping[str, ColumnElement[Any]]:
    """Return the columns of a field as its computed value would be stored, by suffix.

    Args:
        value: the value of the formula.
        field_type: the field's type; texts that are kept folded aren't computed by a database.
        dialect: which database.
    """
    main, *others = field_type.columns()
    element = _number(value, main, dialect) if value.type is ValueType.NUMBER else value.element
    options = [option.key for option in field_type.spec.options]
    if options:
        raw: ColumnElement[Any] = type_coerce(element, Text())
        element = case((raw.in_(options), raw))
    found: dict[str, ColumnElement[Any]] = {"": type_coerce(element, column_type(main))}
    beside = field_type.to_columns(field_type.from_expression(Decimal(0))) if others else {}
    for spec in others:
        said = literal(beside[spec.suffix], column_type(spec))
        found[spec.suffix] = type_coerce(case((found[""].is_not(None), said)), column_type(spec))
    return found


def _number(value: SqlValue, spec: ColumnSpec, dialect: str) -> ColumnElement[Any]:
    """Round a number half up to the column's digits; one that doesn't fit is empty, as in `from_expression`."""
    if dialect == "sqlite":
        if value.scale == spec.scale:
            return type_coerce(value.element, Integer())
        text: ColumnElement[Any] = type_coerce(value.element, Text())
        if value.scale is not None:
            whole = type_coerce(value.element, Integer())
            text = func.lotse_decimal(whole, literal(value.scale, Integer()), type_=Text())
        return func.lotse_stored(text, literal(spec.scale, Integer()), type_=Integer())
    shifted = numeric(value) * literal(Decimal(10) ** spec.scale, _NUMERIC)
    rounded = func.round(shifted, type_=_NUMERIC)
    fits = func.abs(rounded, type_=_NUMERIC) < literal(Decimal(10) ** MOST_DIGITS, _NUMERIC)
    return case((fits, cast(rounded, _WHOLE)))
