"""A value that occurs once: whatever door it comes through, one wins, and the other learns who as far as he may."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from app.errors import InvalidData
from app.records import actions
from app.records.bulk import update_many
from tests.functional.records.desk import Desk, refusal
from tests.support.install import install
from tests.support.orders import write_orders

#: Long enough for a writer to come as far as the value that somebody else is about to take.
_MEANWHILE = 0.3
_TAKEN = {"code": ("unique.taken",)}


@pytest.fixture
def orders(database_url: str, tmp_path: Path) -> Iterator[Desk]:
    """Return a desk with the documents of orders, for somebody who may do everything with them."""
    installation = install(database_url, write_orders(tmp_path / "documents"))
    yield Desk(installation.database, installation.store).as_user("boss")
    installation.close()


def _told(act: Callable[[], object]) -> str:
    """Return the sentence with which something is refused."""
    with pytest.raises(InvalidData) as caught:
        act()
    errors = caught.value.errors
    (error,) = [*errors.record, *(one for found in errors.fields.values() for one in found)]
    return error.message.en


def test_a_record_that_comes_back_finds_its_value_taken(orders: Desk) -> None:
    order = orders.create("order", name="Alt", code="7")
    with orders.ctx() as ctx:
        actions.retire(ctx, "order", order, 1)
    orders.create("order", name="Neu", code="7")
    orders.create("order", name="Leer")
    before = orders.rows("order")

    def restore() -> None:
        with orders.ctx() as ctx:
            actions.restore(ctx, "order", order, 2)

    assert refusal(restore) == _TAKEN
    assert "“Neu”" in _told(restore)
    assert orders.rows("order") == before
    orders.update("order", before[1]["id"], 1, code="")
    restore()
    assert orders.row("order", order)["archived_at"] is None


def test_a_line_that_moves_finds_its_name_taken(orders: Desk) -> None:
    """One of the values of the group is a reference: to move is to change it."""
    orders.create("order", name="A", items=[{"name": "Schraube"}])
    orders.create("order", name="B", items=[{"name": "Schraube"}, {"name": "Mutter"}])
    (_, screw, nut), (one, other) = orders.rows("item"), orders.rows("order")
    assert refusal(lambda: orders.update("item", screw["id"], 1, order=one["id"])) == {"name": ("unique.taken",)}
    assert "“Schraube”" in _told(lambda: orders.update("item", screw["id"], 1, order=one["id"]))
    assert orders.rows("item")[1] == screw
    orders.update("item", nut["id"], 1, order=one["id"])
    assert orders.row("item", nut["id"])["order"] == one["id"]
    assert orders.row("order", other["id"])["name"] == "B"


def test_many_at_once_collide_with_others_and_among_themselves(orders: Desk) -> None:
    ids = [orders.create("order", name=name, code=name) for name in "ab"]
    orders.create("order", name="c", code="c")
    before = orders.rows("order")

    def change(*codes: str) -> None:
        with orders.ctx() as ctx:
            changes: dict[int, dict[str, Any]] = {one: {"code": code} for one, code in zip(ids, codes, strict=True)}
            update_many(ctx, "order", changes, dict.fromkeys(ids, 1))

    assert refusal(lambda: change("x", "c")) == {"[1].code": ("unique.taken",)}
    assert refusal(lambda: change("x", "x")) == {"[1].code": ("unique.twice",)}
    assert orders.rows("order") == before
    change("x", "y")
    assert [row["code"] for row in orders.rows("order")] == ["x", "y", "c"]


@pytest.mark.parametrize("kind", ["create", "update", "restore", "bulk"])
def test_of_two_writers_at_the_same_moment_exactly_one_wins(orders: Desk, kind: str) -> None:
    """The other one is told which record is in the way if he may read it, and that there is one if he may not."""
    for role, shown in (("mixed", True), ("own", False)):
        writer = orders.as_user(role)
        code = f"{kind}-{role}"
        mine = writer.create("order", name="Meiner", code=code if kind == "restore" else None)
        if kind == "restore":
            with writer.ctx() as ctx:
                actions.retire(ctx, "order", mine, 1)
        sentence = _overtaken(orders, code, partial(_write, writer, kind, mine, code))
        assert ("“Schneller”" in sentence) is shown, sentence
        assert "value" in sentence
        holders = [row["name"] for row in orders.rows("order") if row["code"] == code and row["archived_at"] is None]
        assert holders == ["Schneller"]


def _overtaken(orders: Desk, code: str, slower: Callable[[], object]) -> str:
    """Take a value while somebody else is about to take it, and return what he is told."""
    said: list[str] = []
    with orders.ctx() as ctx:
        actions.create(ctx, "order", {"name": "Schneller", "code": code})
        thread = threading.Thread(target=lambda: said.append(_told(slower)))
        thread.start()
        thread.join(_MEANWHILE)
        assert thread.is_alive(), "the slower one has to wait for the value that is being taken"
    thread.join()
    return said[0]


def _write(writer: Desk, kind: str, mine: int, code: str) -> None:
    with writer.ctx() as ctx:
        if kind == "create":
            actions.create(ctx, "order", {"name": "Langsamer", "code": code})
        elif kind == "update":
            actions.update(ctx, "order", mine, {"code": code}, 1)
        elif kind == "restore":
            actions.restore(ctx, "order", mine, 2)
        else:
            update_many(ctx, "order", {mine: {"code": code}}, {mine: 1})
