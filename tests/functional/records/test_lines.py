"""Child lines: written with their record, told apart by their ids, checked by the child's own rules."""

from __future__ import annotations

from threading import Thread

import pytest

from app.errors import InvalidData
from app.records import actions, bulk
from tests.functional.records.desk import Desk, refusal


def _living(desk: Desk) -> list[tuple[str, int]]:
    rows = [row for row in desk.rows("deal_item") if row["archived_at"] is None]
    return [(row["product"], row["position"]) for row in sorted(rows, key=lambda row: row["position"])]


def test_lines_are_created_changed_moved_and_taken_away(desk: Desk) -> None:
    items = [{"product": "a", "net": 1}, {"product": "", "net": ""}, {"product": "b", "net": 2}]
    deal = desk.create("deal", name="x", items=items)
    first, second = desk.rows("deal_item")
    assert _living(desk) == [("a", 0), ("b", 1)]
    assert first["deal"] == deal

    desk.update("deal", deal, 1, items=[{"id": second["id"], "product": "B"}, {"product": "c"}])
    assert _living(desk) == [("B", 0), ("c", 1)]
    changed = desk.row("deal_item", second["id"])
    assert (changed["net"], changed["version"]) == (second["net"], 2)
    assert desk.row("deal_item", first["id"])["archived_at"] is not None

    desk.update("deal", deal, 2, name="y")
    assert len(_living(desk)) == 2
    desk.update("deal", deal, 3, items=[])
    assert _living(desk) == []


def test_errors_of_lines_say_where(desk: Desk) -> None:
    other = desk.create("deal", name="other", items=[{"product": "z"}])
    foreign = desk.rows("deal_item")[0]["id"]
    refused = desk.refused(
        "deal",
        name="x",
        items=[
            {"product": "a"},
            {"net": 3},
            {"product": "b", "net": "viel"},
            {"id": foreign, "product": "c"},
            {"q": 1},
        ],
    )
    assert refused == {
        "items[1].product": ("field.required",),
        "items[2].net": ("number.invalid",),
        "items[3]": ("lines.gone",),
        "items[4].q": ("field.unknown",),
        "items[4].product": ("field.required",),
    }
    assert desk.row("deal_item", foreign)["deal"] == other


def test_a_rule_sums_up_given_and_stored_lines(desk: Desk) -> None:
    assert desk.refused(
        "deal", name="x", total_limit=10, items=[{"product": "a", "net": 6}, {"product": "b", "net": 5}]
    ) == {"items": ("rule.within_limit",)}
    deal = desk.create("deal", name="x", total_limit=10, items=[{"product": "a", "net": 6}])
    assert refusal(lambda: desk.update("deal", deal, 1, total_limit=5)) == {"items": ("rule.within_limit",)}
    assert desk.update("deal", deal, 1, total_limit=6) == 2


def test_lines_are_unique_within_their_record(desk: Desk) -> None:
    twice = [{"product": "a"}, {"product": "a"}]
    assert desk.refused("deal", name="x", items=twice) == {"items[1].product": ("unique.twice",)}
    deal = desk.create("deal", name="x", items=[{"product": "a"}])
    desk.create("deal", name="y", items=[{"product": "a"}])
    line = desk.rows("deal_item")[0]["id"]
    assert refusal(lambda: desk.update("deal", deal, 1, items=[{"id": line}, {"product": "a"}])) == {
        "items[1].product": ("unique.taken",)
    }
    assert desk.update("deal", deal, 1, items=[{"product": "a", "net": 3}]) == 2


def test_a_rule_over_lines_holds_for_whoever_changes_a_line_by_itself(desk: Desk) -> None:
    deal = desk.create("deal", name="x", total_limit=10, items=[{"product": "a", "net": 6}])
    line = desk.rows("deal_item")[0]["id"]
    other = desk.create("deal", name="y", items=[{"product": "b", "net": 9}])
    foreign = desk.rows("deal_item")[1]["id"]
    before = desk.rows("deal_item")
    assert desk.refused("deal_item", deal=deal, product="c", net=5) == {"": ("rule.within_limit",)}
    assert refusal(lambda: desk.update("deal_item", line, 1, net=11)) == {"": ("rule.within_limit",)}
    assert refusal(lambda: desk.update("deal_item", foreign, 1, deal=deal)) == {"": ("rule.within_limit",)}
    with pytest.raises(InvalidData), desk.ctx() as ctx:
        bulk.update_many(ctx, "deal_item", {line: {"net": 11}})
    assert desk.rows("deal_item") == before
    assert desk.update("deal_item", line, 1, net=10) == 2
    with desk.ctx() as ctx:
        actions.retire(ctx, "deal_item", line, 2)
    assert desk.update("deal_item", foreign, 1, deal=deal) == 2
    with pytest.raises(InvalidData), desk.ctx() as ctx:
        actions.restore(ctx, "deal_item", line, 3)
    assert [desk.row("deal", one)["version"] for one in (deal, other)] == [4, 2]


@pytest.mark.parametrize("moved", [False, True])
def test_no_line_comes_to_a_record_that_is_archived_at_the_same_moment(desk: Desk, moved: bool) -> None:
    """The one who is slower is told so at the field; nothing of him is there."""
    deal = desk.create("deal", name="x", items=[{"product": "a"}])
    desk.create("deal", name="y", items=[{"product": "b"}])
    late, said = desk.as_user("seller"), list[object]()

    def come() -> object:
        return late.update("deal_item", 2, 1, deal=deal) if moved else late.create("deal_item", product="c", deal=deal)

    slower = Thread(target=lambda: said.append(refusal(come)))
    with desk.ctx() as ctx:
        actions.retire(ctx, "deal", deal, 1)
        slower.start()
        slower.join(0.5)
        assert slower.is_alive()
    slower.join(timeout=30)
    assert said == [{"deal": ("reference.archived",)}]
    assert [row["product"] for row in desk.rows("deal_item") if row["archived_at"] is None] == ["b"]
    assert [row["version"] for row in desk.rows("deal")] == [2, 1]
