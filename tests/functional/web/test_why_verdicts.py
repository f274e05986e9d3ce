"""What the page of rights says is what happens: for every role of the shipped documents, and for a world of scopes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from tests.functional.web.answers import UNTOLD, main_of, told
from tests.support.documents import entity, label, of
from tests.support.install import write_documents
from tests.support.program import Program, program
from tests.support.site import Site, Visitor, make_site

_ROLES: Final = (
    "administrator",
    "crm_manager",
    "inside_sales",
    "key_user",
    "management",
    "marketing",
    "privacy",
    "project_lead",
    "sales",
    "service",
    "sponsor",
)
_MANAGER: Final = "crm_manager"


def _ids(site: Site, key: str, most: int) -> list[int]:
    table = site.installation.snapshot.tables[key]
    with site.installation.database.read() as connection:
        live = select(table.c.id).where(table.c.archived_at.is_(None)).order_by(table.c.id).limit(most)
        return [int(one) for one in connection.execute(live).scalars()]


def _status(visitor: Visitor, url: str) -> bool:
    return visitor.get(url).status_code == 200


@pytest.mark.parametrize("role", _ROLES)
def test_every_entity_is_answered_as_its_pages_are(full_site: Site, role: str) -> None:
    """Asked by whoever manages people, who may ask about what he can't read himself, too."""
    person, manager = full_site.visitor(role), full_site.visitor(_MANAGER)
    user = full_site.actor(role).id
    wrong = []
    for key, one in full_site.installation.snapshot.model.entities.items():
        said = told(manager, user=user, entity=key)
        got = {verb: said[verb].answer != "Nein" for verb in ("lesen", "anlegen", "exportieren")}
        happens = {
            "lesen": _status(person, f"/e/{key}/-"),
            "anlegen": _status(person, f"/r/{key}/new") if not one.owners else got["anlegen"],
            "exportieren": _status(person, f"/e/{key}/-/export/csv"),
        }
        if got != happens:
            wrong.append((key, got, happens))
        if happens["lesen"]:
            own = {verb: row.answer for verb, row in told(person, entity=key).items()}
            assert own == {verb: row.answer for verb, row in said.items()}, key
    assert wrong == []


@pytest.mark.parametrize("role", _ROLES)
def test_every_record_is_answered_as_its_pages_are(full_site: Site, role: str) -> None:
    person, manager = full_site.visitor(role), full_site.visitor(_MANAGER)
    user = full_site.actor(role).id
    wrong, compared = [], 0
    for key in full_site.installation.snapshot.model.entities:
        for record in _ids(full_site, key, 6 if key == "insight" else 1):
            url = f"/r/{key}/{record}"
            seen = _status(person, url)
            happens = {"lesen": seen, "ändern": seen and f'href="{url}/edit"' in person.get(url).text}
            asked = [(manager, {"user": user})] if _status(manager, url) else []
            asked += [(person, {})] if seen else []
            for who, whom in asked:
                said = told(who, entity=key, record=record, **whom)
                assert UNTOLD not in {row.answer for row in said.values()}
                got = {verb: said[verb].answer == "Ja" for verb in happens}
                compared += 1
                locked = "Unabhängig von Rollen" in main_of(
                    who, f"/why?{urlencode({'entity': key, 'record': record, **whom})}"
                )
                if got != ({**happens, "ändern": got["ändern"]} if locked else happens):
                    wrong.append(f"{url} {whom}: {got} {happens} {said['ändern'].text}")
    assert wrong == []
    assert compared > 0


# -- a world of scopes ------------------------------------------------------------------------------------------------

_ALL: Final = {"create": True, "read": True, "update": True, "retire": True}


def _role(name: str, **more: Any) -> dict[str, Any]:
    return {"label": label(name), **more}


_DOCUMENTS: Final = {
    ("entities", "firm"): entity(
        "Firmen",
        {
            "name": of("text", label="Name"),
            "region": of("text", label="Region"),
            "margin": of("integer", label="Marge"),
            "note": of("text", label="Notiz"),
            "twice": of("integer", label="Doppelt", formula="2 * margin"),
            "shown": of("integer", label="Gezeigt", formula="3 * margin", declassified=True),
        },
    ),
    ("roles", "boss"): _role("Chef", entities={"*": _ALL}, capabilities=["people"]),
    ("roles", "reader"): _role("Leser", entities={"firm": {"read": True}}),
    ("roles", "blind"): _role("Blind", entities={"firm": {**_ALL, "fields": {"margin": "none", "note": "read"}}}),
    ("roles", "north"): _role(
        "Nord", entities={"firm": {"read": {"where": 'region = "nord"'}, "update": {"where": "margin > 50"}}}
    ),
    ("roles", "own"): _role(
        "Eigene", entities={"firm": {"read": "own", "update": "own", "fields": {"*": "read", "note": "write"}}}
    ),
    ("roles", "team"): _role("Team", entities={"firm": {"read": "team", "update": True, "fields": {"margin": "none"}}}),
    ("roles", "writer"): _role("Schreibt nur", entities={"firm": {"create": True}}),
}
_PEOPLE: Final = ("boss", "reader", "blind", "north", "own", "team", "writer", "north+own", "reader+own", "blind+north")
_FIELDS: Final = ("name", "region", "margin", "note", "twice", "shown", "owner", "created_at")


@pytest.fixture
def scopes(database_url: str, tmp_path: Path) -> Iterator[Site]:
    """Return a site with firms of everybody."""
    several = tuple(one for one in _PEOPLE if "+" in one)
    made = make_site(database_url, write_documents(tmp_path / "documents", _DOCUMENTS), roles=several)
    yield made
    made.installation.close()


def _firms(site: Site, boss: Program, owner: str) -> list[int]:
    """Make firms on either side of every scope."""
    mine, other = site.actor(owner).id, site.actor("boss").id
    rows = [
        ("nord", 90, mine),
        ("nord", 10, other),
        ("süd", 90, other),
        ("süd", 10, mine),
        ("west", 50, site.actor("reader").id),
    ]
    return [
        int(boss.create("firm", name=f"F{n}", region=region, margin=margin, note="n", owner=owner_id)["id"])
        for n, (region, margin, owner_id) in enumerate(rows)
    ]


def _written(site: Site, boss: Program, asking: Program, firm: int, field: str) -> bool:
    """Return whether somebody can give a field another value; it is given back."""
    stored = boss.get(f"/firm/{firm}")
    other: Any = {"margin": 77, "owner": site.actor("boss").id if field == "owner" else None}.get(field, "anders")
    sent = {field: other if other != stored.get_json().get(field) else site.actor("reader").id}
    answer = asking.send("PATCH", f"/firm/{firm}", sent, If_Match=stored.headers["ETag"])
    now = boss.get(f"/firm/{firm}")
    changed = bool(now.headers["ETag"] != stored.headers["ETag"])
    assert changed == (answer.status_code == 200), answer.text
    if changed:
        back = {field: stored.get_json()[field]}
        assert boss.send("PATCH", f"/firm/{firm}", back, If_Match=now.headers["ETag"]).status_code == 200
    return changed


@pytest.mark.parametrize("role", _PEOPLE)
def test_every_field_is_answered_as_the_api_does(scopes: Site, role: str) -> None:
    """Read and written: each field of each record, asked by whoever can read everything, and by the person himself."""
    manager, person, boss, asking = (
        scopes.visitor("boss"),
        scopes.visitor(role),
        program(scopes, "boss"),
        program(scopes, role),
    )
    user = scopes.actor(role).id
    wrong = []
    for firm in _firms(scopes, boss, role):
        item = asking.get(f"/firm/{firm}")
        for field in _FIELDS:
            reads = item.status_code == 200 and item.get_json().get(field) is not None  # none of them is empty
            named = asking.get(f"/firm?fields={field}").status_code == 200
            happens = {"lesen": reads, "ändern": _written(scopes, boss, asking, firm, field)}
            asked: list[tuple[Visitor, dict[str, Any]]] = [(manager, {"user": user})]
            if reads or (named and item.status_code == 200):
                asked.append((person, {}))
            for who, whom in asked:
                said = told(who, entity="firm", record=firm, field=field, **whom)
                got = {verb: said[verb].answer == "Ja" for verb in happens}
                if got != happens:
                    wrong.append(f"{firm} {field} {whom}: {got} {happens} {said['lesen'].text} {said['ändern'].text}")
    assert wrong == []
