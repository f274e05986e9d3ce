"""Where the documents ask for it, nobody changes or archives a record without saying why: in mask and API alike."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.records import actions
from app.system.history import HISTORY
from tests.support.install import write_documents
from tests.support.program import program
from tests.support.site import Site, make_site

_ANY = {"de": "Vertrag", "en": "Contract"}


def _entity(properties: dict[str, Any], **more: Any) -> dict[str, Any]:
    x_crm = {"label": _ANY, "plural": _ANY, "title": "{name}", **more}
    return {"type": "object", "x-crm": x_crm, "properties": properties}


def _text(label: str) -> dict[str, Any]:
    return {"type": "string", "x-crm": {"label": {"de": label, "en": label}}}


def _lines(entity: str, via: str) -> dict[str, Any]:
    return {"x-crm": {"type": "lines", "entity": entity, "via": via, "label": _ANY}}


def _reference(target: str) -> dict[str, Any]:
    return {"x-crm": {"type": "reference", "target": target, "label": _ANY}}


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    """Return a site with contracts, which ask for reasons; their parts do so by an abstract entity."""
    everything = {"*": {"create": True, "read": True, "update": True, "retire": True, "restore": True, "bulk": True}}
    asking = {"history": {"reason": True}}
    documents = {
        ("entities", "contract"): _entity({"name": _text("Name"), "parts": _lines("part", "contract")}, **asking),
        ("entities", "careful"): _entity(
            {"note": _text("Note")}, title="{note}", abstract=True, history={"reason": True}
        ),
        ("entities", "part"): _entity({"name": _text("Name"), "contract": _reference("contract")}, extends="careful"),
        ("entities", "note"): _entity({"name": _text("Name")}),
        ("entities", "order"): _entity({"name": _text("Name"), "items": _lines("item", "order")}, **asking),
        ("entities", "item"): _entity(
            {"name": _text("Name"), "order": _reference("order"), "steps": _lines("step", "item")}
        ),
        ("entities", "step"): _entity({"name": _text("Name"), "item": _reference("item")}),
        ("roles", "clerk"): {"label": _ANY, "entities": everything},
    }
    made = make_site(database_url, write_documents(tmp_path / "documents", documents))
    yield made
    made.installation.close()


def _noted(site: Site, entity: str) -> list[tuple[str, str, str | None]]:
    with site.installation.database.read() as connection:
        columns = (HISTORY.c.verb, HISTORY.c.origin, HISTORY.c.reason)
        found = select(*columns).where(HISTORY.c.entity == entity).order_by(HISTORY.c.id)
        return [tuple(row) for row in connection.execute(found)]


def test_a_mask_asks_for_the_reason_and_refuses_to_go_without(site: Site) -> None:
    with site.installation.ctx() as ctx:
        contract = actions.create(ctx, "contract", {"name": "V1"})
        note = actions.create(ctx, "note", {"name": "N"})
    visitor = site.visitor("clerk")
    url = f"/r/contract/{contract}"
    assert 'name="_reason"' in visitor.get(f"{url}/edit").text
    assert 'name="_reason"' in visitor.get(url).text
    assert 'name="_reason"' not in visitor.get(f"/r/note/{note}/edit").text
    assert 'name="_reason"' not in visitor.get("/r/contract/new").text
    typed = {"version": "1", "name": "V2", "_sent": "name"}
    for blank in ({}, {"_reason": "  "}):
        refused = visitor.post(f"{url}/edit", {**typed, **blank})
        assert refused.status_code == 422
        assert "Bitte sagen Sie kurz, warum" in refused.text
        assert 'value="V2"' in refused.text
    long = visitor.post(f"{url}/edit", {**typed, "_reason": "x" * 501})
    assert long.status_code == 422
    assert _noted(site, "contract") == [("create", "product", None)]
    assert visitor.post(f"{url}/edit", {**typed, "_reason": "Neue <Fassung>"}).status_code == 303
    assert visitor.post(f"{url}/retire", {"version": "2"}).status_code == 422
    assert visitor.post(f"{url}/retire", {"version": "2", "_reason": "Gekündigt"}).status_code == 303
    assert visitor.post(f"{url}/restore", {"version": "3"}).status_code == 303
    assert _noted(site, "contract")[1:] == [
        ("update", "mask", "Neue <Fassung>"),
        ("retire", "mask", "Gekündigt"),
        ("restore", "mask", None),
    ]
    history = visitor.get(f"{url}/history").text
    assert "Grund: Neue &lt;Fassung&gt;" in history
    assert visitor.post(f"/r/note/{note}/edit", {"version": "1", "name": "M", "_sent": "name"}).status_code == 303
    assert not re.search("Fassung", visitor.get("/search?q=Fassung").text.partition("<main")[2].partition("<li")[2])


def test_the_api_wants_the_reason_in_a_header_and_says_through_which_door_it_came(site: Site) -> None:
    clerk = program(site, "clerk")
    one = clerk.create("contract", name="V1", parts=[{"name": "P"}])
    path = f"/contract/{one['id']}"
    refused = clerk.send("PATCH", path, {"name": "V2"}, If_Match='"1"')
    assert refused.status_code == 422
    assert refused.get_json()["errors"][0]["code"] == "reason.missing"
    assert clerk.send("PATCH", path, {"name": "V2"}, If_Match='"1"', Lotse_Reason="Pr%C3%BCfung").status_code == 200
    assert clerk.send("DELETE", path, If_Match='"2"').status_code == 422
    update = {"update": [{"id": one["id"], "version": 2, "values": {"name": "V3"}}]}
    assert clerk.send("POST", "/contract/bulk", update).status_code == 422
    assert clerk.send("POST", "/contract/bulk", update, Lotse_Reason="Alle").status_code == 200
    line = {"parts": [{"id": one["parts"][0]["id"], "name": "Q"}]}
    assert clerk.send("PATCH", path, line, If_Match='"3"', Lotse_Reason="%00").status_code == 422
    assert clerk.send("PATCH", path, line, If_Match='"3"').status_code == 422
    assert clerk.send("PATCH", path, line, If_Match='"3"', Lotse_Reason="Teil").status_code == 200
    assert clerk.send("DELETE", path, If_Match='"4"', Lotse_Reason="Ende").status_code == 204
    assert _noted(site, "contract") == [
        ("create", "api", None),
        ("update", "api", "Prüfung"),
        ("update", "bulk", "Alle"),
        ("update", "api", "Teil"),
        ("retire", "api", "Ende"),
    ]
    assert _noted(site, "part")[-2:] == [("update", "api", "Teil"), ("retire", "api", "Ende")]
    described = clerk.get("/openapi.json").get_json()
    assert {"$ref": "#/components/parameters/reason"} in described["paths"]["/contract/{id}"]["patch"]["parameters"]
    assert clerk.create("note", name="N")["id"] == 1


def _order(site: Site) -> None:
    """Make an order with an item that has a step."""
    with site.installation.ctx() as ctx:
        actions.create(ctx, "order", {"name": "O", "items": [{"name": "I", "steps": [{"name": "S"}]}]})


@pytest.mark.parametrize(("entity", "via", "above"), [("item", "order", "order"), ("step", "item", "order")])
def test_masks_of_lines_ask_for_the_reason_of_the_record_they_change(
    site: Site, entity: str, via: str, above: str
) -> None:
    _order(site)
    visitor, url, field = site.visitor("clerk"), f"/r/{entity}/1", 'name="_reason"'
    typed = {"version": "1", "name": "Neu", via: "1", "_sent": "name"}
    assert field in visitor.get(f"{url}/edit").text
    refused = visitor.post(f"{url}/edit", typed)
    assert (refused.status_code, field in refused.text) == (422, True)
    assert visitor.post(f"{url}/edit", {**typed, "_reason": "Geändert"}).status_code == 303
    assert field in visitor.get(f"/r/{entity}/new").text
    new = {"name": "Mehr", via: "1"}
    refused = visitor.post(f"/r/{entity}/new", {**new, "_reason": " "})
    assert (refused.status_code, field in refused.text) == (422, True)
    assert visitor.post(f"/r/{entity}/new", {**new, "_reason": "Angelegt"}).status_code == 303
    assert field in visitor.get(url).text
    assert visitor.post(f"{url}/retire", {"version": "2"}).status_code == 422
    assert visitor.post(f"{url}/retire", {"version": "2", "_reason": "Weg"}).status_code == 303
    assert f'action="{url}/restore"' not in visitor.get(f"/e/{entity}?archived=1").text
    shown = visitor.get(url).text
    assert field in shown
    assert "Grund der Wiederherstellung" in shown
    assert visitor.post(f"{url}/restore", {"version": "3"}).status_code == 422
    assert visitor.post(f"{url}/restore", {"version": "3", "_reason": "Doch"}).status_code == 303
    said = ["Geändert", "Angelegt", "Weg", "Doch"]
    assert _noted(site, above)[1:] == [("update", "mask", one) for one in said]


def test_the_api_says_beforehand_where_lines_want_a_reason(site: Site) -> None:
    _order(site)
    clerk = program(site, "clerk")
    paths = clerk.get("/openapi.json").get_json()["paths"]
    reason = {"$ref": "#/components/parameters/reason"}

    def described(path: str, method: str) -> bool:
        return reason in paths[path][method].get("parameters", [])

    for entity in ("item", "step"):
        path = f"/{entity}/{{id}}"
        several = [(f"/{entity}", "post"), (path, "patch"), (path, "delete"), (f"{path}/restore", "post")]
        assert all(described(*one) for one in (*several, (f"/{entity}/bulk", "post"))), entity
    assert not described("/order", "post")
    assert not described("/order/{id}/restore", "post")
    assert described("/order/{id}", "patch")
    assert not described("/note/{id}", "patch")
    for why, status in (({}, 422), ({"Lotse_Reason": "Neu"}, 201)):
        assert clerk.send("POST", "/step", {"name": "N", "item": 1}, **why).status_code == status
    assert clerk.send("POST", "/step", {"name": "Frei"}).status_code == 201
