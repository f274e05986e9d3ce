"""What a database says, as one number: the same for two databases that hold the same, whatever engine they are on."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

import orjson
from sqlalchemy import Connection, Table, select

from app.runtime.store import Store
from app.storage.database import Database
from app.storage.ledger import FIXED

#: Tables that aren't part of what is known, and why not.
LEFT_OUT: Final[Mapping[str, str]] = {
    "sys_session": "who is signed in changes with every request, a refused one too",
    "sys_limit": "a refused request counts, so that the next one can be refused",
}


def logical_hash(database: Database, store: Store) -> str:
    """Return the SHA-256 of everything in a database: each table's rows in the order of their primary keys.

    Args:
        database: any database.
        store: its snapshots, which know the tables of the entities.
    """
    with database.read() as connection:
        # Flask-Security's list type can't be part of a cached statement, and warns where one would be.
        uncached = connection.execution_options(compiled_cache=None)
        tables = {table.name: table for table in FIXED.tables.values() if table.name not in LEFT_OUT}
        made = store.snapshot(connection).tables
        tables.update({table.name: table for table in (*made.tables.values(), *made.links.values())})
        whole = hashlib.sha256()
        for name in sorted(tables):
            whole.update(orjson.dumps([name, _rows(uncached, tables[name])]))
        return whole.hexdigest()


def _rows(connection: Connection, table: Table) -> str:
    digest = hashlib.sha256()
    columns = sorted(table.columns, key=lambda column: column.name)
    for row in connection.execute(select(*columns).order_by(*(table.primary_key.columns or table.columns))):
        digest.update(orjson.dumps([_plain(value) for value in row]))
        digest.update(b"\n")
    return digest.hexdigest()


def _plain(value: Any) -> Any:
    """Write a value in one spelling."""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, (bytes, memoryview)):
        return bytes(value).hex()
    if isinstance(value, (dict, list)):
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    return value
