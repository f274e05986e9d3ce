"""Formatting in one reader's locale, fast: tables are taken from Babel once, then no value costs a Babel call.

A list of 50 rows shows several hundred values; `babel.dates.format_date` alone would cost more than the query. So
patterns, symbols and names are compiled here into templates for `%` and `str.format`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, timedelta
from datetime import date as Day  # noqa: N812 - `Formats` has methods of these names
from datetime import datetime as Instant  # noqa: N812
from datetime import time as Clock  # noqa: N812
from decimal import Decimal
from functools import cache
from operator import attrgetter
from typing import Any, Final
from zoneinfo import ZoneInfo

import babel
from babel.dates import format_timedelta
from babel.numbers import (
    get_currency_precision,
    get_currency_symbol,
    get_decimal_symbol,
    get_group_symbol,
    get_minus_sign_symbol,
    list_currencies,
)

from app.language import Label, Locale

#: The zone in which people read and type times of day; storage knows UTC only.
DEFAULT_ZONE: Final = "Europe/Berlin"

#: The region whose data is used for a language; British English, because dates are read day first here.
_REGION: Final[dict[str, str]] = {"de": "de", "en": "en_GB"}
_UNITS: Final = (
    ("year", timedelta(days=365)),
    ("month", timedelta(days=30)),
    ("week", timedelta(days=7)),
    ("day", timedelta(days=1)),
    ("hour", timedelta(hours=1)),
    ("minute", timedelta(minutes=1)),
)
_NEAR_DAYS: Final = {
    -1: Label("gestern", "yesterday"),
    0: Label("heute", "today"),
    1: Label("morgen", "tomorrow"),
}
_NOW: Final = Label("gerade eben", "just now")
_YES: Final = Label("Ja", "Yes")
_NO: Final = Label("Nein", "No")
_WEEK: Final = Label("KW {week}/{year}", "Week {week}/{year}")
_QUARTER: Final = "Q{quarter} {year}"
_NBSP: Final = "\u00a0"


class Formats:
    """Every way to write a value in one locale and one time zone; immutable, shared by all requests.

    Args:
        locale: the reader's language.
        zone: IANA name of the time zone in which datetimes are shown.
    """

    __slots__ = (
        "_affixes",
        "_date",
        "_date_parts",
        "_datetime",
        "_months",
        "_percent",
        "_relative",
        "_swap",
        "_territories",
        "_weekdays",
        "decimal_symbol",
        "group_symbol",
        "locale",
        "no",
        "yes",
        "zone",
    )

    def __init__(self, locale: Locale, zone: str = DEFAULT_ZONE) -> None:
        data = babel.Locale.parse(_REGION[locale])
        self.locale: Locale = locale
        self.zone = ZoneInfo(zone)
        self.decimal_symbol: str = get_decimal_symbol(data)
        self.group_symbol: str = get_group_symbol(data)
        self.yes, self.no = _YES.text(locale), _NO.text(locale)
        symbols = {",": self.group_symbol, ".": self.decimal_symbol, "-": get_minus_sign_symbol(data)}
        changed = {ord(key): value for key, value in symbols.items() if key != value}
        self._swap: dict[int, str] | None = changed or None
        self._percent: str = data.percent_formats[None].pattern.replace("#,##0", "{}")
        self._affixes: dict[str, tuple[str, str, str, int]] = _currency_affixes(data)
        self._date, self._date_parts = _date_template(data)
        self._datetime = _pattern_of(data.datetime_formats["short"]).replace("{1}", "{day}").replace("{0}", "{clock}")
        self._months: dict[int, str] = dict(data.months["stand-alone"]["wide"].items())
        self._weekdays: dict[int, str] = dict(data.days["format"]["abbreviated"].items())
        self._relative = _relative_templates(data)
        self._territories: dict[str, str] = {code: name for code, name in data.territories.items() if len(code) == 2}

    # -- numbers ----------------------------------------------------------------------------------------------------

    def number(self, value: Decimal | int, scale: int | None = None, *, grouping: bool = True) -> str:
        """Write a number: `1.234,50` in German, `1,234.50` in English.

        Args:
            value: the number; never a float.
            scale: digits after the point; None for as many as it has.
            grouping: whether thousands are set apart.
        """
        if scale is None:
            text = f"{value:,f}" if grouping else f"{value:f}"
        else:
            text = f"{value:,.{scale}f}" if grouping else f"{value:.{scale}f}"
        if text[0] == "-" and not text.strip("-0.,"):
            text = text[1:]
        return text if self._swap is None else text.translate(self._swap)

    def integer(self, value: int | Decimal) -> str:
        """Write a whole number with its thousands set apart."""
        text = f"{value:,d}" if isinstance(value, int) else f"{value:,.0f}"
        return text if self._swap is None else text.translate(self._swap)

    def percent(self, value: Decimal | int, scale: int | None = None) -> str:
        """Write a percentage: 25 becomes `25 %` in German and `25%` in English."""
        return self._percent.format(self.number(value, scale))

    def money(self, amount: Decimal | int, currency: str) -> str:
        """Write an amount with the currency's symbol where the locale puts it, and as many digits as it has."""
        before, before_negative, after, scale = self._affixes.get(currency, ("", "-", _NBSP + currency, 2))
        text = self.number(-amount if amount < 0 else amount, scale)
        return f"{before_negative if amount < 0 else before}{text}{after}"

    # -- dates and times --------------------------------------------------------------------------------------------

    def date(self, value: Day) -> str:
        """Write a day: `31.12.2026` in German, `31/12/2026` in English."""
        text: str = self._date % self._date_parts(value)
        return text

    def time(self, value: Clock) -> str:
        """Write a time of day, with seconds only where there are any."""
        if value.second:
            return f"{value.hour:02d}:{value.minute:02d}:{value.second:02d}"
        return f"{value.hour:02d}:{value.minute:02d}"

    def local(self, value: Instant) -> Instant:
        """Return an instant as the reader's clock shows it; a value without a zone is UTC."""
        return (value if value.tzinfo is not None else value.replace(tzinfo=UTC)).astimezone(self.zone)

    def datetime(self, value: Instant) -> str:
        """Write an instant as the reader's calendar and clock show it, to the minute."""
        here = self.local(value)
        clock = f"{here.hour:02d}:{here.minute:02d}"
        return self._datetime.format(day=self._date % self._date_parts(here), clock=clock)

    def duration(self, minutes: int) -> str:
        """Write a length of time in hours and minutes: 90 becomes `1:30 h`."""
        hours, rest = divmod(abs(minutes), 60)
        return f"{'-' if minutes < 0 else ''}{hours}:{rest:02d} h"

    # -- groups of a report -----------------------------------------------------------------------------------------

    def day(self, value: Day) -> str:
        """Name a day with its weekday: `Mo. 30.03.2026`."""
        return f"{self._weekdays[value.weekday()]} {self.date(value)}"

    def week(self, value: Day) -> str:
        """Name the ISO week that a day lies in: `KW 12/2026`."""
        iso = value.isocalendar()
        return _WEEK.text(self.locale).format(week=iso.week, year=iso.year)

    def month(self, value: Day) -> str:
        """Name the month of a day: `März 2026`."""
        return f"{self._months[value.month]} {value.year}"

    def quarter(self, value: Day) -> str:
        """Name the quarter of a day: `Q1 2026`."""
        return _QUARTER.format(quarter=(value.month + 2) // 3, year=value.year)

    def year(self, value: Day) -> str:
        """Name the year of a day."""
        return str(value.year)

    # -- words ------------------------------------------------------------------------------------------------------

    def boolean(self, value: bool) -> str:
        """Write yes or no."""
        return self.yes if value else self.no

    def text(self, label: Label) -> str:
        """Return a label in the reader's language."""
        return label.de if self.locale == "de" else label.en

    def territory(self, code: str) -> str:
        """Name a country by its ISO code; an unknown code stands for itself."""
        return self._territories.get(code, code)

    def territories(self) -> dict[str, str]:
        """Return every country's name by its ISO code."""
        return dict(self._territories)

    def relative(self, value: Instant, now: Instant) -> str:
        """Say how far away an instant is: `vor 3 Tagen`, `in 2 hours`.

        Args:
            value: the instant; without a zone it is UTC.
            now: the request's idea of the time; without a zone it is UTC.
        """
        distance = self.local(value) - self.local(now)
        for unit, length in _UNITS:
            count = abs(distance) // length
            if count:
                return self._count(unit, -count if distance < timedelta() else count)
        return _NOW.text(self.locale)

    def relative_day(self, value: Day, today: Day) -> str:
        """Say how far away a day is: `heute`, `morgen`, `vor 3 Tagen`."""
        days = (value - today).days
        near = _NEAR_DAYS.get(days)
        return near.text(self.locale) if near is not None else self._count("day", days)

    def _count(self, unit: str, count: int) -> str:
        return self._relative[unit, count > 0, abs(count) == 1].format(abs(count))


@cache
def formats_for(locale: Locale, zone: str = DEFAULT_ZONE) -> Formats:
    """Return the formats of a locale and zone; they are built at the first call and never change."""
    return Formats(locale, zone)


def _pattern_of(value: Any) -> str:
    return str(getattr(value, "pattern", value))


def _date_template(data: babel.Locale) -> tuple[str, Callable[[Any], Any]]:
    """Compile the locale's numeric date pattern with a four-digit year into a `%` template and its arguments."""
    patterns = [_pattern_of(data.date_formats[name]) for name in ("short", "medium")]
    pattern = next(p for p in patterns if re.fullmatch(r"[dMy./-]+", p) and re.search(r"(?<!y)(y|yyyy)(?!y)", p))
    names = {"d": ("day", "%02d"), "M": ("month", "%02d"), "y": ("year", "%04d")}
    order = [match[0][0] for match in re.finditer(r"d+|M+|y+", pattern)]
    template = re.sub(r"d+|M+|y+", lambda match: names[match[0][0]][1], pattern)
    return template, attrgetter(*(names[letter][0] for letter in order))


def _currency_affixes(data: babel.Locale) -> dict[str, tuple[str, str, str, int]]:
    """Return for each currency: text before, text before a negative amount, text after, digits (two at most)."""
    pattern = data.currency_formats["standard"]
    (before, before_negative), (after, _) = pattern.prefix, pattern.suffix
    affixes = {}
    for code in list_currencies():
        symbol = get_currency_symbol(code, data)
        # CLDR sets a letter of a currency's code apart from the digits: "CHF 12", but "€12".
        shown = symbol + _NBSP if before.endswith("¤") and symbol[-1].isalpha() else symbol
        affixes[code] = (
            before.replace("¤", shown),
            before_negative.replace("¤", shown),
            after.replace("¤", symbol),
            min(get_currency_precision(code), 2),
        )
    return affixes


def _relative_templates(data: babel.Locale) -> dict[tuple[str, bool, bool], str]:
    """Return the words for a distance by unit, whether it lies ahead, and whether it is a single one."""
    templates = {}
    for unit, length in _UNITS:
        for ahead in (True, False):
            for single in (True, False):
                span = length * ((1 if single else 2) * (1 if ahead else -1))
                text = format_timedelta(span, threshold=1, add_direction=True, locale=data)
                templates[unit, ahead, single] = re.sub(r"[0-9]+", "{}", text)
    return templates
