"""A line of a record that is closed for its reader: its page says so before he tries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.orders import created, retired, version_at, write_orders
from tests.support.site import Site, Visitor, make_site

_LINES = {"items-0-name": "Schraube", "items-0-net": "5", "_sent": "items"}
_NOT_YOURS = "gehört zu einem Datensatz, den Sie nicht ändern dürfen"


@pytest.fixture
def orders(sqlite_url: str, tmp_path: Path) -> Iterator[Site]:
    """Return a site with the documents of orders and no order."""
    made = make_site(sqlite_url, write_orders(tmp_path / "documents"))
    yield made
    made.installation.close()


def _verbs(page: str) -> set[str]:
    return set(re.findall(r"/r/item/1/(edit|retire|restore)\b", page))


def _refused(visitor: Visitor, verb: str, status: int) -> None:
    form = {"version": "1", "name": "Mutter"}
    assert visitor.post(f"/r/item/1/{verb}", form).status_code == status, verb


def test_a_line_of_somebody_elses_record_is_only_looked_at(orders: Site) -> None:
    boss, mixed = orders.visitor("boss"), orders.visitor("mixed")
    created(boss, name="A", **_LINES)
    page = mixed.get("/r/item/1").text
    assert _NOT_YOURS in page
    assert _verbs(page) == set()
    assert mixed.get("/r/item/1/edit").headers["Location"] == "/r/item/1"
    for verb in ("edit", "retire", "restore"):
        _refused(mixed, verb, 403)
    why = mixed.get("/why?entity=item&record=1").text
    assert why.count(_NOT_YOURS) == 3
    assert _NOT_YOURS not in boss.get("/why?entity=item&record=1").text
    assert _verbs(boss.get("/r/item/1").text) == {"edit", "retire"}
    assert _NOT_YOURS not in boss.get("/r/item/1").text


def test_a_line_of_a_locked_record_says_what_locks_it(orders: Site) -> None:
    boss = orders.visitor("boss")
    url = created(boss, name="A", stage="zu", **_LINES)
    page = boss.get("/r/item/1").text
    assert "Der Auftrag ist abgeschlossen." in page
    assert _verbs(page) == set()
    assert boss.get("/r/item/1/edit").headers["Location"] == "/r/item/1"
    for verb in ("edit", "retire"):
        _refused(boss, verb, 422)
    assert boss.post(f"{url}/edit", {"stage": "offen", "version": "1"}).status_code == 303
    assert _verbs(boss.get("/r/item/1").text) == {"edit", "retire"}


def test_a_line_comes_back_with_its_record_only(orders: Site) -> None:
    boss = orders.visitor("boss")
    url = created(boss, name="A", **_LINES)
    retired(boss, url)
    page = boss.get("/r/item/1").text
    assert "Bitte stellen Sie zuerst ihn wieder her" in page
    assert _verbs(page) == set()
    listed = boss.get("/e/item/all?archived=1").text
    assert "Schraube" in listed
    assert "Wiederherstellen: " not in listed
    assert boss.post("/r/item/1/restore", {"version": "2"}).status_code == 422
    assert boss.post(f"{url}/restore", {"version": version_at(boss, url)}).status_code == 303
    assert _verbs(boss.get("/r/item/1").text) == {"edit", "retire"}
