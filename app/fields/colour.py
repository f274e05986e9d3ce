"""Colours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from markupsafe import Markup

from app.errors import InvalidValue
from app.expr.types import ValueType
from app.fields.base import Examples, FieldSpec, FieldType, Loss, Operator, Raw, Value
from app.fields.column import ColumnKind, ColumnSpec
from app.fields.formats import Formats
from app.fields.operators import EXACT_OPERATORS
from app.language import Label, Locale

_LONG: Final = re.compile(r"#?([0-9a-f]{6})")
_SHORT: Final = re.compile(r"#?([0-9a-f])([0-9a-f])([0-9a-f])")
#: A drawing, because an inline style is what the content security policy forbids.
_SWATCH: Final = Markup(
    '<svg class="lotse-swatch" width="16" height="16" aria-hidden="true"><rect width="16" height="16" rx="3" '
    'fill="{colour}"/></svg> {colour}'
)
_INVALID: Final = Label(
    "„{text}“ ist keine Farbe. Bitte so schreiben: #1a7f37.",
    "“{text}” is not a colour. Please write it like this: #1a7f37.",
)


class Colour(FieldType):
    """A colour as red, green and blue: `#1a7f37`."""

    name = "colour"
    label = Label("Farbe", "Colour")
    icon = "palette"
    value_type = ValueType.TEXT
    widget = "colour"
    converts_from = {"text": Loss.CHECK}
    sample = FieldSpec(entity="sample", key="colour", label=Label("Farbe", "Colour"))
    examples = Examples(
        good=(("#1A7F37", "#1a7f37"), ("1a7f37", "#1a7f37"), ("#abc", "#aabbcc"), ("", None), (None, None)),
        bad=("red", "#12", "#12345g", "#1234567", 5, [], 'url("x")'),
    )

    def columns(self) -> tuple[ColumnSpec, ...]:
        """Return one column."""
        return (ColumnSpec("", ColumnKind.TEXT),)

    def clean(self, raw: Raw, locale: Locale) -> Value:
        """Read a colour of three or six hexadecimal digits."""
        if raw is None:
            return None
        text = raw.strip().lower() if isinstance(raw, str) else None
        if text == "":
            return None
        if text is not None and (match := _LONG.fullmatch(text)):
            return f"#{match[1]}"
        if text is not None and (match := _SHORT.fullmatch(text)):
            return "#" + "".join(2 * digit for digit in match.groups())
        raise InvalidValue("colour.invalid", _INVALID.format(text=str(raw)[:40]))

    def format(self, value: Value, formats: Formats) -> str:
        """Return the six digits."""
        return str(value)

    def cell(self, value: Value, formats: Formats) -> Markup:
        """Return a swatch and the digits."""
        return _SWATCH.format(colour=value)

    def value_schema(self) -> Mapping[str, Any]:
        """Return a string of six hexadecimal digits."""
        return {"type": "string", "pattern": "^#[0-9a-f]{6}$"}

    def operators(self) -> tuple[Operator, ...]:
        """Return is, is not, empty."""
        return EXACT_OPERATORS
