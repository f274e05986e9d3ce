"""A rule over a roll-up is kept whoever changes what is gathered: also by a record of its own that is nobody's line."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from threading import Thread
from typing import Any, Final

import pytest

from app.errors import InvalidData
from app.records import actions
from app.records.bulk import create_many, update_many
from tests.functional.records.desk import Desk, refusal
from tests.support.documents import entity, label, of
from tests.support.install import install, write_documents
from tests.support.program import program
from tests.support.site import make_site

_WHOLE: Final = {"create": True, "read": True, "update": True, "retire": True, "bulk": True}
#: What is wrong with a budget of which more than everything is spent without anybody's approval.
_FULL: Final = {"": ("rule.not_over", "field.required")}


def _sum(key: str, via: str, field: str) -> dict[str, Any]:
    return of("integer", rollup={"entity": key, "via": via, "aggregate": "sum", "field": field})


DOCUMENTS: Final[Mapping[tuple[str, str], Any]] = {
    ("entities", "group"): entity(
        "Gruppen",
        {"name": of("text"), "most": of("integer"), "total": _sum("budget", "group", "total")},
        rules=[{"id": "group_not_over", "check": "most is empty or total <= most", "message": label("Zu viel.")}],
    ),
    ("entities", "budget"): entity(
        "Budgets",
        {
            "name": of("text"),
            "group": of("reference", target="group"),
            "most": of("integer"),
            "total": _sum("cost", "budget", "net"),
            "costs": of("integer", rollup={"entity": "cost", "via": "budget", "aggregate": "count"}),
            "approved_by": of("text", label="Freigabe", required_if="total > 80"),
            "always": of("boolean"),
        },
        rules=[
            {"id": "not_over", "check": "most is empty or total <= most", "message": label("Budget ist erschöpft.")},
            {"id": "one_at_least", "check": "always != true or costs > 0", "message": label("Eins muss bleiben.")},
        ],
    ),
    ("entities", "cost"): entity(
        "Kosten",
        {
            "name": of("text"),
            "budget": of("reference", target="budget"),
            "net": of("integer"),
            "note": of("text"),
        },
    ),
    ("roles", "boss"): {"label": label("Chef"), "entities": {"*": _WHOLE}},
    ("roles", "clerk"): {
        "label": label("Bucht"),
        "entities": {"cost": _WHOLE, "budget": {"read": {"where": 'name = "Offen"'}}},
    },
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder with the documents."""
    return write_documents(tmp_path / "documents", DOCUMENTS)


@pytest.fixture
def desk(database_url: str, folder: Path) -> Iterator[Desk]:
    """Return a desk for somebody who may do everything."""
    installation = install(database_url, folder)
    yield Desk(installation.database, installation.store).as_user("boss")
    installation.close()


def _book(desk: Desk) -> tuple[int, int]:
    """Return a budget of 100 of which 60 are spent, and what they were spent for."""
    budget = desk.create("budget", name="Reisen", most=100)
    return budget, desk.create("cost", name="Bahn", budget=budget, net=60)


def _state(desk: Desk) -> list[Any]:
    return [desk.rows(key) for key in ("group", "budget", "cost")]


def test_whoever_counts_towards_a_record_is_held_to_its_rules(desk: Desk) -> None:
    budget, cost = _book(desk)
    other = desk.create("cost", name="Woanders", net=70)
    before = _state(desk)
    assert desk.refused("cost", name="Flug", budget=budget, net=50) == _FULL
    assert refusal(lambda: desk.update("cost", cost, 1, net=101, note="n")) == _FULL
    assert refusal(lambda: desk.update("cost", other, 1, budget=budget)) == _FULL
    assert _state(desk) == before
    assert desk.update("cost", cost, 1, net=80) == 2
    assert desk.row("budget", budget)["total"] == 80


def test_it_says_which_record_and_what_is_wrong_with_it(desk: Desk) -> None:
    budget, _ = _book(desk)
    with pytest.raises(InvalidData) as refused:
        desk.create("cost", name="Flug", budget=budget, net=50)
    over, missing = refused.value.errors.record
    assert over.message.de == "„Reisen“: Budget ist erschöpft."
    assert missing.message.en == "“Reisen”: “Freigabe” is still missing. Please fill in the field."
    assert over.record == missing.record == ("budget", budget)


def test_what_somebody_else_has_left_broken_stands_in_nobodys_way(desk: Desk) -> None:
    budget, cost = _book(desk)
    with desk.database.write() as connection:
        table = desk.store.snapshot(connection).tables["budget"]
        connection.execute(table.update().values(most=50))
    assert desk.update("cost", cost, 1, net=55) == 2
    assert refusal(lambda: desk.update("cost", cost, 2, net=90)) == {"": ("field.required",)}
    assert desk.row("budget", budget)["total"] == 55


def test_archiving_and_bringing_back_are_held_to_them_too(desk: Desk) -> None:
    budget, cost = _book(desk)
    assert desk.update("budget", budget, 1, always=True) == 2
    with desk.ctx() as ctx, pytest.raises(InvalidData) as refused:
        actions.retire(ctx, "cost", cost, 1)
    assert [error.code for error in refused.value.errors.record] == ["rule.one_at_least"]
    later = desk.create("cost", name="Später", budget=budget, net=10)
    with desk.ctx() as ctx:
        actions.retire(ctx, "cost", cost, 1)
    assert desk.update("cost", later, 1, net=80) == 2
    with desk.ctx() as ctx, pytest.raises(InvalidData) as refused:
        actions.restore(ctx, "cost", cost, 2)
    assert [error.code for error in refused.value.errors.record] == ["rule.not_over", "field.required"]
    assert desk.row("budget", budget)["total"] == 80
    assert desk.row("cost", cost)["archived_at"] is not None


def test_what_changed_while_a_record_was_archived_is_asked_when_it_comes_back(desk: Desk) -> None:
    budget, cost = _book(desk)
    other = desk.create("cost", name="Hotel", budget=budget, net=10)
    with desk.ctx() as ctx:
        actions.retire(ctx, "budget", budget, 1)
    assert desk.update("cost", cost, 1, net=400) == 2, "it is added up nowhere while its budget is archived"
    with desk.ctx() as ctx, pytest.raises(InvalidData) as refused:
        actions.restore(ctx, "budget", budget, 2)
    assert [error.code for error in refused.value.errors.record] == list(_FULL[""])
    assert desk.row("budget", budget)["archived_at"] is not None
    assert desk.update("cost", cost, 2, net=40) == 3
    with desk.ctx() as ctx:
        assert actions.restore(ctx, "budget", budget, 2) == 3
    assert (desk.row("budget", budget)["total"], desk.row("cost", other)["net"]) == (50, 10)


def _create_many(desk: Desk, budget: int, cost: int) -> None:
    with desk.ctx() as ctx:
        create_many(ctx, "cost", [{"name": f"K{n}", "budget": budget, "net": 9} for n in range(5)])


def _update_many(desk: Desk, budget: int, cost: int) -> None:
    with desk.ctx() as ctx:
        update_many(ctx, "cost", {cost: {"net": 101}}, {cost: 1})


@pytest.mark.parametrize("act", [_create_many, _update_many])
def test_many_at_once_are_held_to_them(desk: Desk, act: Callable[[Desk, int, int], None]) -> None:
    budget, cost = _book(desk)
    before = _state(desk)
    assert "rule.not_over" in refusal(lambda: act(desk, budget, cost))[""]
    assert _state(desk) == before


def test_sums_of_sums_are_asked(desk: Desk) -> None:
    group = desk.create("group", name="Vertrieb", most=70)
    budget, cost = _book(desk)
    assert desk.update("budget", budget, 1, group=group) == 2
    assert refusal(lambda: desk.update("cost", cost, 1, net=71)) == {"": ("rule.group_not_over",)}
    assert desk.update("cost", cost, 1, net=70) == 2
    assert desk.row("group", group)["total"] == 70


def test_nothing_is_told_of_a_record_that_may_not_be_known(desk: Desk) -> None:
    hidden, _ = _book(desk)
    opened = desk.create("budget", name="Offen", most=10)
    clerk = desk.as_user("clerk")
    mine = clerk.create("cost", name="Meins", net=50)
    with desk.ctx() as ctx:
        actions.update(ctx, "cost", mine, {"budget": hidden, "net": 10}, 1)
    with pytest.raises(InvalidData) as refused:
        clerk.update("cost", mine, 2, net=50)
    (told,) = refused.value.errors.record
    assert (told.code, told.record) == ("record.breaks", None)
    assert "Reisen" not in told.message.de
    with pytest.raises(InvalidData) as refused:
        clerk.create("cost", name="Noch eins", budget=opened, net=11)
    assert refused.value.errors.record[0].message.en == "“Offen”: Budget ist erschöpft."


def test_two_at_the_same_moment_do_not_break_it_together(postgres_url: str, folder: Path) -> None:
    installation = install(postgres_url, folder)
    desk = Desk(installation.database, installation.store).as_user("boss")
    budget, _ = _book(desk)
    codes: list[Mapping[str, tuple[str, ...]]] = []

    def other() -> None:
        codes.append(desk.refused("cost", name="Zweiter", budget=budget, net=20))

    second = Thread(target=other)
    with desk.ctx() as ctx:
        actions.create(ctx, "cost", {"name": "Erster", "budget": budget, "net": 20})
        second.start()
        time.sleep(0.3)  # long enough for the other one to stand at the budget's lock
        assert codes == []
    second.join(timeout=30)
    assert codes == [{"": ("field.required",)}]
    assert desk.row("budget", budget)["total"] == 80
    installation.close()


def test_mask_and_api_say_it_alike(database_url: str, folder: Path) -> None:
    site = make_site(database_url, folder, locale="en")
    asking, visitor = program(site, "boss"), site.visitor("boss")
    budget = asking.create("budget", name="Reisen", most=100)["id"]
    cost = asking.create("cost", name="Bahn", budget=budget, net=60)
    response = asking.send("POST", "/cost", {"name": "Flug", "budget": budget, "net": 50})
    assert response.status_code == 422
    said = [error["message"] for error in response.get_json()["errors"]]
    assert "“Reisen”: Budget ist erschöpft." in said
    form = {"name": "Flug", "budget": str(budget), "net": "50", "version": "1"}
    for page in (
        visitor.post("/r/cost/new", form),
        visitor.post(f"/r/cost/{cost['id']}/edit", {**form, "net": "500"}),
    ):
        assert page.status_code == 422
        assert all(sentence in page.text for sentence in said)
        assert f'href="/r/budget/{budget}"' in page.text
    assert [item["id"] for item in asking.get("/cost").get_json()["items"]] == [cost["id"]]
    site.installation.close()
