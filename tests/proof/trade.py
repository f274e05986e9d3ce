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


def _range(pattern: str, **more: Any) -> dict[str, Any]:
    return {"pattern": pattern, "restart": "year", "gapless": True, **more}


#: The most pieces of an order. That is asked when everything else is written, so that a number is drawn by then.
MOST_PIECES: Final = 1_000
_PIECES: Final = {"entity": "item", "via": "order", "aggregate": "sum", "field": "amount"}
_SMALL: Final = {
    "id": "small",
    "check": f"pieces is empty or pieces <= {MOST_PIECES}",
    "message": label("Das sind zu viele Stück."),
}
_EVERYTHING: Final = dict.fromkeys(("create", "read", "update", "retire", "bulk", "import"), True)


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
            "order_no": field("text", "Auftragsnummer", number=_range("A-{YYYY}-{####}")),
            "billed": {"type": "boolean", "x-crm": {"label": label("Berechnet")}},
            "bill_no": field("text", "Rechnungsnummer", number=_range("R-{YYYY}-{####}", draw_if="billed = true")),
            "pieces": field("integer", "Stück", rollup=_PIECES),
            **extra,
        },
        rules=[_SMALL],
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
