"""The functions of the expression language: signature, meaning, words, and the one implementation in Python.

SQLite calls these very implementations; PostgreSQL has its own form of each in `postgres_form`, and a property test
holds them together. Most functions are *strict*: an empty argument makes an empty result.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from app.expr import arithmetic
from app.expr.calendar_functions import CALENDAR, ENVIRONMENT
from app.expr.fold import fold
from app.expr.function import Function, Given, Kind
from app.expr.types import ValueType
from app.language import Label

__all__ = ["AGGREGATES", "FUNCTIONS", "Function", "Given", "Kind"]


def concat(*texts: Any) -> str | None:
    """Join texts, numbers and days; empty ones are left out."""
    return "".join(written(value) for value in texts if value is not None) or None


def written(value: Any) -> str:
    """Write a value neutrally: a number with a point, a day as ISO 8601."""
    if isinstance(value, Decimal):
        return arithmetic.plain(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return value.isoformat() if isinstance(value, date) else str(value)


def _if(condition: Any, then: Any, otherwise: Any) -> Any:
    return then if condition is True else otherwise


def _coalesce(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)


def _least(*values: Any) -> Any:
    return min((value for value in values if value is not None), default=None)


def _greatest(*values: Any) -> Any:
    return max((value for value in values if value is not None), default=None)


def _length(text: str | None) -> Decimal:
    return Decimal(len(text or ""))


def first_letter(text: str) -> str:
    """Return the first letter of a text, folded, in capitals; `#` for what is no letter."""
    first = fold(text)[:1]
    return first.upper() if "a" <= first <= "z" else "#"


def _fold(text: str) -> str | None:
    return fold(text) or None


_NUMBERS: Final = (
    Function(
        "round",
        (Kind.NUMBER, Kind.NUMBER),
        1,
        2,
        ValueType.NUMBER,
        arithmetic.rounded,
        Label("{0} gerundet", "{0} rounded"),
        Label("Rundet kaufmännisch auf 0 bis 10 Stellen.", "Rounds half up to 0 to 10 digits."),
        "round(amount / 3, 2)",
    ),
    Function(
        "abs",
        (Kind.NUMBER,),
        1,
        1,
        ValueType.NUMBER,
        arithmetic.absolute,
        Label("Betrag von {0}", "absolute value of {0}"),
        Label("Lässt das Vorzeichen weg.", "Leaves out the sign."),
        "abs(difference) > 100",
    ),
    Function(
        "floor",
        (Kind.NUMBER,),
        1,
        1,
        ValueType.NUMBER,
        arithmetic.floor,
        Label("{0} abgerundet", "{0} rounded down"),
        Label("Rundet auf eine ganze Zahl ab.", "Rounds down to a whole number."),
        "floor(hours)",
    ),
    Function(
        "band",
        (Kind.NUMBER, Kind.NUMBER),
        2,
        2,
        ValueType.NUMBER,
        arithmetic.band,
        Label("Band von {0} zu je {1}", "band of {0} by {1}"),
        Label(
            "Der untere Rand des Bandes, in dem die Zahl liegt.", "The lower end of the band that the number lies in."
        ),
        "band(employees, 50)",
    ),
    Function(
        "length",
        (Kind.TEXT,),
        1,
        1,
        ValueType.NUMBER,
        _length,
        Label("Länge von {0}", "length of {0}"),
        Label("Zählt die Zeichen; ein leerer Text hat 0.", "Counts the characters; an empty text has 0."),
        "length(subject) <= 80",
        strict=False,
    ),
)

_TEXTS: Final = (
    Function(
        "fold",
        (Kind.TEXT,),
        1,
        1,
        ValueType.TEXT,
        _fold,
        Label("{0}", "{0}"),
        Label("Der Text ohne Großschreibung und Akzente.", "The text without case and accents."),
        'fold(city) = "koln"',
    ),
    Function(
        "first_letter",
        (Kind.TEXT,),
        1,
        1,
        ValueType.TEXT,
        first_letter,
        Label("Anfangsbuchstabe von {0}", "first letter of {0}"),
        Label("Der erste Buchstabe, A bis Z; sonst #.", "The first letter, A to Z; else #."),
        'first_letter(name) = "A"',
    ),
    Function(
        "concat",
        (Kind.SCALAR,),
        1,
        20,
        ValueType.TEXT,
        concat,
        Label("{all} aneinander", "{all} joined"),
        Label("Hängt Werte aneinander und lässt leere weg.", "Joins values and leaves out empty ones."),
        'concat(postcode, " ", city)',
        strict=False,
    ),
)

_CHOOSING: Final = (
    Function(
        "if",
        (Kind.CONDITION, Kind.ANY, Kind.ANY),
        3,
        3,
        None,
        _if,
        Label("wenn {0}, dann {1}, sonst {2}", "if {0} then {1} else {2}"),
        Label(
            "Der zweite Wert, wenn die Bedingung gilt, sonst der dritte.",
            "The second value where the condition holds, else the third.",
        ),
        'if(amount > 1000, "groß", "klein")',
        strict=False,
    ),
    Function(
        "coalesce",
        (Kind.ANY,),
        1,
        20,
        None,
        _coalesce,
        Label("das erste von {all}", "the first of {all}"),
        Label("Der erste Wert, der nicht leer ist.", "The first value that isn't empty."),
        "coalesce(mobile, phone)",
        strict=False,
    ),
    Function(
        "least",
        (Kind.ANY,),
        1,
        20,
        None,
        _least,
        Label("das kleinste von {all}", "the smallest of {all}"),
        Label("Der kleinste Wert; leere zählen nicht.", "The smallest value; empty ones don't count."),
        "least(offer, limit)",
        strict=False,
    ),
    Function(
        "greatest",
        (Kind.ANY,),
        1,
        20,
        None,
        _greatest,
        Label("das größte von {all}", "the largest of {all}"),
        Label("Der größte Wert; leere zählen nicht.", "The largest value; empty ones don't count."),
        "greatest(offer, limit)",
        strict=False,
    ),
)

#: Every function by name, in the order of the reference.
FUNCTIONS: Final[Mapping[str, Function]] = {
    function.name: function for function in (*ENVIRONMENT, *CALENDAR, *_NUMBERS, *_TEXTS, *_CHOOSING)
}

#: What may be computed over child lines, in words; `count` also counts the lines themselves.
AGGREGATES: Final[Mapping[str, Label]] = {
    "sum": Label("Summe von {0}", "sum of {0}"),
    "count": Label("Anzahl von {0}", "number of {0}"),
    "min": Label("kleinstes {0}", "smallest {0}"),
    "max": Label("größtes {0}", "largest {0}"),
    "avg": Label("Durchschnitt von {0}", "average of {0}"),
}
