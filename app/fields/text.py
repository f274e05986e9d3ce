"""One line of text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from app.errors import FieldError, InvalidValue
from app.expr.fold import fold
from app.expr.types import ValueType
from app.fields.base import Bucket, Examples, FieldSpec, FieldType, Loss, Operator, Raw, Value
from app.fields.buckets import TEXT_BUCKETS
from app.fields.column import ColumnKind, ColumnSpec
from app.fields.formats import Formats, formats_for
from app.fields.operators import TEXT_OPERATORS
from app.fields.texts import TOO_SHORT, Pattern, single_line
from app.language import DEFAULT_LOCALE, Label, Locale

_DEFAULT_LENGTH: Final = 200
_MAX_LENGTH: Final = 2000
_NO_MATCH: Final = Label(
    "„{text}“ hat nicht die verlangte Form. Bitte den Hinweis am Feld beachten und neu eingeben.",
    "“{text}” doesn't have the required form. Please follow the hint at the field and enter it again.",
)
_BAD_LENGTH: Final = Label(
    "Die Länge muss zwischen 1 und {limit} liegen. Für längere Texte gibt es den mehrzeiligen Text.",
    "The length must be between 1 and {limit}. For longer texts there is the multi-line text.",
)


class Text(FieldType):
    """One line of text, found and sorted regardless of case and accents."""

    name = "text"
    label = Label("Text", "Text")
    icon = "fonts"
    value_type = ValueType.TEXT
    infers = (("string", None),)
    keywords = frozenset({"maxLength", "minLength", "pattern"})
    widget = "text"
    computable = True
    converts_from = dict.fromkeys(
        ("long_text", "email", "phone", "url", "vat_id", "iban", "choice", "integer", "decimal", "date"), Loss.CHECK
    )
    sample = FieldSpec(
        entity="sample",
        key="text",
        label=Label("Name", "Name"),
        keywords={"maxLength": 30, "minLength": 2, "pattern": "^[^;]*$"},
        searchable=True,
    )
    examples = Examples(
        good=(
            ("Müller GmbH", "Müller GmbH"),
            ("  a \t b\u00a0 c ", "a b c"),
            ("Mu\u0308ller", "Müller"),
            ("", None),
            ("   ", None),
            (None, None),
            ("\u017b\u00f3\u0142\u0107 <b>&amp '\"", "Żółć <b>&amp '\""),
        ),
        bad=("a", "a" * 31, "a;b", "a\x00b", "a\u202eb", "\ud800x", 5, True, ["a"], {"a": 1}),
    )

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__(spec)
        self.max_length = int(spec.keywords.get("maxLength", _DEFAULT_LENGTH))
        self._min_length = int(spec.keywords.get("minLength", 0))
        pattern = spec.keywords.get("pattern")
        self._pattern = Pattern(pattern) if pattern else None

    @classmethod
    def check(cls, spec: FieldSpec) -> tuple[FieldError, ...]:
        """Return what is wrong with length or pattern."""
        if not 1 <= int(spec.keywords.get("maxLength", _DEFAULT_LENGTH)) <= _MAX_LENGTH:
            return (FieldError("text.length", _BAD_LENGTH.format(limit=_MAX_LENGTH)),)
        try:
            cls(spec)
        except InvalidValue as error:
            return (error.error,)
        return ()

    def columns(self) -> tuple[ColumnSpec, ...]:
        """Return the text as typed and the folded one beside it."""
        return (ColumnSpec("", ColumnKind.TEXT), ColumnSpec("folded", ColumnKind.TEXT))

    def to_columns(self, value: Value) -> Mapping[str, Any]:
        """Return the text and its folded form."""
        return {"": value, "folded": None if value is None else fold(value)}

    def clean(self, raw: Raw, locale: Locale) -> Value:
        """Read one line of text."""
        text = single_line(raw, self.max_length)
        if text is None:
            return None
        if len(text) < self._min_length:
            raise InvalidValue("text.too_short", TOO_SHORT.format(limit=self._min_length))
        if self._pattern is not None and not self._pattern.matches(text):
            raise InvalidValue("text.pattern", _NO_MATCH.format(text=text[:40]))
        return text

    def clean_operand(self, operator: Operator, raw: Raw, locale: Locale) -> Value:
        """Read a text to look for; a part of a text needn't have its length or pattern."""
        return single_line(raw, self.max_length)

    def from_expression(self, value: Any) -> Value:
        """Return a computed text, cut to the field's length."""
        return None if value is None else single_line(str(value)[: self.max_length], self.max_length)

    def format(self, value: Value, formats: Formats) -> str:
        """Return the text itself."""
        return str(value)

    def value_schema(self) -> Mapping[str, Any]:
        """Return a string with the field's keywords."""
        limits = {key: limit for key, limit in self.spec.keywords.items() if key in self.keywords}
        return {"type": "string", **limits}

    def operators(self) -> tuple[Operator, ...]:
        """Return the operators of text."""
        return TEXT_OPERATORS

    def sort_suffixes(self) -> tuple[str, ...]:
        """Sort by the folded text, then by the text, so that the order is always the same."""
        return ("folded", "")

    def buckets(self) -> tuple[Bucket, ...]:
        """Group by first letter."""
        return TEXT_BUCKETS

    def search_terms(self, value: Value) -> str:
        """Find it by itself."""
        return str(value)

    def convert(self, value: Value, source: FieldType) -> Value:
        """Take over what people see of the other value."""
        return self.clean(source.format(value, formats_for(DEFAULT_LOCALE)), DEFAULT_LOCALE)
