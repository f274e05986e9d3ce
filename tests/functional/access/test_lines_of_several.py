"""Rows that are lines of one record and point to another: what is computed of them tells nothing that they don't."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tests.support.documents import entity, label, of
from tests.support.install import write_documents
from tests.support.program import program
from tests.support.site import make_site

_WHOLE: Final = {"create": True, "read": True, "update": True, "retire": True}


def _sum(via: str) -> dict[str, Any]:
    return of("integer", rollup={"entity": "item", "via": via, "aggregate": "sum", "field": "net"})


DOCUMENTS: Final[Mapping[tuple[str, str], Any]] = {
    ("entities", "order"): entity(
        "Aufträge",
        {
            "name": of("text"),
            "items": of("lines", entity="item", via="order"),
            "total": _sum("order"),
            "listed": of("integer", formula="count(items)"),
            "credits": _sum("credit"),
        },
    ),
    ("entities", "project"): entity(
        "Projekte", {"name": of("text"), "items": of("lines", entity="item", via="project"), "total": _sum("project")}
    ),
    ("entities", "item"): entity(
        "Posten",
        {
            "name": of("text"),
            "order": of("reference", target="order"),
            "project": of("reference", target="project"),
            "credit": of("reference", target="order"),
            "net": of("integer"),
        },
    ),
    ("roles", "boss"): {"label": label("Chef"), "entities": {"*": _WHOLE}},
    ("roles", "orders"): {"label": label("Aufträge"), "entities": {"order": {"read": True}, "item": {"read": True}}},
    ("roles", "own"): {
        "label": label("Eigene"),
        "entities": {"order": {"read": "own", "create": True}, "item": {"read": True}, "project": {"read": True}},
    },
}


def test_a_sum_counts_no_row_that_another_record_hides(database_url: str, tmp_path: Path) -> None:
    site = make_site(database_url, write_documents(tmp_path / "documents", DOCUMENTS))
    boss, orders, own = (program(site, role) for role in ("boss", "orders", "own"))
    order, project = boss.create("order", name="A"), boss.create("project", name="P")
    mine = own.create("order", name="Meiner")
    boss.create("item", name="x", order=order["id"], project=project["id"], net=50)
    boss.create("item", name="y", order=order["id"], credit=mine["id"], net=70)
    whole = boss.get(f"/order/{order['id']}").get_json()
    assert (whole["total"], whole["listed"], len(whole["items"])) == (120, 2, 2)
    part = orders.get(f"/order/{order['id']}").get_json()
    assert len(part["items"]) == 1, "the other one is a line of a project, which can't be read"
    assert not {"total", "listed", "credits"} & part.keys()
    assert orders.get("/order?filter=total > 50").status_code == 400
    seen = own.get(f"/order/{mine['id']}").get_json()
    assert own.get("/item").get_json()["items"] == []
    assert {"total", "listed"} <= seen.keys(), "lines of one's own orders could all be read"
    assert "credits" not in seen, "what merely points here is a line of somebody else's order"
    site.installation.close()
