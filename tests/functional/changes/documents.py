"""A small set of documents, and one change of each kind to it; each builds on the one before."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any, Final

Set = dict[tuple[str, str], dict[str, Any]]


def label(text: str) -> dict[str, str]:
    """Return a label in both languages."""
    return {"de": text, "en": f"{text} (en)"}


def text(name: str, **more: Any) -> dict[str, Any]:
    """Return a text field."""
    return {"type": "string", "maxLength": 100, "x-crm": {"label": label(name), **more}}


def typed(name: str, type_name: str, **more: Any) -> dict[str, Any]:
    """Return a field of a type that JSON Schema has no word for."""
    return {"x-crm": {"label": label(name), "type": type_name, **more}}


def entity(name: str, **properties: dict[str, Any]) -> dict[str, Any]:
    """Return an entity whose title is its name."""
    words = {"label": label(name), "plural": label(f"{name}s"), "icon": "box", "title": "{name}"}
    return {"type": "object", "x-crm": words, "properties": {"name": text("Name"), **properties}}


def base() -> Set:
    """Return the set that everything starts with."""
    return {
        ("entities", "account"): entity("Account", city=text("City"), no=text("No")),
        ("entities", "person"): entity("Person", account=typed("Account", "reference", target="account")),
        ("options", "status"): {"label": label("Status"), "values": [{"id": "new", "label": label("New")}]},
        ("views", "account.all"): {"entity": "account", "label": label("All"), "columns": ["name", "city"]},
        ("roles", "boss"): {
            "label": label("Boss"),
            "capabilities": ["configure"],
            "entities": {"*": {"create": True, "read": True, "update": True, "retire": True}},
        },
        ("menus", "main"): {"items": [{"id": "accounts", "label": label("Accounts"), "entity": "account"}]},
    }


def _properties(documents: Set, key: str) -> dict[str, Any]:
    found: dict[str, Any] = documents["entities", key]["properties"]
    return found


def _new_entity(documents: Set) -> None:
    owner = typed("Account", "reference", target="account")
    documents["entities", "ticket"] = entity("Ticket", account=owner, no=text("No", unique=True, search=True))


def _new_field(documents: Set) -> None:
    _properties(documents, "account")["industry"] = text("Industry")


def _new_reference(documents: Set) -> None:
    _properties(documents, "account")["contact"] = typed("Contact", "reference", target="person")


def _new_links(documents: Set) -> None:
    _properties(documents, "account")["people"] = typed("People", "references", target="person")


def _new_choice(documents: Set) -> None:
    _properties(documents, "account")["status"] = typed("Status", "choice", options="status")


def _removed_field(documents: Set) -> None:
    del _properties(documents, "account")["industry"]


def _returned_field(documents: Set) -> None:
    _properties(documents, "account")["industry"] = text("Industry")


def _searched_field(documents: Set) -> None:
    _properties(documents, "account")["city"]["x-crm"]["search"] = True


def _unique_field(documents: Set) -> None:
    _properties(documents, "account")["no"]["x-crm"]["unique"] = True


def _no_longer_unique(documents: Set) -> None:
    del _properties(documents, "account")["no"]["x-crm"]["unique"]


def _option(documents: Set) -> None:
    documents["options", "status"]["values"].append({"id": "old", "label": label("Old"), "colour": "red"})


def _mask(documents: Set) -> None:
    section = {"id": "head", "label": label("Head"), "elements": [{"id": "name", "field": "name"}]}
    tab = {"id": "main", "label": label("Main"), "sections": [section]}
    documents["forms", "account.main"] = {"entity": "account", "label": label("Account"), "tabs": [tab]}


def _view(documents: Set) -> None:
    documents["views", "account.all"]["sort"] = [{"field": "city", "descending": True}]


def _report(documents: Set) -> None:
    documents["reports", "by_city"] = {
        "entity": "account",
        "label": label("By city"),
        "dimensions": [{"id": "city", "field": "city"}],
        "measures": [{"id": "n", "aggregate": "count"}],
    }


def _role(documents: Set) -> None:
    documents["roles", "guest"] = {"label": label("Guest"), "entities": {"account": {"read": True}}}


def _menu(documents: Set) -> None:
    documents["menus", "main"]["items"].append({"id": "people", "label": label("People"), "entity": "person"})


def _removed_entity(documents: Set) -> None:
    del documents["entities", "ticket"]


_CHANGES: Final[dict[str, Callable[[Set], None]]] = {
    "new entity": _new_entity,
    "new field": _new_field,
    "new reference": _new_reference,
    "new links": _new_links,
    "new choice": _new_choice,
    "removed field": _removed_field,
    "returned field": _returned_field,
    "searched field": _searched_field,
    "unique field": _unique_field,
    "no longer unique": _no_longer_unique,
    "option": _option,
    "mask": _mask,
    "view": _view,
    "report": _report,
    "role": _role,
    "menu": _menu,
    "removed entity": _removed_entity,
}


def chain() -> list[tuple[str, Set]]:
    """Return the name of each kind of change with the documents after it; each builds on the one before."""
    found, now = [], base()
    for name, change in _CHANGES.items():
        now = copy.deepcopy(now)
        change(now)
        found.append((name, now))
    return found


def after(*names: str) -> Set:
    """Return the first documents after some of the changes."""
    documents = base()
    for name in names:
        _CHANGES[name](documents)
    return documents
