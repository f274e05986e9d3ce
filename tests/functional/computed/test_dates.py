"""Values that depend on the day: right today and right tomorrow, though nobody saves anything."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from app.access.actor import PRODUCT
from app.errors import InvalidData
from app.query.environment import environment_of
from app.query.lists import list_page
from app.query.record import load_record
from app.query.reports import run_report
from app.query.spec import ListSpec
from app.records import actions
from app.records.miscomputed import miscomputed
from tests.functional.computed.world import FIRM, entity, installed, label, of
from tests.support.install import Bodies, Installation, install, write_documents

NOW: Final = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
TOMORROW: Final = NOW + timedelta(days=1)
#: Days since the first order, and whether that is long ago: each looks at the one before.
CHANGES: Final[Bodies] = {
    ("entities", "firm"): {
        **FIRM,
        "properties": {
            **FIRM["properties"],
            "twice": of("decimal", formula="since * 2.5"),
            "old": of("boolean", formula="since >= 10"),
            "stale": of("choice", options="order_status", formula='if(since >= 10, "lost", "open")'),
            "worth": of("money", formula="revenue / since"),
        },
        "x-crm": {
            **FIRM["x-crm"],
            "rules": [{"id": "young", "check": "since < 400 or since is empty", "message": label("too old")}],
        },
    },
    ("reports", "ages"): {
        "entity": "firm",
        "label": label("Ages"),
        "dimensions": [{"id": "age", "field": "since"}],
        "measures": [{"id": "n", "aggregate": "count"}, {"id": "total", "aggregate": "sum", "field": "twice"}],
    },
}


def _filled(url: str, tmp_path: Path) -> tuple[Installation, dict[str, int]]:
    installation = installed(url, tmp_path / "docs", CHANGES)
    with installation.ctx(now=NOW) as ctx:
        firms = {name: actions.create(ctx, "firm", {"name": name}) for name in ("A", "B", "C", "none")}
        for name, day in (("A", "2026-02-20"), ("B", "2026-02-21"), ("C", "2025-12-31")):
            actions.create(ctx, "order", {"firm": firms[name], "ordered_on": day, "status": "won"})
    return installation, firms


def _shown(installation: Installation, now: datetime, **args: str) -> list[tuple[str, ...]]:
    """Return the cells of every page of a list with two rows a page."""
    found: list[tuple[str, ...]] = []
    with installation.ctx(now=now) as ctx:
        cursor: str | None = None
        while True:
            more = {"after": cursor} if cursor else {}
            given = {name: [text] for name, text in {**args, **more}.items()}
            page = list_page(ctx, ListSpec.parse(ctx, "firm", "firm.all", given))
            found += [tuple(str(cell) for cell in row.cells) for row in page.rows]
            cursor = page.next
            if cursor is None:
                return found


def _values(installation: Installation, firm: int, now: datetime) -> Mapping[str, Any]:
    with installation.ctx(now=now) as ctx:
        return load_record(ctx, "firm", firm).values


def test_values_are_right_tomorrow_without_a_save(database_url: str, tmp_path: Path) -> None:
    installation, firms = _filled(database_url, tmp_path)
    today, tomorrow = (_values(installation, firms["B"], now) for now in (NOW, TOMORROW))
    assert (today["since"], today["old"], today["stale"]) == (9, False, "open")
    assert (tomorrow["since"], tomorrow["old"], tomorrow["stale"]) == (10, True, "lost")
    assert str(tomorrow["twice"]) == "25.00"
    assert tomorrow["worth"].currency == "EUR"
    assert _values(installation, firms["none"], NOW)["since"] is None
    assert "since" not in installation.snapshot.tables["firm"].c
    installation.close()


def test_lists_are_filtered_sorted_and_paged_by_them(database_url: str, tmp_path: Path) -> None:
    installation, _ = _filled(database_url, tmp_path)
    columns = {"columns": "name,since,twice,old,stale", "limit": "2"}
    ascending = _shown(installation, NOW, **columns, sort="since")
    assert [row[:2] for row in ascending] == [("B", "9"), ("A", "10"), ("C", "61"), ("none", "")]
    descending = _shown(installation, TOMORROW, **columns, sort="-since")
    assert [row[:2] for row in descending] == [("C", "62"), ("A", "11"), ("B", "10"), ("none", "")]
    assert {row[0] for row in _shown(installation, NOW, **columns, where="since >= 10 and twice < 100")} == {"A"}
    assert {row[0] for row in _shown(installation, TOMORROW, **columns, where="old")} == {"A", "B", "C"}
    assert {row[0] for row in _shown(installation, NOW, **columns, where='stale = "open"')} == {"B", "none"}
    installation.close()


def test_they_are_followed_over_references_and_grouped(database_url: str, tmp_path: Path) -> None:
    installation, _ = _filled(database_url, tmp_path)
    with installation.ctx(now=NOW) as ctx:
        given = {"columns": ["subject,firm.since"], "where": ["firm.since > 9"], "sort": ["-firm.since"]}
        page = list_page(ctx, ListSpec.parse(ctx, "order", "order.all", given))
        assert [str(row.cells[1]) for row in page.rows] == ["61", "10"]
        result = run_report(ctx, "ages", {})
        assert environment_of(ctx).today.isoformat() == "2026-03-02"
    texts = sorted(str(row) for row in result.rows)
    assert len(texts) == 4
    assert any("152.5" in text for text in texts)
    installation.close()


def test_rules_see_them_too(database_url: str, tmp_path: Path) -> None:
    installation, firms = _filled(database_url, tmp_path)
    late = NOW + timedelta(days=340)
    with pytest.raises(InvalidData) as refused, installation.ctx(now=late) as ctx:
        actions.update(ctx, "firm", firms["C"], {"name": "D"}, 1)
    assert [error.code for error in refused.value.errors.record] == ["rule.young"]
    installation.close()


def test_the_moment_in_which_a_record_is_made_counts_at_once(database_url: str, tmp_path: Path) -> None:
    documents: Bodies = {
        ("entities", "ticket"): entity(
            "Ticket",
            {
                "name": of("text"),
                "due": of("date", formula="add_days(date_of(created_at), 14)"),
                "mine": of("boolean", formula="created_by = owner"),
                "notes": of("lines", entity="note", via="ticket"),
            },
        ),
        ("entities", "note"): entity(
            "Note",
            {
                "text": of("text"),
                "ticket": of("reference", target="ticket"),
                "on": of("date", formula="date_of(created_at)"),
            },
        ),
    }
    installation = install(database_url, write_documents(tmp_path / "made", documents))
    moment = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)  # the third in Berlin
    with installation.ctx(PRODUCT, now=moment) as ctx:
        actions.create(ctx, "ticket", {"name": "A", "notes": [{"text": "x"}]})
    with installation.database.read() as connection:
        snapshot = installation.store.snapshot(connection)
        ticket = connection.execute(snapshot.tables["ticket"].select()).mappings().one()
        note = connection.execute(snapshot.tables["note"].select()).mappings().one()
        assert (ticket["due"], note["on"]) == (date(2026, 3, 17), date(2026, 3, 3))
        assert ticket["created_at"] == moment.replace(tzinfo=None)
        assert list(miscomputed(connection, snapshot)) == []
    installation.close()
