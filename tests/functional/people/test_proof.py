"""Step-up: what changes rights asks for the password where the last proof is old, and loses nothing over it."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import update

from app.system.tables import User
from app.web.limiting import turns
from app.web.policy import policy_of
from tests.functional.people.world import BOTH, World, fields
from tests.functional.security.test_factors import set_up
from tests.functional.web.routes import doors
from tests.support.staff import PASSWORD

_NEW = {"name": "Nora Neu", "email": "nora@example.com", "locale": "en", "team": "", "role.sales": "1"}


def test_what_was_sent_is_kept_in_the_question_and_done_with_the_answer(world: World) -> None:
    manager = world.visitor("crm_manager")
    world.age()
    asked = manager.post("/people/new", _NEW)
    assert asked.status_code == 401
    assert "insufficient_user_authentication" in asked.headers["WWW-Authenticate"]
    assert "Sind Sie es wirklich?" in asked.text
    kept = fields(asked.text, "/people/new")
    assert kept == {**_NEW, "_proof": ""}
    assert "user.create" not in world.audited()
    assert manager.post("/people/new", {**kept, "_proof": PASSWORD}).status_code == 303
    user = world.user_by("nora@example.com")
    assert world.column(user, "locale") == "en"
    assert world.actor(user).roles == {"sales"}
    assert manager.post("/teams", {"name": "Gleich danach", "parent": ""}).status_code == 303


def test_a_wrong_answer_does_nothing_and_keeps_what_was_sent(world: World) -> None:
    manager = world.visitor("crm_manager")
    world.age()
    for _ in range(2):
        answer = manager.post("/people/new", {**_NEW, "_proof": "falsch-falsch-falsch"})
        assert answer.status_code == 401
        assert "Das ist nicht richtig" in answer.text
        assert "falsch-falsch" not in answer.text
        assert fields(answer.text, "/people/new")["name"] == "Nora Neu"
    assert "user.create" not in world.audited()
    assert manager.post("/teams", {"name": "x", "parent": ""}).status_code == 401


def test_a_right_answer_counts_also_where_the_form_is_wrong(world: World) -> None:
    manager = world.visitor("crm_manager")
    world.age()
    assert manager.post("/people/new", {**_NEW, "email": "keine", "_proof": PASSWORD}).status_code == 422
    assert manager.post("/people/new", _NEW).status_code == 303


def test_a_proof_is_the_sessions_own(world: World) -> None:
    here, there = world.visitor("crm_manager"), world.visitor("crm_manager")
    world.age()
    assert here.post("/teams", {"name": "A", "parent": "", "_proof": PASSWORD}).status_code == 303
    assert there.post("/teams", {"name": "B", "parent": ""}).status_code == 401


def test_guessing_comes_to_an_end(world: World) -> None:
    manager = world.visitor("crm_manager")
    world.age()
    statuses = [manager.post("/teams", {"name": "x", "_proof": f"geraten-geraten-{n}"}).status_code for n in range(12)]
    assert statuses == [401] * 10 + [429] * 2
    assert manager.post("/teams", {"name": "x", "_proof": PASSWORD}).status_code == 429


def test_a_code_is_a_proof_too_and_counts_once(world: World) -> None:
    """Whoever signs in with a provider has no password; a code of his app, or one of his paper, will do."""
    manager = world.visitor("crm_manager")
    phone = set_up(manager)
    with world.site.installation.database.write() as connection:
        connection.execute(update(User).where(User.id == world.user("crm_manager")).values(password=None))
    world.age()
    asked = manager.post("/people/new", _NEW)
    assert 'name="_proof"' not in asked.text
    kept = fields(asked.text, "/people/new")
    assert kept == {**_NEW, "_code": ""}
    assert manager.post("/people/new", {**kept, "_code": "000000"}).status_code == 401
    assert manager.post("/people/new", {**kept, "_code": "", "_proof": PASSWORD}).status_code == 401
    code = phone.code()
    assert manager.post("/people/new", {**kept, "_code": code}).status_code == 303
    world.age()
    assert manager.post("/teams", {"name": "A", "parent": "", "_code": code}).status_code == 401
    assert manager.post("/teams", {"name": "A", "parent": "", "_code": phone.paper[0]}).status_code == 303
    world.age()
    assert manager.post("/teams", {"name": "B", "parent": "", "_code": phone.paper[0]}).status_code == 401
    other = world.visitor("administrator")
    world.age()
    assert other.post("/admin/console/teams/new/", {"name": "C", "_code": phone.paper[1]}).status_code == 401
    for _ in range(10):
        manager.post("/teams", {"name": "B", "parent": "", "_code": "000000"})
    assert manager.post("/teams", {"name": "B", "parent": "", "_code": phone.paper[2]}).status_code == 429


def test_without_a_token_no_answer_is_looked_at(world: World) -> None:
    manager = world.visitor("crm_manager")
    world.age()
    for _ in range(12):
        assert manager.client.post("/teams", data={"name": "x", "_proof": "geraten-geraten"}).status_code == 400
    assert manager.post("/teams", {"name": "x", "parent": "", "_proof": PASSWORD}).status_code == 303


def test_the_console_asks_too_and_every_value_survives(world: World) -> None:
    administrator = world.visitor("administrator")
    url = "/admin/console/teams/new/?url=/admin/console/teams/"
    world.age()
    asked = administrator.post(url, {"name": 'Team "Ü" <1>'})
    assert asked.status_code == 401
    action = re.search(r'action="(/admin/console/[^"]+)"', asked.text)
    assert action is not None
    assert action[1] == url
    assert administrator.post(url, {**fields(asked.text, url), "_proof": PASSWORD}).status_code == 302
    assert world.team('Team "Ü" <1>')


def test_everything_that_changes_rights_asks(world: World) -> None:
    """Whatever route is for those who manage people or technology, or says so itself, refuses an old proof."""
    visitor, asked = world.visitor(BOTH), set()
    world.age()
    for door in doors(world.site.app, ("POST",)):
        assert door.policy is not None
        if door.policy.capability in ("people", "administer"):
            if visitor.post(door.url).status_code != 404:
                assert door.policy.fresh, door.endpoint
        if door.policy.fresh:
            assert visitor.post(door.url).status_code == 401, door.endpoint
            asked.add(door.endpoint)
    assert {"person_save", "person_link", "technical_save"} <= {one.rpartition(".")[2] for one in asked}
    assert {"token_pages.make", "team_pages.save", "delegation_pages.make", "console_users.edit_view"} <= asked


@pytest.mark.parametrize("url", ["/people", "/teams", "/me/tokens", "/me/delegation", "/admin/console/users/"])
def test_looking_needs_no_proof(world: World, url: str) -> None:
    visitor = world.visitor(BOTH)
    world.age()
    assert visitor.get(url).status_code == 200
    assert policy_of(world.site.app, "people_pages.person_index") is not None


def test_a_proof_waits_for_its_turn_like_a_sign_in(world: World) -> None:
    """Whoever is signed in can't keep the processors busy with passwords that nobody counts."""
    manager = world.visitor("crm_manager")
    world.age()
    given = {"name": "Werkstatt", "parent": "", "_proof": PASSWORD}
    with turns(world.site.app).turn("192.0.2.9") as somebody_elses:
        assert somebody_elses
        assert manager.post("/teams", given).status_code == 429
    assert manager.post("/teams", given).status_code == 303
