"""A section of a mask that a role has no use for isn't in its people's masks; its fields stay readable and writable.

That is about calm, not about secrecy (docs/explanation/rights.md): lists and the API show the fields as before, and a
mask takes only what it shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import unescape
from pathlib import Path
from typing import Any, Final

import pytest

from tests.support.documents import entity, label, of
from tests.support.install import write_documents
from tests.support.program import Program, program
from tests.support.site import Site, make_site

_ALL: Final = {"create": True, "read": True, "update": True, "retire": True}
#: Words of the hidden section that stand nowhere else.
_HIDDEN: Final = ("Finanzen", "Marge", 'name="margin"', "Geldreiter", "Kennung der Bank", 'name="bank"')


def _section(key: str, title: str, *fields: str) -> dict[str, Any]:
    return {"id": key, "label": label(title), "elements": [{"id": f"{key}_{one}", "field": one} for one in fields]}


def _role(title: str, **more: Any) -> dict[str, Any]:
    return {"label": label(title), "entities": {"firm": {**_ALL, **more}}}


DOCUMENTS: Final[Mapping[tuple[str, str], Any]] = {
    ("entities", "firm"): entity(
        "Firmen",
        {
            "name": of("text", label="Name"),
            "margin": of("integer", label="Marge"),
            "region": of("text", label="Gebiet"),
            "bank": of("text", label="Kennung der Bank"),
        },
    ),
    ("forms", "firm.main"): {
        "entity": "firm",
        "label": label("Maske"),
        "tabs": [
            {
                "id": "main",
                "label": label("Hauptreiter"),
                "sections": [
                    _section("base", "Stammdaten", "name", "region"),
                    _section("money", "Finanzen", "margin"),
                ],
            },
            {"id": "more", "label": label("Geldreiter"), "sections": [_section("bank", "Bankdaten", "bank")]},
        ],
    },
    ("roles", "boss"): _role("Chef"),
    ("roles", "clerk"): _role("Büro", sections={"firm.main/money": False, "firm.main/bank": False}),
    ("roles", "keen"): _role("Halb", sections={"firm.main/money": False}),
}


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    made = make_site(
        database_url, write_documents(tmp_path / "documents", DOCUMENTS), roles=("boss+clerk", "clerk+keen")
    )
    yield made
    made.installation.close()


def _made(boss: Program) -> str:
    return f"/firm/{boss.create('firm', name='Muster', margin=4711, region='Nord', bank='DE 08 15')['id']}"


@pytest.mark.parametrize(
    ("role", "hidden", "shown"),
    [
        ("boss", (), _HIDDEN),
        ("clerk", _HIDDEN, ()),
        ("keen", _HIDDEN[:3], _HIDDEN[3:]),
        ("clerk+keen", _HIDDEN[:3], _HIDDEN[3:]),
        ("boss+clerk", (), _HIDDEN),
    ],
)
def test_a_section_is_there_where_some_role_has_a_use_for_it(
    site: Site, role: str, hidden: tuple[str, ...], shown: tuple[str, ...]
) -> None:
    path = _made(program(site, "boss"))
    visitor = site.visitor(role)
    for url, typed in ((f"/r{path}", False), (f"/r{path}/edit", True), ("/r/firm/new", True)):
        page = unescape(visitor.get(url).text)
        assert not [one for one in hidden if one in page], url
        assert all(one in page for one in shown if typed or "name=" not in one), url
        assert page.count(">Stammdaten<") == 1, url
        assert "Gebiet" in page, url


def test_a_mask_takes_only_what_it_shows(site: Site) -> None:
    boss, clerk = program(site, "boss"), site.visitor("clerk")
    path = _made(boss)
    sent = {"version": 1, "name": "Anders", "region": "Süd", "margin": 5, "bank": "X"}
    assert clerk.post(f"/r{path}/edit", sent).status_code == 303
    stored = boss.get(path).get_json()
    told = [stored[one] for one in ("name", "region", "margin", "bank", "version")]
    assert told == ["Anders", "Süd", 4711, "DE 08 15", 2]
    made = clerk.post("/r/firm/new", {"name": "Neu", "region": "Ost", "margin": 5, "bank": "X"})
    assert made.status_code == 303
    new = boss.get(f"/firm/{made.headers['Location'].rpartition('/')[2]}").get_json()
    assert [new[one] for one in ("name", "region", "margin", "bank")] == ["Neu", "Ost", None, None]
    assert site.visitor("boss").post(f"/r{path}/edit", {**sent, "version": 2}).status_code == 303
    assert [boss.get(path).get_json()[one] for one in ("margin", "bank")] == [5, "X"]


def test_it_is_about_calm_and_not_about_secrecy(site: Site) -> None:
    path = _made(program(site, "boss"))
    clerk = program(site, "clerk")
    assert "4.711" in site.visitor("clerk").get("/e/firm/-?columns=name,margin").text
    assert clerk.get(path).get_json()["margin"] == 4711
    changed = clerk.send("PATCH", path, {"margin": 5}, If_Match='"1"')
    assert (changed.status_code, changed.get_json()["margin"]) == (200, 5)
