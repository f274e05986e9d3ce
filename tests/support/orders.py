"""Orders with lines, a lock, a value that occurs once and a rule over a roll-up; roles that may write some of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tests.support.install import write_documents
from tests.support.site import Visitor

VERSION: Final = re.compile(r'name="version" value="([0-9]+)"')
_WHOLE: Final = {"create": True, "read": True, "update": True, "retire": True, "bulk": True}


def _label(text: str) -> Mapping[str, str]:
    return {"de": text, "en": text}


def _of(type_name: str, **more: Any) -> dict[str, Any]:
    return {"x-crm": {"label": _label(more.pop("label", type_name)), "type": type_name, **more}}


def _entity(plural: str, properties: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    head = {"label": _label(plural), "plural": _label(plural), "title": "{name}", **more}
    return {"type": "object", "x-crm": head, "properties": dict(properties), "required": ["name"]}


_OWN: Final = dict.fromkeys(("create", "read", "update", "retire"), "own")
_LOCK: Final = {
    "id": "closed", "if": 'stage = "zu"', "except": ["stage", "note"],
    "message": {"de": "Der Auftrag ist abgeschlossen.", "en": "The order is closed."},
}  # fmt: skip
_RULE: Final = {
    "id": "not_too_much", "check": "total <= 100",
    "message": {"de": "Zusammen höchstens 100.", "en": "No more than 100 in all."},
}  # fmt: skip
DOCUMENTS: Final[Mapping[tuple[str, str], Any]] = {
    ("entities", "order"): _entity(
        "Aufträge",
        {
            "name": _of("text", label="Name", search=True),
            "code": _of("text", label="Nummer", unique=True),
            "stage": _of("text", label="Stand"),
            "note": _of("text", label="Notiz"),
            "approved_by": _of("text", label="Freigegeben von", required_if="total > 80"),
            "margin": _of("decimal", label="Marge", scale=2),
            "total": _of("decimal", label="Summe", scale=2,
                         rollup={"entity": "item", "via": "order", "aggregate": "sum", "field": "net"}),
            "items": _of("lines", label="Posten", entity="item", via="order"),
        },
        locks=[_LOCK], rules=[_RULE],
    ),
    ("entities", "item"): _entity(
        "Posten",
        {
            "name": _of("text", label="Ware"),
            "order": _of("reference", label="Auftrag", target="order"),
            "net": _of("decimal", label="Netto", scale=2),
        },
        unique=[["order", "name"]],
    ),
    ("roles", "boss"): {"label": _label("Chef"), "entities": {"*": _WHOLE}},
    ("roles", "own"): {
        "label": _label("Eigene"),
        "entities": {"order": {**_OWN, "bulk": True}, "item": _WHOLE},
    },
    ("roles", "mixed"): {
        "label": _label("Sieht alles, schreibt Eigenes"),
        "entities": {
            "order": {"create": True, "read": True, "update": "own", "retire": "own", "bulk": True}, "item": _WHOLE,
        },
    },
    ("roles", "looker"): {"label": _label("Sieht alles"), "entities": {"*": {"read": True}}},
    ("roles", "blind"): {
        "label": _label("Ohne Marge"),
        "entities": {
            "order": {**_WHOLE, "fields": dict.fromkeys(("margin", "owner", "updated_by"), "none")},
            "item": _WHOLE,
        },
    },
    ("roles", "keen"): {
        "label": _label("Eigene mit Marge"),
        "entities": {"order": dict.fromkeys(("read", "update"), "own"), "item": {"read": True}},
    },
    ("roles", "outside"): {"label": _label("Sieht nichts"), "entities": {}},
}  # fmt: skip


def write_orders(folder: Path) -> Path:
    """Write the documents."""
    return write_documents(folder, DOCUMENTS)


def created(visitor: Visitor, **values: object) -> str:
    """Create an order and return its address."""
    response = visitor.post("/r/order/new", values)
    assert response.status_code == 303, response.text
    return response.headers["Location"]


def version_at(visitor: Visitor, url: str) -> str:
    """Return the version that a page sends along."""
    found = VERSION.search(visitor.get(url).text)
    assert found is not None
    return found[1]


def retired(visitor: Visitor, url: str) -> None:
    """Archive an order."""
    response = visitor.post(f"{url}/retire", {"version": version_at(visitor, url)})
    assert response.status_code == 303, response.text
