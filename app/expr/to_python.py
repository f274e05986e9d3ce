"""From a tree to a Python function: closures, built once, called for every record.

The rules about empty values, the same as in `to_sql`: a condition is TRUE or FALSE, never unknown. `=` and `!=` treat
empty as a value of its own. Every other comparison with an empty value is FALSE. Calculating with empty gives empty.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from app.expr import arithmetic, ast
from app.expr.ast import Comparison, Expr, Matching
from app.expr.check import type_of
from app.expr.dates import narrow, widen
from app.expr.environment import Environment
from app.expr.fold import fold
from app.expr.functions import FUNCTIONS, Function, Given, Kind
from app.expr.scope import Scope
from app.expr.types import ValueType

#: Gives the value at a path of the record at hand; for child lines, a tuple of the values of all rows.
Getter = Callable[[tuple[str, ...]], Any]
Evaluate = Callable[[Getter, Environment], Any]


def to_python(expr: Expr, scope: Scope) -> Evaluate:
    """Compile a checked expression.

    Args:
        expr: an expression without problems.
        scope: the scope that it was checked in.

    Returns:
        A function of a getter and an environment. A condition gives True or False; any other expression a str,
        Decimal, date, time, datetime (UTC without zone), int (reference), tuple or None for empty.
    """
    return _compile(expr, scope)


def condition(expr: Expr, scope: Scope) -> Callable[[Getter, Environment], bool]:
    """Compile a checked condition; the function gives True or False, and False for empty."""
    evaluate = _compile(expr, scope)
    return lambda get, env: evaluate(get, env) is True


def plain(value: Any) -> Any:
    """Return a value as expressions see it: no empty text or list, numbers exact, moments in UTC without zone."""
    if value is None or value in ("", ()):
        return None
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo is not None else value
    return value


def _compile(expr: Expr, scope: Scope) -> Evaluate:
    match expr:
        case ast.Literal(value):
            constant = plain(value)
            return lambda get, env: constant
        case ast.Path(keys):
            return _path(keys, scope)
        case ast.Parameter(name):
            number = scope.parameter(name) is ValueType.NUMBER
            return lambda get, env: _exact(env.parameters.get(name), number=number)
        case ast.And(operands):
            parts = tuple(_compile(operand, scope) for operand in operands)
            return lambda get, env: all(part(get, env) is True for part in parts)
        case ast.Or(operands):
            parts = tuple(_compile(operand, scope) for operand in operands)
            return lambda get, env: any(part(get, env) is True for part in parts)
        case ast.Not(operand):
            inner = _compile(operand, scope)
            return lambda get, env: inner(get, env) is not True
        case ast.Call(name, arguments):
            return _call(FUNCTIONS[name], arguments, scope)
        case ast.Aggregate(function, at):
            return _aggregate(function, at.keys)
        case _:
            return _compile_operator(expr, scope)


def _compile_operator(expr: Expr, scope: Scope) -> Evaluate:
    match expr:
        case ast.Compare(operator, left, right):
            return _compare(operator, left, right, scope)
        case ast.In(item, choices):
            return _in(item, choices, scope)
        case ast.Has(container, item):
            held, sought = _compile(container, scope), _compile(item, scope)
            return lambda get, env: _member(sought(get, env), held(get, env))
        case ast.Match(kind, text, part):
            return _match(kind, _compile(text, scope), _compile(part, scope))
        case ast.IsEmpty(operand):
            inner = _compile(operand, scope)
            return lambda get, env: inner(get, env) is None
        case ast.Arithmetic(operator, left, right):
            return _arithmetic(operator, _compile(left, scope), _compile(right, scope))
        case ast.Negate(operand):
            inner = _compile(operand, scope)
            return lambda get, env: None if (number := inner(get, env)) is None else arithmetic.negate(number)
        case _:
            raise TypeError(type(expr).__name__)


def _exact(value: Any, *, number: bool) -> Any:
    return Decimal(value) if number and isinstance(value, int) and not isinstance(value, bool) else plain(value)


def _path(keys: tuple[str, ...], scope: Scope) -> Evaluate:
    info = scope.resolve(keys)
    if info is not None and info.type is ValueType.NUMBER:
        return lambda get, env: _exact(get(keys), number=True)
    return lambda get, env: plain(get(keys))


def _compare(operator: Comparison, left: Expr, right: Expr, scope: Scope) -> Evaluate:
    one, other = _compile(left, scope), _compile(right, scope)
    mixed = {type_of(left, scope), type_of(right, scope)} == {ValueType.DATE, ValueType.DATETIME}
    equality = operator in (Comparison.EQ, Comparison.NE)

    def compare(get: Getter, env: Environment) -> bool:
        a, b = one(get, env), other(get, env)
        if a is None or b is None:
            return equality and ((a is b) is (operator is Comparison.EQ))
        if mixed:
            a, b = _widened(a, env), _widened(b, env)
        return arithmetic.ordered(operator, a, b)

    return compare


def _widened(value: date, env: Environment) -> datetime:
    return value if isinstance(value, datetime) else widen(value, env.zone)


def _in(item: Expr, choices: tuple[Expr, ...], scope: Scope) -> Evaluate:
    tests = tuple(_compare(Comparison.EQ, item, choice, scope) for choice in choices)
    sought = _compile(item, scope)
    return lambda get, env: sought(get, env) is not None and any(test(get, env) for test in tests)


def _member(sought: Any, held: Any) -> bool:
    return sought is not None and held is not None and sought in held


def _match(kind: Matching, text: Evaluate, part: Evaluate) -> Evaluate:
    def match(get: Getter, env: Environment) -> bool:
        whole, piece = text(get, env), part(get, env)
        if whole is None or piece is None:
            return False
        return matches(kind, fold(whole), fold(piece))

    return match


def matches(kind: Matching, whole: str, piece: str) -> bool:
    """Return whether a folded text contains, starts or ends with another; an empty piece is in nothing."""
    if not piece:
        return False
    if kind is Matching.CONTAINS:
        return piece in whole
    return whole.startswith(piece) if kind is Matching.STARTS else whole.endswith(piece)


def _arithmetic(operator: ast.ArithmeticOperator, one: Evaluate, other: Evaluate) -> Evaluate:
    def calculate(get: Getter, env: Environment) -> Decimal | None:
        a, b = one(get, env), other(get, env)
        return None if a is None or b is None else arithmetic.calculate(operator, a, b)

    return calculate


def _call(function: Function, arguments: tuple[Expr, ...], scope: Scope) -> Evaluate:
    if function.given is not None:
        return _GIVEN[function.given]
    parts = tuple(_argument(function.kind(i), argument, scope) for i, argument in enumerate(arguments))
    apply = function.apply
    if function.strict:

        def strict(get: Getter, env: Environment) -> Any:
            values = [part(get, env) for part in parts]
            return None if None in values else apply(*values)

        return strict
    return lambda get, env: apply(*(part(get, env) for part in parts))


def _argument(kind: Kind, argument: Expr, scope: Scope) -> Evaluate:
    evaluate = _compile(argument, scope)
    if kind is Kind.DAY and type_of(argument, scope) is ValueType.DATETIME:
        return lambda get, env: None if (moment := evaluate(get, env)) is None else narrow(moment, env.zone)
    return evaluate


_GIVEN: dict[Given, Evaluate] = {
    Given.TODAY: lambda get, env: env.today,
    Given.NOW: lambda get, env: env.now,
    Given.ME: lambda get, env: env.me,
    Given.TEAM: lambda get, env: env.team,
}


def _aggregate(function: str, keys: tuple[str, ...]) -> Evaluate:
    def aggregate(get: Getter, env: Environment) -> Any:
        rows = get(keys) or ()
        if function == "count" and len(keys) == 1:
            return Decimal(len(rows))
        values = tuple(_exact(v, number=True) for v in rows if plain(v) is not None)
        return _AGGREGATES[function](values)

    return aggregate


def _average(values: tuple[Decimal, ...]) -> Decimal | None:
    return arithmetic.divide(arithmetic.total(values), Decimal(len(values)))


_AGGREGATES: dict[str, Callable[[tuple[Any, ...]], Any]] = {
    "sum": arithmetic.total,
    "count": lambda values: Decimal(len(values)),
    "min": lambda values: min(values, default=None),
    "max": lambda values: max(values, default=None),
    "avg": _average,
}
