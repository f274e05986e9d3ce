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
