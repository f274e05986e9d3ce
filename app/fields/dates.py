"""Reading days, times of day, instants and lengths of time as people and browsers write them.

Browsers send ISO 8601 out of their native inputs, people type `31.12.26`; both are read everywhere. A day always
stands before its month, in English too, because that is how the product writes it.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.errors import InvalidValue
from app.fields.formats import DEFAULT_ZONE
from app.fields.numbers import read_number
from app.language import Label, Locale

_MAX_LENGTH: Final = 40
_ISO_DATE: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_DAY_FIRST: Final = re.compile(r"([0-9]{1,2})([./-]) ?([0-9]{1,2})\2 ?([0-9]{4}|[0-9]{2})")
_CLOCK: Final = re.compile(r"([0-9]{1,2})(?:[:.]?([0-9]{2})(?:[:.]([0-9]{2})(?:\.0*)?)?)? ?(?:(am|pm)|uhr|h)?")
_INSTANT: Final = re.compile(r"(.{6,12}?)(?:t|,? +)([0-9]{1,2}[:.][0-9]{2}.*?)(z| ?[+-][0-9]{2}:?[0-9]{2})?")
_CLOCK_DURATION: Final = re.compile(r"([0-9]{1,5}):([0-5][0-9])(?: ?(?:h|std\.?))?")
_PARTS_DURATION: Final = re.compile(
    r"(?:([0-9.,]+) ?(?:h|std\.?|stunden?|hours?|hrs?))?(?: ?([0-9.,]+) ?(?:m|min\.?|minuten?|minutes?|mins?))?"
)
_ISO_DURATION: Final = re.compile(r"P(?:([0-9]{1,5})D)?(?:T(?:([0-9]{1,6})H)?(?:([0-9]{1,8})M)?)?")
_FIRST_YEAR: Final = 1000
#: Two-digit years: up to this one they lie in this century (POSIX).
_PIVOT: Final = 68
_MAX_MINUTES: Final = 60 * 24 * 366 * 10

BAD_DATE: Final = Label(
    "„{text}“ ist kein Datum. Bitte Tag, Monat und Jahr eingeben, zum Beispiel 31.12.2026.",
    "“{text}” is not a date. Please enter day, month and year, for instance 31/12/2026.",
)
BAD_TIME: Final = Label(
    "„{text}“ ist keine Uhrzeit. Bitte Stunden und Minuten eingeben, zum Beispiel 14:30.",
    "“{text}” is not a time of day. Please enter hours and minutes, for instance 14:30.",
)
BAD_INSTANT: Final = Label(
    "„{text}“ ist kein Zeitpunkt. Bitte Datum und Uhrzeit eingeben, zum Beispiel 31.12.2026 14:30.",
    "“{text}” is not a date with a time. Please enter both, for instance 31/12/2026 14:30.",
)
NO_SUCH_TIME: Final = Label(
    "Diese Uhrzeit gibt es an dem Tag nicht, weil die Uhr vorgestellt wird. Bitte eine andere eingeben.",
    "This time doesn't exist on that day, because clocks go forward. Please enter another one.",
)
BAD_DURATION: Final = Label(
    "„{text}“ ist keine Dauer. Bitte so schreiben: 1:30, 90 min oder 1,5 h.",
    "“{text}” is not a length of time. Please write it like this: 1:30, 90 min or 1.5 h.",
)


def read_date(raw: Any, locale: Locale) -> date | None:
    """Read a day: ISO, `31.12.2026`, `31/12/26`; a date stays itself, an instant isn't one.

    Raises:
        InvalidValue: `date.invalid`.
    """
    if raw is None or (type(raw) is date):
        return raw
    if not isinstance(raw, str):
        raise _invalid("date.invalid", BAD_DATE, raw)
    text = raw.strip()
    if not text:
        return None
    found = _date_of(text)
    if found is None:
        raise _invalid("date.invalid", BAD_DATE, raw)
    return found


def read_time(raw: Any, locale: Locale) -> time | None:
    """Read a time of day: `14:30`, `14.30`, `1430`, `14 Uhr`, `2:30 pm`, ISO with seconds.

    Raises:
        InvalidValue: `time.invalid`.
    """
    if raw is None or (isinstance(raw, time) and raw.tzinfo is None):
        return raw
    if not isinstance(raw, str):
        raise _invalid("time.invalid", BAD_TIME, raw)
    text = raw.strip()
    if not text:
        return None
    found = _time_of(text)
    if found is None:
        raise _invalid("time.invalid", BAD_TIME, raw)
    return found


def read_datetime(raw: Any, locale: Locale, zone: str = DEFAULT_ZONE) -> datetime | None:
    """Read an instant; one without an offset is meant in the zone. The result is UTC.

    Raises:
        InvalidValue: `datetime.invalid`, or `datetime.gap` for an hour that summer time leaves out.
    """
    if raw is None:
        return None
    if isinstance(raw, datetime):
        return _to_utc(raw, zone)
    if not isinstance(raw, str):
        raise _invalid("datetime.invalid", BAD_INSTANT, raw)
    text = raw.strip().lower()
    if not text:
        return None
    match = _INSTANT.fullmatch(text) if len(text) <= _MAX_LENGTH else None
    if match is not None and (instant := _instant_of(match[1], match[2], match[3])) is not None:
        return _to_utc(instant, zone)
    raise _invalid("datetime.invalid", BAD_INSTANT, raw)


def read_duration(raw: Any, locale: Locale) -> int | None:
    """Read a length of time in minutes: `1:30`, `90 min`, `1,5 h`, `1 h 30 min`, ISO `PT1H30M`; a JSON int is minutes.

    A text without a unit is refused: "90" may be minutes or hours.

    Raises:
        InvalidValue: `duration.invalid`.
    """
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        return None
    minutes = _minutes_of(raw.strip(), locale) if isinstance(raw, str) else _whole_minutes(raw)
    if minutes is None or not 0 <= minutes <= _MAX_MINUTES:
        raise _invalid("duration.invalid", BAD_DURATION, raw)
    return minutes


def _invalid(code: str, message: Label, raw: Any) -> InvalidValue:
    return InvalidValue(code, message.format(text=str(raw)[:_MAX_LENGTH]))


def _date_of(text: str) -> date | None:
    if (match := _ISO_DATE.fullmatch(text)) is not None:
        year, month, day = int(match[1]), int(match[2]), int(match[3])
    elif (match := _DAY_FIRST.fullmatch(text)) is not None:
        year, month, day = int(match[4]), int(match[3]), int(match[1])
        if len(match[4]) == 2:
            year += 2000 if year <= _PIVOT else 1900
    else:
        return None
    if year < _FIRST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:  # a day that its month doesn't have
        return None


def _time_of(text: str) -> time | None:
    match = _CLOCK.fullmatch(text.lower()) if len(text) <= _MAX_LENGTH else None
    if match is None:
        return None
    hour, minute, second = int(match[1]), int(match[2] or 0), int(match[3] or 0)
    if match[4]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match[4] == "pm" else 0)
    try:
        return time(hour, minute, second)
    except ValueError:  # an hour or minute that the clock doesn't have
        return None


def _instant_of(day: str, clock: str, offset: str | None) -> datetime | None:
    # Browsers and JSON clients send fractions of a second; columns keep microseconds, `time` here keeps none.
    whole, _, fraction = clock.strip().partition(".") if clock.count(":") == 2 else (clock, "", "")
    found_date, found_time = _date_of(day.strip()), _time_of(whole)
    if found_date is None or found_time is None or (fraction and not re.fullmatch(r"[0-9]{1,6}", fraction)):
        return None
    microsecond = int(fraction.ljust(6, "0")) if fraction else 0
    instant = datetime.combine(found_date, found_time).replace(microsecond=microsecond)
    if not offset:
        return instant
    try:
        return datetime.fromisoformat(instant.isoformat() + offset.strip().upper())
    except ValueError:  # an offset of a day or more
        return None


def _to_utc(value: datetime, zone: str) -> datetime:
    if value.tzinfo is None:
        local = value.replace(tzinfo=ZoneInfo(zone))
        back = local.astimezone(UTC).astimezone(local.tzinfo)
        if back.replace(tzinfo=None) != value:
            raise InvalidValue("datetime.gap", NO_SUCH_TIME)
        value = local
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        raise _invalid("datetime.invalid", BAD_INSTANT, value) from error


def _minutes_of(text: str, locale: Locale) -> int | None:
    if len(text) > _MAX_LENGTH:
        return None
    if (match := _ISO_DURATION.fullmatch(text)) is not None and any(match.groups()):
        days, hours, minutes = (int(part or 0) for part in match.groups())
        return (days * 24 + hours) * 60 + minutes
    if (match := _CLOCK_DURATION.fullmatch(text.lower())) is not None:
        return int(match[1]) * 60 + int(match[2])
    if (match := _PARTS_DURATION.fullmatch(text.lower())) is not None and any(match.groups()):
        hours_part, minutes_part = [read_number(part, locale) or Decimal(0) for part in match.groups()]
        return _whole_minutes(hours_part * 60 + minutes_part)
    return None


def _whole_minutes(raw: Any) -> int | None:
    if isinstance(raw, bool) or not isinstance(raw, (int, float, Decimal)):
        return None
    number = Decimal(raw)
    return int(number) if abs(number) <= _MAX_MINUTES and number == int(number) else None
