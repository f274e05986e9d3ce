"""A value of an expression inside a statement, and what a database's form has to know about building them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import ColumnElement

from app.expr.ast import ArithmeticOperator, Comparison, Expr, Matching
from app.expr.constants import Constants
from app.expr.types import ValueType


@dataclass(frozen=True, slots=True)
class SqlOperand:
    """A field in a statement, as the query room names it.

    Args:
        element: the column.
        type: type of its value in expressions.
        scale: digits after the point of a number.
        folded: the column that holds the same text folded, or None.
        has: for a list: makes the condition that it contains a value.
        empty: for a value that isn't simply NULL when it is empty: the condition that it is.
    """

    element: ColumnElement[Any]
    type: ValueType
    scale: int = 0
    folded: ColumnElement[Any] | None = None
    has: Callable[[ColumnElement[Any]], ColumnElement[bool]] | None = None
    empty: ColumnElement[bool] | None = None


@dataclass(frozen=True, slots=True)
class SqlValue:
    """A value computed inside a statement.

    Args:
        element: the SQL; it reads back as a Python value of the type.
        type: its type in expressions.
        scale: for a number held as a scaled whole number, the digits after the point; None for one held otherwise.
        plain: whether it is a column as it is stored, which an index may serve.
        folded: the column that holds the same text folded, or None.
    """

    element: ColumnElement[Any]
    type: ValueType
    scale: int | None = None
    plain: bool = False
    folded: ColumnElement[Any] | None = None


class Form(Protocol):
    """How one database writes the language."""

    name: str

    def operand(self, operand: SqlOperand) -> SqlValue:
        """Take a column in."""

    def constant(self, expr: Expr, type_: ValueType, constants: Constants) -> SqlValue:
        """Hand a constant in as a value among values."""

    def compare_constant(
        self, operator: Comparison, column: SqlValue, constant: Expr, type_: ValueType, constants: Constants
    ) -> ColumnElement[bool]:
        """Compare a value with a constant so that an index over the value serves; NULL counts as FALSE."""

    def compare(self, operator: Comparison, left: SqlValue, right: SqlValue) -> ColumnElement[bool]:
        """Compare two values; for `=` and `!=` NULL is a value, for others the result may be NULL."""

    def match(self, kind: Matching, text: ColumnElement[Any], part: Expr, constants: Constants) -> ColumnElement[bool]:
        """Look for a constant in a folded text."""

    def match_text(self, kind: Matching, text: ColumnElement[Any], part: ColumnElement[Any]) -> ColumnElement[bool]:
        """Look for a folded text in another."""

    def arithmetic(self, operator: ArithmeticOperator, left: SqlValue, right: SqlValue) -> SqlValue:
        """Calculate."""

    def negate(self, operand: SqlValue) -> SqlValue:
        """Turn the sign."""

    def widen(self, day: SqlValue, constants: Constants) -> SqlValue:
        """Make the moment at which a day begins."""

    def narrow(self, moment: SqlValue, constants: Constants) -> SqlValue:
        """Make the local day of a moment."""

    def call(self, name: str, arguments: tuple[SqlValue, ...], type_: ValueType) -> SqlValue:
        """Apply a function."""

    def choose(self, condition: ColumnElement[bool], then: SqlValue, otherwise: SqlValue, type_: ValueType) -> SqlValue:
        """Write `if`."""

    def truth(self, condition: ColumnElement[bool]) -> SqlValue:
        """Make a value of a condition that is never NULL."""
