"""Filters as a reader sees them: chips in words, and the small form that asks for one more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select

from app.context import Context
from app.errors import NotFound
from app.expr.types import ValueType
from app.fields.base import FieldType, Inputs, Operator, Value
from app.fields.choosing import ChoosingField
from app.fields.formats import Formats, formats_for
from app.meta.model import FieldPath
from app.query.gate import readable, readable_fields
from app.query.operators import operators_of
from app.query.paths import resolve
from app.query.record import load_record
from app.query.search import search
from app.query.spec import Filter
from app.web.texts import text

#: Values that a chip names one by one.
_NAMED: Final = 4
_FOUND: Final = 12
_PEOPLE: Final = 200
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
        return tuple(Choice(str(key), name, str(key) in chosen) for key, name in _people(ctx, target))
    return _found(ctx, target, values, find)


def _found(ctx: Context, target: str, values: Sequence[str], find: str) -> tuple[Choice, ...]:
    """Return what is ticked already, and what the search finds."""
    ticked = {value: name for value in values if (name := _title(ctx, target, value)) is not None}
    hits = search(ctx, target, find, _FOUND) if find.strip() and target in readable(ctx) else ()
    fresh = tuple(Choice(str(hit.id), hit.title) for hit in hits if str(hit.id) not in ticked)
    return tuple(Choice(key, name, chosen=True) for key, name in ticked.items()) + fresh


def _people(ctx: Context, target: str) -> Sequence[Any]:
    tables = ctx.snapshot.tables
    table = tables.user if target == "@user" else tables.team
    return ctx.connection.execute(select(table.c.id, table.c.name).order_by(table.c.name).limit(_PEOPLE)).all()


def _title(ctx: Context, target: str, value: str) -> str | None:
    if not (value.isascii() and value.isdigit() and len(value) < 19):
        return None
    try:
        return load_record(ctx, target, int(value)).title or f"#{value}"
    except NotFound:
        return None


# -- chips ------------------------------------------------------------------------------------------------------------


def chip_text(ctx: Context, chosen: Filter) -> str:
    """Return a filter in words: what, how, which."""
    formats = formats_for(ctx.locale, ctx.snapshot.time_zone)
    words = [chosen.path.label.text(ctx.locale), chosen.operator.label.text(ctx.locale)]
    if chosen.operator.inputs is Inputs.RANGE:
        words = [words[0], _range(ctx, chosen, formats)]
    elif len(chosen.values) > _NAMED:
        words.append(text("list.several", ctx.locale, n=len(chosen.values)))
    else:
        words.extend([", ".join(_named(ctx, chosen, value, formats) for value in chosen.values)])
    return " ".join(word for word in words if word)


def _range(ctx: Context, chosen: Filter, formats: Formats) -> str:
    low, high = (None if value is None else _named(ctx, chosen, value, formats) for value in chosen.values)
    if low and high:
        return text("list.from_to", ctx.locale, low=low, high=high)
    return text("list.from", ctx.locale, low=low) if low else text("list.up_to", ctx.locale, high=high or "")


def _named(ctx: Context, chosen: Filter, value: Value, formats: Formats) -> str:
    """Return one operand as people write it; what points to a record, by its name."""
    path = chosen.path
    target = _target(path)
    if chosen.operator.widget is None and target is not None and isinstance(value, int):
        if target.startswith("@"):
            return next((name for key, name in _people(ctx, target) if key == value), f"#{value}")
        return _title(ctx, target, str(value)) or f"#{value}"
    if chosen.operator.widget == "entity":
        entity = ctx.snapshot.model.entities.get(str(value))
        return entity.label.text(ctx.locale) if entity is not None else str(value)
    return _written(path.field.type, value, formats) if path.sub is None else _plain(value, formats)


def _plain(value: Value, formats: Formats) -> str:
    return value if isinstance(value, str) else formats.number(value)


def _written(field_type: FieldType, value: Value, formats: Formats) -> str:
    if isinstance(field_type, ChoosingField):
        option = next((option for option in field_type.spec.options if option.key == value), None)
        return formats.text(option.label) if option is not None else str(value)
    if isinstance(value, str):
        return f"„{value}“" if formats.locale == "de" else f"“{value}”"
    try:
        return field_type.format(value, formats)
    except (AttributeError, TypeError):
        return str(value)  # an operand of another kind than the field, such as a number of days
