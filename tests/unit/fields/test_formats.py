"""How values are written and read in German and English, exactly."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest

from app.errors import InvalidValue
from app.fields.dates import read_date, read_datetime, read_duration, read_time
from app.fields.formats import formats_for
from app.fields.markdown import excerpt, render
from app.fields.numbers import read_number
from app.language import Locale

DE, EN = formats_for("de"), formats_for("en")


def test_numbers_and_money_are_written_as_the_locale_writes_them() -> None:
    assert DE.number(Decimal("-1234567.5"), 2) == "-1.234.567,50"
    assert EN.number(Decimal("-1234567.5"), 2) == "-1,234,567.50"
    assert DE.number(Decimal("-0.001"), 2) == "0,00"
    assert DE.money(Decimal("1234.5"), "EUR") == "1.234,50\u00a0€"
    assert EN.money(Decimal("-1234.5"), "EUR") == "-€1,234.50"
    assert DE.money(Decimal(12), "JPY") == "12\u00a0¥"
    assert DE.percent(Decimal("12.5")) == "12,5\u00a0%"
    assert EN.percent(Decimal("12.5")) == "12.5%"
    assert DE.duration(-90) == "-1:30 h"


def test_days_and_instants_are_written_in_the_readers_zone() -> None:
    instant = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    assert DE.date(date(2026, 3, 5)) == "05.03.2026"
    assert EN.date(date(2026, 3, 5)) == "05/03/2026"
    assert "01.01.2027" in DE.datetime(instant)
    assert "00:30" in DE.datetime(instant.replace(tzinfo=None))
    assert DE.quarter(date(2026, 12, 1)) == "Q4 2026"
    assert DE.month(date(2026, 3, 1)) == "März 2026"
    assert DE.week(date(2027, 1, 1)) == "KW 53/2026"
    assert DE.relative_day(date(2026, 3, 4), date(2026, 3, 5)) == "gestern"
    assert EN.relative(instant, datetime(2026, 12, 31, 20, 30, tzinfo=UTC)) == "in 3 hours"


@pytest.mark.parametrize(
    ("text", "locale", "value"),
    [("1.234,5", "de", "1234.5"), ("1,234.5", "en", "1234.5"), ("−12", "de", "-12"), ("1\u202f000", "de", "1000")],
)
def test_numbers_are_read_as_the_locale_writes_them(text: str, locale: Locale, value: str) -> None:
    assert read_number(text, locale) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "locale"), [("1.5", "de"), ("1,5", "en"), ("1.23.4", "de"), ("1e5", "en"), ("٣", "de")]
)
def test_what_could_mean_two_numbers_is_refused(text: str, locale: Locale) -> None:
    with pytest.raises(InvalidValue):
        read_number(text, locale)


def test_dates_times_and_durations_are_read_in_many_spellings() -> None:
    assert read_date("1. 2. 2026", "de") == date(2026, 2, 1)
    assert read_date("31/12/69", "en") == date(1969, 12, 31)
    assert read_time("14 Uhr", "de") == time(14)
    assert read_datetime("31.07.2026 14:30", "de") == datetime(2026, 7, 31, 12, 30, tzinfo=UTC)
    assert read_duration("1,5 h", "de") == 90
    with pytest.raises(InvalidValue, match="clocks go forward"):
        read_datetime("29.03.2026 02:30", "de")


def test_markdown_can_do_no_harm() -> None:
    html = render("# A\n\n[x](javascript:alert(1)) <img src=x onerror=alert(1)> ![i](http://x/y.png) **b**")
    assert "<h1>A</h1>" in html
    assert "<strong>b</strong>" in html
    assert "<img" not in html
    assert 'href="javascript' not in html
    assert excerpt("# Titel\n\n**fett** [Link](http://x) " + "wort " * 60).startswith("Titel fett Link wort")
