"""Numbers as the databases store them: whole numbers, shifted by the digits after the point."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from sqlalchemy import BigInteger, TypeDecorator
from sqlalchemy.engine import Dialect

from app.expr import arithmetic
from app.expr.ast import Comparison
from app.expr.constants import Convert
from app.expr.environment import Environment

#: The largest number of 64 bits.
LARGEST: Final = 2**63 - 1


class ScaledDecimal(TypeDecorator[Decimal]):
    """A decimal as a scaled whole number.

    Args:
        scale: digits after the point.
    """

    impl = BigInteger
    cache_ok = True

    def __init__(self, scale: int) -> None:
        super().__init__()
        self.scale = scale

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """Put the point back."""
        return None if value is None else Decimal(value).scaleb(-self.scale)


def scaled(operator: Comparison, scale: int, impossible: Any = None) -> Convert:
    """Return what turns a number into the whole number that a scaled column is compared with.

    Args:
        operator: how it is compared; an order's bound is rounded so that it still separates the same numbers.
        scale: digits after the point in the column.
        impossible: what equals no number, for one that can't stand in the column.
    """

    def convert(value: Any, env: Environment) -> Any:
        if value is None:
            return None
        exact = arithmetic.shifted(value, scale)
        if operator in (Comparison.EQ, Comparison.NE):
            possible = exact == exact.to_integral_value() and abs(exact) <= LARGEST
            return int(exact) if possible else impossible
        down = operator in (Comparison.LE, Comparison.GT)
        return _within(arithmetic.floor(exact) if down else arithmetic.ceiling(exact))

    return convert


def _within(number: Decimal) -> int:
    return int(max(Decimal(-LARGEST), min(Decimal(LARGEST), number)))
