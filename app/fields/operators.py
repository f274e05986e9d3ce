"""The ways to filter, by kind of value; every one builds a tree of the expression language, never SQL.

An operator's key is its name in a query string and means the same for every type that has it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from app.expr.ast import (
    And,
    Expr,
    Path,
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
    return And((eq(at, literal(values[0].id)), eq(_part(at, "entity"), literal(values[0].entity))))


def _of_kind(at: Expr, values: tuple[Value, ...]) -> Expr:
    return is_in(_part(at, "entity"), values)


def _part(at: Expr, sub: str) -> Expr:
    """Name a part of a composite value; only a field has parts."""
    if not isinstance(at, Path):
        raise TypeError("only a field has parts")
    return Path((*at.keys, sub))


# -- instants: asked for by day, compared as instants, so that an index can be used -----------------------------------


def _midnight(day: date) -> Expr:
    """Return the instant at which a day begins in the product's zone."""
    return literal(read_datetime(f"{day.isoformat()} 00:00", "en"))


def _on_day(at: Expr, values: tuple[Value, ...]) -> Expr:
    return And((ge(at, _midnight(values[0])), lt(at, _midnight(values[0] + _DAY))))


def _before_day(at: Expr, values: tuple[Value, ...]) -> Expr:
    return lt(at, _midnight(values[0]))


def _after_day(at: Expr, values: tuple[Value, ...]) -> Expr:
    return ge(at, _midnight(values[0] + _DAY))


def _days(at: Expr, values: tuple[Value, ...]) -> Expr:
    """Both days belong to the range, the last one to its end."""
    low, high = values
    found = and_(
        None if low is None else ge(at, _midnight(low)),
        None if high is None else lt(at, _midnight(high + _DAY)),
    )
    return not_(is_empty(at)) if found is None else found


# -- days counted from today: the same for days and instants, because a day compared with an instant is its beginning --


def _from_today(days: int) -> Expr:
    return call("add_days", call("today"), literal(Decimal(days))) if days else call("today")


def _within(first: int, last: int) -> Build:
    def build(at: Expr, values: tuple[Value, ...]) -> Expr:
        return And((ge(at, _from_today(first)), lt(at, _from_today(last + 1))))

    return build


def _last_days(at: Expr, values: tuple[Value, ...]) -> Expr:
    return _within(-int(values[0]), 0)(at, ())


def _next_days(at: Expr, values: tuple[Value, ...]) -> Expr:
    return _within(0, int(values[0]))(at, ())


def _before_today(at: Expr, values: tuple[Value, ...]) -> Expr:
    return lt(at, _from_today(0))


# -- the operators ----------------------------------------------------------------------------------------------------

_DAY: Final = timedelta(days=1)
_NONE, _ONE, _MANY, _RANGE = Inputs.NONE, Inputs.ONE, Inputs.MANY, Inputs.RANGE

_IS: Final = Operator("is", Label("ist", "is"), _ONE, _compared(eq))
_IS_NOT: Final = Operator("is_not", Label("ist nicht", "is not"), _ONE, _compared(ne))
_CONTAINS: Final = Operator("contains", Label("enthält", "contains"), _ONE, _compared(contains))
_STARTS: Final = Operator("starts_with", Label("beginnt mit", "starts with"), _ONE, _compared(starts_with))
_AT_LEAST: Final = Operator("at_least", Label("ist mindestens", "is at least"), _ONE, _compared(ge))
_AT_MOST: Final = Operator("at_most", Label("ist höchstens", "is at most"), _ONE, _compared(le))
_FROM_TO: Final = Operator("from_to", Label("von … bis", "from … to"), _RANGE, _from_to)
_ONE_OF: Final = Operator("one_of", Label("ist", "is"), _MANY, _one_of)
_NONE_OF: Final = Operator("none_of", Label("ist nicht", "is not"), _MANY, _none_of)
_HAS: Final = Operator("has_one_of", Label("enthält", "includes"), _MANY, _has_one_of)
_HAS_NOT: Final = Operator("has_none_of", Label("enthält nicht", "doesn’t include"), _MANY, _has_none_of)
_EMPTY: Final = Operator("is_empty", Label("ist leer", "is empty"), _NONE, _is_empty)
_FILLED: Final = Operator("is_not_empty", Label("ist ausgefüllt", "is filled in"), _NONE, _is_not_empty)

_RELATIVE: Final = (
    Operator("today", Label("ist heute", "is today"), _NONE, _within(0, 0)),
    Operator("past", Label("liegt vor heute", "is before today"), _NONE, _before_today),
    Operator("last_days", Label("in den letzten Tagen:", "in the last days:"), _ONE, _last_days, widget="integer"),
    Operator("next_days", Label("in den nächsten Tagen:", "in the next days:"), _ONE, _next_days, widget="integer"),
)

NO_OPERATORS: Final[tuple[Operator, ...]] = ()
EMPTY_OPERATORS: Final = (_EMPTY, _FILLED)
EXACT_OPERATORS: Final = (_IS, _IS_NOT, *EMPTY_OPERATORS)
TEXT_OPERATORS: Final = (_CONTAINS, _IS, _IS_NOT, _STARTS, *EMPTY_OPERATORS)
LONG_TEXT_OPERATORS: Final = (_CONTAINS, *EMPTY_OPERATORS)
NUMBER_OPERATORS: Final = (_FROM_TO, _IS, _IS_NOT, _AT_LEAST, _AT_MOST, *EMPTY_OPERATORS)
BOOLEAN_OPERATORS: Final = (
    Operator("yes", Label("ist Ja", "is yes"), _NONE, _boolean(True)),
    Operator("no", Label("ist Nein", "is no"), _NONE, _boolean(False)),
    *EMPTY_OPERATORS,
)
DATE_OPERATORS: Final = (
    _FROM_TO,
    _IS,
    Operator("before", Label("ist vor dem", "is before"), _ONE, _compared(lt)),
    Operator("after", Label("ist nach dem", "is after"), _ONE, _compared(gt)),
    *_RELATIVE,
    *EMPTY_OPERATORS,
)
DATETIME_OPERATORS: Final = (
    Operator("from_to", Label("von … bis", "from … to"), _RANGE, _days),
    Operator("is", Label("ist am", "is on"), _ONE, _on_day),
    Operator("before", Label("ist vor dem", "is before"), _ONE, _before_day),
    Operator("after", Label("ist nach dem", "is after"), _ONE, _after_day),
    *_RELATIVE,
    *EMPTY_OPERATORS,
)
TIME_OPERATORS: Final = (_FROM_TO, _IS, _AT_LEAST, _AT_MOST, *EMPTY_OPERATORS)
CHOICE_OPERATORS: Final = (_ONE_OF, _NONE_OF, *EMPTY_OPERATORS)
LIST_OPERATORS: Final = (_HAS, _HAS_NOT, *EMPTY_OPERATORS)
REFERENCE_OPERATORS: Final = (_ONE_OF, _NONE_OF, *EMPTY_OPERATORS)
REFERENCES_OPERATORS: Final = (_HAS, _HAS_NOT, *EMPTY_OPERATORS)
USER_OPERATORS: Final = (Operator("me", Label("bin ich", "is me"), _NONE, _me), *REFERENCE_OPERATORS)
ANY_REFERENCE_OPERATORS: Final = (
    Operator("is", Label("ist", "is"), _ONE, _same_record),
    Operator("of_kind", Label("ist ein(e)", "is a(n)"), _MANY, _of_kind, widget="entity"),
    *EMPTY_OPERATORS,
)
