"""The groups of a report as people read them: a text, a colour, a place in the order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from app.context import Context
from app.expr.fold import fold
from app.expr.types import ValueType
from app.fields.base import Value
from app.fields.formats import Formats
from app.fields.pointing import AnyRef
from app.language import Label
from app.meta.model import Dimension
from app.meta.paths import target_of
from app.query.columns import Row, is_plain
from app.query.labels import labels_anywhere
from app.query.report_shape import DimensionColumns

EMPTY: Final = Label("(leer)", "(empty)")


@dataclass(frozen=True, slots=True)
class Group:
    """One value of a dimension.

    Args:
        dimension: id of the dimension.
        key: what is stored, one part for each column.
        value: the value, or None for the records that have none.
        text: what it is called.
        colour: name of a meaning colour, or None.
        order: its place among the dimension's groups; those without a value come last.
    """

    dimension: str
    key: tuple[Any, ...]
    value: Value
    text: str
    colour: str | None
    order: tuple[Any, ...]


def groups_of(
    ctx: Context, formats: Formats, columns: DimensionColumns, rows: Iterable[tuple[tuple[Any, ...], Row]]
) -> dict[Any, Group]:
    """Return the groups of one dimension by their key.

    Args:
        ctx: the reader; labels of references to one of several entities cost one statement.
        formats: his language.
        columns: where the dimension stands in a row.
        rows: the grouped rows, each with its key; see `key_of`.
    """
    labels: dict[tuple[Any, ...], str | None] = {}
    for key, row in rows:
        if key not in labels:
            labels[key] = None if columns.label is None else row[columns.label]
    values = {key: _value(columns.dimension, key) for key in labels}
    anywhere = labels_anywhere(ctx, {value for value in values.values() if isinstance(value, AnyRef)})
    found = {}
    for key, label in labels.items():
        value = values[key]
        known = anywhere.get(value) if isinstance(value, AnyRef) else label
        found[key] = _group(columns.dimension, key, value, known, formats)
    return found


def ranks_of(groups: Mapping[Any, Group]) -> dict[Any, int]:
    """Return the place of each group of a dimension among them, from 0; groups of the same order have the same."""
    places = {order: place for place, order in enumerate(sorted({group.order for group in groups.values()}))}
    return {key: places[group.order] for key, group in groups.items()}


def key_of(columns: DimensionColumns, row: Row) -> tuple[Any, ...]:
    """Return what a row is grouped by; lists become tuples, so that they can be looked up."""
    if len(columns.keys) == 1:  # the usual case, for every row of every report
        part = row[columns.keys[0]]
        return (tuple(part),) if isinstance(part, list) else (part,)
    return tuple(tuple(part) if isinstance(part := row[index], list) else part for index in columns.keys)


def _value(dimension: Dimension, key: tuple[Any, ...]) -> Value:
    if key[0] is None or key[0] == ():
        return None
    field_type = dimension.path.field.type
    if len(key) == 1 and (dimension.bucket is not None or dimension.path.sub is not None or is_plain(field_type)):
        return key[0]
    if len(key) == 1 and field_type.value_type is ValueType.TEXT:
        return key[0]
    return field_type.from_columns(key)


def _group(dimension: Dimension, key: tuple[Any, ...], value: Value, label: str | None, formats: Formats) -> Group:
    if value is None:
        return Group(dimension.id, key, None, formats.text(EMPTY), None, (1,))
    field_type = dimension.path.field.type
    if dimension.bucket is not None:
        return Group(dimension.id, key, value, dimension.bucket.format(value, formats), None, (0, value))
    if dimension.path.sub is not None:
        part = field_type.subs()[dimension.path.sub]
        text = formats.number(value, part.scale) if part.value_type is ValueType.NUMBER else str(value)
        return Group(dimension.id, key, value, text, None, (0, fold(text) if isinstance(value, str) else value))
    options = {option.key: (place, option) for place, option in enumerate(field_type.spec.options)}
    text = field_type.format(field_type.with_label(value, label), formats)
    if value in options:
        place, option = options[value]
        return Group(dimension.id, key, value, text, option.colour, (0, place, ""))
    if options:
        return Group(dimension.id, key, value, text, None, (0, len(options), fold(text)))
    ordered = _ordered(dimension, value, key, text)
    return Group(dimension.id, key, value, text, None, (0, *ordered))


def _ordered(dimension: Dimension, value: Value, key: tuple[Any, ...], text: str) -> tuple[Any, ...]:
    """Return what a value is sorted by: numbers and days by themselves, everything else by its text."""
    field_type = dimension.path.field.type
    kinds = (ValueType.NUMBER, ValueType.DATE, ValueType.DATETIME, ValueType.TIME, ValueType.BOOLEAN)
    if target_of(field_type) is None and field_type.value_type in kinds:
        return (key[0], "" if len(key) == 1 else str(key[1]))
    return (fold(text), str(key[0]))
