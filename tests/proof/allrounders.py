"""Clerks who work in masks, by programs, with many records at once and with files while the server's processes die.

A request for many records and a file are carried out wholly or not at all: whoever sent one knows each of its orders,
and each is compared with what was acknowledged, as those are that were sent one by one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final
from urllib.parse import quote

from bench.client import forms_of
from tests.functional.exchange.desk import written
from tests.proof.callers import Answer
from tests.proof.clerks import Clerk, Order
from tests.proof.trade import MOST_PIECES

#: Of one request for many, or of one file.
_MOST_NEW: Final = 3
_MOST_CHANGED: Final = 3
_IMPORT: Final = "/e/order/-/import"
_HEADINGS: Final = ("id", "version", "name", "note", "customer")


class Allrounder(Clerk):
    """Somebody at work through every door; see `Clerk`."""

    mix: ClassVar[Mapping[str, int]] = {
        **Clerk.mix,
        "api_create": 12,
        "api_edit": 12,
        "api_retire": 8,
        "api_restore": 8,
        "api_refused": 8,
        "bulk": 14,
        "refused_bulk": 6,
        "import": 10,
        "refused_import": 6,
    }

    # -- the API -------------------------------------------------------------------------------------------------------

    def _api_create(self) -> None:
        order = self.new()
        answer = self.call("POST", "/order", _values(order))
        if self._answered(f"create {order.name}", answer, 201, "api creates"):
            order.id = json.loads(answer.body)["id"]

    def _api_edit(self) -> None:
        order = self.some(archived=False)
        if order is None:
            return
        note = order.next_note
        answer = self.call("PATCH", f"/order/{order.id}", {"note": note}, order.version)
        if self._answered(f"change {order.name}", answer, 200, "api edits"):
            self._changed(order, json.loads(answer.body)["version"], note=note)

    def _api_retire(self) -> None:
        order = self.some(archived=False)
        if order is None:
            return
        answer = self.call("DELETE", f"/order/{order.id}", version=order.version)
        if self._answered(f"archive {order.name}", answer, 204, "api retires"):
            self._changed(order, order.version + 1, archived=True)

    def _api_restore(self) -> None:
        order = self.some(archived=True)
        if order is None:
            return
        answer = self.call("POST", f"/order/{order.id}/restore", version=order.version)
        if self._answered(f"bring back {order.name}", answer, 200, "api restores"):
            self._changed(order, json.loads(answer.body)["version"], archived=False)

    def _api_refused(self) -> None:
        """Send what must be refused: too much, found when everything is written, or a version that isn't stored."""
        order = self.some(archived=False) if self.chance.random() < 0.5 else None
        if order is None:
            answer = self.call("POST", "/order", _with_too_many(self.unwanted()))
            self._answered("create too much", answer, 422, "api refusals")
        else:
            other = order.version + self.chance.choice((-1, 1))
            answer = self.call("PATCH", f"/order/{order.id}", {"note": "stale"}, other)
            self._answered(f"change {order.name} from another version", answer, 412, "api refusals")

    # -- many at once --------------------------------------------------------------------------------------------------

    def _bulk(self) -> None:
        new = [self.new() for _ in range(self.chance.randint(1, _MOST_NEW))]
        stored = self.several(_MOST_CHANGED, archived=False)
        retired, changed = stored[_MOST_CHANGED - 1 :], stored[: _MOST_CHANGED - 1]
        notes = [order.next_note for order in changed]
        answer = self._sent_together([_values(order) for order in new], list(zip(changed, notes, strict=True)), retired)
        if not self._answered(f"many with {new[0].name}", answer, 200, "bulks"):
            return
        told = json.loads(answer.body)
        for order, made in zip(new, told["created"], strict=True):
            order.id = made["id"]
        for order, note, made in zip(changed, notes, told["updated"], strict=True):
            self._changed(order, made["version"], note=note)
        for order, made in zip(retired, told["retired"], strict=True):
            self._changed(order, made["version"], archived=True)
        self.counts["records by bulk"] += len(new) + len(stored)

    def _refused_bulk(self) -> None:
        """Send many of which only the last is refused, and that when everything is written."""
        good, bad = self.unwanted(), self.unwanted()
        stored = [(order, "refused") for order in self.several(_MOST_CHANGED, archived=False)]
        answer = self._sent_together([_values(good), _with_too_many(bad)], stored[1:], [one for one, _ in stored[:1]])
        self._answered(f"many with {bad.name}", answer, 422, "refused bulks")

    def _sent_together(
        self, new: Sequence[Mapping[str, Any]], changed: Sequence[tuple[Order, str]], retired: Sequence[Order]
    ) -> Answer:
        update = [{"id": order.id, "version": order.version, "values": {"note": note}} for order, note in changed]
        retire = [{"id": order.id, "version": order.version} for order in retired]
        return self.call("POST", "/order/bulk", {"create": new, "update": update, "retire": retire})

    # -- a file --------------------------------------------------------------------------------------------------------

    def _import(self) -> None:
        new = [self.new() for _ in range(self.chance.randint(1, _MOST_NEW))]
        for order in new:
            order.lines, order.watchers = 0, ()  # a file has no place for them
        changed = self.several(_MOST_CHANGED, archived=False)
        notes = [order.next_note for order in changed]
        form = self._checked(new, list(zip(changed, notes, strict=True)))
        answer = self.send("POST", f"{_IMPORT}/run", form)
        if not self._answered(f"file with {new[0].name}", answer, 303, "imports"):
            return
        for order, note in zip(changed, notes, strict=True):
            self._changed(order, order.version + 1, note=note)
        ids = self._ids(new)
        for order in new:
            order.id = ids[order.name]
        self.counts["records by import"] += len(new) + len(changed)

    def _refused_import(self) -> None:
        """Import a file that was right when it was checked; then somebody changed one of its records."""
        order = self.some(archived=False)
        if order is None:
            return
        form = self._checked([self.unwanted(), self.unwanted()], [(order, "refused")])
        self.edit(order)
        self._answered(f"file with {order.name}", self.send("POST", f"{_IMPORT}/run", form), 422, "refused imports")

    def _checked(self, new: Sequence[Order], changed: Sequence[tuple[Order, str]]) -> dict[str, object]:
        """Have a file checked and return the form that imports it."""
        rows: list[tuple[object, ...]] = [_HEADINGS]
        rows += [("", "", order.name, order.note, 1) for order in new]
        rows += [(order.id, order.version, order.name, note, 1) for order, note in changed]
        answer = self.upload(_IMPORT, written([[str(cell) for cell in row] for row in rows]))
        self._answered("check of a file", answer, 200, "checks")
        form = next(one for one in forms_of(answer.body.decode()) if one.action == f"{_IMPORT}/run")
        return {name: value for name, value in form.fields if name != "csrf_token"}

    def _ids(self, orders: Sequence[Order]) -> dict[str, int]:
        """Return the ids of orders by their names; who has imported a file isn't told them."""
        named = " or ".join(f'name = "{order.name}"' for order in orders)
        answer = self.call("GET", f"/order?filter={quote(named)}")
        self._answered("look for what was imported", answer, 200, "looks")
        return {one["name"]: one["id"] for one in json.loads(answer.body)["items"]}

    # -- all of them ---------------------------------------------------------------------------------------------------

    def _answered(self, what: str, answer: Answer, good: int, counted: str) -> bool:
        """Return whether the answer is the one that it has to be, and count it."""
        if answer.status == good:
            self.counts[counted] += 1
            return True
        self.wrong.append(f"{what}: {answer.status}")
        return False

    def _changed(self, order: Order, version: int, *, note: str | None = None, archived: bool | None = None) -> None:
        """Note a change that was acknowledged, and the version that was told."""
        order.saves += 1
        order.note = order.note if note is None else note
        order.archived = order.archived if archived is None else archived
        if version != order.version:
            self.wrong.append(f"{order.name} was told to have version {version}, not {order.version}")


def _values(order: Order) -> dict[str, Any]:
    lines = [{"name": f"{order.name}l{number}", "amount": number + 1} for number in range(order.lines)]
    return {
        "name": order.name,
        "note": order.note,
        "customer": 1,
        "watchers": list(order.watchers),
        "lines": lines,
    }


def _with_too_many(order: Order) -> dict[str, Any]:
    return _values(order) | {"lines": [{"name": order.name, "amount": MOST_PIECES + 1}]}
