"""The way back: a backup into an empty database of either kind, in one transaction, and proved before it commits.

Tables are made bare, filled, and only then get what watches over them: indexes, foreign keys, triggers. So nothing that
forbids a change stands in the way of bringing back what was there, and what was there is looked at as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import NoReturn

from sqlalchemy import Connection, ForeignKeyConstraint, Table
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.schema import CreateTable

from app.access.actor import PRODUCT
from app.backup import texts
from app.backup.archive import Archive, Manifest, check, reading
from app.backup.take import logical_of
from app.errors import BackupRefused
from app.fields.column import ColumnSpec
from app.language import Label
from app.runtime.store import Store
from app.storage.catalogue import is_empty
from app.storage.database import Database, look_at_keys_later
from app.storage.ddl import DdlStep, ddl_plan, note_columns
from app.storage.kept import Ledger, read_ledger, retired_column, retired_table, with_retired
from app.storage.ledger import FIXED
from app.storage.logical import hash_tables
from app.storage.names import RECORD_PREFIXES
from app.storage.rows import BATCH, RowShape, parse_line, row_shape
from app.storage.sequences import go_on_after
from app.storage.statements import AddColumn, AddForeignKey, FillSearchTable
from app.storage.tables import TableSet
from app.system import audit
from app.system.head import head_id
from app.system.install import set_schema_version
from app.system.level import SCHEMA_VERSION
from app.system.protection import make_functions, protect


def restore(database: Database, store: Store, path: Path) -> Manifest:
    """Bring everything that a backup holds into an empty database.

    Args:
        database: an empty one.
        store: of that database.
        path: the backup's file.

    Returns:
        What the backup says about itself.

    Raises:
        BackupRefused: the backup is damaged or of a newer program, the database isn't empty, or it took a value
            otherwise than it was; nothing was changed.
    """
    check(path)
    with reading(path) as archive:
        manifest = archive.manifest
        if manifest.schema_version > SCHEMA_VERSION:
            raise BackupRefused(texts.NEWER.format(path=path, program=manifest.program))
        with database.write() as connection:
            if not is_empty(connection):
                raise BackupRefused(texts.NOT_EMPTY.format(url=database.url))
            _Restoring(connection, store, archive).run()
            details = {"taken_at": manifest.taken_at, "revision": manifest.revision, "logical": manifest.logical}
            audit.append(connection, PRODUCT, "backup.restore", manifest.dialect, details)
        return manifest


class _Restoring:
    """One restore.

    Args:
        connection: the one transaction.
        store: compiles the documents once they are there.
        archive: the backup.
    """

    def __init__(self, connection: Connection, store: Store, archive: Archive) -> None:
        self._connection = connection
        self._store = store
        self._archive = archive
        self._manifest = archive.manifest
        self._embedded = connection.dialect.name == "sqlite"
        self._filled: dict[str, Table] = {}
        self._shapes: dict[str, RowShape] = {}
        self._entered: tuple[DdlStep, ...] = ()

    def run(self) -> None:
        """Do it all."""
        look_at_keys_later(self._connection)
        self._fixed_tables()
        head = head_id(self._connection)
        if head is not None:
            self._records(self._store.snapshot_at(self._connection, head).tables)
        self._require_all_filled()
        for name, table in self._filled.items():
            go_on_after(self._connection, table, self._manifest.tables[name].last_id)
        self._watch_fixed_tables()
        self._prove()
        set_schema_version(self._connection)
        note_columns(self._connection, self._entered)

    # -- fixed tables

    def _fixed_tables(self) -> None:
        for table in FIXED.tables.values():
            self._create(table)
        make_functions(self._connection)
        for table in FIXED.tables.values():
            self._fill(table)

    def _create(self, table: Table) -> None:
        # On PostgreSQL a foreign key wants the other table to be there, and its rows; SQLite looks at the very end.
        statement = CreateTable(table, include_foreign_key_constraints=None if self._embedded else ())
        self._connection.execute(statement)

    def _watch_fixed_tables(self) -> None:
        for table in FIXED.tables.values():
            for index in sorted(table.indexes, key=lambda index: str(index.name)):
                index.create(self._connection)
            self._add_foreign_keys(table)
        protect(self._connection)

    def _add_foreign_keys(self, table: Table) -> None:
        if self._embedded:
            return
        keys = [key for key in table.constraints if isinstance(key, ForeignKeyConstraint)]
        for key in sorted(keys, key=lambda key: str(key.name)):
            self._connection.execute(AddForeignKey(key, validate=True))

    # -- records

    def _records(self, tables: TableSet) -> None:
        steps = ddl_plan(self._connection, tables)
        for step in steps:
            if step.kind == "create_table":
                self._connection.execute(step.statement)
        ledger = read_ledger(self._connection)
        added = [stub for table in _of(tables) for stub in self._add_retired(table, ledger.get(table.name, {}))]
        retired = self._retired_tables(tables, ledger)
        for table in _of(tables):
            part = self._manifest.tables.get(table.name)
            if part is not None:
                self._fill(with_retired(table, table.name, ledger.get(table.name, {}), part.columns))
        for table in retired:
            self._fill(table)
        for step in steps:
            if step.kind != "create_table":
                self._connection.execute(step.statement)
        if self._embedded:
            for search in tables.searches.values():
                self._connection.execute(FillSearchTable(search.name))
        for table in (*added, *retired):
            self._add_foreign_keys(table)
        self._entered = steps

    def _add_retired(self, table: Table, declared: Mapping[str, ColumnSpec]) -> Iterator[Table]:
        """Add the columns that only the ledger still knows, and yield each in a table of its own."""
        part = self._manifest.tables.get(table.name)
        for name in () if part is None else part.columns:
            if name in declared and name not in table.c:
                column = retired_column(table.name, name, declared[name])
                self._connection.execute(AddColumn(column))
                yield column.table

    def _retired_tables(self, tables: TableSet, ledger: Ledger) -> list[Table]:
        """Make the tables of entities and links that no document names any more."""
        known = {table.name for table in _of(tables)}
        names = [name for name in self._manifest.tables if name.startswith(RECORD_PREFIXES) and name not in known]
        made = [retired_table(name, ledger.get(name, {})) for name in names]
        for table in made:
            self._create(table)
        return made

    # -- both

    def _fill(self, table: Table) -> None:
        """Write a table's rows, as far as the backup has it; one that an older program didn't have stays empty."""
        part = self._manifest.tables.get(table.name)
        if part is None:
            return
        whole = row_shape(table)
        strange = next((name for name, kind in part.columns.items() if whole.kinds.get(name) != kind), None)
        if strange is not None:
            self._refuse_part(f"{table.name}.{strange}")
        shape = whole.only(tuple(part.columns))
        if tuple(shape.kinds) != tuple(part.columns):
            self._refuse_part(table.name)
        self._filled[table.name] = table
        self._shapes[table.name] = shape
        lines = self._archive.lines(table.name)
        while batch := list(islice(lines, BATCH)):
            self._insert(shape, batch)

    def _insert(self, shape: RowShape, lines: list[bytes]) -> None:
        try:
            rows = [parse_line(line, shape) for line in lines]
        except (ValueError, TypeError, ArithmeticError) as wrong:
            where = Label.same(shape.name)
            raise BackupRefused(texts.DAMAGED.format(path=self._archive.path, where=where)) from wrong
        try:
            self._connection.execute(shape.table.insert(), rows)
        except (DataError, IntegrityError, OverflowError) as unfit:
            reason = str(getattr(unfit, "orig", unfit)).partition("\n")[0]
            raise BackupRefused(
                texts.UNFIT.format(table=shape.name, reason=reason, dialect=self._manifest.dialect)
            ) from unfit

    def _refuse_part(self, part: str) -> NoReturn:
        named = {"path": self._archive.path, "part": part, "program": self._manifest.program}
        raise BackupRefused(texts.FOREIGN_PART.format(**named))

    def _require_all_filled(self) -> None:
        """Make sure that nothing in the backup was left out."""
        left = sorted(set(self._manifest.tables) - set(self._filled))
        if left:
            self._refuse_part(left[0])

    def _prove(self) -> None:
        """Make sure that the database holds what was in the backup, not more, not less and not otherwise."""
        wanted = logical_of(self._manifest.tables)
        found = hash_tables(self._connection, self._shapes.values())
        if found.root != wanted.root:
            tables = ", ".join(found.different(wanted))
            raise BackupRefused(texts.OTHER_DATA.format(tables=tables, program=self._manifest.program))


def _of(tables: TableSet) -> tuple[Table, ...]:
    return (*tables.tables.values(), *tables.links.values())
