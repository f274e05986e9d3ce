"""The database of the application that is written by hand: its tables in plain SQL, its records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Final

from argon2 import PasswordHasher
from pysqlite3 import dbapi2 as sqlite
from sqlalchemy import Connection, Engine, MetaData, Table, create_engine, event, text

from app.expr.fold import fold, search_text
from bench.copies import copy_rows
from bench.data import World
from bench.lotse import EMAIL, NAME, PASSWORD
from bench.wide import wide_fields, wide_rows

_BATCH: Final = 5_000
_WIDE_TYPES: Final = {"text": "text", "number": "numeric", "date": "date", "choice": "text", "boolean": "boolean"}


def engine_of(url: str) -> Engine:
    """Open the database as Lotse opens its own: the same driver, the same care for what was saved."""
    if url.startswith("postgresql"):
        return create_engine(url, pool_size=5, max_overflow=20, connect_args={"options": "-c timezone=UTC"})
    arguments = {"check_same_thread": False, "isolation_level": None, "timeout": 10}
    engine = create_engine(url, module=sqlite, pool_size=5, max_overflow=20, connect_args=arguments)
    event.listen(engine, "connect", _prepare)
    return engine


def _prepare(connection: Any, record: object) -> None:
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "cache_size=-16384",
        "temp_store=MEMORY",
        "journal_size_limit=67108864",
    ):
        connection.execute(f"PRAGMA {pragma}")


_TABLES: Final = (
    """CREATE TABLE users (id {serial}, email text NOT NULL UNIQUE, name text NOT NULL, password text NOT NULL,
        uniquifier text NOT NULL UNIQUE, theme text NOT NULL, density text NOT NULL, locale text NOT NULL)""",
    """CREATE TABLE companies (id {serial}, name text NOT NULL, industry text, city text, country text, website text,
        version integer NOT NULL DEFAULT 1, created_at timestamp NOT NULL, archived_at timestamp)""",
    """CREATE TABLE contacts (id {serial}, company_id bigint REFERENCES companies(id), title text NOT NULL,
        last_name text NOT NULL, last_sort text NOT NULL, first_name text, first_sort text, email text, phone text,
        city text, country text, status text, segment text, revenue bigint,
        budget bigint, budget_currency text, birthday date, notes text, keeper text,
        search_text text NOT NULL, version integer NOT NULL DEFAULT 1, created_at timestamp NOT NULL,
        created_by bigint REFERENCES users(id), updated_at timestamp NOT NULL, updated_by bigint REFERENCES users(id),
        archived_at timestamp)""",
    """CREATE TABLE activities (id {serial}, contact_id bigint REFERENCES contacts(id), kind text,
        subject text NOT NULL, subject_sort text NOT NULL, due_date date,
        done boolean, version integer NOT NULL DEFAULT 1,
        created_at timestamp NOT NULL, archived_at timestamp)""",
)
_INDEXES: Final = (
    """CREATE INDEX contacts_in_order ON contacts(status, last_sort{c}, last_name{c}, first_sort{c}, first_name{c}, id)
        WHERE archived_at IS NULL""",
    "CREATE INDEX contacts_of_company ON contacts(company_id)",
    "CREATE INDEX contacts_by_country ON contacts(country, status, revenue, archived_at) WHERE archived_at IS NULL",
    """CREATE INDEX contacts_by_country_and_budget ON contacts(country, status, budget, budget_currency, archived_at)
        WHERE archived_at IS NULL""",
    "CREATE INDEX activities_of_contact ON activities(contact_id)",
)
_SEARCH: Final = {
    "sqlite": (
        """CREATE VIRTUAL TABLE contacts_search USING fts5(search_text, content=contacts, content_rowid=id,
            tokenize=trigram, columnsize=0)""",
        "INSERT INTO contacts_search(contacts_search) VALUES ('rebuild')",
        """CREATE TRIGGER contacts_searched AFTER UPDATE OF search_text ON contacts BEGIN
            INSERT INTO contacts_search(contacts_search, rowid, search_text)
                VALUES ('delete', old.id, old.search_text);
            INSERT INTO contacts_search(rowid, search_text) VALUES (new.id, new.search_text); END""",
    ),
    "postgresql": (
        "CREATE EXTENSION IF NOT EXISTS pg_trgm",
        "CREATE INDEX contacts_search ON contacts USING gin (search_text gin_trgm_ops)",
    ),
}


def prepare(url: str, world: World) -> None:
    """Make the tables and write all records; indexes come last, which is quicker."""
    engine = engine_of(url)
    dialect = engine.dialect.name
    wide = ", ".join(f"{field.key} {_WIDE_TYPES[field.kind]}" for field in wide_fields())
    serial = "integer PRIMARY KEY" if dialect == "sqlite" else "bigserial PRIMARY KEY"
    # Names sort by code point, as Lotse sorts them; PostgreSQL has to be told.
    collation = "" if dialect == "sqlite" else ' COLLATE "C"'
    with engine.connect() as connection:
        for statement in _TABLES:
            connection.execute(text(statement.format(serial=serial)))
        connection.execute(text(f"CREATE TABLE wide (id {serial}, version integer NOT NULL DEFAULT 1, {wide})"))
        connection.commit()
        _load(connection, world)
        for statement in _INDEXES:
            connection.execute(text(statement.format(c=collation)))
        for statement in _SEARCH[dialect]:
            connection.execute(text(statement))
        connection.commit()
    if dialect == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM (ANALYZE)"))
    engine.dispose()


def _load(connection: Connection, world: World) -> None:
    user = {
        "id": 1,
        "email": EMAIL,
        "name": NAME,
        "password": PasswordHasher().hash(PASSWORD),
        "uniquifier": "0123456789abcdef" * 2,
        "theme": "auto",
        "density": "normal",
        "locale": "de",
    }
    _insert(connection, "users", [user])
    _insert(connection, "companies", (_plain(vars_of(company)) for company in world.companies()))
    _insert(connection, "contacts", (_contact(vars_of(contact)) for contact in world.contacts()))
    _insert(connection, "activities", (_activity(vars_of(activity)) for activity in world.activities()))
    _insert(connection, "wide", (_plain(row) for row in wide_rows(world.seed, world.wide_count)))
    _copy(connection, world)


def _copy(connection: Connection, world: World) -> None:
    """Write what was drawn once more, as often as the world says."""
    companies, contacts = world.companies_drawn, world.contacts_drawn
    shifts = {
        "companies": {"id": companies},
        "contacts": {"id": contacts, "company_id": companies},
        "activities": {"id": contacts, "contact_id": contacts},
    }
    for name, by in shifts.items():
        table = Table(name, MetaData(), autoload_with=connection, resolve_fks=False)
        for number in range(1, world.copies):
            copy_rows(connection, table, by, number)
    connection.commit()


def vars_of(record: Any) -> dict[str, Any]:
    """Return a record's values by name."""
    return {name: getattr(record, name) for name in record.__slots__}


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """Write days and moments as text; PostgreSQL reads them, SQLite keeps them."""
    return {
        name: str(value) if type(value).__name__ in ("date", "datetime", "Decimal") else value
        for name, value in row.items()
    }


def _contact(row: dict[str, Any]) -> dict[str, Any]:
    title = f"{row['first_name']} {row['last_name']}"
    row["company_id"] = row.pop("company")
    row["revenue"] = int(row["revenue"].scaleb(2))
    row["budget"], row["budget_currency"] = int(row["budget"].scaleb(2)), "EUR"
    row["title"] = title
    row["last_sort"], row["first_sort"] = fold(row["last_name"]), fold(row["first_name"])
    row["search_text"] = search_text(" ".join((title, row["last_name"], row["first_name"], row["email"])))
    row["updated_at"] = row["created_at"]
    return _plain(row)


def _activity(row: dict[str, Any]) -> dict[str, Any]:
    row["contact_id"] = row.pop("contact")
    row["subject_sort"] = fold(row["subject"])
    return _plain(row)


def _insert(connection: Connection, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
    waiting: Iterator[Mapping[str, Any]] = iter(rows)
    sqlite_ = connection.dialect.name == "sqlite"
    while batch := list(islice(waiting, _BATCH)):
        names = list(batch[0])
        if sqlite_:
            connection.exec_driver_sql("BEGIN")
        places = ", ".join(f":{name}" if sqlite_ else f"%({name})s" for name in names)
        insert = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})"
        connection.exec_driver_sql(insert, [dict(row) for row in batch])
        if sqlite_:
            connection.exec_driver_sql("COMMIT")
        connection.commit()
