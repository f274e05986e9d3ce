"""Paths of expressions and titles, turned into functions that take a value out of a record in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.fields.formats import Formats
from app.fields.pointing import AnyRef
from app.meta.model import Entity, Field, Model, TitlePart
from app.meta.paths import target_of
from app.records.rows import Accessor, Row


def value_at(model: Model, entity: Entity, keys: tuple[str, ...]) -> Accessor:
    """Return the function that gives what a path of an expression stands for.

    Args:
        model: the configuration.
        entity: where the path begins.
        keys: the path, checked when the configuration was compiled.
    """
    field, rest = entity.fields[keys[0]], keys[1:]
    lines = field.type.lines()
    if lines is not None:
        return _of_lines(model, field.key, lines.entity, rest)
    if not rest or rest[0] in field.type.subs():
        return _own(field, rest[0] if rest else None)
    target = model.entities.get(target_of(field.type) or "")
    inner = _name if target is None else value_at(model, target, rest)
    return _followed(field.key, inner)


def _own(field: Field, sub: str | None) -> Accessor:
    key, seen = field.key, field.type.expression_value
    if field.system and key == "id":
        return lambda row: row.id
    if sub is None:
        return lambda row: seen(row.values.get(key))
    return lambda row: seen(row.values.get(key), sub)


def _name(row: Row) -> Any:
    return row.title


def _followed(key: str, inner: Accessor) -> Accessor:
    def access(row: Row) -> Any:
        target = row.follow(key)
        return None if target is None else inner(target)

    return access


def _of_lines(model: Model, key: str, entity_key: str, rest: tuple[str, ...]) -> Accessor:
    if not rest:
        return lambda row: tuple(line.id for line in row.lines.get(key, ()))
    inner = value_at(model, model.entities[entity_key], rest)
    return lambda row: tuple(inner(line) for line in row.lines.get(key, ()))


@dataclass(frozen=True, slots=True)
class Need:
    """What has to be loaded before a path can be followed.

    Args:
        hops: keys of the references that are followed.
        wide: whether values of the last record are needed, or only what it is called.
    """

    hops: tuple[str, ...]
    wide: bool


def needs_of(model: Model, entity: Entity, keys: tuple[str, ...], *, titles: bool = False) -> tuple[Need, ...]:
    """Return what has to be loaded for a path, the nearest record first.

    Args:
        model, entity, keys: see `value_at`.
        titles: whether a reference at the end stands for its target's title (in titles) or for its id (in expressions).
    """
    found: list[Need] = []
    here: Entity | None = entity
    for position, key in enumerate(keys):
        if here is None or key not in here.fields:
            break
        field, rest = here.fields[key], keys[position + 1 :]
        if field.type.lines() is not None or (rest and rest[0] in field.type.subs()):
            break
        if not rest and not (titles and field.type.spec.targets + _system_target(field)):
            break
        found.append(Need(keys[: position + 1], bool(rest)))
        here = model.entities.get(target_of(field.type) or "")
    return tuple(found)


def _system_target(field: Field) -> tuple[str, ...]:
    target = target_of(field.type)
    return () if target is None else (target,)


TitleText = Callable[[Row, Formats], str]


def title_text(model: Model, entity: Entity, part: TitlePart) -> TitleText:
    """Return the function that gives the text of one part of a title."""
    if not part.path:
        return lambda row, formats: part.before + part.after
    text = _text_at(model, entity, part.path)

    def around(row: Row, formats: Formats) -> str:
        found = text(row, formats)
        return f"{part.before}{found}{part.after}" if found else ""

    return around


def _text_at(model: Model, entity: Entity, keys: tuple[str, ...]) -> TitleText:
    field, rest = entity.fields[keys[0]], keys[1:]
    key, field_type = field.key, field.type
    if not rest:
        return _end_text(field)
    if rest[0] in field_type.subs():
        sub = rest[0]

        def part_text(row: Row, formats: Formats) -> str:
            found = field_type.expression_value(row.values.get(key), sub)
            return "" if found is None else str(found)

        return part_text
    target = model.entities.get(target_of(field_type) or "")
    inner = _title_of if target is None else _text_at(model, target, rest)

    def followed(row: Row, formats: Formats) -> str:
        found = row.follow(key)
        return "" if found is None else inner(found, formats)

    return followed


def _title_of(row: Row, formats: Formats) -> str:
    return row.title


def _end_text(field: Field) -> TitleText:
    key, field_type = field.key, field.type

    def text(row: Row, formats: Formats) -> str:
        value = row.values.get(key)
        if value is None:
            return ""
        if isinstance(value, AnyRef) or target_of(field_type) is not None:
            target = row.follow(key)
            return "" if target is None else target.title
        if field_type.link() is not None:
            return _linked_text(row, field_type.spec.targets[0], value)
        return field_type.format(value, formats)

    return text


def _linked_text(row: Row, target: str, ids: tuple[int, ...]) -> str:
    if row.pool is None:
        return ""
    found = [row.pool.find(target, one) for one in ids]
    return ", ".join(one.title for one in found if one is not None)
