"""The tables of all entities, made of a Model: immutable, and shared between two models wherever nothing changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    MetaData,
    Table,
    and_,
    text,
)

from app.fields.column import ColumnKind, ColumnSpec
from app.meta.model import Model
from app.storage.names import entity_table, made_name, search_table
from app.storage.shapes import IndexShape, LinkShape, Rows, Shape, shapes
from app.storage.types import ID, TEXT, UtcDateTime, column_type

_USER: Final = "@user"
_TEAM: Final = "@team"
#: Marks the index that only a PostgreSQL with the extension pg_trgm can have.
TRIGRAM: Final = "trigram"
_FIXED_NAMES: Final = {_USER: "sys_user", _TEAM: "sys_team"}


@dataclass(frozen=True, slots=True)
class TableSet:
    """The tables of one Model.

    Args:
        tables: an entity's table by its key.
        links: the link table of an m:n field by entity and field.
        searches: the full-text table of an entity that is searched, by its key; used on SQLite only.
        shapes: what each table was made of.
        user, team: the system tables, as far as records point to them.
    """

    tables: Mapping[str, Table]
    links: Mapping[tuple[str, str], Table]
    searches: Mapping[str, Table]
    shapes: Mapping[str, Shape]
    user: Table
    team: Table

    def __getitem__(self, entity_key: str) -> Table:
        return self.tables[entity_key]

    def link(self, entity_key: str, field_key: str) -> Table:
        """Return the link table of an m:n field: `record_id`, `target_id`, `position`."""
        return self.links[entity_key, field_key]

    def search(self, entity_key: str) -> Table | None:
        """Return the full-text table of an entity (`rowid`, `search_text`), or None where no field is searched."""
        return self.searches.get(entity_key)


def build_tables(model: Model, previous: TableSet | None = None) -> TableSet:
    """Make the tables of a Model.

    Args:
        model: what they are for.
        previous: tables of another Model; those of entities whose storage is the same are taken over.
    """
    found = shapes(model)
    tables: dict[str, Table] = {}
    links: dict[tuple[str, str], Table] = {}
    searches: dict[str, Table] = {}
    for key, shape in found.items():
        if previous is not None and previous.shapes.get(key) == shape:
            found[key] = previous.shapes[key]
            tables[key] = previous.tables[key]
            links.update({(key, link.field): previous.links[key, link.field] for link in shape.links})
            searches.update({key: previous.searches[key]} if key in previous.searches else {})
            continue
        tables[key] = _entity_table(shape)
        links.update({(key, link.field): _link_table(shape.key, link) for link in shape.links})
        if shape.searched:
            searches[key] = _search_table(key)
    user, team = (previous.user, previous.team) if previous is not None else _people()
    return TableSet(
        tables=MappingProxyType(tables),
        links=MappingProxyType(links),
        searches=MappingProxyType(searches),
        shapes=MappingProxyType(found),
        user=user,
        team=team,
    )


def _people() -> tuple[Table, Table]:
    """Declare the system tables as far as records name them; the system room makes them."""
    user = Table(
        "sys_user",
        MetaData(),
        Column("id", ID, primary_key=True),
        Column("name", TEXT, nullable=False),
        Column("email", TEXT, nullable=False),
        Column("active", Boolean, nullable=False),
        Column("team_id", ID),
    )
    team = Table("sys_team", MetaData(), Column("id", ID, primary_key=True), Column("name", TEXT, nullable=False))
    return user, team


def _system_columns() -> tuple[Column[Any], ...]:
    return (
        Column("id", ID, Identity(), primary_key=True),
        Column("title", TEXT),
        Column("title__folded", TEXT),
        Column("search_text", TEXT),
        Column("owner_id", ID),
        Column("team_id", ID),
        Column("created_at", UtcDateTime, nullable=False),
        Column("created_by", ID),
        Column("updated_at", UtcDateTime, nullable=False),
        Column("updated_by", ID),
        Column("version", Integer, nullable=False, server_default=text("1")),
        Column("archived_at", UtcDateTime),
        Column("position", Integer),
    )


_SYSTEM_REFERENCES: Final = (("owner_id", _USER), ("team_id", _TEAM), ("created_by", _USER), ("updated_by", _USER))


def _entity_table(shape: Shape) -> Table:
    name = entity_table(shape.key)
    columns = [Column(column.name, column_type(column.spec)) for column in shape.columns]
    references = [*_SYSTEM_REFERENCES, *((c.name, c.spec.references) for c in shape.columns if c.spec.references)]
    keys = [reference(name, column, target) for column, target in references]
    # Each table has a MetaData of its own, so that a table can be in several sets; foreign keys point to stubs.
    table = Table(name, MetaData(), *_system_columns(), *columns, *keys)
    for index in shape.indexes:
        _index(table, index)
    if shape.searched:
        Index(
            made_name("ix", name, TRIGRAM),
            table.c.search_text,
            postgresql_using="gin",
            postgresql_ops={"search_text": "gin_trgm_ops"},
            info={TRIGRAM: True},
        )
    return table


def reference(table: str, column: str, target: str) -> ForeignKeyConstraint:
    """Make a foreign key to an entity, `@user` or `@team`."""
    remote = _FIXED_NAMES.get(target) or entity_table(target)
    stub = Table(remote, MetaData(), Column("id", ID, primary_key=True))
    return ForeignKeyConstraint([column], [stub.c.id], name=made_name("fk", table, column, remote))


def _index(table: Table, shape: IndexShape) -> Index:
    columns = [table.c[name].desc() if descending else table.c[name] for name, descending in shape.columns]
    rows = _rows(table, shape)
    return Index(shape.name(table.name), *columns, unique=shape.unique, sqlite_where=rows, postgresql_where=rows)


def _rows(table: Table, shape: IndexShape) -> ColumnElement[bool] | None:
    if shape.rows is None:
        return None
    if shape.rows is Rows.ARCHIVED:
        return table.c.archived_at.is_not(None)
    if shape.rows is Rows.FILLED:
        return table.c[shape.columns[0][0]].is_not(None)
    live = table.c.archived_at.is_(None)
    if shape.rows is Rows.LIVE:
        return live
    return and_(*(table.c[name].is_not(None) for name, _ in shape.columns), live)


def _link_columns() -> tuple[Column[Any], ...]:
    return (
        Column("record_id", ID, primary_key=True, autoincrement=False),
        Column("target_id", ID, primary_key=True, autoincrement=False),
        Column("position", Integer, nullable=False, server_default=text("0")),
    )


def _link_table(entity_key: str, link: LinkShape) -> Table:
    table = Table(
        link.table,
        MetaData(),
        *_link_columns(),
        reference(link.table, "record_id", entity_key),
        reference(link.table, "target_id", link.target),
    )
    Index(made_name("ix", link.table, "target_id"), table.c.target_id, table.c.record_id)
    return table


def bare_table(name: str, declared: Mapping[str, ColumnSpec]) -> Table:
    """Make the table of an entity that no document names any more: its columns as the ledger remembers them.

    Args:
        name: the table's name.
        declared: how its fields' columns were declared, by the column's name.
    """
    columns = [Column(column, column_type(spec)) for column, spec in declared.items()]
    references = [*_SYSTEM_REFERENCES, *((column, spec.references) for column, spec in declared.items())]
    keys = [reference(name, column, target) for column, target in references if target]
    return Table(name, MetaData(), *_system_columns(), *columns, *keys)


def bare_link_table(name: str, target: str | None) -> Table:
    """Make the link table of an m:n field that no document names any more.

    Args:
        name: the table's name.
        target: key of the entity that is linked to, as the ledger remembers it.
    """
    keys = [] if target is None else [reference(name, "target_id", target)]
    return Table(name, MetaData(), *_link_columns(), *keys)


def _search_table(entity_key: str) -> Table:
    name = search_table(entity_key)
    return Table(name, MetaData(), Column("rowid", Integer, primary_key=True), Column("search_text", TEXT))


def ledger_of(tables: TableSet, keys: Iterable[str] | None = None) -> dict[tuple[str, str], ColumnSpec]:
    """Return how every column that a field is stored in is declared, by table and column.

    Args:
        tables: all tables.
        keys: the entities to look at, or None for all.
    """
    found: dict[tuple[str, str], ColumnSpec] = {}
    for key in tables.shapes if keys is None else keys:
        shape = tables.shapes[key]
        found.update({(entity_table(key), column.name): column.spec for column in shape.columns})
        for link in shape.links:
            found[link.table, "target_id"] = ColumnSpec("", ColumnKind.REFERENCE, references=link.target)
    return found
