"""Publishing a formula or a roll-up fills the records that are there, with one statement where a database can."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import event

from app.access.actor import PRODUCT
from app.changes.plan import plan
from app.context import Context
from app.records import actions, bulk
from app.records.altered import altered
from app.records.miscomputed import miscomputed
from app.records.unrecorded import unrecorded
from app.system.verify import Walked, flaws
from tests.functional.computed.oracle import differences
from tests.functional.computed.world import DOCUMENTS, FIRM, GROUP, LINE, ORDER, of
from tests.functional.computed.world import PRODUCT as GOODS
from tests.support.install import Bodies, install, read_documents, write_documents

_COMPUTED = ("formula", "rollup", "number")


def _bare(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return an entity without what is computed in it."""
    kept = {key: json for key, json in body["properties"].items() if not set(_COMPUTED) & json["x-crm"].keys()}
    return {**body, "x-crm": {**body["x-crm"], "title": f"{{{next(iter(kept))}}}"}, "properties": kept}


BARE: Bodies = {
    **DOCUMENTS,
    **{
        ("entities", key): _bare(body)
        for key, body in (("group", GROUP), ("firm", FIRM), ("order", ORDER), ("line", LINE), ("product", GOODS))
    },
}


def test_a_publish_fills_what_is_there(database_url: str, tmp_path: Path) -> None:
    installation = install(database_url, write_documents(tmp_path / "bare", BARE))
    with installation.ctx() as ctx:
        group = actions.create(ctx, "group", {"name": "G"})
        firms = bulk.create_many(ctx, "firm", [{"name": f"F{n}", "group": group} for n in range(5)])
        goods = actions.create(ctx, "product", {"name": "P", "price": 12.34})
        for number in range(40):
            lines = [{"text": "L", "product": goods, "quantity": number % 7 or None} for _ in range(number % 3)]
            status = ("open", "won", "lost", "done")[number % 4]
            day = f"2026-01-{number % 28 + 1:02d}" if number % 5 else None
            raw = {"firm": firms[number % 4], "status": status, "ordered_on": day, "discount": number % 50}
            actions.create(ctx, "order", {"subject": "O", "lines": lines, **raw})
        actions.retire(ctx, "firm", firms[1], 1)
    full = write_documents(tmp_path / "full", {**DOCUMENTS, ("entities", "order"): _without_freezing()})
    with installation.database.read() as connection:
        words = [one.words.en for one in plan(connection, installation.store, read_documents(full)).changes]
    assert "“Order”: field “money” is computed for 40 records." in words
    sent: list[str] = []
    event.listen(
        installation.database.engine, "before_cursor_execute", lambda c, k, statement, *rest: sent.append(statement)
    )
    installation.publish(full)
    assert [text for text in differences(installation) if "agreed" not in text and "title" not in text] == []
    updates = [text for text in sent if text.startswith("UPDATE e_line")]
    assert len(updates) == 1
    with installation.database.read() as connection:
        assert list(altered(connection, installation.store.snapshot(connection))) == []
        assert list(flaws(connection, installation.database.seal, Walked())) == []
        assert list(unrecorded(connection, installation.store.snapshot(connection))) == []
        assert list(miscomputed(connection, installation.store.snapshot(connection))) == []
    installation.close()


def _without_freezing() -> dict[str, Any]:
    return {**ORDER, "properties": {**ORDER["properties"], "agreed": of("money", formula="total * 2")}}


def test_a_changed_formula_is_computed_anew_with_what_looks_at_it(database_url: str, tmp_path: Path) -> None:
    installation = install(database_url, write_documents(tmp_path / "one", DOCUMENTS))
    with installation.ctx(PRODUCT) as ctx:
        firm = actions.create(ctx, "firm", {"name": "F"})
        goods = actions.create(ctx, "product", {"name": "P", "price": 10})
        line = {"product": goods, "quantity": 3}
        actions.create(ctx, "order", {"subject": "O", "firm": firm, "status": "won", "lines": [line]})
    changed = {**LINE, "properties": {**LINE["properties"], "net": of("money", formula="quantity * 7")}}
    installation.publish(write_documents(tmp_path / "two", {**DOCUMENTS, ("entities", "line"): changed}))
    with installation.database.read() as connection:
        tables = installation.store.snapshot(connection).tables
        assert connection.execute(tables["firm"].select()).mappings().one()["revenue"] == 21
        assert list(altered(connection, installation.store.snapshot(connection))) == []
    with installation.database.write() as connection:
        snapshot = installation.store.snapshot(connection)
        order = next(iter(connection.execute(snapshot.tables["order"].select()).mappings()))
        with_actor = Context(snapshot, PRODUCT, connection)
        actions.update(with_actor, "order", order["id"], {"subject": "P", "discount": 50}, order["version"])
        connection.execute(snapshot.tables["firm"].update().values(revenue=22))
        connection.execute(snapshot.tables["line"].update().values(quantity=4))
        found = [(one.entity, one.field) for one in altered(connection, snapshot)]
        assert found == [("line", "quantity")], "what a publish has filled isn't known to the history"
        told = [(one.entity, one.field) for one in miscomputed(connection, snapshot)]
        of_lines = [("line", "net"), ("order", "pieces"), ("product", "sold")]
        assert sorted(told) == sorted([*of_lines, ("firm", "revenue")]), "but it can be computed once more"
    installation.close()
