"""Percentages."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from app.fields.base import Examples, FieldSpec, Loss, Raw, Value
from app.fields.formats import Formats
from app.fields.numeric import NumberField
from app.fields.parameters import SCALE, SCALE_HELP, parameter
from app.language import Label, Locale


class Percent(NumberField):
    """A percentage; the value 20 is 20 %, in documents, expressions and the API alike."""

    name = "percent"
    label = Label("Prozent", "Percent")
    icon = "percent"
    parameters = {"scale": parameter(SCALE, SCALE_HELP, type="integer", minimum=0, maximum=6, default=2)}
    widget = "percent"
    aggregates = ("count", "distinct", "average", "min", "max")
    converts_from = {"text": Loss.CHECK, "integer": Loss.CHECK, "decimal": Loss.CHECK}
    sample = FieldSpec(
        entity="sample",
        key="discount",
        label=Label("Rabatt", "Discount"),
        keywords={"minimum": 0, "maximum": 100},
        parameters={"scale": 2},
    )
    examples = Examples(
        good=(
            ("20", Decimal("20.00")),
            ("12.5 %", Decimal("12.50")),
            ("12.5\u00a0%", Decimal("12.50")),
            (7, Decimal("7.00")),
            (0.25, Decimal("0.25")),
            ("", None),
            (None, None),
        ),
        bad=("101", -1, "12.555", "viel", "%", True, "5 % %"),
    )

    def read(self, raw: Raw, locale: Locale) -> Value:
        """Read a number, with or without the sign."""
        if isinstance(raw, str) and raw.strip() != "%":
            raw = raw.strip().removesuffix("%")
        return super().read(raw, locale)

    def format(self, value: Value, formats: Formats) -> str:
        """Return the percentage without zeros at its end."""
        return formats.percent(_short(value))

    def form_values(self, value: Value, formats: Formats) -> Mapping[str, Any]:
        """Return the number without zeros at its end; the sign stands beside the input."""
        return {"value": "" if value is None else formats.number(_short(value), grouping=False)}


def _short(value: Decimal) -> Decimal:
    return value.normalize() if value else Decimal(0)
