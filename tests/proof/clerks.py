"""Clerks who work in masks while the server's processes die, and who write down what was acknowledged to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from tests.proof.callers import Caller, Seat

CUSTOMERS: Final = 5
MOST_LINES: Final = 3


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

    @property
    def next_note(self) -> str:
        """Return a note that it never had."""
        return f"{self.name}n{self.saves + 1}"


class Clerk(Caller):
    """Somebody at work in masks; see `Caller`."""

    #: What he does, and how often.
    mix: ClassVar[Mapping[str, int]] = {
        "create": 45,
        "edit": 30,
        "retire": 8,
        "restore": 7,
        "refused": 5,
        "look": 5,
    }

    def __init__(self, number: int, seat: Seat, seed: int) -> None:
        super().__init__(number, seat, seed)
        self.orders: list[Order] = []
        #: Names and notes whose requests were refused: nothing of them may be there.
        self.refused: list[str] = []

    def step(self) -> None:
        """Do one of the things, by chance."""
        getattr(self, f"_{self.chance.choices(list(self.mix), list(self.mix.values()))[0]}")()

    def new(self) -> Order:
        """Return an order that is about to be sent."""
        name = f"c{self.number}o{len(self.orders)}x"
        watchers = tuple(sorted(self.chance.sample(range(1, CUSTOMERS + 1), self.chance.randrange(3))))
        order = Order(name, self.chance.randint(1, MOST_LINES), watchers, note=f"{name}n0")
        self.orders.append(order)
        return order

    def unwanted(self) -> Order:
        """Return an order whose request is going to be refused."""
        name = f"r{self.number}o{len(self.refused)}x"
        self.refused.append(name)
        return Order(name, 2, (1,), note=f"{name}n0")

    def some(self, *, archived: bool) -> Order | None:
        """Return one of the last orders that are in the archive, or that aren't."""
        return next(iter(self.several(1, archived=archived)), None)

    def several(self, most: int, *, archived: bool) -> list[Order]:
        """Return different ones of the last orders that are in the archive, or that aren't."""
        known = [order for order in self.orders[-40:] if order.id is not None and order.archived is archived]
        return self.chance.sample(known, min(most, len(known)))

    def _create(self) -> None:
        order = self.new()
        answer = self.send("POST", "/r/order/new", _form(order))
        if answer.status == 303:
            order.id = answer.record
            self.counts["creates"] += 1
        else:
            self.wrong.append(f"create {order.name}: {answer.status}")

    def _refused(self) -> None:
        """Send what must be refused: a line whose amount is no number comes after much that is right."""
        order = self.unwanted()
        self.counts["refusals"] += 1
        status = self.send("POST", "/r/order/new", _form(order) | {"lines-1-amount": "many"}).status
        if status != 422:
            self.wrong.append(f"refused {order.name}: {status}")

    def _look(self) -> None:
        self.send("GET", "/e/order")

    def _edit(self) -> None:
        order = self.some(archived=False)
        if order is not None:
            self.edit(order)

    def edit(self, order: Order) -> None:
        """Change an order's note in its mask."""
        note = order.next_note
        if self._saved(order, "edit", {"note": note}):
            order.note = note

    def _retire(self) -> None:
        self._archive(self.some(archived=False), to=True)

    def _restore(self) -> None:
        self._archive(self.some(archived=True), to=False)

    def _archive(self, order: Order | None, *, to: bool) -> None:
        if order is not None and self._saved(order, "retire" if to else "restore", {}):
            order.archived = to

    def _saved(self, order: Order, verb: str, form: Mapping[str, object]) -> bool:
        """Change an order and return whether that was acknowledged; nobody else changes it, so it has to be."""
        status = self.send("POST", f"/r/order/{order.id}/{verb}", {"version": order.version, **form}).status
        if status == 303:
            order.saves += 1
            self.counts[f"{verb}s"] += 1
            return True
        self.wrong.append(f"{verb} {order.name}: {status}")
        return False


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
