"""A CRM that has grown: a thousand entities, each with a mask and a list; the ones people work with are the same."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from app.meta.compile import compile_model
from app.meta.documents import load_all
from app.meta.layers import merge

#: Entities of the large and of the usual installation, those of the bench included.
MANY: Final = 1_000
FEW: Final = 30
#: The role that sees only some of them, and who has it.
ROLE: Final = "one_area"
EMAIL: Final = "area@example.com"
_OF_THE_BENCH: Final = ("contact", "company", "activity", "wide")
_FIELDS: Final = tuple("text text number date choice text reference boolean text number money text".split())


def more_entities(entities: int) -> dict[tuple[str, str], Mapping[str, Any]]:
    """Return the documents of further entities, so that there are so many in all.

    Each has twelve fields, a mask and a list. A role of its own sees thirty of them all, as people do in a grown CRM.
    """
    keys = [f"thing_{number:04d}" for number in range(1, entities - len(_OF_THE_BENCH) + 1)]
    seen = (*_OF_THE_BENCH, *keys)[:FEW]
    verbs = dict.fromkeys(("create", "read", "update", "retire"), True)
    label = {"de": "Ein Bereich", "en": "One area"}
    found: dict[tuple[str, str], Mapping[str, Any]] = {
        ("roles", ROLE): {"label": label, "capabilities": ["export"], "entities": dict.fromkeys(seen, verbs)}
    }
    for number, key in enumerate(keys, start=1):
        label = {"de": f"Ding {number}", "en": f"Thing {number}"}
        fields = {f"field_{index:02d}": _property(kind, index) for index, kind in enumerate(_FIELDS, start=1)}
        found["entities", key] = {
            "type": "object",
            "x-crm": {"label": label, "plural": label, "title": "{field_01}"},
            "properties": fields,
        }
        elements = [{"id": name, "field": name} for name in fields]
        section = {"id": "main", "label": label, "columns": 2, "elements": elements}
        tabs = [{"id": "main", "label": label, "sections": [section]}]
        found["forms", f"{key}.main"] = {"entity": key, "label": label, "tabs": tabs}
        found["views", f"{key}.all"] = {
            "entity": key,
            "label": label,
            "columns": list(fields)[:6],
            "sort": [{"field": "field_01"}],
        }
    return found


def _property(kind: str, index: int) -> Mapping[str, Any]:
    label: dict[str, Any] = {"label": {"de": f"Feld {index}", "en": f"Field {index}"}}
    if kind == "text":
        return {"type": "string", "maxLength": 200, "x-crm": label}
    if kind == "number":
        return {"type": "number", "x-crm": label}
    if kind == "date":
        return {"type": "string", "format": "date", "x-crm": label}
    if kind == "boolean":
        return {"type": "boolean", "x-crm": label}
    if kind == "choice":
        return {"x-crm": {"type": "choice", "options": "bench_status", **label}}
    if kind == "reference":
        return {"x-crm": {"type": "reference", "target": "contact", **label}}
    return {"x-crm": {"type": "money", "currency": "EUR", **label}}


def seconds_to_compile(metadata: Path) -> float:
    """Return how long a folder of documents takes from text to Model, with nothing in memory."""
    documents, _ = load_all(metadata, None)
    started = time.perf_counter()
    effective, _ = merge(documents)
    compiled = compile_model(effective)
    seconds = time.perf_counter() - started
    if compiled.model is None:
        raise RuntimeError(f"the documents have errors: {compiled.issues[:3]}")
    return seconds
