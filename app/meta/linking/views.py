"""Lists: columns, filter and order resolved, and the list of an entity that has none."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from app.language import Label
from app.meta.linking.expressions import Expressions, Lookup, check_roles, entity_of, resolve_path
from app.meta.linking.fields import label_of, optional_label
from app.meta.linking.workshop import Desk, Source, under
from app.meta.model import Entity, FieldPath, SortKey, View

_GENERATED_COLUMNS: Final = 6


def _columns(desk: Desk, lookup: Lookup, source: Source, entity: Entity) -> tuple[FieldPath, ...]:
    found: dict[str, FieldPath] = {}
    for index, column in enumerate(source.body["columns"]):
        named = isinstance(column, dict)
        text = column["field"] if named else column
        place = source.at("columns", index, "field") if named else source.at("columns", index)
        path = resolve_path(desk, lookup, entity.key, text, place)
        if text in found:
            desk.findings.add("view.column_twice", place, name=text)
        elif path is not None:
            found[text] = replace(path, label=Label.of(column["label"])) if named and "label" in column else path
    return tuple(found.values())


def sort_keys(desk: Desk, lookup: Lookup, source: Source, entity: Entity) -> tuple[SortKey, ...]:
    """Return the sort criteria of a view."""
    found: list[SortKey] = []
    for index, given in enumerate(source.body.get("sort", ())):
        place = source.at("sort", index, "field")
        path = resolve_path(desk, lookup, entity.key, given["field"], place)
        if path is None:
            continue
        if path.sub is None and path.field.type.sort_suffixes() is None:
            desk.findings.add("view.sort_unusable", place, name=given["field"])
        else:
            found.append(SortKey(path, given.get("descending", False)))
    return tuple(found)


def make_view(desk: Desk, key: str) -> View | None:
    """Return a view, or None where its document is too broken for use."""
    source = desk.sound("views", key)
    if source is None:
        return None
    body, lookup = source.body, Lookup(desk)
    entity = entity_of(desk, lookup, source, "view.unknown_entity")
    roles = check_roles(desk, body.get("roles", ()), under(source.at, "roles"))
    if entity is None:
        return None
    if not key.startswith(f"{entity.key}."):
        desk.findings.add("view.key", source.at("key"), key=key, entity=entity.key)
    expressions = Expressions(desk, lookup, entity.key, query=True)
    return View(
        key=key,
        entity=entity.key,
        label=label_of(body["label"], key),
        columns=_columns(desk, lookup, source, entity),
        filter=expressions.condition(body.get("filter"), lambda: source.at("filter")),
        sort=sort_keys(desk, lookup, source, entity),
        roles=roles,
        help=optional_label(body.get("help")),
    )


def view_order(desk: Desk, key: str) -> tuple[Any, ...]:
    """Return the place of a view among its entity's views."""
    source = desk.sound("views", key)
    return (100 if source is None else source.body.get("order", 100), key)


def make_generated_view(desk: Desk, key: str) -> View | None:
    """Return the view `<entity>.all` of an entity without views: its title, the first short fields, its owner."""
    entity: Entity | None = desk.ask("entity", key)
    if entity is None:
        return None
    fields = entity.fields
    short = [f for f in fields.values() if not f.system and f.type.sort_suffixes() is not None and f.type.columns()]
    first = [fields["title"]] if fields["title"].system else []
    in_title = {part.path[0] for part in entity.title if part.path}
    chosen = [*first, *[f for f in short if f.key not in in_title][:_GENERATED_COLUMNS], *_system(entity, "owner")]
    columns = tuple(FieldPath(f.key, (), f, None, f.label) for f in {f.key: f for f in chosen}.values())
    sort = tuple(SortKey(column) for column in columns[:1])
    return View(f"{key}.all", key, entity.plural, columns, None, sort, generated=True)


def _system(entity: Entity, key: str) -> list[Any]:
    return [entity.fields[key]] if entity.fields[key].system else []
