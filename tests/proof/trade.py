"""The documents of a small trading company, on which proofs of writing work: lines, links, a reference, a number."""

from __future__ import annotations

from typing import Any, Final

Bodies = dict[tuple[str, str], dict[str, Any]]


def label(text: str) -> dict[str, str]:
    """Return a label that is the same in both languages."""
    return {"de": text, "en": text}


def text_field(name: str, **more: Any) -> dict[str, Any]:
    """Return a short text."""
    return {"type": "string", "maxLength": 200, "x-crm": {"label": label(name), **more}}


def field(type_: str, name: str, **more: Any) -> dict[str, Any]:
    """Return a field of a type."""
    return {"x-crm": {"type": type_, "label": label(name), **more}}


def entity(name: str, title: str, properties: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return an entity whose field `name` is required."""
    head = {"label": label(name), "plural": label(name), "icon": "box", "title": title, **more}
    return {"type": "object", "x-crm": head, "properties": properties, "required": ["name"]}


_EVERYTHING: Final = {"create": True, "read": True, "update": True, "retire": True}


def documents(revision: int = 0) -> Bodies:
    """Return the documents; each revision has one more field than the one before, and another label.

    Args:
        revision: how many publishes came before.
    """
    extra = {f"extra_{number}": text_field(f"Extra {number}") for number in range(revision)}
    customer = entity("Kunde", "{name}", {"name": text_field("Name", search=True)})
    order = entity(
        f"Auftrag {revision}",
        "{name} {customer.name}",
        {
            "name": text_field("Name", search=True, unique=True),
            "note": text_field("Notiz"),
            "customer": field("reference", "Kunde", target="customer"),
            "watchers": field("references", "Beobachter", target="customer"),
            "lines": field("lines", "Positionen", entity="item", via="order"),
            **extra,
        },
    )
    item = entity(
        "Position",
        "{name}",
        {
            "name": text_field("Name"),
            "order": field("reference", "Auftrag", target="order"),
            "amount": field("integer", "Menge"),
        },
    )
    return {
        ("entities", "customer"): customer,
        ("entities", "order"): order,
        ("entities", "item"): item,
        ("roles", "clerk"): {"label": label("Sachbearbeiter"), "entities": {"*": _EVERYTHING}},
    }
