"""What the types have in common whose value is one text in a normal form: mail, phone, web, VAT and bank numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from app.expr.fold import fold
from app.expr.types import ValueType
from app.fields.base import FieldType, Operator, Raw, Value
from app.fields.column import ColumnKind, ColumnSpec
from app.fields.formats import Formats
from app.fields.operators import TEXT_OPERATORS
from app.fields.texts import single_line
from app.language import Locale

#: No such text is longer; what is longer isn't even looked at.
MAX_LENGTH: Final = 2000


class NormalisedField(FieldType):
    """Base of the types that bring one text into a normal form."""

    value_type = ValueType.TEXT
    max_length: int = MAX_LENGTH

    def columns(self) -> tuple[ColumnSpec, ...]:
        """Return the normal form and the folded one."""
        return (ColumnSpec("", ColumnKind.TEXT), ColumnSpec("folded", ColumnKind.TEXT))

    def to_columns(self, value: Value) -> Mapping[str, Any]:
        """Return the text and its folded form."""
        return {"": value, "folded": None if value is None else fold(value)}

    def clean_operand(self, operator: Operator, raw: Raw, locale: Locale) -> Value:
        """Read a text to look for; a part needn't be a whole address or number, but a whole one is normalised."""
        if operator.key in ("is", "is_not"):
            return self.clean(raw, locale)
        return single_line(raw, self.max_length)

    def format(self, value: Value, formats: Formats) -> str:
        """Return the text itself."""
        return str(value)

    def value_schema(self) -> Mapping[str, Any]:
        """Return a string."""
        return {"type": "string", "maxLength": self.max_length}

    def operators(self) -> tuple[Operator, ...]:
        """Return the operators of text."""
        return TEXT_OPERATORS

    def sort_suffixes(self) -> tuple[str, ...]:
        """Sort by the folded text, then by the text."""
        return ("folded", "")

    def search_terms(self, value: Value) -> str:
        """Find it by itself."""
        return str(value)
