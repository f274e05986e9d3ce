"""What is refused changes nothing: looked at after every answer of 400 to 499 that a test gets in its own process.

The logical hash of the database before the request is compared with the one after it. Both are worked out only where a
cheap mark says that something was committed and the rows of some table differ, and now and then where they don't, as a
test of the short cut itself. The state before is still there to be read then: a reading transaction was begun before
the request.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from flask import Flask, Response, request, request_finished, request_started, request_tearing_down
from pysqlite3 import dbapi2 as sqlite
from sqlalchemy import (
    URL,
    Connection,
    CursorResult,
    Engine,
    create_engine,
    event,
    inspect,
    literal_column,
    select,
    table,
)
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from app.errors import LotseError
from app.expr.sqlite_functions import register
from app.storage.database import ACCESS_OPTION, Database
from app.storage.logical import logical_hash

#: Tables in which a refused request may leave something, and why.
MAY_MOVE: Final[Mapping[str, str]] = {
    "sys_session": "when a session was last used is noted after every request",
    "sys_attempt": "a refused attempt counts, so that the next one can be refused",
}
#: The same for a request with an API token.
MAY_MOVE_FOR_TOKENS: Final[Mapping[str, str]] = {"sys_token": "the day on which a token was last used is noted"}
#: Of so many refused requests that left the mark alone, one is looked at all the same.
SAMPLE: Final = 500
#: Of so many refused requests, one is hashed though its rows are the same.
HASHED: Final = 2_000
_WATCH: Final = "lotse.tests.watch"
#: A test may hold a lock of its own while it asks; the witness doesn't wait for it.
_TIMEOUT: Final = "-c statement_timeout=20000 -c lock_timeout=2000"


@dataclass(slots=True)
class _Place:
    """A database that requests are made to.

    Args:
        glance: a connection outside of transactions, on SQLite.
        held: a connection whose transaction sees the state before the request.
        commits: transactions that could write and were committed, by thread.
        under_way: requests that have begun and not ended.
        begun: requests so far.
    """

    glance: Connection
    held: Connection
    commits: Counter[int] = field(default_factory=Counter)
    under_way: int = 0
    begun: int = 0

    def mark(self) -> object:
        """Return what is another one after a commit that changed something."""
        mine = self.commits[threading.get_ident()]
        if self.glance.dialect.name != "sqlite":
            return mine  # everything that writes goes through the engine; what it opens for reading can't write
        return mine, self.glance.exec_driver_sql("PRAGMA data_version").scalar_one()

    def others(self) -> int:
        """Return how many transactions were committed by others than this thread."""
        return self.commits.total() - self.commits[threading.get_ident()]

    def close(self) -> None:
        """Let go of the database."""
        for connection in (self.glance, self.held):
            connection.close()


@dataclass(frozen=True, slots=True)
class _Watch:
    """A request that is under way."""

    place: _Place
    mark: object
    others: int
    begun: int
    alone: bool


class Witness:
    """Compares the database before and after every refused request.

    Attributes:
        counts: what was seen: `refused` answers that were judged, how many of them by looking at all rows (`compared`)
            and by `hashed`, and those during which others wrote (`crowded`) or whose database couldn't be read
            (`unread`), which can't be judged.
        wrongs: what was changed by whom, in words, since somebody took them.
    """

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.wrongs: list[str] = []
        self._places: dict[URL, _Place] = {}
        self._lock = threading.RLock()
        self._listeners: tuple[tuple[Any, Callable[..., None]], ...] = (
            (request_started, self._begin),
            (request_finished, self._look),
            (request_tearing_down, self._end),
        )

    def start(self) -> None:
        """Begin to watch every application of this process."""
        for signal, listener in self._listeners:
            signal.connect(listener)
        event.listen(Engine, "commit", self._note)
        event.listen(Engine, "engine_disposed", self._let_go)

    def taken(self) -> list[str]:
        """Return what was changed by refused requests, and forget it."""
        found, self.wrongs = self.wrongs, []
        return found

    def close(self) -> None:
        """Close every connection."""
        with self._lock:
            for place in self._places.values():
                place.close()
            self._places.clear()

    # -- what happens -------------------------------------------------------------------------------------------------

    def _note(self, connection: Connection) -> None:
        place = self._places.get(connection.engine.url)
        if place is not None and connection.get_execution_options().get(ACCESS_OPTION) != "read":
            place.commits[threading.get_ident()] += 1

    def _let_go(self, engine: Engine) -> None:
        with self._lock:
            place = self._places.pop(engine.url, None)
            if place is not None:
                place.close()

    def _begin(self, sender: Flask, **more: object) -> None:
        database: Database = sender.extensions["lotse"].database
        with self._lock:
            try:
                place = self._places.get(database.engine.url) or _open(database.engine.url)
                self._places[database.engine.url] = place
                alone = place.under_way == 0
                if alone:
                    _hold(place.held)
                watch = _Watch(place, place.mark(), place.others(), place.begun + 1, alone)
            except (SQLAlchemyError, LotseError):
                self.counts["unread"] += 1
                self._let_go(database.engine)
                return
            place.begun += 1
            place.under_way += 1
            request.environ[_WATCH] = watch

    def _look(self, sender: Flask, response: Response, **more: object) -> None:
        watch: _Watch | None = request.environ.get(_WATCH)
        if watch is None or not 400 <= response.status_code < 500:
            return
        with self._lock:
            try:
                self._judge(watch, response.status_code)
            except (SQLAlchemyError, LotseError):
                self.counts["unread"] += 1

    def _judge(self, watch: _Watch, status: int) -> None:
        place = watch.place
        if not watch.alone or place.begun != watch.begun or place.others() != watch.others or place.held.closed:
            self.counts["crowded"] += 1
            return
        self.counts["refused"] += 1
        if place.mark() == watch.mark and self.counts["refused"] % SAMPLE:
            return
        without = [*MAY_MOVE, *(MAY_MOVE_FOR_TOKENS if "Authorization" in request.headers else ())]
        if self._is_alike(place, without) and self.counts["refused"] % HASHED:
            return
        self.counts["hashed"] += 1
        before = logical_hash(place.held, None, without)
        _hold(place.held)
        after = logical_hash(place.held, None, without)
        if before.root != after.root:
            tables = ", ".join(before.different(after))
            self.wrongs.append(f"{status} {request.method} {request.full_path} left something in {tables}")

    def _is_alike(self, place: _Place, without: Collection[str]) -> bool:
        """Return whether the very rows of every table are the same; far cheaper than hashing what they mean."""
        self.counts["compared"] += 1
        with place.held.engine.connect() as present:
            names = set(inspect(place.held).get_table_names()) - set(without)
            return set(inspect(present).get_table_names()) - set(without) == names and all(
                _rows(place.held, name) == _rows(present, name) for name in sorted(names)
            )

    def _end(self, sender: Flask, **more: object) -> None:
        watch: _Watch | None = request.environ.pop(_WATCH, None)
        if watch is None:
            return
        with self._lock:
            watch.place.under_way -= 1
            if watch.alone and not watch.place.held.closed:
                watch.place.held.rollback()


def _rows(connection: Connection, name: str) -> list[Any]:
    """Return the rows of a table as they are stored."""
    stored: CursorResult[Any] = connection.execute(select(literal_column("*")).select_from(table(name)))
    return [tuple(row) for row in stored]


def _open(url: URL) -> _Place:
    """Open a database for the witness, past the pool of the application."""
    if url.get_backend_name() == "sqlite":
        engine = create_engine(
            url, module=sqlite, poolclass=NullPool, connect_args={"check_same_thread": False, "isolation_level": None}
        )
        event.listen(engine, "connect", lambda connection, record: register(connection))
        return _Place(engine.connect(), engine.connect())
    engine = create_engine(
        url, poolclass=NullPool, isolation_level="REPEATABLE READ", connect_args={"options": _TIMEOUT}
    )
    connection = engine.connect()
    return _Place(connection, connection)


def _hold(connection: Connection) -> None:
    """Begin a transaction that sees the state of now; it takes no lock that anybody waits for."""
    connection.rollback()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN")
        connection.exec_driver_sql("SELECT 1 FROM sqlite_schema LIMIT 1")
    else:
        connection.exec_driver_sql("SELECT 1")
