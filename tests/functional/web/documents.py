"""Short documents for tests of pages: entities with a name, whose labels are the same in both languages."""

from __future__ import annotations

from typing import Any


def label(text: str) -> dict[str, str]:
    """Return a label that is the same in both languages."""
    return {"de": text, "en": text}


def field(name: str, type_: str = "text", **more: Any) -> dict[str, Any]:
    """Return a field, a short text where nothing else is said."""
    return {"x-crm": {"type": type_, "label": label(name), **more}}


def entity(**properties: Any) -> dict[str, Any]:
    """Return an entity that has a name and is called by it."""
    head = {"label": label("E"), "plural": label("E"), "title": "{name}"}
    return {"type": "object", "x-crm": head, "properties": {"name": field("Name"), **properties}}
