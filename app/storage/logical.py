"""A hash of what a database holds, whichever database it is: the proof that a copy is one.

Each table has a SHA-256 over its rows in the order of their keys, in one canonical form; the whole has one over those.
A file's own hash would say nothing: SQLite's header differs after every copy, and PostgreSQL has no file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Table

from app.storage.kept import kept_tables
from app.storage.rows import RowShape, read_lines, row_shape
from app.storage.tables import TableSet


@dataclass(frozen=True, slots=True)
class TableDigest:
    """What a table holds, in two words.

    Args:
        rows: how many.
        sha256: the hash over them.
    """

    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class LogicalHash:
    """What a database holds, in one word and by table.

    Args:
        root: the hash over all tables.
        tables: each table's own, by its name.
    """

    root: str
    tables: Mapping[str, TableDigest]

    def different(self, other: LogicalHash) -> tuple[str, ...]:
        """Return the names of the tables that another database holds otherwise."""
        names = sorted({*self.tables, *other.tables})
        return tuple(name for name in names if self.tables.get(name) != other.tables.get(name))


class RowsHash:
    """The hash of a table, row by row.

    Args:
        shape: of the table; its name and columns are part of the hash.
    """

    def __init__(self, shape: RowShape) -> None:
        self._sha: Any = hashlib.sha256(f"{shape.name}\n{dict(shape.kinds)!r}\n".encode())
        self._rows = 0

    def add(self, canonical: bytes) -> None:
        """Take in the next row."""
        self._sha.update(canonical)
        self._sha.update(b"\n")
        self._rows += 1

    def digest(self) -> TableDigest:
        """Return the hash over all rows so far."""
        return TableDigest(self._rows, self._sha.hexdigest())


def combined(tables: Mapping[str, TableDigest]) -> LogicalHash:
    """Return the hash over the hashes of tables."""
    lines = "".join(f"{name} {tables[name].rows} {tables[name].sha256}\n" for name in sorted(tables))
    return LogicalHash(hashlib.sha256(lines.encode()).hexdigest(), MappingProxyType(dict(tables)))


def hash_tables(connection: Connection, shapes: Iterable[RowShape]) -> LogicalHash:
    """Hash some tables."""
    found: dict[str, TableDigest] = {}
    for shape in shapes:
        rows = RowsHash(shape)
        for _, canonical in read_lines(connection, shape):
            rows.add(canonical)
        found[shape.name] = rows.digest()
    return combined(found)


def logical_hash(connection: Connection, tables: TableSet | None, without: Collection[str] = ()) -> LogicalHash:
    """Hash everything that a database holds: fixed tables, records, and what was once a field.

    Args:
        connection: an open transaction; the hash is of the one state that it sees.
        tables: the tables of the revision in force, or None where nothing is published.
        without: names of tables that are left out, such as those that note when somebody was last seen.
    """
    chosen: list[Table] = [table for table in kept_tables(connection, tables) if table.name not in without]
    return hash_tables(connection, map(row_shape, chosen))
