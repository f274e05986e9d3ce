"""Limits on attempts: Flask-Limiter counts in the product's own table; and turns where passwords are checked."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
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
_SECONDS: Final = 3.0
#: Guessing goes no faster than two passwords a second, and leaves nine tenths of the time to everybody's pages.
_REST: Final = 0.5
#: How long a failure counts against an address that waits for its turn, and how many of them a worker remembers.
_LATELY: Final = 600.0
_MOST_KNOWN: Final = 10_000
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


@dataclass(slots=True, eq=False)
class _Visitor:
    """Somebody who waits for his turn: how often he failed lately, and what became of his waiting."""

    failures: int
    admitted: bool = False
    dismissed: bool = False


class Turns:
    """Lets few visitors at a time to something dear; few more wait, all others are sent away at once.

    Whoever failed least of late goes first, and takes the place of somebody who failed more often where all are taken:
    somebody who guesses, be it from many addresses, doesn't keep those out who know their password.

    Args:
        at_once: how many are let in together.
        waiting: how many more may wait; each holds a thread of the worker.
        seconds: how long one waits.
        rest: for how long nobody is let in after a failure, in seconds. Whoever knows his password never begins it.
    """

    def __init__(
        self, at_once: int = _AT_ONCE, waiting: int = _WAITING, seconds: float = _SECONDS, rest: float = _REST
    ) -> None:
        self._changed = threading.Condition()
        self._free, self._most = at_once, waiting
        self._waiting: list[_Visitor] = []
        self._seconds, self._rest = seconds, rest
        self._rested_at = 0.0
        self._failures = _Failures()

    def is_full(self, who: str) -> bool:
        """Return whether somebody who came now would be sent away.

        Args:
            who: his address, as failures are counted.
        """
        with self._changed:
            return not self._has_room(self._failures.of(who))

    def note_failure(self, who: str) -> None:
        """Begin a rest; to be called by whoever has the turn."""
        with self._changed:
            self._rested_at = time.monotonic() + self._rest
            self._failures.add(who)

    @contextmanager
    def turn(self, who: str) -> Iterator[bool]:
        """Wait for one's turn; gives whether it came.

        Args:
            who: the visitor's address, as failures are counted.
        """
        if not self._enter(who):
            yield False
            return
        try:
            time.sleep(max(0.0, self._rested_at - time.monotonic()))
            yield True
        finally:
            self._leave()

    def _enter(self, who: str) -> bool:
        with self._changed:
            mine = _Visitor(self._failures.of(who))
            if self._free and not self._waiting:
                self._free -= 1
                return True
            if not self._has_room(mine.failures):
                return False
            if len(self._waiting) >= self._most:
                worst = max(self._waiting, key=lambda one: one.failures)
                worst.dismissed = True
                self._waiting.remove(worst)
                self._changed.notify_all()
            self._waiting.append(mine)
            self._changed.wait_for(lambda: mine.admitted or mine.dismissed, self._seconds)
            if mine in self._waiting:
                self._waiting.remove(mine)
            return mine.admitted

    def _has_room(self, failures: int) -> bool:
        if self._free and not self._waiting:
            return True
        return len(self._waiting) < self._most or any(one.failures > failures for one in self._waiting)

    def _leave(self) -> None:
        with self._changed:
            if not self._waiting:
                self._free += 1
                return
            following = min(self._waiting, key=lambda one: one.failures)
            self._waiting.remove(following)
            following.admitted = True
            self._changed.notify_all()


class _Failures:
    """Counts who failed how often of late; only a worker's memory, to tell who goes first."""

    def __init__(self, seconds: float = _LATELY, most: int = _MOST_KNOWN) -> None:
        self._known: OrderedDict[str, tuple[int, float]] = OrderedDict()
        self._seconds, self._most = seconds, most

    def of(self, who: str) -> int:
        """Return how often somebody failed of late."""
        number, until = self._known.get(who, (0, 0.0))
        return number if until > time.monotonic() else 0

    def add(self, who: str) -> None:
        """Count a failure."""
        self._known[who] = (self.of(who) + 1, time.monotonic() + self._seconds)
        self._known.move_to_end(who)
        while len(self._known) > self._most:
            self._known.popitem(last=False)


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
