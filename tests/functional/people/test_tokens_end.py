"""API tokens end with the password: whoever knew the old one may have made them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

import pytest

from tests.functional.people.world import BOTH, World
from tests.support.program import program
from tests.support.site import Visitor
from tests.support.staff import PASSWORD

_NEW: Final = "ein-ganz-neues-kennwort"
_LINK: Final = re.compile(r'value="http://localhost(/password/[^"]+)"')


def _changes(world: World, role: str) -> Visitor:
    """Have somebody change his password himself."""
    owner = world.visitor(role)
    sent = {"password": PASSWORD, "new_password": _NEW, "new_password_confirm": _NEW}
    assert "API-Token" in owner.get("/change").text
    assert owner.post("/change", sent).status_code == 302
    return owner


def _uses_a_link(world: World, role: str) -> Visitor:
    """Have somebody choose his password by a one-time link."""
    found = _LINK.search(world.visitor(BOTH).post(f"/people/{world.user(role)}/link").text)
    assert found is not None
    owner = world.site.visitor()
    assert "API-Token" in owner.get(found[1]).text
    assert owner.post(found[1], {"password": _NEW, "again": _NEW}).status_code == 303
    return owner


def _is_given_one(world: World, role: str) -> Visitor:
    """Have an administrator set somebody's password in the console; returns the administrator."""
    administrator = world.visitor(BOTH)
    assert "API-Token" in administrator.get(f"/admin/console/users/edit/?id={world.user(role)}").text
    assert world.console(administrator, world.user(role), role, new_password=_NEW) == 302
    return administrator


#: How a password changes, and where whoever did it is told what has ended with the old one.
_WAYS: Final[dict[str, tuple[Callable[[World, str], Visitor], str]]] = {
    "his own change": (_changes, "/"),
    "a link": (_uses_a_link, "/login"),
    "the console": (_is_given_one, "/admin/console/users/"),
}


@pytest.mark.parametrize("way", _WAYS)
def test_another_password_ends_every_token_and_says_so(world: World, way: str) -> None:
    change, place = _WAYS[way]
    first, second, other = program(world.site, "sales"), program(world.site, "sales"), program(world.site, "service")
    assert first.get("/me").status_code == 200
    reader = change(world, "sales")
    assert [one.get("/me").status_code for one in (first, second, other)] == [401, 401, 200]
    assert world.audited().count("token.revoke") == 1
    assert re.search("API-Token(?: des Benutzers| sind)? (?:sind )?beendet", reader.get(place).text) is not None
    assert reader.get(place).text.count("beendet.") == 0
    assert "widerrufen" in world.visitor("sales").get("/me/tokens").text
    assert program(world.site, "sales").get("/me").status_code == 200


def test_whoever_has_no_token_is_told_of_his_devices_only(world: World) -> None:
    page = _changes(world, "sales").get("/").text
    assert "auf anderen Geräten sind Sie abgemeldet." in page
    assert "token.revoke" not in world.audited()


def test_an_administrator_who_gives_himself_a_password_keeps_this_session_alone(world: World) -> None:
    here, there = world.visitor("administrator"), world.visitor("administrator")
    asking = program(world.site, "administrator")
    assert world.console(here, world.user("administrator"), "administrator", new_password=_NEW) == 302
    assert here.get("/me").status_code == 200
    assert there.get("/me").status_code == 303
    assert asking.get("/me").status_code == 401


def test_a_refused_password_ends_nothing(world: World) -> None:
    asking, owner = program(world.site, "sales"), world.visitor("sales")
    wrong = {"password": "falsch-falsch-falsch", "new_password": _NEW, "new_password_confirm": _NEW}
    assert owner.post("/change", wrong).status_code == 200
    assert asking.get("/me").status_code == 200


def test_the_manager_sees_and_ends_tokens(world: World) -> None:
    programs = [program(world.site, "sales", scopes) for scopes in (("read",), ("read", "write"), ("read", "reports"))]
    other, manager, user = program(world.site, "service"), world.visitor("crm_manager"), world.user("sales")
    programs[0].get("/me")
    page = manager.get(f"/people/{user}").text
    assert "Datensätze lesen" in page
    assert "lotse_" not in page
    urls = re.findall(rf'action="(/people/{user}/tokens/\d+/revoke)"', page)
    assert len(urls) == 3
    assert manager.post(urls[-1]).status_code == 303
    assert "Widerrufen;" in manager.get(f"/people/{user}").text
    assert [one.get("/me").status_code for one in programs] == [401, 200, 200]
    assert manager.post(urls[-1]).status_code == 404
    assert manager.post(urls[0].replace(f"/{user}/", f"/{world.user('service')}/")).status_code == 404
    assert manager.post(f"/people/{user}/tokens/revoke").status_code == 303
    assert [one.get("/me").status_code for one in (*programs, other)] == [401, 401, 401, 200]
    assert world.audited()[-2:] == ["token.revoke", "token.revoke"]
    assert "/tokens/revoke" not in manager.get(f"/people/{user}").text
    assert "Die Person hat kein Token." in manager.get(f"/people/{world.user('project_lead')}").text


def test_a_persons_tokens_are_ended_by_whoever_manages_people_and_has_proved_it(world: World) -> None:
    asking, user = program(world.site, "sales"), world.user("sales")
    token = re.search(r"/tokens/(\d+)/revoke", world.visitor("crm_manager").get(f"/people/{user}").text)
    assert token is not None
    urls = [f"/people/{user}/tokens/{token[1]}/revoke", f"/people/{user}/tokens/revoke"]
    for role in ("administrator", "service", "sales"):
        assert [world.visitor(role).post(url).status_code for url in urls] == [403, 403]
    manager = world.visitor("crm_manager")
    world.age()
    for url in urls:
        assert manager.post(url).status_code == 401
    assert asking.get("/me").status_code == 200
    made = {"name": "Anlage", "email": "anlage@example.com", "locale": "de", "team": ""}
    assert world.visitor("administrator").post("/technical/new", made).status_code == 303
    technical = world.user_by("anlage@example.com")
    assert world.visitor("crm_manager").post(f"/people/{technical}/tokens/revoke").status_code == 404
