"""What everybody does for himself: see and end his sessions, lend roles to a colleague until a day."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

import pytest
from sqlalchemy import select, update

from app.system.delegations import DELEGATION
from app.system.tables import Role, now, table_of
from tests.functional.people.world import BOTH, World
from tests.support.site import Visitor

_DAYS = timedelta(days=10)


def _loan(world: World, borrower: str, *roles: str, **changes: object) -> dict[str, object]:
    last = (date.today() + _DAYS).isoformat()
    return {"to": world.user(borrower), "roles": list(roles), "until": last, "reason": "Urlaub", **changes}


def test_somebody_sees_his_devices_and_ends_one(world: World) -> None:
    here, there = world.visitor("sales"), world.visitor("sales")
    firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    third = world.site.visitor()
    third.client.environ_base["HTTP_USER_AGENT"] = firefox
    third.sign_in("sales")
    page = here.get("/me/sessions").text
    assert "Firefox auf Linux" in page
    assert page.count("dieses Gerät") == 1
    rows = re.findall(r"<tr><td>(.*?)</td>.*?action=\"(/me/sessions/\d+/end)\"", page, re.DOTALL)
    assert len(rows) == 3
    for device, url in rows:
        if "dieses Gerät" not in device and "Firefox" not in device:
            assert here.post(url).status_code == 303
    assert there.get("/me").status_code == 303
    assert here.get("/me").status_code == third.get("/me").status_code == 200
    assert here.post("/me/sessions/end").status_code == 303
    assert third.get("/me").status_code == 303
    assert here.get("/me").status_code == 200
    assert world.audited()[-2:] == ["session.end", "session.end"]


def test_nobody_ends_somebody_elses_session(world: World) -> None:
    person, stranger = world.visitor("sales"), world.visitor("service")
    url = re.search(r'action="(/me/sessions/\d+/end)"', person.get("/me/sessions").text)
    assert url is not None
    assert stranger.post(url[1]).status_code == 404
    assert person.get("/me").status_code == 200


def test_a_lent_role_acts_for_its_lender_until_it_is_taken_back(world: World) -> None:
    lender, borrower = world.visitor("sales"), world.visitor("project_lead")
    assert borrower.get("/e/product").status_code == 404
    assert lender.post("/me/delegation", _loan(world, "project_lead", "sales")).status_code == 303
    grant = next(one for one in world.actor(world.user("project_lead")).grants if one.lent_by)
    assert (grant.role, grant.user_id, grant.lent_by) == ("sales", world.user("sales"), "Test Sales")
    assert borrower.get("/e/product").status_code == 200
    assert "Sie handeln auch für Test Sales" in borrower.get("/me").text
    assert "Sie handeln auch für" not in lender.get("/me").text
    url = re.search(r'action="(/me/delegation/\d+/end)"', lender.get("/me/delegation").text)
    assert url is not None
    assert world.visitor("service").post(url[1]).status_code == 404
    assert lender.post(url[1]).status_code == 303
    assert borrower.get("/e/product").status_code == 404
    assert "Sie handeln auch für" not in borrower.get("/me").text
    assert world.audited()[-2:] == ["delegation.create", "delegation.end"]
    assert lender.post(url[1]).status_code == 404


def test_a_delegation_ends_by_itself(world: World) -> None:
    assert world.visitor("sales").post("/me/delegation", _loan(world, "project_lead", "sales")).status_code == 303
    with world.site.installation.database.write() as connection:
        connection.execute(update(DELEGATION).values(ends_at=now()))
    assert world.actor(world.user("project_lead")).roles == {"project_lead"}
    assert "nichts verliehen" in world.visitor("sales").get("/me/delegation").text


def test_the_manager_sees_and_ends_delegations_of_others(world: World) -> None:
    world.visitor("sales").post("/me/delegation", _loan(world, "project_lead", "sales"))
    manager = world.visitor("crm_manager")
    for who in ("sales", "project_lead"):
        assert "Test Sales an Test Project_Lead" in manager.get(f"/people/{world.user(who)}").text
    url = re.search(r'action="(/people/\d+/delegation/\d+/end)"', manager.get(f"/people/{world.user('sales')}").text)
    assert url is not None
    elsewhere = url[1].replace(f"/people/{world.user('sales')}/", f"/people/{world.user('service')}/")
    assert manager.post(elsewhere).status_code == 404
    assert manager.post(url[1]).status_code == 303
    assert world.actor(world.user("project_lead")).roles == {"project_lead"}


#: The status of a loan that is refused, whether it says so at the input, and whether nothing was written.
REFUSED: Final = (422, True, True)


def _lent(world: World, visitor: Visitor, loan: dict[str, object], where: str) -> tuple[int, bool, bool]:
    """Ask to lend, and return what `REFUSED` tells."""
    before = world.audited()
    answer = visitor.post("/me/delegation", loan)
    return answer.status_code, f'id="lend-{where}-error"' in answer.text, world.audited() == before


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"to": ""}, "to"),
        ({"to": "99999"}, "to"),
        ({"until": ""}, "until"),
        ({"until": "2001-01-01"}, "until"),
        ({"until": "2999-01-01"}, "until"),
        ({"until": "bald"}, "until"),
        ({"roles": []}, "roles"),
        ({"roles": ["service"]}, "roles"),
        ({"reason": "x" * 201}, "reason"),
    ],
)
def test_a_wrong_loan_is_refused_at_its_input(world: World, changes: dict[str, object], where: str) -> None:
    loan = _loan(world, "service", "sales", **changes)
    assert _lent(world, world.visitor("sales"), loan, where) == REFUSED


def test_nobody_lends_to_himself_or_to_a_program(world: World) -> None:
    given = {"name": "Anlage", "email": "anlage@example.com", "locale": "de", "team": ""}
    assert world.visitor("administrator").post("/technical/new", given).status_code == 303
    program = world.user_by("anlage@example.com")
    for to in (world.user("sales"), program):
        assert _lent(world, world.visitor("sales"), _loan(world, "service", "sales", to=to), "to") == REFUSED


def test_what_is_lent_is_not_lent_on(world: World) -> None:
    world.visitor("sales").post("/me/delegation", _loan(world, "project_lead", "sales"))
    borrower = world.visitor("project_lead")
    assert 'name="roles" value="sales"' not in borrower.get("/me/delegation").text
    assert _lent(world, borrower, _loan(world, "service", "sales"), "roles") == REFUSED


@pytest.mark.parametrize("role", ["crm_manager", "administrator"])
def test_roles_that_decide_over_people_or_technology_are_never_lent(world: World, role: str) -> None:
    visitor = world.visitor(BOTH)
    assert "keine Rolle, die Sie verleihen können" in visitor.get("/me/delegation").text
    assert visitor.post("/me/delegation", _loan(world, "service", role)).status_code == 422
    assert world.actor(world.user("service")).roles == {"service"}


def test_a_lent_role_shows_no_people_even_where_its_row_was_forged(world: World) -> None:
    """The reading side refuses by itself what the form refuses to write."""
    world.visitor("sales").post("/me/delegation", _loan(world, "service", "sales"))
    with world.site.installation.database.write() as connection:
        ids = {row.name: row.id for row in connection.execute(select(Role.id, Role.name))}
        held = table_of(Role).metadata.tables["sys_user_role"]
        connection.execute(held.insert(), {"user_id": world.user("sales"), "role_id": ids["crm_manager"]})
        lent = table_of(Role).metadata.tables["sys_delegation_role"]
        connection.execute(update(lent).values(role_id=ids["crm_manager"]))
    visitor = world.visitor("service")
    assert "crm_manager" in world.actor(world.user("service")).roles
    assert visitor.get("/people").status_code == 403
    assert 'href="/people"' not in visitor.get("/me").text
