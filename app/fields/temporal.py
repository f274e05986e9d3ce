"""What days and instants have in common: their filter operators ask for days, or for a number of days."""

from __future__ import annotations

from typing import Final

from app.errors import InvalidValue
from app.fields.base import FieldType, Operator, Raw, Value
from app.fields.dates import read_date
from app.fields.numbers import read_integer
from app.language import Label, Locale

_MAX_DAYS: Final = 36_600
_DAYS: Final = Label(
    "Hier wird eine Zahl von Tagen zwischen 1 und {limit} gebraucht. Bitte eine solche eingeben.",
    "A number of days between 1 and {limit} is needed here. Please enter one.",
)


class TemporalField(FieldType):
    """Base of the types that lie on the calendar."""

    aggregates = ("count", "distinct", "min", "max")

    def clean_operand(self, operator: Operator, raw: Raw, locale: Locale) -> Value:
        """Read a day, or a number of days where the operator asks for one.

        Raises:
            InvalidValue: the day or number can't be read.
        """
        if operator.widget != "integer":
            return read_date(raw, locale)
        days = read_integer(raw, locale)
        if days is not None and not 1 <= days <= _MAX_DAYS:
            raise InvalidValue("date.days", _DAYS.format(limit=_MAX_DAYS))
        return days
