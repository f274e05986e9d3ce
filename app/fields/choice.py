"""One entry of an option list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from app.expr.types import ValueType
from app.fields.base import Examples, FieldSpec, Loss, Operator, Option, Raw, Value
from app.fields.choosing import ChoosingField
from app.fields.column import ColumnKind, ColumnSpec
from app.fields.formats import Formats
from app.fields.operators import CHOICE_OPERATORS
from app.fields.slots import SELECTED, extra_options, mark
from app.language import DEFAULT_LOCALE, Label, Locale


class Choice(ChoosingField):
    """One entry of an option list; its key is stored, its label is shown."""

    name = "choice"
    label = Label("Auswahl", "Choice")
    icon = "list"
    value_type = ValueType.TEXT
    widget = "choice"
    computable = True
    converts_from = {"text": Loss.CHECK, "choices": Loss.CHECK}
    sample = FieldSpec(
        entity="sample",
        key="status",
        label=Label("Status", "Status"),
        parameters={"options": "status"},
        options=(
            Option("new", Label("Neu", "New"), "blue"),
            Option("won", Label("Gewonnen", "Won"), "green"),
            Option("plain", Label("Ohne <Farbe>", "Without <colour>")),
            Option("old", Label("Alt", "Old"), "grey", retired=True),
        ),
    )
    examples = Examples(
        good=(
            ("new", "new"),
            ("Gewonnen", "won"),
            ("WON", "won"),
            (" new ", "new"),
            ("old", "old"),
            ("", None),
            (None, None),
            ("ohne <farbe>", "plain"),
        ),
        bad=("lost", "Alt", 1, True, ["new"], {"key": "new"}),
    )

    def columns(self) -> tuple[ColumnSpec, ...]:
        """Return one column with the key."""
        return (ColumnSpec("", ColumnKind.TEXT),)

    def clean(self, raw: Raw, locale: Locale) -> Value:
        """Read a key or label."""
        return self.key_of(raw)

    def form_values(self, value: Value, formats: Formats) -> Mapping[str, Any]:
        """Return which option is selected, and a stored one that is no longer offered."""
        gone = () if value is None or value in self.offered_keys else (value,)
        return {
            "value": value or "",
            "extra": extra_options(gone, self.texts(formats.locale)),
            **mark(self.offered_keys, frozenset((value,)), "selected", SELECTED),
        }

    def raw_form_values(self, parts: Mapping[str, Sequence[str]]) -> Mapping[str, Any]:
        """Return which option was selected."""
        sent = (parts.get("") or ("",))[0]
        gone = () if sent in self.offered_keys or sent == "" else (sent,)
        return {
            "value": sent,
            "extra": extra_options(gone, self.texts(DEFAULT_LOCALE)),
            **mark(self.offered_keys, frozenset((sent,)), "selected", SELECTED),
        }

    def from_expression(self, value: Any) -> Value:
        """Return a computed key that the list has."""
        return value if value in self._keys else None

    def format(self, value: Value, formats: Formats) -> str:
        """Return the option's label."""
        return self.text_of(value, formats.locale)

    def cell(self, value: Value, formats: Formats) -> Markup:
        """Return the option's badge."""
        return self.badge_of(value, formats.locale)

    def value_schema(self) -> Mapping[str, Any]:
        """Return the keys, retired ones too, because records may have them."""
        return {"type": "string", "enum": [option.key for option in self.spec.options]}

    def operators(self) -> tuple[Operator, ...]:
        """Return is one of, none of, empty."""
        return CHOICE_OPERATORS

    def search_terms(self, value: Value) -> str:
        """Find it by its label in either language."""
        return " ".join(dict.fromkeys((self.text_of(value, "de"), self.text_of(value, "en"))))

    def convert(self, value: Value, source: Any) -> Value:
        """Take a text that is a key or label, or the only one of several choices."""
        raw = source.to_json(value)
        return self.clean(raw[0] if isinstance(raw, list) and len(raw) == 1 else raw, DEFAULT_LOCALE)
