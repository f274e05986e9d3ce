"""What computing changes in records that nobody saved is in their history, and in the outbox, under the right name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import event, select

from app.access.actor import Actor
from app.context import Context
from app.records import actions
from app.records.journal import since
from app.records.plan import plan_of
from app.records.unrecorded import unrecorded
from app.system.history import HISTORY, VALUE
from app.system.outbox import OUTBOX
from app.system.people import create_user
from app.system.verify import Walked, flaws
from tests.functional.computed.world import installed
from tests.proof.trade import entity, field, label, text_field
from tests.support.install import Installation, install, write_documents

_BY = {"latest": {"by": "at"}}


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[Installation]:
    """Return an installation of the world."""
    made = installed(database_url, tmp_path / "documents")
    yield made
    made.close()


def _entries(ctx: Context, entity: str, record_id: int) -> list[tuple[Any, ...]]:
    """Return verb, version, actor, origin, reason and values of every entry of a record, in their order."""
    same = (VALUE.c.token == HISTORY.c.token) & (VALUE.c.number == HISTORY.c.number)
    statement = (
        select(HISTORY, VALUE.c.body)
        .select_from(HISTORY.outerjoin(VALUE, same))
        .where(HISTORY.c.entity == entity, HISTORY.c.record_id == record_id)
        .order_by(HISTORY.c.id)
    )
    return [
        (
            row.verb,
            row.version,
            row.actor_id,
            row.origin,
            row.reason,
            {key: tuple(kept[1:]) for key, kept in orjson.loads(row.body or "{}").items()},
        )
        for row in ctx.connection.execute(statement)
    ]


def test_a_save_leaves_an_entry_at_each_record_it_changed_elsewhere(world: Installation) -> None:
    with world.database.write() as connection:
        clerk = Actor(create_user(connection, "c@example.com", None, "Clerk", []), "Clerk", everything=True)
    with world.ctx() as ctx:
        group = actions.create(ctx, "group", {"name": "G"})
        firm, other = (actions.create(ctx, "firm", {"name": name, "group": group}) for name in "FO")
        goods = actions.create(ctx, "product", {"name": "P", "price": 10})
    with world.ctx(clerk) as plain:
        ctx = Context(plain.snapshot, clerk, plain.connection, plain.now, "en", origin="api", reason="Because")
        lines = [{"product": goods, "quantity": 3}, {"product": goods, "quantity": 4}]
        order = actions.create(ctx, "order", {"subject": "S", "firm": firm, "status": "won", "lines": lines})
    with world.ctx() as ctx:
        made = _entries(ctx, "firm", firm)[-1]
        assert made[:5] == ("compute", 1, clerk.id, "api", None)
        assert made[5]["orders"] == (0, 1)
        assert made[5]["revenue"][1] == {"": "70.00", "currency": "EUR"}
        assert "since" not in made[5]  # depends on the day
        of_group = [entry for entry in _entries(ctx, "group", group) if entry[0] == "compute"]
        assert of_group[-1][5].keys() == {"revenue"}
        assert [entry[5] for entry in _entries(ctx, "product", goods)[1:]] == [{"sold": (0, 7)}]
        assert _entries(ctx, "order", order)[0][4] == "Because"
        told = ctx.connection.execute(select(OUTBOX).where(OUTBOX.c.topic == "record.compute")).all()
        at_product = [row for row in told if (row.entity, row.record_id) == ("product", goods)]
        assert [(row.version, row.actor_id, row.origin, row.fields) for row in at_product] == [
            (1, clerk.id, "api", ["sold"])
        ]
        before = len(_entries(ctx, "firm", other)), len(_entries(ctx, "product", goods))
        actions.update(ctx, "order", order, {"firm": other}, 1)
        assert _entries(ctx, "firm", firm)[-1][5]["orders"] == (1, 0)
        assert (len(_entries(ctx, "firm", other)), len(_entries(ctx, "product", goods))) == (before[0] + 1, before[1])
        tables = ctx.snapshot.tables
        assert ctx.connection.execute(select(tables["firm"].c.version).distinct()).scalars().all() == [1]
    with world.database.read() as connection:
        assert list(flaws(connection, world.database.seal, Walked())) == []
        assert list(unrecorded(connection, world.snapshot)) == []


def test_an_entry_of_computing_stands_for_no_version(world: Installation) -> None:
    with world.ctx() as ctx:
        firm = actions.create(ctx, "firm", {"name": "A"})
        actions.update(ctx, "firm", firm, {"name": "B"}, 1)
        plan = plan_of(ctx, "firm")
        table = ctx.snapshot.tables["firm"]
        ctx.connection.execute(table.update().where(table.c.id == firm).values(version=3))  # past the history
        actions.create(ctx, "order", {"subject": "S", "firm": firm})
        assert [entry[:2] for entry in _entries(ctx, "firm", firm)][-1] == ("compute", 3)
        assert since(ctx, plan, firm, 1) is None
        ctx.connection.execute(table.update().where(table.c.id == firm).values(version=2))
        assert {**(since(ctx, plan, firm, 1) or {})}["name"] == "A"


def test_many_records_cost_no_more_statements_and_none_costs_none(world: Installation) -> None:
    with world.ctx() as ctx:
        goods = [actions.create(ctx, "product", {"name": f"P{n}", "price": 1}) for n in range(30)]
        group = actions.create(ctx, "group", {"name": "G"})

    def cost(entity: str, raw: dict[str, Any]) -> int:
        sent: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            if statement.startswith(("INSERT INTO sys_", "WITH")):
                sent.append(statement)

        event.listen(world.database.engine, "before_cursor_execute", note)
        with world.ctx() as ctx:
            actions.create(ctx, entity, raw)
        event.remove(world.database.engine, "before_cursor_execute", note)
        return len(sent)

    lines = [{"product": one, "quantity": 1} for one in goods]
    few = cost("order", {"subject": "S", "lines": lines[:2]})
    assert few == cost("order", {"subject": "S", "lines": lines})
    alone = cost("product", {"name": "alone"})
    assert cost("firm", {"name": "F"}) == alone
    assert cost("firm", {"name": "F", "group": group}) <= alone + 3


@pytest.mark.parametrize("aggregate", ["min", "max", "latest"])
def test_a_moment_that_stays_the_same_is_not_told_again(database_url: str, tmp_path: Path, aggregate: str) -> None:
    """A database gives instants without a zone, a record has them with one; they are the same all the same."""
    moment = {"type": "string", "format": "date-time"}
    rollup = {"entity": "call", "via": "firm", "aggregate": aggregate, "field": "at", **_BY.get(aggregate, {})}
    bodies = {
        ("entities", "firm"): entity(
            "Firma",
            "{name}",
            {"name": text_field("Name"), "last": {**moment, "x-crm": {"label": label("Letzter"), "rollup": rollup}}},
        ),
        ("entities", "call"): entity(
            "Anruf",
            "{name}",
            {
                "name": text_field("Name"),
                "at": {**moment, "x-crm": {"label": label("Um")}},
                "firm": field("reference", "Firma", target="firm"),
            },
        ),
    }
    world = install(database_url, write_documents(tmp_path / "documents", bodies))
    with world.ctx() as ctx:
        firm = actions.create(ctx, "firm", {"name": "A"})
        for _ in range(2):
            actions.create(ctx, "call", {"name": "x", "firm": firm, "at": "2026-03-02T09:30:00Z"})
        verbs = [verb for verb, *_ in _entries(ctx, "firm", firm)]
    world.close()
    assert verbs == ["create", "compute"]
