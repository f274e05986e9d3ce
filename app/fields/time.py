"""Times of day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Any

from app.expr.types import ValueType
from app.fields.base import Examples, FieldSpec, FieldType, Loss, Operator, Raw, Value
from app.fields.column import ColumnKind, ColumnSpec
from app.fields.dates import read_time
from app.fields.formats import Formats
from app.fields.operators import TIME_OPERATORS
from app.language import Label, Locale


class Time(FieldType):
    """A time of day, without a day and without a zone."""

    name = "time"
    label = Label("Uhrzeit", "Time of day")
    icon = "clock"
    value_type = ValueType.TIME
    infers = (("string", "time"),)
    widget = "time"
    computable = True
    aggregates = ("count", "distinct", "min", "max")
    converts_from = {"text": Loss.CHECK}
    sample = FieldSpec(entity="sample", key="opens", label=Label("Öffnet", "Opens"))
    examples = Examples(
        good=(
            ("14:30", time(14, 30)),
            ("14.30 Uhr", time(14, 30)),
            ("930", time(9, 30)),
            ("2:30 pm", time(14, 30)),
            ("12 am", time(0, 0)),
            ("14:30:15", time(14, 30, 15)),
            ("", None),
            (None, None),
        ),
        bad=("25:00", "14:60", "bald", "13 pm", "-1:00", 14, True, []),
    )

    def columns(self) -> tuple[ColumnSpec, ...]:
        """Return one column."""
        return (ColumnSpec("", ColumnKind.TIME),)

    def clean(self, raw: Raw, locale: Locale) -> Value:
        """Read a time of day."""
        return read_time(raw, locale)

    def format(self, value: Value, formats: Formats) -> str:
        """Return hours and minutes, and seconds where there are any."""
        return formats.time(value)

    def to_json(self, value: Value) -> Any:
        """Return the time in ISO, with seconds."""
        return None if value is None else value.isoformat()

    def to_cell(self, value: Value) -> Any:
        """Return the time."""
        return value

    def value_schema(self) -> Mapping[str, Any]:
        """Return a time of day; JSON Schema's own format `time` wants a zone, which this has not."""
        return {"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]:[0-5][0-9]$"}

    def operators(self) -> tuple[Operator, ...]:
        """Return the operators of times."""
        return TIME_OPERATORS
