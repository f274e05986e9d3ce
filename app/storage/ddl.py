"""What has to be made in the database so that it can hold a Model's records. It only expands: nothing is dropped.

The one exception is no loss: a unique index whose rule is gone from the documents would refuse good records, so it
goes. Steps are computed from the catalogue: a plan says what is really missing, and after it was applied it is empty.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection, Dialect, ForeignKeyConstraint, Index, MetaData, Table, tuple_
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.schema import CreateIndex, CreateTable, DropIndex, ExecutableDDLElement

from app.fields.column import ColumnSpec
from app.storage.catalogue import Catalogue, has_trigrams, may_have_trigrams, read_catalogue
from app.storage.ledger import LEDGER
from app.storage.shapes import Shape
from app.storage.statements import (
    AddColumn,
    AddForeignKey,
    CreateExtension,
    CreateSearchTable,
    CreateSearchTrigger,
    FillSearchTable,
    TriggerKind,
)
from app.storage.tables import TRIGRAM, TableSet, ledger_of

_LEDGER_BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class DdlStep:
    """One statement that changes the database.

    Args:
        kind: `create_table`, `add_column`, `add_foreign_key`, `create_index`, `drop_index`, `create_search` …
        subject: what it is about: a table, or table and column.
        sql: the statement as text, to be shown.
        statement: the statement to execute.
        columns: columns that it makes, to be written into the ledger.
    """

    kind: str
    subject: str
    sql: str
    statement: ExecutableDDLElement
    columns: tuple[tuple[str, str, ColumnSpec], ...] = ()


@dataclass(frozen=True, slots=True)
class StorageConflict:
    """A column that was declared otherwise when it was made, so that its values don't fit.

    Args:
        table, column: where.
        was, now: how it was declared and how it is declared now.
    """

    table: str
    column: str
    was: ColumnSpec
    now: ColumnSpec


def changed_tables(tables: TableSet, previous: TableSet | None) -> tuple[str, ...] | None:
    """Return the keys of the entities whose tables aren't those of another set, or None for "all of them"."""
    if previous is None:
        return None
    return tuple(key for key, table in tables.tables.items() if previous.tables.get(key) is not table)


def _table_names(tables: TableSet, keys: Iterable[str]) -> list[str]:
    found: list[str] = []
    for key in keys:
        found += [tables[key].name, *(link.table for link in tables.shapes[key].links)]
        search = tables.search(key)
        found += [search.name] if search is not None else []
    return found


def ddl_plan(connection: Connection, tables: TableSet, previous: TableSet | None = None) -> tuple[DdlStep, ...]:
    """Return what has to be done so that the database can hold the records of a set of tables.

    Args:
        connection: an open transaction.
        tables: what is wanted.
        previous: tables that are known to be there; only what differs from them is looked at. None looks at all.
    """
    keys = changed_tables(tables, previous)
    only = None if keys is None else _table_names(tables, keys)
    if only is not None and not only:
        return ()
    planner = _Planner(connection, tables, read_catalogue(connection, only))
    return tuple(planner.steps(tables.tables if keys is None else keys))


def conflicts(
    connection: Connection, tables: TableSet, previous: TableSet | None = None
) -> tuple[StorageConflict, ...]:
    """Return the columns whose values don't fit what the documents now want to store in them."""
    keys = changed_tables(tables, previous)
    wanted = ledger_of(tables, keys)
    found = []
    names = list(wanted)
    for start in range(0, len(names), _LEDGER_BATCH):
        batch = names[start : start + _LEDGER_BATCH]
        statement = LEDGER.select().where(tuple_(LEDGER.c.table_name, LEDGER.c.column_name).in_(batch))
        for row in connection.execute(statement):
            now = wanted[row.table_name, row.column_name]
            if (row.kind, row.scale, row.target) != (now.kind.value, now.scale, now.references):
                was = ColumnSpec(now.suffix, type(now.kind)(row.kind), row.scale, row.target)
                found.append(StorageConflict(row.table_name, row.column_name, was, now))
    return tuple(found)


def apply(connection: Connection, steps: Sequence[DdlStep]) -> None:
    """Execute steps of a plan and note the new columns in the ledger; the caller's transaction commits them."""
    for step in steps:
        connection.execute(step.statement)
    note_columns(connection, steps)


def note_columns(connection: Connection, steps: Sequence[DdlStep]) -> None:
    """Note the columns that steps make in the ledger; those that stand in it already stay as they are."""
    made = datetime.now(UTC)
    rows = [
        {
            "table_name": table,
            "column_name": column,
            "kind": spec.kind.value,
            "scale": spec.scale,
            "target": spec.references,
            "created_at": made,
        }
        for step in steps
        for table, column, spec in step.columns
    ]
    if rows:  # a column that was lost and is made again is in the ledger already
        insert = insert_sqlite(LEDGER) if connection.dialect.name == "sqlite" else insert_postgresql(LEDGER)
        connection.execute(insert.on_conflict_do_nothing(), rows)


class _Planner:
    """Compares what is wanted with the catalogue.

    Args:
        connection: to ask for what this server can do.
        tables: what is wanted.
        catalogue: what is there.
    """

    def __init__(self, connection: Connection, tables: TableSet, catalogue: Catalogue) -> None:
        self.dialect: Dialect = connection.dialect
        self.embedded = connection.dialect.name == "sqlite"
        self.tables = tables
        self.there = catalogue
        self._connection = connection

    def steps(self, keys: Collection[str]) -> Iterator[DdlStep]:
        """Yield the steps in an order that can be executed: tables, columns, foreign keys, indexes, search."""
        known = ledger_of(self.tables, keys)
        wanted = [table for key in keys for table in self._of(self.tables.shapes[key])]
        for table in wanted:
            if table.name not in self.there.columns:
                yield self._create(table, known)
            else:
                yield from self._add_columns(table, known)
        if not self.embedded:
            for table in wanted:
                yield from self._add_foreign_keys(table)
        trigrams = list(self._trigrams(keys))
        yield from trigrams[:1] if trigrams else ()
        for table in wanted:
            yield from self._indexes(table)
        if self.embedded:
            for key in keys:
                yield from self._search(key)

    def _of(self, shape: Shape) -> Iterator[Table]:
        yield self.tables[shape.key]
        yield from (self.tables.link(shape.key, link.field) for link in shape.links)

    def _step(
        self,
        kind: str,
        subject: str,
        statement: ExecutableDDLElement,
        columns: tuple[tuple[str, str, ColumnSpec], ...] = (),
    ) -> DdlStep:
        written = " ".join(str(statement.compile(dialect=self.dialect)).split())
        return DdlStep(kind, subject, written, statement, columns)

    def _create(self, table: Table, known: dict[tuple[str, str], ColumnSpec]) -> DdlStep:
        named = [(table.name, column.name) for column in table.c]
        columns = tuple((*name, known[name]) for name in named if name in known)
        # Two tables may point to each other; PostgreSQL wants both to be there first, SQLite doesn't mind.
        statement = CreateTable(table, include_foreign_key_constraints=None if self.embedded else ())
        return self._step("create_table", table.name, statement, columns)

    def _add_columns(self, table: Table, known: dict[tuple[str, str], ColumnSpec]) -> Iterator[DdlStep]:
        there = self.there.columns[table.name]
        for column in table.c:
            if column.name not in there:
                spec = known.get((table.name, column.name))
                columns = ((table.name, column.name, spec),) if spec is not None else ()
                yield self._step("add_column", f"{table.name}.{column.name}", AddColumn(column), columns)

    def _add_foreign_keys(self, table: Table) -> Iterator[DdlStep]:
        keys = (key for key in table.constraints if isinstance(key, ForeignKeyConstraint))
        for key in sorted(keys, key=lambda key: str(key.name)):
            if key.name not in self.there.names:
                # A column that was made just now holds nothing, so there is nothing to be looked at.
                statement = AddForeignKey(key, validate=table.name not in self.there.columns)
                yield self._step("add_foreign_key", f"{table.name}.{key.column_keys[0]}", statement)

    def _indexes(self, table: Table) -> Iterator[DdlStep]:
        wanted = sorted(table.indexes, key=lambda index: str(index.name))
        gone = self.there.unique.get(table.name, frozenset()) - {str(index.name) for index in wanted}
        stub = Table(table.name, MetaData())  # an index adds itself to its table, and the real one never changes
        for name in sorted(gone):
            yield self._step("drop_index", table.name, DropIndex(Index(name, _table=stub)))
        for index in wanted:
            if index.name not in self.there.names and self._can_have(index):
                yield self._step("create_index", table.name, CreateIndex(index))

    def _can_have(self, index: Index) -> bool:
        return TRIGRAM not in index.info or (not self.embedded and self._has_trigrams())

    def _has_trigrams(self) -> bool:
        return has_trigrams(self._connection) or may_have_trigrams(self._connection)

    def _trigrams(self, keys: Collection[str]) -> Iterator[DdlStep]:
        searched = any(self.tables.shapes[key].searched for key in keys)
        if not self.embedded and searched and not has_trigrams(self._connection) and self._has_trigrams():
            yield self._step("create_extension", "pg_trgm", CreateExtension("pg_trgm"))

    def _search(self, key: str) -> Iterator[DdlStep]:
        search, table = self.tables.search(key), self.tables[key]
        if search is None:
            return
        if search.name not in self.there.tables:
            yield self._step("create_search", search.name, CreateSearchTable(search.name, table.name))
            if table.name in self.there.columns:
                yield self._step("fill_search", search.name, FillSearchTable(search.name))
        for kind in TriggerKind:
            trigger = CreateSearchTrigger(search.name, table.name, kind)
            if trigger.name not in self.there.names:
                yield self._step("create_trigger", trigger.name, trigger)
