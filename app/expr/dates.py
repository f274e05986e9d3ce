"""Calculating with days and moments. What leaves the calendar (before year 1, after 9999) is empty."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from app.expr.arithmetic import whole

Moment = date | datetime

#: Larger counts leave the calendar whatever they start from.
MAX_DAYS: Final = 4_000_000
MAX_MONTHS: Final = 130_000


@lru_cache(maxsize=16)
def zone_of(name: str) -> ZoneInfo:
    """Return a time zone by its IANA name."""
    return ZoneInfo(name)


def widen(day: date, zone: str) -> datetime:
    """Return the moment at which a day begins in a zone, UTC without zone."""
    try:
        return datetime.combine(day, time(), zone_of(zone)).astimezone(UTC).replace(tzinfo=None)
    except OverflowError:
        return datetime.combine(day, time())


@lru_cache(maxsize=8192)
def narrow(moment: datetime, zone: str) -> date:
    """Return the local day of a moment given in UTC without zone."""
    try:
        return moment.replace(tzinfo=UTC).astimezone(zone_of(zone)).date()
    except OverflowError:
        return moment.date()


def add_days(moment: Moment, count: Decimal) -> Moment | None:
    """Add whole days."""
    if abs(count) > MAX_DAYS:
        return None
    try:
        return moment + timedelta(days=whole(count))
    except OverflowError:
        return None


def add_months(moment: Moment, count: Decimal) -> Moment | None:
    """Add whole months; a day that the month hasn't becomes its last."""
    if abs(count) > MAX_MONTHS:
        return None
    months = moment.year * 12 + moment.month - 1 + whole(count)
    year, month = divmod(months, 12)
    if not 1 <= year <= 9999:
        return None
    last = calendar.monthrange(year, month + 1)[1]
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last))


def days_between(start: date, end: date) -> Decimal:
    """Return how many days lie from one day to another; negative when the other comes first."""
    return Decimal((end - start).days)


def year(day: date) -> Decimal:
    """Return the year."""
    return Decimal(day.year)


def quarter(day: date) -> Decimal:
    """Return the quarter of the year, 1 to 4."""
    return Decimal((day.month + 2) // 3)


def month(day: date) -> Decimal:
    """Return the month of the year, 1 to 12."""
    return Decimal(day.month)


def day_of_month(day: date) -> Decimal:
    """Return the day of the month, 1 to 31."""
    return Decimal(day.day)


def weekday(day: date) -> Decimal:
    """Return the day of the week, Monday 1 to Sunday 7 (ISO 8601)."""
    return Decimal(day.isoweekday())


def day_itself(day: date) -> date:
    """Return the day."""
    return day


def start_of_week(day: date) -> date | None:
    """Return the Monday of a day's week (ISO 8601)."""
    return date.fromordinal(ordinal) if (ordinal := day.toordinal() - day.weekday()) >= 1 else None


def start_of_month(day: date) -> date:
    """Return the first day of a day's month."""
    return day.replace(day=1)


def start_of_quarter(day: date) -> date:
    """Return the first day of a day's quarter."""
    return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)


def start_of_year(day: date) -> date:
    """Return the first day of a day's year."""
    return day.replace(month=1, day=1)
