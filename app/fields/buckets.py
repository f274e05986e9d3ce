"""The ways to group in a report, by kind of value; every one builds a tree of the expression language, never SQL.

A bucket knows how its groups are called and where each ends, so that a click on one leads to the list behind it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Final

from app.expr.ast import Expr, call, literal
from app.expr.types import ValueType
from app.fields.base import Bucket, Value
from app.fields.formats import Formats
from app.language import Label

#: Width of a band where the report says nothing.
DEFAULT_BAND: Final = Decimal(100)

Build = Callable[[Expr, Decimal | None], Expr]
_MONTHS_OF: Final = {"month": 1, "quarter": 3, "year": 12}
_DAYS_OF: Final = {"day": 1, "week": 7}


def _by_function(name: str) -> Build:
    """Group by a function of the language, which takes an instant as its local day."""

    def build(at: Expr, size: Decimal | None) -> Expr:
        return call(f"start_of_{name}", at)

    return build


def _by_day(at: Expr, size: Decimal | None) -> Expr:
    return at


def _by_local_day(at: Expr, size: Decimal | None) -> Expr:
    return call("date_of", at)


def _after_group(name: str, value: Value, size: Decimal | None) -> date:
    """Return the first day after the group that begins on a day."""
    first: date = value.date() if isinstance(value, datetime) else value
    if name in _DAYS_OF:
        return first + timedelta(days=_DAYS_OF[name])
    months = first.year * 12 + first.month - 1 + _MONTHS_OF[name]
    return date(months // 12, months % 12 + 1, 1)


def _calendar_buckets(by_day: Build) -> tuple[Bucket, ...]:
    words: tuple[tuple[str, Label, Callable[[Formats, date], str]], ...] = (
        ("day", Label("je Tag", "by day"), Formats.day),
        ("week", Label("je Woche", "by week"), Formats.week),
        ("month", Label("je Monat", "by month"), Formats.month),
        ("quarter", Label("je Quartal", "by quarter"), Formats.quarter),
        ("year", Label("je Jahr", "by year"), Formats.year),
    )
    return tuple(
        Bucket(
            key=name,
            label=label,
            build=by_day if name == "day" else _by_function(name),
            value_type=ValueType.DATE,
            format=partial(_named, write),
            until=partial(_after_group, name),
        )
        for name, label, write in words
    )


def _named(write: Callable[[Formats, date], str], value: Value, formats: Formats) -> str:
    return write(formats, value)


def _band(at: Expr, size: Decimal | None) -> Expr:
    return call("band", at, literal(size or DEFAULT_BAND))


def _band_name(value: Value, formats: Formats) -> str:
    return Label("ab {low}", "from {low}").text(formats.locale).format(low=formats.number(value))


def _after_band(value: Value, size: Decimal | None) -> Decimal:
    return Decimal(value) + (size or DEFAULT_BAND)


def _first_letter(at: Expr, size: Decimal | None) -> Expr:
    return call("first_letter", at)


def _letter(value: Value, formats: Formats) -> str:
    return str(value)


DATE_BUCKETS: Final = _calendar_buckets(_by_day)
DATETIME_BUCKETS: Final = _calendar_buckets(_by_local_day)
NUMBER_BUCKETS: Final = (
    Bucket("band", Label("in Spannen", "in bands"), _band, ValueType.NUMBER, _band_name, _after_band),
)
TEXT_BUCKETS: Final = (
    Bucket("first_letter", Label("nach Anfangsbuchstaben", "by first letter"), _first_letter, ValueType.TEXT, _letter),
)
