"""Ways around `may_grant`: what an account is worth later isn't had by holding its key, its lock or its team now."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

import pytest
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from app.system.delegations import DELEGATION
from app.system.tables import Role, Team, now
from tests.functional.people.world import BOTH, World, fields
from tests.support.site import Visitor
from tests.support.staff import email_of

_NEW: Final = "ein-ganz-neues-kennwort"
_EVA: Final = "eva@example.com"
_SECRET: Final = re.compile(r"lotse_[A-Za-z0-9_-]{43}")
_LINK: Final = re.compile(r'value="http://localhost(/password/[^"]+)"')


def _person(world: World, manager: Visitor) -> int:
    """Make somebody without a role."""
    made = manager.post("/people/new", {"name": "Nora Neu", "email": "nora@example.com", "locale": "de", "team": ""})
    assert made.status_code == 303, made.text
    return world.user_by("nora@example.com")


def _link(manager: Visitor, user: int) -> str:
    found = _LINK.search(manager.post(f"/people/{user}/link").text)
    assert found is not None
    return found[1]


def _used(world: World, link: str) -> int:
    return world.site.visitor().post(link, {"password": _NEW, "again": _NEW}).status_code


def test_a_link_opens_no_role_that_somebody_else_gives_later(world: World) -> None:
    manager = world.visitor("crm_manager")
    user = _person(world, manager)
    link = _link(manager, user)
    assert world.console(world.visitor("administrator"), user, "administrator") == 302
    assert world.actor(user).roles == {"administrator"}
    assert _used(world, link) == 404
    assert world.column(user, "password") is None


def test_a_link_outlives_what_its_maker_gives(world: World) -> None:
    manager = world.visitor("crm_manager")
    user = _person(world, manager)
    link, url = _link(manager, user), f"/people/{user}"
    given = {**fields(manager.get(url).text, url), "role.sales": "1"}
    assert manager.post(url, given).status_code == 303
    assert world.actor(user).roles == {"sales"}
    assert _used(world, link) == 303


def test_a_link_opens_nothing_that_another_manager_gives(world: World) -> None:
    manager, other = world.visitor("crm_manager"), world.visitor(BOTH)
    user = _person(world, manager)
    link, url = _link(manager, user), f"/people/{user}"
    assert other.post(url, {**fields(other.get(url).text, url), "role.administrator": "1"}).status_code == 303
    assert _used(world, link) == 404


def test_a_password_from_before_the_first_role_opens_no_administration(world: World) -> None:
    """Whoever made the link may have used it himself; what an administrator gives later isn't his."""
    manager, both = world.visitor("crm_manager"), world.visitor(BOTH)
    user = _person(world, manager)
    assert _used(world, _link(manager, user)) == 303
    url = f"/people/{user}"
    assert both.post(url, {**fields(both.get(url).text, url), "role.administrator": "1"}).status_code == 303
    assert world.column(user, "password") is None
    assert "Erzeugen Sie ihr einen Einmal-Link" in both.get(url).text
    assert manager.post(f"{url}/link").status_code == 403
    assert _used(world, _link(both, user)) == 303

    person = {"name": "Otto", "email": "otto@example.com", "locale": "de", "team": ""}
    assert manager.post("/people/new", person).status_code == 303
    other = world.user_by("otto@example.com")
    assert _used(world, _link(manager, other)) == 303
    administrator = world.visitor("administrator")
    assert world.console(administrator, other, "administrator") == 302
    assert world.column(other, "password") is None
    assert "Geben Sie ihm ein neues Passwort" in administrator.get("/admin/console/users/").text
    assert world.console(administrator, other, "administrator", new_password=_NEW) == 302
    assert world.column(other, "password") is not None


def _administrator(world: World, visitor: Visitor) -> int:
    """Make another administrator in the console, whose password its maker knows."""
    with world.site.installation.database.read() as connection:
        role = connection.execute(select(Role.id).where(Role.name == "administrator")).scalar_one()
    made = {"email": _EVA, "name": "Eva", "active": "y", "locale": "de", "roles": str(role), "new_password": _NEW}
    assert visitor.post("/admin/console/users/new/", made).status_code == 302
    return world.user_by(_EVA)


def _signed_in(world: World) -> Visitor:
    visitor = world.site.visitor()
    visitor.post("/login", {"email": _EVA, "password": _NEW})
    return visitor


def _token(visitor: Visitor) -> str:
    """Have somebody make a token of his own."""
    found = _SECRET.search(visitor.post("/me/tokens", {"name": "x", "scopes": "read", "days": "365"}).text)
    assert found is not None
    return found[0]


def _reads(world: World, token: str) -> int:
    asked = world.site.app.test_client().get("/api/v1/account", headers={"Authorization": f"Bearer {token}"})
    return asked.status_code


@pytest.mark.parametrize("empty_between", [True, False])
def test_what_an_administrator_knows_opens_no_data_that_a_manager_gives(world: World, *, empty_between: bool) -> None:
    administrator, giver = world.visitor("administrator"), world.visitor("crm_manager" if empty_between else BOTH)
    user = _administrator(world, administrator)
    inside = _signed_in(world)
    token, url = _token(inside), f"/people/{user}"
    assert _reads(world, token) == 404
    if empty_between:
        assert world.console(administrator, user) == 302
        assert world.column(user, "password") is None
        assert (
            "oder bitten Sie einen CRM-Manager um einen Einmal-Link" in administrator.get("/admin/console/users/").text
        )
    given = {**fields(giver.get(url).text, url), "role.sales": "1", "role.administrator": None}
    assert giver.post(url, {key: value for key, value in given.items() if value is not None}).status_code == 303
    assert world.actor(user).roles == {"sales"}
    assert ("Erzeugen Sie ihr einen Einmal-Link" in giver.get(url).text) != empty_between
    assert _reads(world, token) == 401
    assert inside.get("/e/account/all").status_code == 303
    assert _signed_in(world).get("/e/account/all").status_code == 303
    link = _link(giver, user)
    other = "ein-anderes-neues-kennwort"
    assert world.site.visitor().post(link, {"password": other, "again": other}).status_code == 303
    assert _reads(world, token) == 401
    assert _signed_in(world).get("/e/account/all").status_code == 303


def test_an_administrator_sets_no_password_as_he_lets_go_of_somebody(world: World) -> None:
    administrator = world.visitor("administrator")
    user = _administrator(world, administrator)
    for detour in ({"new_password": _NEW + "x"}, {"email": "mine@example.com"}):
        assert world.console(administrator, user, **detour) == 422
    assert world.actor(user).roles == {"administrator"}


def test_a_manager_who_gives_an_administrator_data_is_told_who_can_let_him_in(world: World) -> None:
    manager = world.visitor("crm_manager")
    user = _administrator(world, world.visitor("administrator"))
    url = f"/people/{user}"
    given = {**fields(manager.get(url).text, url), "role.sales": "1"}
    assert manager.post(url, given).status_code == 303
    assert world.actor(user).roles == {"administrator", "sales"}
    assert world.column(user, "password") is None
    assert "jemand, der alle ihre Rollen geben kann" in manager.get(url).text
    assert manager.post(f"{url}/link").status_code == 403
    assert _used(world, _link(world.visitor(BOTH), user)) == 303


def _lend(world: World, to: int) -> TestResponse:
    last = (date.today() + timedelta(days=10)).isoformat()
    return world.visitor("sales").post("/me/delegation", {"to": to, "roles": "sales", "until": last, "reason": ""})


def test_nothing_is_lent_to_whoever_has_technical_roles_only(world: World) -> None:
    """Another administrator may know his password, or set it."""
    user = world.user("administrator")
    refused = _lend(world, user)
    assert refused.status_code == 422
    assert "hat nur technische Rollen" in refused.text
    assert world.actor(user).roles == {"administrator"}


@pytest.mark.parametrize("begins", [timedelta(), timedelta(days=3)], ids=["now", "later"])
def test_an_administrator_gets_into_no_account_that_data_is_lent_to(world: World, begins: timedelta) -> None:
    administrator, both = world.visitor("administrator"), world.visitor(BOTH)
    user = _administrator(world, administrator)
    url = f"/people/{user}"
    assert both.post(url, {**fields(both.get(url).text, url), "role.service": "1"}).status_code == 303
    assert _lend(world, user).status_code == 303
    with world.site.installation.database.write() as connection:
        connection.execute(update(DELEGATION).values(starts_at=now() + begins))
    kept = {key: value for key, value in fields(both.get(url).text, url).items() if key != "role.service"}
    assert both.post(url, kept).status_code == 303
    assert world.actor(user).roles >= {"administrator"}
    assert world.console(administrator, user, "administrator", name="Umbenannt") == 302
    for detour in ({"new_password": _NEW}, {"email": "mine@example.com"}, {"factors_off": "y"}):
        assert world.console(administrator, user, "administrator", **detour) == 422
    assert world.column(user, "password") is None
    with world.site.installation.database.write() as connection:
        connection.execute(update(DELEGATION).values(ends_at=now()))
    assert world.console(administrator, user, "administrator", new_password=_NEW) == 302


def test_no_administrator_knows_the_password_of_somebody_without_a_role(world: World) -> None:
    administrator, manager = world.visitor("administrator"), world.visitor("crm_manager")
    user = _person(world, manager)
    assert world.console(administrator, user, new_password=_NEW) == 422
    assert world.console(administrator, user, email="mine@example.com") == 422
    assert world.console(administrator, user, "administrator", new_password=_NEW) == 422
    assert (world.column(user, "password"), world.column(user, "email")) == (None, "nora@example.com")
    made = {"email": "leer@example.com", "name": "Leer", "active": "y", "locale": "de", "new_password": _NEW}
    assert administrator.post("/admin/console/users/new/", made).status_code == 422
    assert world.console(world.visitor(BOTH), user, new_password=_NEW) == 302


def test_either_hand_locks_out_and_only_the_right_one_lets_in(world: World) -> None:
    manager, administrator = world.visitor("crm_manager"), world.visitor("administrator")
    user = world.user("sales")
    assert world.console(administrator, user, "sales", active=None) == 302
    assert world.console(administrator, user, "sales", active="y") == 422
    assert world.column(user, "active") is False
    url = f"/people/{user}"
    assert manager.post(url, {**fields(manager.get(url).text, url), "active": "1"}).status_code == 303
    assert world.column(user, "active") is True

    user = world.user("administrator")
    url = f"/people/{user}"
    locked = {name: value for name, value in fields(manager.get(url).text, url).items() if name != "active"}
    assert manager.post(url, locked).status_code == 303
    answer = manager.post(url, {**fields(manager.get(url).text, url), "active": "1"})
    assert answer.status_code == 422
    assert 'id="p-active-error"' in answer.text
    assert world.column(user, "active") is False
    assert world.console(world.visitor(BOTH), user, "administrator", active="y") == 302


@pytest.mark.parametrize(("who", "subject"), [("administrator", "sales"), (BOTH, BOTH), ("administrator", BOTH)])
def test_the_console_moves_nobody_to_other_records(world: World, who: str, subject: str) -> None:
    user = world.user(subject)
    before = world.column(user, "team_id")
    with world.site.installation.database.write() as connection:
        added = Team.__table__.insert().values(name="Andere").returning(Team.__table__.c.id)
        other = connection.execute(added).scalar_one()
    assert world.console(world.visitor(who), user, *subject.split("+"), team=other) == 422
    assert world.column(user, "team_id") == before
    if who != subject:
        assert world.console(world.visitor(who), user, *subject.split("+"), name="Umbenannt") == 302
        assert world.column(user, "name") == "Umbenannt"


def test_the_console_moves_whoever_has_no_role_about_data(world: World) -> None:
    with world.site.installation.database.write() as connection:
        added = Team.__table__.insert().values(name="Andere").returning(Team.__table__.c.id)
        other = connection.execute(added).scalar_one()
    manager = world.visitor("crm_manager")
    user = _person(world, manager)
    assert world.console(world.visitor("administrator"), user, team=other) == 302
    assert world.column(user, "team_id") == other
    assert email_of("administrator") in manager.get("/people").text
