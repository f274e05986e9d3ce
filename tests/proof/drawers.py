"""Who draws numbers through HTTP while the server's processes die: people in masks, programs through the API.

Each number that was drawn is noted with what was acknowledged of it, and when; nobody touches another one's orders.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tests.proof.callers import Answer, Caller, Seat
from tests.proof.trade import MOST_PIECES

#: How often each thing is done, of a hundred. Billing draws a second number for an order that is there.
_MIX: Final = (("create", 62), ("bill", 25), ("refused", 13))
#: Both ranges; see `tests.proof.trade`.
RANGES: Final = ("order_no", "bill_no")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A number that must have been drawn.

    Args:
        range_key: the field that holds it.
        name: of the order; no other one has it.
        record: the order's id.
        number: the number as it was told, or None where the answer tells none, as that to a mask.
        sent, answered: when it was asked for first, and when that was acknowledged.
    """

    range_key: str
    name: str
    record: int
    number: str | None
    sent: float
    answered: float


class Drawer(Caller):
    """Somebody who makes orders and bills, and sends what is refused when its numbers are drawn already.

    Args:
        number: tells them apart; every other one is a program.
        seat: where he sits.
        seed: what his random choices begin with.
        share: how many numbers he draws at least.
    """

    def __init__(self, number: int, seat: Seat, seed: int, share: int) -> None:
        super().__init__(number, seat, seed)
        self.share = share
        self.drawn: list[Drawn] = []
        self._unbilled: list[Drawn] = []
        #: Names of orders that were refused.
        self.refused: list[str] = []

    def done(self) -> bool:
        """Return whether he has drawn his share."""
        return len(self.drawn) >= self.share

    def step(self) -> None:
        """Do one of the things, by chance."""
        things, weights = [thing for thing, _ in _MIX], [weight for _, weight in _MIX]
        match self.chance.choices(things, weights)[0]:
            case "refused":
                self._refuse()
            case "bill" if self._unbilled:
                self._bill(self._unbilled.pop(self.chance.randrange(len(self._unbilled))))
            case _:
                self._create()

    @property
    def _program(self) -> bool:
        return bool(self.number % 2)

    def _create(self) -> None:
        name, sent = f"d{self.number}o{len(self.drawn)}x", time.monotonic()
        answer = self._made(name, 1)
        if answer.status != (201 if self._program else 303):
            self.wrong.append(f"create {name}: {answer.status}")
            return
        self._note("order_no", name, answer.record, answer, sent)
        self._unbilled.append(self.drawn[-1])

    def _refuse(self) -> None:
        """Order too much: that is found out when everything is written."""
        name = f"r{self.number}o{len(self.refused)}x"
        self.refused.append(name)
        self.counts["refusals"] += 1
        answer = self._made(name, MOST_PIECES + 1)
        if answer.status != 422:
            self.wrong.append(f"refused {name}: {answer.status}")

    def _made(self, name: str, amount: int) -> Answer:
        if self._program:
            return self.call("POST", "/order", {"name": name, "lines": [{"name": f"{name}l", "amount": amount}]})
        form = {"name": name, "lines-0-name": f"{name}l", "lines-0-amount": amount, "_sent": "lines"}
        return self.send("POST", "/r/order/new", form)

    def _bill(self, order: Drawn) -> None:
        sent = time.monotonic()
        if self._program:
            answer = self.call("PATCH", f"/order/{order.record}", {"billed": True}, version=1)
        else:
            answer = self.send("POST", f"/r/order/{order.record}/edit", {"version": 1, "billed": "true"})
        if answer.status != (200 if self._program else 303):
            self.wrong.append(f"bill {order.name}: {answer.status}")
            return
        self._note("bill_no", order.name, order.record, answer, sent)

    def _note(self, range_key: str, name: str, record: int, answer: Answer, sent: float) -> None:
        told = json.loads(answer.body)[range_key] if self._program else None
        self.counts[f"{range_key} drawn"] += 1
        self.counts["numbers told"] += told is not None
        self.drawn.append(Drawn(range_key, name, record, told, sent, time.monotonic()))


def wrongs(drawers: Iterable[Drawer], rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Return everything that shouldn't be as it is, in words.

    Args:
        drawers: who have done.
        rows: the orders, as they are stored.
    """
    stored = {row["name"]: row for row in rows}
    everybody = list(drawers)
    for drawer in everybody:
        yield from drawer.wrong
        yield from (f"{name} was refused and is there" for name in drawer.refused if name in stored)
    drawn = [one for drawer in everybody for one in drawer.drawn]
    for one in drawn:
        row = stored.get(one.name)
        if row is None or row["id"] != one.record:
            yield f"{one.name} was acknowledged as {one.record}; there is {row}"
        elif one.number not in (None, row[one.range_key]) or row[one.range_key] is None:
            yield f"{one.name} has the {one.range_key} {row[one.range_key]}, acknowledged was {one.number}"
    for range_key in RANGES:
        told = [(_counter(stored[one.name][range_key]), one) for one in drawn if one.range_key == range_key]
        yield from _disordered(sorted(told, key=lambda pair: pair[0], reverse=True))


def _counter(number: str) -> tuple[int, int]:
    _, year, counter = number.split("-")
    return int(year), int(counter)


def _disordered(told: Iterable[tuple[tuple[int, int], Drawn]]) -> Iterator[str]:
    """Whoever asks after another one was answered draws a higher number; the numbers come in descending order."""
    earliest: Drawn | None = None
    for number, one in told:
        if earliest is not None and earliest.answered < one.sent:
            yield f"{one.name} has {number}, though {earliest.name} with a higher number was answered before"
        if earliest is None or one.answered < earliest.answered:
            earliest = one
