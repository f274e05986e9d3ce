"""Exact decimal arithmetic, the same in Python and in every database.

Sums, differences and products are exact. A quotient is rounded half up (away from zero) to ten digits. What can't be
computed (a division by zero) is empty, and so is everything computed from an empty value.
"""

from __future__ import annotations

from decimal import MAX_EMAX, MIN_EMIN, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal
from typing import Final

from app.expr.ast import ArithmeticOperator, Comparison

#: Digits after the point of a quotient.
QUOTIENT_DIGITS: Final = 10
#: Most digits that `round` may be asked for.
MAX_DIGITS: Final = 10
#: Enough for the product of every literal that fits into one expression; nothing is ever rounded by it.
_EXACT: Final = Context(prec=12_000, rounding=ROUND_HALF_UP, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[])


def calculate(operator: ArithmeticOperator, left: Decimal, right: Decimal) -> Decimal | None:
    """Apply an operator to two numbers; None where there is no result."""
    match operator:
        case ArithmeticOperator.ADD:
            return _EXACT.add(left, right)
        case ArithmeticOperator.SUBTRACT:
            return _EXACT.subtract(left, right)
        case ArithmeticOperator.MULTIPLY:
            return _EXACT.multiply(left, right)
        case ArithmeticOperator.DIVIDE:
            return divide(left, right)


def divide(left: Decimal, right: Decimal) -> Decimal | None:
    """Divide, rounded half up to ten digits from the exact quotient; None for a division by zero."""
    if right == 0:
        return None
    # From the exact integer quotient, because rounding a rounded quotient would round twice.
    size = right.copy_abs()
    scaled = _EXACT.scaleb(left.copy_abs(), QUOTIENT_DIGITS)
    doubled = _EXACT.add(_EXACT.multiply(scaled, Decimal(2)), size)
    whole = _EXACT.divide_int(doubled, _EXACT.multiply(size, Decimal(2)))
    quotient = _EXACT.scaleb(whole, -QUOTIENT_DIGITS)
    return quotient.copy_negate() if (left < 0) != (right < 0) and quotient != 0 else quotient


def negate(number: Decimal) -> Decimal:
    """Turn the sign around."""
    return _EXACT.minus(number)


def absolute(number: Decimal) -> Decimal:
    """Leave the sign out."""
    return number.copy_abs()


def shifted(number: Decimal | int, places: int) -> Decimal:
    """Move the point to the right, exactly; to the left for a negative number of places."""
    return _EXACT.scaleb(Decimal(number), places)


def rounded(number: Decimal, digits: Decimal | None = None) -> Decimal | None:
    """Round half up (away from zero); None where the digits asked for are not 0 to 10.

    Args:
        number: what to round.
        digits: digits after the point; none by default.
    """
    places = Decimal(0) if digits is None else digits
    if not 0 <= places <= MAX_DIGITS or places != places.to_integral_value():
        return None
    return number.quantize(_EXACT.scaleb(Decimal(1), -int(places)), rounding=ROUND_HALF_UP, context=_EXACT)


def floor(number: Decimal) -> Decimal:
    """Return the largest whole number that isn't larger."""
    return number.to_integral_value(rounding=ROUND_FLOOR, context=_EXACT)


def ceiling(number: Decimal) -> Decimal:
    """Return the smallest whole number that isn't smaller."""
    return _EXACT.minus(floor(_EXACT.minus(number)))


def whole(number: Decimal) -> int:
    """Return a number without what stands after the point, as counts of days and months are read."""
    return int(number.to_integral_value(rounding=ROUND_DOWN, context=_EXACT))


def band(number: Decimal, size: Decimal) -> Decimal | None:
    """Return the lower end of the band of a size that a number lies in; None for a size that isn't positive."""
    if size <= 0:
        return None
    scale = max(_digits(number), _digits(size))
    parts, width = int(_EXACT.scaleb(number, scale)), int(_EXACT.scaleb(size, scale))
    return _EXACT.scaleb(Decimal(parts // width * width), -scale)


def total(numbers: tuple[Decimal, ...]) -> Decimal:
    """Add up; the sum of nothing is 0."""
    found = Decimal(0)
    for number in numbers:
        found = _EXACT.add(found, number)
    return found


def plain(number: Decimal) -> str:
    """Write a number without exponent and without needless zeros, the same for equal numbers."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def ordered(operator: Comparison, left: object, right: object) -> bool:
    """Compare two values of one type, neither of them empty."""
    match operator:
        case Comparison.LT:
            return left < right  # type: ignore[operator,no-any-return]
        case Comparison.LE:
            return left <= right  # type: ignore[operator,no-any-return]
        case Comparison.GT:
            return left > right  # type: ignore[operator,no-any-return]
        case Comparison.GE:
            return left >= right  # type: ignore[operator,no-any-return]
        case Comparison.EQ:
            return left == right
        case Comparison.NE:
            return left != right


def _digits(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
