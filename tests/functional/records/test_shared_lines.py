"""A line may be a line of two records, a part of a deal and of a bill: neither is changed behind the other's back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import func, select

from app.errors import Conflict, InvalidData
from app.records import actions
from app.records.bulk import update_many
from app.records.unrecorded import unrecorded
from app.system.history import HISTORY
from tests.functional.records.desk import NOW, Desk, refusal
from tests.support.documents import entity, label, of
from tests.support.install import install, write_documents

_ALL: Final = {"create": True, "read": True, "update": True, "retire": True, "restore": True, "bulk": True}

DOCUMENTS: Final[Mapping[tuple[str, str], Any]] = {
    ("entities", "deal"): entity(
        "Geschäfte",
        {
            "name": of("text"),
            "total": of("integer", rollup={"entity": "part", "via": "deal", "aggregate": "sum", "field": "net"}),
            "parts": of("lines", entity="part", via="deal"),
            "fixed": of("lines", entity="stamp", via="deal", readonly=True),
        },
    ),
    ("entities", "bill"): entity(
        "Rechnungen",
        {
            "name": of("text"),
            "sent": of("boolean"),
            "most": of("integer"),
            "parts": of("lines", entity="part", via="bill"),
        },
        locks=[{"id": "sent", "if": "sent", "except": ["sent"], "message": label("Verschickt.")}],
        rules=[{"id": "cap", "check": "sum(parts.net) <= most", "message": label("Zu viel.")}],
    ),
    ("entities", "part"): entity(
        "Teile",
        {
            "name": of("text"),
            "net": of("integer"),
            "deal": of("reference", target="deal"),
            "bill": of("reference", target="bill"),
        },
    ),
    ("entities", "stamp"): entity("Stempel", {"name": of("text"), "deal": of("reference", target="deal")}),
    ("roles", "boss"): {"label": label("Chef"), "entities": {"*": _ALL}},
    ("roles", "clerk"): {"label": label("Kraft"), "entities": {"*": _ALL, "bill": {"read": True}}},
    ("roles", "seller"): {"label": label("Verkauf"), "entities": {"*": _ALL, "deal": {**_ALL, "update": "own"}}},
}


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Iterator[Desk]:
    """Return an installation whose parts belong to a deal and to a bill."""
    installation = install(database_url, write_documents(tmp_path / "documents", DOCUMENTS))
    yield Desk(installation.database, installation.store)
    installation.database.close()


class Shared:
    """A part that a deal and a bill have in common, and what can be done through the deal."""

    def __init__(self, desk: Desk, role: str = "boss") -> None:
        self.desk = desk
        self.writer = desk.as_user(role)
        self.bill = desk.create("bill", name="R1", most=100)
        self.deal = desk.create("deal", name="D1")
        self.part = desk.create("part", name="p", net=10, deal=self.deal, bill=self.bill)

    def version(self, entity_key: str) -> int:
        return int(self.desk.row(entity_key, getattr(self, entity_key))["version"])

    def send(self, *, sent: bool = True) -> None:
        self.desk.update("bill", self.bill, self.version("bill"), sent=sent)

    def through_deal(self, *rows: Mapping[str, Any]) -> int:
        return self.writer.update("deal", self.deal, self.version("deal"), parts=list(rows))

    def retire(self) -> int:
        with self.writer.ctx() as ctx:
            return actions.retire(ctx, "deal", self.deal, self.version("deal"))

    def restore(self) -> int:
        with self.writer.ctx() as ctx:
            return actions.restore(ctx, "deal", self.deal, self.version("deal"))

    def rows(self) -> list[tuple[Any, ...]]:
        """Return all that the tests look at, to see that nothing was written."""
        keys = ("id", "version", "archived_at")
        return [tuple(row[key] for key in keys) for name in ("deal", "bill", "part") for row in self.desk.rows(name)]


#: What somebody does to a line through the other record, by name.
WAYS: Final[Mapping[str, Callable[[Shared], int]]] = {
    "changed": lambda one: one.through_deal({"id": one.part, "net": 12}),
    "added": lambda one: one.through_deal({"id": one.part}, {"name": "q", "net": 1, "bill": one.bill}),
    "left out": lambda one: one.through_deal(),
    "moved away": lambda one: one.through_deal({"id": one.part, "bill": None}),
    "archived along": lambda one: one.retire(),
}


@pytest.mark.parametrize("way", WAYS)
def test_the_other_record_has_a_new_version_and_a_history_of_it(desk: Desk, way: str) -> None:
    shared = Shared(desk)
    before, entries = shared.version("bill"), _entries(desk, "bill", shared.bill)
    WAYS[way](shared)
    assert shared.version("bill") == before + 1
    assert _entries(desk, "bill", shared.bill) == entries + 1
    assert desk.row("bill", shared.bill)["updated_by"] == shared.writer.actor.id
    with desk.ctx() as ctx:
        assert not list(unrecorded(ctx.connection, ctx.snapshot))


@pytest.mark.parametrize("way", WAYS)
def test_who_has_seen_the_other_record_before_is_told(desk: Desk, way: str) -> None:
    shared = Shared(desk)
    seen = shared.version("bill")
    WAYS[way](shared)
    with pytest.raises(Conflict):
        shared.writer.update("bill", shared.bill, seen, parts=[{"id": shared.part, "net": 10}])


@pytest.mark.parametrize("way", WAYS)
def test_a_lock_of_the_other_record_holds(desk: Desk, way: str) -> None:
    shared = Shared(desk)
    shared.send()
    before = shared.rows()
    with pytest.raises(InvalidData):
        WAYS[way](shared)
    assert shared.rows() == before
    shared.send(sent=False)
    WAYS[way](shared)
    assert shared.rows() != before


@pytest.mark.parametrize("way", WAYS)
def test_who_may_not_update_the_other_record_may_not_change_its_lines(desk: Desk, way: str) -> None:
    shared = Shared(desk, "clerk")
    before = shared.rows()
    with pytest.raises(InvalidData):
        WAYS[way](shared)
    assert shared.rows() == before


def test_a_rule_of_the_other_record_is_kept(desk: Desk) -> None:
    shared = Shared(desk)
    before = shared.rows()
    assert "" in refusal(lambda: shared.through_deal({"id": shared.part, "net": 101}))
    assert "" in refusal(
        lambda: shared.through_deal({"id": shared.part}, {"name": "q", "net": 91, "bill": shared.bill})
    )
    assert shared.rows() == before
    shared.through_deal({"id": shared.part, "net": 100})


def test_a_line_comes_back_only_where_its_other_record_takes_it(desk: Desk) -> None:
    shared = Shared(desk)
    shared.retire()
    shared.send()
    assert "" in refusal(shared.restore)
    shared.send(sent=False)
    with desk.ctx() as ctx:
        later = replace(ctx, now=NOW + timedelta(minutes=1))
        actions.retire(later, "bill", shared.bill, shared.version("bill"))
    assert "" in refusal(shared.restore)
    with desk.ctx() as ctx:
        actions.restore(ctx, "bill", shared.bill, shared.version("bill"))
    before = shared.version("bill")
    shared.restore()
    assert desk.row("part", shared.part)["archived_at"] is None
    assert shared.version("bill") == before + 1


def test_two_records_that_left_together_come_back_one_after_the_other(desk: Desk) -> None:
    """At the same moment, as they do where many are archived at once; neither waits for the other."""
    shared = Shared(desk)
    shared.retire()
    with desk.ctx() as ctx:
        actions.retire(ctx, "bill", shared.bill, shared.version("bill"))
    shared.restore()
    with desk.ctx() as ctx:
        actions.restore(ctx, "bill", shared.bill, shared.version("bill"))
    assert [desk.row(key, 1)["archived_at"] for key in ("deal", "bill", "part")] == [None] * 3


def test_what_is_saved_itself_has_one_new_version(desk: Desk) -> None:
    shared = Shared(desk)
    before = shared.version("deal")
    assert shared.through_deal({"id": shared.part, "net": 11}) == before + 1
    assert shared.version("deal") == before + 1


def test_nobody_moves_a_line_into_a_record_that_he_may_not_update(desk: Desk) -> None:
    """Neither one, nor many at once, nor one that was no line before; into his own record he may."""
    seller = desk.as_user("seller")
    foreign = desk.create("deal", name="fremd", parts=[{"name": "x", "net": 1}])
    own = desk.create("deal", name="eigen", owner=seller.actor.id, parts=[{"name": "y", "net": 100}])
    mine = next(row["id"] for row in desk.rows("part") if row["name"] == "y")
    loose = seller.create("part", name="lose", net=7)
    assert refusal(lambda: seller.create("part", name="neu", deal=foreign))
    for part in (mine, loose):
        assert refusal(lambda part=part: seller.update("part", part, 1, deal=foreign)) == {
            "deal": ("record.forbidden",)
        }
        with seller.ctx() as ctx, pytest.raises(InvalidData):
            update_many(ctx, "part", {part: {"deal": foreign}}, {part: 1})
    row = desk.row("deal", foreign)
    assert (row["total"], row["version"], row["updated_by"]) == (1, 1, None)
    seller.update("part", loose, 1, deal=own)
    assert desk.row("deal", own)["total"] == 107


def test_lines_that_only_the_product_writes_are_closed_at_every_door(desk: Desk) -> None:
    boss = desk.as_user("boss")
    deal = desk.create("deal", name="D", fixed=[{"name": "Eingang"}])
    stamp = desk.rows("stamp")[0]["id"]
    before = desk.rows("stamp")
    assert "fixed" in refusal(lambda: boss.update("deal", deal, 1, fixed=[{"id": stamp, "name": "Ausgang"}]))
    assert "fixed" in refusal(lambda: boss.update("deal", deal, 1, fixed=[{"id": stamp}, {"name": "mehr"}]))
    assert "fixed" in refusal(lambda: boss.create("deal", name="E", fixed=[{"name": "mehr"}]))
    assert refusal(lambda: boss.update("stamp", stamp, 1, name="Ausgang"))
    assert refusal(lambda: boss.create("stamp", name="mehr", deal=deal))
    with boss.ctx() as ctx, pytest.raises(InvalidData):
        actions.retire(ctx, "stamp", stamp, 1)
    assert desk.rows("stamp") == before
    desk.update("deal", deal, 1, fixed=[{"id": stamp, "name": "Ausgang"}])
    assert desk.rows("stamp")[0]["name"] == "Ausgang"


def _entries(desk: Desk, entity_key: str, record_id: int) -> int:
    """Return how many entries the history of a record has."""
    with desk.ctx() as ctx:
        asked = select(func.count()).where(HISTORY.c.entity == entity_key, HISTORY.c.record_id == record_id)
        return int(ctx.connection.execute(asked).scalar_one())
