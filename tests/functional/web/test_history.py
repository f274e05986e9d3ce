"""The page of a record's history."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from sqlalchemy import func, select

from app.query.history import PAGE
from app.query.record import load_record
from app.records import actions
from app.system.history import HISTORY
from tests.support.site import Site


def test_the_history_says_who_changed_what(site: Site) -> None:
    with site.installation.ctx() as ctx:
        account = actions.create(ctx, "account", {"name": "Verlauf <GmbH>"})
        actions.update(ctx, "account", account, {"name": "Verlauf AG"}, 1)
    visitor = site.visitor("sales")
    assert f'href="/r/account/{account}/history"' in visitor.get(f"/r/account/{account}").text
    page = visitor.get(f"/r/account/{account}/history").text
    assert "Verlauf &lt;GmbH&gt;</td>" in page
    assert ">Verlauf AG</td>" in page
    assert page.index("Geändert am") < page.index("Angelegt am")
    assert "von Lotse</h2>" in page  # and not "von Lotse (Lotse)"
    assert visitor.get("/r/account/999999999/history").status_code == 404
    assert visitor.get("/r/nope/1/history").status_code == 404


def test_a_long_history_is_turned_over(site: Site) -> None:
    with site.installation.ctx() as ctx:
        account = actions.create(ctx, "account", {"name": "Lang 0"})
        for number in range(1, PAGE + 2):
            version = load_record(ctx, "account", account, lines=False).version
            actions.update(ctx, "account", account, {"name": f"Lang {number}"}, version)
    visitor = site.visitor("sales")
    first = visitor.get(f"/r/account/{account}/history").text
    assert f">Lang {PAGE + 1}</td>" in first
    assert "<dd>Lang 0</dd>" not in first
    older = first.partition(f"/r/account/{account}/history?from=")[2].partition('"')[0]
    last = visitor.get(f"/r/account/{account}/history?from={older}").text
    assert "<dd>Lang 0</dd>" in last
    assert "?from=" not in last.partition("<main")[2]
    for wrong in ("1", f"{older}000", f"{'0' * 32}-1", older.partition("-")[0]):
        answer = visitor.get(f"/r/account/{account}/history?from={wrong}")
        assert answer.status_code == 400, wrong
        assert 'role="alert"' in answer.text


def _main(page: str) -> str:
    return page.partition("<main")[2].partition("</main")[0]


def test_a_record_is_shown_as_it_was_and_compared(site: Site) -> None:
    """By entry and by time, without JavaScript; what is no moment, or no entry of this record, is told so."""
    with site.installation.ctx(now=datetime(2026, 1, 5, 9, 0, tzinfo=UTC)) as ctx:
        account = actions.create(ctx, "account", {"name": "Damals GmbH", "website": "https://damals.example"})
    with site.installation.ctx() as ctx:
        other = actions.create(ctx, "account", {"name": "Andere"})
    with site.installation.ctx(now=datetime(2026, 2, 5, 9, 0, tzinfo=UTC)) as ctx:
        actions.update(ctx, "account", account, {"name": "Heute AG"}, 1)
    with site.installation.ctx(now=datetime(2026, 2, 6, 9, 0, tzinfo=UTC)) as ctx:
        actions.update(ctx, "account", account, {"website": None}, 2)
    visitor = site.visitor("sales")
    url = f"/r/account/{account}/history"
    entries = re.findall(r'href="[^"]*\?at=([0-9a-f]+)"', visitor.get(url).text)
    assert len(entries) == 3
    then = _main(visitor.get(f"{url}?at=2026-01-20T12:00").text)
    assert "Damals GmbH</dd>" in then
    assert "https://damals.example</dd>" in then
    assert "Heute AG</dd>" not in then
    assert _facts(then) == _facts(visitor.get(f"{url}?at={entries[2]}").text)
    before = _main(visitor.get(f"{url}?at=2025-12-31T12:00").text)
    assert "war nichts eingetragen" in before
    assert "Damals" not in before
    compared = _main(visitor.get(f"{url}?at={entries[2]}&to={entries[1]}").text)
    assert re.search(r'">Damals GmbH</td><td [^>]*>Heute AG</td>', compared)
    assert "damals.example" not in compared
    now = _main(visitor.get(f"{url}?at=2026-01-20T12:00&to=now").text)
    assert "Damals GmbH</td>" in now
    assert "https://damals.example</td>" in now
    assert "nichts anders" in _main(visitor.get(f"{url}?at=now&to={entries[0]}").text)
    english = _main(visitor.get(f"{url}?at=now&to={entries[0]}&locale=en").text)
    assert "Unterschiede" in english  # a reader's own language counts
    for wrong in ("gestern", "0" * 32, _newest(site, other), "0" * 31, "2026-13-01T00:00"):
        answer = visitor.get(f"{url}?at={wrong}")
        assert answer.status_code == 400, wrong
        assert 'role="alert"' in answer.text


def _facts(page: str) -> list[tuple[str, str]]:
    return re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page)


def _newest(site: Site, account: int) -> str:
    with site.installation.database.read() as connection:
        newest = select(func.max(HISTORY.c.token)).where(HISTORY.c.entity == "account", HISTORY.c.record_id == account)
        return str(connection.execute(newest).scalar_one())
