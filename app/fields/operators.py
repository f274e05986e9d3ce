"""The ways to filter, by kind of value; every one builds a tree of the expression language, never SQL.

An operator's key is its name in a query string and means the same for every type that has it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from app.expr.ast import (
    Expr,
    and_,
    call,
    contains,
    eq,
    ge,
    gt,
    has,
    is_empty,
    is_in,
    le,
    literal,
    lt,
    ne,
    not_,
    or_,
    starts_with,
)
from app.fields.base import Inputs, Operator, Value
from app.fields.dates import read_datetime
from app.language import Label

Build = Callable[[Expr, tuple[Value, ...]], Expr]
Compare = Callable[[Expr, Expr], Expr]


def _is_empty(at: Expr, values: tuple[Value, ...]) -> Expr:
    return is_empty(at)


def _is_not_empty(at: Expr, values: tuple[Value, ...]) -> Expr:
    return not_(is_empty(at))


def _literal(value: Value) -> Expr:
    """Hold an operand; a whole number is a number like any other, so it is made exact."""
    return literal(Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value)


def _compared(compare: Compare) -> Build:
    def build(at: Expr, values: tuple[Value, ...]) -> Expr:
        return compare(at, _literal(values[0]))

    return build


def _from_to(at: Expr, values: tuple[Value, ...]) -> Expr:
    """Both ends belong to the range; one of them may be left open."""
    low, high = values
    found = and_(
        None if low is None else ge(at, _literal(low)),
        None if high is None else le(at, _literal(high)),
    )
    return not_(is_empty(at)) if found is None else found


def _one_of(at: Expr, values: tuple[Value, ...]) -> Expr:
    return is_in(at, values)


def _none_of(at: Expr, values: tuple[Value, ...]) -> Expr:
    return not_(is_in(at, values))


def _has_one_of(at: Expr, values: tuple[Value, ...]) -> Expr:
    return or_(*(has(at, literal(value)) for value in values))


def _has_none_of(at: Expr, values: tuple[Value, ...]) -> Expr:
    return not_(_has_one_of(at, values))


def _boolean(wanted: bool) -> Build:
    def build(at: Expr, values: tuple[Value, ...]) -> Expr:
        return eq(at, literal(wanted))

    return build


def _me(at: Expr, values: tuple[Value, ...]) -> Expr:
    return eq(at, call("me"))


def _same_record(at: Expr, values: tuple[Value, ...]) -> Expr:
    """An id alone means nothing where there are several entities; so both columns are compared."""
    return and_(eq(at, literal(values[0].id)), eq(_part(at, "entity"), literal(values[0].entity))) or is_empty(at)


def _of_kind(at: Expr, values: tuple[Value, ...]) -> Expr:
    return is_in(_part(at, "entity"), values)


def _part(at: Expr, sub: str) -> Expr:
    return type(at)((*at.keys, sub))  # type: ignore
