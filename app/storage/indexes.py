"""Whether indexes, foreign keys and the search are there as declared: without them data get wrong or reading slow.

An index is compared by what the database itself says of it, brought into one form: SQLite keeps the statement that made
it, PostgreSQL writes one anew. On SQLite, UNIQUE and FOREIGN KEY are part of a table's own declaration and can't get
lost without it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from operator import itemgetter
from typing import Final

from sqlalchemy import (
    Connection,
    ForeignKeyConstraint,
    Select,
    String,
    Table,
    UniqueConstraint,
    cast,
    column,
    func,
    select,
    table,
    true,
)
from sqlalchemy.dialects.postgresql.pg_catalog import pg_class, pg_namespace
from sqlalchemy.schema import CreateIndex, DropIndex

from app.storage.catalogue import has_trigrams, read_catalogue
from app.storage.ddl import ddl_plan
from app.storage.ledger import FIXED
from app.storage.statements import AddForeignKey, CreateSearchTable, CreateSearchTrigger
from app.storage.tables import TRIGRAM, TableSet


class HangingKind(StrEnum):
    """What is wrong with it."""

    MISSING = "missing"
    DIFFERENT = "different"
    SUPERFLUOUS = "superfluous"  # a unique index whose rule is gone: it refuses what is right


@dataclass(frozen=True, slots=True)
class Hanging:
    """Something that should hang on a table as declared and doesn't.

    Args:
        kind: what is wrong with it.
        table: on which one it should hang.
        name: of the index, the foreign key, the search table or the trigger.
        guards: whether data get wrong without it; everything else only makes reading fast.
        made_anew: whether a publish makes it where it is missing.
    """

    kind: HangingKind
    table: str
    name: str
    guards: bool
    made_anew: bool = True


@dataclass(frozen=True, slots=True)
class _Definition:
    """What an index is: whether its values may repeat, its columns with their order, and which rows it holds."""

    unique: bool
    columns: str
    rows: frozenset[str]


def hanging_drift(connection: Connection, tables: TableSet) -> tuple[Hanging, ...]:
    """Return what hangs on the tables otherwise than it should; a table that is missing is `find_drift`'s to tell.

    Args:
        connection: an open transaction.
        tables: those of the entities; the fixed tables are looked at as well.
    """
    fixed = read_catalogue(connection, FIXED.tables)
    known = read_catalogue(connection).columns.keys() | fixed.columns.keys()
    declared = (*tables.tables.values(), *tables.links.values(), *FIXED.tables.values())
    there = _definitions(connection)
    lost = frozenset(one.name for one in declared) - known
    found = [one for each in declared if each.name in known for one in _indexes(connection, each, there)]
    return (*found, *_planned(connection, tables, lost), *_fixed_keys(connection, fixed.names, lost))


def make_missing_indexes(connection: Connection) -> None:
    """Make the indexes that the fixed tables should have and that aren't there."""
    names = read_catalogue(connection, FIXED.tables).names
    for each in FIXED.tables.values():
        for index in sorted(each.indexes, key=lambda one: str(one.name)):
            if index.name not in names:
                connection.execute(CreateIndex(index))


def _indexes(connection: Connection, each: Table, there: Mapping[str, _Definition]) -> Iterator[Hanging]:
    for name, wanted in sorted(_wanted(connection, each), key=itemgetter(0)):
        if there.get(name) != wanted:
            kind = HangingKind.DIFFERENT if name in there else HangingKind.MISSING
            yield Hanging(kind, each.name, name, wanted.unique)
    if connection.dialect.name != "sqlite":
        for name, wanted in _unique_constraints(each):
            if there.get(name) != wanted:
                yield Hanging(HangingKind.MISSING, each.name, name, guards=True, made_anew=False)


def _wanted(connection: Connection, each: Table) -> Iterator[tuple[str, _Definition]]:
    dialect = connection.dialect
    for index in each.indexes:
        if TRIGRAM not in index.info or (dialect.name != "sqlite" and has_trigrams(connection)):
            yield str(index.name), _parsed(str(CreateIndex(index).compile(dialect=dialect)))


def _unique_constraints(each: Table) -> Iterator[tuple[str, _Definition]]:
    for constraint in each.constraints:
        if isinstance(constraint, UniqueConstraint):
            names = ", ".join(one.name for one in constraint.columns)
            yield str(constraint.name), _Definition(True, names, frozenset())


def _definitions(connection: Connection) -> dict[str, _Definition]:
    """Return what every index is that the database can use, by its name."""
    statement = _SQLITE if connection.dialect.name == "sqlite" else _postgresql()
    return {name: _parsed(made) for name, made in connection.execute(statement)}


_SCHEMA: Final = table("sqlite_schema", column("type"), column("name"), column("sql"))
_SQLITE: Final = select(_SCHEMA.c.name, _SCHEMA.c.sql).where(_SCHEMA.c.type == "index", _SCHEMA.c.sql.is_not(None))


def _postgresql() -> Select[str, str]:
    entry = table("pg_index", column("indexrelid"), column("indisvalid"))
    return (
        select(cast(pg_class.c.relname, String), func.pg_get_indexdef(pg_class.c.oid, type_=String))
        .join(entry, entry.c.indexrelid == pg_class.c.oid)
        .join(pg_namespace, pg_namespace.c.oid == pg_class.c.relnamespace)
        .where(pg_namespace.c.nspname == func.current_schema(), entry.c.indisvalid.is_(true()))
    )


def _parsed(made: str) -> _Definition:
    """Read the statement that makes an index; its condition is a chain of ANDs, in any order."""
    head, _, condition = " ".join(made.replace('"', "").split()).partition(" WHERE ")
    columns = head[head.index("(") + 1 : head.rindex(")")].strip()
    rows = condition.replace("(", "").replace(")", "").split(" AND ") if condition else ()
    return _Definition(head.startswith("CREATE UNIQUE"), columns, frozenset(one.strip() for one in rows))


def _planned(connection: Connection, tables: TableSet, lost: Collection[str]) -> Iterator[Hanging]:
    """Yield what a publish would make or take away beside tables, columns and missing indexes."""
    for step in ddl_plan(connection, tables):
        owner = step.subject.partition(".")[0]
        match step.statement:
            case AddForeignKey(key=key) if owner not in lost:
                yield Hanging(HangingKind.MISSING, owner, str(key.name), guards=True)
            case DropIndex(element=index):
                yield Hanging(HangingKind.SUPERFLUOUS, owner, str(index.name), guards=True)
            case CreateSearchTable(content=content) | CreateSearchTrigger(content=content) if content not in lost:
                yield Hanging(HangingKind.MISSING, content, step.subject, guards=True)


def _fixed_keys(connection: Connection, names: frozenset[str], lost: Collection[str]) -> Iterator[Hanging]:
    """Yield the foreign keys that fixed tables of PostgreSQL lack."""
    if connection.dialect.name == "sqlite":
        return
    for each in FIXED.tables.values():
        keys = {str(key.name) for key in each.constraints if isinstance(key, ForeignKeyConstraint)}
        for name in sorted(keys - names) if each.name not in lost else ():
            yield Hanging(HangingKind.MISSING, each.name, name, guards=True, made_anew=False)
