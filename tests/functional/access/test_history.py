"""A record's history is read with the rights on the record: no field, and no record, that its reader can't see."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.access.actor import PRODUCT, Actor
from app.errors import NotFound
from app.query.history import HistoryPage, history_page
from app.query.record import load_record
from app.records import actions
from tests.functional.access.world import NOW, World, make


def _history(world: World, actor: Actor, deal: str) -> HistoryPage:
    with world.installation.ctx(actor, now=NOW) as ctx:
        return history_page(ctx, load_record(ctx, "deal", world.deals[deal]))


def _keys(page: HistoryPage) -> set[str]:
    return {change.field.key for entry in page.entries for change in entry.changes}


def test_the_history_shows_what_the_reader_may_read_in_the_record(database_url: str, tmp_path: Path) -> None:
    world = make(database_url, tmp_path / "documents")
    with world.installation.ctx(PRODUCT, now=NOW) as ctx:
        for name in ("anna.north", "bert.north"):
            record = load_record(ctx, "deal", world.deals[name])
            actions.update(ctx, "deal", record.id, {"margin": "13,00"}, record.version)
    page = _history(world, world.actor("boss"), "anna.north")
    newest = page.entries[0]
    margin = next(change for change in newest.changes if change.field.key == "margin")
    assert (newest.verb, str(margin.before), str(margin.after)) == ("update", "12.50", "13.00")
    assert [entry.id for entry in page.entries] == sorted((entry.id for entry in page.entries), reverse=True)
    assert page.entries[-1].verb == "create"
    blind = _history(world, world.actor("blind"), "anna.north")
    assert "name" in _keys(blind)
    assert not {"margin", "double"} & _keys(blind)
    mixed = world.actor("blind", "margin")
    assert "margin" in _keys(_history(world, mixed, "anna.north"))
    assert "margin" not in _keys(_history(world, mixed, "bert.north"))
    assert "lines" not in _keys(_history(world, world.actor("team"), "anna.north"))
    with pytest.raises(NotFound):
        _history(world, world.actor("team"), "bert.north")
    world.installation.close()
