"""Exact numbers with digits after the point."""

from __future__ import annotations

from decimal import Decimal as Number

from app.fields.base import Examples, FieldSpec, Loss
from app.fields.numeric import NumberField
from app.fields.parameters import SCALE, SCALE_HELP, UNIT, parameter
from app.language import Label


class Decimal(NumberField):
    """An exact number with a fixed number of digits after the point, such as a weight."""

    name = "decimal"
    label = Label("Kommazahl", "Decimal number")
    icon = "123"
    infers = (("number", None),)
    parameters = {
        "scale": parameter(SCALE, SCALE_HELP, type="integer", minimum=0, maximum=6, default=2),
        "unit": UNIT,
    }
    converts_from = {"text": Loss.CHECK, "integer": Loss.CHECK, "percent": Loss.CHECK, "money": Loss.CHECK}
    sample = FieldSpec(
        entity="sample",
        key="weight",
        label=Label("Gewicht", "Weight"),
        keywords={"minimum": 0, "maximum": 100000.5},
        parameters={"scale": 3, "unit": "kg"},
    )
    examples = Examples(
        good=(
            ("1,234.5", Number("1234.500")),
            (0.1, Number("0.100")),
            (7, Number("7.000")),
            (".25", Number("0.250")),
            ("-0", Number("0.000")),
            ("", None),
            (None, None),
            ("100000.5", Number("100000.500")),
        ),
        bad=("1.2345", "1,23", "abc", "1.000,5", -0.001, 100000.501, True, {}, float("nan"), "٣"),
    )
