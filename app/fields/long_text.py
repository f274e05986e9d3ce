"""Text of several lines, written in Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from markupsafe import Markup, escape

from app.expr.fold import fold
from app.expr.types import ValueType
from app.fields.base import Examples, FieldSpec, FieldType, Loss, Operator, Raw, Value
from app.fields.column import ColumnKind, ColumnSpec
from app.fields.formats import Formats, formats_for
from app.fields.markdown import excerpt, render
from app.fields.operators import LONG_TEXT_OPERATORS
from app.fields.texts import several_lines, single_line
from app.language import DEFAULT_LOCALE, Label, Locale

_DEFAULT_LENGTH: Final = 100_000
_OPERAND_LENGTH: Final = 200


class LongText(FieldType):
    """Text of several lines in Markdown; a list shows its beginning, a mask all of it."""

    name = "long_text"
    label = Label("Mehrzeiliger Text", "Multi-line text")
    icon = "text-left"
    value_type = ValueType.TEXT
    keywords = frozenset({"maxLength"})
    widget = "long_text"
    computable = True
    aggregates = ("count",)
    converts_from = dict.fromkeys(("text", "url", "email", "tags", "address"), Loss.CHECK)
    sample = FieldSpec(entity="sample", key="note", label=Label("Notiz", "Note"), keywords={"maxLength": 500})
    examples = Examples(
        good=(
            ("Zeile 1\r\nZeile 2 \r\n", "Zeile 1\nZeile 2"),
            ("**fett** & <b>", "**fett** & <b>"),
            ("\n\n  eingerückt\n", "  eingerückt"),
            ("hart  \nweiter", "hart  \nweiter"),
            ("", None),
            (" \n ", None),
            (None, None),
        ),
        bad=("x" * 501, "a\x00b", "\u202e", 5, ["a"]),
    )

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__(spec)
        self.max_length = int(spec.keywords.get("maxLength", _DEFAULT_LENGTH))

    def columns(self) -> tuple[ColumnSpec, ...]:
        """Return the text as typed and the folded one that is looked through."""
        return (ColumnSpec("", ColumnKind.TEXT), ColumnSpec("folded", ColumnKind.TEXT))

    def to_columns(self, value: Value) -> Mapping[str, Any]:
        """Return the text and its folded form."""
        return {"": value, "folded": None if value is None else fold(value)}

    def clean(self, raw: Raw, locale: Locale) -> Value:
        """Read text of several lines."""
        return several_lines(raw, self.max_length)

    def clean_operand(self, operator: Operator, raw: Raw, locale: Locale) -> Value:
        """Read a text to look for."""
        return single_line(raw, _OPERAND_LENGTH)

    def from_expression(self, value: Any) -> Value:
        """Return a computed text, cut to the field's length."""
        return None if value is None else several_lines(str(value)[: self.max_length], self.max_length)

    def format(self, value: Value, formats: Formats) -> str:
        """Return the text itself."""
        return str(value)

    def cell(self, value: Value, formats: Formats) -> Markup:
        """Return the beginning, in one line, without the marks of Markdown."""
        return escape(excerpt(value))

    def show(self, value: Value, formats: Formats) -> Markup:
        """Return the whole text as HTML."""
        return render(value)

    def value_schema(self) -> Mapping[str, Any]:
        """Return a string."""
        return {"type": "string", "maxLength": self.max_length, "contentMediaType": "text/markdown"}

    def operators(self) -> tuple[Operator, ...]:
        """Return the operators that look into a text."""
        return LONG_TEXT_OPERATORS

    def sort_suffixes(self) -> None:
        """Notes have no useful order."""
        return None

    def search_terms(self, value: Value) -> str:
        """Find it by its words."""
        return str(value)

    def describe_change(self, old: Value, new: Value, formats: Formats) -> Label:
        """Say that it changed; both texts would fill the page."""
        if old is None:
            return Label("ausgefüllt", "filled in")
        return Label("geleert", "emptied") if new is None else Label("geändert", "changed")

    def convert(self, value: Value, source: FieldType) -> Value:
        """Take over what people see of the other value."""
        return self.clean(source.format(value, formats_for(DEFAULT_LOCALE)), DEFAULT_LOCALE)
