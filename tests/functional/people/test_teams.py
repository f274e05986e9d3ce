"""The tree of teams: made, renamed, hung elsewhere, never in a circle; who sees other records signs in again."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.functional.people.world import World, fields
from tests.support.install import METADATA, PLUGINS
from tests.support.site import Visitor, make_site


def _make(world: World, manager: Visitor, name: str, parent: int | str = "") -> int:
    assert manager.post("/teams", {"name": name, "parent": parent}).status_code == 303
    return world.team(name)


def _save(manager: Visitor, team: int, **changes: object) -> int:
    url = f"/teams/{team}"
    return manager.post(url, {**fields(manager.get(url).text, url), **changes}).status_code


def test_a_tree_is_made_and_shown_from_its_roots(world: World) -> None:
    manager = world.visitor("crm_manager")
    sales = _make(world, manager, "Vertrieb")
    south = _make(world, manager, "Süd", sales)
    _make(world, manager, "Ulm", south)
    names = re.findall(r'class="open" href="/teams/\d+">([^<]+)<', manager.get("/teams").text)
    assert names == ["Team A", "Vertrieb", "Süd", "Ulm"]
    assert world.audited()[-3:] == ["team.create"] * 3


def test_a_team_never_lies_below_itself(world: World) -> None:
    manager = world.visitor("crm_manager")
    top = _make(world, manager, "Oben")
    middle = _make(world, manager, "Mitte", top)
    low = _make(world, manager, "Unten", middle)
    for parent in (top, middle, low):
        url = f"/teams/{top}"
        answer = manager.post(url, {**fields(manager.get(url).text, url), "parent": parent})
        assert answer.status_code == 422
        assert 'id="team-parent-error"' in answer.text
    assert _save(manager, low, parent=top) == 303
    assert _save(manager, middle, parent=low) == 303


def test_a_moved_team_changes_what_its_people_reach_and_ends_their_sessions(world: World) -> None:
    manager, person = world.visitor("crm_manager"), world.visitor("sales")
    new, own = _make(world, manager, "Werkstatt"), world.team("Team A")
    assert world.actor(world.user("sales")).grants[0].team_ids == (own,)
    assert _save(manager, new, name="Werkstatt Ulm") == 303
    assert person.get("/me").status_code == 200
    assert _save(manager, new, parent=own) == 303
    assert set(world.actor(world.user("sales")).grants[0].team_ids) == {own, new}
    assert person.get("/me").status_code == 303
    assert manager.get("/me").status_code == 200


def test_nobody_widens_his_own_tree(sqlite_url: str, tmp_path: Path) -> None:
    """Whose roles reach "team and below" gets nothing more by moving teams; who reaches everything anyway may."""
    (tmp_path / "roles").mkdir()
    reach = {"*": {"read": "team_tree"}}
    body = {"format": 1, "key": "lead", "label": {"de": "L", "en": "L"}, "capabilities": ["people"], "entities": reach}
    (tmp_path / "roles" / "lead.json").write_text(json.dumps(body), encoding="utf-8")
    world = World(make_site(sqlite_url, METADATA, PLUGINS, tmp_path))
    lead, manager, own = world.visitor("lead"), world.visitor("crm_manager"), world.team("Team A")
    mine, other = _make(world, lead, "Unter mir", own), _make(world, lead, "Fremd")
    below = _make(world, manager, "Unter Fremd", other)
    for team, parent in ((other, own), (other, mine), (below, mine)):
        url = f"/teams/{team}"
        answer = lead.post(url, {**fields(lead.get(url).text, url), "parent": parent})
        assert answer.status_code == 422
        assert "er sähe dadurch mehr" in answer.text
    assert set(world.actor(world.user("lead")).grants[0].team_ids) == {own, mine}
    second = _make(world, lead, "Auch unter mir", own)
    assert _save(lead, second, parent=mine) == 303
    assert _save(lead, below, parent="") == 303
    assert _save(lead, second, parent="") == 303
    assert _save(world.visitor("crm_manager"), other, parent=own) == 303
    world.site.installation.close()


@pytest.mark.parametrize(
    ("name", "parent", "where"), [("", "", "name"), ("Team A", "", "name"), ("X", "9999", "parent")]
)
def test_a_wrong_team_is_refused_at_its_input(world: World, name: str, parent: str, where: str) -> None:
    answer = world.visitor("crm_manager").post("/teams", {"name": name, "parent": parent})
    assert answer.status_code == 422
    assert f'id="team-{where}-error"' in answer.text


def test_the_slower_of_two_is_refused(world: World) -> None:
    manager, url = world.visitor("crm_manager"), f"/teams/{world.team('Team A')}"
    seen = fields(manager.get(url).text, url)
    assert manager.post(url, {**seen, "name": "Schneller"}).status_code == 303
    late = manager.post(url, {**seen, "name": "Langsamer"})
    assert late.status_code == 409
    assert 'value="Schneller"' in late.text
