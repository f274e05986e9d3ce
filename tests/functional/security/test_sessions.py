"""Sessions: they begin anew, end at once, and nobody can carry one in; every form needs its token."""

from __future__ import annotations

import time
from dataclasses import replace
from statistics import median
from typing import Any, Final

import pytest
from sqlalchemy import delete, select, update

from app.factory import create_app
from app.system.tables import Role, User, UserRole, table_of
from app.web.lifecycle import running
from app.web.limiting import TURNS, Turns
from app.web.policy import CLOSED, PUBLIC, policy_of
from tests.support.site import Site, Visitor, make_site
from tests.support.staff import PASSWORD, email_of

_NEW: Final = "ein-ganz-anderes-kennwort"
_USER: Final = table_of(User)
_ROLE: Final = table_of(Role)
_USER_ROLE: Final = table_of(UserRole)


@pytest.fixture
def site(sqlite_url: str) -> Site:
    """Return a site without records."""
    return make_site(sqlite_url)


def _cookies(visitor: Visitor) -> str:
    cookie = visitor.client.get_cookie("lotse")
    assert cookie is not None
    return cookie.value


def test_a_planted_session_is_worth_nothing_after_signing_in(site: Site) -> None:
    """Whoever planted a cookie knows its token; the token of the session that begins is another one."""
    visitor = site.visitor()
    planted = visitor.token()
    assert visitor.sign_in("sales").status_code == 302
    assert visitor.client.post("/me", data={"csrf_token": planted, "theme": "dark"}).status_code == 400
    assert visitor.post("/me", {"theme": "dark", "next": "/me"}).status_code == 303


def test_who_loses_his_place_is_out_at_the_next_request(site: Site) -> None:
    visitor = site.visitor("sales")
    assert visitor.get("/e/account").status_code == 200
    with site.installation.database.write() as connection:
        connection.execute(update(_USER).where(_USER.c.email == email_of("sales")).values(active=False))
    assert visitor.get("/e/account").status_code == 303
    assert visitor.client.post("/login", data={"csrf_token": site.visitor().token()}).status_code in (200, 400)
    assert site.visitor().sign_in("sales").status_code == 200


def test_who_loses_a_role_loses_its_rights_at_the_next_request(site: Site) -> None:
    visitor = site.visitor("sales")
    assert visitor.get("/e/account").status_code == 200
    with site.installation.database.write() as connection:
        who = select(_USER.c.id).where(_USER.c.email == email_of("sales")).scalar_subquery()
        connection.execute(delete(_USER_ROLE).where(_USER_ROLE.c.user_id == who))
    assert visitor.get("/e/account").status_code == 404
    assert visitor.get("/me").status_code == 200


def test_a_new_password_ends_all_other_sessions(site: Site) -> None:
    here, there = site.visitor(), site.visitor()
    assert here.sign_in("sales").status_code == there.sign_in("sales").status_code == 302
    stolen = _cookies(here)
    changed = here.post("/change", {"password": PASSWORD, "new_password": _NEW, "new_password_confirm": _NEW})
    assert changed.status_code == 302
    assert here.get("/me").status_code == 200
    assert there.get("/me").status_code == 303
    thief = site.visitor()
    thief.client.set_cookie("lotse", stolen)
    assert thief.get("/me").status_code == 303


@pytest.mark.parametrize("cookie", ["", "x", "eyJfdXNlcl9pZCI6IjEifQ.aaaa.bbbb", "{}", "a" * 3000, "é"])
def test_a_forged_cookie_is_no_session(site: Site, cookie: str) -> None:
    visitor = site.visitor()
    visitor.client.set_cookie("lotse", cookie)
    visitor.client.set_cookie("lotse-remember", cookie)
    assert visitor.get("/me").status_code == 303
    assert visitor.get("/login").status_code == 200


@pytest.mark.parametrize("https", [False, True])
def test_cookies_are_out_of_reach_of_scripts_and_other_sites(site: Site, https: bool) -> None:
    with site.app.app_context():
        settings = replace(running().settings, https=https)
    app = create_app(settings, database=site.installation.database)
    answer = app.test_client().get("/login", base_url="https://localhost" if https else "http://localhost")
    cookies = answer.headers.getlist("Set-Cookie")
    assert cookies
    for cookie in cookies:
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert ("Secure" in cookie) is https
        assert cookie.startswith("__Host-") is https
        assert "Domain" not in cookie
    assert ("Strict-Transport-Security" in answer.headers) is https


def test_no_unsafe_route_works_without_a_token(site: Site) -> None:
    """Every route that is open to the reader and takes a POST wants a token first, whatever it would say then."""
    visitor, tried = site.visitor("crm_manager"), 0
    numbers = ("record_id", "token_id", "user_id", "team_id", "session_id", "delegation_id", "passkey_id")
    parts: dict[str, Any] = {"entity": "account", "target": "account", "token": "x", **dict.fromkeys(numbers, 1)}
    for rule in site.app.url_map.iter_rules():
        granted = policy_of(site.app, rule.endpoint)
        if "POST" not in (rule.methods or ()) or granted in (CLOSED, PUBLIC) or granted is None or granted.scope:
            continue  # what programs send is tried in the tests of the API
        with site.app.test_request_context():
            url = site.app.url_for(rule.endpoint, **{name: parts[name] for name in rule.arguments})
        for sent in ({}, {"csrf_token": "x"}, {"csrf_token": "ImEi.aaaaaa.bbbbbb"}):
            assert visitor.client.post(url, data=sent).status_code == 400, url
        assert visitor.post(url, Sec_Fetch_Site="cross-site").status_code == 403, url
        tried += 1
    assert tried >= 12


@pytest.mark.parametrize("told", ["198.51.100.1", "10.0.0.1, 198.51.100.1"])
def test_behind_a_proxy_each_visitor_has_his_own_limit(sqlite_url: str, told: str) -> None:
    site = make_site(sqlite_url)
    with site.app.app_context():
        settings = replace(running().settings, https=True)
    app = create_app(settings, database=site.installation.database)
    app.extensions[TURNS] = Turns(rest=0)
    client = app.test_client()
    page = client.get("/login", base_url="https://localhost").text
    token = page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]

    def attempt(number: int, address: str) -> int:
        data = {"csrf_token": token, "email": f"nobody{number}@example.com", "password": "falsch-falsch"}
        headers = {"X-Forwarded-For": address, "Referer": "https://localhost/login"}
        return client.post("/login", data=data, headers=headers, base_url="https://localhost").status_code

    answers = [attempt(number, told) for number in range(32)]
    assert answers[0] == 200
    assert answers[-1] == 429
    assert attempt(99, "198.51.100.2") == 200


def test_an_unknown_user_takes_as_long_as_a_wrong_password(sqlite_url: str) -> None:
    site = make_site(sqlite_url)
    visitor = site.visitor()
    token = visitor.token()

    def seconds(email: str) -> float:
        begun = time.perf_counter()
        data = {"csrf_token": token, "email": email, "password": "falsch-falsch"}
        assert visitor.client.post("/login", data=data).status_code == 200
        return time.perf_counter() - begun

    known = median(seconds(email_of("sales")) for _ in range(7))
    unknown = median(seconds(f"nobody{number}@example.com") for number in range(7))
    assert 0.5 < unknown / known < 2
