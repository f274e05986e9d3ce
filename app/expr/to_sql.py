"""From a tree to SQL that gives the same answer as `to_python`, and that an index can serve where one could.

A WHERE takes NULL for FALSE; so a comparison stays as bare as a person would write it, and is made two-valued only
where that would show: under `not` and where a condition is used as a value. All constants go in as parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import Boolean, ColumnElement, Text, and_, false, func, not_, or_, true

from app.expr import ast
from app.expr.ast import Comparison, Expr
from app.expr.check import is_constant, type_of
from app.expr.constants import Constants
from app.expr.environment import Environment
from app.expr.functions import FUNCTIONS, Kind
from app.expr.messages import ExprError, Problem
from app.expr.parse import to_text
from app.expr.postgres_form import PostgresForm
from app.expr.scope import Scope
from app.expr.sql_value import Form, SqlOperand, SqlValue
from app.expr.sqlite_form import SqliteForm
from app.expr.types import ValueType

Dialect = Literal["sqlite", "postgresql"]
Operands = Callable[[tuple[str, ...]], SqlOperand]
#: Makes the value computed over child lines: function (`sum`, `count`, `min`, `max`) and the path of lines.
Aggregates = Callable[[str, tuple[str, ...]], SqlOperand]

_FORMS: Final[Mapping[str, Callable[[], Form]]] = {"sqlite": SqliteForm, "postgresql": PostgresForm}
_TURNED: Final = {
    Comparison.EQ: Comparison.EQ,
    Comparison.NE: Comparison.NE,
    Comparison.LT: Comparison.GT,
    Comparison.LE: Comparison.GE,
    Comparison.GT: Comparison.LT,
    Comparison.GE: Comparison.LE,
}


@dataclass(frozen=True, slots=True)
class SqlCondition:
    """A condition for a WHERE or HAVING.

    Args:
        clause: the SQL, with named parameters.
        parameters: gives the parameters' values for one request.
    """

    clause: ColumnElement[bool]
    parameters: Callable[[Environment], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class SqlResult:
    """A value for a column list, GROUP BY or ORDER BY.

    Args:
        value: the SQL with its type.
        parameters: gives the parameters' values for one request.
    """

    value: SqlValue
    parameters: Callable[[Environment], Mapping[str, Any]]


def to_sql(
    expr: Expr,
    scope: Scope,
    operand: Operands,
    dialect: Dialect,
    *,
    prefix: str = "x",
    aggregate: Aggregates | None = None,
) -> SqlCondition:
    """Compile a checked condition.

    Args:
        expr: a condition that `check(…, query=True)` found nothing wrong with.
        scope: the scope that it was checked in.
        operand: gives the column of a path.
        dialect: which database.
        prefix: what the parameters' names begin with.
        aggregate: gives values computed over child lines, where that is possible.

    Raises:
        ExprError: it can't be computed by a database.
    """
    constants = Constants(scope, prefix)
    compiler = _Compiler(scope, operand, aggregate, _FORMS[dialect](), constants)
    return SqlCondition(compiler.condition(expr, strict=False), constants.values)


def to_sql_value(
    expr: Expr,
    scope: Scope,
    operand: Operands,
    dialect: Dialect,
    *,
    prefix: str = "v",
    aggregate: Aggregates | None = None,
) -> SqlResult:
    """Compile a checked expression to a value; see `to_sql` for the arguments.

    Raises:
        ExprError: it can't be computed by a database.
    """
    constants = Constants(scope, prefix)
    compiler = _Compiler(scope, operand, aggregate, _FORMS[dialect](), constants)
    return SqlResult(compiler.value(expr), constants.values)


class _Compiler:
    """One tree being compiled."""

    def __init__(
        self, scope: Scope, operand: Operands, aggregate: Aggregates | None, form: Form, constants: Constants
    ) -> None:
        self.scope = scope
        self.operand = operand
        self.aggregate = aggregate
        self.form = form
        self.constants = constants

    # -- conditions -------------------------------------------------------------------------------------------------

    def condition(self, expr: Expr, *, strict: bool) -> ColumnElement[bool]:
        """Compile a condition; `strict` where NULL wouldn't count as FALSE."""
        if is_constant(expr):
            return self.constants.bind(expr, Boolean(), lambda value, env: value is True)
        match expr:
            case ast.And(operands):
                return and_(*(self.condition(o, strict=strict) for o in operands))
            case ast.Or(operands):
                return or_(*(self.condition(o, strict=strict) for o in operands))
            case ast.Not(ast.IsEmpty(operand)):
                return not_(self._is_empty(operand))
            case ast.Not(operand):
                return not_(self.condition(operand, strict=True))
            case ast.IsEmpty(operand):
                return self._is_empty(operand)
            case _:
                clause = self._bare(expr)
                return func.coalesce(clause, false()) if strict else clause

    def _bare(self, expr: Expr) -> ColumnElement[bool]:
        match expr:
            case ast.Compare(operator, left, right):
                return self._compare(operator, left, right)
            case ast.In(item, choices):
                return self._in(item, choices)
            case ast.Has(container, item):
                return self._has(container, item)
            case ast.Match(kind, text, part):
                return self._match(kind, text, part)
            case _:
                return self.value(expr).element

    def _never(self, expr: Expr) -> bool:
        """Return whether an expression is empty whatever the record is: that is what having no type means."""
        return type_of(expr, self.scope) is ValueType.EMPTY

    def _is_empty(self, expr: Expr) -> ColumnElement[bool]:
        if self._never(expr):
            return true()
        if isinstance(expr, ast.Path):
            operand = self.operand(expr.keys)
            return operand.empty if operand.empty is not None else operand.element.is_(None)
        if type_of(expr, self.scope) is ValueType.BOOLEAN and not isinstance(expr, ast.Call):
            return false()
        return self.value(expr).element.is_(None)

    def _compare(self, operator: Comparison, left: Expr, right: Expr) -> ColumnElement[bool]:
        if is_constant(left) or self._never(left):
            left, right, operator = right, left, _TURNED[operator]
        if self._never(right):
            return self._compare_empty(operator, left)
        left_type, right_type = type_of(left, self.scope), type_of(right, self.scope)
        value = self.value(left)
        if {left_type, right_type} == {ValueType.DATE, ValueType.DATETIME} and left_type is ValueType.DATE:
            value = self.form.widen(value, self.constants)
        if is_constant(right):
            return self.form.compare_constant(operator, value, right, right_type, self.constants)
        other = self.value(right)
        if value.type is ValueType.DATETIME and right_type is ValueType.DATE:
            other = self.form.widen(other, self.constants)
        return self.form.compare(operator, value, other)

    def _compare_empty(self, operator: Comparison, left: Expr) -> ColumnElement[bool]:
        if operator is Comparison.EQ:
            return self._is_empty(left)
        return not_(self._is_empty(left)) if operator is Comparison.NE else false()

    def _in(self, item: Expr, choices: tuple[Expr, ...]) -> ColumnElement[bool]:
        literals = [c.value for c in choices if isinstance(c, ast.Literal)]
        known = [value for value in literals if value not in (None, "", ())]
        if len(literals) == len(choices) and all(isinstance(value, str) for value in known) and not self._never(item):
            texts = [self.constants.bind(ast.Literal(v), _RAW_TEXT, _as_it_is) for v in known]
            return self.value(item).element.in_(texts) if texts else false()
        given = [] if self._never(item) else [c for c in choices if not self._never(c)]
        tests = [self._compare(Comparison.EQ, item, choice) for choice in given]
        return and_(not_(self._is_empty(item)), or_(*tests)) if tests else false()

    def _has(self, container: Expr, item: Expr) -> ColumnElement[bool]:
        if not isinstance(container, ast.Path):
            raise _refused(container)
        operand = self.operand(container.keys)
        if operand.has is None:
            raise _refused(container)
        return operand.has(self._member(item))

    def _member(self, item: Expr) -> ColumnElement[Any]:
        found = type_of(item, self.scope)
        if is_constant(item) and found is ValueType.NUMBER:
            return self.form.constant(item, ValueType.REFERENCE, self.constants).element
        return self.value(item).element

    def _match(self, kind: ast.Matching, text: Expr, part: Expr) -> ColumnElement[bool]:
        whole = self._folded(text)
        if is_constant(part):
            return self.form.match(kind, whole, part, self.constants)
        return self.form.match_text(kind, whole, self._folded(part))

    def _folded(self, expr: Expr) -> ColumnElement[Any]:
        if is_constant(expr):
            return self.value(ast.Call("fold", (expr,))).element
        value = self.value(expr)
        if value.folded is not None:
            return value.folded
        if self.form.name == "sqlite":
            return self.form.call("fold", (value,), ValueType.TEXT).element
        raise _refused(expr)

    # -- values -----------------------------------------------------------------------------------------------------

    def value(self, expr: Expr) -> SqlValue:
        """Compile an expression to a value that may be NULL for empty."""
        found = type_of(expr, self.scope)
        if found is ValueType.EMPTY:
            return self.form.constant(_NOTHING, found, self.constants)
        if is_constant(expr):
            return self.form.constant(expr, found, self.constants)
        match expr:
            case ast.Path(keys):
                return self.form.operand(self.operand(keys))
            case ast.Arithmetic(operator, left, right):
                return self.form.arithmetic(operator, self._number(left), self._number(right))
            case ast.Negate(operand):
                return self.form.negate(self._number(operand))
            case ast.Call("if", (test, then, otherwise)):
                chosen = self._typed(then, found), self._typed(otherwise, found)
                return self.form.choose(self.condition(test, strict=False), chosen[0], chosen[1], found)
            case ast.Call(name, arguments):
                return self._call(name, arguments, found)
            case ast.Aggregate(function, at):
                return self._aggregate(function, at)
            case _:
                return self.form.truth(self.condition(expr, strict=True))

    def _number(self, expr: Expr) -> SqlValue:
        return self._typed(expr, ValueType.NUMBER)

    def _typed(self, expr: Expr, wanted: ValueType) -> SqlValue:
        """Compile a part; a constant that is always empty takes the type of its surroundings."""
        if self._never(expr):
            return self.form.constant(_NOTHING, wanted, self.constants)
        return self.value(expr)

    def _call(self, name: str, arguments: tuple[Expr, ...], found: ValueType) -> SqlValue:
        if name in ("fold", "first_letter"):
            text = SqlValue(self._folded(arguments[0]), ValueType.TEXT)
            return self.form.call(f"{name}_of_folded", (text,), ValueType.TEXT)
        function = FUNCTIONS[name]
        values = []
        for position, argument in enumerate(arguments):
            kind = function.kind(position)
            value = self._typed(argument, self._argument_type(argument, kind, found))
            if kind is Kind.DAY and value.type is ValueType.DATETIME:
                value = self.form.narrow(value, self.constants)
            values.append(value)
        return self.form.call(name, tuple(values), found)

    def _argument_type(self, argument: Expr, kind: Kind, result: ValueType) -> ValueType:
        given = type_of(argument, self.scope)
        if given is not ValueType.EMPTY:
            return given
        return _WANTED.get(kind, result)

    def _aggregate(self, function: str, at: ast.Path) -> SqlValue:
        if self.aggregate is None:
            raise _refused(ast.Aggregate(function, at))
        if function == "avg":
            parts = [self.form.operand(self.aggregate(name, at.keys)) for name in ("sum", "count")]
            return self.form.arithmetic(ast.ArithmeticOperator.DIVIDE, parts[0], parts[1])
        operand = self.aggregate(function, at.keys)
        if function in ("sum", "count"):
            operand = SqlOperand(
                func.coalesce(operand.element, 0, type_=operand.element.type), operand.type, operand.scale
            )
        return self.form.operand(operand)


_NOTHING: Final = ast.Literal(None)
_RAW_TEXT: Final = Text()
_WANTED: Final = {
    Kind.TEXT: ValueType.TEXT,
    Kind.NUMBER: ValueType.NUMBER,
    Kind.CONDITION: ValueType.BOOLEAN,
    Kind.DAY: ValueType.DATE,
    Kind.SCALAR: ValueType.TEXT,
}


def _refused(expr: Expr) -> ExprError:
    return ExprError((Problem("not_in_query", 0, {"text": to_text(expr)}),))


def _as_it_is(value: Any, env: Environment) -> Any:
    return value
