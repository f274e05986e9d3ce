"""The functions of the expression language: signature, meaning, words, and the one implementation in Python.

SQLite calls these very implementations; PostgreSQL has its own form of each in `postgres.py`, and a property test holds
them together. Every function is *strict*: an empty argument makes an empty result; those that aren't say so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from app.expr import arithmetic, dates
from app.expr.fold import fold
from app.expr.types import ValueType
from app.language import Label


class Kind(StrEnum):
    """What an argument may be."""

    TEXT = "text"
    NUMBER = "number"
    CONDITION = "boolean"
    DAY = "date"  # a moment is taken as its local day
    MOMENT = "moment"  # a day or a moment
    ANY = "any"  # anything, but the same type in every place
    SCALAR = "scalar"  # text, number, day: what can be written


class Given(StrEnum):
    """What a function without arguments answers with, out of the environment."""

    TODAY = "today"
    NOW = "now"
    ME = "me"
    TEAM = "team"


@dataclass(frozen=True, slots=True)
class Function:
    """One function.

    Args:
        name: as it is written.
        parameters: what each argument may be; the last one is repeated when `most` is larger.
        least, most: how many arguments.
        result: the type of the result, or None for that of the arguments of kind ANY or MOMENT.
        apply: the implementation; takes values, none of them empty when `strict`.
        words: how it is told, with `{0}`, `{1}` for the arguments and `{all}` for all of them.
        help: one sentence for the reference.
        example: an expression that uses it.
        strict: whether an empty argument makes an empty result.
        given: the environment's value that it stands for, or None.
    """

    name: str
    parameters: tuple[Kind, ...]
    least: int
    most: int
    result: ValueType | None
    apply: Callable[..., Any]
    words: Label
    help: Label
    example: str
    strict: bool = True
    given: Given | None = None

    def kind(self, position: int) -> Kind:
        """Return what the argument at a position (from 0) may be."""
        return self.parameters[min(position, len(self.parameters) - 1)]


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


def _nothing() -> None:
    return None


def _fold(text: str) -> str | None:
    return fold(text) or None


def _given(name: str, given: Given, result: ValueType, words: Label, help_text: Label) -> Function:
    return Function(name, (), 0, 0, result, _nothing, words, help_text, f"{name}()", given=given)


def _of_day(name: str, result: ValueType, apply: Callable[[date], Any], words: Label, help_text: Label) -> Function:
    return Function(name, (Kind.DAY,), 1, 1, result, apply, words, help_text, f"{name}(close_date)")


_ENVIRONMENT: Final = (
    _given("today", Given.TODAY, ValueType.DATE, Label("heute", "today"), Label("Der heutige Tag.", "The current day.")),
    _given("now", Given.NOW, ValueType.DATETIME, Label("jetzt", "now"), Label("Der Zeitpunkt der Anfrage.", "The moment of the request.")),
    _given("me", Given.ME, ValueType.REFERENCE, Label("ich", "me"), Label("Wer fragt.", "Who asks.")),
    _given(
        "my_team", Given.TEAM, ValueType.REFERENCE, Label("mein Team", "my team"), Label("Das Team dessen, der fragt.", "The team of who asks.")
    ),
)

_CALENDAR: Final = (
    Function(
        "add_days", (Kind.MOMENT, Kind.NUMBER), 2, 2, None, dates.add_days,
        Label("{0} plus {1} Tage", "{0} plus {1} days"),
        Label("Zählt ganze Tage dazu; eine negative Zahl zählt zurück.", "Adds whole days; a negative number goes back."),
        "due_at < add_days(now(), 7)",
    ),
    Function(
        "add_months", (Kind.MOMENT, Kind.NUMBER), 2, 2, None, dates.add_months,
        Label("{0} plus {1} Monate", "{0} plus {1} months"),
        Label(
            "Zählt ganze Monate dazu; aus dem 31. wird der letzte Tag eines kürzeren Monats.",
            "Adds whole months; the 31st becomes the last day of a shorter month.",
        ),
        "close_date < add_months(today(), 3)",
    ),
    Function(
        "days_between", (Kind.DAY, Kind.DAY), 2, 2, ValueType.NUMBER, dates.days_between,
        Label("Tage von {0} bis {1}", "days from {0} to {1}"),
        Label("Zählt die Tage vom ersten bis zum zweiten Tag.", "Counts the days from the first day to the second."),
        "days_between(received_on, today()) > 14",
    ),
    _of_day("year", ValueType.NUMBER, dates.year, Label("Jahr von {0}", "year of {0}"), Label("Das Jahr.", "The year.")),
    _of_day("quarter", ValueType.NUMBER, dates.quarter, Label("Quartal von {0}", "quarter of {0}"), Label("Das Quartal, 1 bis 4.", "The quarter, 1 to 4.")),
    _of_day("month", ValueType.NUMBER, dates.month, Label("Monat von {0}", "month of {0}"), Label("Der Monat, 1 bis 12.", "The month, 1 to 12.")),
    _of_day("day", ValueType.NUMBER, dates.day_of_month, Label("Tag von {0}", "day of {0}"), Label("Der Tag im Monat.", "The day of the month.")),
    _of_day(
        "weekday", ValueType.NUMBER, dates.weekday, Label("Wochentag von {0}", "weekday of {0}"),
        Label("Der Wochentag, Montag 1 bis Sonntag 7.", "The weekday, Monday 1 to Sunday 7."),
    ),
    _of_day(
        "start_of_week", ValueType.DATE, dates.start_of_week, Label("Woche von {0}", "week of {0}"),
        Label("Der Montag der Woche.", "The Monday of the week."),
    ),
    _of_day(
        "start_of_month", ValueType.DATE, dates.start_of_month, Label("Monatsanfang von {0}", "start of the month of {0}"),
        Label("Der erste Tag des Monats.", "The first day of the month."),
    ),
    _of_day(
        "start_of_quarter", ValueType.DATE, dates.start_of_quarter,
        Label("Quartalsanfang von {0}", "start of the quarter of {0}"),
        Label("Der erste Tag des Quartals.", "The first day of the quarter."),
    ),
    _of_day(
        "start_of_year", ValueType.DATE, dates.start_of_year, Label("Jahresanfang von {0}", "start of the year of {0}"),
        Label("Der erste Tag des Jahres.", "The first day of the year."),
    ),
)

_NUMBERS: Final = (
    Function(
        "round", (Kind.NUMBER, Kind.NUMBER), 1, 2, ValueType.NUMBER, arithmetic.rounded, Label("{0} gerundet", "{0} rounded"),
        Label("Rundet kaufmännisch auf 0 bis 10 Stellen.", "Rounds half up to 0 to 10 digits."), "round(amount / 3, 2)",
    ),
    Function(
        "abs", (Kind.NUMBER,), 1, 1, ValueType.NUMBER, arithmetic.absolute, Label("Betrag von {0}", "absolute value of {0}"),
        Label("Lässt das Vorzeichen weg.", "Leaves out the sign."), "abs(difference) > 100",
    ),
    Function(
        "floor", (Kind.NUMBER,), 1, 1, ValueType.NUMBER, arithmetic.floor, Label("{0} abgerundet", "{0} rounded down"),
        Label("Rundet auf eine ganze Zahl ab.", "Rounds down to a whole number."), "floor(hours)",
    ),
    Function(
        "band", (Kind.NUMBER, Kind.NUMBER), 2, 2, ValueType.NUMBER, arithmetic.band,
        Label("Band von {0} zu je {1}", "band of {0} by {1}"),
        Label("Der untere Rand des Bandes, in dem die Zahl liegt.", "The lower end of the band that the number lies in."),
        "band(employees, 50)",
    ),
    Function(
        "length", (Kind.TEXT,), 1, 1, ValueType.NUMBER, _length, Label("Länge von {0}", "length of {0}"),
        Label("Zählt die Zeichen; ein leerer Text hat 0.", "Counts the characters; an empty text has 0."),
        "length(subject) <= 80", strict=False,
    ),
)

_TEXTS: Final = (
    Function(
        "fold", (Kind.TEXT,), 1, 1, ValueType.TEXT, _fold, Label("{0}", "{0}"),
        Label("Der Text ohne Großschreibung und Akzente.", "The text without case and accents."), 'fold(city) = "koln"',
    ),
    Function(
        "first_letter", (Kind.TEXT,), 1, 1, ValueType.TEXT, first_letter,
        Label("Anfangsbuchstabe von {0}", "first letter of {0}"),
        Label("Der erste Buchstabe, A bis Z; sonst #.", "The first letter, A to Z; else #."), 'first_letter(name) = "A"',
    ),
    Function(
        "concat", (Kind.SCALAR,), 1, 20, ValueType.TEXT, concat, Label("{all} aneinander", "{all} joined"),
        Label("Hängt Werte aneinander und lässt leere weg.", "Joins values and leaves out empty ones."),
        'concat(postcode, " ", city)', strict=False,
    ),
)

_CHOOSING: Final = (
    Function(
        "if", (Kind.CONDITION, Kind.ANY, Kind.ANY), 3, 3, None, _if,
        Label("wenn {0}, dann {1}, sonst {2}", "if {0} then {1} else {2}"),
        Label("Der zweite Wert, wenn die Bedingung gilt, sonst der dritte.", "The second value where the condition holds, else the third."),
        'if(amount > 1000, "groß", "klein")', strict=False,
    ),
    Function(
        "coalesce", (Kind.ANY,), 1, 20, None, _coalesce, Label("das erste von {all}", "the first of {all}"),
        Label("Der erste Wert, der nicht leer ist.", "The first value that isn't empty."), "coalesce(mobile, phone)", strict=False,
    ),
    Function(
        "least", (Kind.ANY,), 1, 20, None, _least, Label("das kleinste von {all}", "the smallest of {all}"),
        Label("Der kleinste Wert; leere zählen nicht.", "The smallest value; empty ones don't count."), "least(offer, limit)", strict=False,
    ),
    Function(
        "greatest", (Kind.ANY,), 1, 20, None, _greatest, Label("das größte von {all}", "the largest of {all}"),
        Label("Der größte Wert; leere zählen nicht.", "The largest value; empty ones don't count."), "greatest(offer, limit)", strict=False,
    ),
)

#: Every function by name, in the order of the reference.
FUNCTIONS: Final[Mapping[str, Function]] = {
    function.name: function for function in (*_ENVIRONMENT, *_CALENDAR, *_NUMBERS, *_TEXTS, *_CHOOSING)
}

#: What may be computed over child lines, in words; `count` also counts the lines themselves.
AGGREGATES: Final[Mapping[str, Label]] = {
    "sum": Label("Summe von {0}", "sum of {0}"),
    "count": Label("Anzahl von {0}", "number of {0}"),
    "min": Label("kleinstes {0}", "smallest {0}"),
    "max": Label("größtes {0}", "largest {0}"),
    "avg": Label("Durchschnitt von {0}", "average of {0}"),
}
