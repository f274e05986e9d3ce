"""Argon2 takes a tenth of a second: it is asked once, and never while a transaction that may write is open."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from app.system.tables import Role, User
from app.web.policy import policy_of
from tests.functional.web.routes import doors
from tests.support.hashing import Hashing
from tests.support.site import Site, make_site
from tests.support.staff import PASSWORD, email_of

_NEW: Final = "korrekt-pferd-batterie-klammer"
_NORA: Final = "nora@example.com"
_WRONG: Final = "falsch-falsch-falsch"
_USERS: Final = "/admin/console/users"
_LINK: Final = re.compile(r"/password/[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A site, and the way to the page that is tried on it.

    Args:
        site: where.
        choose: sends the form with a password.
    """

    site: Site
    choose: Callable[[str], TestResponse]


def _id(site: Site, email: str) -> int:
    with site.installation.database.read() as connection:
        return int(connection.execute(select(User.id).where(User.email == email)).scalar_one())


def change(site: Site, present: str = PASSWORD) -> Prepared:
    """Prepare the change of one's own password."""
    visitor = site.visitor("sales")
    token = visitor.token()
    with visitor.client.session_transaction() as session:
        session["fs_paa"] = time.time()  # when Flask-Security has seen him sign in

    def choose(new: str) -> TestResponse:
        sent = {"csrf_token": token, "password": present, "new_password": new, "new_password_confirm": new}
        return visitor.client.post("/change", data=sent)

    return Prepared(site, choose)


def link(site: Site) -> Prepared:
    """Prepare a password by a one-time link."""
    found = _LINK.search(site.visitor("crm_manager").post(f"/people/{_id(site, email_of('sales'))}/link").text)
    assert found is not None
    visitor = site.visitor()
    token = visitor.token()

    def choose(new: str) -> TestResponse:
        return visitor.client.post(found[0], data={"csrf_token": token, "password": new, "again": new})

    return Prepared(site, choose)


def console(site: Site, *, edit: bool) -> Prepared:
    """Prepare a password that an administrator gives to another one."""
    visitor = site.visitor("administrator")
    with site.installation.database.read() as connection:
        role = connection.execute(select(Role.id).where(Role.name == "administrator")).scalar_one()
    sent = {"email": _NORA, "name": "Nora", "active": "y", "locale": "de", "roles": role, "version": 1}
    sent["csrf_token"] = visitor.token()
    if edit:
        visitor.post(f"{_USERS}/new/", {**sent, "new_password": PASSWORD})
    url = f"{_USERS}/edit/?id={_id(site, _NORA)}" if edit else f"{_USERS}/new/"

    def choose(new: str) -> TestResponse:
        return visitor.client.post(url, data={**sent, "new_password": new})

    return Prepared(site, choose)


#: Every page on which a password is chosen, by its endpoint.
CHOOSING: Final[dict[str, Callable[[Site], Prepared]]] = {
    "security.change_password": change,
    "password_link_pages.choose": link,
    "console_users.create_view": lambda site: console(site, edit=False),
    "console_users.edit_view": lambda site: console(site, edit=True),
}


@contextmanager
def _looking(site: Site) -> Iterator[Hashing]:
    seen = Hashing()
    with seen.look(site.installation.database):
        yield seen


def test_every_page_that_chooses_a_password_is_tried(full_site: Site) -> None:
    """Who writes another one adds it above."""
    posting = {door.endpoint for door in doors(full_site.app) if door.method == "POST"}
    assert {endpoint for endpoint in posting if _chooses(full_site, endpoint)} == set(CHOOSING)


def _chooses(site: Site, endpoint: str) -> bool:
    granted = policy_of(site.app, endpoint)
    chooses = granted is not None and bool(granted.chooses) and not endpoint.endswith(("index_view", "details_view"))
    return chooses or endpoint.startswith("password_link_pages.")


@pytest.mark.parametrize("endpoint", CHOOSING)
def test_a_chosen_password_is_hashed_before_the_transaction(database_url: str, endpoint: str) -> None:
    prepared = CHOOSING[endpoint](make_site(database_url))
    with _looking(prepared.site) as seen:
        answer = prepared.choose(_NEW)
    assert answer.status_code in (302, 303)
    # Changing one's own asks for the present one, too.
    assert seen.checks == [False] * (2 if endpoint == "security.change_password" else 1)
    email = _NORA if endpoint.startswith("console") else email_of("sales")
    signed_in = prepared.site.visitor().post("/login", {"email": email, "password": _NEW})
    assert signed_in.status_code == 302


@pytest.mark.parametrize("endpoint", CHOOSING)
def test_a_password_that_is_refused_is_not_hashed(sqlite_url: str, endpoint: str) -> None:
    prepared = CHOOSING[endpoint](make_site(sqlite_url))
    with _looking(prepared.site) as seen:
        answer = prepared.choose("passwordpassword")
    assert "Bitte nehmen Sie" in answer.text
    assert seen.checks == [False] * (1 if endpoint == "security.change_password" else 0)


def test_a_wrong_present_password_is_hashed_once(database_url: str) -> None:
    prepared = change(make_site(database_url), _WRONG)
    with _looking(prepared.site) as seen:
        answer = prepared.choose(_NEW)
    assert answer.status_code == 200
    assert "invalid-feedback" in answer.text
    assert seen.checks == [False]
    assert prepared.site.visitor().sign_in("sales").status_code == 302


@pytest.mark.parametrize("given", [PASSWORD, _WRONG])
def test_the_question_in_between_is_answered_by_one_hash(database_url: str, given: str) -> None:
    site = make_site(database_url)
    visitor = site.visitor("crm_manager")
    token = visitor.token()
    with _looking(site) as seen:
        visitor.client.post("/teams", data={"csrf_token": token, "name": "A", "parent": "", "_proof": given})
    assert seen.checks == [False]


@pytest.mark.parametrize(("role", "given"), [("sales", PASSWORD), ("sales", _WRONG), ("nobody", PASSWORD)])
def test_signing_in_takes_one_hash(database_url: str, role: str, given: str) -> None:
    site = make_site(database_url)
    visitor = site.visitor()
    token = visitor.token()
    with _looking(site) as seen:
        visitor.client.post("/login", data={"csrf_token": token, "email": email_of(role), "password": given})
    assert seen.checks == [False]


def test_a_password_that_was_stored_at_another_cost_opens_the_door(database_url: str) -> None:
    site = make_site(database_url)
    stored = PasswordHasher(memory_cost=8_192, time_cost=2, parallelism=1).hash(PASSWORD)
    with site.installation.database.write() as connection:
        connection.execute(update(User).where(User.email == email_of("sales")).values(password=stored))
    with _looking(site) as seen:
        assert site.visitor().sign_in("sales").status_code == 302
    assert seen.checks
    assert not any(seen.checks)


def test_whoever_may_not_choose_costs_no_hash(sqlite_url: str) -> None:
    """Neither a link that is none, nor a page of somebody else's, nor a session that has ended."""
    site = make_site(sqlite_url)
    stranger, seller = site.visitor(), site.visitor("sales")
    sent = {"password": _NEW, "again": _NEW, "new_password": _NEW, "new_password_confirm": _NEW}
    new = f"{_USERS}/new/"
    tries = [(stranger, "/password/none"), (stranger, "/change"), (stranger, new), (seller, new)]
    with _looking(site) as seen:
        answers = [visitor.post(url, sent).status_code for visitor, url in tries]
    assert answers == [404, 401, 401, 403]
    assert seen.checks == []


def test_whoever_has_no_password_yet_is_counted_for_no_wrong_one(database_url: str) -> None:
    """Who came by a provider has none to give; the password that he chooses is hashed beforehand all the same."""
    site = make_site(database_url)
    with site.installation.database.write() as connection:
        connection.execute(update(User).where(User.email == email_of("sales")).values(password=None))
    prepared = change(site, "")
    with _looking(site) as seen:
        answers = [prepared.choose("passwordpassword").status_code for _ in range(12)]
        assert answers == [200] * 12
        assert seen.checks == []
        assert prepared.choose(_NEW).status_code == 302
    assert seen.checks == [False]
    assert site.visitor().sign_in("sales", _NEW).status_code == 302
