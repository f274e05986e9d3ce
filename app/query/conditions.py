"""Conditions that a reader wrote himself, as drill-downs and addresses carry them: text → checked tree.

A name that the reader may not read is refused like one that doesn't exist; so a condition tells nothing that a list
wouldn't tell.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Final

from app.context import Context
from app.errors import FieldError, LotseError
from app.expr.ast import Expr, Literal, children
from app.expr.check import check
from app.expr.messages import ExprError, Problem
from app.expr.parse import parse
from app.expr.types import ValueType
from app.language import Label
from app.meta.scope import EntityScope
from app.query.gate import readable_entities

#: Numbers and ids that every database can compare with.
_LARGEST: Final = Decimal(10) ** 18
_SMALLEST: Final = -9
_LARGEST_ID: Final = 2**63 - 1
_TOO_LARGE: Final = Label(
    "Die Zahl „{number}“ ist zu groß oder zu genau. Bitte eine kürzere nehmen.",
    "The number “{number}” is too large or too precise. Please take a shorter one.",
)


class InvalidCondition(LotseError):
    """A text that is no condition on records of that entity; carries every problem."""

    def __init__(self, errors: tuple[FieldError, ...]) -> None:
        super().__init__("; ".join(error.message.en for error in errors))
        self.errors = errors


def parse_condition(ctx: Context, entity: str, text: str) -> Expr:
    """Read a condition.

    Args:
        ctx: whose rights count.
        entity: key of the entity whose records are meant.
        text: in the expression language.

    Raises:
        InvalidCondition: with everything that is wrong.
    """
    try:
        expr = parse(text)
    except ExprError as wrong:
        raise InvalidCondition(_errors(wrong.problems)) from wrong
    problems = check(expr, EntityScope(readable_entities(ctx), entity), ValueType.BOOLEAN, query=True)
    errors = (*_errors(problems), *_unusable(expr))
    if errors:
        raise InvalidCondition(errors)
    return expr


def _errors(problems: Iterable[Problem]) -> tuple[FieldError, ...]:
    return tuple(FieldError(f"query.condition.{problem.code}", problem.message) for problem in problems)


def usable(expr: Expr) -> bool:
    """Return whether every value of a condition can be compared with by every database."""
    return next(iter(_unusable(expr)), None) is None


def _unusable(expr: Expr) -> Iterable[FieldError]:
    """Find numbers that a database can't hold; a condition is small, so it is walked whole."""
    if isinstance(expr, Literal) and not _fits(expr.value):
        yield FieldError("query.condition.number", _TOO_LARGE.format(number=str(expr.value)[:20]))
    for child in children(expr):
        yield from _unusable(child)


def _fits(value: object) -> bool:
    if isinstance(value, bool | date):
        return True
    if isinstance(value, int):
        return abs(value) <= _LARGEST_ID
    if isinstance(value, Decimal):
        exponent = value.as_tuple().exponent
        return value.is_finite() and abs(value) < _LARGEST and isinstance(exponent, int) and exponent >= _SMALLEST
    return not isinstance(value, str) or "\0" not in value
