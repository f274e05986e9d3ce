"""Orders with lines, a lock, a value that occurs once and a rule over a roll-up; roles that may write some of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tests.support.documents import entity, label, of
from tests.support.install import write_documents
from tests.support.site import Visitor

VERSION: Final = re.compile(r'name="version" value="([0-9]+)"')
_WHOLE: Final = {"create": True, "read": True, "update": True, "retire": True, "bulk": True}


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
    ("entities", "order"): entity(
        "Aufträge",
        {
            "name": of("text", label="Name", search=True),
            "code": of("text", label="Nummer", unique=True),
            "stage": of("text", label="Stand"),
            "note": of("text", label="Notiz"),
            "approved_by": of("text", label="Freigegeben von", required_if="total > 80"),
            "margin": of("decimal", label="Marge", scale=2),
            "total": of("decimal", label="Summe", scale=2,
                         rollup={"entity": "item", "via": "order", "aggregate": "sum", "field": "net"}),
            "items": of("lines", label="Posten", entity="item", via="order"),
        },
        locks=[_LOCK], rules=[_RULE],
    ),
    ("entities", "item"): entity(
        "Posten",
        {
            "name": of("text", label="Ware"),
            "order": of("reference", label="Auftrag", target="order"),
            "net": of("decimal", label="Netto", scale=2),
        },
        unique=[["order", "name"]],
    ),
    ("roles", "boss"): {"label": label("Chef"), "entities": {"*": _WHOLE}},
    ("roles", "own"): {
        "label": label("Eigene"),
        "entities": {"order": {**_OWN, "bulk": True}, "item": _WHOLE},
    },
    ("roles", "mixed"): {
        "label": label("Sieht alles, schreibt Eigenes"),
        "entities": {
            "order": {"create": True, "read": True, "update": "own", "retire": "own", "bulk": True}, "item": _WHOLE,
        },
    },
    ("roles", "looker"): {"label": label("Sieht alles"), "entities": {"*": {"read": True}}},
    ("roles", "blind"): {
        "label": label("Ohne Marge"),
        "entities": {
            "order": {**_WHOLE, "fields": dict.fromkeys(("margin", "owner", "updated_by"), "none")},
            "item": _WHOLE,
        },
    },
    ("roles", "keen"): {
        "label": label("Eigene mit Marge"),
        "entities": {"order": dict.fromkeys(("read", "update"), "own"), "item": {"read": True}},
    },
    ("roles", "outside"): {"label": label("Sieht nichts"), "entities": {}},
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
