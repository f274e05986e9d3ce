"""Lotse's side of the comparison: its documents, its database, its records, written in bulk into its own tables.

Records go straight into the tables that Lotse's publish made, with the columns that Lotse's own write side computes;
sending a million masks would take a day.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection, Table, func, select, text
from sqlalchemy.sql.expression import literal

from app.access.actor import PRODUCT
from app.changes.publish import Published, publish
from app.context import Context
from app.errors import InvalidMetadata, Severity
from app.expr.fold import fold
from app.fields.formats import Formats
from app.fields.money import Money
from app.meta.documents import load_all
from app.records.plan import EntityPlan, plan_of
from app.records.rows import Row
from app.records.titles import search_text_of, title_formats, title_of
from app.runtime.store import Store
from app.storage.database import Database, open_database
from app.system.people import create_user
from app.web.passwords import hashed
from bench.copies import copy_rows
from bench.data import Activity, Company, Contact, World
from bench.wide import wide_documents, wide_rows

DOCUMENTS: Final = Path(__file__).resolve().parent / "documents"
EMAIL: Final = "bench@example.com"
NAME: Final = "Bea Bench"
PASSWORD: Final = "ein-langes-kennwort"
ROLE: Final = "seller"
_BATCH: Final = 5_000

Bodies = Mapping[tuple[str, str], Mapping[str, Any]]


def write_documents(folder: Path, *more: Bodies) -> Path:
    """Write the bench's documents, and more of them, into a folder that a worker can be started with."""
    shutil.copytree(DOCUMENTS, folder, dirs_exist_ok=True)
    for bodies in (wide_documents(), *more):
        for (kind, key), body in bodies.items():
            path = folder / kind / f"{key}.json"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps({"format": 1, "key": key, **body}), encoding="utf-8")
    return folder


def put_in_force(database: Database, store: Store, folder: Path, plugins: Path | None = None) -> Published:
    """Publish a folder of documents.

    Raises:
        InvalidMetadata: they have errors.
    """
    documents, issues = load_all(folder, plugins)
    if any(issue.severity is Severity.ERROR for issue in issues):
        raise InvalidMetadata(issues)
    return publish(database, store, documents, PRODUCT, "bench")


def prepare(url: str, folder: Path, world: World, others: Mapping[str, str] = MappingProxyType({})) -> None:
    """Make a database with the documents of a folder in force, all records in it, and somebody who may sign in.

    Args:
        url: a SQLite file that isn't there yet, or an empty PostgreSQL database.
        folder: the documents.
        world: the records.
        others: roles of more people, by what they sign in with.
    """
    database = open_database(url, create=True)
    try:
        store = Store(database)
        put_in_force(database, store, folder)
        add_person(database, ROLE)
        for email, role in others.items():
            add_person(database, role, email=email)
        load_records(database, store, world)
    finally:
        database.close()


_TIDY: Final[Mapping[str, tuple[str, ...]]] = {
    "sqlite": ("REINDEX",),
    "postgresql": ("REINDEX SCHEMA public", "VACUUM (ANALYZE)"),
}


def add_person(database: Database, *roles: str, email: str = EMAIL) -> None:
    """Make somebody who may sign in."""
    with database.write() as connection:
        create_user(connection, email, hashed(PASSWORD), NAME, roles, "Team A", "de")


def load_records(database: Database, store: Store, world: World) -> None:
    """Write all records, and let the database look at them once, as its own housekeeping would.

    The hand-written application's indexes are made last. Here they are there before the records; so that neither has
    the tidier ones, they are built once more.
    """
    kinds: tuple[tuple[str, Iterable[Company | Contact | Activity]], ...] = (
        ("company", world.companies()),
        ("contact", world.contacts()),
        ("activity", world.activities()),
    )
    for entity, records in kinds:
        _insert(database, store, entity, (values_of(record) for record in records))
    _insert(database, store, "wide", wide_rows(world.seed, world.wide_count))
    _copy(database, store, world)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in _TIDY[database.dialect]:
            connection.execute(text(statement))


def values_of(record: Any) -> dict[str, Any]:
    """Return a record's values by field key, as the write side has them after cleaning."""
    values = {field.name: getattr(record, field.name) for field in fields(record)}
    return values | {"budget": Money(values["budget"], "EUR")} if "budget" in values else values


def _insert(database: Database, store: Store, entity: str, records: Iterator[dict[str, Any]]) -> None:
    while batch := list(islice(records, _BATCH)):
        with database.write() as connection:
            ctx = Context(store.snapshot(connection), PRODUCT, connection)
            plan, formats = plan_of(ctx, entity), title_formats(ctx)
            connection.execute(plan.table.insert(), [columns_of(plan, formats, values) for values in batch])
            _count_on(connection, plan.table)


def _copy(database: Database, store: Store, world: World) -> None:
    """Write what was drawn once more, as often as the world says."""
    companies, contacts = world.companies_drawn, world.contacts_drawn
    shifts = {
        "company": {"id": companies},
        "contact": {"id": contacts, "company": companies},
        "activity": {"id": contacts, "contact": contacts},
    }
    for number in range(1, world.copies):
        with database.write() as connection:
            ctx = Context(store.snapshot(connection), PRODUCT, connection)
            for entity, by in shifts.items():
                table = plan_of(ctx, entity).table
                copy_rows(connection, table, by, number)
                _count_on(connection, table)


def _count_on(connection: Connection, table: Table) -> None:
    """Have PostgreSQL give the next record the number after the last one."""
    if connection.dialect.name == "postgresql":
        last = select(func.max(table.c.id)).scalar_subquery()
        connection.execute(select(func.setval(func.pg_get_serial_sequence(literal(table.name), literal("id")), last)))


def columns_of(plan: EntityPlan, formats: Formats, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row that Lotse's own write side would store for some values.

    Args:
        plan: what the write side knows about the entity.
        formats: how titles are written.
        values: values by field key, cleaned; with the id, and with the moment it was made where that is known.
    """
    row = Row(plan, None, values["id"], "", {key: values.get(key) for key in plan.fields})
    title = title_of(plan, row, formats)
    made = values.get("created_at", datetime(2024, 1, 1, tzinfo=UTC))
    stored: dict[str, Any] = {
        "id": values["id"],
        "title": title,
        "title__folded": fold(title),
        "search_text": search_text_of(plan, row, title),
        "created_at": made,
        "updated_at": made,
        "version": 1,
    }
    for field in plan.own:
        field.store(row.values[field.key], stored)
    return stored
