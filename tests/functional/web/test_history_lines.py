"""Child rows on the page of a record's history: as they were, and which came, went and were changed."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from app.query.record import load_record
from app.records import actions
from app.records.erasing import erase_history
from app.records.reasons import with_reason
from app.web.history_lines import MOST
from tests.functional.web.documents import entity, field, label
from tests.support.install import write_documents
from tests.support.site import Site, make_site

_DOCUMENTS = {
    ("entities", "ware"): entity(),
    ("entities", "deal"): entity(lines=field("Posten", "lines", entity="line", via="deal")),
    ("entities", "line"): entity(
        deal=field("Deal", "reference", target="deal"),
        ware=field("Ware", "reference", target="ware"),
        amount=field("Menge", "integer"),
    ),
    ("roles", "boss"): {"label": label("R"), "entities": {"*": {"read": True}}},
}


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    """Return a site with deals that have lines."""
    made = make_site(database_url, write_documents(tmp_path / "documents", _DOCUMENTS))
    yield made
    made.installation.close()


def _create(site: Site, lines: Sequence[dict[str, Any]]) -> tuple[int, list[int]]:
    """Write a deal on January 5th; return its id and those of its lines."""
    with site.installation.ctx(now=datetime(2026, 1, 5, 9, 0, tzinfo=UTC)) as ctx:
        deal = actions.create(ctx, "deal", {"name": "D", "lines": lines})
        value: Any = load_record(ctx, "deal", deal).values["lines"]
        return deal, [line["id"] for line in value]


def _save(site: Site, deal: int, month: int, lines: Sequence[dict[str, Any]]) -> None:
    with site.installation.ctx(now=datetime(2026, month, 5, 9, 0, tzinfo=UTC)) as ctx:
        actions.update(ctx, "deal", deal, {"lines": lines}, load_record(ctx, "deal", deal, lines=False).version)


def _page(site: Site, deal: int, way: str = "") -> str:
    answer = site.visitor("boss").get(f"/r/deal/{deal}/history{way}")
    assert answer.status_code == 200
    return answer.text.partition("<main")[2].partition("</main")[0]


def _tables(page: str) -> list[dict[str, list[str]]]:
    """Return the tables of lines: each row's head, and its cells that say something."""
    found = []
    for table in re.findall(r"<caption>Posten</caption>(.*?)</table>", page, re.DOTALL):
        rows = re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', table, re.DOTALL)
        found.append({head: [_plain(one) for one in re.findall(r"<td[^>]*>(.*?)</td>", row)] for head, row in rows})
    return found


def _plain(cell: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", cell))


def test_rows_are_shown_as_they_were_and_by_what_happened_to_them(site: Site) -> None:
    """By entry, at a moment, between two: added, removed, changed; what stayed the same is left out."""
    with site.installation.ctx() as ctx:
        wares = [actions.create(ctx, "ware", {"name": name}) for name in ("Kiste", "Fass")]
    first = [{"name": "a", "amount": "1", "ware": wares[0]}, {"name": "b", "amount": "2"}, {"name": "c"}]
    deal, (a, _, c) = _create(site, first)
    _save(site, deal, 2, [{"id": a}, {"id": c, "amount": "9", "ware": wares[1]}, {"name": "d <i>"}])
    _save(site, deal, 3, [{"id": c}, {"id": a, "name": "a2"}])
    with site.installation.ctx() as ctx:  # by itself, without the deal's mask
        actions.update(ctx, "line", a, {"name": "a3"}, 2)
    created = {"Zeile 1": ["a", "Kiste", "1"], "Zeile 2": ["b", "leer", "2"], "Zeile 3": ["c", "leer", "leer"]}
    second = {
        "Zeile 2: geändert": ["", "Vorher: leer → Nachher: Fass", "Vorher: leer → Nachher: 9"],
        "Zeile 3: hinzugefügt": ["d <i>", "leer", "leer"],
        "Zeile 2: entfernt": ["b", "leer", "2"],
    }
    third = {"Zeile 2: geändert": ["Vorher: a → Nachher: a2", "", ""], "Zeile 3: entfernt": ["d <i>", "leer", "leer"]}
    fourth = {"Zeile 2: geändert": ["Vorher: a2 → Nachher: a3"]}
    page = _page(site, deal)
    assert _tables(page) == [fourth, third, second, created]
    assert page.count("anderer Reihenfolge") == 1
    assert _tables(_page(site, deal, "?at=2026-01-20T12:00")) == [created]
    then = {"Zeile 1": ["a", "Kiste", "1"], "Zeile 2": ["c", "Fass", "9"], "Zeile 3": ["d <i>", "leer", "leer"]}
    assert _tables(_page(site, deal, "?at=2026-02-20T12:00")) == [then]
    assert _tables(_page(site, deal, "?at=2026-01-20T12:00&to=2026-02-20T12:00")) == [second]
    assert _tables(_page(site, deal, "?at=2026-02-20T12:00&to=2026-03-20T12:00")) == [third]
    assert "nichts anders" in _page(site, deal, "?at=2026-01-20T12:00&to=2026-01-21T12:00")
    before = _page(site, deal, "?at=2025-12-01T12:00&to=2026-01-20T12:00")
    assert list(_tables(before)[0]) == [f"Zeile {number}: hinzugefügt" for number in (1, 2, 3)]


def test_another_order_alone_is_told(site: Site) -> None:
    deal, (a, b) = _create(site, [{"name": "a"}, {"name": "b"}])
    _save(site, deal, 2, [{"id": b}, {"id": a}])
    assert _page(site, deal).count("anderer Reihenfolge") == 1
    for month, names in ((1, ["a", "b"]), (2, ["b", "a"])):
        (rows,) = _tables(_page(site, deal, f"?at=2026-0{month}-20T12:00"))
        assert [cells[0] for cells in rows.values()] == names


def test_an_erased_value_of_a_row_says_so(site: Site) -> None:
    deal, (a, b) = _create(site, [{"name": "geheim-1", "amount": "1"}, {"name": "b"}])
    _save(site, deal, 2, [{"id": a, "name": "geheim-2"}, {"id": b}])
    _save(site, deal, 3, [{"id": a, "amount": "2"}, {"id": b}])
    _save(site, deal, 4, [{"id": a, "name": "neu"}, {"id": b}])
    with site.installation.ctx() as ctx:
        erase_history(with_reason(ctx, "Antrag"), "line", a, ["name"])
    erased = "Die Werte wurden gelöscht."
    page = _page(site, deal)
    assert "geheim" not in page
    fourth, third, second, first = _tables(page)
    assert fourth == {"Zeile 1: geändert": [f"Vorher: {erased} → Nachher: neu"]}
    assert third == {"Zeile 1: geändert": ["Vorher: 1 → Nachher: 2"]}
    assert second == {"Zeile 1: geändert": [f"Vorher: {erased} → Nachher: {erased}"]}
    assert first == {"Zeile 1": [erased, "leer", "1"], "Zeile 2": ["b", "leer", "leer"]}
    assert _tables(_page(site, deal, "?at=2026-02-20T12:00")) == [first]


def test_many_rows_cost_no_more_statements_and_are_cut(site: Site) -> None:
    """A few hundred rows and several entries are asked for together; what isn't shown is counted."""
    few, ids = _create(site, [{"name": "a"}])
    many, more = _create(site, [{"name": f"Posten {number}"} for number in range(MOST * 2)])
    for month in (2, 3, 4):
        _save(site, few, month, [{"id": ids[0], "amount": str(month)}])
        _save(site, many, month, [{"id": one, "amount": str(month)} for one in more])
    for way in ("", "?at=2026-02-20T12:00", "?at=2026-02-20T12:00&to=now"):
        _page(site, few, way)
        costs, page = zip(*(_counted(site, deal, way) for deal in (few, many)), strict=True)
        assert costs[0] == costs[1], way
        assert costs[1] <= 10, way
        assert [len(table) for table in _tables(page[1])] == [MOST] * len(_tables(page[0]))
        assert page[1].count(f"weitere Zeilen: {MOST}.") == len(_tables(page[0])), way


def _counted(site: Site, deal: int, way: str) -> tuple[int, str]:
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.lstrip().startswith("SELECT"):
            statements.append(statement)

    visitor = site.visitor("boss")
    event.listen(site.installation.database.engine, "before_cursor_execute", note)
    try:
        page = visitor.get(f"/r/deal/{deal}/history{way}").text
    finally:
        event.remove(site.installation.database.engine, "before_cursor_execute", note)
    return len(statements), page
