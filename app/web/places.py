"""Where a reader can go: the menu's entries, the lists, reports and dashboards, all filtered by what he may see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.access.rights import access, meant_for
from app.context import Context
from app.expr.fold import fold
from app.language import Label
from app.meta.model import Dashboard, Entity, MenuItem, Model, Report, View
from app.query.gate import readable
from app.query.report_reader import is_offered
from app.web.texts import TEXTS

_ENTITY_ICON: Final = "list-ul"
_REPORT_ICON: Final = "bar-chart"
_DASHBOARD_ICON: Final = "speedometer2"
_GROUP_ICON: Final = "folder"
#: Most entries of the heading "More" and of the menu "New"; all of them are on a page of their own.
MOST_MORE: Final = 15
#: Most reports that stand in the menu by themselves; more of them are one entry.
MOST_REPORTS: Final = 4
REPORTS_URL: Final = "/reports"


@dataclass(frozen=True, slots=True)
class Place:
    """One place to go, or a heading with places under it.

    Args:
        id: its id within the menu.
        label: what it is called.
        icon: name of a symbol.
        url: where it is; empty for a heading.
        kind: `entity`, `view`, `report`, `dashboard` or `group`.
        items: what stands under a heading.
    """

    id: str
    label: Label
    icon: str
    url: str
    kind: str
    items: tuple[Place, ...] = ()


def list_url(entity_key: str, view: View | None = None) -> str:
    """Return the address of a list; without a view, the entity's first one."""
    return f"/e/{entity_key}" + ("" if view is None else f"/{view.key.rpartition('.')[2]}")


def import_url(entity_key: str) -> str:
    """Return the address at which a file is imported; no view can have its name."""
    return f"{list_url(entity_key)}/-/import"


def record_url(entity_key: str, record_id: int) -> str:
    """Return the address of a record."""
    return f"/r/{entity_key}/{record_id}"


def report_url(key: str) -> str:
    """Return the address of a report."""
    return f"/report/{key}"


def views_for(ctx: Context, entity_key: str) -> tuple[View, ...]:
    """Return the views of an entity that are meant for the reader, in their order."""
    model = ctx.snapshot.model
    found = (model.views[key] for key in model.views_of.get(entity_key, ()))
    return tuple(view for view in found if meant_for(ctx.actor, view.roles))


def reports_for(ctx: Context) -> tuple[Report, ...]:
    """Return the reports that the reader may run."""
    return tuple(report for report in ctx.snapshot.model.reports.values() if is_offered(ctx, report))


def dashboards_for(ctx: Context) -> tuple[Dashboard, ...]:
    """Return the dashboards that are meant for the reader, those of his roles' homes first."""
    model, actor = ctx.snapshot.model, ctx.actor
    homes = [model.roles[key].home for key in sorted(actor.roles) if key in model.roles]
    mine = [board for board in model.dashboards.values() if meant_for(actor, board.roles)]
    return tuple(sorted(mine, key=lambda board: homes.index(board.key) if board.key in homes else len(homes)))


def creatable(ctx: Context) -> tuple[Entity, ...]:
    """Return the entities of which the reader may create records by themselves, those of the menu first."""
    model = ctx.snapshot.model
    order = list(dict.fromkeys([*_menu_entities(model), *standalone(model)]))
    return tuple(model.entities[key] for key in order if access(ctx, key).create)


def listed_entities(ctx: Context) -> tuple[Entity, ...]:
    """Return every entity that the reader may read and that isn't somebody's child rows, by name."""
    model, seen = ctx.snapshot.model, readable(ctx)
    found = (model.entities[key] for key in standalone(model) if key in seen)
    return tuple(sorted(found, key=lambda entity: fold(entity.plural.text(ctx.locale))))


def listed(ctx: Context) -> tuple[Place, ...]:
    """Return every entity that has a list of its own and that the reader may read, by name."""
    return tuple(_entity_place(entity) for entity in listed_entities(ctx))


def menu_for(ctx: Context) -> tuple[Place, ...]:
    """Return the main menu as the reader sees it; entities that no menu names stand under a heading of their own."""
    model = ctx.snapshot.model
    main = model.menus.get("main")
    places = [_calm(_place(ctx, item)) for item in (main.items if main is not None else ())]
    named, seen = set(_menu_entities(model)), readable(ctx)
    rest = [key for key in standalone(model) if key not in named and key in seen]
    below = tuple(_entity_place(model.entities[key]) for key in rest[:MOST_MORE])
    if len(rest) > MOST_MORE:
        below += (Place("all", TEXTS["shell.everything"], "grid-3x3-gap", "/entities", "page"),)
    if below:
        places.append(Place("more", TEXTS["shell.more"], "three-dots", "", "group", below))
    return tuple(place for place in places if place is not None)


def _calm(place: Place | None) -> Place | None:
    """Return a heading with nothing but many reports under it as one entry that leads to the page of all reports."""
    if place is None or len(place.items) <= MOST_REPORTS or any(below.kind != "report" for below in place.items):
        return place
    return Place(place.id, place.label, place.icon, REPORTS_URL, "page")


def standalone(model: Model) -> list[str]:
    """Return the keys of the entities whose records aren't the lines of another one."""
    return [key for key, entity in model.entities.items() if not entity.owners]


def _menu_entities(model: Model) -> list[str]:
    found: list[str] = []
    waiting = [item for menu in model.menus.values() for item in menu.items]
    while waiting:
        item = waiting.pop(0)
        waiting[:0] = item.items
        if item.target is None:
            continue
        kind, key = item.target
        if kind == "entity":
            found.append(key)
        elif kind == "view" and key in model.views:
            found.append(model.views[key].entity)
    return found


def _entity_place(entity: Entity) -> Place:
    return Place(entity.key, entity.plural, entity.icon or _ENTITY_ICON, list_url(entity.key), "entity")


def _place(ctx: Context, item: MenuItem) -> Place | None:
    if not meant_for(ctx.actor, item.roles):
        return None
    if item.target is None:
        found = [_place(ctx, below) for below in item.items]
        items = tuple(place for place in found if place is not None)
        return Place(item.id, item.label, item.icon or _GROUP_ICON, "", "group", items) if items else None
    return _target(ctx, item, *item.target)


def _target(ctx: Context, item: MenuItem, kind: str, key: str) -> Place | None:
    model, seen = ctx.snapshot.model, readable(ctx)
    if kind == "entity" and key in seen:
        return Place(item.id, item.label, item.icon or model.entities[key].icon or _ENTITY_ICON, list_url(key), kind)
    if kind == "view" and key in model.views and model.views[key].entity in seen:
        view = model.views[key]
        icon = item.icon or model.entities[view.entity].icon or _ENTITY_ICON
        return Place(item.id, item.label, icon, list_url(view.entity, view), kind)
    if kind == "report" and any(report.key == key for report in reports_for(ctx)):
        return Place(item.id, item.label, item.icon or _REPORT_ICON, report_url(key), kind)
    if kind == "dashboard" and any(board.key == key for board in dashboards_for(ctx)):
        return Place(item.id, item.label, item.icon or _DASHBOARD_ICON, f"/?board={key}", kind)
    return None
