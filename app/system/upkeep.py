"""What has to be done from time to time: taking away what has expired. Done by one process at a time, in small pieces.

Each task has a row that says when it is next due. Whoever moves that moment into the future, by comparing and setting
it in one statement, does the work; all others find it moved. A process that dies in the middle has done a part of it,
and the next turn does the rest.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import BigInteger, Column, Connection, Table, select, update
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.exc import SQLAlchemyError

from app.storage.database import Database
from app.storage.ledger import FIXED
from app.storage.types import TEXT, UtcDateTime
from app.system import attempts, backups, once, outbox
from app.system.tables import now

#: One row a task: when it is next due, and what its last turn did.
UPKEEP: Final = Table(
    "sys_upkeep",
    FIXED,
    Column("name", TEXT, primary_key=True),
    Column("due_at", UtcDateTime, nullable=False),
    Column("done_at", UtcDateTime, nullable=True),
    Column("done_count", BigInteger, nullable=False, default=0),
)
#: Most rows that one transaction takes away, and the longest that one turn of a task goes on.
BATCH: Final = 500
_TURN: Final = timedelta(seconds=20)
#: No task is due more often, so that a turn has ended long before the next one begins.
SHORTEST_INTERVAL: Final = timedelta(minutes=1)
_PAUSE: Final = timedelta(seconds=30)
_KEPT_BACKUPS: Final = 1_000

_log: Final = logging.getLogger("lotse.upkeep")

#: Takes away what has expired: a transaction that may write, the time, the most rows; returns how many those were.
Work = Callable[[Connection, datetime, int], int]


@dataclass(frozen=True, slots=True)
class Task:
    """Something to be done from time to time.

    Args:
        name: stable; its row is found by it.
        interval: between two turns, at least a minute.
        work: a piece of it; called again for as long as it returns as many as it may.
    """

    name: str
    interval: timedelta
    work: Work

    def __post_init__(self) -> None:
        if self.interval < SHORTEST_INTERVAL:
            raise ValueError(f"{self.name} would be due too often")


def run_due(database: Database, tasks: Sequence[Task], at: datetime | None = None) -> dict[str, int]:
    """Do what is due, unless another process does it.

    Args:
        database: whose.
        tasks: all tasks.
        at: the time, UTC without a zone; None for now.

    Returns:
        How many rows each task took away that was done here.
    """
    done: dict[str, int] = {}
    for task in tasks:
        moment = at or now()
        if _claim(database, task, moment):
            done[task.name] = _turn(database, task, moment)
    return done


def _claim(database: Database, task: Task, at: datetime) -> bool:
    """Move the moment at which a task is next due; return whether it was us who moved it."""
    with database.read() as connection:
        due = connection.execute(select(UPKEEP.c.due_at).where(UPKEEP.c.name == task.name)).scalar_one_or_none()
    if due is not None and due > at:
        return False
    with database.write() as connection:
        if due is None:
            insert = insert_sqlite(UPKEEP) if connection.dialect.name == "sqlite" else insert_postgresql(UPKEEP)
            row = {"name": task.name, "due_at": at + task.interval}
            made = insert.values(row).on_conflict_do_nothing().returning(UPKEEP.c.name)
            return connection.execute(made).first() is not None
        moved = update(UPKEEP).where(UPKEEP.c.name == task.name, UPKEEP.c.due_at == due)
        return connection.execute(moved.values(due_at=at + task.interval)).rowcount == 1


def _turn(database: Database, task: Task, at: datetime) -> int:
    """Do a task piece by piece, each in a short transaction of its own, so that nobody waits for long."""
    total, ends = 0, time.monotonic() + _TURN.total_seconds()
    while time.monotonic() < ends:
        with database.write() as connection:
            count = task.work(connection, at, BATCH)
            total += count
            said = {"done_at": at, "done_count": total}
            connection.execute(update(UPKEEP).where(UPKEEP.c.name == task.name).values(said))
        if count < BATCH:
            break
    return total


class Upkeep:
    """A thread beside those that serve; it ends with the process, or when it is told to.

    Args:
        database: whose.
        tasks: all tasks.
        pause: how long it waits before it looks again.
    """

    def __init__(self, database: Database, tasks: Sequence[Task], pause: timedelta = _PAUSE) -> None:
        self._database = database
        self._tasks = tuple(tasks)
        self._pause = pause.total_seconds()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lotse-upkeep", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, once the piece that is being done has ended."""
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        # Workers that were started together don't all look at the same moment.
        while not self._ended.wait(self._pause * random.uniform(0.5, 1.5)):  # noqa: S311  no secret
            try:
                run_due(self._database, self._tasks)
            except SQLAlchemyError as failure:
                _log.warning("upkeep has to wait: %s", type(failure).__name__)


def _forget_backups(connection: Connection, at: datetime, most: int) -> int:
    return backups.forget(connection, _KEPT_BACKUPS)


def _forget_attempts(connection: Connection, at: datetime, most: int) -> int:
    return attempts.forget_ended(connection, most)


def _forget_answers(connection: Connection, at: datetime, most: int) -> int:
    once.forget(connection, at - once.KEPT_FOR)
    return 0


def _trim_events(connection: Connection, at: datetime, most: int) -> int:
    outbox.trim(connection, at - outbox.KEPT_FOR)
    return 0


#: What this room itself has to do.
TASKS: Final[tuple[Task, ...]] = (
    Task("backups", timedelta(days=1), _forget_backups),
    Task("attempts", timedelta(minutes=10), _forget_attempts),
    Task("answers", timedelta(hours=1), _forget_answers),
    Task("events", timedelta(hours=1), _trim_events),
)
