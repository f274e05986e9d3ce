"""Reading numbers as people write them, exactly.

Text is read as the reader's locale writes it; the API sends JSON numbers, or text with a point (locale `en`).
Anything that could mean two numbers is refused: a guess would be off by a factor of a thousand.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any, Final

from app.errors import InvalidValue
from app.language import Label, Locale

#: Digits of a computed number in all: as many as a column holds.
MOST_DIGITS: Final = 18
_WIDE: Final = Context(prec=60, rounding=ROUND_HALF_UP)
#: Significant digits a number may have: what a JSON number (IEEE double) carries without loss.
MAX_DIGITS: Final = 15

_MAX_LENGTH: Final = 40
_PATTERNS: Final[dict[str, re.Pattern[str]]] = {
    "de": re.compile(r"(-?)((?:[0-9]{1,3}(?:[. '’][0-9]{3})+)|[0-9]+|)(?:,([0-9]+))?"),
    "en": re.compile(r"(-?)((?:[0-9]{1,3}(?:[, '’][0-9]{3})+)|[0-9]+|)(?:\.([0-9]+))?"),
}
#: No-break spaces group digits in print; the minus sign of typesetting; a plus that says nothing.
_SPELLING: Final = {0x00A0: " ", 0x202F: " ", 0x2009: " ", 0x2212: "-", 0x2013: "-"}

NOT_A_NUMBER: Final = Label(
    "„{text}“ ist keine Zahl, wie sie hier gelesen wird. Bitte so schreiben: 1.234,50.",
    "“{text}” is not a number as it is read here. Please write it like this: 1,234.50.",
)
TOO_MANY_DIGITS: Final = Label(
    "Die Zahl hat mehr als {limit} Stellen. Bitte eine kürzere Zahl eingeben.",
    "The number has more than {limit} digits. Please enter a shorter number.",
)
TOO_FINE: Final = Label(
    "Hier sind höchstens {scale} Nachkommastellen möglich. Bitte die Zahl runden.",
    "At most {scale} decimal places are possible here. Please round the number.",
)
NOT_WHOLE: Final = Label(
    "Hier wird eine ganze Zahl gebraucht. Bitte ohne Nachkommastellen eingeben.",
    "A whole number is needed here. Please enter it without decimal places.",
)
TOO_SMALL: Final = Label(
    "Der Wert muss mindestens {limit} sein. Bitte einen größeren eingeben.",
    "The value must be at least {limit}. Please enter a larger one.",
)
TOO_LARGE: Final = Label(
    "Der Wert darf höchstens {limit} sein. Bitte einen kleineren eingeben.",
    "The value must be at most {limit}. Please enter a smaller one.",
)


def read_number(raw: Any, locale: Locale) -> Decimal | None:
    """Read a number.

    Args:
        raw: text in the locale's spelling, an int, a finite float or a Decimal; None and blank text are empty.
        locale: whose spelling the text has.

    Raises:
        InvalidValue: `number.invalid` where it isn't a number, `number.digits` where it has too many digits.
    """
    if raw is None:
        return None
    if isinstance(raw, bool) or not isinstance(raw, (str, int, float, Decimal)):
        raise not_a_number(raw)
    number = _from_text(raw, locale) if isinstance(raw, str) else _from_json(raw)
    if number is not None and len(number.normalize().as_tuple().digits) > MAX_DIGITS:
        raise InvalidValue("number.digits", TOO_MANY_DIGITS.format(limit=MAX_DIGITS))
    return number


def read_scaled(raw: Any, locale: Locale, scale: int) -> Decimal | None:
    """Read a number with at most `scale` digits after the point; the result has exactly that many.

    Raises:
        InvalidValue: see :func:`read_number`; `number.scale` where it is finer.
    """
    number = read_number(raw, locale)
    if number is None:
        return None
    if number.adjusted() >= MAX_DIGITS + 3 - scale and number:
        raise InvalidValue("number.digits", TOO_MANY_DIGITS.format(limit=MAX_DIGITS))
    exact = number.quantize(Decimal(1).scaleb(-scale))
    if exact != number:
        raise InvalidValue("number.scale", TOO_FINE.format(scale=scale) if scale else NOT_WHOLE)
    return exact or abs(exact)


def read_integer(raw: Any, locale: Locale) -> int | None:
    """Read a whole number.

    Raises:
        InvalidValue: see :func:`read_number`; `number.scale` where it has digits after the point.
    """
    number = read_scaled(raw, locale, 0)
    return None if number is None else int(number)


def json_number(value: Decimal | int) -> int | float:
    """Return a number as JSON carries it; exact, because no value has more than `MAX_DIGITS` digits."""
    return int(value) if value == int(value) else float(value)


def not_a_number(raw: Any) -> InvalidValue:
    """Return the error for something that can't be read as a number."""
    return InvalidValue("number.invalid", NOT_A_NUMBER.format(text=str(raw)[:_MAX_LENGTH]))


def _from_text(raw: str, locale: Locale) -> Decimal | None:
    text = raw.translate(_SPELLING).strip().removeprefix("+")
    if not text:
        return None
    match = _PATTERNS[locale].fullmatch(text) if len(text) <= _MAX_LENGTH else None
    if match is None or not (match[2] or match[3]):
        raise not_a_number(raw)
    whole = re.sub(r"[^0-9]", "", match[2])
    return Decimal(f"{match[1]}{whole or '0'}.{match[3] or '0'}")


def _from_json(raw: int | float | Decimal) -> Decimal:
    # repr() of a float is the shortest text that means it, so 0.1 stays 0.1; an int of a thousand digits is cut off
    # before its text is made, because making that text is slow.
    if isinstance(raw, int) and abs(raw) >= 10**30:
        raise InvalidValue("number.digits", TOO_MANY_DIGITS.format(limit=MAX_DIGITS))
    number = Decimal(repr(raw)) if isinstance(raw, float) else Decimal(raw)
    if not number.is_finite():
        raise not_a_number(raw)
    return number


def rounded(number: Decimal | None, scale: int) -> Decimal | None:
    """Round a computed number half up, as a column stores it; None where it has more digits than a column holds."""
    if number is None or abs(number) >= Decimal(10) ** (MOST_DIGITS - scale):
        return None
    exact = _WIDE.quantize(number, Decimal(1).scaleb(-scale))
    return exact if abs(exact) < Decimal(10) ** (MOST_DIGITS - scale) else None
