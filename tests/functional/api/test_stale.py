"""A program that was too slow is told what was saved meanwhile: what it may read, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from tests.support.orders import write_orders
from tests.support.program import Program, program
from tests.support.site import Site, make_site

_BOTH = "blind+keen"


@pytest.fixture
def orders(database_url: str, tmp_path: Path) -> Iterator[Site]:
    """Return a site with the documents of orders and no order."""
    made = make_site(database_url, write_orders(tmp_path / "documents"), roles=(_BOTH,))
    yield made
    made.installation.close()


def _stale(asking: Program, order: int, patch: dict[str, Any], version: int = 1) -> dict[str, Any]:
    answer = asking.send("PATCH", f"/order/{order}", patch, If_Match=f'"{version}"')
    assert answer.status_code == 412, answer.text
    body: dict[str, Any] = answer.get_json()
    return body


def test_what_clashes_is_told_with_what_is_stored_and_what_was(orders: Site) -> None:
    boss, other = program(orders, "boss"), program(orders, "mixed")
    made = other.create("order", name="Alt", note="alt", items=[{"name": "a", "net": 1}, {"name": "b", "net": 2}])
    path, items = f"/order/{made['id']}", made["items"]
    changed = other.send("PATCH", path, {"name": "Ihres", "items": items[:1]}, If_Match='"1"').get_json()
    mine = {"name": "Meines", "note": "neu", "items": [{**items[0], "net": 9}, items[1]]}
    body = _stale(boss, made["id"], mine)
    told = body["conflict"]
    assert (told["by"], told["at"]) == ("Test Mixed", changed["updated_at"])
    assert told["fields"] == [
        {"pointer": "/name", "stored": "Ihres", "original": "Alt"},
        {
            "pointer": "/items",
            "stored": changed["items"],
            "original": [{"id": row["id"], "name": row["name"], "net": row["net"]} for row in items],
        },
    ], "the note has been changed by nobody else: nothing to decide"
    assert len(changed["items"]) == 1
    schema = boss.get("/openapi.json").get_json()["components"]["schemas"]["Problem"]
    assert "conflict" in schema["properties"]
    jsonschema_rs.Draft202012Validator(schema).validate(body)
    apart = _stale(boss, made["id"], {"note": "neu"})["conflict"]
    assert apart["fields"] == []
    gone = boss.send("DELETE", path, If_Match='"1"').get_json()["conflict"]
    assert (gone["by"], gone["fields"]) == ("Test Mixed", [])
    never = boss.send("PATCH", path, {"name": "x"}, If_Match='"x"')
    assert (never.status_code, "conflict" in never.get_json()) == (412, False)


def test_nobody_is_told_what_he_may_not_read(orders: Site) -> None:
    """Who may read only the margin of his own orders has lost this one meanwhile, and with it what is in the field."""
    boss, asking = program(orders, "boss"), program(orders, _BOTH)
    mine = asking.create("order", name="Alt")
    path = f"/order/{mine['id']}"
    given = boss.send("PATCH", path, {"margin": 77.77, "owner": orders.actor("boss").id}, If_Match='"1"')
    assert given.status_code == 200, given.text
    told = _stale(asking, mine["id"], {"margin": 5, "name": "Meines"})
    assert told["conflict"]["fields"] == []
    assert "by" not in told["conflict"]
    assert "77.77" not in str(told)
    assert "margin" not in str(told)
    assert "Boss" not in str(told)
    shown = _stale(boss, mine["id"], {"margin": 5})["conflict"]
    assert shown["fields"] == [{"pointer": "/margin", "stored": 77.77, "original": None}]


def test_a_token_that_may_only_write_is_told_no_values(orders: Site) -> None:
    boss, writing = program(orders, "boss"), program(orders, "boss", ["write"])
    made = boss.create("order", name="Alt")
    assert boss.send("PATCH", f"/order/{made['id']}", {"name": "Neu"}, If_Match='"1"').status_code == 200
    told = _stale(writing, made["id"], {"name": "Meines"})
    assert "conflict" not in told
    assert "Neu" not in str(told)
