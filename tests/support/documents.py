"""Short words for documents that tests write: labels, fields, entities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def label(text: str) -> Mapping[str, str]:
    """Return a label that reads the same in both languages."""
    return {"de": text, "en": text}


def of(type_name: str, **more: Any) -> dict[str, Any]:
    """Return a field of a type, called like it where no `label` is given."""
    return {"x-crm": {"label": label(more.pop("label", type_name)), "type": type_name, **more}}


def entity(plural: str, properties: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """Return an entity whose records have a name."""
    head = {"label": label(plural), "plural": label(plural), "title": "{name}", **more}
    return {"type": "object", "x-crm": head, "properties": dict(properties), "required": ["name"]}
