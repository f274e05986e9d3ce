"""Free key words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from markupsafe import Markup

from app.errors import InvalidValue
from app.expr.fold import fold
from app.expr.types import ValueType
from app.fields.base import Examples, FieldSpec, Loss, Operator, Raw, Value
from app.fields.formats import Formats
from app.fields.listed import ListedField
from app.fields.texts import NOT_TEXT, single_line
from app.language import Label, Locale

_TAG_LENGTH: Final = 50
_MOST: Final = 50
_TOO_MANY: Final = Label(
    "Mehr als {limit} Schlagwörter sind nicht möglich. Bitte einige weglassen.",
    "More than {limit} tags are not possible. Please leave some out.",
)
_COMMA: Final = Label(
    "Ein Schlagwort darf kein Komma enthalten. Bitte zwei daraus machen.",
    "A tag must not contain a comma. Please make two of it.",
)
_BADGE: Final = Markup('<span class="badge">{}</span>')
_BLANK: Final = Markup(" ")


class Tags(ListedField):
    """Free key words, typed with commas between them; two spellings of one word are one."""

    name = "tags"
    label = Label("Schlagwörter", "Tags")
    icon = "tags"
    value_type = ValueType.LIST
    widget = "tags"
    aggregates = ("count",)
    converts_from = {"text": Loss.CHECK, "choices": Loss.NONE, "choice": Loss.NONE}
    sample = FieldSpec(entity="sample", key="tags", label=Label("Schlagwörter", "Tags"))
    examples = Examples(
        good=(
            ("Messe, Stammkunde", ("Messe", "Stammkunde")),
            (["Messe", " messe ", "VIP"], ("Messe", "VIP")),
            ("a,,b\nc", ("a", "b", "c")),
            ([], None),
            ("", None),
            (" , ", None),
            (None, None),
        ),
        bad=(["x" * 51], ["a\x00"], 5, {"a": 1}, [1], ["a,b"], [f"t{n}" for n in range(51)], True),
    )

    def clean(self, raw: Raw, locale: Locale) -> Value:
        """Read a list of texts, or a text with commas or line breaks between them."""
        if raw is None:
            return None
        parts = raw.replace("\n", ",").split(",") if isinstance(raw, str) else raw
        if not isinstance(parts, (list, tuple)):
            raise InvalidValue("text.type", NOT_TEXT)
        tags: dict[str, str] = {}
        for part in parts:
            tag = single_line(part, _TAG_LENGTH)
            if tag is None:
                continue
            if "," in tag:
                raise InvalidValue("tags.comma", _COMMA)
            tags.setdefault(fold(tag), tag)
        if len(tags) > _MOST:
            raise InvalidValue("tags.too_many", _TOO_MANY.format(limit=_MOST))
        return tuple(tags.values()) or None

    def clean_operand(self, operator: Operator, raw: Raw, locale: Locale) -> Value:
        """Read one tag."""
        return single_line(raw, _TAG_LENGTH)

    def raw_from_form(self, parts: Mapping[str, Sequence[str]]) -> Raw:
        """Return everything that was sent: one text with commas, or a text for each tag."""
        return ",".join(parts.get("", ()))

    def raw_form_values(self, parts: Mapping[str, Sequence[str]]) -> Mapping[str, Any]:
        """Return what was typed."""
        return {"value": ", ".join(parts.get("", ()))}

    def format(self, value: Value, formats: Formats) -> str:
        """Return the tags with commas between them."""
        return ", ".join(value)

    def cell(self, value: Value, formats: Formats) -> Markup:
        """Return the tags as badges."""
        return _BLANK.join(_BADGE.format(tag) for tag in value)

    def value_schema(self) -> Mapping[str, Any]:
        """Return a list of texts."""
        item = {"type": "string", "minLength": 1, "maxLength": _TAG_LENGTH}
        return {"type": "array", "items": item, "uniqueItems": True, "maxItems": _MOST}

    def search_terms(self, value: Value) -> str:
        """Find it by each tag."""
        return " ".join(value)
