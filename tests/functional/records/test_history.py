"""What is written is in the history: every field, lines, links, archive; and nothing of what was taken back."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import func, select

from app.errors import InvalidData
from app.records import actions
from app.records.bulk import create_many, update_many
from app.records.journal import since
from app.records.plan import plan_of
from app.system.history import CHAIN, HISTORY, VALUE
from tests.functional.records.desk import Desk, refusal


def _entries(desk: Desk, entity: str, record_id: int) -> list[tuple[str, int, dict[str, Any]]]:
    """Return verb, version and values before and after of every entry of a record, in their order."""
    with desk.database.read() as connection:
        statement = (
            select(HISTORY.c.verb, HISTORY.c.version, VALUE.c.body)
            .select_from(
                HISTORY.outerjoin(VALUE, (VALUE.c.token == HISTORY.c.token) & (VALUE.c.number == HISTORY.c.number))
            )
            .where(HISTORY.c.entity == entity, HISTORY.c.record_id == record_id)
            .order_by(HISTORY.c.id)
        )
        found = connection.execute(statement).all()
    return [
        (row.verb, row.version, {key: tuple(kept[1:]) for key, kept in orjson.loads(row.body or "{}").items()})
        for row in found
    ]


def _since(desk: Desk, entity: str, record_id: int, version: int) -> Any:
    with desk.ctx() as ctx:
        return since(ctx, plan_of(ctx, entity), record_id, version)


def test_every_verb_leaves_its_entry(desk: Desk) -> None:
    clerk = desk.as_user("clerk")
    firm = clerk.create("firm", name="A", home={"city": "Ulm", "country": "DE"})
    clerk.update("firm", firm, 1, name="B", code="b1")
    with clerk.ctx() as ctx:
        actions.retire(ctx, "firm", firm, 2)
    with clerk.ctx() as ctx:
        actions.restore(ctx, "firm", firm, 3)
    created, updated, retired, restored = _entries(desk, "firm", firm)
    assert created[:2] == ("create", 1)
    assert created[2]["name"] == (None, "A")
    assert created[2]["home"][1]["city"] == "Ulm"
    assert created[2]["owner"] == (None, clerk.actor.id)
    assert updated == ("update", 2, {"name": ("A", "B"), "code": (None, "b1")})
    at = "2026-03-02T09:30:00"
    assert retired == ("retire", 3, {"archived_at": (None, at)})
    assert restored == ("restore", 4, {"archived_at": (at, None)})


def test_lines_and_links_are_in_it(desk: Desk) -> None:
    people = [desk.create("contact", last_name=name) for name in ("X", "Y")]
    deal = desk.create("deal", name="d", people=[people[0]], items=[{"product": "a", "net": 1}, {"product": "b"}])
    first, second = (row["id"] for row in desk.rows("deal_item"))
    items = [{"id": second, "product": "b", "net": 7}, {"product": "c"}]
    desk.update("deal", deal, 1, people=[people[1], people[0]], items=items)
    third = desk.rows("deal_item")[2]["id"]
    _, updated = _entries(desk, "deal", deal)
    assert updated[2] == {
        "people": ([people[0]], [people[1], people[0]]),
        "items": ([[first, 1], [second, 1]], [[second, 2], [third, 1]]),
    }
    assert [one[0] for one in _entries(desk, "deal_item", first)] == ["create", "retire"]
    assert _entries(desk, "deal_item", second)[1][2]["net"][1] == {"": "7.00", "currency": "EUR"}
    with desk.ctx() as ctx:
        actions.retire(ctx, "deal", deal, 2)
    assert [one[:2] for one in _entries(desk, "deal_item", second)] == [("create", 1), ("update", 2), ("retire", 3)]


def test_many_at_once_are_in_it_too(desk: Desk) -> None:
    with desk.ctx() as ctx:
        ids = create_many(ctx, "firm", [{"name": f"F{n}"} for n in range(50)])
        update_many(ctx, "firm", {one: {"code": f"c{one}"} for one in ids})
    assert all([entry[:2] for entry in _entries(desk, "firm", one)] == [("create", 1), ("update", 2)] for one in ids)
    with desk.database.read() as connection:
        link = connection.execute(select(CHAIN).order_by(CHAIN.c.seq.desc()).limit(1)).one()
    assert link.count == 100


def test_what_is_taken_back_leaves_nothing_and_no_gap(desk: Desk) -> None:
    desk.create("firm", name="A", code="a")
    with desk.ctx() as ctx:
        before = ctx.connection.execute(select(func.count()).select_from(HISTORY)).scalar_one()
        try:
            with ctx.connection.begin_nested():
                actions.create(ctx, "firm", {"name": "B"})
                actions.create(ctx, "firm", {"name": "C", "code": "a"})
        except InvalidData:
            kept = actions.create(ctx, "firm", {"name": "D"})
    assert refusal(lambda: desk.create("firm", name="E", code="a")) == {"code": ("unique.taken",)}
    desk.create("firm", name="F")
    with desk.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(HISTORY)).scalar_one() == before + 2
        seqs = connection.execute(select(CHAIN.c.seq).order_by(CHAIN.c.seq)).scalars().all()
    assert seqs == list(range(1, len(seqs) + 1))
    assert [entry[0] for entry in _entries(desk, "firm", kept)] == ["create"]


def test_values_as_of_a_version_come_back(desk: Desk) -> None:
    deal = desk.create("deal", name="d", price="5", items=[{"product": "a", "net": 1}])
    line = desk.rows("deal_item")[0]["id"]
    stored = desk.row("deal", deal)
    desk.update("deal", deal, 1, name="e", stage="lost", reason="r", note="n")
    desk.update("deal", deal, 2, name="f", items=[{"id": line, "net": 2}, {"product": "b"}])
    was = _since(desk, "deal", deal, 1)
    items = was.pop("items")
    assert was == {"name": "d", "stage": stored["stage"], "reason": None, "note": None}
    assert [(one["id"], one["product"], one["net"].amount) for one in items] == [(line, "a", 1)]
    assert _since(desk, "deal", deal, 2).keys() == {"name", "items"}
    assert _since(desk, "deal", deal, 3) == {}
    assert _since(desk, "deal", deal, 0) is not None
    with desk.ctx() as ctx:
        table = ctx.snapshot.tables["deal"]
        ctx.connection.execute(table.update().values(version=9))
    assert _since(desk, "deal", deal, 2) is None  # changed past the history
