"""The functions about the moment of the request and about days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Final

from app.expr import dates
from app.expr.function import Function, Given, Kind
from app.expr.types import ValueType
from app.language import Label


def _nothing() -> None:
    return None


def _given(name: str, given: Given, result: ValueType, words: Label, help_text: Label) -> Function:
    return Function(name, (), 0, 0, result, _nothing, words, help_text, f"{name}()", given=given)


def _of_day(name: str, result: ValueType, apply: Callable[[date], Any], words: Label, help_text: Label) -> Function:
    return Function(name, (Kind.DAY,), 1, 1, result, apply, words, help_text, f"{name}(close_date)")


ENVIRONMENT: Final = (
    _given(
        "today", Given.TODAY, ValueType.DATE, Label("heute", "today"), Label("Der heutige Tag.", "The current day.")
    ),
    _given(
        "now",
        Given.NOW,
        ValueType.DATETIME,
        Label("jetzt", "now"),
        Label("Der Zeitpunkt der Anfrage.", "The moment of the request."),
    ),
    _given("me", Given.ME, ValueType.REFERENCE, Label("ich", "me"), Label("Wer fragt.", "Who asks.")),
    _given(
        "my_team",
        Given.TEAM,
        ValueType.REFERENCE,
        Label("mein Team", "my team"),
        Label("Das Team dessen, der fragt.", "The team of who asks."),
    ),
)

CALENDAR: Final = (
    Function(
        "add_days",
        (Kind.MOMENT, Kind.NUMBER),
        2,
        2,
        None,
        dates.add_days,
        Label("{0} plus {1} Tage", "{0} plus {1} days"),
        Label(
            "Zählt ganze Tage dazu; eine negative Zahl zählt zurück.", "Adds whole days; a negative number goes back."
        ),
        "due_at < add_days(now(), 7)",
    ),
    Function(
        "add_months",
        (Kind.MOMENT, Kind.NUMBER),
        2,
        2,
        None,
        dates.add_months,
        Label("{0} plus {1} Monate", "{0} plus {1} months"),
        Label(
            "Zählt ganze Monate dazu; aus dem 31. wird der letzte Tag eines kürzeren Monats.",
            "Adds whole months; the 31st becomes the last day of a shorter month.",
        ),
        "close_date < add_months(today(), 3)",
    ),
    Function(
        "days_between",
        (Kind.DAY, Kind.DAY),
        2,
        2,
        ValueType.NUMBER,
        dates.days_between,
        Label("Tage von {0} bis {1}", "days from {0} to {1}"),
        Label("Zählt die Tage vom ersten bis zum zweiten Tag.", "Counts the days from the first day to the second."),
        "days_between(received_on, today()) > 14",
    ),
    _of_day(
        "year", ValueType.NUMBER, dates.year, Label("Jahr von {0}", "year of {0}"), Label("Das Jahr.", "The year.")
    ),
    _of_day(
        "quarter",
        ValueType.NUMBER,
        dates.quarter,
        Label("Quartal von {0}", "quarter of {0}"),
        Label("Das Quartal, 1 bis 4.", "The quarter, 1 to 4."),
    ),
    _of_day(
        "month",
        ValueType.NUMBER,
        dates.month,
        Label("Monat von {0}", "month of {0}"),
        Label("Der Monat, 1 bis 12.", "The month, 1 to 12."),
    ),
    _of_day(
        "day",
        ValueType.NUMBER,
        dates.day_of_month,
        Label("Tag von {0}", "day of {0}"),
        Label("Der Tag im Monat.", "The day of the month."),
    ),
    _of_day(
        "weekday",
        ValueType.NUMBER,
        dates.weekday,
        Label("Wochentag von {0}", "weekday of {0}"),
        Label("Der Wochentag, Montag 1 bis Sonntag 7.", "The weekday, Monday 1 to Sunday 7."),
    ),
    _of_day(
        "date_of",
        ValueType.DATE,
        dates.day_itself,
        Label("Tag von {0}", "day of {0}"),
        Label("Der Kalendertag eines Zeitpunkts.", "The calendar day of a moment."),
    ),
    _of_day(
        "start_of_week",
        ValueType.DATE,
        dates.start_of_week,
        Label("Woche von {0}", "week of {0}"),
        Label("Der Montag der Woche.", "The Monday of the week."),
    ),
    _of_day(
        "start_of_month",
        ValueType.DATE,
        dates.start_of_month,
        Label("Monatsanfang von {0}", "start of the month of {0}"),
        Label("Der erste Tag des Monats.", "The first day of the month."),
    ),
    _of_day(
        "start_of_quarter",
        ValueType.DATE,
        dates.start_of_quarter,
        Label("Quartalsanfang von {0}", "start of the quarter of {0}"),
        Label("Der erste Tag des Quartals.", "The first day of the quarter."),
    ),
    _of_day(
        "start_of_year",
        ValueType.DATE,
        dates.start_of_year,
        Label("Jahresanfang von {0}", "start of the year of {0}"),
        Label("Der erste Tag des Jahres.", "The first day of the year."),
    ),
)
