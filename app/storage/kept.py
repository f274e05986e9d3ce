"""Every table that holds something nobody could make again: fixed tables, records, and what was once a field.

A field or entity that was taken out of the documents keeps its column and table. The Model doesn't know them any more,
but the ledger remembers how they were declared; so a backup and a hash of the data are about all of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from sqlalchemy import Column, Connection, MetaData, Table

from app.errors import CannotStart
from app.fields.column import ColumnKind, ColumnSpec
from app.language import Label
from app.storage.catalogue import read_catalogue
from app.storage.ledger import FIXED, LEDGER
from app.storage.names import LINK_PREFIX, SEARCH_PREFIX
from app.storage.tables import TableSet, bare_link_table, bare_table, reference
from app.storage.types import column_type

_UNKNOWN: Final = Label(
    "Die Spalte „{column}“ der Tabelle „{table}“ gehört nicht zu Lotse, und niemand weiß, was darin steht. "
    "Benennen Sie die Tabelle um oder nehmen Sie die Spalte weg, dann geht es.",
    "The column “{column}” of the table “{table}” doesn't belong to Lotse, and nobody knows what it holds. Rename the "
    "table or take the column away, then it will work.",
)

Ledger = Mapping[str, Mapping[str, ColumnSpec]]


def kept_tables(connection: Connection, tables: TableSet | None) -> tuple[Table, ...]:
    """Return every table with something to keep, by name: fixed ones, those of the Model, and retired ones.

    Args:
        connection: an open transaction.
        tables: the tables of the revision in force, or None where nothing is published.

    Raises:
        CannotStart: a table has a column that neither the Model nor the ledger knows.
    """
    ledger = read_ledger(connection)
    there = read_catalogue(connection).columns
    known = {} if tables is None else {table.name: table for table in (*tables.tables.values(), *tables.links.values())}
    found = {table.name: table for table in FIXED.tables.values()}
    for name, columns in there.items():
        if name.startswith(SEARCH_PREFIX):
            continue
        table = with_retired(known.get(name), name, ledger.get(name, {}), columns)
        for column in columns:
            if column not in table.c:
                raise CannotStart(_UNKNOWN.format(column=column, table=name))
        found[name] = table
    return tuple(found[name] for name in sorted(found))


def read_ledger(connection: Connection) -> Ledger:
    """Return how the columns of every entity's table were declared, by table and column."""
    found: dict[str, dict[str, ColumnSpec]] = {}
    for row in connection.execute(LEDGER.select()):
        spec = ColumnSpec("", ColumnKind(row.kind), row.scale, row.target)
        found.setdefault(row.table_name, {})[row.column_name] = spec
    return found


def with_retired(table: Table | None, name: str, declared: Mapping[str, ColumnSpec], there: Iterable[str]) -> Table:
    """Return a table together with the columns that only the ledger still knows.

    Args:
        table: as the Model has it, or None where its entity is retired.
        name: the table's name.
        declared: its columns in the ledger.
        there: names of the columns that are wanted.
    """
    wanted = frozenset(there)
    if table is None:
        table = retired_table(name, declared)
    retired = {column: spec for column, spec in declared.items() if column in wanted and column not in table.c}
    if not retired and all(column.name in wanted for column in table.c):
        return table
    known = (Column(one.name, one.type, primary_key=one.primary_key) for one in table.c if one.name in wanted)
    return Table(name, MetaData(), *known, *(Column(one, column_type(spec)) for one, spec in retired.items()))


def retired_table(name: str, declared: Mapping[str, ColumnSpec]) -> Table:
    """Return the table of an entity or a link that no document names any more, as the ledger remembers it."""
    if name.startswith(LINK_PREFIX):
        target = declared.get("target_id")
        return bare_link_table(name, None if target is None else target.references)
    return bare_table(name, declared)


def retired_column(name: str, column: str, spec: ColumnSpec) -> Column[object]:
    """Return a column inside a table of that name, with its foreign key, for a statement that adds it."""
    made: Column[object] = Column(column, column_type(spec))
    keys = [reference(name, column, spec.references)] if spec.references else []
    Table(name, MetaData(), made, *keys)
    return made
