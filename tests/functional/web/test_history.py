"""The page of a record's history."""

from __future__ import annotations

from app.query.history import PAGE
from app.query.record import load_record
from app.records import actions
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
    older = first.partition(f"/r/account/{account}/history?before=")[2].partition('"')[0]
    last = visitor.get(f"/r/account/{account}/history?before={older}").text
    assert "<dd>Lang 0</dd>" in last
    assert "?before=" not in last.partition("<main")[2]
