"""The small form that asks for one more filter, or changes one: which field, how, and which value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.context import Context
from app.errors import NotFound
from app.expr.types import ValueType
from app.fields.base import Inputs, Operator
from app.fields.choosing import ChoosingField
from app.meta.model import FieldPath
from app.query.gate import readable, readable_fields
from app.query.operators import operators_of
from app.query.paths import resolve
from app.query.record import load_record
from app.query.search import search
from app.query.spec import Filter
from app.web.people import people

#: Hits of a search for something to tick.
_FOUND: Final = 12
_INPUTS: Final[Mapping[ValueType, str]] = {
    ValueType.DATE: "date",
    ValueType.DATETIME: "date",
    ValueType.TIME: "time",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be ticked."""

    key: str
    label: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Asking:
    """The form for one filter.

    Args:
        path: what is filtered by.
        label: what it is called.
        operators: the ways to compare.
        inputs: `none`, `one`, `many` or `range`.
        type: type of the input.
        values: what stands in the inputs already.
        options: what can be ticked, or None where something is typed.
        searchable: whether the options are searched for rather than listed whole.
        find: what was searched for.
        at: index of the filter that is changed, or None for a new one.
    """

    path: str
    label: str
    operators: tuple[Choice, ...]
    inputs: str
    type: str
    values: tuple[str, ...]
    options: tuple[Choice, ...] | None
    searchable: bool
    find: str
    at: int | None

    @property
    def operator(self) -> str:
        """Return the key of the chosen operator."""
        return next((operator.key for operator in self.operators if operator.chosen), "")


@dataclass(frozen=True, slots=True)
class Offered:
    """A field that can be filtered by."""

    path: str
    label: str


def offered(ctx: Context, entity: str, columns: Sequence[FieldPath]) -> tuple[Offered, ...]:
    """Return what a list can be filtered by: what it shows first, then the entity's other fields."""
    paths = [(path.text, path.label, operators_of(path)) for path in columns]
    for key, field in readable_fields(ctx, entity).items():
        paths.append((key, field.label, {operator.key: operator for operator in field.type.operators()}))
    labels = {name: label.text(ctx.locale) for name, label, operators in reversed(paths) if operators}
    order = dict.fromkeys(name for name, _, operators in paths if operators)
    return tuple(Offered(name, labels[name]) for name in order)


def asking(ctx: Context, entity: str, args: Mapping[str, Sequence[str]], filters: Sequence[Filter]) -> Asking | None:
    """Return the form for the field that `ask` names, or None where it names none.

    Args:
        ctx: the reader.
        entity: whose list.
        args: the query string: `ask`, `op`, `find`, `value` and, to change a filter, `at`.
        filters: the filters the list already has.
    """
    path = resolve(ctx, entity, _first(args, "ask"))
    known = operators_of(path) if path is not None else {}
    if path is None or not known:
        return None
    at = _index(_first(args, "at"), len(filters))
    present = filters[at] if at is not None and filters[at].path.text == path.text else None
    chosen = known.get(_first(args, "op")) or (present.operator if present else next(iter(known.values())))
    values = tuple(args.get("value", ())) or (present.raw if present else ())
    find = _first(args, "find")[:200]
    return Asking(
        path=path.text,
        label=path.label.text(ctx.locale),
        operators=tuple(
            Choice(key, operator.label.text(ctx.locale), operator is chosen) for key, operator in known.items()
        ),
        inputs=chosen.inputs.value,
        type=_input_type(path, chosen),
        values=values,
        options=_options(ctx, path, chosen, values, find),
        searchable=_searched(path) is not None and chosen.inputs is not Inputs.NONE,
        find=find,
        at=at if present else None,
    )


def _first(args: Mapping[str, Sequence[str]], name: str) -> str:
    return next(iter(args.get(name, ())), "")


def _index(given: str, length: int) -> int | None:
    return int(given) if given.isascii() and given.isdigit() and len(given) < 4 and int(given) < length else None


def _input_type(path: FieldPath, operator: Operator) -> str:
    if operator.widget == "integer":
        return "number"
    value_type = path.field.type.value_type if path.sub is None else path.field.type.subs()[path.sub].value_type
    return _INPUTS.get(value_type, "text")


def _target(path: FieldPath) -> str | None:
    """Return what a field points to: an entity, `@user`, `@team`, or None."""
    if path.sub is not None:
        return None
    field_type = path.field.type
    link = field_type.link()
    if link is not None:
        return link.target
    return next((column.references for column in field_type.columns() if column.references), None)


def _searched(path: FieldPath) -> str | None:
    target = _target(path)
    return None if target is None or target.startswith("@") else target


def _options(
    ctx: Context, path: FieldPath, operator: Operator, values: Sequence[str], find: str
) -> tuple[Choice, ...] | None:
    if operator.inputs is Inputs.NONE:
        return None
    chosen = frozenset(values)
    if operator.widget == "entity":
        entities = ctx.snapshot.model.entities
        keys = [key for key in path.field.type.spec.targets if key in readable(ctx)]
        return tuple(Choice(key, entities[key].label.text(ctx.locale), key in chosen) for key in keys)
    field_type = path.field.type
    if path.sub is None and isinstance(field_type, ChoosingField):
        return tuple(Choice(o.key, o.label.text(ctx.locale), o.key in chosen) for o in field_type.spec.options)
    target = _target(path)
    if target is None:
        return None
    if target.startswith("@"):
        return tuple(Choice(str(key), name, str(key) in chosen) for key, name in people(ctx, target))
    return _found(ctx, target, values, find)


def _found(ctx: Context, target: str, values: Sequence[str], find: str) -> tuple[Choice, ...]:
    """Return what is ticked already, and what the search finds."""
    ticked = {value: name for value in values if (name := _title(ctx, target, value)) is not None}
    hits = search(ctx, target, find, _FOUND) if find.strip() and target in readable(ctx) else ()
    fresh = tuple(Choice(str(hit.id), hit.title) for hit in hits if str(hit.id) not in ticked)
    return tuple(Choice(key, name, chosen=True) for key, name in ticked.items()) + fresh


def _title(ctx: Context, target: str, value: str) -> str | None:
    if not (value.isascii() and value.isdigit() and len(value) < 19):
        return None
    try:
        return load_record(ctx, target, int(value)).title or f"#{value}"
    except NotFound:
        return None
