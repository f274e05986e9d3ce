"""Pages while others try passwords: fifty sign-ins a second, and how long everybody else then waits for a list."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Final, Self

from bench.client import Client, forms_of
from bench.pages import LIST

#: Attempts to sign in a second, by so many visitors.
RATE: Final = 50
_VISITORS: Final = 10
_SECONDS: Final = 8.0
#: How many lists are asked for in each round; of fewer a 95th percentile says little.
PAGES: Final = 150
_PAUSE: Final = 0.02
_PASSWORD: Final = "ein-falsches-kennwort"
#: Sign-ins of somebody who knows his password while others guess, from so many addresses that none is shut so soon.
SIGN_INS: Final = 8
MANY: Final = tuple(f"127.0.1.{number}" for number in range(1, 9))
#: Until every address has been looked at once, and how long a person waits before he tries again.
_ALL_KNOWN: Final = 4.5
_AGAIN: Final = 0.5
#: Where the rushes come from, one after the other. Failed attempts are counted by address, in the database: a second
#: rush from the same one would be refused at the door, and from the address of whoever measures, the first one would
#: keep him out of the next server over the same database for a minute.
ELSEWHERE: Final = ("127.0.0.2", "127.0.0.3", "127.0.0.4")


def slowest_pages(client: Client, pages: int) -> tuple[float, float, int]:
    """Return the 95th percentile of a list in milliseconds, alone and during the rush, and how many tried to sign in.

    Args:
        client: somebody who is signed in; the rush goes to the same server.
        pages: how many lists are asked for in each round, at most `PAGES`.
    """
    pages = min(pages, PAGES)
    alone: list[float] = []
    busy: list[float] = []
    attempts = 0
    for address in ELSEWHERE:
        alone += _waits(lambda: client.get(LIST).seconds, pages)
        rush = _Rush(client.port, (address,))
        with rush:
            busy += _waits(lambda: client.get(LIST).seconds, pages)
        attempts += rush.attempts
    return _percentile(alone), _percentile(busy), attempts


def slowest_sign_in(port: int, email: str, password: str, sign_ins: int) -> tuple[float, float, int]:
    """Return how long the slowest of some sign-ins took, alone and during a rush, and how many tried meanwhile.

    Args:
        port: of the server on this machine.
        email, password: somebody who knows his password; where he is asked to try again, he does, and waits for that.
        sign_ins: how many of them; before fewer than `SIGN_INS`, the rush is left alone for less time.
    """
    known = _ALL_KNOWN * sign_ins / SIGN_INS
    alone = max(_until_in(port, email, password) for _ in range(sign_ins))
    with _Rush(port, MANY, known + _SECONDS) as rush:
        time.sleep(known)
        busy = max(_until_in(port, email, password) for _ in range(sign_ins))
    return alone * 1000, busy * 1000, rush.attempts


def _until_in(port: int, email: str, password: str) -> float:
    with Client(port) as client:
        form = forms_of(client.get("/login").text)[0]
        started = time.perf_counter()
        while client.post("/login", form.filled(email=email, password=password)).status not in (302, 303):
            time.sleep(_AGAIN)
        return time.perf_counter() - started


def _waits(ask: Callable[[], float], pages: int) -> Iterator[float]:
    """Ask at a person's pace and yield how many seconds each answer took."""
    for _ in range(pages):
        yield ask()
        time.sleep(_PAUSE)


def _percentile(seconds: Sequence[float]) -> float:
    """Return the 95th percentile in milliseconds."""
    return statistics.quantiles(seconds, n=20)[-1] * 1000


class _Rush:
    """Visitors who try wrong passwords for made-up accounts, together at a steady rate, until the block ends.

    Args:
        port: of the server on this machine.
        addresses: where they come from, one after the other.
        seconds: for how long at most.
    """

    def __init__(self, port: int, addresses: Sequence[str], seconds: float = _SECONDS) -> None:
        self.attempts = 0
        self._port = port
        self._addresses, self._seconds = addresses, seconds
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._visit, args=(number,)) for number in range(_VISITORS)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *about: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _visit(self, number: int) -> None:
        deadline = time.monotonic() + self._seconds
        with Client(self._port, self._addresses[number % len(self._addresses)]) as client:
            form = forms_of(client.get("/login").text)[0]
            tried = 0
            while not self._over.is_set() and time.monotonic() < deadline:
                started = time.monotonic()
                email = f"nobody{number}-{tried}@example.com"
                client.post("/login", form.filled(email=email, password=_PASSWORD))
                tried += 1
                self._over.wait(max(0.0, _VISITORS / RATE - (time.monotonic() - started)))
        with self._lock:
            self.attempts += tried
