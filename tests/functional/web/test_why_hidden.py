"""The page of rights tells of rules, and of a record no more than its asker could work out by himself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import update

from app.system.tables import User, table_of
from tests.functional.web.answers import UNTOLD, main_of, told
from tests.support.documents import entity, label, of
from tests.support.install import write_documents
from tests.support.program import program
from tests.support.site import Site, make_site

_ALL: Final = {"create": True, "read": True, "update": True, "retire": True}
_UNSEEN: Final = "hängt von etwas ab, das Sie nicht sehen"
_HIDDEN_CONDITION: Final = "einer Bedingung an Felder, die Sie nicht sehen"


def _role(name: str, *capabilities: str, **entities: Any) -> dict[str, Any]:
    return {"label": label(name), "entities": entities, "capabilities": list(capabilities)}


def _where(condition: str) -> dict[str, Any]:
    return {"read": True, "update": {"where": condition}}


_HIDING: Final = {"read": True, "fields": dict.fromkeys(("margin", "owner", "team", "parts", "secret"), "none")}
_PART: Final = {"name": of("text", label="Name"), "firm": of("reference", target="firm", label="Firma")}
_DOCUMENTS: Final = {
    ("entities", "group"): entity(
        "Konzerne", {"name": of("text", label="Name"), "rating": of("integer", label="Bonität")}
    ),
    ("entities", "firm"): entity(
        "Firmen",
        {
            "name": of("text", label="Name"),
            "region": of("text", label="Region"),
            "margin": of("integer", label="Marge"),
            "secret": of("integer", label="Geheim", formula="margin + 1", declassified=True),
            "twice": of("integer", label="Doppelt", formula="2 * margin"),
            "group": of("reference", target="group", label="Konzern"),
            "parts": of("lines", label="Teile", entity="part", via="firm"),
        },
    ),
    ("entities", "part"): entity("Teile", {**_PART, "cost": of("integer", label="Kosten")}),
    ("entities", "vault"): entity("Tresore", {"name": of("text", label="Name"), "code": of("text", label="Code")}),
    ("roles", "boss"): _role("Chef", "people", "configure", **{"*": _ALL}),
    ("roles", "manager"): _role("Leitung", "people", firm=_HIDING, part={"read": True, "fields": {"cost": "none"}}),
    ("roles", "costless"): _role("Ohne Kosten", "people", firm=_ALL, part={"read": True, "fields": {"cost": "none"}}),
    ("roles", "rowless"): _role("Manche Zeilen", "people", firm=_ALL, part={"read": {"where": "cost > 50"}}),
    ("roles", "author"): _role("Autor", "configure", firm=_HIDING),
    ("roles", "clerk"): _role("Büro", firm={**_HIDING, "update": {"where": "margin > 50"}}),
    ("roles", "margin"): _role("Marge", firm=_where("margin > 50")),
    ("roles", "computed"): _role("Gerechnet", firm=_where("secret > 50")),
    ("roles", "far"): _role("Fern", firm=_where("group.rating > 50"), group={"read": True}),
    ("roles", "rows"): _role("Zeilen", firm=_where("sum(parts.cost) > 50"), part={"read": True}),
    ("roles", "own"): _role("Eigene", firm={"read": True, "update": "own"}),
    ("roles", "reach"): _role("Sieht manche", firm={"read": {"where": "margin > 50"}, "update": True}),
    ("roles", "lines"): _role("Postenpflege", firm={"read": True, "update": {"where": "margin > 50"}}, part=_ALL),
    ("roles", "open"): _role("Region", firm=_where('region = "nord"')),
    ("roles", "nobody"): _role("Nichts"),
}


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    """Return a site with a firm on either side of every scope."""
    made = make_site(database_url, write_documents(tmp_path / "documents", _DOCUMENTS))
    boss = program(made, "boss")
    for rating, margin, cost, owner, region in ((90, 90, 90, "own", "nord"), (10, 10, 10, "boss", "süd")):
        group = boss.create("group", name="Konzern", rating=rating)["id"]
        part = {"name": "Teil", "cost": cost}
        values = {"name": "Firma", "margin": margin, "group": group, "owner": made.actor(owner).id, "region": region}
        boss.create("firm", **values, parts=[part])
    boss.create("vault", name="Tresor 1", code="geheimer Code")
    yield made
    made.installation.close()


def _both(site: Site, asker: str, subject: str, **asked: object) -> list[str]:
    """Return what is said of the firm inside a scope and of the one outside, without their numbers."""
    visitor, user = site.visitor(asker), site.actor(subject).id
    query = "".join(f"&{name}={value}" for name, value in asked.items())
    found = [main_of(visitor, f"/why?user={user}&entity=firm&record={n}{query}") for n in (1, 2)]
    return [re.sub(r'name="record" inputmode="numeric" value="\d"', "", page) for page in found]


@pytest.mark.parametrize("role", ["margin", "computed", "far", "rows", "own", "reach", "clerk"])
@pytest.mark.parametrize("field", ["", "name"])
def test_on_which_side_of_a_hidden_value_a_record_is_stays_hidden(site: Site, role: str, field: str) -> None:
    inside, outside = _both(site, "manager", role, field=field)
    assert inside == outside
    assert _UNSEEN in inside
    inside, outside = _both(site, "boss", role, field=field)
    assert inside != outside
    assert _UNSEEN not in inside + outside
    assert UNTOLD not in inside + outside


@pytest.mark.parametrize("asker", ["costless", "rowless"])
def test_a_sum_over_rows_is_told_to_whoever_reads_all_of_them(site: Site, asker: str) -> None:
    inside, outside = _both(site, asker, "rows")
    assert inside == outside
    assert _UNSEEN in inside
    user = site.actor("rows").id
    answers = [told(site.visitor("boss"), user=user, entity="firm", record=n)["ändern"].answer for n in (1, 2)]
    assert answers == ["Ja", "Nein"]


def test_what_is_open_is_told(site: Site) -> None:
    manager, user = site.visitor("manager"), site.actor("open").id
    answers = [told(manager, user=user, entity="firm", record=n)["ändern"] for n in (1, 2)]
    assert [one.answer for one in answers] == ["Ja", "Nein"]
    assert "dieser gehört dazu" in answers[0].text
    assert "dieser gehört nicht dazu" in answers[1].text


def test_a_verdict_that_hangs_on_hidden_values_cannot_be_told(site: Site) -> None:
    manager, user = site.visitor("manager"), site.actor("margin").id
    said = told(manager, user=user, entity="firm", record=1)
    assert said["ändern"].answer == UNTOLD
    assert said["lesen"].answer == "Ja"
    assert said["archivieren"].answer == "Nein"
    assert told(manager, user=user, entity="firm")["ändern"].answer == "Für manche"


def test_a_line_hangs_on_the_record_it_belongs_to(site: Site) -> None:
    """Whether that one may be changed hangs on a value that is hidden from the asker, and so does the answer."""
    user = site.actor("lines").id
    for n in (1, 2):
        assert told(site.visitor("manager"), user=user, entity="part", record=n)["ändern"].answer == UNTOLD
    boss = [told(site.visitor("boss"), user=user, entity="part", record=n)["ändern"] for n in (1, 2)]
    assert [one.answer for one in boss] == ["Ja", "Nein"]
    assert "zu dem diese Zeile gehört" in boss[1].text


def test_for_himself_the_outcome_is_told_and_the_condition_is_not(site: Site) -> None:
    """What he may do he sees by the button; by which condition, and what it says, he doesn't."""
    clerk = site.visitor("clerk")
    for n, answer in ((1, "Ja"), (2, "Nein")):
        said = told(clerk, entity="firm", record=n)["ändern"]
        assert said.answer == answer
        assert (f'href="/r/firm/{n}/edit"' in clerk.get(f"/r/firm/{n}").text) == (answer == "Ja")
        assert _UNSEEN in said.text
        assert _HIDDEN_CONDITION in said.text
        page = main_of(clerk, f"/why?entity=firm&record={n}")
        assert "Marge" not in page
        assert "50" not in page
    assert "Marge ist größer als 50" in told(site.visitor("margin"), entity="firm")["ändern"].text


@pytest.mark.parametrize("role", ["clerk", "open", "nobody"])
@pytest.mark.parametrize("field", ["margin", "owner", "nothing", "nichts; drop"])
def test_a_field_that_is_not_there_for_him_is_refused_like_none(site: Site, role: str, field: str) -> None:
    visitor = site.visitor(role)
    if role == "open" and field in ("margin", "owner"):
        assert visitor.get(f"/why?entity=firm&field={field}").status_code == 200
        return
    if role == "nobody":
        assert visitor.get(f"/why?entity=firm&field={field}").status_code == 404
        return
    page = main_of(visitor, f"/why?entity=firm&field={field}", 400)
    assert f"Das Feld „{field}“ gibt es hier nicht." in page
    other = main_of(visitor, "/why?entity=firm&field=unfug", 400)
    number = re.compile(r"\b[0-9a-f]{8}\b")
    assert number.sub("", page.replace(field, "")) == number.sub("", other.replace("unfug", ""))


@pytest.mark.parametrize("asker", ["manager", "author", "boss"])
def test_whoever_answers_for_roles_or_documents_may_ask_about_every_field(site: Site, asker: str) -> None:
    visitor = site.visitor(asker)
    own = told(visitor, entity="firm", field="margin")
    assert own["lesen"].answer == ("Ja" if asker == "boss" else "Nein")
    assert asker == "boss" or "nicht sehen" in own["lesen"].text
    assert told(visitor, entity="vault")["lesen"].answer == ("Ja" if asker == "boss" else "Nein")
    assert visitor.get("/why?entity=vault&field=code").status_code == 200
    assert visitor.get("/why?entity=vault&field=unfug").status_code == 400
    assert visitor.get("/why?entity=unfug").status_code == 404
    page = main_of(visitor, "/why?entity=vault&record=1")
    assert ("Tresor 1" in page) == (asker == "boss")
    assert ("oder Sie dürfen ihn nicht sehen" in page) == (asker != "boss")
    if asker != "author":
        user = site.actor("margin").id
        assert "Marge ist größer als 50" in told(visitor, user=user, entity="firm")["ändern"].text
        assert told(visitor, user=user, entity="firm", field="margin")["ändern"].answer == "Für manche"


def test_nobody_else_asks_for_another(site: Site) -> None:
    user = site.actor("margin").id
    for path in ("/why", "/why/places"):
        assert site.visitor("author").get(f"{path}?user={user}").status_code == 403
        assert site.visitor("clerk").get(f"{path}?user={user}").status_code == 403
        assert site.visitor("manager").get(f"{path}?user=98765").status_code == 404
        assert site.visitor("manager").get(f"{path}?user=x").status_code == 404


def test_a_computed_field_says_why_it_is_hidden(site: Site) -> None:
    manager, user = site.visitor("boss"), site.actor("clerk").id
    said = told(manager, user=user, entity="firm", field="twice")
    assert said["lesen"].answer == "Nein"
    assert "aus Werten berechnet" in said["lesen"].text
    assert said["ändern"].answer == "Nein"
    assert "Niemand trägt dieses Feld ein" in said["ändern"].text
    assert "archivieren" not in said


def test_a_deactivated_account_may_nothing(site: Site) -> None:
    user = site.actor("margin").id
    with site.installation.database.write() as connection:
        users = table_of(User)
        connection.execute(update(users).where(users.c.id == user).values(active=False))
    page = main_of(site.visitor("manager"), f"/why?user={user}&entity=firm")
    assert "ist deaktiviert" in page
    assert "Test Margin" in page
    assert {row.answer for row in told(site.visitor("manager"), user=user, entity="firm").values()} == {"Nein"}
