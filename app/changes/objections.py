"""What the data say against a configuration. Nothing is converted, filled in or thrown away behind anybody's back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from sqlalchemy import Connection, Table
from sqlalchemy.schema import CreateIndex

from app.errors import Issue
from app.language import Label
from app.meta.compare.change import names
from app.meta.model import Entity, Field
from app.runtime.snapshot import Snapshot
from app.storage.checks import COUNTED, columns_there, count_live, duplicate, unlinked
from app.storage.ddl import DdlStep, StorageConflict, changed_tables, conflicts
from app.storage.names import column_name, entity_table
from app.storage.shapes import unique_columns

_STORED = Label(
    "In „{entity}“ gab es „{field}“ schon einmal mit einer anderen Art von Werten; sie liegen noch in der Datenbank.",
    "“{entity}” had a “{field}” before, with another kind of values; they are still in the database.",
)
_STORED_HINT = Label(
    "Geben Sie dem Feld einen anderen Schlüssel oder die Feldart, die es hatte.",
    "Give the field another key, or the field type it had.",
)
_TARGET = Label(
    "„{field}“ in „{entity}“ verweist bisher auf „{was}“, jetzt soll es „{now}“ sein.",
    "“{field}” in “{entity}” has pointed to “{was}” so far and is to point to “{now}” now.",
)
_TARGET_HINT = Label(
    "Legen Sie für das neue Ziel ein Feld mit einem anderen Schlüssel an.",
    "Make a field with another key for the new target.",
)
_TYPE = Label(
    "„{field}“ in „{entity}“ soll „{now}“ werden, aber {count} Datensätze haben dort schon Werte („{was}“).",
    "“{field}” in “{entity}” is to become “{now}”, but {count} records have values there already (“{was}”).",
)
_TYPE_HINT = Label(
    "Legen Sie ein neues Feld mit einem anderen Schlüssel an und lassen Sie das alte weg.",
    "Make a new field with another key and leave the old one out.",
)
_REQUIRED = Label(
    "„{field}“ in „{entity}“ soll ein Pflichtfeld werden, aber bei {count} Datensätzen ist es leer.",
    "“{field}” in “{entity}” is to be required, but it is empty in {count} records.",
)
_REQUIRED_HINT = Label(
    "Veröffentlichen Sie das Feld erst ohne Pflicht, füllen Sie es überall aus, und verlangen Sie es dann.",
    "Publish the field without being required first, fill it in everywhere, then require it.",
)
_UNIQUE = Label(
    "{fields} in „{entity}“ soll eindeutig werden, aber mehrere Datensätze haben dort „{value}“.",
    "{fields} in “{entity}” is to be unique, but several records have “{value}” there.",
)
_UNIQUE_HINT = Label(
    "Ändern oder archivieren Sie die doppelten Datensätze und veröffentlichen Sie dann noch einmal.",
    "Change or archive the duplicates, then publish again.",
)
_COMPUTED = Label(
    "{fields} in „{entity}“ ist eindeutig, aber für mehrere Datensätze wird dort „{value}“ berechnet.",
    "{fields} in “{entity}” is unique, but “{value}” is computed there for several records.",
)
_COMPUTED_HINT = Label(
    "Ändern Sie, was berechnet wird, oder die Datensätze, aus denen es folgt, und veröffentlichen Sie noch einmal.",
    "Change what is computed, or the records that it follows from, then publish again.",
)
_MORE_THAN: Final = Label("mehr als {count}", "more than {count}")


def objections(connection: Connection, base: Snapshot | None, found: Snapshot) -> tuple[Issue, ...]:
    """Return everything that the data say against a candidate.

    Args:
        connection: an open transaction.
        base: the configuration in force, or None before the first publish.
        found: the candidate.
    """
    previous = None if base is None else base.tables
    collected = [_of_conflict(found, conflict) for conflict in conflicts(connection, found.tables, previous)]
    keys = changed_tables(found.tables, previous)
    affected = _affected(base, found, keys)
    there = columns_there(connection, [entity_table(key) for key in affected])
    for key in affected:
        entity = found.model.entities[key]
        if entity_table(key) in there:
            old = None if base is None else base.model.entities.get(key)
            collected.extend(_of_entity(connection, found, old, entity, there))
    # One objection a place is enough: a field of another storage is one of another type as well.
    return tuple({(issue.document, issue.pointer): issue for issue in reversed(collected)}.values())[::-1]


def _affected(base: Snapshot | None, found: Snapshot, keys: tuple[str, ...] | None) -> tuple[str, ...]:
    """Return the entities whose rows may stand against something: those with another table, or other demands."""
    changed = set(found.model.entities) if keys is None else set(keys)
    for key, entity in found.model.entities.items():
        old = None if base is None else base.model.entities.get(key)
        if old is None or (old is not entity and _demands(old) != _demands(entity)):
            changed.add(key)
    return tuple(key for key in found.model.entities if key in changed)


def _demands(entity: Entity) -> Mapping[str, tuple[bool, str]]:
    return {key: (field.required, field.type.name) for key, field in entity.fields.items()}


def _of_conflict(found: Snapshot, conflict: StorageConflict) -> Issue:
    entity, field = _named(found, conflict.table, conflict.column)
    place = f"entities/{entity.key}"
    pointer = f"/properties/{field.key}" if field is not None else "/properties"
    label = field.label if field is not None else Label.same(conflict.column)
    if conflict.was.kind is conflict.now.kind and conflict.was.references != conflict.now.references:
        targets = {"was": conflict.was.references or "–", "now": conflict.now.references or "–"}
        message = _TARGET.format(entity=entity.label, field=label, **targets)
        return Issue("data.other_target", place, pointer, message, _TARGET_HINT)
    message = _STORED.format(entity=entity.label, field=label)
    return Issue("data.other_storage", place, pointer, message, _STORED_HINT)


def _named(found: Snapshot, table: str, column: str) -> tuple[Entity, Field | None]:
    """Return the entity and field that a column belongs to."""
    for (key, field_key), link in found.tables.links.items():
        if link.name == table:
            entity = found.model.entities[key]
            return entity, entity.fields[field_key]
    entity = next(one for one in found.model.entities.values() if entity_table(one.key) == table)
    for field in entity.fields.values():
        if not field.system and any(spec.name(field.key) == column for spec in field.type.columns()):
            return entity, field
    return entity, None


def _of_entity(
    connection: Connection, found: Snapshot, old: Entity | None, entity: Entity, there: Mapping[str, frozenset[str]]
) -> Iterator[Issue]:
    columns = there[entity_table(entity.key)]
    for field in entity.fields.values():
        before = None if old is None else old.fields.get(field.key)
        if field.system or before is field:
            continue
        if before is not None and not before.system and before.type.name != field.type.name:
            yield from _type_objection(connection, found, entity, before, field, columns)
        elif field.required and (before is None or not before.required):
            yield from _required_objection(connection, found, entity, field, columns)
    yield from _unique_objections(connection, found, old, entity, columns)


def _type_objection(
    connection: Connection, found: Snapshot, entity: Entity, before: Field, field: Field, columns: frozenset[str]
) -> Iterator[Issue]:
    table = found.tables[entity.key]
    name = column_name(field)
    if name not in columns or name not in table.c:
        return
    count = count_live(connection, table, table.c[name].is_not(None))
    if count:
        message = _TYPE.format(
            entity=entity.label, field=field.label, count=_count(count), was=before.type.label, now=field.type.label
        )
        yield Issue("data.other_type", f"entities/{entity.key}", f"/properties/{field.key}", message, _TYPE_HINT)


def _required_objection(
    connection: Connection, found: Snapshot, entity: Entity, field: Field, columns: frozenset[str]
) -> Iterator[Issue]:
    table = found.tables[entity.key]
    specs = field.type.columns()
    condition = None
    if field.type.lines() is not None:
        return
    if field.type.link() is not None:
        link = found.tables.link(entity.key, field.key)
        if link.name in columns_there(connection, [link.name]):
            condition = unlinked(table, link)
    elif specs and (name := specs[0].name(field.key)) in columns:
        condition = table.c[name].is_(None)
    count = count_live(connection, table, condition)
    if count:
        message = _REQUIRED.format(entity=entity.label, field=field.label, count=_count(count))
        place = f"/properties/{field.key}"
        yield Issue("data.required_empty", f"entities/{entity.key}", place, message, _REQUIRED_HINT)


def _unique_objections(
    connection: Connection, found: Snapshot, old: Entity | None, entity: Entity, columns: frozenset[str]
) -> Iterator[Issue]:
    before = set() if old is None else set(_groups(old))
    table = found.tables[entity.key]
    for group in _groups(entity):
        stored = unique_columns(entity, group)
        if group in before or not columns.issuperset(stored) or any(name not in table.c for name in stored):
            continue
        yield from _repeated(connection, table, entity, group, _UNIQUE, _UNIQUE_HINT)


def computed_twice(connection: Connection, found: Snapshot, filled: Iterable[Field]) -> Iterator[Issue]:
    """Yield what is unique and repeats itself, now that the values of some fields were computed anew.

    Args:
        connection: the transaction that has computed them.
        found: the configuration that they were computed for.
        filled: the fields.
    """
    keys: dict[str, set[str]] = {}
    for field in filled:
        keys.setdefault(field.entity, set()).add(field.key)
    for key, of_entity in keys.items():
        entity, table = found.model.entities[key], found.tables[key]
        for group in dict.fromkeys(_groups(entity)):
            if of_entity.intersection(group) and all(name in table.c for name in unique_columns(entity, group)):
                yield from _repeated(connection, table, entity, group, _COMPUTED, _COMPUTED_HINT)


def repeated_meanwhile(connection: Connection, found: Snapshot, steps: Iterable[DdlStep]) -> Iterator[Issue]:
    """Yield what has repeated itself since a unique index got lost that a plan makes again.

    Args:
        connection: an open transaction.
        found: the configuration that is planned.
        steps: what is to be done to the tables.
    """
    made = {step.subject for step in steps if isinstance(step.statement, CreateIndex) and step.statement.element.unique}
    there = columns_there(connection, made)
    for key, table in found.tables.tables.items():
        for group in dict.fromkeys(_groups(found.model.entities[key])) if table.name in there else ():
            if there[table.name].issuperset(unique_columns(found.model.entities[key], group)):
                yield from _repeated(connection, table, found.model.entities[key], group, _UNIQUE, _UNIQUE_HINT)


def _repeated(
    connection: Connection, table: Table, entity: Entity, group: tuple[str, ...], words: Label, hint: Label
) -> Iterator[Issue]:
    values = duplicate(connection, table, unique_columns(entity, group))
    if values is not None:
        fields = names(entity.fields[key].label for key in group)
        text = ", ".join(str(value) for value in values)
        message = words.format(entity=entity.label, fields=fields, value=text)
        yield Issue("data.not_unique", f"entities/{entity.key}", "", message, hint)


def _groups(entity: Entity) -> Iterator[tuple[str, ...]]:
    yield from entity.unique
    yield from ((key,) for key, field in entity.fields.items() if field.unique and not field.system)


def _count(count: int) -> Label | int:
    return count if count <= COUNTED else _MORE_THAN.format(count=COUNTED)
