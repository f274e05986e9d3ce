"""Taking a backup: one state of the database, while others go on writing, table by table into one file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Table

from app.backup.archive import MANIFEST, Manifest, TablePart, Writer, member_name, writing
from app.runtime.store import Store
from app.storage.database import Database
from app.storage.kept import kept_tables
from app.storage.logical import LogicalHash, RowsHash, TableDigest, combined
from app.storage.rows import read_lines, row_shape
from app.storage.sequences import last_number
from app.system import backups
from app.system.backups import BackupNote
from app.system.head import head_id
from app.system.install import PROGRAM, require_schema, schema_version

#: Called with each table's name and its number of rows, once it is written.
OnTable = Callable[[str, int], None]


def _nobody_listens(name: str, rows: int) -> None:
    """Take note of nothing."""


_SILENT: Final[OnTable] = _nobody_listens


def take(database: Database, store: Store, path: Path, on_table: OnTable = _SILENT) -> Manifest:
    """Write everything that a database holds into one file, and note in the database that it was done.

    Args:
        database: may be in use.
        store: knows its revisions.
        path: where the file goes; one that is there is replaced, at the very end, by a complete one.
        on_table: is told about the progress.

    Raises:
        BackupRefused: the file can't be written; whatever was there is as it was.
        CannotStart: the database isn't set up, or holds a column that nobody knows.
    """
    with writing(path) as writer, database.read() as connection:
        require_schema(connection, database.url)
        manifest = _write(connection, store, writer, on_table)
    taken_at = datetime.fromisoformat(manifest.taken_at)
    size = path.stat().st_size
    with database.write() as connection:
        taken = BackupNote(taken_at, manifest.revision, manifest.rows, size, manifest.logical)
        backups.note(connection, taken)
    return manifest


def _write(connection: Connection, store: Store, writer: Writer, on_table: OnTable) -> Manifest:
    head = head_id(connection)
    tables = None if head is None else store.snapshot_at(connection, head).tables
    taken_at = datetime.now(UTC)
    parts: dict[str, TablePart] = {}
    for table in kept_tables(connection, tables):
        parts[str(table.name)] = _write_table(connection, writer, table)
        on_table(table.name, parts[table.name].rows)
    manifest = Manifest(
        program=PROGRAM,
        schema_version=schema_version(connection) or 0,
        revision=head,
        taken_at=taken_at.isoformat(timespec="seconds"),
        dialect=connection.dialect.name,
        logical=logical_of(parts).root,
        tables=parts,
    )
    with writer.member(MANIFEST) as member:
        member.line(manifest.written())
    return manifest


def _write_table(connection: Connection, writer: Writer, table: Table) -> TablePart:
    shape = row_shape(table)
    hashed = RowsHash(shape)
    with writer.member(member_name(table.name)) as member:
        for line, canonical in read_lines(connection, shape):
            member.line(line)
            hashed.add(canonical)
    digest = hashed.digest()
    return TablePart(shape.kinds, digest.rows, member.sha256(), digest.sha256, last_number(connection, table))


def logical_of(parts: Mapping[str, TablePart]) -> LogicalHash:
    """Return the logical hash that a manifest's tables add up to."""
    return combined({name: TableDigest(part.rows, part.logical) for name, part in parts.items()})
