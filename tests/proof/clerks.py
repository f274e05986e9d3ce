"""Clerks who work through HTTP while the server's processes die, and who write down what was acknowledged to them.

Acknowledged means: the whole answer was read, and it says that the request was carried out. What was under way when a
process died may have happened or not; but it must not have happened twice or by halves.
"""

from __future__ import annotations

import http.client
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode

_TIMEOUT: Final = 60.0
_VERSION: Final = re.compile(r'name="version" value="(\d+)"')
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
        perhaps: notes that were sent since then and not answered.
        archived: what was acknowledged last.
        perhaps_archived: whether a change of that was sent since then and not answered.
        version: what the clerk believes it to be.
        saves: acknowledged changes.
        unanswered: changes that weren't answered, over its whole life.
    """

    name: str
    lines: int
    watchers: tuple[int, ...]
    id: int | None = None
    note: str = ""
    perhaps: set[str] = field(default_factory=set)
    archived: bool = False
    perhaps_archived: bool = False
    version: int = 1
    saves: int = 0
    unanswered: int = 0


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

    def _ask(self, method: str, path: str, form: Mapping[str, object] | None = None) -> tuple[int, str, str] | None:
        """Send a request and return status, location and body, or None when the answer didn't come whole."""
        connection = http.client.HTTPConnection("127.0.0.1", self.seat.port, timeout=_TIMEOUT)
        headers = {"Cookie": self.seat.cookie, "Sec-Fetch-Site": "same-origin"}
        body = None
        if form is not None:
            body = urlencode({"csrf_token": self.seat.token, **form}, doseq=True)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        started = time.monotonic()
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        except _LOST:
            self.counts["unanswered"] += 1
            return None
        finally:
            connection.close()
            self.longest = max(self.longest, time.monotonic() - started)
        if answer.status >= 500:
            self.wrong.append(f"{method} {path}: {answer.status}")
        self.counts[f"answered {answer.status}"] += 1
        return answer.status, answer.headers.get("Location", ""), text

    def _create(self) -> None:
        name = f"c{self.number}o{len(self.orders)}x"
        watchers = tuple(sorted(self.chance.sample(range(1, CUSTOMERS + 1), self.chance.randrange(3))))
        order = Order(name, self.chance.randint(1, MOST_LINES), watchers, note=f"{name}n0")
        self.orders.append(order)
        answer = self._ask("POST", "/r/order/new", _form(order))
        if answer is None:
            return
        if answer[0] == 303:
            order.id = int(answer[1].rpartition("/")[2])
            self.counts["creates"] += 1
        else:
            self.wrong.append(f"create {name}: {answer[0]}")

    def _refused(self) -> None:
        """Send what must be refused: a line whose amount is no number comes after much that is right."""
        name = f"r{self.number}o{self.counts['refusals']}x"
        form = _form(Order(name, 2, (1,), note=f"{name}n0")) | {"lines-1-amount": "many"}
        self.counts["refusals"] += 1
        self.refused.append(name)
        answer = self._ask("POST", "/r/order/new", form)
        if answer is not None and answer[0] != 422:
            self.wrong.append(f"refused {name}: {answer[0]}")

    def _look(self) -> None:
        self._ask("GET", "/e/order")

    def _edit(self) -> None:
        order = self._some(archived=False)
        if order is None:
            return
        note = f"{order.name}n{order.saves + order.unanswered + 1}"
        answer = self._ask("POST", f"/r/order/{order.id}/edit", {"note": note, "version": order.version})
        if answer is None:
            order.perhaps.add(note)
            self._find_out(order)
        elif answer[0] == 303:
            order.note, order.perhaps = note, set()
            self._saved(order, "edits")
        elif answer[0] == 409:
            self._find_out(order)
        else:
            self.wrong.append(f"edit {order.name}: {answer[0]}")

    def _retire(self) -> None:
        self._archive(self._some(archived=False), to=True)

    def _restore(self) -> None:
        self._archive(self._some(archived=True), to=False)

    def _archive(self, order: Order | None, *, to: bool) -> None:
        if order is None:
            return
        verb = "retire" if to else "restore"
        answer = self._ask("POST", f"/r/order/{order.id}/{verb}", {"version": order.version})
        if answer is None:
            order.perhaps_archived = True
            order.unanswered += 1
        elif answer[0] == 303:
            order.archived, order.perhaps_archived = to, False
            self._saved(order, f"{verb}s")
        elif answer[0] != 409:
            self.wrong.append(f"{verb} {order.name}: {answer[0]}")

    def _saved(self, order: Order, what: str) -> None:
        order.version += 1
        order.saves += 1
        self.counts[what] += 1

    def _some(self, *, archived: bool) -> Order | None:
        """Return an order whose state is known."""
        known = [o for o in self.orders[-40:] if o.id is not None and not o.perhaps_archived and o.archived is archived]
        return self.chance.choice(known) if known else None

    def _find_out(self, order: Order) -> None:
        """Look which version an order has, after an answer that didn't come or a conflict.

        The database may still be about to commit what a dead process had sent, so this is a hint and no proof; a
        version that is too low only leads to another conflict.
        """
        order.unanswered += 1
        answer = self._ask("GET", f"/r/order/{order.id}/edit")
        found = None if answer is None else _VERSION.search(answer[2])
        if found is not None:
            order.version = int(found[1])


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
