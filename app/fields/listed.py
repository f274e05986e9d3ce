"""What the types have in common that hold several texts in one column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.fields.base import FieldType, Operator, Value
from app.fields.column import ColumnKind, ColumnSpec
from app.fields.operators import LIST_OPERATORS


class ListedField(FieldType):
    """Base of the types whose value is a tuple of texts."""

    def columns(self) -> tuple[ColumnSpec, ...]:
        """Return one column with a list of texts."""
        return (ColumnSpec("", ColumnKind.JSON),)

    def to_columns(self, value: Value) -> Mapping[str, Any]:
        """Return the list of texts."""
        return {"": self.to_json(value)}

    def from_columns(self, stored: Sequence[Any]) -> Value:
        """Return the texts."""
        return tuple(stored[0]) if stored[0] else None

    def to_json(self, value: Value) -> Any:
        """Return a list of texts."""
        return None if value is None else list(value)

    def to_cell(self, value: Value) -> Any:
        """Return the texts with commas between them; an import reads them back."""
        return None if value is None else ", ".join(value)

    def operators(self) -> tuple[Operator, ...]:
        """Return has one of, has none of, empty."""
        return LIST_OPERATORS

    def sort_suffixes(self) -> None:
        """Lists have no useful order."""
        return
