"""The functions that SQLite lacks, lent to each connection: the Python implementations themselves.

A number travels as a decimal in text, a day or moment as ISO text. A function never raises: what it can't compute is
NULL, because an error inside a statement would end it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, Protocol

from app.expr import arithmetic
from app.expr.ast import ArithmeticOperator
from app.expr.dates import narrow, widen
from app.expr.fold import fold
from app.expr.functions import FUNCTIONS, Function, Kind
from app.expr.sqlite_form import stored
from app.expr.types import ValueType


class Connection(Protocol):
    """What is asked of a driver's connection."""

    def create_function(self, name: str, narg: int, func: Callable[..., Any], *, deterministic: bool = ...) -> None:
        """Lend a function."""


@lru_cache(maxsize=4096)
def _decimal(text: str) -> Decimal:
    return Decimal(text)


@lru_cache(maxsize=4096)
def _moment(text: str) -> date | datetime:
    return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)


def _time(text: str) -> time:
    return time.fromisoformat(text)


def _same(value: Any) -> Any:
    return value


_READERS: Final[dict[Kind, Callable[[Any], Any]]] = {
    Kind.TEXT: _same,
    Kind.NUMBER: lambda value: _decimal(str(value)),
    Kind.CONDITION: bool,
    Kind.DAY: _moment,
    Kind.MOMENT: _moment,
}
_TYPES: Final[dict[str, Callable[[Any], Any]]] = {
    ValueType.NUMBER: _READERS[Kind.NUMBER],
    ValueType.DATE: _moment,
    ValueType.DATETIME: _moment,
    ValueType.TIME: _time,
    ValueType.TEXT: _same,
    ValueType.EMPTY: _same,
}
#: What the form writes natively, so that nobody lends it.
_ELSEWHERE: Final = frozenset({"if", "coalesce", "least", "greatest", "concat", "length"})


def _lent(function: Function) -> Callable[..., Any]:
    readers = [_READERS[function.kind(i)] for i in range(function.most)]

    def lent(*values: Any) -> Any:
        if None in values:
            return None
        try:
            return stored(function.apply(*(read(value) for read, value in zip(readers, values, strict=False))))
        except (ArithmeticError, ValueError, TypeError):
            return None

    return lent


def _number(apply: Callable[..., Decimal | None]) -> Callable[..., Any]:
    def lent(*values: Any) -> Any:
        if None in values:
            return None
        result = apply(*(_decimal(str(value)) for value in values))
        return None if result is None else arithmetic.plain(result)

    return lent


def _operator(operator: ArithmeticOperator) -> Callable[[Decimal, Decimal], Decimal | None]:
    return lambda left, right: arithmetic.calculate(operator, left, right)


def _compare(left: Any, right: Any) -> Any:
    if left is None or right is None:
        return None
    one, other = _decimal(str(left)), _decimal(str(right))
    return (one > other) - (one < other)


def _to_decimal(whole: Any, scale: int) -> Any:
    return None if whole is None else arithmetic.plain(arithmetic.shifted(whole, -scale))


def _to_scaled(text: Any, scale: int) -> Any:
    """Return a positive width as a whole number of a scale, or None where it has none."""
    if text is None:
        return None
    exact = arithmetic.shifted(_decimal(str(text)), scale)
    return int(exact) if 0 < exact < 2**62 and exact == exact.to_integral_value() else None


def _to_stored(text: Any, scale: int) -> Any:
    """Return a number rounded half up to a scale, as a whole number; None where it is too large."""
    if text is None:
        return None
    rounded = arithmetic.rounded(_decimal(str(text)), Decimal(scale))
    whole = None if rounded is None else int(arithmetic.shifted(rounded, scale))
    return whole if whole is not None and abs(whole) < 10**18 else None


def _extreme(function: Function) -> Callable[..., Any]:
    def lent(tag: str, *values: Any) -> Any:
        read = _TYPES[tag]
        return stored(function.apply(*(None if value is None else read(value) for value in values)))

    return lent


def _widen(day: Any, zone: str) -> Any:
    return None if day is None else stored(widen(date.fromisoformat(day), zone))


def _narrow(moment: Any, zone: str) -> Any:
    return None if moment is None else _narrowed(moment, zone)


@lru_cache(maxsize=16384)
def _narrowed(moment: str, zone: str) -> str:
    return narrow(datetime.fromisoformat(moment), zone).isoformat()


def _fold(text: Any) -> Any:
    return None if text is None else fold(text) or None


def lent_functions() -> Iterator[tuple[str, int, Callable[..., Any]]]:
    """Yield every function with its name and number of arguments (-1 for any)."""
    for operator in ArithmeticOperator:
        yield f"lotse_{operator.name.lower()}", 2, _number(_operator(operator))
    yield "lotse_negate", 1, _number(arithmetic.negate)
    yield "lotse_compare", 2, _compare
    yield "lotse_decimal", 2, _to_decimal
    yield "lotse_scaled", 2, _to_scaled
    yield "lotse_stored", 2, _to_stored
    yield "lotse_widen", 2, _widen
    yield "lotse_narrow", 2, _narrow
    yield "lotse_fold", 1, _fold
    for name, function in FUNCTIONS.items():
        if name in ("least", "greatest"):
            yield f"lotse_{name}", -1, _extreme(function)
        elif name not in _ELSEWHERE and name != "fold" and function.given is None:
            yield f"lotse_{name}", -1, _lent(function)


def register(connection: Connection) -> None:
    """Lend every function to a new connection.

    Args:
        connection: a connection of the driver, not of SQLAlchemy.
    """
    for name, count, function in lent_functions():
        connection.create_function(name, count, function, deterministic=True)
