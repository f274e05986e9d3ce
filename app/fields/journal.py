"""How a value stands in the history: its columns as JSON, independent of what the field accepts by now.

A value that was right years ago has to be readable still, whatever has become of its option list, its pattern or its
bounds since; so it is kept as it was stored, and not as somebody would enter it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from app.fields.base import FieldType, Value
from app.fields.column import ColumnKind, ColumnSpec

_READ: Final[Mapping[ColumnKind, Callable[[Any], Any]]] = MappingProxyType(
    {
        ColumnKind.DECIMAL: Decimal,
        ColumnKind.DATE: date.fromisoformat,
        ColumnKind.TIME: time.fromisoformat,
        ColumnKind.DATETIME: datetime.fromisoformat,
    }
)


def to_journal(field_type: FieldType, value: Value) -> Any:
    """Return a value as JSON: that of its one column, or an object of its columns; a list of ids for links."""
    if value is None:
        return None
    if field_type.link() is not None:
        return list(value)
    specs = _kept(field_type)
    stored = field_type.to_columns(value)
    if len(specs) == 1:
        return _written(stored[specs[0].suffix])
    return {spec.suffix: _written(stored[spec.suffix]) for spec in specs}


def of_journal(field_type: FieldType, kept: Any) -> Value:
    """Return the value that the history has kept.

    Raises:
        ValueError: it was kept by a field of another type, and doesn't fit this one.
    """
    if kept is None:
        return None
    try:
        if field_type.link() is not None:
            return tuple(int(one) for one in kept)
        specs = _kept(field_type)
        columns = {specs[0].suffix: kept} if len(specs) == 1 else {spec.suffix: kept[spec.suffix] for spec in specs}
        stored = [_read(spec, columns.get(spec.suffix)) for spec in field_type.columns()]
        return field_type.from_columns(stored)
    except (ArithmeticError, AttributeError, KeyError, TypeError, IndexError) as strange:
        raise ValueError(field_type.name) from strange


def _kept(field_type: FieldType) -> Sequence[ColumnSpec]:
    """Return the columns that aren't computed from others: a folded text only serves sorting."""
    return [spec for spec in field_type.columns() if not spec.suffix.endswith("folded")]


def _written(stored: Any) -> Any:
    if isinstance(stored, Decimal):
        return format(stored, "f")
    if isinstance(stored, datetime):
        return (stored if stored.tzinfo is None else stored.astimezone(UTC).replace(tzinfo=None)).isoformat()
    if isinstance(stored, (date, time)):
        return stored.isoformat()
    return stored


def _read(spec: ColumnSpec, kept: Any) -> Any:
    if kept is None:
        return None
    if isinstance(kept, (dict, list)) and spec.kind is not ColumnKind.JSON:
        raise ValueError(spec.suffix)  # of another type's columns
    read = _READ.get(spec.kind)
    if read is None:
        return kept
    return read(kept)
