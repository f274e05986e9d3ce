"""Last days, as people choose them, and the instants at which they are over."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

_LAST_YEAR: Final = 9000


def end_of(given: str, zone: ZoneInfo) -> datetime | None:
    """Return when a day is over, UTC without a zone.

    Args:
        given: the day as a date input sends it.
        zone: where it is a day.

    Returns:
        None for nothing given; an instant long past for what is no day.
    """
    if not given.strip():
        return None
    try:
        day = date.fromisoformat(given.strip())
    except ValueError:
        return datetime.min
    if not 1 < day.year < _LAST_YEAR:
        return datetime.min
    return datetime.combine(day + timedelta(days=1), time.min, zone).astimezone(UTC).replace(tzinfo=None)


def last_day(end: datetime, zone: ZoneInfo) -> date:
    """Return the day that is over at an instant."""
    return (end - timedelta(microseconds=1)).replace(tzinfo=UTC).astimezone(zone).date()
