"""Signing in and out, the own password, the own settings."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import update

from app.access.granting import TECHNICAL
from app.config import Settings
from app.factory import create_app
from app.storage.database import open_database
from app.system.install import create_schema
from app.system.people import create_user
from app.system.tables import User
from app.web.passwords import hashed
from tests.support.install import METADATA, PLUGINS
from tests.support.site import SECRET, Site, make_site
from tests.support.staff import PASSWORD, email_of


def test_somebody_signs_in_and_out(site: Site) -> None:
    visitor = site.visitor()
    assert visitor.get("/").headers["Location"] == "/login"
    assert visitor.sign_in("sales").headers["Location"] == "/"
    assert "Test Sales" in visitor.get("/").text
    assert visitor.post("/logout").status_code == 302
    assert visitor.get("/").status_code == 303


@pytest.mark.parametrize(
    ("email", "password"),
    [(email_of("sales"), "falsch-falsch-falsch"), ("niemand@example.com", PASSWORD), ("", ""), ("x\0y", "z\0")],
)
def test_a_wrong_sign_in_always_reads_the_same(full_site: Site, email: str, password: str) -> None:
    response = full_site.visitor().post("/login", {"email": email, "password": password})
    assert response.status_code == 200
    assert "passen nicht zusammen" in response.text


def _answer(site: Site, email: str, password: str) -> tuple[int, dict[str, str], bytes]:
    """Return all that somebody sees of a failed sign-in, but for what is new in every answer: token, number."""
    visitor = site.visitor()
    sent = {"csrf_token": visitor.token(), "email": email, "password": password}
    answer = visitor.client.post("/login", data=sent)
    told = {name: value for name, value in answer.headers.items() if name not in ("Set-Cookie", "X-Request-Id")}
    return answer.status_code, told, re.sub(rb'(name="csrf_token"[^>]*value=)"[^"]+"', rb"\1", answer.data)


@pytest.mark.parametrize(
    "state",
    [
        {"active": False},
        {"password": None},
        {"password": None, "active": False},
        {"kind": TECHNICAL, "password": None},
        {"email": "jemand@example.com"},
    ],
    ids=["deactivated", "no password", "neither", "a program", "no such account"],
)
def test_a_failed_sign_in_tells_nothing_of_the_account(site: Site, state: dict[str, object]) -> None:
    """Whether there is an account, whether it is active, and whether the password was right."""
    email, wrong = email_of("sales"), "falsch-falsch-falsch"
    expected = _answer(site, email, wrong)
    assert expected[0] == 200
    with site.installation.database.write() as connection:
        connection.execute(update(User).where(User.email == email).values(state))
    assert [_answer(site, email, given) for given in (wrong, PASSWORD)] == [expected, expected]


def test_many_attempts_are_slowed_down(sqlite_url: str) -> None:
    visitor = make_site(sqlite_url).visitor()
    token = visitor.token()
    data = {"csrf_token": token, "email": email_of("sales"), "password": "falsch-falsch"}
    answers = [visitor.client.post("/login", data=data).status_code for _ in range(12)]
    assert answers[-1] == 429
    assert answers[0] == 200


def test_demo_people_are_offered_in_demo_mode_only(full_site: Site, sqlite_url: str) -> None:
    assert email_of("sales") in full_site.visitor().get("/login").text
    assert email_of("sales") not in make_site(sqlite_url).visitor().get("/login").text


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_nobody_is_sent_elsewhere(full_site: Site, target: str) -> None:
    visitor = full_site.visitor()
    signed_in = visitor.post("/login", {"email": email_of("sales"), "password": PASSWORD, "next": target})
    assert signed_in.status_code in (200, 400)
    assert "evil" not in signed_in.headers.get("Location", "")
    chosen = full_site.visitor("sales").post("/me", {"theme": "auto", "next": target})
    assert chosen.headers["Location"] == "/"


def test_one_comes_back_to_where_one_wanted_to_go(full_site: Site) -> None:
    visitor = full_site.visitor()
    asked = visitor.get("/e/account?q=gmbh")
    assert asked.headers["Location"] == "/login?next=/e/account%3Fq%3Dgmbh"
    page = visitor.get(asked.headers["Location"]).text
    assert 'name="next" value="/e/account?q=gmbh"' in page


def test_the_language_can_be_chosen_before_signing_in(full_site: Site) -> None:
    visitor = full_site.visitor()
    assert "Anmelden" in visitor.get("/login", Accept_Language="de").text
    assert "Sign in" in visitor.get("/login", Accept_Language="en-GB").text
    visitor.get("/login?locale=en")
    assert "Sign in" in visitor.get("/login", Accept_Language="de").text


def test_settings_are_kept(site: Site) -> None:
    visitor = site.visitor("sales")
    for name, value in (("locale", "en"), ("theme", "dark"), ("density", "compact")):
        assert visitor.post("/me", {name: value, "next": "/me"}).headers["Location"] == "/me"
    page = visitor.get("/me").text
    assert 'lang="en"' in page
    assert 'data-bs-theme="dark"' in page
    assert 'data-density="compact"' in page
    assert visitor.post("/me", {"locale": "fr"}).status_code == 400


def test_the_password_is_changed(site: Site) -> None:
    visitor = site.visitor("sales")
    fresh = "ein-ganz-neues-kennwort"
    short = visitor.post("/change", {"password": PASSWORD, "new_password": "kurz", "new_password_confirm": "kurz"})
    assert "invalid-feedback" in short.text
    done = visitor.post("/change", {"password": PASSWORD, "new_password": fresh, "new_password_confirm": fresh})
    assert done.status_code == 302
    assert site.visitor().sign_in("sales").status_code == 200
    assert site.visitor().sign_in("sales", fresh).status_code == 302


def test_a_database_without_a_configuration_says_so(sqlite_url: str) -> None:
    database = open_database(sqlite_url, create=True)
    create_schema(database)
    with database.write() as connection:
        create_user(connection, "a@example.com", hashed(PASSWORD), "A", ())
    app = create_app(Settings(sqlite_url, METADATA, PLUGINS, SECRET), database=database)
    client = app.test_client()
    token = client.get("/login").text.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    client.post("/login", data={"csrf_token": token, "email": "a@example.com", "password": PASSWORD})
    response = client.get("/")
    assert response.status_code == 503
    assert "lotse publish" in response.text
    database.close()
