"""The people's pages: create, change, deactivate; what somebody loses he loses at once; nobody takes what isn't his."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

import pytest
from sqlalchemy import select, update

from app.system.password_links import PASSWORD_LINK
from app.system.tables import now
from tests.functional.people.world import BOTH, World, fields
from tests.support.program import program
from tests.support.site import Visitor
from tests.support.staff import email_of

_NEW: Final = "ein-ganz-neues-kennwort"
_LINK: Final = re.compile(r'value="http://localhost(/password/[^"]+)"')


def _new(**changes: object) -> dict[str, object]:
    return {"name": "Nora Neu", "email": "Nora@Example.com ", "locale": "de", "team": "", "role.sales": "1", **changes}


def _edit(visitor: Visitor, url: str, **changes: object) -> dict[str, object]:
    """Return what the form of an account would send, with changes; None takes an input away."""
    values = {**fields(visitor.get(url).text, url), **changes}
    return {name: value for name, value in values.items() if value is not None}


def test_somebody_is_made_chooses_his_password_and_works(world: World) -> None:
    manager = world.visitor("crm_manager")
    made = manager.post("/people/new", _new(team=world.team("Team A")))
    assert made.status_code == 303, made.text
    user = world.user_by("nora@example.com")
    assert made.headers["Location"] == f"/people/{user}"
    assert world.column(user, "password") is None
    link = _LINK.search(manager.post(f"/people/{user}/link").text)
    assert link is not None
    assert link[1] not in manager.get(f"/people/{user}").text
    person = world.site.visitor()
    assert "nora@example.com" in person.get(link[1]).text
    for wrong in ({"password": "kurz", "again": "kurz"}, {"password": _NEW, "again": _NEW + "x"}):
        assert person.post(link[1], wrong).status_code == 422
    assert person.post(link[1], {"password": _NEW, "again": _NEW}).status_code == 303
    assert person.post("/login", {"email": "nora@example.com", "password": _NEW}).status_code == 302
    assert person.get("/e/account").status_code == 200
    assert {grant.role for grant in world.actor(user).grants} == {"sales"}
    assert world.audited()[-3:] == ["user.create", "user.password_link", "user.password_set"]
    assert person.get(link[1]).status_code == 404
    assert person.post(link[1], {"password": _NEW, "again": _NEW}).status_code == 404


def test_a_link_ends_after_two_days_and_with_the_next_one(world: World) -> None:
    manager, user = world.visitor("crm_manager"), world.user("sales")
    links = [_LINK.search(manager.post(f"/people/{user}/link").text) for _ in range(2)]
    first, second = (one[1] for one in links if one is not None)
    stranger = world.site.visitor()
    assert stranger.get(first).status_code == 404
    assert stranger.get(second).status_code == 200
    with world.site.installation.database.write() as connection:
        hashes = connection.execute(select(PASSWORD_LINK.c.token_hash)).scalars().all()
        connection.execute(update(PASSWORD_LINK).values(expires_at=now()))
    assert second.rpartition("/")[2] not in hashes
    assert "gilt nicht mehr" in stranger.post(second, {"password": _NEW, "again": _NEW}).text


def test_a_password_out_of_a_link_ends_all_sessions(world: World) -> None:
    manager, person = world.visitor("crm_manager"), world.visitor("sales")
    link = _LINK.search(manager.post(f"/people/{world.user('sales')}/link").text)
    assert link is not None
    assert world.site.visitor().post(link[1], {"password": _NEW, "again": _NEW}).status_code == 303
    assert person.get("/me").status_code == 303


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"name": " "}, "p-name-error"),
        ({"name": "x" * 201}, "p-name-error"),
        ({"email": "keine"}, "p-email-error"),
        ({"email": email_of("sales")}, "p-email-error"),
        ({"team": "99999"}, "p-team-error"),
        ({"team": "x"}, "p-team-error"),
        ({"locale": "fr"}, "p-locale-error"),
        ({"area.sales": "99999"}, "p-roles.sales-error"),
        ({"until.sales": "2001-01-01"}, "p-roles.sales-error"),
        ({"until.sales": "morgen"}, "p-roles.sales-error"),
    ],
)
def test_a_wrong_entry_is_refused_at_its_input_and_kept(world: World, changes: dict[str, object], where: str) -> None:
    before = world.audited()
    answer = world.visitor("crm_manager").post("/people/new", _new(**changes))
    assert answer.status_code == 422
    assert f'id="{where}"' in answer.text
    assert 'name="role.sales" value="1" checked' in answer.text
    assert world.audited() == before


@pytest.mark.parametrize(
    "changes",
    [{"role.service": "1"}, {"role.sales": None}, {"team": ""}, {"active": None}, {"email": "other@example.com"}],
    ids=["gets a role", "loses a role", "leaves the team", "deactivated", "other address"],
)
def test_what_decides_over_rights_ends_the_sessions(world: World, changes: dict[str, object]) -> None:
    manager, person, user = world.visitor("crm_manager"), world.visitor("sales"), world.user("sales")
    url = f"/people/{user}"
    assert manager.post(url, _edit(manager, url, **changes)).status_code == 303
    assert person.get("/me").status_code == 303
    assert world.sessions(user) == 0
    assert world.audited()[-1] == "user.update"


def test_a_name_or_a_language_ends_nothing(world: World) -> None:
    manager, person, url = world.visitor("crm_manager"), world.visitor("sales"), f"/people/{world.user('sales')}"
    assert manager.post(url, _edit(manager, url, name="Sabine", locale="en")).status_code == 303
    assert "Sabine" in person.get("/me").text


def test_who_is_deactivated_is_found_among_those_and_comes_back(world: World) -> None:
    manager, url = world.visitor("crm_manager"), f"/people/{world.user('sales')}"
    assert manager.post(url, _edit(manager, url, active=None)).status_code == 303
    assert f">{email_of('sales')}<" not in manager.get("/people").text
    assert email_of("sales") in manager.get("/people?active=0&q=SALES").text
    assert world.site.visitor().sign_in("sales").status_code != 302
    assert manager.post(url, _edit(manager, url, active="1")).status_code == 303
    assert world.site.visitor().sign_in("sales").status_code == 302


def test_a_token_ends_with_the_account_and_does_not_come_back_with_it(world: World) -> None:
    manager, url, asking = world.visitor("crm_manager"), f"/people/{world.user('sales')}", program(world.site, "sales")
    assert asking.get("/me").status_code == 200
    assert manager.post(url, _edit(manager, url, active=None)).status_code == 303
    assert asking.get("/me").status_code == 401
    assert manager.post(url, _edit(manager, url, active="1")).status_code == 303
    assert asking.get("/me").status_code == 401


def test_the_list_is_searched(world: World) -> None:
    manager = world.visitor("crm_manager")
    page = manager.get("/people?q=service@").text
    assert email_of("service") in page
    assert email_of("sales") not in page
    assert "Niemand gefunden" in manager.get("/people?q=xyzxyz").text


def test_a_role_has_an_area_and_a_last_day(world: World) -> None:
    manager, user = world.visitor("crm_manager"), world.user("sales")
    url, today = f"/people/{user}", date.today()
    assert manager.post("/teams", {"name": "Werkstatt", "parent": ""}).status_code == 303
    area = world.team("Werkstatt")
    last = (today + timedelta(days=10)).isoformat()
    changes = {"role.key_user": "1", "area.key_user": area, "until.key_user": last}
    assert manager.post(url, _edit(manager, url, **changes)).status_code == 303
    grants = {grant.role: grant for grant in world.actor(user).grants}
    assert grants["key_user"].team_ids == (area,)
    assert grants["sales"].team_id == world.team("Team A")
    page = manager.get(url).text
    assert f'name="until.key_user" value="{last}"' in page
    before = world.audited()
    assert manager.post(url, _edit(manager, url)).status_code == 303
    assert len(world.audited()) == len(before) + 1
    assert fields(manager.get(url).text, url)["until.key_user"] == last


def test_the_slower_of_two_is_refused_and_sees_the_new_state(world: World) -> None:
    first, second = world.visitor("crm_manager"), world.visitor(BOTH)
    url = f"/people/{world.user('sales')}"
    early, late = _edit(first, url, name="Schneller"), _edit(second, url, name="Langsamer")
    assert first.post(url, early).status_code == 303
    answer = second.post(url, late)
    assert answer.status_code == 409
    assert "inzwischen geändert" in answer.text
    assert 'value="Schneller"' in answer.text
    assert world.column(world.user("sales"), "name") == "Schneller"
    assert second.post(url, _edit(second, url, name="Langsamer")).status_code == 303


@pytest.mark.parametrize("changes", [{"role.administrator": "1"}, {"role.crm_manager": None, "role.sales": "1"}])
def test_nobody_changes_his_own_roles(world: World, changes: dict[str, object]) -> None:
    manager, user = world.visitor("crm_manager"), world.user("crm_manager")
    before = world.actor(user).grants
    answer = manager.post(f"/people/{user}", _edit(manager, f"/people/{user}", **changes))
    assert answer.status_code == 422
    assert "seine eigenen Rollen" in answer.text
    assert world.actor(user).grants == before


def test_nobody_moves_himself_to_another_team_and_all_may_rename_themselves(world: World) -> None:
    manager, url = world.visitor("crm_manager"), f"/people/{world.user('crm_manager')}"
    manager.post("/teams", {"name": "Geheim", "parent": ""})
    assert manager.post(url, _edit(manager, url, team=world.team("Geheim"))).status_code == 422
    assert manager.post(url, _edit(manager, url, name="Ich")).status_code == 303
    assert "Ich" in manager.get("/me").text


def test_a_manager_gets_into_no_administrators_account(world: World) -> None:
    manager, user = world.visitor("crm_manager"), world.user("administrator")
    url = f"/people/{user}"
    assert f"{url}/link" not in manager.get(url).text
    assert manager.post(f"{url}/link").status_code == 403
    assert manager.post(url, _edit(manager, url, email="mine@example.com")).status_code == 422
    assert manager.post(url, _edit(manager, url, **{"role.sales": "1"})).status_code == 303
    assert world.actor(user).roles == {"administrator", "sales"}
    for key in ("role.administrator",):
        service = f"/people/{world.user('service')}"
        assert manager.post(service, _edit(manager, service, **{key: "1"})).status_code == 422


def test_the_manager_sees_and_ends_sessions(world: World) -> None:
    manager, here, there = world.visitor("crm_manager"), world.visitor("sales"), world.visitor("sales")
    user = world.user("sales")
    chosen = re.search(r'name="session" value="(\d+)"', manager.get(f"/people/{user}").text)
    assert chosen is not None
    assert manager.post(f"/people/{user}/sessions/end", {"session": chosen[1]}).status_code == 303
    assert sorted(one.get("/me").status_code for one in (here, there)) == [200, 303]
    assert manager.post(f"/people/{user}/sessions/end").status_code == 303
    assert here.get("/me").status_code == there.get("/me").status_code == 303
    assert world.audited()[-2:] == ["session.end", "session.end"]
    assert manager.get("/me").status_code == 200


def test_the_pages_are_for_those_who_manage_people(world: World) -> None:
    for url in ("/people", "/people/new", f"/people/{world.user('sales')}", "/teams"):
        assert world.visitor("crm_manager").get(url).status_code == 200, url
        for role in ("sales", "administrator"):
            assert world.visitor(role).get(url).status_code == 403, (url, role)
    assert 'href="/people"' in world.visitor("crm_manager").get("/me").text
    for role in ("sales", "administrator"):
        assert 'href="/people"' not in world.visitor(role).get("/me").text


def _technical(world: World, **changes: object) -> tuple[Visitor, int]:
    administrator = world.visitor("administrator")
    given = {"name": "Telefonanlage", "email": "anlage@example.com", "locale": "de", "team": "", **changes}
    assert administrator.post("/technical/new", given).status_code == 303
    return administrator, world.user_by("anlage@example.com")


def test_technical_accounts_belong_to_administrators_and_hold_no_role_about_data(world: World) -> None:
    administrator, user = _technical(world)
    assert world.column(user, "kind") == "technical"
    manager = world.visitor("crm_manager")
    assert "anlage@example.com" not in manager.get("/people").text
    assert manager.get(f"/people/{user}").status_code == 404
    assert manager.get(f"/technical/{user}").status_code == 403
    assert "anlage@example.com" in administrator.get("/technical").text
    both, url = world.visitor(BOTH), f"/technical/{user}"
    answer = both.post(url, _edit(both, url, **{"role.sales": "1"}))
    assert answer.status_code == 422
    assert "reicht" in answer.text
    assert both.post(url, _edit(both, url, **{"role.administrator": "1"})).status_code == 303
    assert world.actor(user).roles == {"administrator"}
    assert administrator.get(f"/technical/{world.user('sales')}").status_code == 404


def test_an_administrator_makes_tokens_for_a_technical_account(world: World) -> None:
    administrator, user = _technical(world)
    url = f"/technical/{user}/tokens"
    page = administrator.post(url, {"name": "Anlage", "scopes": "read", "days": "30"})
    secret = re.search(r'id="token-secret">(lotse_[^<]+)<', page.text)
    assert secret is not None
    program = world.site.app.test_client()
    bearer = {"Authorization": f"Bearer {secret[1]}"}
    assert program.get("/api/v1/me", headers=bearer).status_code == 200
    assert program.get("/api/v1/account", headers=bearer).status_code == 404
    revoke = re.search(rf'action="({url}/\d+/revoke)"', administrator.get(url).text)
    assert revoke is not None
    assert administrator.post(revoke[1]).status_code == 303
    assert program.get("/api/v1/me", headers=bearer).status_code == 401
    assert world.visitor("crm_manager").get(url).status_code == 403
    assert administrator.get(f"/technical/{world.user('sales')}/tokens").status_code == 404


def test_a_link_is_worth_nothing_once_its_owner_is_deactivated(world: World) -> None:
    manager, url = world.visitor("crm_manager"), f"/people/{world.user('sales')}"
    link = _LINK.search(manager.post(f"{url}/link").text)
    assert link is not None
    assert manager.post(url, _edit(manager, url, active=None)).status_code == 303
    assert f"{url}/link" not in manager.get(url).text
    assert world.site.visitor().post(link[1], {"password": _NEW, "again": _NEW}).status_code == 404
