"""Upkeep: done when it is due, by one process at a time, in pieces, and by a thread that ends."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

import pytest
from sqlalchemy import Connection, func, insert, select
from sqlalchemy.exc import OperationalError

from app.storage.database import Database, open_database
from app.system import backups
from app.system.backups import BACKUP, BackupNote
from app.system.install import create_schema
from app.system.upkeep import BATCH, TASKS, UPKEEP, Task, Upkeep, run_due

_DAY: Final = datetime(2026, 11, 25, 3)
_HOUR: Final = timedelta(hours=1)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Return an empty installation, once on each kind of database."""
    made = open_database(database_url, create=True)
    create_schema(made)
    yield made
    made.close()


def _note(day: int) -> BackupNote:
    return BackupNote(_DAY + timedelta(days=day), None, day, day, "x")


def _counted(calls: list[datetime]) -> Task:
    def work(connection: Connection, at: datetime, most: int) -> int:
        calls.append(at)
        return 0

    return Task("counted", _HOUR, work)


def test_a_task_is_done_when_it_is_due(database: Database) -> None:
    calls: list[datetime] = []
    task = _counted(calls)
    for minutes in (0, 1, 59, 60, 61, 119, 121):
        run_due(database, (task,), _DAY + timedelta(minutes=minutes))
    assert calls == [_DAY + timedelta(minutes=minutes) for minutes in (0, 60, 121)]


def test_of_many_processes_one_does_it(database: Database, database_url: str) -> None:
    """Eight handles of their own look at the same moment, twenty times; each turn is done once."""
    calls: list[datetime] = []
    task = _counted(calls)
    others = [open_database(database_url) for _ in range(8)]
    for turn in range(20):
        start = threading.Barrier(len(others))
        at = _DAY + turn * _HOUR

        def look(other: Database, start: threading.Barrier = start, at: datetime = at) -> None:
            start.wait()
            run_due(other, (task,), at)

        threads = [threading.Thread(target=look, args=(other,)) for other in others]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert calls.count(at) == 1
    for other in others:
        other.close()


def test_a_long_task_is_done_in_pieces(database: Database) -> None:
    """No transaction takes away more than a piece; all of it is gone after one turn, and the row says how much."""
    with database.write() as connection:
        rows = [{"taken_at": _DAY, "row_count": n, "byte_count": n, "logical_hash": "x"} for n in range(BATCH * 2 + 10)]
        connection.execute(insert(BACKUP), rows)
    pieces: list[int] = []

    def work(connection: Connection, at: datetime, most: int) -> int:
        chosen = select(BACKUP.c.id).order_by(BACKUP.c.id).limit(most)
        pieces.append(connection.execute(BACKUP.delete().where(BACKUP.c.id.in_(chosen))).rowcount)
        return pieces[-1]

    assert run_due(database, (Task("pieces", _HOUR, work),), _DAY) == {"pieces": BATCH * 2 + 10}
    assert pieces == [BATCH, BATCH, 10]
    with database.read() as connection:
        assert connection.execute(select(func.count()).select_from(BACKUP)).scalar() == 0
        assert connection.execute(select(UPKEEP.c.done_count)).scalar_one() == BATCH * 2 + 10


def test_a_task_that_fails_is_tried_at_its_next_turn(database: Database) -> None:
    """What it wrote is rolled back; it isn't tried again at once, and others have their turn."""
    calls: list[datetime] = []

    def fail(connection: Connection, at: datetime, most: int) -> int:
        backups.note(connection, _note(1))
        raise OperationalError("x", {}, Exception("gone"))

    with pytest.raises(OperationalError):
        run_due(database, (Task("failing", _HOUR, fail),), _DAY)
    assert run_due(database, (Task("failing", _HOUR, fail), _counted(calls)), _DAY) == {"counted": 0}
    with database.read() as connection:
        assert backups.last(connection) is None
    with pytest.raises(OperationalError):
        run_due(database, (Task("failing", _HOUR, fail),), _DAY + _HOUR)


def test_the_thread_works_and_ends(database: Database) -> None:
    worked = threading.Event()

    def work(connection: Connection, at: datetime, most: int) -> int:
        worked.set()
        return 0

    upkeep = Upkeep(database, (Task("once", _HOUR, work),), timedelta(milliseconds=5))
    upkeep.start()
    assert worked.wait(10)
    upkeep.stop()
    assert "lotse-upkeep" not in {thread.name for thread in threading.enumerate()}


def test_old_notes_about_backups_are_forgotten(database: Database) -> None:
    with database.write() as connection:
        for day in range(5):
            backups.note(connection, _note(day))
        assert backups.forget(connection, 2) == 3
        assert backups.last(connection) == _note(4)
    assert run_due(database, TASKS, _DAY) == {task.name: 0 for task in TASKS}


def test_a_task_that_is_due_all_the_time_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="too often"):
        Task("hasty", timedelta(seconds=1), lambda connection, at, most: 0)
