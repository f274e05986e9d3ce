"""How often somebody may try something: counted in the database, so that all workers and all machines count together.

A key says which limit and whose attempt it is, and is stored hashed: the table tells nobody which accounts were tried.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import BigInteger, Column, Connection, Table, case, delete, select
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from app.storage.ledger import FIXED
from app.storage.types import TEXT

#: One row a counter; `ends_at` is in seconds since 1970, when it begins anew.
ATTEMPT: Final = Table(
    "sys_attempt",
    FIXED,
    Column("key_hash", TEXT, primary_key=True),
    Column("count", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False, index=True),
)


def _hashed(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def seconds() -> int:
    """Return the time in whole seconds since 1970."""
    return int(datetime.now(UTC).timestamp())


def count_up(connection: Connection, key: str, lasts: int, amount: int = 1) -> int:
    """Count attempts and return how many there are by now; a counter that has run out begins anew.

    Args:
        connection: an open transaction; the caller commits it.
        key: which limit, and whose attempt.
        lasts: seconds after which it begins anew.
        amount: how many attempts.
    """
    at = seconds()
    row = {"key_hash": _hashed(key), "count": amount, "ends_at": at + lasts}
    insert: Any = insert_sqlite if connection.dialect.name == "sqlite" else insert_postgresql
    statement = insert(ATTEMPT).values(row)
    over = ATTEMPT.c.ends_at <= at
    kept = {
        "count": case((over, amount), else_=ATTEMPT.c.count + amount),
        "ends_at": case((over, at + lasts), else_=ATTEMPT.c.ends_at),
    }
    upsert = statement.on_conflict_do_update(index_elements=["key_hash"], set_=kept).returning(ATTEMPT.c.count)
    return int(connection.execute(upsert).scalar_one())


def counted(connection: Connection, key: str) -> tuple[int, int]:
    """Return how many attempts there are, and when the counter begins anew (seconds since 1970)."""
    at = seconds()
    statement = select(ATTEMPT.c.count, ATTEMPT.c.ends_at).where(ATTEMPT.c.key_hash == _hashed(key))
    row = connection.execute(statement).first()
    return (0, at) if row is None or row.ends_at <= at else (int(row[0]), int(row[1]))


def forget(connection: Connection, key: str) -> None:
    """Begin a counter anew."""
    connection.execute(delete(ATTEMPT).where(ATTEMPT.c.key_hash == _hashed(key)))


def forget_ended(connection: Connection, most: int) -> int:
    """Take away counters that have run out, so many at most; return how many."""
    ended = select(ATTEMPT.c.key_hash).where(ATTEMPT.c.ends_at <= seconds()).limit(most)
    return connection.execute(delete(ATTEMPT).where(ATTEMPT.c.key_hash.in_(ended))).rowcount
