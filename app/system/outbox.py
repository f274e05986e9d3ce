"""What happened to records, for whoever has to do something about it: mails, automations, other systems.

An event is written with the entry of the history that it tells of, so that none is lost and none is told that didn't
happen. Each is handed to one worker at a time, for as long as its lease lasts; a worker that dies gives it back by that
alone. So an event may be handed out twice, and whoever acts on it uses its id as the key of what he does
(`app.system.once`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Column, Connection, Index, Integer, Table, delete, or_, select, update

from app.storage.ledger import FIXED
from app.storage.types import ID, JSON_VALUE, TEXT, UtcDateTime

#: How often an event is handed out before it is left as a dead letter, to be looked at by a person.
MOST_TRIES: Final = 8
#: How long an event is kept that nobody waits for, or that was dealt with.
KEPT_FOR: Final = timedelta(days=7)

OUTBOX: Final = Table(
    "sys_outbox",
    FIXED,
    Column("id", ID, primary_key=True),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("topic", TEXT, nullable=False),
    Column("entity", TEXT, nullable=False),
    Column("record_id", ID, nullable=False),
    Column("version", Integer, nullable=False),
    Column("actor_id", ID, nullable=True),
    Column("origin", TEXT, nullable=False),
    Column("fields", JSON_VALUE, nullable=False),
    Column("claimed_by", TEXT, nullable=True),
    Column("claimed_until", UtcDateTime, nullable=True),
    Column("tries", Integer, nullable=False, default=0, server_default="0"),
    Column("done_at", UtcDateTime, nullable=True),
    Index(None, "topic", "done_at", "id"),
)


#: The columns that a new event fills.
NEW: Final = ("at", "topic", "entity", "record_id", "version", "actor_id", "origin", "fields", "tries")


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a record.

    Args:
        at: when.
        topic: what, for instance `record.create`.
        entity, record_id: to which record.
        version: its version afterwards.
        actor_id: who did it, or None for the product itself.
        origin: by which door: `mask`, `api`, `import`, `product` …
        fields: keys of the fields that changed; their values are read when the event is dealt with.
        id: its number, in the order in which events were written; 0 before that.
        tries: how often it was handed out.
    """

    at: datetime
    topic: str
    entity: str
    record_id: int
    version: int
    actor_id: int | None
    origin: str
    fields: tuple[str, ...]
    id: int = 0
    tries: int = 0


def row_of(event: Event) -> dict[str, Any]:
    """Return a new event as a row of the outbox; who writes it is the history (`app.system.history.append`)."""
    return {name: getattr(event, name) for name in NEW}


def claim(
    connection: Connection, worker: str, topics: Collection[str], limit: int, lease: timedelta, now: datetime
) -> tuple[Event, ...]:
    """Hand the oldest open events to a worker, who has them to himself until the lease is over.

    Args:
        connection: a transaction that may write; the events are the worker's once it is committed.
        worker: names him.
        topics: what he deals with.
        limit: how many at most.
        lease: for how long.
        now: the moment.
    """
    free = or_(OUTBOX.c.claimed_until.is_(None), OUTBOX.c.claimed_until < now)
    waiting = (
        select(OUTBOX.c.id)
        .where(OUTBOX.c.topic.in_(topics), OUTBOX.c.done_at.is_(None), OUTBOX.c.tries < MOST_TRIES, free)
        .order_by(OUTBOX.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = (
        update(OUTBOX)
        .where(OUTBOX.c.id.in_(waiting))
        .values(claimed_by=worker, claimed_until=now + lease, tries=OUTBOX.c.tries + 1)
        .returning(OUTBOX)
    )
    found = [_event(row) for row in connection.execute(taken)]
    return tuple(sorted(found, key=lambda event: event.id))


def finish(connection: Connection, worker: str, ids: Iterable[int], now: datetime) -> int:
    """Note that events were dealt with; those whose lease went to somebody else meanwhile are his.

    Returns:
        How many were still the worker's.
    """
    mine = (OUTBOX.c.id.in_(list(ids)), OUTBOX.c.claimed_by == worker, OUTBOX.c.done_at.is_(None))
    statement = update(OUTBOX).where(*mine).values(done_at=now, claimed_until=None)
    return connection.execute(statement).rowcount


def fail(connection: Connection, worker: str, event_id: int, again_at: datetime) -> bool:
    """Give an event back that couldn't be dealt with; it is handed out again from a moment on.

    Returns:
        Whether it will be; False where it has become a dead letter.
    """
    mine = (OUTBOX.c.id == event_id, OUTBOX.c.claimed_by == worker, OUTBOX.c.done_at.is_(None))
    statement = update(OUTBOX).where(*mine).values(claimed_by=None, claimed_until=again_at).returning(OUTBOX.c.tries)
    tries = connection.execute(statement).scalar_one_or_none()
    return tries is not None and tries < MOST_TRIES


def dead_letters(connection: Connection, limit: int) -> tuple[Event, ...]:
    """Return the oldest events that were given up."""
    given_up = (OUTBOX.c.done_at.is_(None), OUTBOX.c.tries >= MOST_TRIES)
    rows = connection.execute(select(OUTBOX).where(*given_up).order_by(OUTBOX.c.id).limit(limit))
    return tuple(_event(row) for row in rows)


def trim(connection: Connection, before: datetime, topics: Collection[str] = ()) -> int:
    """Remove old events that were dealt with or that nobody waits for, and return how many; for upkeep.

    What somebody waits for is kept until he has dealt with it, and a dead letter until a person has.

    Args:
        connection: a transaction that may write.
        before: the moment before which they happened; `KEPT_FOR` ago.
        topics: what there are subscribers for.
    """
    unwanted = or_(OUTBOX.c.done_at.is_not(None), OUTBOX.c.topic.not_in(topics))
    return connection.execute(delete(OUTBOX).where(OUTBOX.c.at < before, unwanted)).rowcount


def _event(row: Any) -> Event:
    return Event(
        at=row.at,
        topic=row.topic,
        entity=row.entity,
        record_id=row.record_id,
        version=row.version,
        actor_id=row.actor_id,
        origin=row.origin,
        fields=tuple(row.fields),
        id=row.id,
        tries=row.tries,
    )
