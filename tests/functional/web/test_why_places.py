"""The page of rights about reports, dashboards and sections; until when a role lasts; and where the page is reached."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from app.system.delegations import DELEGATION, DELEGATION_ROLE
from app.system.tables import Role, UserRole, now, table_of
from tests.functional.web.answers import main_of, told
from tests.support.documents import entity, label, of
from tests.support.install import write_documents
from tests.support.program import program
from tests.support.site import Site, make_site

_BERLIN: Final = ZoneInfo("Europe/Berlin")
_ALL: Final = {"create": True, "read": True, "update": True}
_COUNT: Final = {"id": "n", "aggregate": "count", "label": label("n")}
_SUM: Final = {"id": "sum", "aggregate": "sum", "field": "margin", "label": label("Summe")}
_BY_REGION: Final = [{"id": "region", "field": "region"}]


def _role(name: str, *capabilities: str, **entities: Any) -> dict[str, Any]:
    return {"label": label(name), "entities": entities, "capabilities": list(capabilities)}


_FIRM: Final = {**_ALL, "fields": {"margin": "none"}}
_DOCUMENTS: Final = {
    ("entities", "firm"): entity(
        "Firmen",
        {
            "name": of("text", label="Name"),
            "region": of("text", label="Region"),
            "margin": of("integer", label="Marge"),
        },
    ),
    ("entities", "vault"): entity("Tresore", {"name": of("text", label="Name")}),
    ("forms", "firm.main"): {
        "entity": "firm",
        "label": label("Maske"),
        "tabs": [
            {
                "id": "main",
                "label": label("Alles"),
                "sections": [
                    {"id": "base", "label": label("Stammdaten"), "elements": [{"id": "name", "field": "name"}]},
                    {"id": "money", "label": label("Finanzen"), "elements": [{"id": "margin", "field": "margin"}]},
                ],
            }
        ],
    },
    ("reports", "open"): {"entity": "firm", "label": label("Regionen"), "dimensions": _BY_REGION, "measures": [_COUNT]},
    ("reports", "margins"): {
        "entity": "firm", "label": label("Margen"), "dimensions": _BY_REGION, "measures": [_COUNT, _SUM],
        "roles": ["boss", "clerk"],
    },
    ("reports", "vaults"): {
        "entity": "vault", "label": label("Alle Tresore"), "dimensions": [{"id": "name", "field": "name"}],
        "measures": [_COUNT],
    },
    ("dashboards", "board"): {
        "label": label("Tafel"), "roles": ["boss", "clerk", "half"],
        "tiles": [{"id": "margins", "report": "margins", "label": label("Kachel Margen")},
                  {"id": "vaults", "report": "vaults", "label": label("Kachel Tresore")}],
    },
    ("roles", "boss"): _role("Chef", "people", **{"*": _ALL}),
    ("roles", "clerk"): _role("Büro", firm={**_FIRM, "sections": {"firm.main/money": False}}),
    ("roles", "half"): _role("Halb", firm={"read": "own"}),
    ("roles", "nobody"): _role("Nichts"),
}  # fmt: skip


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    """Return a site with reports and a dashboard."""
    made = make_site(database_url, write_documents(tmp_path / "documents", _DOCUMENTS), roles=("clerk+half",))
    yield made
    made.installation.close()


_PLACES: Final = {
    "report:open": "/report/open",
    "report:margins": "/report/margins",
    "report:vaults": "/report/vaults",
    "dashboard:board": "/?board=board",
}


@pytest.mark.parametrize("role", ["boss", "clerk", "half", "nobody", "clerk+half"])
def test_every_report_and_dashboard_is_answered_as_it_is(site: Site, role: str) -> None:
    boss, person, user = site.visitor("boss"), site.visitor(role), site.actor(role).id
    for place, url in _PLACES.items():
        happens = person.get(url).status_code == 200
        said = told(boss, "/why/places", user=user, place=place)["sehen"]
        assert (said.answer == "Ja") == happens, place
        assert "Rolle „" in said.text
        own = person.get(f"/why/places?place={place}")
        assert own.status_code == (200 if happens else 404), place
        if happens:
            assert told(person, "/why/places", place=place)["sehen"].answer == "Ja"


def test_what_a_report_hides_is_named_to_whoever_knows_the_rules(site: Site) -> None:
    user = site.actor("clerk").id
    page = main_of(site.visitor("boss"), f"/why/places?user={user}&place=report:margins")
    assert "nicht lesbar: Marge." in page
    assert "Rolle „Büro“: für sie bestimmt; „Firmen“ lesen: alle." in page
    own = main_of(site.visitor("clerk"), "/why/places?place=report:margins")
    assert "nicht oder nicht überall lesen" in own
    assert "Marge." not in own
    assert "nicht überall" not in main_of(site.visitor("clerk"), "/why/places?place=report:open")
    both = main_of(site.visitor("boss"), f"/why/places?user={site.actor('clerk+half').id}&place=report:margins")
    assert "nur aus manchen Datensätzen lesbar: Marge." in both
    half = told(site.visitor("boss"), "/why/places", user=site.actor("half").id, place="report:margins")["sehen"]
    assert half.answer == "Nein"
    assert "Rolle „Halb“: nicht für sie bestimmt; „Firmen“ lesen: eigene." in half.because


def test_a_dashboard_says_which_tiles_are_missing(site: Site) -> None:
    boss = site.visitor("boss")
    page = main_of(boss, f"/why/places?user={site.actor('half').id}&place=dashboard:board")
    assert "Die Kachel „Kachel Margen“ fehlt" in page
    assert "„Alle Tresore“ darf diese Person nicht sehen" in page
    page = main_of(boss, f"/why/places?user={site.actor('clerk').id}&place=dashboard:board")
    assert "Kachel Margen" not in page
    assert "Kachel Tresore" in page
    own = main_of(site.visitor("half"), "/why/places?place=dashboard:board")
    assert "auch Kacheln, die Sie nicht sehen" in own
    assert "Tresore" not in own


def test_what_is_not_there_is_not_there(site: Site) -> None:
    for place in ("report:unfug", "dashboard:open", "view:x", "unfug"):
        assert site.visitor("boss").get(f"/why/places?place={place}").status_code == 404
    assert site.visitor("nobody").get("/why/places").status_code == 200


def test_sections_that_no_role_shows_are_named(site: Site) -> None:
    boss = site.visitor("boss")
    assert "keine dieser Rollen zeigt: Finanzen." in main_of(boss, f"/why?user={site.actor('clerk').id}&entity=firm")
    assert "keine dieser Rollen zeigt" not in main_of(boss, f"/why?user={site.actor('clerk+half').id}&entity=firm")
    assert "Finanzen" in main_of(site.visitor("clerk"), "/why?entity=firm")


def _hold(site: Site, role: str, **changed: Any) -> None:
    held = table_of(UserRole)
    with site.installation.database.write() as connection:
        connection.execute(held.update().where(held.c.user_id == site.actor(role).id).values(**changed))


def _last_day(end: datetime) -> str:
    """Return the last day before a moment in UTC, as people in Berlin write it."""
    return (end - timedelta(seconds=1)).replace(tzinfo=UTC).astimezone(_BERLIN).strftime("%d.%m.%Y")


def test_a_role_says_how_long_it_lasts_and_for_whom_it_is(site: Site) -> None:
    """One's own until its last day; a lent one until the day it is lent for, or the lender's own last day if sooner."""
    lender, borrower, ends = site.actor("clerk").id, site.actor("nobody").id, now() + timedelta(days=20)
    with site.installation.database.write() as connection:
        role = connection.execute(select(table_of(Role).c.id).where(table_of(Role).c.name == "clerk")).scalar_one()
        span = {"starts_at": now() - timedelta(1), "ends_at": ends, "created_at": now(), "reason": "Urlaub"}
        for end in (ends, ends - timedelta(days=5)):
            made = DELEGATION.insert().values(from_id=lender, to_id=borrower, **{**span, "ends_at": end})
            loan = connection.execute(made.returning(DELEGATION.c.id)).scalar_one()
            connection.execute(DELEGATION_ROLE.insert().values(delegation_id=loan, role_id=role))
    said = told(site.visitor("boss"), user=borrower, entity="firm")["lesen"]
    day = _last_day(ends)
    assert any("Rolle „Büro“ für Test Clerk (bis einschließlich" in one for one in said.because)
    assert said.text.count(day) == 1
    assert said.answer == "Ja"
    sooner = now() + timedelta(days=3)
    _hold(site, "clerk", until=sooner)
    for user in (borrower, lender):
        text = told(site.visitor("boss"), user=user, entity="firm")["lesen"].text
        assert _last_day(sooner) in text
    _hold(site, "clerk", until=now() - timedelta(days=1))
    for user in (borrower, lender):
        assert told(site.visitor("boss"), user=user, entity="firm")["lesen"].answer == "Nein"


def test_it_is_reached_from_where_a_no_is_met(site: Site) -> None:
    firm = program(site, "boss").create("firm", name="F")["id"]
    half, clerk = site.visitor("half"), site.visitor("clerk")
    page = main_of(half, "/r/firm/new", 403)
    assert 'href="/why?entity=firm"' in page
    assert half.get("/why?entity=firm").status_code == 200
    assert f'href="/why?entity=firm&record={firm}"' in main_of(clerk, f"/r/firm/{firm}")
    refused = clerk.post(f"/r/firm/{firm}/retire", {"version": "1"})
    assert refused.status_code == 403
    assert f"/why?entity=firm&amp;record={firm}" in refused.text
    assert 'href="/why"' in main_of(clerk, "/people", 403)
    assert "/why" not in main_of(clerk, "/unfug", 404)
    assert 'aria-current="page"' in main_of(clerk, "/why/places")


def test_it_speaks_english(sqlite_url: str, tmp_path: Path) -> None:
    site = make_site(sqlite_url, write_documents(tmp_path / "documents", _DOCUMENTS), locale="en")
    boss, user = site.visitor("boss"), site.actor("clerk").id
    rows = told(boss, user=user, entity="firm", field="margin")
    assert rows["read"].answer == "No"
    assert "Role “Büro”: all; the field one may not see." in rows["read"].because
    page = main_of(boss, f"/why/places?user={user}&place=report:margins")
    assert "Always empty in this report, because unreadable: Marge." in page
    assert "meant for it; read “Firmen”: all." in page
    assert "Reports and dashboards" in page
    assert "There is no field “unfug” here." in main_of(boss, "/why?entity=firm&field=unfug", 400)
    site.installation.close()
