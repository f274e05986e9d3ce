"""What a publish does with values that were computed before: what they come from is another thing than it was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from app.errors import InvalidMetadata
from app.records.altered import altered
from app.records.miscomputed import miscomputed
from tests.functional.records.desk import Desk
from tests.support.documents import entity, of
from tests.support.install import Bodies, Installation, install, write_documents


@dataclass(slots=True)
class World:
    """A database into which a test publishes one set of entities after the other, and a desk to write at."""

    url: str
    folder: Path
    installed: list[Installation] = field(default_factory=list)

    @property
    def desk(self) -> Desk:
        """Return where records are written."""
        return Desk(self.installed[0].database, self.installed[0].store)

    def publish(self, **entities: Mapping[str, Any]) -> None:
        """Put entities in force; the first ones make the database."""
        bodies: Bodies = {("entities", key): body for key, body in entities.items()}
        folder = write_documents(self.folder / "documents", bodies)
        if self.installed:
            self.installed[0].publish(folder)
        else:
            self.installed.append(install(self.url, folder))

    def change(self, statement: str) -> None:
        """Change the database past the product."""
        with self.installed[0].database.write() as connection:
            connection.exec_driver_sql(statement)

    def found(self) -> list[tuple[str, str]]:
        """Return which stored values `verify` takes exception to, by entity and field."""
        with self.installed[0].database.read() as connection:
            snapshot = self.installed[0].store.snapshot(connection)
            wrong = [*altered(connection, snapshot), *miscomputed(connection, snapshot)]
        return [(one.entity, one.field) for one in wrong]


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[World]:
    """Return a database without anything in force."""
    made = World(database_url, tmp_path)
    yield made
    for one in made.installed:
        one.close()


def _offer(frozen_if: str | None) -> Mapping[str, Any]:
    held = {} if frozen_if is None else {"frozen_if": frozen_if}
    doubled = of("integer", formula="price * 2", **held)
    return entity(
        "Offers",
        {
            "name": of("text"),
            "price": of("integer"),
            "sent": of("boolean"),
            "doubled": doubled,
            "more": of("integer", formula="doubled + 1"),
        },
    )


@pytest.mark.parametrize("narrower", [None, "sent and price > 100"])
def test_what_is_not_frozen_any_more_is_computed_with_what_looks_at_it(world: World, narrower: str | None) -> None:
    world.publish(offer=_offer("sent"))
    offer = world.desk.create("offer", name="A", price=1, sent=True)
    world.desk.update("offer", offer, 1, price=5)
    assert world.desk.row("offer", offer)["doubled"] == 2
    world.publish(offer=_offer(narrower))
    assert (world.desk.row("offer", offer)["doubled"], world.desk.row("offer", offer)["more"]) == (10, 11)
    assert world.found() == []


@pytest.mark.parametrize("narrow", [None, "sent and price > 100"])
def test_what_is_frozen_in_more_states_keeps_its_values(world: World, narrow: str | None) -> None:
    world.publish(offer=_offer(narrow))
    desk = world.desk
    open_, sent = desk.create("offer", name="A", price=3), desk.create("offer", name="B", price=300, sent=True)
    desk.update("offer", sent, 1, price=400)
    before = [row["doubled"] for row in desk.rows("offer")]
    world.publish(offer=_offer("sent or price > 2"))
    assert [row["doubled"] for row in desk.rows("offer")] == before
    desk.update("offer", open_, 1, price=4)
    desk.update("offer", sent, 2, price=500)
    assert [row["doubled"] for row in desk.rows("offer")] == before
    assert world.found() == []


def _order(via: str, lines: str = "item") -> Mapping[str, Any]:
    of_lines = of("lines", entity=lines, via=via)
    total, count = of("integer", formula="sum(items.pieces)"), of("integer", formula="count(items) * 10")
    return entity("Orders", {"name": of("text"), "items": of_lines, "total": total, "count": count})


def _item() -> Mapping[str, Any]:
    sides = {"sold": of("reference", target="order"), "returned": of("reference", target="order")}
    return entity("Items", {"name": of("text"), "pieces": of("integer"), **sides})


def test_other_lines_under_the_same_formula_are_summed_up_anew(world: World) -> None:
    world.publish(order=_order("sold"), item=_item(), part=_item())
    first, second = (world.desk.create("order", name=name) for name in "AB")
    world.desk.create("item", name="I", pieces=3, sold=first, returned=second)
    world.desk.create("part", name="P", pieces=7, sold=second)
    for via, lines, sums in (("returned", "item", [(0, 0), (3, 10)]), ("sold", "part", [(0, 0), (7, 10)])):
        world.publish(order=_order(via, lines), item=_item(), part=_item())
        assert [(row["total"] or 0, row["count"]) for row in world.desk.rows("order")] == sums
        assert world.found() == []


@pytest.mark.parametrize("held", [{}, {"frozen_if": 'name = "B"'}], ids=["by the database", "through memory"])
def test_another_currency_of_a_formula_is_that_of_every_value(world: World, held: Mapping[str, str]) -> None:
    def offer(currency: str) -> Mapping[str, Any]:
        doubled = of("money", formula="price * 2", currency=currency, **held)
        return entity("Offers", {"name": of("text"), "price": of("integer"), "doubled": doubled})

    world.publish(offer=offer("EUR"))
    for price in (1, None):
        world.desk.create("offer", name="A", price=price)
    world.publish(offer=offer("CHF"))
    stored = [(row["doubled"], row["doubled__currency"]) for row in world.desk.rows("offer")]
    assert stored == [(2, "CHF"), (None, None)]
    assert world.found() == []


def _coded(formula: str | None, **more: Any) -> Mapping[str, Any]:
    computed = {} if formula is None else {"code": of("integer", formula=formula, unique=True, **more)}
    return entity("Things", {"name": of("text"), "number": of("integer"), **computed})


@pytest.mark.parametrize("held", [{}, {"frozen_if": "number > 9"}], ids=["by the database", "through memory"])
@pytest.mark.parametrize("first", [None, "number * 2"], ids=["new", "changed"])
def test_unique_values_that_would_repeat_themselves_refuse_the_publish(
    world: World, first: str | None, held: Mapping[str, str]
) -> None:
    world.publish(thing=_coded(first))
    for number in (1, 2):
        world.desk.create("thing", name="T", number=number)
    before = world.desk.rows("thing")
    with pytest.raises(InvalidMetadata) as refused:
        world.publish(thing=_coded("number * 0 + 7", **held))
    assert [one.code for one in refused.value.issues] == ["data.not_unique"]
    said = "“integer” in “Things” is unique, but “7” is computed there for several records."
    assert refused.value.issues[0].message.en == said
    assert world.desk.rows("thing") == before
    assert world.found() == []


@pytest.mark.parametrize("held", [{}, {"frozen_if": "number > 9"}], ids=["by the database", "through memory"])
def test_unique_values_may_change_places_and_are_unique_after_it(world: World, held: Mapping[str, str]) -> None:
    world.publish(thing=_coded("number"))
    for number in (1, 2, None, None):
        world.desk.create("thing", name="T", number=number)
    world.publish(thing=_coded("3 - number", **held))
    assert [row["code"] for row in world.desk.rows("thing")] == [2, 1, None, None]
    assert world.desk.refused("thing", name="T", number=1) == {"code": ("unique.taken",)}
    with pytest.raises(IntegrityError), world.installed[0].database.write() as connection:
        connection.exec_driver_sql("UPDATE e_thing SET code = 1")


def _titled(formula: str) -> dict[str, Mapping[str, Any]]:
    """Return things whose titles show a computed text, and notes that show the thing's title or its computed number."""
    code, double = of("text", formula=f"concat({formula}, name)"), of("integer", formula=f"length({formula})")
    link = {"name": of("text"), "thing": of("reference", target="thing")}
    return {
        "thing": entity("Things", {"name": of("text"), "code": code, "double": double}, title="{code}"),
        "note": entity("Notes", link, title="{thing} {name}"),
        "sized": entity("Sizes", link, title="{name} of {thing.double}"),
        "reply": entity("Replies", {"name": of("text"), "note": of("reference", target="note")}, title="re: {note}"),
    }


def test_titles_that_show_what_a_publish_computes_follow(world: World) -> None:
    world.publish(**_titled('"A"'))
    desk = world.desk
    thing = desk.create("thing", name="x")
    note = desk.create("note", name="n", thing=thing)
    desk.create("sized", name="s", thing=thing)
    desk.create("reply", name="r", note=note)
    assert _titles(desk) == ["Ax", "Ax n", "s of 1", "re: Ax n"]
    world.publish(**_titled('"BB"'))
    assert _titles(desk) == ["BBx", "BBx n", "s of 2", "re: BBx n"]
    assert desk.row("note", note)["search_text"] == "bbx n"
    assert world.found() == []


def _titles(desk: Desk) -> list[str]:
    return [row["title"] for key in ("thing", "note", "sized", "reply") for row in desk.rows(key)]


def _held(formula: str, held: str = "sent", **more: Any) -> Mapping[str, Any]:
    doubled = of("integer", formula=formula, frozen_if=held) if held else of("integer", formula=formula)
    own = {"name": of("text"), "price": of("integer"), "sent": of("boolean")}
    return entity("Offers", {**own, "doubled": doubled, **more})


def test_a_frozen_value_that_no_publish_has_filled_is_compared_with_its_history(world: World) -> None:
    world.publish(offer=_held("price * 2"))
    desk = world.desk
    sent = [desk.create("offer", name="A", price=1, sent=True), desk.create("offer", name="B", price=1)]
    desk.update("offer", sent[1], 1, sent=True)
    desk.create("offer", name="C", price=1)
    for formula in ("price * 3", "price * 4"):
        world.publish(offer=_held(formula))
        assert [row["doubled"] for row in desk.rows("offer")][:2] == [2, 2]
        assert world.found() == []
    sent.append(desk.create("offer", name="D", sent=True))
    world.change("UPDATE e_offer SET doubled = 99")
    assert world.found() == [("offer", "doubled")] * 4, "three frozen ones, and one that is computed once more"
    world.change("UPDATE e_offer SET doubled = NULL WHERE name = 'D'")
    assert len(world.found()) == 3


def test_what_was_filled_before_it_was_frozen_is_no_false_alarm(world: World) -> None:
    world.publish(offer=_held("price * 2"))
    desk = world.desk
    filled = desk.create("offer", name="filled, then frozen", price=1)
    thawed = desk.create("offer", name="thawed and frozen between two publishes", price=1, sent=True)
    world.publish(offer=_held("price * 3"))
    desk.update("offer", filled, 1, sent=True)
    for version, values in enumerate(({"sent": False}, {"sent": True}), start=1):
        desk.update("offer", thawed, version, **values)
    assert world.found() == []
    world.publish(offer=_held("price * 4"))
    assert [row["doubled"] for row in desk.rows("offer")] == [3, 3]
    assert world.found() == []


@pytest.mark.parametrize("first", ["", "sent and price > 5"])
def test_what_was_filled_while_another_state_was_frozen_is_no_false_alarm(world: World, first: str) -> None:
    world.publish(offer=_held("price * 2", first))
    world.desk.create("offer", name="A", price=1, sent=True)
    for formula, held in (("price * 3", first), ("price * 3", "sent"), ("price * 4", "sent")):
        world.publish(offer=_held(formula, held))
        assert world.found() == []
    assert world.desk.row("offer", 1)["doubled"] == 3


def test_what_was_filled_before_a_computed_state_froze_it_is_no_false_alarm(world: World) -> None:
    for limit, factor in ((9, 2), (9, 3), (0, 3), (0, 4)):
        big = of("boolean", formula=f"price > {limit}")
        world.publish(offer=_held(f"price * {factor}", "big", big=big))
        if not world.desk.rows("offer"):
            world.desk.create("offer", name="A", price=1)
        assert world.found() == []
    assert world.desk.row("offer", 1)["doubled"] == 3
