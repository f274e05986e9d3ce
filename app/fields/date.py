"""Days of the calendar."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from app.expr.types import ValueType
from app.fields.base import Bucket, Examples, FieldSpec, FieldType, Loss, Operator, Raw, Value
from app.fields.buckets import DATE_BUCKETS
from app.fields.column import ColumnKind, ColumnSpec
from app.fields.dates import read_date
from app.fields.formats import Formats
from app.fields.operators import DATE_OPERATORS
from app.fields.temporal import TemporalField
from app.language import Label, Locale


class Date(TemporalField):
    """A day of the calendar, without a time and without a zone."""

    name = "date"
    label = Label("Datum", "Date")
    icon = "calendar"
    value_type = ValueType.DATE
    infers = (("string", "date"),)
    widget = "date"
    computable = True
    converts_from = {"text": Loss.CHECK, "datetime": Loss.NONE}
    sample = FieldSpec(entity="sample", key="due", label=Label("Fällig", "Due"))
    examples = Examples(
        good=(
            ("2026-12-31", date(2026, 12, 31)),
            ("31.12.2026", date(2026, 12, 31)),
            ("31/12/26", date(2026, 12, 31)),
            ("1. 2. 2026", date(2026, 2, 1)),
            ("29.02.2028", date(2028, 2, 29)),
            ("", None),
            (None, None),
        ),
        bad=("31.02.2026", "12/31/2026", "2026-13-01", "gestern", "0026-01-01", "31.12.", 20261231, True, []),
    )

    def columns(self) -> tuple[ColumnSpec, ...]:
        """Return one column."""
        return (ColumnSpec("", ColumnKind.DATE),)

    def clean(self, raw: Raw, locale: Locale) -> Value:
        """Read a day."""
        return read_date(raw, locale)

    def form_values(self, value: Value, formats: Formats) -> Mapping[str, Any]:
        """Return the day in ISO, as the browser's date input wants it."""
        return {"value": "" if value is None else value.isoformat()}

    def format(self, value: Value, formats: Formats) -> str:
        """Return day, month, year."""
        return formats.date(value)

    def to_json(self, value: Value) -> Any:
        """Return the day in ISO."""
        return None if value is None else value.isoformat()

    def to_cell(self, value: Value) -> Any:
        """Return the date."""
        return value

    def value_schema(self) -> Mapping[str, Any]:
        """Return a string of the format date."""
        return {"type": "string", "format": "date"}

    def operators(self) -> tuple[Operator, ...]:
        """Return the operators of days."""
        return DATE_OPERATORS

    def buckets(self) -> tuple[Bucket, ...]:
        """Group by day, week, month, quarter, year."""
        return DATE_BUCKETS

    def convert(self, value: Value, source: FieldType) -> Value:
        """Take an instant's day as the product's clock shows it."""
        if source.value_type is ValueType.DATETIME:
            return read_date(source.to_cell(value).date(), "en")
        return super().convert(value, source)
