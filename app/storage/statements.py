"""DDL statements that SQLAlchemy has no words for; names are quoted by the dialect, values never appear."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, ForeignKeyConstraint, Table
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import AddConstraint, ExecutableDDLElement


class AddColumn(ExecutableDDLElement):
    """Add a column that may be empty to a table; instant on both databases, however many rows there are."""

    def __init__(self, column: Column[Any]) -> None:
        self.column = column


class AddForeignKey(ExecutableDDLElement):
    """Add a foreign key to a table of PostgreSQL; SQLite takes them together with the column.

    Args:
        key: the foreign key.
        validate: whether rows that are there are looked at.
    """

    def __init__(self, key: ForeignKeyConstraint, *, validate: bool) -> None:
        self.key = key
        self.validate = validate


class ShiftDecimals(ExecutableDDLElement):
    """Make scaled integers of a PostgreSQL table's NUMERIC columns, all in one go through the table.

    Args:
        table: its name.
        scales: digits after the point by the column's name.
    """

    def __init__(self, table: str, scales: Mapping[str, int]) -> None:
        self.table = table
        self.scales = scales


class LockTable(ExecutableDDLElement):
    """Keep everybody else out of a table of PostgreSQL until the transaction ends, readers too.

    Args:
        table: which one.
    """

    def __init__(self, table: Table) -> None:
        self.table = table


class CreateExtension(ExecutableDDLElement):
    """Install an extension of PostgreSQL."""

    def __init__(self, name: str) -> None:
        self.name = name


class CreateSearchTable(ExecutableDDLElement):
    """Make the full-text table of an entity on SQLite: trigrams of `search_text`, which stays in the entity's table."""

    def __init__(self, name: str, content: str) -> None:
        self.name = name
        self.content = content


class FillSearchTable(ExecutableDDLElement):
    """Fill a full-text table with the rows that are there already."""

    def __init__(self, name: str) -> None:
        self.name = name


class TriggerKind(StrEnum):
    """What a trigger of the full-text table follows; the value ends its name."""

    INSERT = "ai"
    DELETE = "ad"
    UPDATE = "au"


class CreateSearchTrigger(ExecutableDDLElement):
    """Make a trigger that keeps a full-text table in step with the entity's table."""

    def __init__(self, search: str, content: str, kind: TriggerKind) -> None:
        self.name = f"{search}__{kind}"
        self.search = search
        self.content = content
        self.kind = kind


@compiles(AddColumn)
def _add_column(element: AddColumn, compiler: Any, **_: object) -> str:
    table = compiler.preparer.format_table(element.column.table)
    return f"ALTER TABLE {table} ADD COLUMN {compiler.get_column_specification(element.column)}"


@compiles(AddColumn, "sqlite")
def _add_column_sqlite(element: AddColumn, compiler: Any, **options: object) -> str:
    text = _add_column(element, compiler, **options)
    for key in element.column.foreign_keys:
        remote = compiler.preparer.format_table(key.column.table)
        text += f" REFERENCES {remote} ({compiler.preparer.format_column(key.column)})"
    return text


@compiles(AddForeignKey)
def _add_foreign_key(element: AddForeignKey, compiler: Any, **_: object) -> str:
    text = str(compiler.process(AddConstraint(element.key, isolate_from_table=False)))
    return text if element.validate else f"{text} NOT VALID"


@compiles(ShiftDecimals, "postgresql")
def _shift_decimals(element: ShiftDecimals, compiler: Any, **_: object) -> str:
    quote = compiler.preparer.quote
    changes = [
        f"ALTER COLUMN {quote(name)} TYPE BIGINT USING ({quote(name)} * 1{'0' * scale})::bigint"
        for name, scale in sorted(element.scales.items())
    ]
    return f"ALTER TABLE {quote(element.table)} {', '.join(changes)}"


@compiles(LockTable, "postgresql")
def _lock_table(element: LockTable, compiler: Any, **_: object) -> str:
    return f"LOCK TABLE {compiler.preparer.format_table(element.table)} IN ACCESS EXCLUSIVE MODE"


@compiles(CreateExtension)
def _create_extension(element: CreateExtension, compiler: Any, **_: object) -> str:
    return f"CREATE EXTENSION IF NOT EXISTS {compiler.preparer.quote(element.name)}"


@compiles(CreateSearchTable)
def _create_search_table(element: CreateSearchTable, compiler: Any, **_: object) -> str:
    name, content = compiler.preparer.quote(element.name), compiler.preparer.quote(element.content)
    return (
        f"CREATE VIRTUAL TABLE {name} USING fts5(search_text, content={content}, content_rowid=id, "
        "tokenize=trigram, columnsize=0)"
    )


@compiles(FillSearchTable)
def _fill_search_table(element: FillSearchTable, compiler: Any, **_: object) -> str:
    name = compiler.preparer.quote(element.name)
    return f"INSERT INTO {name}({name}) VALUES('rebuild')"


@compiles(CreateSearchTrigger)
def _create_search_trigger(element: CreateSearchTrigger, compiler: Any, **_: object) -> str:
    quote = compiler.preparer.quote
    trigger, table, search = quote(element.name), quote(element.content), quote(element.search)
    insert = f"INSERT INTO {search}(rowid, search_text) VALUES (new.id, new.search_text);"  # noqa: S608
    delete = f"INSERT INTO {search}({search}, rowid, search_text) VALUES ('delete', old.id, old.search_text);"  # noqa: S608
    if element.kind is TriggerKind.INSERT:
        return f"CREATE TRIGGER {trigger} AFTER INSERT ON {table} BEGIN {insert} END"
    if element.kind is TriggerKind.DELETE:
        return f"CREATE TRIGGER {trigger} AFTER DELETE ON {table} BEGIN {delete} END"
    changed = "old.search_text IS NOT new.search_text"
    return f"CREATE TRIGGER {trigger} AFTER UPDATE OF search_text ON {table} WHEN {changed} BEGIN {delete} {insert} END"
