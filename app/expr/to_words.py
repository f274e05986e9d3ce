"""An expression in plain language: what a filter, a rule or a condition says, in German and English."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Final, Protocol

from app.expr import arithmetic, ast
from app.expr.ast import ArithmeticOperator, Comparison, Expr, Matching
from app.expr.functions import AGGREGATES, FUNCTIONS
from app.expr.types import ValueType
from app.language import Label


class Labels(Protocol):
    """What the names in an expression are called."""

    def path(self, keys: tuple[str, ...]) -> Label:
        """Return what a field is called; the key itself where it is unknown."""

    def value(self, keys: tuple[str, ...], text: str) -> Label | None:
        """Return what a stored text of a field is called (an option's label), or None for the text itself."""

    def parameter(self, name: str) -> Label:
        """Return what a parameter is called."""

    def type(self, keys: tuple[str, ...]) -> ValueType | None:
        """Return the type of a field's value, or None where it is unknown."""


_AND: Final = Label(" und ", " and ")
_OR: Final = Label(" oder ", " or ")
_EMPTY: Final = Label("leer", "empty")
_YES_NO: Final = {True: Label("ja", "yes"), False: Label("nein", "no")}
_COMPARED: Final[dict[Comparison, Label]] = {
    Comparison.EQ: Label("{0} ist {1}", "{0} is {1}"),
    Comparison.NE: Label("{0} ist nicht {1}", "{0} is not {1}"),
    Comparison.LT: Label("{0} ist kleiner als {1}", "{0} is less than {1}"),
    Comparison.LE: Label("{0} ist höchstens {1}", "{0} is at most {1}"),
    Comparison.GT: Label("{0} ist größer als {1}", "{0} is more than {1}"),
    Comparison.GE: Label("{0} ist mindestens {1}", "{0} is at least {1}"),
}
#: Days and moments are earlier and later, not less and more.
_COMPARED_TIMES: Final[dict[Comparison, Label]] = {
    **_COMPARED,
    Comparison.LT: Label("{0} liegt vor {1}", "{0} is before {1}"),
    Comparison.LE: Label("{0} ist spätestens {1}", "{0} is {1} at the latest"),
    Comparison.GT: Label("{0} liegt nach {1}", "{0} is after {1}"),
    Comparison.GE: Label("{0} ist frühestens {1}", "{0} is {1} at the earliest"),
}
_MATCHED: Final[dict[Matching, Label]] = {
    Matching.CONTAINS: Label("{0} enthält {1}", "{0} contains {1}"),
    Matching.STARTS: Label("{0} beginnt mit {1}", "{0} starts with {1}"),
    Matching.ENDS: Label("{0} endet auf {1}", "{0} ends with {1}"),
}
_IN: Final = Label("{0} ist {1}", "{0} is {1}")
_NOT_IN: Final = Label("{0} ist weder {1}", "{0} is neither {1}")
_NOR: Final = Label(" noch ", " nor ")
_HAS: Final = Label("{0} enthält {1}", "{0} includes {1}")
_HAS_NOT: Final = Label("{0} enthält {1} nicht", "{0} doesn't include {1}")
_IS_EMPTY: Final = Label("{0} ist leer", "{0} is empty")
_NOT_EMPTY: Final = Label("{0} ist ausgefüllt", "{0} is filled in")
_NOT: Final = Label("nicht ({0})", "not ({0})")
_HOLDS: Final = Label("{0} ist „ja“", "{0} is “yes”")
_HOLDS_NOT: Final = Label("{0} ist nicht „ja“", "{0} is not “yes”")
_QUOTED: Final = Label("„{0}“", "“{0}”")
_MOMENTS: Final = (ValueType.DATE, ValueType.DATETIME, ValueType.TIME)
_SIGNS: Final = {
    ArithmeticOperator.ADD: "+",
    ArithmeticOperator.SUBTRACT: "−",
    ArithmeticOperator.MULTIPLY: "×",
    ArithmeticOperator.DIVIDE: "÷",
}


def to_words(expr: Expr, labels: Labels) -> Label:
    """Tell an expression in words.

    Args:
        expr: any expression.
        labels: what its names are called.
    """
    return _Teller(labels).condition(expr)


def _fill(template: Label, *parts: Label) -> Label:
    """Fill places by position; a part may hold braces itself, so nothing is filled in twice."""
    return Label(template.de.format(*(p.de for p in parts)), template.en.format(*(p.en for p in parts)))


def joined(parts: list[Label], last: Label, between: Label | None = None) -> Label:
    """Enumerate: `a, b und c`."""
    comma = between or Label.same(", ")
    if len(parts) < 2:
        return parts[0] if parts else _EMPTY
    german = comma.de.join(p.de for p in parts[:-1]) + last.de + parts[-1].de
    return Label(german, comma.en.join(p.en for p in parts[:-1]) + last.en + parts[-1].en)


class _Teller:
    def __init__(self, labels: Labels) -> None:
        self.labels = labels

    # -- conditions -------------------------------------------------------------------------------------------------

    def condition(self, expr: Expr) -> Label:
        match expr:
            case ast.And(operands):
                return joined([self._bracketed(o, ast.Or) for o in operands], _AND, _AND)
            case ast.Or(operands):
                return joined([self._bracketed(o, ast.And) for o in operands], _OR, _OR)
            case ast.Not(operand):
                return self._opposite(operand)
            case ast.Compare(operator, left, right):
                return self._compare(operator, left, right)
            case ast.In(item, choices):
                return _fill(_IN, self.value(item), joined(self._choices(item, choices), _OR))
            case ast.Has(container, item):
                return _fill(_HAS, self.value(container), self._beside(container, item))
            case ast.Match(kind, text, part):
                return _fill(_MATCHED[kind], self.value(text), self.value(part))
            case ast.IsEmpty(operand):
                return _fill(_IS_EMPTY, self.value(operand))
            case ast.Path():
                return _fill(_HOLDS, self.value(expr)) if self._is_flag(expr) else self.value(expr)
            case _:
                return self.value(expr)

    def _is_flag(self, expr: ast.Path) -> bool:
        return self.labels.type(expr.keys) in (ValueType.BOOLEAN, None)

    def _bracketed(self, expr: Expr, kind: type) -> Label:
        told = self.condition(expr)
        return _fill(Label.same("({0})"), told) if isinstance(expr, kind) else told

    def _opposite(self, expr: Expr) -> Label:
        match expr:
            case ast.IsEmpty(operand):
                return _fill(_NOT_EMPTY, self.value(operand))
            case ast.In(item, choices):
                told = self._choices(item, choices)
                if len(told) == 1:
                    return _fill(_COMPARED[Comparison.NE], self.value(item), told[0])
                return _fill(_NOT_IN, self.value(item), joined(told, _NOR, _NOR))
            case ast.Has(container, item):
                return _fill(_HAS_NOT, self.value(container), self._beside(container, item))
            case ast.Path():
                return _fill(_HOLDS_NOT, self.value(expr))
            case _:
                return _fill(_NOT, self.condition(expr))

    def _compare(self, operator: Comparison, left: Expr, right: Expr) -> Label:
        if isinstance(right, ast.Literal) and right.value is None and operator in (Comparison.EQ, Comparison.NE):
            return _fill(_IS_EMPTY if operator is Comparison.EQ else _NOT_EMPTY, self.value(left))
        templates = _COMPARED_TIMES if self._is_time(left) or self._is_time(right) else _COMPARED
        return _fill(templates[operator], self.value(left), self._beside(left, right))

    def _is_time(self, expr: Expr) -> bool:
        match expr:
            case ast.Path(keys):
                return self.labels.type(keys) in _MOMENTS
            case ast.Literal(value):
                return isinstance(value, date | time)
            case ast.Call(name, _):
                function = FUNCTIONS.get(name)
                return name.startswith("add_") or (function is not None and function.result in _MOMENTS)
            case _:
                return False

    def _choices(self, item: Expr, choices: tuple[Expr, ...]) -> list[Label]:
        return [self._beside(item, choice) for choice in choices]

    def _beside(self, known: Expr, expr: Expr) -> Label:
        """Tell a value that stands beside a field: an option goes by its label."""
        if isinstance(known, ast.Path) and isinstance(expr, ast.Literal) and isinstance(expr.value, str):
            label = self.labels.value(known.keys, expr.value)
            if label is not None:
                return label
        return self.value(expr)

    # -- values -----------------------------------------------------------------------------------------------------

    def value(self, expr: Expr) -> Label:
        match expr:
            case ast.Literal(value):
                return _literal(value)
            case ast.Path(keys):
                return self.labels.path(keys)
            case ast.Parameter(name):
                return self.labels.parameter(name)
            case ast.Arithmetic(operator, left, right):
                return _fill(Label.same(f"{{0}} {_SIGNS[operator]} {{1}}"), self._operand(left), self._operand(right))
            case ast.Negate(operand):
                return _fill(Label.same("−{0}"), self._operand(operand))
            case ast.Call(name, arguments):
                return self._call(name, arguments)
            case ast.Aggregate(function, at):
                return _fill(AGGREGATES[function], self.labels.path(at.keys))
            case _:
                return self.condition(expr)

    def _operand(self, expr: Expr) -> Label:
        told = self.value(expr)
        return _fill(Label.same("({0})"), told) if isinstance(expr, ast.Arithmetic) else told

    def _call(self, name: str, arguments: tuple[Expr, ...]) -> Label:
        if name in ("add_days", "add_months") and isinstance(arguments[1], ast.Literal):
            return self._shifted(name, arguments[0], arguments[1].value)
        told = [self.value(argument) for argument in arguments]
        template = FUNCTIONS[name].words
        if "{all}" in template.de:
            return _fill(
                Label(template.de.replace("{all}", "{0}"), template.en.replace("{all}", "{0}")), joined(told, _AND)
            )
        return _fill(template, *told)

    def _shifted(self, name: str, moment: Expr, count: ast.Scalar) -> Label:
        number = arithmetic.whole(count) if isinstance(count, Decimal) else 0
        one, many = _UNITS[name]
        unit = one if abs(number) == 1 else many
        whole = _fill(unit, Label.same(str(abs(number))))
        match moment:
            case ast.Call("today" | "now", ()):
                return _fill(Label("vor {0}" if number < 0 else "in {0}", "{0} ago" if number < 0 else "in {0}"), whole)
            case _:
                sign = Label("{0} minus {1}", "{0} minus {1}") if number < 0 else Label("{0} plus {1}", "{0} plus {1}")
                return _fill(sign, self.value(moment), whole)


_UNITS: Final = {
    "add_days": (Label("{0} Tag", "{0} day"), Label("{0} Tagen", "{0} days")),
    "add_months": (Label("{0} Monat", "{0} month"), Label("{0} Monaten", "{0} months")),
}


def _number(value: Decimal) -> Label:
    text = arithmetic.plain(value)
    return Label(text.replace(".", ","), text)


_WRITERS: Final[tuple[tuple[type | tuple[type, ...], Callable[..., Label]], ...]] = (
    (bool, lambda value: _YES_NO[value]),
    (str, lambda value: _fill(_QUOTED, Label.same(value))),
    (Decimal, _number),
    (datetime, lambda value: Label(f"{value:%d.%m.%Y %H:%M} UTC", f"{value:%Y-%m-%d %H:%M} UTC")),
    (date, lambda value: Label(f"{value:%d.%m.%Y}", f"{value:%Y-%m-%d}")),
    (time, lambda value: Label.same(f"{value:%H:%M}")),
    (int, lambda value: Label.same(f"#{value}")),
    (tuple, lambda value: joined([Label.same(one) for one in value], _AND)),
)


def _literal(value: ast.Scalar) -> Label:
    for kind, write in _WRITERS:
        if isinstance(value, kind):
            return write(value)
    return _EMPTY
