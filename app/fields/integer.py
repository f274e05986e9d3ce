"""Whole numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.fields.base import Examples, FieldSpec, Loss, Raw, Value
from app.fields.column import ColumnKind, ColumnSpec
from app.fields.formats import Formats
from app.fields.numbers import read_integer
from app.fields.numeric import NumberField
from app.fields.parameters import UNIT
from app.language import Label, Locale


class Integer(NumberField):
    """A whole number, such as a number of employees."""

    name = "integer"
    label = Label("Ganze Zahl", "Whole number")
    icon = "hash"
    infers = (("integer", None),)
    parameters = {"unit": UNIT}
    converts_from = {
        "text": Loss.CHECK,
        "decimal": Loss.CHECK,
        "percent": Loss.CHECK,
    }
    sample = FieldSpec(
        entity="sample",
        key="employees",
        label=Label("Mitarbeiter", "Employees"),
        keywords={"minimum": -5, "maximum": 1000000},
        parameters={"unit": ""},
    )
    examples = Examples(
        good=((5, 5), ("1200", 1200), ("-3", -3), (7.0, 7), ("", None), (None, None), (0, 0), (1000000, 1000000)),
        bad=("1.5", 1.5, "fünf", True, -6, "1000001", 10**40, float("inf"), [], "1e3"),
    )

    @classmethod
    def default_scale(cls) -> int:
        """Return 0."""
        return 0

    def columns(self) -> tuple[ColumnSpec, ...]:
        """Return one column of 64 bits."""
        return (ColumnSpec("", ColumnKind.INTEGER),)

    def read(self, raw: Raw, locale: Locale) -> Value:
        """Read a whole number."""
        return read_integer(raw, locale)

    def format(self, value: Value, formats: Formats) -> str:
        """Return the number with its thousands set apart."""
        return formats.integer(value) + self._unit

    def value_schema(self) -> Mapping[str, Any]:
        """Return an integer with the field's bounds."""
        return {"type": "integer", **self.bounds.schema()}
