"""The page of a record's history keeps to the reader's rights, whichever way it is asked: list, moment, difference."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.query.record import load_record
from app.records import actions
from tests.functional.web.documents import entity, field, label
from tests.support.install import write_documents
from tests.support.site import Site, make_site


def _role(**entities: Any) -> dict[str, Any]:
    return {"label": label("R"), "entities": entities}


_DOCUMENTS = {
    ("entities", "firm"): entity(),
    ("entities", "deal"): entity(
        secret=field("Geheimnis"),
        partly=field("Teils"),
        firm=field("Partner", "reference", target="firm"),
        lines=field("Posten", "lines", entity="line", via="deal"),
    ),
    ("entities", "line"): entity(deal=field("Deal", "reference", target="deal"), inner=field("Intern")),
    ("roles", "boss"): _role(**{"*": {"read": True}}),
    ("roles", "blind"): _role(
        deal={"read": True, "fields": {"secret": "none", "partly": "none"}},
        line={"read": {"where": 'name = "offen"'}, "fields": {"inner": "none"}},
    ),
    ("roles", "half"): _role(
        deal={"read": "own", "fields": {"partly": "read", "*": "none"}}, line={"read": {"where": 'name = "halb"'}}
    ),
    ("roles", "own"): _role(deal={"read": "own"}),
    ("roles", "nobody"): _role(firm={"read": True}),
}
_FIRST, _SECOND = (datetime(2026, month, 5, 9, 0, tzinfo=UTC) for month in (1, 2))
#: Every way to ask; between the two changes, and compared with now.
_WAYS = ("", "?at=2026-01-20T12:00", "?at=now", "?at=2026-01-20T12:00&to=now", "?at=now&to=2025-01-01T00:00")


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    """Return a site with readers of every sort."""
    made = make_site(database_url, write_documents(tmp_path / "documents", _DOCUMENTS), roles=("blind+half",))
    yield made
    made.installation.close()


def _deal(site: Site, owner: str) -> int:
    """Write a deal, and change all of it."""
    user = site.actor(owner).id
    with site.installation.ctx(now=_FIRST) as ctx:
        firms = [actions.create(ctx, "firm", {"name": f"Partner {n}"}) for n in (1, 2)]
        lines = [{"name": "verborgen", "inner": "intern-1"}, {"name": "offen", "inner": "intern-2"}]
        raw = {"name": "D1", "secret": "geheim-1", "partly": "teils-1", "firm": firms[0], "lines": lines, "owner": user}
        deal = actions.create(ctx, "deal", raw)
        kept = ctx.connection.execute(ctx.snapshot.tables["line"].select().order_by("id")).mappings().all()
        ids = [row["id"] for row in kept if row["deal"] == deal]
    with site.installation.ctx(now=_SECOND) as ctx:
        more = [{"id": ids[0]}, {"id": ids[1], "inner": "intern-3"}, {"name": "verborgen"}, {"name": "verborgen"}]
        raw = {"name": "D2", "secret": "geheim-2", "partly": "teils-2", "firm": firms[1], "lines": more}
        actions.update(ctx, "deal", deal, raw, 1)
    return deal


def _pages(site: Site, role: str, deal: int) -> list[str]:
    visitor = site.visitor(role)
    found = [visitor.get(f"/r/deal/{deal}/history{way}") for way in _WAYS]
    assert {answer.status_code for answer in found} == {200}, role
    return [answer.text.partition("<main")[2].partition("</main")[0] for answer in found]


def test_the_past_shows_no_more_of_a_record_than_the_present(site: Site) -> None:
    """A field, the name of a target, lines; the lines that the reader doesn't see aren't counted either.

    A save that changed nothing he sees in them doesn't say that it was about lines.
    """
    deal = _deal(site, "boss")
    pages = _pages(site, "boss", deal)
    for word in (
        "geheim-1",
        "geheim-2",
        "teils-1",
        "Partner 1",
        "Partner 2",
        "intern-1",
        "intern-3",
        "Zeile 2: geändert",
    ):
        assert word in pages[0], word
        assert any(word in page for page in pages[1:]), word
    assert "geheim-2" not in pages[1]
    assert "Zeile 2<" in pages[1]
    assert "intern-2" in pages[1]
    assert "intern-3" not in pages[1]
    assert "Zeile 3<" not in pages[1]
    assert "Zeile 4<" in pages[2]
    assert "Zeile 4: hinzugefügt" in pages[3]
    blind = _pages(site, "blind", deal)
    for page in blind:
        for word in (
            "geheim",
            "teils",
            "Geheimnis",
            "Teils",
            "Partner 1",
            "Partner 2",
            "verborgen",
            "ntern",
            "Zeile 2",
        ):
            assert word not in page, word
    assert "D1" in blind[1]
    assert [page.count("Posten") for page in blind] == [1, 1, 1, 0, 1]


def test_a_line_that_is_gone_shows_what_is_readable_in_it(site: Site) -> None:
    """In one line a field may be readable, and hidden in the next one, now as then; hidden looks like empty."""
    user = site.actor("blind+half").id
    with site.installation.ctx(now=_FIRST) as ctx:
        lines = [{"name": name, "inner": f"intern-{name}"} for name in ("verborgen", "offen", "halb")]
        deal = actions.create(ctx, "deal", {"name": "D1", "owner": user, "lines": [*lines, {"name": "halb"}]})
        known: Any = load_record(ctx, "deal", deal).values["lines"]
    with site.installation.ctx(now=_SECOND) as ctx:
        changed = [{"id": line["id"], "inner": f"danach-{line['name']}"} for line in known[:3]]
        actions.update(ctx, "deal", deal, {"name": "D2", "lines": [*changed, {"id": known[3]["id"]}]}, 1)
        actions.update(ctx, "deal", deal, {"lines": []}, 2)
    entries, then, now, compared, _ = _pages(site, "blind+half", deal)
    for page in (entries, then, compared):
        assert "intern-halb" in page
        assert "-offen" not in page
        assert "verborgen" not in page
        assert "Zeile 4" not in page
    assert "Zeile 1: entfernt" in entries
    assert "danach-halb" in entries
    assert "Zeile 1: geändert" not in entries
    assert "Posten" not in now
    hidden, _, empty = re.findall(r'<td data-label="Intern">(.*?)</td>', then)
    assert hidden == empty
    nobody = _pages(site, "own", _deal(site, "own"))
    assert not any("Posten" in page or "offen" in page for page in nobody)


def test_a_hidden_record_has_no_history_and_a_field_only_where_it_is_seen(site: Site) -> None:
    """For whoever may read others, and for whoever may read none, it is as if the record weren't there."""
    mine, others, both = _deal(site, "own"), _deal(site, "boss"), _deal(site, "blind+half")
    assert any("teils-1" in page for page in _pages(site, "blind+half", both))
    assert not any("teils" in page for page in _pages(site, "blind+half", others))
    assert not any("geheim" in page for page in _pages(site, "blind+half", both))
    assert "D1" in _pages(site, "own", mine)[0]
    for role in ("own", "nobody"):
        visitor = site.visitor(role)
        for way in _WAYS:
            hidden = visitor.get(f"/r/deal/{others}/history{way}")
            missing = visitor.get(f"/r/deal/{others + 99}/history{way}")
            assert (hidden.status_code, missing.status_code) == (404, 404)
            assert "D1" not in hidden.text
    entry = site.visitor("boss").get(f"/r/deal/{others}/history").text.partition("?at=")[2].partition("&")[0]
    for way in (f"at={entry}", f"from={entry}-2"):
        assert site.visitor("own").get(f"/r/deal/{mine}/history?{way}").status_code == 400, way


def test_a_save_known_from_elsewhere_tells_nothing_of_a_record(site: Site) -> None:
    """What was saved together has one token; where the reader sees nothing of it, there is no such save."""
    seen, hidden = _deal(site, "boss"), _deal(site, "boss")
    with site.installation.ctx() as ctx:
        actions.update(ctx, "deal", seen, {"name": "D3"}, 2)
        actions.update(ctx, "deal", hidden, {"secret": "geheim-3"}, 2)
    visitor = site.visitor("blind")
    entry = visitor.get(f"/r/deal/{seen}/history").text.partition("?at=")[2].partition('"')[0]
    assert visitor.get(f"/r/deal/{seen}/history?from={entry}-3").status_code == 200
    for way in (f"from={entry}-3", f"from={'0' * 32}-3", f"at={entry}"):
        assert visitor.get(f"/r/deal/{hidden}/history?{way}").status_code == 400, way
