"""Whether a database still is what its revision says: tables and columns that are missing or of another type."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, Dialect, Table

from app.storage.catalogue import read_catalogue
from app.storage.tables import TableSet


class DriftKind(StrEnum):
    """What is wrong."""

    NO_TABLE = "no_table"
    NO_COLUMN = "no_column"
    OTHER_TYPE = "other_type"


@dataclass(frozen=True, slots=True)
class Drift:
    """One difference between a database and its revision.

    Args:
        kind: what is wrong.
        table, column: where; no column where the whole table is missing.
        expected, found: types, where the column has another one.
    """

    kind: DriftKind
    table: str
    column: str = ""
    expected: str = ""
    found: str = ""

    @property
    def subject(self) -> str:
        """Return the place in one word."""
        return f"{self.table}.{self.column}" if self.column else self.table


def find_drift(connection: Connection, tables: TableSet) -> tuple[Drift, ...]:
    """Return every table and column that a Model's records need and that isn't there as it should be."""
    there = read_catalogue(connection).columns
    found: list[Drift] = []
    for table in (*tables.tables.values(), *tables.links.values()):
        if table.name not in there:
            found.append(Drift(DriftKind.NO_TABLE, table.name))
        else:
            found.extend(_of_table(table, dict(there[table.name]), connection.dialect))
    return tuple(found)


def _of_table(table: Table, there: dict[str, str], dialect: Dialect) -> Iterator[Drift]:
    for column in table.c:
        declared = there.get(column.name)
        expected = declared_type(column.type.compile(dialect=dialect))
        if declared is None:
            yield Drift(DriftKind.NO_COLUMN, table.name, column.name, expected)
        elif declared != expected:
            yield Drift(DriftKind.OTHER_TYPE, table.name, column.name, expected, declared)


def declared_type(compiled: str) -> str:
    """Return a type as the catalogue writes it."""
    return compiled.lower().split(" collate ")[0].replace(", ", ",")
