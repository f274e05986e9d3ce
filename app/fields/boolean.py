"""Yes or no."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from markupsafe import Markup

from app.errors import InvalidValue
from app.expr.types import ValueType
from app.fields.base import Examples, FieldSpec, FieldType, Operator, Raw, Value
from app.fields.column import ColumnKind, ColumnSpec
from app.fields.formats import Formats
from app.fields.operators import BOOLEAN_OPERATORS
from app.fields.slots import CHECKED, NOTHING
from app.language import LOCALES, Label, Locale

_WORDS: Final = {
    **dict.fromkeys(("true", "1", "on", "yes", "y", "ja", "j", "wahr", "x"), True),
    **dict.fromkeys(("false", "0", "off", "no", "n", "nein", "falsch"), False),
}
_UNTICKED: Final = "false"
_NOT_BOOLEAN: Final = Label(
    "„{text}“ ist weder Ja noch Nein. Bitte Ja oder Nein eingeben.",
    "“{text}” is neither yes nor no. Please enter yes or no.",
)
#: A list shows a tick or a dash, which eyes find faster than words; the word is there for those who listen.
_CELLS: Final = {
    (locale, value): Markup('<span class="lotse-boolean" data-value="{mark}" title="{word}">{sign}</span>').format(
        mark="yes" if value else "no", word=word.text(locale), sign="✓" if value else "–"
    )
    for locale in LOCALES
    for value, word in ((True, Label("Ja", "Yes")), (False, Label("Nein", "No")))
}


class Boolean(FieldType):
    """Yes or no; a form's empty box means no."""

    name = "boolean"
    label = Label("Ja/Nein", "Yes/no")
    icon = "check-square"
    value_type = ValueType.BOOLEAN
    infers = (("boolean", None),)
    widget = "boolean"
    computable = True
    sample = FieldSpec(entity="sample", key="active", label=Label("Aktiv", "Active"))
    examples = Examples(
        good=(
            (True, True),
            (False, False),
            ("on", True),
            ("ja", True),
            ("Nein", False),
            ("0", False),
            ("", None),
            (None, None),
        ),
        bad=("vielleicht", 2, 1.0, [], {"a": 1}),
    )

    def columns(self) -> tuple[ColumnSpec, ...]:
        """Return one column."""
        return (ColumnSpec("", ColumnKind.BOOLEAN),)

    def clean(self, raw: Raw, locale: Locale) -> Value:
        """Read a JSON boolean, or a word for one."""
        if raw is None or isinstance(raw, bool):
            return raw
        if not isinstance(raw, str):
            raise InvalidValue("boolean.invalid", _NOT_BOOLEAN.format(text=str(raw)[:40]))
        text = raw.strip().lower()
        if not text:
            return None
        if text not in _WORDS:
            raise InvalidValue("boolean.invalid", _NOT_BOOLEAN.format(text=raw[:40]))
        return _WORDS[text]

    def raw_from_form(self, parts: Mapping[str, Sequence[str]]) -> Raw:
        """Return no where the box wasn't ticked: browsers then send nothing."""
        return (parts.get("") or (_UNTICKED,))[0]

    def left_alone(self, raw: Raw, stored: Value) -> bool:
        """Return whether the box of a value that nobody has given yet stayed without a tick."""
        return stored is None and raw == _UNTICKED

    def form_values(self, value: Value, formats: Formats) -> Mapping[str, Any]:
        """Return whether the box is ticked."""
        return {"checked": CHECKED if value else NOTHING}

    def raw_form_values(self, parts: Mapping[str, Sequence[str]]) -> Mapping[str, Any]:
        """Return whether the box was ticked."""
        return {"checked": CHECKED if parts.get("") else NOTHING}

    def format(self, value: Value, formats: Formats) -> str:
        """Return yes or no."""
        return formats.boolean(value)

    def cell(self, value: Value, formats: Formats) -> Markup:
        """Return a tick or a dash."""
        return _CELLS[formats.locale, bool(value)]

    def value_schema(self) -> Mapping[str, Any]:
        """Return a boolean."""
        return {"type": "boolean"}

    def operators(self) -> tuple[Operator, ...]:
        """Return yes, no, empty."""
        return BOOLEAN_OPERATORS
