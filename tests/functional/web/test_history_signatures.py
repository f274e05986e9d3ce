"""Who changed a record and when is told by its history only to whom the record itself tells it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest

from app.records import actions
from tests.functional.web.documents import entity, field, label
from tests.support.install import write_documents
from tests.support.site import Site, make_site


def _role(read: Any = True, **levels: str) -> dict[str, Any]:
    return {"label": label("R"), "entities": {"deal": {"read": read, "fields": levels}, "line": {"read": True}}}


_DOCUMENTS: Final = {
    ("entities", "deal"): entity(lines=field("Posten", "lines", entity="line", via="deal")),
    ("entities", "line"): entity(deal=field("Deal", "reference", target="deal")),
    ("roles", "boss"): _role(),
    ("roles", "nameless"): _role(updated_by="none"),
    ("roles", "motherless"): _role(created_by="none"),
    ("roles", "timeless"): _role(updated_at="none"),
    ("roles", "unborn"): _role(created_at="none"),
    ("roles", "blind"): _role(updated_by="none", updated_at="none", created_by="none", created_at="none"),
    ("roles", "own"): _role("own"),
}
_MADE, _CHANGED, _LINED = (datetime(2026, month, 5, 9, 0, tzinfo=UTC) for month in (1, 2, 3))
_BETWEEN: Final = "2026-01-20T12:00"


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    """Return a site with readers of every sort."""
    made = make_site(database_url, write_documents(tmp_path / "documents", _DOCUMENTS), roles=("blind+own",))
    yield made
    made.installation.close()


def _deal(site: Site, owner: str = "boss") -> int:
    """Write a deal, change it twice: a value, then its lines."""
    with site.installation.ctx(site.actor("boss"), now=_MADE) as ctx:
        raw = {"name": "D1", "owner": site.actor(owner).id}
        deal = actions.create(_able(ctx), "deal", raw)
    with site.installation.ctx(site.actor("nameless"), now=_CHANGED) as ctx:
        actions.update(_able(ctx), "deal", deal, {"name": "D2"}, 1)
    with site.installation.ctx(site.actor("nameless"), now=_LINED) as ctx:
        actions.update(_able(ctx), "deal", deal, {"lines": [{"name": "Zeile"}]}, 2)
    return deal


def _able(ctx: Any) -> Any:
    """Return a context whose actor keeps his name and may do everything."""
    return replace(ctx, actor=replace(ctx.actor, everything=True))


def _main(site: Site, role: str, deal: int, way: str = "", status: int = 200) -> str:
    answer = site.visitor(role).get(f"/r/deal/{deal}/history{way}")
    assert answer.status_code == status, (role, way)
    return answer.text.partition("<main")[2].partition("</main")[0]


def _heads(page: str) -> list[str]:
    return re.findall(r"<h2>(.*?)</h2>", page)


_BOSS, _OTHER = "von Test Boss", "von Test Nameless"


@pytest.mark.parametrize(
    ("role", "told"),
    [
        ("boss", [("am 05.03.2026", _OTHER), ("am 05.02.2026", _OTHER), ("am 05.01.2026", _BOSS)]),
        ("nameless", [("am 05.03.2026", ""), ("am 05.02.2026", ""), ("am 05.01.2026", _BOSS)]),
        ("motherless", [("am 05.03.2026", _OTHER), ("am 05.02.2026", _OTHER), ("am 05.01.2026", "")]),
        ("timeless", [("(Fassung 3)", _OTHER), ("(Fassung 2)", _OTHER), ("am 05.01.2026", _BOSS)]),
        ("unborn", [("am 05.03.2026", _OTHER), ("am 05.02.2026", _OTHER), ("(Fassung 1)", _BOSS)]),
        ("blind", [("(Fassung 3)", ""), ("(Fassung 2)", ""), ("(Fassung 1)", "")]),
    ],
)
def test_every_entry_says_no_more_than_the_record_does(site: Site, role: str, told: list[tuple[str, str]]) -> None:
    heads = _heads(_main(site, role, _deal(site)))
    assert len(heads) == len(told)
    for head, (when, who) in zip(heads, told, strict=True):
        assert when in head
        assert ("2026" in head) == when.startswith("am")
        assert who in head
        assert ("von Test" in head) == bool(who)


def test_without_moments_the_past_is_asked_by_entry_only(site: Site) -> None:
    """Whoever may ask for a moment finds out by halving when something happened."""
    deal = _deal(site)
    for role in ("timeless", "unborn", "blind"):
        page = _main(site, role, deal)
        assert "datetime-local" not in page
        for way in (f"?at={_BETWEEN}", f"?at=now&to={_BETWEEN}", "?at=2020-01-01T00:00"):
            refused = _main(site, role, deal, way, 400)
            assert "dürfen Sie nicht sehen" in refused
            assert "history-state" not in refused
        saves = re.findall(r"\?at=([0-9a-f]{32})\"", page)
        then = _main(site, role, deal, f"?at={saves[1]}")
        assert "D2" in then
        assert "Nach: Geändert" in then
        assert "Zeile 1" not in then
        compared = _main(site, role, deal, f"?at={saves[-1]}&to=now")
        assert "D1" in compared
        assert "Posten" in compared
        if role == "blind":
            assert "2026" not in then + compared + page
            assert "von Test" not in then + compared + page
    assert "datetime-local" in _main(site, "nameless", deal)
    assert "D1" in _main(site, "nameless", deal, f"?at={_BETWEEN}")


def test_what_may_be_known_differs_from_record_to_record(site: Site) -> None:
    mine, foreign = _deal(site, "blind+own"), _deal(site)
    assert _OTHER in _main(site, "blind+own", mine)
    assert "datetime-local" in _main(site, "blind+own", mine)
    page = _main(site, "blind+own", foreign)
    assert "von Test" not in page
    assert "2026" not in page
    _main(site, "blind+own", mine, f"?at={_BETWEEN}")
    _main(site, "blind+own", foreign, f"?at={_BETWEEN}", 400)


def test_an_archived_record_says_when_only_to_whom_may_know(site: Site, tmp_path: Path) -> None:
    hidden = _role(archived_at="none", updated_by="none")
    site.installation.publish(write_documents(tmp_path / "more", {**_DOCUMENTS, ("roles", "blind"): hidden}))
    deal = _deal(site)
    with site.installation.ctx(site.actor("boss"), now=_LINED) as ctx:
        actions.retire(_able(ctx), "deal", deal, 3)
    told = re.compile(r'archived-note">(.*?)</p>')
    boss, blind = (told.search(site.visitor(role).get(f"/r/deal/{deal}").text) for role in ("boss", "blind"))
    assert boss is not None
    assert "05.03.2026" in boss[1]
    assert "Test Boss" in boss[1]
    assert blind is not None
    assert "2026" not in blind[1]
    assert "Test" not in blind[1]
