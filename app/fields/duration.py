"""Lengths of time, in minutes."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from app.fields.base import Examples, FieldSpec, Loss, Operator, Raw, Value
from app.fields.column import ColumnKind, ColumnSpec
from app.fields.dates import read_duration
from app.fields.formats import Formats
from app.fields.numeric import NumberField
from app.language import Label, Locale

#: As many digits as no number of minutes has.
_DIGITS: Final = 10


class Duration(NumberField):
    """A length of time; kept, compared and summed in whole minutes, written in hours and minutes."""

    name = "duration"
    label = Label("Dauer", "Duration")
    icon = "hourglass"
    infers = (("string", "duration"),)
    keywords = frozenset()
    widget = "duration"
    converts_from = {"text": Loss.CHECK, "integer": Loss.CHECK}
    sample = FieldSpec(entity="sample", key="effort", label=Label("Aufwand", "Effort"))
    examples = Examples(
        good=(
            ("1:30", 90),
            ("90 min", 90),
            ("1.5 h", 90),
            ("1h 30min", 90),
            ("PT1H30M", 90),
            (90, 90),
            ("0:00", 0),
            ("", None),
            (None, None),
            ("100:05", 6005),
        ),
        bad=("90", "1:75", "-1:30", "bald", -5, 1.5, True, "PT", [], "1.234 h"),
    )

    @classmethod
    def default_scale(cls) -> int:
        """Return 0: whole minutes."""
        return 0

    def columns(self) -> tuple[ColumnSpec, ...]:
        """Return one column of whole minutes."""
        return (ColumnSpec("", ColumnKind.INTEGER),)

    def read(self, raw: Raw, locale: Locale) -> Value:
        """Read a length of time."""
        return read_duration(raw, locale)

    def clean_operand(self, operator: Operator, raw: Raw, locale: Locale) -> Value:
        """Read a length of time to compare with."""
        return read_duration(raw, locale)

    def raw_from_cells(self, parts: Mapping[str, str]) -> Raw:
        """Return the cell's text; a bare number is minutes, as `to_cell` writes them."""
        text = parts.get("", "").strip()
        return int(text) if text.isascii() and text.isdigit() and len(text) < _DIGITS else text

    def format(self, value: Value, formats: Formats) -> str:
        """Return hours and minutes."""
        # A report's average is a Decimal; a second more or less is nobody's question.
        return formats.duration(value if isinstance(value, int) else round(Decimal(value)))

    def form_values(self, value: Value, formats: Formats) -> Mapping[str, Any]:
        """Return hours and minutes."""
        return {"value": "" if value is None else formats.duration(value)}

    def to_json(self, value: Value) -> Any:
        """Return an ISO 8601 duration: `PT1H30M`."""
        if value is None:
            return None
        hours, minutes = divmod(value, 60)
        return f"PT{f'{hours}H' if hours else ''}{f'{minutes}M' if minutes or not hours else ''}"

    def value_schema(self) -> Mapping[str, Any]:
        """Return an ISO 8601 duration."""
        return {"type": "string", "format": "duration", "pattern": "^PT([0-9]+H)?([0-9]+M)?$"}
