"""Types: whether an expression makes sense where it stands. Every problem is collected, none raised."""

from __future__ import annotations

import difflib
from datetime import date, datetime, time
from decimal import Decimal
from typing import Final

from app.expr import ast
from app.expr.ast import Expr
from app.expr.functions import AGGREGATES, FUNCTIONS, Function, Kind
from app.expr.messages import TYPE_WORDS, Problem
from app.expr.parse import to_text
from app.expr.scope import PathInfo, Scope
from app.expr.types import ValueType
from app.language import Label

_ORDERED: Final = frozenset({ValueType.TEXT, ValueType.NUMBER, ValueType.DATE, ValueType.TIME, ValueType.DATETIME})
_EQUALITY: Final = frozenset({ast.Comparison.EQ, ast.Comparison.NE})
_MOMENTS: Final = frozenset({ValueType.DATE, ValueType.DATETIME})
#: Ids are written as numbers where a drill-down names a record.
_IDS: Final = frozenset({ValueType.REFERENCE, ValueType.NUMBER})
_KINDS: Final[dict[Kind, frozenset[ValueType]]] = {
    Kind.TEXT: frozenset({ValueType.TEXT}),
    Kind.NUMBER: frozenset({ValueType.NUMBER}),
    Kind.CONDITION: frozenset({ValueType.BOOLEAN}),
    Kind.DAY: _MOMENTS,
    Kind.MOMENT: _MOMENTS,
    Kind.ANY: frozenset(ValueType) - {ValueType.LIST},
    Kind.SCALAR: frozenset({ValueType.TEXT, ValueType.NUMBER, ValueType.DATE}),
}
_EXPECTED: Final[dict[Kind, Label]] = {
    Kind.TEXT: TYPE_WORDS["text"],
    Kind.NUMBER: TYPE_WORDS["number"],
    Kind.CONDITION: Label("eine Bedingung", "a condition"),
    Kind.DAY: TYPE_WORDS["date"],
    Kind.MOMENT: TYPE_WORDS["date"],
    Kind.ANY: Label("einen Wert", "a value"),
    Kind.SCALAR: Label("einen Text, eine Zahl oder ein Datum", "a text, a number or a date"),
}


def check(expr: Expr, scope: Scope, expect: ValueType | None = None, *, query: bool = False) -> tuple[Problem, ...]:
    """Return everything that is wrong with an expression at one place.

    Args:
        expr: the expression.
        scope: the names that it may use.
        expect: the type that it must have, BOOLEAN for a condition; None for any.
        query: whether a database has to compute it, which can look only through texts that are kept folded.
    """
    checker = _Checker(scope, query=query)
    found = checker.type(expr)
    if not checker.problems and not _fits(found, expect):
        word = TYPE_WORDS[found]
        if expect is ValueType.BOOLEAN:
            checker.problems.append(Problem("condition", 0, {"given": word}))
        else:
            checker.problems.append(Problem("compare", 0, {"left": _capital(word), "right": _dative(expect or found)}))
    return tuple(checker.problems)


def type_of(expr: Expr, scope: Scope) -> ValueType:
    """Return the type of an expression's value; EMPTY where it has none or makes no sense."""
    return _Checker(scope, query=False).type(expr)


def comparable(left: ValueType, right: ValueType) -> bool:
    """Return whether two types may be compared for equality."""
    if ValueType.EMPTY in (left, right):
        return True
    return (left is right and left is not ValueType.LIST) or {left, right} in (_MOMENTS, _IDS)


def common(types: tuple[ValueType, ...]) -> ValueType | None:
    """Return the one type that all of some values have, leaving out empty ones; None where they differ."""
    given = {found for found in types if found is not ValueType.EMPTY}
    if not given:
        return ValueType.EMPTY
    return given.pop() if len(given) == 1 else None


def _fits(found: ValueType, expect: ValueType | None) -> bool:
    return (
        expect is None
        or found in (expect, ValueType.EMPTY)
        or (expect is ValueType.DATETIME and found is ValueType.DATE)
    )


class _Checker:
    """One walk over one tree."""

    def __init__(self, scope: Scope, *, query: bool) -> None:
        self.scope = scope
        self.query = query
        self.problems: list[Problem] = []

    def _problem(self, code: str, **values: object) -> ValueType:
        self.problems.append(Problem(code, 0, values))
        return ValueType.EMPTY

    def type(self, expr: Expr) -> ValueType:
        """Return the type of a node, having checked what is below it."""
        match expr:
            case ast.Literal(value):
                return literal_type(value)
            case ast.Path(keys):
                return self._path(keys)
            case ast.Parameter(name):
                found = self.scope.parameter(name)
                return found if found is not None else self._problem("unknown_parameter", name=name)
            case ast.And(operands) | ast.Or(operands):
                for operand in operands:
                    self._condition(operand)
                return ValueType.BOOLEAN
            case ast.Not(operand):
                self._condition(operand)
                return ValueType.BOOLEAN
            case ast.Arithmetic(_, left, right):
                self._number(left)
                self._number(right)
                return ValueType.NUMBER
            case ast.Negate(operand):
                self._number(operand)
                return ValueType.NUMBER
            case ast.Call(name, arguments):
                return self._call(name, arguments)
            case ast.Aggregate(function, at):
                return self._aggregate(function, at)
            case _:
                self._comparison(expr)
                return ValueType.BOOLEAN

    def _comparison(self, expr: Expr) -> None:
        match expr:
            case ast.Compare(operator, left, right):
                self._compare(operator, left, right)
            case ast.In(item, choices):
                found = self.type(item)
                for choice in choices:
                    self._comparable(found, self.type(choice))
            case ast.Has(container, item):
                found = self.type(container)
                if found not in (ValueType.LIST, ValueType.EMPTY):
                    self._problem("list_expected", given=TYPE_WORDS[found])
                self._member(self.type(item))
            case ast.Match(kind, text, part):
                self._match(kind, text, part)
            case ast.IsEmpty(operand):
                self.type(operand)

    def _path(self, keys: tuple[str, ...]) -> ValueType:
        info = self._resolve(keys)
        if info is None:
            return ValueType.EMPTY
        if info.lines:
            return self._problem("lines_alone", path=".".join(keys))
        return info.type

    def _resolve(self, keys: tuple[str, ...]) -> PathInfo | None:
        info = self.scope.resolve(keys)
        if info is None:
            self._problem("unknown_field", path=".".join(keys), hint=_hint(keys[0], tuple(self.scope.names())))
        return info

    def _condition(self, expr: Expr) -> None:
        found = self.type(expr)
        if found not in (ValueType.BOOLEAN, ValueType.EMPTY):
            self._problem("condition", given=TYPE_WORDS[found])

    def _number(self, expr: Expr) -> None:
        found = self.type(expr)
        if found not in (ValueType.NUMBER, ValueType.EMPTY):
            self._problem("number_expected", given=TYPE_WORDS[found])

    def _comparable(self, left: ValueType, right: ValueType) -> bool:
        if comparable(left, right):
            return True
        self._problem("compare", left=_capital(TYPE_WORDS[left]), right=_dative(right))
        return False

    def _compare(self, operator: ast.Comparison, left: Expr, right: Expr) -> None:
        types = self.type(left), self.type(right)
        if not self._comparable(*types) or operator in _EQUALITY:
            return
        for found in types:
            if found not in _ORDERED and found is not ValueType.EMPTY:
                self._problem("order", type=_capital(TYPE_WORDS[found]), operator=operator)
                return

    def _member(self, found: ValueType) -> None:
        """A list holds texts or, where it links to records, their ids."""
        if found not in (ValueType.TEXT, ValueType.REFERENCE, ValueType.NUMBER, ValueType.EMPTY):
            self._problem("text_expected", operator="has", given=TYPE_WORDS[found])

    def _match(self, kind: ast.Matching, text: Expr, part: Expr) -> None:
        for side in (text, part):
            found = self.type(side)
            if found not in (ValueType.TEXT, ValueType.EMPTY):
                self._problem("text_expected", operator=kind, given=TYPE_WORDS[found])
        if self.query:
            self._foldable(text)
            self._foldable(part)

    def _foldable(self, expr: Expr) -> None:
        """A database doesn't fold; so it needs a column that is folded already, or a constant."""
        if isinstance(expr, ast.Path):
            info = self.scope.resolve(expr.keys)
            if info is None or info.folded or info.type is not ValueType.TEXT:
                return
        elif is_constant(expr):
            return
        self._problem("not_in_query", text=to_text(expr))

    def _call(self, name: str, arguments: tuple[Expr, ...]) -> ValueType:
        function = FUNCTIONS.get(name)
        if function is None:
            return self._problem("unknown_function", name=name, hint=_hint(name, (*FUNCTIONS, *AGGREGATES)))
        if not function.least <= len(arguments) <= function.most:
            expected = str(function.least) if function.least == function.most else f"{function.least}–{function.most}"
            return self._problem("arity", name=name, expected=expected, given=len(arguments))
        types = tuple(self.type(argument) for argument in arguments)
        self._arguments(function, types)
        if self.query and name in ("fold", "first_letter"):
            self._foldable(arguments[0])
        return self._result(function, types)

    def _arguments(self, function: Function, types: tuple[ValueType, ...]) -> None:
        for position, found in enumerate(types):
            kind = function.kind(position)
            if found is ValueType.EMPTY or found in _KINDS[kind]:
                continue
            self._problem(
                "argument", name=function.name, place=position + 1, expected=_EXPECTED[kind], given=TYPE_WORDS[found]
            )
        if function.name in ("least", "greatest"):
            for found in types:
                if found not in _ORDERED and found is not ValueType.EMPTY:
                    self._problem("order", type=_capital(TYPE_WORDS[found]), operator=function.name)

    def _result(self, function: Function, types: tuple[ValueType, ...]) -> ValueType:
        if function.result is not None:
            return function.result
        chosen = tuple(t for i, t in enumerate(types) if function.kind(i) in (Kind.ANY, Kind.MOMENT))
        found = common(chosen)
        if found is None:
            first, second = (t for t in dict.fromkeys(chosen) if t is not ValueType.EMPTY)
            return self._problem("compare", left=_capital(TYPE_WORDS[first]), right=_dative(second))
        return found

    def _aggregate(self, function: str, at: ast.Path) -> ValueType:
        info = self._resolve(at.keys)
        if info is None:
            return ValueType.EMPTY
        if not info.lines:
            return self._problem("lines_only", name=function, path=".".join(at.keys))
        if function == "count":
            return ValueType.NUMBER
        if function in ("sum", "avg"):
            if info.type is not ValueType.NUMBER:
                return self._problem("number_expected", given=TYPE_WORDS[info.type])
            return ValueType.NUMBER
        if info.type not in _ORDERED:
            return self._problem("order", type=_capital(TYPE_WORDS[info.type]), operator=function)
        return info.type


def literal_type(value: ast.Scalar) -> ValueType:
    """Return the type of a value that stands in an expression."""
    for python, found in _LITERALS:
        if isinstance(value, python):
            return found
    return ValueType.EMPTY


def is_constant(expr: Expr) -> bool:
    """Return whether an expression is the same for every record."""
    if isinstance(expr, ast.Path | ast.Aggregate):
        return False
    return all(is_constant(part) for part in ast.children(expr))


_LITERALS: Final = (
    (bool, ValueType.BOOLEAN),
    (str, ValueType.TEXT),
    (Decimal, ValueType.NUMBER),
    (int, ValueType.REFERENCE),
    (datetime, ValueType.DATETIME),
    (date, ValueType.DATE),
    (time, ValueType.TIME),
    (tuple, ValueType.LIST),
)


def _hint(name: str, known: tuple[str, ...]) -> Label:
    near = difflib.get_close_matches(name, known, n=1)
    if not near:
        return Label("", "")
    return Label(" Meinten Sie „{near}“?", " Did you mean “{near}”?").format(near=near[0])


def _capital(word: Label) -> Label:
    return Label(word.de[:1].upper() + word.de[1:], word.en[:1].upper() + word.en[1:])


def _dative(found: ValueType) -> Label:
    word = TYPE_WORDS[found]
    german = (
        word.de.replace("eine ", "einer ", 1) if word.de.startswith("eine ") else word.de.replace("ein ", "einem ", 1)
    )
    return Label(german, word.en)
