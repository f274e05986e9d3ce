"""Two people change the same record: put together field by field, or a conflict that says what clashes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from app.errors import Conflict
from app.records import actions
from app.records.actions import Saved
from app.records.bulk import update_many
from app.records.journal import since
from app.records.plan import plan_of
from tests.functional.records.desk import Desk


def _merging(desk: Desk, record_id: int, version: int, raw: Mapping[str, Any], **bases: Mapping[int, int]) -> Saved:
    with desk.ctx() as ctx:
        return actions.update_merging(ctx, "deal", record_id, raw, version, bases)


def test_different_fields_are_put_together(desk: Desk) -> None:
    deal = desk.create("deal", name="Alt", reason="alt", price=5)
    desk.update("deal", deal, 1, name="Neu")
    saved = _merging(desk, deal, 1, {"name": "Alt", "reason": "neu", "price": 5})
    assert saved.version == 3
    assert saved.merged is not None
    assert saved.merged.theirs == {"name"}
    row = desk.row("deal", deal)
    assert (row["name"], row["reason"]) == ("Neu", "neu")


def test_the_same_field_is_for_people_to_decide(desk: Desk) -> None:
    deal = desk.create("deal", name="Alt", reason="alt")
    desk.update("deal", deal, 1, name="Ihres")
    before = desk.row("deal", deal)
    with pytest.raises(Conflict) as caught:
        _merging(desk, deal, 1, {"name": "Meines", "reason": "neu"})
    meanwhile = caught.value.meanwhile
    assert meanwhile is not None
    clash = meanwhile.clashes[0]
    assert (clash.key, clash.original, clash.mine, clash.theirs) == ("name", "Alt", "Meines", "Ihres")
    assert (len(meanwhile.clashes), meanwhile.version) == (1, 2)
    assert desk.row("deal", deal) == before


def test_the_same_change_twice_is_no_conflict(desk: Desk) -> None:
    deal = desk.create("deal", name="Alt")
    desk.update("deal", deal, 1, name="Neu")
    assert _merging(desk, deal, 1, {"name": "Neu"}).version == 2


def test_there_and_back_again_leaves_the_field_to_the_other(desk: Desk) -> None:
    deal = desk.create("deal", name="Alt")
    desk.update("deal", deal, 1, name="Neu")
    desk.update("deal", deal, 2, name="Alt")
    assert _merging(desk, deal, 1, {"name": "Meines"}).version == 4
    assert desk.row("deal", deal)["name"] == "Meines"


def test_a_strict_save_is_refused_and_told_what_clashes(desk: Desk) -> None:
    deal = desk.create("deal", name="Alt", reason="alt")
    desk.update("deal", deal, 1, name="Neu")
    with pytest.raises(Conflict) as caught:
        desk.update("deal", deal, 1, reason="neu")
    assert caught.value.meanwhile is not None
    assert caught.value.meanwhile.clashes == ()


def test_lines_are_put_together_row_by_row(desk: Desk) -> None:
    deal = desk.create("deal", name="x", items=[{"product": "a", "net": 1}, {"product": "b", "net": 2}])
    one, two = (row["id"] for row in desk.rows("deal_item"))
    base = {one: 1, two: 1}
    desk.update("deal", deal, 1, items=[{"id": one, "product": "ihres"}, {"id": two}, {"product": "c", "net": 3}])
    mine = [{"id": one, "product": "a", "net": 1}, {"id": two, "product": "meines", "net": 2}]
    _merging(desk, deal, 1, {"items": mine}, items=base)
    rows = [row for row in desk.rows("deal_item") if row["archived_at"] is None]
    assert [row["product"] for row in rows] == ["ihres", "meines", "c"]


def test_a_row_that_was_changed_by_itself_is_not_overwritten(desk: Desk) -> None:
    """A line's own entity is another door to it."""
    deal = desk.create("deal", name="x", items=[{"product": "a", "net": 1}])
    line = desk.rows("deal_item")[0]["id"]
    desk.update("deal_item", line, 1, product="ihres")
    _merging(desk, deal, 1, {"name": "neu", "items": [{"id": line, "product": "a", "net": 1}]}, items={line: 1})
    assert desk.row("deal_item", line)["product"] == "ihres"
    desk.update("deal_item", line, 2, product="noch einmal")
    with pytest.raises(Conflict):
        _merging(desk, deal, 2, {"items": [{"id": line, "product": "meines", "net": 1}]}, items={line: 2})


def test_a_record_counts_what_happens_to_its_lines(desk: Desk) -> None:
    """Whoever gives lines whole must have seen them: a save from before any of these changes is refused."""
    deal = desk.create("deal", name="x", items=[{"product": "a"}])
    other = desk.create("deal", name="y")
    line = desk.rows("deal_item")[0]["id"]
    desk.update("deal_item", line, 1, net=2)
    with pytest.raises(Conflict):
        desk.update("deal", deal, 1, items=[{"id": line, "net": 3}])
    assert desk.row("deal_item", line)["version"] == 2
    added = desk.create("deal_item", deal=deal, product="b")
    with desk.ctx() as ctx:
        actions.retire(ctx, "deal_item", added, 1)
    with desk.ctx() as ctx:
        actions.restore(ctx, "deal_item", added, 2)
    assert [desk.row("deal", one)["version"] for one in (deal, other)] == [5, 1]
    desk.update("deal_item", line, 2, deal=other)
    assert [desk.row("deal", one)["version"] for one in (deal, other)] == [6, 2]
    desk.update("deal_item", line, 3, product="a")  # nothing differs
    assert [desk.row("deal", one)["version"] for one in (deal, other)] == [6, 2]
    with desk.ctx() as ctx:
        plan = plan_of(ctx, "deal")
        assert [line["id"] for line in since(ctx, plan, deal, 2)["items"]] == [line]
        assert since(ctx, plan, other, 1) == {"items": None}


def test_people_change_many_records_only_as_they_have_seen_them(desk: Desk) -> None:
    clerk = desk.as_user("clerk")
    deals = [clerk.create("deal", name=name) for name in "ab"]
    with clerk.ctx() as ctx, pytest.raises(TypeError):
        update_many(ctx, "deal", {deals[0]: {"name": "c"}})
    changes = {deal: {"name": f"neu {deal}"} for deal in deals}
    clerk.update("deal", deals[1], 1, name="ihres")
    with pytest.raises(Conflict), clerk.ctx() as ctx:
        update_many(ctx, "deal", changes, dict.fromkeys(deals, 1))
    assert [row["name"] for row in desk.rows("deal")] == ["a", "ihres"]
    with clerk.ctx() as ctx:
        update_many(ctx, "deal", changes, {deals[0]: 1, deals[1]: 2})
    assert [row["version"] for row in desk.rows("deal")] == [2, 3]
