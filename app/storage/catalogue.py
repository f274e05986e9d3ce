"""What a database really holds, read in one statement however many tables there are."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import (
    Connection,
    String,
    and_,
    cast,
    column,
    func,
    inspect,
    literal,
    null,
    or_,
    select,
    table,
    union_all,
)
from sqlalchemy.dialects.postgresql.pg_catalog import pg_attribute, pg_class, pg_constraint, pg_namespace

from app.storage.ledger import FIXED
from app.storage.names import RECORD_PREFIXES

#: Prefixes of the names of tables that come out of documents; `\` escapes the wildcard `_`.
_PREFIXES: Final = (r"e\_%", r"l\_%", r"f\_%")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Tables, columns and the names of everything that hangs on them.

    Args:
        columns: a table's columns with their declared types, lower case, by the table's name.
        names: names of indexes, triggers and foreign keys.
        unique: names of the unique indexes of each table that come out of documents.
        tables: names of all tables.
    """

    columns: Mapping[str, Mapping[str, str]]
    names: frozenset[str]
    unique: Mapping[str, frozenset[str]]
    tables: frozenset[str]


def read_catalogue(connection: Connection, only: Collection[str] | None = None) -> Catalogue:
    """Read what the database holds.

    Args:
        connection: an open transaction.
        only: names of the tables to look at, or None for all that come out of documents.
    """
    statement = _sqlite(only) if connection.dialect.name == "sqlite" else _postgresql(only)
    columns: dict[str, dict[str, str]] = {}
    names: set[str] = set()
    unique: dict[str, set[str]] = {}
    tables: set[str] = set()
    for what, owner, name, declared in connection.execute(statement):
        if what == "table":
            tables.add(owner)
        elif what == "column":
            columns.setdefault(owner, {})[name] = str(declared).lower()
        else:
            names.add(name)
            if name.startswith("ux_"):
                unique.setdefault(owner, set()).add(name)
    return Catalogue(
        MappingProxyType({owner: MappingProxyType(found) for owner, found in columns.items()}),
        frozenset(names),
        MappingProxyType({owner: frozenset(found) for owner, found in unique.items()}),
        frozenset(tables),
    )


def _about(name: Any, only: Collection[str] | None) -> Any:
    if only is not None:
        return name.in_(sorted(only))
    return or_(*(name.like(prefix, escape="\\") for prefix in _PREFIXES))


def _sqlite(only: Collection[str] | None) -> Any:
    schema = table("sqlite_schema", column("type"), column("name"), column("tbl_name"), column("sql"))
    info = func.pragma_table_info(schema.c.name).table_valued(column("name"), column("type"), name="info")
    ours = _about(schema.c.tbl_name, only)
    things = select(
        schema.c.type.label("what"), schema.c.tbl_name.label("owner"), schema.c.name.label("name"), null().label("type")
    ).where(ours, schema.c.name.not_like(r"sqlite\_%", escape="\\"))
    columns = (
        select(literal("column"), schema.c.name, info.c.name, info.c.type)
        .select_from(schema.join(info, literal(1) == 1))
        .where(ours, schema.c.type == "table", schema.c.name.not_like(r"f\_%", escape="\\"))
    )
    return union_all(things, columns)


def _postgresql(only: Collection[str] | None) -> Any:
    here = pg_namespace.c.oid == pg_class.c.relnamespace
    ours = and_(here, pg_namespace.c.nspname == func.current_schema(), _about(pg_class.c.relname, only))
    kinds = pg_class.c.relkind.in_(("r", "p"))
    plain = String()
    tables = select(
        literal("table").label("what"), cast(pg_class.c.relname, plain).label("owner"), null().label("name"), null()
    ).where(ours, kinds)
    columns = (
        select(
            literal("column"),
            cast(pg_class.c.relname, plain),
            cast(pg_attribute.c.attname, plain),
            func.format_type(pg_attribute.c.atttypid, pg_attribute.c.atttypmod),
        )
        .join(pg_attribute, pg_attribute.c.attrelid == pg_class.c.oid)
        .where(ours, kinds, pg_attribute.c.attnum > 0, pg_attribute.c.attisdropped.is_(False))
    )
    pg_index = table("pg_index", column("indexrelid"), column("indrelid"))
    entry = pg_class.alias("entry")
    indexes = (
        select(literal("index"), cast(pg_class.c.relname, plain), cast(entry.c.relname, plain), null())
        .join(pg_index, pg_index.c.indrelid == pg_class.c.oid)
        .join(entry, entry.c.oid == pg_index.c.indexrelid)
        .where(ours, kinds)
    )
    keys = (
        select(literal("constraint"), cast(pg_class.c.relname, plain), cast(pg_constraint.c.conname, plain), null())
        .join(pg_constraint, pg_constraint.c.conrelid == pg_class.c.oid)
        .where(ours, kinds, pg_constraint.c.contype == "f")
    )
    return union_all(tables, columns, indexes, keys)


def has_trigrams(connection: Connection) -> bool:
    """Return whether this PostgreSQL has the extension pg_trgm installed."""
    extension = table("pg_extension", column("extname"))
    return connection.execute(select(1).where(extension.c.extname == "pg_trgm")).first() is not None


def may_have_trigrams(connection: Connection) -> bool:
    """Return whether pg_trgm is at hand and this user may install it."""
    available = table("pg_available_extensions", column("name"))
    allowed = func.has_database_privilege(func.current_database(), "CREATE")
    return bool(connection.execute(select(allowed).where(available.c.name == "pg_trgm")).scalar())


def is_empty(connection: Connection) -> bool:
    """Return whether a database has none of the product's tables."""
    names = inspect(connection).get_table_names()
    return not any(name in FIXED.tables or name.startswith(RECORD_PREFIXES) for name in names)
