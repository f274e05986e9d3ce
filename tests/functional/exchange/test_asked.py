"""Importing what the documents guard: reasons that are asked for, number ranges, what may be read in part only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import select

from app.records import actions
from app.system.history import HISTORY
from tests.functional.exchange.desk import Desk, figures, hidden, told, written
from tests.support.install import write_documents
from tests.support.site import Site, make_site

_ANY: Final = {"de": "Vertrag", "en": "Contract"}
_ALL: Final = {"create": True, "read": True, "update": True, "retire": True, "import": True, "export": True}
_WHY: Final = "Neue Namen; laut Brief, Nr. 5"


def _text(label: str, **more: Any) -> dict[str, Any]:
    return {"type": "string", "x-crm": {"type": "text", "label": {"de": label, "en": label}, **more}}


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    """Return a site with contracts that ask for reasons, and are numbered without gaps."""
    number = {"pattern": "V-{####}", "gapless": True}
    x_crm = {"label": _ANY, "plural": _ANY, "title": "{name}", "history": {"reason": True}}
    properties = {
        "name": _text("Name"),
        "no": _text("Nummer", number=number),
        "secret": _text("Geheimnis", required_if='name = "X"'),
    }
    documents = {
        ("entities", "contract"): {"type": "object", "x-crm": x_crm, "properties": properties, "required": ["name"]},
        ("roles", "importer"): {"label": _ANY, "entities": {"*": _ALL}},
        ("roles", "blind"): {"label": _ANY, "entities": {"contract": {**_ALL, "fields": {"secret": "none"}}}},
    }
    made = make_site(database_url, write_documents(tmp_path / "documents", documents))
    yield made
    made.installation.close()


@pytest.fixture
def desk(site: Site) -> Desk:
    """Return the desk of somebody who may do everything."""
    return Desk(site.visitor("importer"))


def _stored(site: Site) -> list[tuple[str, str]]:
    with site.installation.database.read() as connection:
        table = site.installation.snapshot.tables["contract"]
        return [tuple(row) for row in connection.execute(select(table.c.name, table.c.no).order_by(table.c.id))]


def _noted(site: Site) -> list[tuple[str, str, str | None]]:
    with site.installation.database.read() as connection:
        columns = (HISTORY.c.verb, HISTORY.c.origin, HISTORY.c.reason)
        found = select(*columns).where(HISTORY.c.entity == "contract").order_by(HISTORY.c.id)
        return [tuple(row) for row in connection.execute(found)]


def test_a_reason_that_is_asked_for_is_demanded_kept_and_noted(site: Site, desk: Desk) -> None:
    assert 'name="_reason"' in desk.visitor.get("/e/contract/-/import").text
    with site.installation.ctx() as ctx:
        one = actions.create(ctx, "contract", {"name": "A"})
    assert not re.search(r"\bImport\b", desk.visitor.get(f"/r/contract/{one}/history").text)
    rows = written([["id", "version", "Name"], [one, "1", "Aa"], ["", "", "B"]])
    refused = desk.check("contract", rows)
    assert refused.status_code == 422
    assert [(line, "ohne Grund" in what) for line, _, what in told(refused)] == [("", True)]
    again = desk.visitor.post("/e/contract/-/import", {"_staged": hidden(refused)["_staged"], "_reason": _WHY})
    assert (again.status_code, figures(again)) == (200, (1, 1, 0)), "the file needn't be chosen again"
    kept = re.search(r'name="_reason" value="([^"]*)"', again.text)
    assert kept is not None
    assert kept[1] == _WHY
    unsaid = desk.run("contract", again)
    assert unsaid.status_code == 422
    assert desk.run("contract", again, _reason=_WHY).status_code == 303
    assert _noted(site)[1:] == [("update", "import", _WHY), ("create", "import", _WHY)]
    assert re.search(r"\bImport\b", desk.visitor.get(f"/r/contract/{one}/history").text)
    new = desk.check("contract", written([["Name"], ["C"]]))
    assert new.status_code == 200, "nothing is changed, so no reason is needed"


def test_a_check_draws_no_number_and_an_import_leaves_no_gap(site: Site, desk: Desk) -> None:
    file = written([["Name"], ["A"], ["B"]])
    for _ in range(3):
        assert desk.check("contract", file).status_code == 200
    assert desk.check("contract", written([["Name", "Geheimnis"], ["A", ""], ["", "x"]])).status_code == 422
    checked = desk.check("contract", file)
    with site.installation.ctx() as ctx:
        actions.create(ctx, "contract", {"name": "between"})
    assert [desk.run("contract", checked).status_code for _ in range(2)] == [303, 303]
    assert _stored(site) == [("between", "V-0001"), ("A", "V-0002"), ("B", "V-0003")]
    assert [verb for verb, _, _ in _noted(site)] == ["create"] * 3
    numbered = desk.check("contract", written([["Name", "Nummer"], ["D", "V-0999"]]))
    assert (numbered.status_code, figures(numbered)) == (200, (1, 0, 0))
    assert "<li>Nummer: füllt das Programm selbst</li>" in numbered.text


def test_what_the_writer_may_not_know_is_named_by_no_refusal(site: Site) -> None:
    blind = Desk(site.visitor("blind"))
    with site.installation.ctx() as ctx:
        one = actions.create(ctx, "contract", {"name": "A"})
    rows = written([["id", "version", "Name"], [one, "1", "X"], ["", "", "X"], ["", "", "B"]])
    refused = blind.check("contract", rows, _reason=_WHY)
    assert refused.status_code == 422
    found = told(refused)
    assert [(line, column) for line, column, _ in found] == [("2", ""), ("3", "")]
    assert all("nicht sehen" in what for _, _, what in found), found
    assert "Geheimnis" not in refused.text
    assert "secret" not in refused.text


def test_the_spelling_of_numbers_can_be_chosen_after_a_refusal(desk: Desk) -> None:
    refused = desk.check("contract", written([["Name"], [""]], ";"), spelling="de")
    form = {"_staged": hidden(refused)["_staged"], "spelling": "en"}
    assert '<option value="en" selected>' in desk.visitor.post("/e/contract/-/import", form).text
