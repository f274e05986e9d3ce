"""Drop a new entity, its mask and its report into the documents and publish: it is all there, without a restart."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tests.support.install import METADATA, PLUGINS
from tests.support.site import Site, Visitor, make_site

#: Fifteen fields of fifteen types, by key: the document's property and what is typed.
FIELDS: Final[Mapping[str, tuple[dict[str, Any], Mapping[str, str], str]]] = {
    "plate": ({"type": "string", "maxLength": 20}, {"plate": "S-NW 1234"}, "S-NW 1234"),
    "remark": ({"x-crm": {"type": "long_text"}}, {"remark": "Winterreifen **neu**"}, "<strong>neu</strong>"),
    "seats": ({"type": "integer", "minimum": 1, "maximum": 60}, {"seats": "9"}, "9"),
    "consumption": ({"x-crm": {"type": "decimal", "scale": 1}}, {"consumption": "6,5"}, "6,5"),
    "price": (
        {"x-crm": {"type": "money", "currency": "EUR"}},
        {"price": "41.900,50", "price__currency": "EUR"},
        "41.900,50",
    ),
    "residual": ({"x-crm": {"type": "percent"}}, {"residual": "35"}, "35"),
    "electric": ({"type": "boolean"}, {"electric": "1", "electric__sent": "1"}, "Ja"),
    "bought_on": ({"type": "string", "format": "date"}, {"bought_on": "2026-03-01"}, "01.03.2026"),
    "service_at": ({"type": "string", "format": "date-time"}, {"service_at": "2026-12-01T08:30"}, "01.12.2026"),
    "kind": ({"x-crm": {"type": "choice", "options": "vehicle_kind"}}, {"kind": "van"}, "Transporter"),
    "phone": ({"x-crm": {"type": "phone"}}, {"phone": "0711 123456"}, "+49 711 123456"),
    "contact": (
        {"type": "string", "format": "email"},
        {"contact": "fuhrpark@neckarwerk.example"},
        "fuhrpark@neckarwerk.example",
    ),
    "manual": ({"type": "string", "format": "uri"}, {"manual": "https://example.com/handbuch"}, "example.com/handbuch"),
    "labels": ({"x-crm": {"type": "tags"}}, {"labels": "winter, leasing"}, "leasing"),
    "paint": ({"x-crm": {"type": "colour"}}, {"paint": "#ffcc00"}, "ffcc00"),
}


def _label(german: str, english: str) -> dict[str, str]:
    return {"de": german, "en": english}


def _property(key: str) -> dict[str, Any]:
    schema, _, _ = FIELDS[key]
    label = _label(f"Feld {key}", f"Field {key}")
    return {**schema, "x-crm": {**schema.get("x-crm", {}), "label": label}}


def _documents() -> Mapping[str, dict[str, Any]]:
    entity = {
        "format": 1,
        "key": "vehicle",
        "type": "object",
        "x-crm": {
            "label": _label("Fahrzeug", "Vehicle"),
            "plural": _label("Fahrzeuge", "Vehicles"),
            "icon": "truck",
            "title": "{plate}",
        },
        "properties": {key: _property(key) for key in FIELDS},
        "required": ["plate"],
    }
    kinds = [{"id": "van", "label": _label("Transporter", "Van")}, {"id": "car", "label": _label("Wagen", "Car")}]
    elements = [{"id": key, "field": key} for key in FIELDS]
    section = {"id": "all", "label": _label("Alles", "Everything"), "columns": 2, "elements": elements}
    mask = {
        "format": 1,
        "key": "vehicle.main",
        "entity": "vehicle",
        "label": _label("Fahrzeugmaske", "Vehicle mask"),
        "tabs": [{"id": "main", "label": _label("Stammdaten", "Main"), "sections": [section]}],
    }
    report = {
        "format": 1,
        "key": "vehicles_by_kind",
        "entity": "vehicle",
        "label": _label("Fahrzeuge nach Art", "Vehicles by kind"),
        "dimensions": [{"id": "kind", "field": "kind"}],
        "measures": [{"id": "n", "aggregate": "count"}, {"id": "worth", "aggregate": "sum", "field": "price"}],
    }
    options = {"format": 1, "key": "vehicle_kind", "label": _label("Art", "Kind"), "values": kinds}
    return {
        "entities/vehicle": entity,
        "forms/vehicle.main": mask,
        "reports/vehicles_by_kind": report,
        "options/vehicle_kind": options,
    }


def _drop_in(folder: Path) -> None:
    for name, body in _documents().items():
        (folder / f"{name}.json").write_text(json.dumps(body), encoding="utf-8")


def _take_out(folder: Path) -> None:
    for name in _documents():
        (folder / f"{name}.json").unlink()


def _form() -> dict[str, str]:
    sent = {f"{key}__sent": "1" for key in FIELDS}
    return {**sent, **{name: text for _, typed, _ in FIELDS.values() for name, text in typed.items()}}


def _reads(visitor: Visitor, url: str, *texts: str) -> None:
    response = visitor.get(url)
    assert response.status_code == 200, (url, response.status_code)
    for text in texts:
        assert text in response.text, (url, text)


def _create(site: Site, visitor: Visitor) -> str:
    response = visitor.post("/r/vehicle/new", _form())
    assert response.status_code == 303, response.text
    return response.headers["Location"]


def test_a_new_entity_is_there_and_comes_back_with_its_values(database_url: str, tmp_path: Path) -> None:
    """Table, list, mask, report and menu entry, in both languages; taken out and put back, the values are there."""
    folder = tmp_path / "metadata"
    shutil.copytree(METADATA, folder)
    site = make_site(database_url, folder, PLUGINS, roles=("management+crm_manager",))
    manager = site.visitor("crm_manager")
    assert manager.get("/e/vehicle").status_code == 404
    _drop_in(folder)
    site.installation.publish(folder, PLUGINS)
    _reads(manager, "/", "Fahrzeuge", "/e/vehicle")
    place = _create(site, manager)
    _reads(manager, place, "Fahrzeug", *(shown for _, _, shown in FIELDS.values()))
    _reads(manager, "/e/vehicle", "S-NW 1234", "Feld plate")
    _reads(manager, "/report/vehicles_by_kind", "Fahrzeuge nach Art", "Transporter", "41.900,50")
    assert manager.post("/me", {"locale": "en"}).status_code in (204, 302, 303)
    _reads(manager, "/e/vehicle", "Vehicles", "Field plate")
    _reads(manager, place, "Field seats")
    _reads(manager, "/report/vehicles_by_kind", "Vehicles by kind", "Van")
    _take_out(folder)
    site.installation.publish(folder, PLUGINS)
    assert manager.get("/e/vehicle").status_code == 404
    assert manager.get(place).status_code == 404
    assert manager.get("/report/vehicles_by_kind").status_code == 404
    _drop_in(folder)
    site.installation.publish(folder, PLUGINS)
    _reads(manager, place, "S-NW 1234", "leasing")
    site.installation.close()
