"""Differences of masks, views, reports, dashboards and menus."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from typing import Any, Final

from app.language import Label
from app.meta.compare.change import Change, Weight, names, signature
from app.meta.model import Dashboard, Mask, Menu, MenuItem, Model, Report, View

_ADDED: Final = Label("{kind} „{name}“ ist neu.", "{kind} “{name}” is new.")
_REMOVED: Final = Label("{kind} „{name}“ fällt weg.", "{kind} “{name}” is taken away.")
_CHANGED: Final = Label("{kind} „{name}“: {what}.", "{kind} “{name}”: {what}.")
_PLUS: Final = Label("neu {names}", "new {names}")
_MINUS: Final = Label("ohne {names}", "without {names}")
_OTHERWISE: Final = Label("anders: {names}", "different: {names}")
_LAYOUT: Final = Label("anders aufgebaut", "laid out differently")

#: What parts of a view, report or dashboard are called when they change.
_PARTS: Final[Mapping[str, Label]] = {
    "label": Label("Name", "name"),
    "help": Label("Hilfe", "help"),
    "filter": Label("Filter", "filter"),
    "sort": Label("Reihenfolge", "order"),
    "roles": Label("Rollen", "roles"),
    "columns": Label("Spalten", "columns"),
    "dimensions": Label("Gruppierung", "grouping"),
    "measures": Label("Kennzahlen", "measures"),
    "having": Label("Bedingung an Gruppen", "condition on groups"),
    "parameters": Label("Parameter", "parameters"),
    "limit": Label("Anzahl", "limit"),
    "across": Label("Kreuztabelle", "pivot"),
    "chart": Label("Diagramm", "chart"),
    "show": Label("Darstellung", "presentation"),
    "tiles": Label("Kacheln", "tiles"),
    "entity": Label("Objektart", "entity"),
}


def named(
    kind: str, words: Label, old: Mapping[str, Any], new: Mapping[str, Any], what: Callable[[Any, Any], Label | None]
) -> Iterator[Change]:
    """Yield what was added, taken away and changed among things that have a key and a label."""
    for key in sorted({*old, *new}):
        before, after = old.get(key), new.get(key)
        subject = f"{kind}/{key}"
        if before is None and after is not None:
            yield Change(f"{kind}.added", subject, Weight.SAFE, _ADDED.format(kind=words, name=after.label))
        elif before is not None and after is None:
            yield Change(f"{kind}.removed", subject, Weight.ATTENTION, _REMOVED.format(kind=words, name=before.label))
        elif before is not after and signature(before) != signature(after):
            said = what(before, after)
            if said is not None and after is not None:
                text = _CHANGED.format(kind=words, name=after.label, what=said)
                yield Change(f"{kind}.changed", subject, Weight.SAFE, text)


def together(*said: Label | None) -> Label | None:
    """Join what is said about one thing; None where nothing is."""
    given = [part for part in said if part is not None]
    return Label("; ".join(p.de for p in given), "; ".join(p.en for p in given)) if given else None


def _plus_minus(old: Mapping[str, Label], new: Mapping[str, Label]) -> tuple[Label | None, Label | None]:
    more = [label for key, label in new.items() if key not in old]
    less = [label for key, label in old.items() if key not in new]
    return (
        _PLUS.format(names=names(more)) if more else None,
        _MINUS.format(names=names(less)) if less else None,
    )


def parts(old: Any, new: Any, without: tuple[str, ...] = ()) -> Label | None:
    """Name the parts in which two things of one kind differ."""
    found = [
        _PARTS[part.name]
        for part in fields(new)
        if part.name in _PARTS
        and part.name not in without
        and signature(getattr(old, part.name)) != signature(getattr(new, part.name))
    ]
    if not found:
        return None
    return _OTHERWISE.format(names=Label(", ".join(f.de for f in found), ", ".join(f.en for f in found)))


# -- masks, views, reports, dashboards ---------------------------------------------------------------------------------


def _mask_elements(mask: Mask) -> Mapping[str, Label]:
    return {
        element.id: getattr(element, "label", Label.same(element.id))
        for tab in mask.tabs
        for section in tab.sections
        for element in section.elements
    }


def _mask_words(old: Mask, new: Mask) -> Label | None:
    more, less = _plus_minus(_mask_elements(old), _mask_elements(new))
    return together(more, less) or _LAYOUT


def _view_words(old: View, new: View) -> Label | None:
    was, now = ({path.text: path.label for path in view.columns} for view in (old, new))
    more, less = _plus_minus(was, now)
    return together(more, less, parts(old, new, ("columns",) if more or less else ()))


def _report_words(old: Report, new: Report) -> Label | None:
    return parts(old, new)


def _dashboard_words(old: Dashboard, new: Dashboard) -> Label | None:
    was, now = ({tile.id: tile.label for tile in dashboard.tiles} for dashboard in (old, new))
    more, less = _plus_minus(was, now)
    return together(more, less, parts(old, new, ("tiles",) if more or less else ()))


def _written(things: Mapping[str, Any]) -> Mapping[str, Any]:
    """Leave out what was generated: it follows from the fields, whose changes are told."""
    return {key: thing for key, thing in things.items() if not thing.generated}


def screen_changes(old: Model, new: Model) -> Iterator[Change]:
    """Yield what differs in masks, views, reports and dashboards."""
    masks, views = (_written(old.masks), _written(new.masks)), (_written(old.views), _written(new.views))
    yield from named("mask", Label("Maske", "Mask"), *masks, _mask_words)
    yield from named("view", Label("Liste", "View"), *views, _view_words)
    yield from named("report", Label("Bericht", "Report"), old.reports, new.reports, _report_words)
    yield from named("dashboard", Label("Dashboard", "Dashboard"), old.dashboards, new.dashboards, _dashboard_words)


# -- menus -------------------------------------------------------------------------------------------------------------

_MENU_ADDED: Final = Label("Das Menü „{name}“ ist neu.", "The menu “{name}” is new.")
_MENU_REMOVED: Final = Label("Das Menü „{name}“ fällt weg.", "The menu “{name}” is taken away.")
_MENU_CHANGED: Final = Label("Menü „{name}“: {what}.", "Menu “{name}”: {what}.")
_MENU_ORDER: Final = Label("anders geordnet oder beschriftet", "in another order or with other labels")


def _all_items(items: tuple[MenuItem, ...]) -> Iterator[MenuItem]:
    for item in items:
        yield item
        yield from _all_items(item.items)


def _menu_labels(menu: Menu) -> Mapping[str, Label]:
    return {f"{item.id}:{item.target}": item.label for item in _all_items(menu.items)}


def menu_changes(old: Mapping[str, Menu], new: Mapping[str, Menu]) -> Iterator[Change]:
    """Yield what differs between two sets of menus."""
    for key in sorted({*old, *new}):
        before, after = old.get(key), new.get(key)
        subject = f"menu/{key}"
        if before is None:
            yield Change("menu.added", subject, Weight.SAFE, _MENU_ADDED.format(name=key))
        elif after is None:
            yield Change("menu.removed", subject, Weight.ATTENTION, _MENU_REMOVED.format(name=key))
        elif before is not after and signature(before) != signature(after):
            what = together(*_plus_minus(_menu_labels(before), _menu_labels(after))) or _MENU_ORDER
            yield Change("menu.changed", subject, Weight.SAFE, _MENU_CHANGED.format(name=key, what=what))
