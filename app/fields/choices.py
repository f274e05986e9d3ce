"""Several entries of an option list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from app.errors import InvalidValue
from app.expr.types import ValueType
from app.fields.base import Examples, FieldSpec, Loss, Operator, Option, Raw, Value
from app.fields.choosing import ChoosingField
from app.fields.formats import Formats
from app.fields.listed import ListedField
from app.fields.slots import CHECKED, extra_checkboxes, mark
from app.language import DEFAULT_LOCALE, Label, Locale

_BLANK = Markup(" ")
_COMMA = Markup(", ")
_NOT_A_LIST = Label(
    "Hier wird eine Liste von Einträgen gebraucht. Bitte mehrere durch Komma trennen.",
    "A list of entries is needed here. Please separate several by commas.",
)


class Choices(ListedField, ChoosingField):
    """Several entries of an option list, kept in the list's order."""

    name = "choices"
    label = Label("Mehrfachauswahl", "Several choices")
    icon = "list-check"
    value_type = ValueType.LIST
    widget = "choices"
    aggregates = ("count",)
    converts_from = {"choice": Loss.CHECK, "text": Loss.CHECK, "tags": Loss.CHECK}
    sample = FieldSpec(
        entity="sample",
        key="interests",
        label=Label("Interessen", "Interests"),
        parameters={"options": "interest"},
        options=(
            Option("crm", Label("CRM", "CRM"), "blue"),
            Option("erp", Label("Warenwirtschaft", "ERP")),
            Option("fax", Label("Telefax", "Fax"), retired=True),
        ),
    )
    examples = Examples(
        good=(
            (["erp", "crm"], ("crm", "erp")),
            ("crm", ("crm",)),
            ("Warenwirtschaft, CRM", ("crm", "erp")),
            (["fax", "crm", "crm"], ("crm", "fax")),
            ([], None),
            ([""], None),
            ("", None),
            (None, None),
        ),
        bad=(["crm", "xyz"], "xyz", 5, {"crm": True}, [["crm"]], [1], True),
    )

    def clean(self, raw: Raw, locale: Locale) -> Value:
        """Read a list of keys or labels, or a text with commas between them."""
        if raw is None:
            return None
        parts = raw.split(",") if isinstance(raw, str) else raw
        if not isinstance(parts, (list, tuple)):
            raise InvalidValue("choices.type", _NOT_A_LIST)
        keys = [key for part in parts if (key := self.key_of(part)) is not None]
        return self.in_order(keys) or None

    def clean_operand(self, operator: Operator, raw: Raw, locale: Locale) -> Value:
        """Read one key."""
        return self.key_of(raw)

    def raw_from_form(self, parts: Mapping[str, Sequence[str]]) -> Raw:
        """Return every ticked key."""
        return list(parts.get("", ()))

    def form_values(self, value: Value, formats: Formats) -> Mapping[str, Any]:
        """Return which boxes are ticked, and those for stored keys that are no longer offered."""
        return self._form(value or (), formats.locale)

    def raw_form_values(self, parts: Mapping[str, Sequence[str]]) -> Mapping[str, Any]:
        """Return which boxes were ticked."""
        return self._form(tuple(parts.get("", ())), DEFAULT_LOCALE)

    def format(self, value: Value, formats: Formats) -> str:
        """Return the labels with commas between them."""
        return ", ".join(self.text_of(key, formats.locale) for key in value)

    def cell(self, value: Value, formats: Formats) -> Markup:
        """Return the badges; plain labels are set apart by commas, because nothing else shows where one ends."""
        plain = not any(option.colour for option in self.spec.options)
        return (_COMMA if plain else _BLANK).join(self.badge_of(key, formats.locale) for key in value)

    def value_schema(self) -> Mapping[str, Any]:
        """Return a list of keys."""
        keys = [option.key for option in self.spec.options]
        return {"type": "array", "items": {"type": "string", "enum": keys}, "uniqueItems": True}

    def search_terms(self, value: Value) -> str:
        """Find it by the labels in both languages."""
        return " ".join(dict.fromkeys(self.text_of(key, locale) for key in value for locale in ("de", "en")))

    def _form(self, keys: Sequence[str], locale: Locale) -> Mapping[str, Any]:
        gone = tuple(key for key in keys if key not in self.offered_keys)
        return {
            "extra": extra_checkboxes(self.spec.key, gone, self.texts(locale)),
            **mark(self.offered_keys, frozenset(keys), "checked", CHECKED),
        }
