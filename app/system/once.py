"""What was done already: the answer to a request that may come twice, kept for as long as anybody may ask again.

A double click, a retry after a cut connection, a form that is sent again after going back: the second request carries
the same key as the first one and gets its answer. The row is written in the transaction of what it answers, so there is
no answer without the deed and no deed without the answer, wherever a process is killed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Column, Connection, Executable, Table, delete, select
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from app.storage.ledger import FIXED
from app.storage.types import ID, JSON_VALUE, TEXT, UtcDateTime

#: How long an answer is kept; whoever repeats a request later has read the page again in between.
KEPT_FOR: Final = timedelta(hours=48)

#: No foreign key: an answer outlives nobody by more than two days, and a check at each save would cost a look-up.
ONCE: Final = Table(
    "sys_once",
    FIXED,
    Column("actor_id", ID, primary_key=True, autoincrement=False),
    Column("key", TEXT, primary_key=True),
    Column("request", TEXT, nullable=False),
    Column("answer", JSON_VALUE, nullable=False),
    Column("created_at", UtcDateTime, nullable=False, index=True),
)

_OWN: Final = ("actor_id", "key")
_KEEP: Final[Mapping[str, Executable]] = {
    "sqlite": insert_sqlite(ONCE).on_conflict_do_nothing(index_elements=_OWN).returning(ONCE.c.actor_id),
    "postgresql": insert_postgresql(ONCE).on_conflict_do_nothing(index_elements=_OWN).returning(ONCE.c.actor_id),
}


@dataclass(frozen=True, slots=True)
class Remembered:
    """The answer to an earlier request.

    Args:
        request: digest of what was asked.
        answer: what was answered, as JSON.
    """

    request: str
    answer: Mapping[str, Any]


def remember(
    connection: Connection, actor_id: int, key: str, request: str, answer: Mapping[str, Any], at: datetime
) -> bool:
    """Keep an answer, unless there is one for this key already.

    On PostgreSQL this waits for a transaction that is about to keep one under the same key, and then says who won.

    Args:
        connection: the transaction of what is answered.
        actor_id: who asked; keys of different people never meet.
        key: the request's key.
        request: digest of what was asked.
        answer: a JSON object.
        at: when.

    Returns:
        Whether it was kept; False where somebody has answered this key before.
    """
    row = {"actor_id": actor_id, "key": key, "request": request, "answer": answer, "created_at": at}
    return connection.execute(_KEEP[connection.dialect.name], row).first() is not None


def recall(connection: Connection, actor_id: int, key: str) -> Remembered | None:
    """Return the answer that was kept for a key, or None."""
    statement = select(ONCE.c.request, ONCE.c.answer).where(ONCE.c.actor_id == actor_id, ONCE.c.key == key)
    found = connection.execute(statement).one_or_none()
    return None if found is None else Remembered(found.request, found.answer)


def forget(connection: Connection, before: datetime) -> int:
    """Remove the answers that were kept before a moment, and return how many; what upkeep calls with `KEPT_FOR`."""
    return connection.execute(delete(ONCE).where(ONCE.c.created_at < before)).rowcount
