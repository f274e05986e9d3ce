"""Limits on attempts: Flask-Limiter counts in the product's own table; and turns where passwords are checked."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from flask import Flask
from flask_limiter import Limiter
from limits import parse_many
from limits.storage import Storage
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import TooManyRequests

from app.storage.database import Database
from app.system import attempts

#: How an application's limiter names this storage.
URI: Final = "lotse://"
#: Passwords that a worker checks at the same time, visitors that wait for their turn, and how long. A check takes one
#: core for a tenth of a second: whoever tries passwords by the hundred may not keep the others from their pages.
_AT_ONCE: Final = 1
_WAITING: Final = 2
_SECONDS: Final = 2.0
#: Guessing goes no faster than two passwords a second, and leaves nine tenths of the time to everybody's pages.
_REST: Final = 0.5
TURNS: Final = "lotse.turns"
#: How long a worker remembers who has used up his attempts, and how many of them.
_SHUT_SECONDS: Final = 5.0
_MOST_SHUT: Final = 1_000
_DOORS: Final = "lotse.doors"


class AttemptStorage(Storage):
    """Counters in the database of an application."""

    STORAGE_SCHEME = ["lotse"]

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **options: Any) -> None:
        super().__init__(uri, wrap_exceptions=wrap_exceptions)
        self._database: Callable[[], Database] = options["database"]

    @property
    def base_exceptions(self) -> type[Exception]:
        """Return what a database that is gone raises."""
        return SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count attempts, in a transaction of their own: they count whatever becomes of the request."""
        with self._database().write() as connection:
            return attempts.count_up(connection, key, expiry, amount)

    def get(self, key: str) -> int:
        """Return how many attempts there are."""
        with self._database().read() as connection:
            return attempts.counted(connection, key)[0]

    def get_expiry(self, key: str) -> float:
        """Return when the counter begins anew."""
        with self._database().read() as connection:
            return float(attempts.counted(connection, key)[1])

    def check(self) -> bool:
        """Return whether counters can be read."""
        try:
            self.get("check")
        except SQLAlchemyError:
            return False
        return True

    def reset(self) -> int | None:
        """Not offered: nobody forgets everybody's attempts at once."""
        return None

    def clear(self, key: str) -> None:
        """Begin a counter anew."""
        with self._database().write() as connection:
            attempts.forget(connection, key)


class Turns:
    """Lets few visitors at a time to something dear; few more wait, all others are sent away at once.

    Args:
        at_once: how many are let in together.
        waiting: how many more may wait.
        seconds: how long one waits.
        rest: for how long nobody is let in after a failure, in seconds. Whoever knows his password never waits for it.
    """

    def __init__(
        self, at_once: int = _AT_ONCE, waiting: int = _WAITING, seconds: float = _SECONDS, rest: float = _REST
    ) -> None:
        self._inside = threading.BoundedSemaphore(at_once)
        self._asked = threading.BoundedSemaphore(at_once + waiting)
        self._seconds, self._rest = seconds, rest
        self._rested_at = 0.0

    def is_full(self) -> bool:
        """Return whether whoever came now would be sent away."""
        if not self._asked.acquire(blocking=False):
            return True
        self._asked.release()
        return False

    def note_failure(self) -> None:
        """Begin a rest; to be called by whoever has the turn."""
        self._rested_at = time.monotonic() + self._rest

    @contextmanager
    def turn(self) -> Iterator[bool]:
        """Wait for one's turn; gives whether it came."""
        if not self._asked.acquire(blocking=False):
            yield False
            return
        try:
            if not self._inside.acquire(timeout=self._seconds):
                yield False
                return
            try:
                time.sleep(max(0.0, self._rested_at - time.monotonic()))
                yield True
            finally:
                self._inside.release()
        finally:
            self._asked.release()


class Doors:
    """Remembers for some seconds who has used up his attempts, so that sending him away again costs next to nothing.

    The counters in the database decide; this only saves a worker from asking them fifty times a second.
    """

    def __init__(self, seconds: float = _SHUT_SECONDS, most: int = _MOST_SHUT) -> None:
        self._until: OrderedDict[str, float] = OrderedDict()
        self._seconds, self._most = seconds, most
        self._lock = threading.Lock()

    def shut(self, who: str) -> None:
        """Remember somebody."""
        with self._lock:
            self._until[who] = time.monotonic() + self._seconds
            self._until.move_to_end(who)
            while len(self._until) > self._most:
                self._until.popitem(last=False)

    def are_shut(self, who: str) -> bool:
        """Return whether somebody need not even ask."""
        return self._until.get(who, 0.0) > time.monotonic()


def count_failure(app: Flask, *limits: tuple[str, str]) -> None:
    """Count something that went wrong; each limit is what it allows and whose attempts it counts."""
    limiter = _limiter(app)
    for allowed, key in limits:
        for limit in parse_many(allowed):
            limiter.hit(limit, key)


def require_few_failures(app: Flask, *limits: tuple[str, str]) -> None:
    """Make sure that not too much went wrong so far.

    Raises:
        TooManyRequests: it did.
    """
    limiter = _limiter(app)
    for allowed, key in limits:
        for limit in parse_many(allowed):
            if not limiter.test(limit, key):
                raise TooManyRequests


def _limiter(app: Flask) -> Any:
    return next(one for one in app.extensions["limiter"] if isinstance(one, Limiter)).limiter


def turns(app: Flask) -> Turns:
    """Return the turns of an application."""
    found = app.extensions.setdefault(TURNS, Turns())
    assert isinstance(found, Turns)
    return found


def doors(app: Flask) -> Doors:
    """Return the doors of an application."""
    found = app.extensions.setdefault(_DOORS, Doors())
    assert isinstance(found, Doors)
    return found
