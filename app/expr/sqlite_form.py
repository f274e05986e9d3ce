"""How SQLite writes the language.

SQLite has no exact decimals, no dates and no folding. A number column is a scaled whole number; what is calculated is a
decimal in text, by the functions of `sqlite_functions`, which are the Python implementations themselves. Days, times
and moments are ISO texts, which sort as they should. A column compared with a constant stays bare.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Integer,
    Text,
    TypeDecorator,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    type_coerce,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.elements import Grouping
from sqlalchemy.types import TypeEngine

from app.expr import arithmetic, ast
from app.expr.ast import ArithmeticOperator, Comparison, Expr, Matching
from app.expr.constants import Constants, Convert
from app.expr.dates import widen
from app.expr.environment import Environment
from app.expr.fold import fold
from app.expr.scaled import LARGEST, ScaledDecimal, scaled
from app.expr.sql_value import SqlOperand, SqlValue
from app.expr.types import ValueType

#: A text that equals no number and no id, whatever is stored.
_IMPOSSIBLE: Final = ""
_RAW_TEXT: Final = Text()
_RAW_INTEGER: Final = Integer()
_LAST: Final = "\U0010ffff"


class TextDecimal(TypeDecorator[Decimal]):
    """A decimal in text, as calculations give it."""

    impl = Text
    cache_ok = True

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """Read the text."""
        return None if value is None else Decimal(str(value))


class IsoText(TypeDecorator[Any]):
    """A day, time or moment in ISO text, which goes in as the text that it is.

    Args:
        kind: DATE, TIME or DATETIME.
    """

    impl = Text
    cache_ok = True

    def __init__(self, kind: ValueType) -> None:
        super().__init__()
        self.kind = kind

    def process_result_value(self, value: Any, dialect: Dialect) -> date | time | datetime | None:
        """Read the text."""
        return None if value is None else _ISO[self.kind](value)


_ISO: Final[dict[ValueType, Callable[[str], Any]]] = {
    ValueType.DATE: date.fromisoformat,
    ValueType.TIME: time.fromisoformat,
    ValueType.DATETIME: datetime.fromisoformat,
}
_READ_AS: Final[dict[ValueType, TypeEngine[Any]]] = {
    ValueType.TEXT: _RAW_TEXT,
    ValueType.NUMBER: TextDecimal(),
    ValueType.BOOLEAN: Boolean(),
    ValueType.DATE: IsoText(ValueType.DATE),
    ValueType.TIME: IsoText(ValueType.TIME),
    ValueType.DATETIME: IsoText(ValueType.DATETIME),
    ValueType.REFERENCE: _RAW_INTEGER,
    ValueType.EMPTY: _RAW_TEXT,
}


def stored(value: Any, env: Environment | None = None) -> Any:
    """Return a value as it stands in a text or number of SQLite."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, Decimal):
        return arithmetic.plain(value)
    if isinstance(value, datetime):
        return value.isoformat(" ", "microseconds")
    if isinstance(value, time):
        return value.isoformat("microseconds")
    return value.isoformat() if isinstance(value, date) else value


def _widened(value: Any, env: Environment) -> Any:
    is_day = isinstance(value, date) and not isinstance(value, datetime)
    return stored(widen(value, env.zone) if is_day else value)


class SqliteForm:
    """See the module."""

    name = "sqlite"

    def operand(self, operand: SqlOperand) -> SqlValue:
        """Take a column in, as the whole number or text that it stores."""
        if operand.type is ValueType.NUMBER:
            return self._scaled(operand.element, operand.scale)
        element = type_coerce(operand.element, _READ_AS.get(operand.type, _RAW_TEXT))
        return SqlValue(element, operand.type, plain=True, folded=operand.folded)

    def constant(self, expr: Expr, type_: ValueType, constants: Constants) -> SqlValue:
        """Hand a constant in."""
        if isinstance(expr, ast.Literal) and expr.value in (None, "", ()):
            return SqlValue(type_coerce(null(), _READ_AS[type_]), type_)
        raw = _RAW_INTEGER if type_ in (ValueType.REFERENCE, ValueType.BOOLEAN) else _RAW_TEXT
        convert: Convert = _as_id if type_ is ValueType.REFERENCE else stored
        return SqlValue(type_coerce(constants.bind(expr, raw, convert), _READ_AS[type_]), type_)

    # -- conditions -------------------------------------------------------------------------------------------------

    def compare_constant(
        self, operator: Comparison, column: SqlValue, constant: Expr, type_: ValueType, constants: Constants
    ) -> ColumnElement[bool]:
        """Compare with a parameter brought to the form in which the value is stored."""
        if column.type is ValueType.NUMBER and column.scale is None:
            return self.compare(operator, column, self.constant(constant, ValueType.NUMBER, constants))
        convert, raw = self._conversion(operator, column)
        bound = constants.bind(constant, raw, convert)
        known = isinstance(constant, ast.Literal)
        left = type_coerce(column.element, raw)
        match operator:
            case Comparison.EQ:
                return left == bound if known else left.is_not_distinct_from(bound)
            case Comparison.NE:
                return left.is_distinct_from(bound)
            case _:
                return _ORDER[operator](left, bound)

    def _conversion(self, operator: Comparison, column: SqlValue) -> tuple[Convert, TypeEngine[Any]]:
        match column.type:
            case ValueType.NUMBER:
                return scaled(operator, column.scale or 0, _IMPOSSIBLE), _RAW_INTEGER
            case ValueType.REFERENCE:
                return _as_id, _RAW_INTEGER
            case ValueType.BOOLEAN:
                return stored, _RAW_INTEGER
            case ValueType.DATETIME:
                return _widened, _RAW_TEXT
            case _:
                return stored, _RAW_TEXT

    def compare(self, operator: Comparison, left: SqlValue, right: SqlValue) -> ColumnElement[bool]:
        """Compare whole numbers of one scale or texts directly, other numbers by a function."""
        raw = _RAW_INTEGER if left.type in (ValueType.REFERENCE, ValueType.BOOLEAN) else _RAW_TEXT
        one: ColumnElement[Any] = type_coerce(left.element, raw)
        other: ColumnElement[Any] = type_coerce(right.element, raw)
        if ValueType.NUMBER in (left.type, right.type) and ValueType.REFERENCE not in (left.type, right.type):
            if left.scale is not None and left.scale == right.scale:
                one, other = type_coerce(left.element, _RAW_INTEGER), type_coerce(right.element, _RAW_INTEGER)
            elif operator in (Comparison.EQ, Comparison.NE):
                one, other = self._text(left), self._text(right)
            else:
                compared = func.lotse_compare(self._text(left), self._text(right), type_=_RAW_INTEGER)
                return _ORDER[operator](compared, literal(0, _RAW_INTEGER))
        if operator is Comparison.EQ:
            return one.is_not_distinct_from(other)
        return one.is_distinct_from(other) if operator is Comparison.NE else _ORDER[operator](one, other)

    def match(self, kind: Matching, text: ColumnElement[Any], part: Expr, constants: Constants) -> ColumnElement[bool]:
        """Look for a constant; a beginning is a range, which an index serves."""
        piece = constants.bind(part, _RAW_TEXT, _folded)
        whole = type_coerce(text, _RAW_TEXT)
        if kind is not Matching.STARTS:
            return self.match_text(kind, whole, piece)
        beyond = constants.bind(part, _RAW_TEXT, _beyond)
        return and_(whole >= piece, whole < beyond)

    def match_text(self, kind: Matching, text: ColumnElement[Any], part: ColumnElement[Any]) -> ColumnElement[bool]:
        """Compare pieces; a piece of no length is in nothing."""
        length = func.length(part, type_=_RAW_INTEGER)
        found: ColumnElement[bool]
        match kind:
            case Matching.CONTAINS:
                found = func.instr(text, part, type_=_RAW_INTEGER) > 0
            case Matching.STARTS:
                found = func.substr(text, 1, length, type_=_RAW_TEXT) == part
            case _:
                found = func.substr(text, -length, type_=_RAW_TEXT) == part
        return and_(length > 0, found)

    # -- values -----------------------------------------------------------------------------------------------------

    def arithmetic(self, operator: ArithmeticOperator, left: SqlValue, right: SqlValue) -> SqlValue:
        """Calculate decimals in text."""
        name = f"lotse_{operator.name.lower()}"
        return self._result(getattr(func, name)(self._text(left), self._text(right)), ValueType.NUMBER)

    def negate(self, operand: SqlValue) -> SqlValue:
        """Turn the sign of a decimal in text."""
        return self._result(func.lotse_negate(self._text(operand)), ValueType.NUMBER)

    def widen(self, day: SqlValue, constants: Constants) -> SqlValue:
        """Ask Python for the moment at which a day begins."""
        zone = constants.bind(ast.Literal("zone"), _RAW_TEXT, _zone)
        return self._result(func.lotse_widen(type_coerce(day.element, _RAW_TEXT), zone), ValueType.DATETIME)

    def narrow(self, moment: SqlValue, constants: Constants) -> SqlValue:
        """Ask Python for the local day."""
        zone = constants.bind(ast.Literal("zone"), _RAW_TEXT, _zone)
        return self._result(func.lotse_narrow(type_coerce(moment.element, _RAW_TEXT), zone), ValueType.DATE)

    def call(self, name: str, arguments: tuple[SqlValue, ...], type_: ValueType) -> SqlValue:
        """Apply a function: natively where SQLite has it exactly, else the Python implementation."""
        native = _NATIVE.get(name)
        texts = [self._text(argument) for argument in arguments]
        if name == "coalesce":
            return self._result(func.coalesce(*texts, null()), type_)
        if name == "band":
            return self._band(arguments, texts)
        if name in ("least", "greatest"):
            tag = literal(type_.value, _RAW_TEXT)
            return self._result(getattr(func, f"lotse_{name}")(tag, *texts), type_)
        if native is not None:
            return self._result(native(*texts), type_)
        return self._result(getattr(func, f"lotse_{name}")(*texts), type_)

    def _band(self, arguments: tuple[SqlValue, ...], texts: list[ColumnElement[Any]]) -> SqlValue:
        number = arguments[0]
        if number.scale is None:
            return self._result(func.lotse_band(*texts), ValueType.NUMBER)
        step = func.lotse_scaled(texts[1], literal(number.scale, _RAW_INTEGER), type_=_RAW_INTEGER)
        value = type_coerce(number.element, _RAW_INTEGER)
        lower = self._scaled(value - (value % step + step) % step, number.scale)
        # A width with more digits than the column has no whole number; then Python reckons.
        return self._result(case((step.is_(None), func.lotse_band(*texts)), else_=self._text(lower)), ValueType.NUMBER)

    def choose(self, condition: ColumnElement[bool], then: SqlValue, otherwise: SqlValue, type_: ValueType) -> SqlValue:
        """Write `if` as CASE."""
        return self._result(case((condition, self._text(then)), else_=self._text(otherwise)), type_)

    def truth(self, condition: ColumnElement[bool]) -> SqlValue:
        """Take a condition as 0 or 1."""
        return SqlValue(type_coerce(Grouping(condition), Boolean()), ValueType.BOOLEAN)

    def _scaled(self, element: ColumnElement[Any], scale: int) -> SqlValue:
        return SqlValue(type_coerce(element, ScaledDecimal(scale)), ValueType.NUMBER, scale=scale, plain=True)

    def _result(self, element: ColumnElement[Any], type_: ValueType) -> SqlValue:
        return SqlValue(type_coerce(element, _READ_AS[type_]), type_)

    def _text(self, value: SqlValue) -> ColumnElement[Any]:
        """Return a value in the form in which values of different origin meet."""
        if value.type is ValueType.NUMBER and value.scale is not None:
            whole = type_coerce(value.element, _RAW_INTEGER)
            return func.lotse_decimal(whole, literal(value.scale, _RAW_INTEGER), type_=_RAW_TEXT)
        raw = _RAW_INTEGER if value.type in (ValueType.REFERENCE, ValueType.BOOLEAN) else _RAW_TEXT
        return type_coerce(value.element, raw)


def _as_id(value: Any, env: Environment) -> Any:
    """Ids are whole and positive; what isn't one equals none."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() and abs(value) <= LARGEST else _IMPOSSIBLE
    return value if value is None or abs(value) <= LARGEST else _IMPOSSIBLE


def _folded(value: Any, env: Environment) -> Any:
    return (fold(value) or None) if value else None


def _beyond(value: Any, env: Environment) -> Any:
    piece = _folded(value, env)
    return None if piece is None else piece + _LAST


def _zone(value: Any, env: Environment) -> Any:
    return env.zone


_ORDER: Final[dict[Comparison, Callable[[Any, Any], ColumnElement[bool]]]] = {
    Comparison.LT: lambda a, b: a < b,
    Comparison.LE: lambda a, b: a <= b,
    Comparison.GT: lambda a, b: a > b,
    Comparison.GE: lambda a, b: a >= b,
}


def _first_letter(folded: ColumnElement[Any]) -> ColumnElement[Any]:
    first = func.substr(folded, 1, 1, type_=_RAW_TEXT)
    letter = case((first.between("a", "z"), func.upper(first)), else_="#")
    return case((folded.is_(None), null()), else_=letter)


def _concat(*texts: ColumnElement[Any]) -> ColumnElement[Any]:
    joined: ColumnElement[Any] = func.coalesce(texts[0], "", type_=_RAW_TEXT)
    for text in texts[1:]:
        joined = joined.concat(func.coalesce(text, "", type_=_RAW_TEXT))
    return func.nullif(joined, "")


#: What SQLite computes exactly by itself, quicker than a call into Python. Years before 1000 are ISO texts too.
_NATIVE: Final[dict[str, Callable[..., ColumnElement[Any]]]] = {
    "date_of": lambda day: day,
    "start_of_month": lambda day: func.substr(day, 1, 7, type_=_RAW_TEXT).concat("-01"),
    "start_of_year": lambda day: func.substr(day, 1, 4, type_=_RAW_TEXT).concat("-01-01"),
    "length": lambda text: cast(func.coalesce(func.length(text), 0), _RAW_TEXT),
    "fold_of_folded": lambda folded: func.nullif(folded, ""),
    "first_letter_of_folded": _first_letter,
    "concat": _concat,
}
