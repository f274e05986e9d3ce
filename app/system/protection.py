"""The fixed tables that can only grow: the database itself refuses to change or delete what stands in them."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from app.storage.append_only import guard, unguarded
from app.storage.held import HeldFunction
from app.storage.last_link import LastLinkFunction
from app.system.head import HEAD
from app.system.history import CHAIN, ERASURE, HISTORY, VALUE
from app.system.numbers import NUMBER_LOG
from app.system.tables import AuditEntry, table_of

#: What may neither be changed nor deleted; values of the history go where their erasure is recorded.
APPEND_ONLY: Final = (HISTORY, CHAIN, ERASURE, NUMBER_LOG, table_of(AuditEntry))


def make_functions(connection: Connection) -> None:
    """Make the functions by which PostgreSQL waits and looks in one statement; their tables are there."""
    if connection.dialect.name == "postgresql":
        connection.execute(LastLinkFunction(CHAIN.name))
        connection.execute(HeldFunction(HEAD.name, HEAD.c.revision_id.name))


def protect(connection: Connection) -> None:
    """Make the functions, and the triggers that are missing."""
    make_functions(connection)
    for table in APPEND_ONLY:
        guard(connection, table.name)
    guard(connection, VALUE.name, ERASURE.name)


def unprotected(connection: Connection) -> tuple[str, ...]:
    """Return the names of the tables that lack one of their triggers."""
    return tuple(table.name for table in (*APPEND_ONLY, VALUE) if unguarded(connection, table.name))
