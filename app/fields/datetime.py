"""Instants: a day with a time, the same moment everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from app.expr.types import ValueType
from app.fields.base import Bucket, Examples, FieldSpec, FieldType, Loss, Operator, Raw, Value
from app.fields.buckets import DATETIME_BUCKETS
from app.fields.column import ColumnKind, ColumnSpec
from app.fields.dates import read_datetime
from app.fields.formats import DEFAULT_ZONE, Formats, formats_for
from app.fields.operators import DATETIME_OPERATORS
from app.fields.temporal import TemporalField
from app.language import DEFAULT_LOCALE, Label, Locale


class Datetime(TemporalField):
    """An instant; kept in UTC, read and written in the product's time zone."""

    name = "datetime"
    label = Label("Datum und Uhrzeit", "Date and time")
    icon = "calendar-event"
    value_type = ValueType.DATETIME
    infers = (("string", "date-time"),)
    widget = "datetime"
    computable = True
    converts_from = {"text": Loss.CHECK, "date": Loss.NONE}
    sample = FieldSpec(entity="sample", key="starts_at", label=Label("Beginn", "Start"))
    examples = Examples(
        good=(
            ("2026-12-31T14:30", datetime(2026, 12, 31, 13, 30, tzinfo=UTC)),
            ("31.07.2026 14:30", datetime(2026, 7, 31, 12, 30, tzinfo=UTC)),
            ("31.07.26, 9.05 Uhr", datetime(2026, 7, 31, 7, 5, tzinfo=UTC)),
            ("2026-12-31T14:30:15.250Z", datetime(2026, 12, 31, 14, 30, 15, 250000, tzinfo=UTC)),
            ("2026-12-31T14:30:00+05:30", datetime(2026, 12, 31, 9, 0, tzinfo=UTC)),
            ("", None),
            (None, None),
        ),
        bad=("2026-12-31", "29.03.2026 02:30", "2026-12-31T25:00", "2026-02-30T10:00Z", "jetzt", 1767225600, True, []),
    )

    def columns(self) -> tuple[ColumnSpec, ...]:
        """Return one column."""
        return (ColumnSpec("", ColumnKind.DATETIME),)

    def from_columns(self, stored: Any) -> Value:
        """Return the instant with its zone said: UTC."""
        value = stored[0]
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value

    def from_expression(self, value: Any) -> Value:
        """Return a computed instant; what a database gathers says no zone, and is in UTC as it is stored."""
        return self.from_columns((value,))

    def clean(self, raw: Raw, locale: Locale) -> Value:
        """Read an instant; without an offset it is meant in the product's zone."""
        return read_datetime(raw, locale)

    def form_values(self, value: Value, formats: Formats) -> Mapping[str, Any]:
        """Return the local time to the minute, as the browser's input wants it; see `equal`."""
        return {"value": "" if value is None else formats.local(value).strftime("%Y-%m-%dT%H:%M")}

    def format(self, value: Value, formats: Formats) -> str:
        """Return day and time in the reader's zone."""
        return formats.datetime(value)

    def to_json(self, value: Value) -> Any:
        """Return RFC 3339 in UTC; what says no zone is in UTC, as it is stored."""
        if value is None:
            return None
        return (value if value.tzinfo is not None else value.replace(tzinfo=UTC)).isoformat().replace("+00:00", "Z")

    def to_cell(self, value: Value) -> Any:
        """Return the local time without a zone; spreadsheets know none."""
        return None if value is None else formats_for(DEFAULT_LOCALE, DEFAULT_ZONE).local(value).replace(tzinfo=None)

    def value_schema(self) -> Mapping[str, Any]:
        """Return a string of the format date-time."""
        return {"type": "string", "format": "date-time"}

    def operators(self) -> tuple[Operator, ...]:
        """Return the operators of days, which hold for instants too."""
        return DATETIME_OPERATORS

    def buckets(self) -> tuple[Bucket, ...]:
        """Group by day, week, month, quarter, year."""
        return DATETIME_BUCKETS

    def equal(self, one: Value, other: Value) -> bool:
        """Compare to the minute: a mask shows no seconds, so saving it must not count as a change of them."""
        if one is None or other is None:
            return one is other
        return bool(one.replace(second=0, microsecond=0) == other.replace(second=0, microsecond=0))

    def convert(self, value: Value, source: FieldType) -> Value:
        """Take a day's first moment."""
        if source.value_type is ValueType.DATE:
            return read_datetime(datetime(value.year, value.month, value.day), "en")
        return super().convert(value, source)
