"""How PostgreSQL writes the language: NUMERIC is exact, dates and zones are its own.

A number column is a scaled whole number, as on SQLite, and compared as one; what is calculated is NUMERIC.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Date,
    DateTime,
    Integer,
    Numeric,
    Text,
    Time,
    and_,
    case,
    cast,
    extract,
    func,
    literal,
    null,
    or_,
    type_coerce,
)
from sqlalchemy.sql.elements import Grouping
from sqlalchemy.types import TypeEngine

from app.expr import arithmetic, ast
from app.expr.ast import ArithmeticOperator, Comparison, Expr, Matching
from app.expr.constants import Constants, Convert
from app.expr.dates import MAX_DAYS, MAX_MONTHS, widen
from app.expr.environment import Environment
from app.expr.fold import fold
from app.expr.scaled import LARGEST, ScaledDecimal, scaled
from app.expr.sql_value import SqlOperand, SqlValue
from app.expr.types import ValueType

_LAST: Final = "\U0010ffff"
_NUMERIC: Final[Numeric[Any]] = Numeric()
_TEXT: Final = Text()
_BIG: Final = BigInteger()
_TYPES: Final[dict[ValueType, TypeEngine[Any]]] = {
    ValueType.TEXT: _TEXT,
    ValueType.NUMBER: _NUMERIC,
    ValueType.BOOLEAN: Boolean(),
    ValueType.DATE: Date(),
    ValueType.TIME: Time(),
    ValueType.DATETIME: DateTime(),
    ValueType.REFERENCE: _BIG,
    ValueType.EMPTY: _TEXT,
}
_ORDER: Final[dict[Comparison, Callable[[Any, Any], ColumnElement[bool]]]] = {
    Comparison.LT: lambda a, b: a < b,
    Comparison.LE: lambda a, b: a <= b,
    Comparison.GT: lambda a, b: a > b,
    Comparison.GE: lambda a, b: a >= b,
}


def _same(value: Any, env: Environment) -> Any:
    return value


class PostgresForm:
    """See the module."""

    name = "postgresql"

    def operand(self, operand: SqlOperand) -> SqlValue:
        """Take a column in, a number as the whole number that it stores."""
        if operand.type is ValueType.NUMBER:
            element = type_coerce(operand.element, ScaledDecimal(operand.scale))
            return SqlValue(element, operand.type, scale=operand.scale, plain=True)
        element = type_coerce(operand.element, _TYPES.get(operand.type, _TEXT))
        return SqlValue(element, operand.type, plain=True, folded=operand.folded)

    def constant(self, expr: Expr, type_: ValueType, constants: Constants) -> SqlValue:
        """Hand a constant in, with its type said."""
        sql_type = _TYPES[type_]
        if isinstance(expr, ast.Literal) and expr.value in (None, "", ()):
            return SqlValue(cast(null(), sql_type), type_)
        convert: Convert = _as_id if type_ is ValueType.REFERENCE else _same
        # A parameter alone has no type for PostgreSQL; next to nothing but other parameters it needs one.
        return SqlValue(cast(constants.bind(expr, sql_type, convert), sql_type), type_)

    # -- conditions -------------------------------------------------------------------------------------------------

    def compare_constant(
        self, operator: Comparison, column: SqlValue, constant: Expr, type_: ValueType, constants: Constants
    ) -> ColumnElement[bool]:
        """Compare with a parameter of the column's own type."""
        convert, sql_type = self._conversion(operator, column)
        left = type_coerce(column.element, sql_type)
        bound = constants.bind(constant, sql_type, convert)
        if operator not in (Comparison.EQ, Comparison.NE):
            return _ORDER[operator](self._ordered(column, left), bound)
        if isinstance(constant, ast.Literal):
            equal: ColumnElement[bool] = left == bound
        else:
            # `IS NOT DISTINCT FROM` would not use an index.
            missing = constants.bind(constant, Boolean(), lambda value, env: value is None)
            equal = or_(left == bound, and_(left.is_(None), missing))
        return equal if operator is Comparison.EQ else func.coalesce(equal, False).is_(False)

    def _conversion(self, operator: Comparison, column: SqlValue) -> tuple[Convert, TypeEngine[Any]]:
        if column.type is ValueType.NUMBER and column.scale is not None:
            return scaled(operator, column.scale), _BIG
        if column.type is ValueType.REFERENCE:
            return _as_id, _BIG
        if column.type is ValueType.DATETIME:
            return _widened, _TYPES[ValueType.DATETIME]
        return _same, _TYPES[column.type]

    def compare(self, operator: Comparison, left: SqlValue, right: SqlValue) -> ColumnElement[bool]:
        """Compare two values; whole numbers of one scale directly."""
        if left.scale is not None and left.scale == right.scale:
            one: ColumnElement[Any] = type_coerce(left.element, _BIG)
            other: ColumnElement[Any] = type_coerce(right.element, _BIG)
        else:
            one, other = _exact(left), _exact(right)
        if operator is Comparison.EQ:
            return one.is_not_distinct_from(other)
        if operator is Comparison.NE:
            return one.is_distinct_from(other)
        return _ORDER[operator](self._ordered(left, one), other)

    def _ordered(self, value: SqlValue, element: ColumnElement[Any]) -> ColumnElement[Any]:
        """Computed text would be sorted by the database's own rules; a column carries its collation."""
        return element.collate("C") if value.type is ValueType.TEXT and not value.plain else element

    def match(self, kind: Matching, text: ColumnElement[Any], part: Expr, constants: Constants) -> ColumnElement[bool]:
        """Look for a constant: a beginning is a range, a piece is a LIKE, which a trigram index serves."""
        piece = constants.bind(part, _TEXT, _folded)
        match kind:
            case Matching.STARTS:
                return and_(text >= piece, text < constants.bind(part, _TEXT, _beyond))
            case Matching.CONTAINS:
                return text.like(constants.bind(part, _TEXT, _pattern))
            case Matching.ENDS:
                return self.match_text(kind, text, piece)

    def match_text(self, kind: Matching, text: ColumnElement[Any], part: ColumnElement[Any]) -> ColumnElement[bool]:
        """Compare pieces; a piece of no length is in nothing."""
        length = func.length(part, type_=Integer())
        found: ColumnElement[bool]
        match kind:
            case Matching.CONTAINS:
                found = func.strpos(text, part, type_=Integer()) > 0
            case Matching.STARTS:
                found = func.left(text, length, type_=_TEXT) == part
            case _:
                found = func.right(text, length, type_=_TEXT) == part
        return and_(length > 0, found)

    # -- values -----------------------------------------------------------------------------------------------------

    def arithmetic(self, operator: ArithmeticOperator, left: SqlValue, right: SqlValue) -> SqlValue:
        """Calculate with NUMERIC; a quotient is rounded once, from whole numbers."""
        one, other = _exact(left), _exact(right)
        match operator:
            case ArithmeticOperator.ADD:
                element = one + other
            case ArithmeticOperator.SUBTRACT:
                element = one - other
            case ArithmeticOperator.MULTIPLY:
                element = one * other
            case _:
                element = _divide(one, other)
        return SqlValue(type_coerce(element, _NUMERIC), ValueType.NUMBER)

    def negate(self, operand: SqlValue) -> SqlValue:
        """Turn the sign."""
        return SqlValue(type_coerce(-_exact(operand), _NUMERIC), ValueType.NUMBER)

    def widen(self, day: SqlValue, constants: Constants) -> SqlValue:
        """Read midnight in the zone."""
        local = func.timezone(self._zone(constants), cast(day.element, DateTime()))
        return SqlValue(func.timezone("UTC", local, type_=DateTime()), ValueType.DATETIME)

    def narrow(self, moment: SqlValue, constants: Constants) -> SqlValue:
        """Take the date of the local time."""
        local = func.timezone(self._zone(constants), func.timezone("UTC", moment.element))
        return SqlValue(cast(local, Date()), ValueType.DATE)

    def _zone(self, constants: Constants) -> ColumnElement[Any]:
        return constants.bind(ast.Literal("zone"), _TEXT, lambda value, env: env.zone)

    def call(self, name: str, arguments: tuple[SqlValue, ...], type_: ValueType) -> SqlValue:
        """Apply a function."""
        elements = [_exact(argument) for argument in arguments]
        if name in ("add_days", "add_months"):
            shift = _add_days if name == "add_days" else _add_months
            return SqlValue(shift(elements[0], elements[1], type_), type_)
        if name == "concat":
            return SqlValue(_concat(arguments, elements), type_)
        if name in ("least", "greatest") and type_ is ValueType.TEXT:
            elements = [element.collate("C") for element in elements]
        return SqlValue(type_coerce(_FUNCTIONS[name](*elements), _TYPES[type_]), type_)

    def choose(self, condition: ColumnElement[bool], then: SqlValue, otherwise: SqlValue, type_: ValueType) -> SqlValue:
        """Write `if` as CASE."""
        chosen = case((condition, _exact(then)), else_=_exact(otherwise))
        return SqlValue(type_coerce(chosen, _TYPES[type_]), type_)

    def truth(self, condition: ColumnElement[bool]) -> SqlValue:
        """Take a condition as a value."""
        return SqlValue(type_coerce(Grouping(condition), Boolean()), ValueType.BOOLEAN)


def numeric(value: SqlValue) -> ColumnElement[Any]:
    """Return a number as NUMERIC, with its point where it belongs."""
    if value.scale is None:
        return type_coerce(value.element, _NUMERIC)
    whole = cast(type_coerce(value.element, _BIG), _NUMERIC)
    return whole if value.scale == 0 else whole * literal(Decimal(1).scaleb(-value.scale), _NUMERIC)


def _exact(value: SqlValue) -> ColumnElement[Any]:
    """Return a value in the form in which values of different origin meet."""
    return numeric(value) if value.type is ValueType.NUMBER else value.element


def _number(value: int | str) -> ColumnElement[Any]:
    return literal(Decimal(value), _NUMERIC)


def _divide(one: ColumnElement[Any], other: ColumnElement[Any]) -> ColumnElement[Any]:
    divisor = func.nullif(other, _number(0), type_=_NUMERIC)
    doubled = func.abs(one, type_=_NUMERIC) * _number(2 * 10**arithmetic.QUOTIENT_DIGITS)
    size = func.abs(divisor, type_=_NUMERIC)
    whole = func.div(doubled + size, size * _number(2), type_=_NUMERIC)
    sign = func.sign(one, type_=_NUMERIC) * func.sign(divisor, type_=_NUMERIC)
    return sign * whole * _number("0.0000000001")


def _as_id(value: Any, env: Environment) -> Any:
    if value is None:
        return None
    exact = Decimal(value)
    return int(exact) if exact == exact.to_integral_value() and abs(exact) <= LARGEST else -1


def _widened(value: Any, env: Environment) -> Any:
    return widen(value, env.zone) if type(value) is date else value


def _folded(value: Any, env: Environment) -> Any:
    return (fold(value) or None) if value else None


def _beyond(value: Any, env: Environment) -> Any:
    piece = _folded(value, env)
    return None if piece is None else piece + _LAST


_WILD: Final = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_"})


def _pattern(value: Any, env: Environment) -> Any:
    piece = _folded(value, env)
    return None if piece is None else f"%{piece.translate(_WILD)}%"


def _integer(count: ColumnElement[Any]) -> ColumnElement[Any]:
    """Cast a count; PostgreSQL computes constant parts of a CASE even where it won't be taken, so it must not fail."""
    return cast(func.greatest(func.least(count, _number(MAX_DAYS)), _number(-MAX_DAYS)), Integer())


def _add_days(moment: ColumnElement[Any], count: ColumnElement[Any], type_: ValueType) -> ColumnElement[Any]:
    days = func.trunc(count, type_=_NUMERIC)
    day = cast(moment, Date())
    low = type_coerce(literal(date.min, Date()) - day, Integer())
    high = type_coerce(literal(date.max, Date()) - day, Integer())
    whole = _integer(days)
    if type_ is ValueType.DATE:
        moved = type_coerce(type_coerce(moment, Integer()) + whole, Date())
    else:
        moved = type_coerce(
            type_coerce(moment, Integer()) + type_coerce(func.make_interval(0, 0, 0, whole), Integer()), DateTime()
        )
    return type_coerce(case((and_(days >= low, days <= high), moved)), _TYPES[type_])


def _add_months(moment: ColumnElement[Any], count: ColumnElement[Any], type_: ValueType) -> ColumnElement[Any]:
    months = func.trunc(count, type_=_NUMERIC)
    at = extract("year", moment) * 12 + extract("month", moment) - 1
    target = type_coerce(at, _NUMERIC) + months
    shift = type_coerce(func.make_interval(0, _integer(months)), Integer())
    moved = cast(type_coerce(type_coerce(moment, Integer()) + shift, DateTime()), _TYPES[type_])
    possible = and_(func.abs(count) <= MAX_MONTHS, target >= 12, target <= 9999 * 12 + 11)
    return type_coerce(case((possible, moved)), _TYPES[type_])


def _part(name: str) -> Callable[[Any], ColumnElement[Any]]:
    return lambda day: cast(extract(name, day), _NUMERIC)


def _start(name: str) -> Callable[[Any], ColumnElement[Any]]:
    return lambda day: cast(func.date_trunc(name, cast(day, DateTime())), Date())


def _round(number: Any, digits: Any = None) -> ColumnElement[Any]:
    if digits is None:
        return func.round(number, 0)
    allowed = and_(digits >= 0, digits <= arithmetic.MAX_DIGITS, digits == func.trunc(digits))
    return case((allowed, func.round(number, _integer(digits))))


def _band(number: ColumnElement[Any], size: ColumnElement[Any]) -> ColumnElement[Any]:
    width: ColumnElement[Any] = case((size > 0, size))
    return number - func.mod(func.mod(number, width) + width, width)


def _first_letter(folded: Any) -> ColumnElement[Any]:
    first = func.left(folded, 1, type_=_TEXT).collate("C")
    letter = case((and_(first >= "a", first <= "z"), func.upper(first)), else_="#")
    return case((folded.is_(None), null()), else_=letter)


def _days_between(start: Any, end: Any) -> ColumnElement[Any]:
    return cast(type_coerce(type_coerce(end, Integer()) - type_coerce(start, Integer()), Integer()), _NUMERIC)


def _concat(arguments: tuple[SqlValue, ...], elements: list[ColumnElement[Any]]) -> ColumnElement[Any]:
    texts: list[ColumnElement[Any]] = []
    for argument, element in zip(arguments, elements, strict=True):
        if argument.type is ValueType.NUMBER:
            texts.append(cast(func.trim_scale(element), _TEXT))
        elif argument.type is ValueType.DATE:
            texts.append(func.to_char(element, "YYYY-MM-DD", type_=_TEXT))
        else:
            texts.append(element)
    return func.nullif(func.concat(*texts), "", type_=_TEXT)


_FUNCTIONS: Final[dict[str, Callable[..., ColumnElement[Any]]]] = {
    "days_between": _days_between,
    "year": _part("year"),
    "quarter": _part("quarter"),
    "month": _part("month"),
    "day": _part("day"),
    "weekday": _part("isodow"),
    "date_of": lambda day: day,
    "start_of_week": _start("week"),
    "start_of_month": _start("month"),
    "start_of_quarter": _start("quarter"),
    "start_of_year": _start("year"),
    "round": _round,
    "abs": func.abs,
    "floor": func.floor,
    "band": _band,
    "length": lambda text: cast(func.coalesce(func.length(text), 0), _NUMERIC),
    "fold_of_folded": lambda folded: func.nullif(folded, ""),
    "first_letter_of_folded": _first_letter,
    "coalesce": func.coalesce,
    "least": func.least,
    "greatest": func.greatest,
}
