"""A rule that names a roll-up judges what is there after the save, whether the lines were sent along or not."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from app.records import actions
from app.records.bulk import update_many
from tests.functional.records.desk import Desk, refusal
from tests.support.install import install, write_documents
from tests.support.orders import DOCUMENTS, write_orders

_TOO_MUCH = {"": ("rule.not_too_much",)}
_APPROVAL = {"approved_by": ("field.required",)}


@pytest.fixture
def orders(database_url: str, tmp_path: Path) -> Iterator[Desk]:
    """Return a desk with the documents of orders, for somebody who may do everything with them."""
    installation = install(database_url, write_orders(tmp_path / "documents"))
    yield Desk(installation.database, installation.store).as_user("boss")
    installation.close()


def _items(*nets: int) -> list[Mapping[str, Any]]:
    return [{"name": f"Ware {place}", "net": net} for place, net in enumerate(nets)]


def test_lines_that_are_sent_count_before_the_record_is_accepted(orders: Desk) -> None:
    assert orders.refused("order", name="A", items=_items(60, 60), approved_by="B") == _TOO_MUCH
    assert orders.rows("order") == orders.rows("item") == []
    assert orders.refused("order", name="A", items=_items(60, 30)) == _APPROVAL
    order = orders.create("order", name="A", items=_items(60, 30), approved_by="B")
    before = (orders.row("order", order), orders.rows("item"))
    more = [{"id": row["id"]} for row in before[1]] + [{"name": "Neu", "net": 20}]
    assert refusal(lambda: orders.update("order", order, 1, items=more, note="n")) == _TOO_MUCH
    assert (orders.row("order", order), orders.rows("item")) == before
    assert orders.update("order", order, 1, items=_items(40), approved_by="") == 2
    assert refusal(lambda: orders.update("order", order, 2, items=_items(90))) == _APPROVAL
    assert orders.update("order", order, 2, items=_items(100), approved_by="B") == 3


def test_lines_that_are_not_sent_count_as_they_are(orders: Desk) -> None:
    order = orders.create("order", name="A", items=_items(60, 30), approved_by="B")
    assert refusal(lambda: orders.update("order", order, 1, approved_by="", note="n")) == _APPROVAL
    assert orders.row("order", order)["note"] is None
    assert orders.update("order", order, 1, items=_items(40), approved_by="", note="n") == 2
    assert orders.row("order", order)["note"] == "n"


def test_a_line_is_held_to_them_through_a_door_of_its_own(orders: Desk) -> None:
    order = orders.create("order", name="A", items=_items(60))
    line = orders.rows("item")[0]["id"]
    assert refusal(lambda: orders.update("item", line, 1, net=150)) == {"": ("rule.not_too_much", "field.required")}
    assert refusal(lambda: orders.update("item", line, 1, net=90)) == {"": ("field.required",)}
    assert orders.row("item", line)["version"] == orders.row("order", order)["version"] == 1
    assert orders.update("order", order, 1, approved_by="B") == 2
    assert orders.update("item", line, 1, net=90) == 2
    assert orders.row("order", order)["version"] == 3


def test_whether_a_field_is_shown_is_judged_after_the_save_too(database_url: str, tmp_path: Path) -> None:
    """What isn't shown needn't be filled in; what the lines that are sent along bring to light has to be."""
    documents = copy.deepcopy(dict(DOCUMENTS))
    order = documents["entities", "order"]
    order["properties"]["why_so_much"] = {
        "x-crm": {"label": {"de": "Grund", "en": "Reason"}, "type": "text", "visible_if": "total > 50"}
    }
    order["required"] = ["name", "why_so_much"]
    installation = install(database_url, write_documents(tmp_path / "documents", documents))
    orders = Desk(installation.database, installation.store).as_user("boss")
    missing = {"why_so_much": ("field.required",)}
    assert orders.refused("order", name="A", items=_items(60)) == missing
    order_id = orders.create("order", name="A", items=_items(40))
    (line,) = orders.rows("item")
    kept = {"id": line["id"], "net": 70}
    assert refusal(lambda: orders.update("order", order_id, 1, items=[kept])) == missing
    assert refusal(lambda: orders.update("item", line["id"], 1, net=70)) == {"": ("field.required",)}
    assert orders.update("order", order_id, 1, items=[kept], why_so_much="Messe") == 2
    less = {"id": line["id"], "net": 30}
    assert orders.update("order", order_id, 2, items=[less], why_so_much="") == 3
    installation.close()


def test_many_at_once_are_asked_too_and_all_or_none_are_written(orders: Desk) -> None:
    with orders.ctx() as ctx:
        ids = actions.create_all(ctx, "order", [{"name": "A", "items": _items(5)}, {"name": "B"}])
    changes: dict[int, dict[str, Any]] = {ids[0]: {"note": "n"}, ids[1]: {"items": _items(101), "approved_by": "B"}}

    def change() -> None:
        with orders.ctx() as ctx:
            update_many(ctx, "order", changes, dict.fromkeys(ids, 1))

    assert refusal(change) == {"[1]": ("rule.not_too_much",)}
    assert [row["version"] for row in orders.rows("order")] == [1, 1]
    assert len(orders.rows("item")) == 1
