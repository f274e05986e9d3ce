"""From fields to the columns of a table, and from a row of a result back to values.

Field types say which columns a value is stored in; this module finds them in the tables that a SELECT joins and puts
values together again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.fields.base import FieldType
from app.fields.column import ColumnKind
from app.meta.model import Field, FieldPath

Row = Sequence[Any]


def is_plain(field_type: FieldType) -> bool:
    """Return whether a value is what its main column stores; a column beside it only serves sorting."""
    return type(field_type).from_columns is FieldType.from_columns


def value_suffixes(path: FieldPath) -> tuple[str, ...]:
    """Return the suffixes of the columns that a path's value is made of, in the order of `from_columns`."""
    if path.sub is not None:
        return (path.field.type.subs()[path.sub].suffix,)
    specs = path.field.type.columns()
    if path.field.system or is_plain(path.field.type):
        specs = specs[:1]
    return tuple(spec.suffix for spec in specs)


def kind_of(field: Field, suffix: str) -> ColumnKind:
    """Return what one column of a field stores; a column beside the declared ones is folded text."""
    return next((spec.kind for spec in field.type.columns() if spec.suffix == suffix), ColumnKind.TEXT)


@dataclass(frozen=True, slots=True)
class Shown:
    """One column of a list, or one field of a record, and where its values stand in a row of the result.

    Args:
        path: what is shown.
        start: index of the first stored column.
        width: number of stored columns; 0 for links, lines and labels of any-references, which are fetched after.
        label: index of the title of the record that a reference points to, or None.
        target: entity key, `@user` or `@team` of a reference, or None.
        record: index of the id of the record that the field belongs to; for what is fetched after.
        read: takes the value out of a row of the result.
    """

    path: FieldPath
    start: int
    width: int
    label: int | None = None
    target: str | None = None
    record: int = 0
    read: Callable[[Row], Any] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Make the reader once, for all rows of all requests."""
        object.__setattr__(self, "read", _reader(self))

    @property
    def type(self) -> FieldType:
        """Return the type of the field at the end of the path."""
        return self.path.field.type


def _reader(shown: Shown) -> Callable[[Row], Any]:
    start, stop = shown.start, shown.start + shown.width
    if shown.path.sub is not None or shown.path.field.system or is_plain(shown.type):
        return lambda row: row[start]
    read = shown.type.from_columns

    def composite(row: Row) -> Any:
        stored = row[start:stop]
        return None if stored.count(None) == len(stored) else read(stored)

    return composite
