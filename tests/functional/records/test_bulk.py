"""Many records at once, and how many statements a save costs."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest

from app.errors import Conflict, InvalidData
from app.records import actions
from app.records.bulk import create_many, update_many
from tests.functional.records.desk import Desk, refusal


def test_many_records_come_out_as_one_by_one(desk: Desk) -> None:
    firms = _many(desk, "firm", [{"name": f"Firma {n}", "code": f"C{n}"} for n in range(1200)])
    assert firms == sorted(firms)
    raws = [
        {"name": f"D{n}", "firm": firm, "items": [{"product": "a", "net": n}, {"product": "b"}]}
        for n, firm in enumerate(firms[:50])
    ]
    deals = _many(desk, "deal", raws)
    single = desk.create("deal", name="D7", firm=firms[7], items=[{"product": "a", "net": 7}, {"product": "b"}])
    one, same = dict(desk.row("deal", single)), dict(desk.row("deal", deals[7]))
    assert {key: value for key, value in one.items() if key != "id"} == {k: v for k, v in same.items() if k != "id"}
    lines = [row for row in desk.rows("deal_item") if row["deal"] == deals[49]]
    assert [(row["product"], row["position"]) for row in lines] == [("a", 0), ("b", 1)]


def test_errors_say_which_record(desk: Desk) -> None:
    raws: list[dict[str, object]] = [{"name": f"F{n}", "code": f"C{n}"} for n in range(1100)]
    raws[3]["name"] = ""
    assert refusal(lambda: _many(desk, "firm", raws)) == {"[3].name": ("field.required",)}
    raws[3]["name"] = "F3"
    raws[1050] = {"name": "x", "code": "C1"}
    raws[1060] = {"name": "y", "code": "C1060", "items": 1}
    assert refusal(lambda: _many(desk, "firm", raws)) == {
        "[1050].code": ("unique.taken",),
        "[1060].items": ("field.unknown",),
    }
    assert desk.rows("firm") == []


def test_many_are_changed_at_once(desk: Desk) -> None:
    firms = _many(desk, "firm", [{"name": f"F{n}"} for n in range(10)])
    with desk.ctx() as ctx:
        update_many(ctx, "firm", {firm: {"code": f"N{firm}", "parent": firms[0]} for firm in firms[1:]})
    assert [row["code"] for row in desk.rows("firm")] == [None, *(f"N{firm}" for firm in firms[1:])]
    assert {row["version"] for row in desk.rows("firm")[1:]} == {2}


def test_a_save_costs_the_same_number_of_statements_however_large_it_is(desk: Desk) -> None:
    firm = desk.create("firm", name="x")
    people = _many(desk, "contact", [{"last_name": f"L{n}"} for n in range(20)])

    def cost(lines: int) -> int:
        with desk.counting() as sent:
            desk.create(
                "deal",
                name="x",
                firm=firm,
                people=people[:lines],
                items=[{"product": f"p{n}", "net": 1} for n in range(lines)],
            )
        return len(sent)

    few, many = cost(2), cost(20)
    assert few == many
    assert many <= 7
    deal = desk.rows("deal")[0]["id"]
    with desk.counting() as sent:
        desk.update("deal", deal, 1, name="y", price=3)
    assert len(sent) <= 5


@pytest.mark.parametrize("verb", ["create", "update"])
def test_a_race_is_refused_with_a_sentence(desk: Desk, verb: str) -> None:
    """Two writers at the same time: the second one is told so, and never gets an error of the database."""
    firm = desk.create("firm", name="x")
    start = threading.Barrier(2)
    outcomes: list[object] = []

    def write(number: int) -> None:
        start.wait()
        with desk.ctx() as ctx:
            try:
                if verb == "create":
                    actions.create(ctx, "firm", {"name": f"f{number}", "code": "same"})
                else:
                    actions.update(ctx, "firm", firm, {"name": f"f{number}"}, 1)
                outcomes.append("done")
            except (InvalidData, Conflict) as refused:
                outcomes.append(type(refused))
            # Who was refused goes on with the transaction: to show the mask again.
            assert actions.create(ctx, "contact", {"last_name": f"L{number}"}) > 0

    writers = [threading.Thread(target=write, args=(number,)) for number in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert sorted(outcomes, key=str) == sorted(["done", InvalidData if verb == "create" else Conflict], key=str)
    assert len(desk.rows("firm")) == (2 if verb == "create" else 1)
    assert len(desk.rows("contact")) == 2


def _many(desk: Desk, entity: str, raws: Sequence[dict[str, object]]) -> list[int]:
    with desk.ctx() as ctx:
        return create_many(ctx, entity, raws)
