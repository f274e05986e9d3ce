"""Records as JSON objects, for programs: the same rows, rights and values as a list or a mask, written by field types.

A key of an object is a path as columns name it: `name`, `account.industry`, `amount.currency`. Where a reference is
expanded, its value is an object with `id` and `title`, and paths that go over it stand in that object.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from app.context import Context
from app.errors import FieldError, InvalidQuery
from app.expr.types import ValueType
from app.fields.base import Value
from app.fields.numbers import json_number
from app.language import Label
from app.meta.model import Field, FieldPath, SortKey
from app.query.columns import Shown
from app.query.gate import readable_fields
from app.query.lists import Count, count, list_plan, page_rows
from app.query.paths import resolve
from app.query.record import Record, load_record
from app.query.search import searching
from app.query.shown import extras_of, readers
from app.query.spec import ALL_RECORDS, Args, ListSpec

Item = dict[str, Any]
#: What an item always has, whatever else is asked for.
_ID: Final = "id"
#: How an argument of the API is called in the query string of a list.
_RENAMED: Final[Mapping[str, str]] = {"fields": "columns", "filter": "where"}
_OWN: Final = frozenset({"expand", "count"})
_FLAGS: Final = ("count", "archived")
#: References that may be expanded at once.
_MOST: Final = 20
_UNKNOWN_ARGUMENT: Final = Label(
    "Die Angabe „{name}“ ist unbekannt. Nehmen Sie sie aus der Adresse heraus.",
    "The argument “{name}” is unknown. Remove it from the address.",
)
_NO_FLAG: Final = Label(
    "„{name}“ ist entweder 1 oder 0. Bitte eines davon schicken.", "“{name}” is either 1 or 0. Please send one of them."
)
_NOT_EXPANDABLE: Final = Label(
    "„{name}“ ist kein Verweis, den es hier gibt. Unter „expand“ können nur solche stehen.",
    "“{name}” is not a reference that exists here. Only such can stand in “expand”.",
)
_TOO_MANY: Final = Label(
    "Unter „expand“ sind höchstens {most} Verweise möglich.", "At most {most} references are possible in “expand”."
)


@dataclass(frozen=True, slots=True)
class ItemSpec:
    """Which records a program wants, and what of them.

    Args:
        list: the records, their order and the paths that are shown.
        expand: keys of the references that are shown with id and title.
        counted: whether it wants to know how many there are.
    """

    list: ListSpec
    expand: tuple[str, ...] = ()
    counted: bool = False

    @classmethod
    def parse(cls, ctx: Context, entity_key: str, args: Args) -> ItemSpec:
        """Read a query string: what a list knows, with `fields` and `filter` for its columns and condition.

        Without `fields` every readable field is shown that fits into a row, without `sort` the order is by id.

        Raises:
            NotFound: the entity doesn't exist for this reader.
            InvalidQuery: with everything that is wrong.
        """
        misnamed = [name for name in args if name in _RENAMED.values()]
        errors = [_unknown(name) for name in misnamed]
        errors += [FieldError("query.flag", _NO_FLAG.format(name=name)) for name in _FLAGS if not _is_flag(args, name)]
        own = {_RENAMED.get(name, name): values for name, values in args.items() if name not in (*_OWN, *misnamed)}
        spec = ListSpec.parse(ctx, entity_key, ALL_RECORDS, own)
        if errors:
            raise InvalidQuery(tuple(errors))
        fields = readable_fields(ctx, entity_key)
        expand = expanded_of(fields, args.get("expand", ()))
        columns = spec.columns if "fields" in args else tuple(_paths(fields.values()))
        shown = {path.text for path in columns}
        columns = (*_paths(fields[key] for key in expand if key not in shown), *columns)
        sort = spec.sort if "sort" in args else _by_id(ctx, entity_key)
        return cls(replace(spec, columns=columns, sort=sort), expand, "1" in args.get("count", ()))


@dataclass(frozen=True, slots=True)
class ItemPage:
    """One page of records.

    Args:
        items: the records.
        next: cursor of the page after, or None on the last one.
        count: how many there are in all, where that was asked.
    """

    items: tuple[Item, ...]
    next: str | None
    count: Count | None


def _unknown(name: str) -> FieldError:
    return FieldError("query.unknown_argument", _UNKNOWN_ARGUMENT.format(name=name))


def _is_flag(args: Args, name: str) -> bool:
    return name not in args or tuple(args[name]) in (("0",), ("1",))


def _by_id(ctx: Context, entity_key: str) -> tuple[SortKey, ...]:
    path = resolve(ctx, entity_key, _ID)
    return () if path is None else (SortKey(path, descending=False),)


def _paths(fields: Iterable[Field]) -> Iterable[FieldPath]:
    """Return the paths of fields whose values fit into a row."""
    return (
        FieldPath(field.key, (), field, None, field.label)
        for field in fields
        if field.key != _ID and field.type.lines() is None
    )


def expanded_of(fields: Mapping[str, Field], asked: Sequence[str]) -> tuple[str, ...]:
    """Read which references are to be expanded.

    Args:
        fields: the readable fields of the entity.
        asked: the argument's values, each with keys separated by commas.

    Raises:
        InvalidQuery: some key is no reference that the reader may read.
    """
    keys = tuple(dict.fromkeys(key.strip() for text in asked for key in text.split(",") if key.strip()))
    errors = [
        FieldError("query.expand", _NOT_EXPANDABLE.format(name=key[:60]))
        for key in keys[:_MOST]
        if key not in fields or not points(fields[key])
    ]
    if len(keys) > _MOST:
        errors.append(FieldError("query.too_many", _TOO_MANY.format(most=_MOST)))
    if errors:
        raise InvalidQuery(tuple(errors))
    return keys


def points(field: Field) -> bool:
    """Return whether a field points to records, so that it can be expanded."""
    return field.type.value_type is ValueType.REFERENCE or field.type.link() is not None


def list_items(ctx: Context, spec: ItemSpec) -> ItemPage:
    """Read one page of records; the statements are those of the list with the same columns.

    Raises:
        InvalidQuery: the cursor isn't one of this list.
    """
    search = searching(ctx, spec.list.entity, spec.list.search)
    plan = list_plan(ctx, spec.list, search)
    rows, after = page_rows(ctx, spec.list, plan, search)
    extras = extras_of(ctx, plan.shown, rows)
    reads = readers(plan.shown)
    carries = [_carrier(one, one.path.text in spec.expand) for one in plan.shown]
    places = [_place(one.path.text, spec.expand) for one in plan.shown]
    items = []
    for row in rows:
        item: Item = {_ID: row[0]}
        for read, carry, place in zip(reads, carries, places, strict=True):
            _put(item, place, carry(read(row, extras)))
        items.append(item)
    return ItemPage(tuple(items), after, count(ctx, spec.list) if spec.counted else None)


def _place(text: str, expand: tuple[str, ...]) -> tuple[str | None, str]:
    """Return the expanded reference whose object a path stands in, or None, and its key there."""
    first, dot, rest = text.partition(".")
    return (first, rest) if dot and first in expand else (None, text)


def _put(item: Item, place: tuple[str | None, str], value: Any) -> None:
    holder, key = place
    if holder is None:
        item[key] = value
    elif isinstance(item.get(holder), dict):
        item[holder][key] = value


def _carrier(shown: Shown, expanded: bool) -> Callable[[Value], Any]:
    """Return what writes the values of a column; of child rows a list only tells how many there are."""
    field_type = shown.type
    if shown.path.sub is not None:
        return lambda value: json_number(value) if isinstance(value, Decimal) else value
    if field_type.lines() is not None:
        return lambda value: len(value or ())
    write = field_type.expanded if expanded else field_type.to_json
    return lambda value: None if value is None else write(value)


@dataclass(frozen=True, slots=True)
class WholeItem:
    """One record with its child rows.

    Args:
        item: its values.
        version: counts its changes.
        record: what it was written from.
    """

    item: Item
    version: int
    record: Record


def load_item(ctx: Context, entity_key: str, record_id: int, expand: Sequence[str] = ()) -> WholeItem:
    """Load a record with its child rows, archived or not.

    Args:
        ctx: whose rights count.
        entity_key, record_id: which one.
        expand: values of the argument of that name.

    Raises:
        NotFound: it doesn't exist for this reader.
        InvalidQuery: something that is to be expanded is no reference.
    """
    record = load_record(ctx, entity_key, record_id)
    fields = readable_fields(ctx, entity_key)
    chosen = expanded_of(fields, expand)
    item: Item = {_ID: record.id}
    for key, field in fields.items():
        if key == _ID or key in record.hidden:
            continue
        lines = field.type.lines()
        if lines is not None:
            item[key] = _rows(ctx, lines.entity, lines.via, record.values.get(key))
        else:
            item[key] = _value(record, field, expanded=key in chosen)
    return WholeItem(item, record.version, record)


def _value(record: Record, field: Field, *, expanded: bool) -> Any:
    value = record.labelled(field) if expanded else record.values.get(field.key)
    if value is None:
        return None
    return field.type.expanded(value) if expanded else field.type.to_json(value)


def _rows(ctx: Context, child_key: str, via: str, rows: Any) -> list[Item]:
    """Return child rows as the write side takes them back: with their ids, without what only the product writes."""
    fields = {key: one for key, one in readable_fields(ctx, child_key).items() if key != via and not one.system}
    written = []
    for row in rows or ():
        item: Item = {_ID: row[_ID]}
        for key, field in fields.items():
            if field.type.lines() is None and key in row:
                value = row[key]
                item[key] = None if value is None else field.type.to_json(value)
        written.append(item)
    return written
