"""Option lists, menus and dashboards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from app.fields.base import Option
from app.language import Label
from app.meta.linking.entities import elements
from app.meta.linking.expressions import check_roles
from app.meta.linking.fields import label_of
from app.meta.linking.reports import shows
from app.meta.linking.shapes import Shape
from app.meta.linking.workshop import At, Desk, under
from app.meta.model import (
    Dashboard,
    Menu,
    MenuItem,
    OptionList,
    Report,
    Tile,
)

#: What a menu item or tile may name: the property, the kind of document, the unit that makes it, its usual icon.
_TARGETS: Final = {
    "entity": ("entities", "shape", "card-list"),
    "view": ("views", "view", "list-ul"),
    "report": ("reports", "report", "bar-chart"),
    "dashboard": ("dashboards", "dashboard", "speedometer2"),
}
_KIND_WORDS: Final = {
    "entity": Label("Objektart", "entity"),
    "view": Label("Liste", "view"),
    "report": Label("Bericht", "report"),
    "dashboard": Label("Dashboard", "dashboard"),
}
_HEADING_ICON: Final = "folder2"


def make_options(desk: Desk, key: str) -> OptionList | None:
    """Return an option list, or None where its document is too broken for use."""
    source = desk.sound("options", key)
    if source is None:
        return None
    options = tuple(
        Option(value["id"], label_of(value["label"], value["id"]), value.get("colour"), value.get("retired", False))
        for _, value in elements(desk, source.body["values"], under(source.at, "values"))
    )
    return OptionList(key, label_of(source.body["label"], key), options)


# -- menus -------------------------------------------------------------------------------------------------------------


def _label_of_target(kind: str, target: Any) -> Label:
    """Return what a target calls itself: an entity by its plural, anything else by its label."""
    if isinstance(target, Shape):
        return target.entity.plural
    label: Label = target.label
    return label


def _target(desk: Desk, kind: str, key: str, at: At, code: str) -> Any:
    """Return what an item names, or None having reported that there is no such thing."""
    documents, unit, _ = _TARGETS[kind]
    generated = desk.ask("generated_owner", key) if kind == "view" else None
    if generated:
        return desk.ask("generated_view", generated)
    missing = desk.document(documents, key) is None
    if missing or (kind == "entity" and desk.ask("standing", key) == "abstract"):
        known = desk.keys(documents)
        desk.findings.unknown(code, at(kind), key, known, kind=_KIND_WORDS[kind])
        return None
    return desk.ask(unit, key)


def make_generated_owner(desk: Desk, key: str) -> str:
    """Return the entity whose generated list has this key; an empty text where there is none."""
    entity, _, name = key.partition(".")
    if name != "all" or desk.ask("standing", entity) != "normal" or desk.document("views", key) is not None:
        return ""
    return "" if any(view.startswith(f"{entity}.") for view in desk.keys("views")) else entity


def _item(desk: Desk, given: Mapping[str, Any], at: At) -> MenuItem | None:
    named = [kind for kind in (*_TARGETS, "items") if kind in given]
    roles = check_roles(desk, given.get("roles", ()), under(at, "roles"))
    if len(named) != 1:
        desk.findings.add("menu.target", at())
        return None
    kind = named[0]
    if kind == "items":
        if "label" not in given:
            desk.findings.add("menu.label", at())
        children = _items(desk, given["items"], under(at, "items"))
        icon = given.get("icon", _HEADING_ICON)
        return MenuItem(given["id"], label_of(given.get("label"), given["id"]), icon, None, roles, children)
    target = _target(desk, kind, given[kind], at, "menu.unknown_target")
    if target is None:
        return None
    label = Label.of(given["label"]) if "label" in given else _label_of_target(kind, target)
    usual = target.entity.icon if isinstance(target, Shape) else _TARGETS[kind][2]
    return MenuItem(given["id"], label, given.get("icon", usual), (kind, given[kind]), roles)


def _items(desk: Desk, given: list[Mapping[str, Any]], at: At) -> tuple[MenuItem, ...]:
    found = [_item(desk, item, under(at, index)) for index, item in elements(desk, given, at)]
    return tuple(item for item in found if item is not None)


def make_menu(desk: Desk, key: str) -> Menu | None:
    """Return a menu, or None where its document is too broken for use."""
    source = desk.sound("menus", key)
    return None if source is None else Menu(key, _items(desk, source.body["items"], under(source.at, "items")))


# -- dashboards --------------------------------------------------------------------------------------------------------


def _tile(desk: Desk, given: Mapping[str, Any], at: At) -> Tile | None:
    named = [kind for kind in ("view", "report") if kind in given]
    if len(named) != 1:
        desk.findings.add("dashboard.tile", at())
        return None
    kind = named[0]
    target = _target(desk, kind, given[kind], at, "dashboard.unknown_target")
    if target is None:
        return None
    show = given.get("show")
    if isinstance(target, Report) and show is not None and not shows(target, show):
        desk.findings.add("dashboard.show", at("show"), name=target.key, show=show)
    return Tile(
        id=given["id"],
        label=Label.of(given["label"]) if "label" in given else target.label,
        view=given.get("view"),
        report=given.get("report"),
        show=show,
        limit=int(given.get("limit", 7)),
        span=int(given.get("span", 1)),
    )


def make_dashboard(desk: Desk, key: str) -> Dashboard | None:
    """Return a dashboard, or None where its document is too broken for use."""
    source = desk.sound("dashboards", key)
    if source is None:
        return None
    body = source.body
    at = under(source.at, "tiles")
    tiles = [_tile(desk, given, under(at, index)) for index, given in elements(desk, body["tiles"], at)]
    roles = check_roles(desk, body.get("roles", ()), under(source.at, "roles"))
    return Dashboard(key, label_of(body["label"], key), tuple(tile for tile in tiles if tile is not None), roles)
