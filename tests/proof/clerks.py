"""Clerks who work through HTTP while the server's processes die, and who write down what was acknowledged to them.

Acknowledged means: the whole answer was read, and it says that the request was carried out. Where no answer comes, a
clerk sends the same form again with the same key, as a browser does when somebody presses the button once more. So in
the end each of his requests was answered, and must have been carried out exactly once.
"""

from __future__ import annotations

import http.client
import random
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

_TIMEOUT: Final = 60.0
#: How often a request is sent before it counts as one that nobody answers.
_TRIES: Final = 30
_LOST: Final = (ConnectionError, http.client.HTTPException, TimeoutError)
#: How often each thing is done, of a hundred: what is left is looking.
_MIX: Final = (("create", 45), ("edit", 30), ("retire", 8), ("restore", 7), ("refused", 5), ("look", 5))
CUSTOMERS: Final = 5
MOST_LINES: Final = 3


@dataclass(frozen=True, slots=True)
class Seat:
    """What a clerk is signed in with."""

    port: int
    cookie: str
    token: str


@dataclass(slots=True)
class Order:
    """What a clerk knows of an order of his; nobody else touches it.

    Args:
        name: its name, which no other order has.
        lines: how many lines it was sent with.
        watchers: ids of the customers that it was sent with.
        id: its id, None as long as nothing about it was acknowledged.
        note: the last note that was acknowledged.
        archived: what was acknowledged last.
        saves: acknowledged changes.
    """

    name: str
    lines: int
    watchers: tuple[int, ...]
    id: int | None = None
    note: str = ""
    archived: bool = False
    saves: int = 0

    @property
    def version(self) -> int:
        """Return the version that it must have."""
        return 1 + self.saves


class Clerk:
    """Somebody at work.

    Args:
        number: tells the clerks apart.
        seat: where he sits.
        seed: what his random choices begin with.
    """

    def __init__(self, number: int, seat: Seat, seed: int) -> None:
        self.number = number
        self.seat = seat
        self.chance = random.Random(f"{seed}-{number}")
        self.orders: list[Order] = []
        #: Names and notes whose requests were refused: nothing of them may be there.
        self.refused: list[str] = []
        self.counts: Counter[str] = Counter()
        self.longest = 0.0
        self.wrong: list[str] = []

    def work(self, over: threading.Event) -> None:
        """Work until it is over."""
        things = [name for name, _ in _MIX]
        weights = [weight for _, weight in _MIX]
        try:
            while not over.is_set():
                getattr(self, f"_{self.chance.choices(things, weights)[0]}")()
        except Exception as failure:  # noqa: BLE001 - a clerk is a thread: what goes wrong there is told by the test
            self.wrong.append(repr(failure))

    def _ask(self, method: str, path: str, form: Mapping[str, object] | None = None) -> tuple[int, str]:
        """Send a request, again with the same key as long as no answer comes; return status and location."""
        body = None
        if form is not None:
            self.counts["keys"] += 1
            key = f"clerk-{self.number:02d}-key-{self.counts['keys']:08d}"
            body = urlencode({"csrf_token": self.seat.token, "_once": key, **form}, doseq=True)
        started = time.monotonic()
        for _ in range(_TRIES):
            answer = self._once(method, path, body)
            if answer is not None:
                break
            self.counts["unanswered"] += 1
        else:
            raise TimeoutError(f"{method} {path} was never answered")
        self.longest = max(self.longest, time.monotonic() - started)
        if answer[0] >= 500:
            self.wrong.append(f"{method} {path}: {answer[0]}")
        self.counts[f"answered {answer[0]}"] += 1
        return answer

    def _once(self, method: str, path: str, body: str | None) -> tuple[int, str] | None:
        """Send a request once; return None when its answer didn't come whole."""
        connection = http.client.HTTPConnection("127.0.0.1", self.seat.port, timeout=_TIMEOUT)
        headers = {"Cookie": self.seat.cookie, "Sec-Fetch-Site": "same-origin"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            answer.read()
        except _LOST:
            return None
        finally:
            connection.close()
        return answer.status, answer.headers.get("Location", "")

    def _create(self) -> None:
        name = f"c{self.number}o{len(self.orders)}x"
        watchers = tuple(sorted(self.chance.sample(range(1, CUSTOMERS + 1), self.chance.randrange(3))))
        order = Order(name, self.chance.randint(1, MOST_LINES), watchers, note=f"{name}n0")
        self.orders.append(order)
        status, location = self._ask("POST", "/r/order/new", _form(order))
        if status == 303:
            order.id = int(location.rpartition("/")[2])
            self.counts["creates"] += 1
        else:
            self.wrong.append(f"create {name}: {status}")

    def _refused(self) -> None:
        """Send what must be refused: a line whose amount is no number comes after much that is right."""
        name = f"r{self.number}o{self.counts['refusals']}x"
        form = _form(Order(name, 2, (1,), note=f"{name}n0")) | {"lines-1-amount": "many"}
        self.counts["refusals"] += 1
        self.refused.append(name)
        status, _ = self._ask("POST", "/r/order/new", form)
        if status != 422:
            self.wrong.append(f"refused {name}: {status}")

    def _look(self) -> None:
        self._ask("GET", "/e/order")

    def _edit(self) -> None:
        order = self._some(archived=False)
        if order is None:
            return
        note = f"{order.name}n{order.saves + 1}"
        if self._saved(order, "edit", {"note": note}):
            order.note = note

    def _retire(self) -> None:
        self._archive(self._some(archived=False), to=True)

    def _restore(self) -> None:
        self._archive(self._some(archived=True), to=False)

    def _archive(self, order: Order | None, *, to: bool) -> None:
        if order is not None and self._saved(order, "retire" if to else "restore", {}):
            order.archived = to

    def _saved(self, order: Order, verb: str, form: Mapping[str, object]) -> bool:
        """Change an order and return whether that was acknowledged; nobody else changes it, so it has to be."""
        status, _ = self._ask("POST", f"/r/order/{order.id}/{verb}", {"version": order.version, **form})
        if status == 303:
            order.saves += 1
            self.counts[f"{verb}s"] += 1
            return True
        self.wrong.append(f"{verb} {order.name}: {status}")
        return False

    def _some(self, *, archived: bool) -> Order | None:
        known = [order for order in self.orders[-40:] if order.id is not None and order.archived is archived]
        return self.chance.choice(known) if known else None


def _form(order: Order) -> dict[str, object]:
    form: dict[str, object] = {
        "name": order.name,
        "note": order.note,
        "customer": 1,
        "watchers": order.watchers,
        "_sent": ["customer", "watchers", "lines"],
    }
    for number in range(order.lines):
        form[f"lines-{number}-name"] = f"{order.name}l{number}"
        form[f"lines-{number}-amount"] = number + 1
    return form
