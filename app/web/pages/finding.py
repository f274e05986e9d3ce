"""Finding things: the search over all entities, and the command palette."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from app.context import Context
from app.expr.fold import fold
from app.query.search import Hit, search_all
from app.query.spec import ALL_RECORDS, MAX_SEARCH
from app.web import shell
from app.web.lifecycle import context
from app.web.places import Place, creatable, dashboards_for, menu_for, record_url, report_url, reports_for, views_for
from app.web.places import list_url as url_of_list
from app.web.policy import SIGNED_IN, policy
from app.web.render import render
from app.web.respond import htmx, respond
from app.web.texts import text

finding_pages: Final = Blueprint("finding_pages", __name__)

_HITS: Final = 10
_PALETTE_HITS: Final = 4
_PALETTE: Final = 14
_SHORTEST: Final = 2


@dataclass(frozen=True, slots=True)
class Item:
    """Something that the palette offers."""

    label: str
    kind: str
    icon: str
    url: str


def asked() -> str:
    """Return what is searched for, in one line and not too long."""
    return " ".join(request.args.get("q", "").replace("\0", " ").split())[:MAX_SEARCH]


@finding_pages.get("/search")
@policy(SIGNED_IN)
def results() -> Response:
    """Show records of all entities that match."""
    ctx = context()
    q = asked()
    entities = ctx.snapshot.model.entities
    groups: dict[str, list[dict[str, str]]] = {}
    for hit in _in_menu_order(ctx, search_all(ctx, q, _HITS + 1)) if q else ():
        groups.setdefault(hit.entity, []).append({"title": hit.title, "url": record_url(hit.entity, hit.id)})
    shown = [
        {
            "key": key,
            "label": entities[key].plural.text(ctx.locale),
            "icon": entities[key].icon or "list-ul",
            "hits": hits[:_HITS],
            "more_url": f"{url_of_list(key)}/{ALL_RECORDS}?{urlencode({'q': q})}" if len(hits) > _HITS else None,
        }
        for key, hits in groups.items()
    ]
    title = text("search.title", ctx.locale, q=q) if q else text("search.none_asked", ctx.locale)
    main = render("pages/search.html", ctx.locale, q=q, groups=shown)
    return respond(shell.answer(ctx, title, main, q=q))


def _in_menu_order(ctx: Context, hits: tuple[Hit, ...]) -> list[Hit]:
    """Put the hits of the menu's first entities first; the order within an entity stays."""
    places = [below for place in menu_for(ctx) for below in (place.items or (place,)) if below.kind == "entity"]
    order = {place.url: number for number, place in enumerate(places)}
    return sorted(hits, key=lambda hit: order.get(url_of_list(hit.entity), len(order)))


@finding_pages.get("/palette")
@policy(SIGNED_IN)
def palette() -> Response:
    """Offer places, actions and records for what was typed; the search page to a browser without JavaScript."""
    ctx = context()
    q = asked()
    words = fold(q).split()
    found = [item for item in _items(ctx) if all(word in fold(item.label) for word in words)]
    if len(q) >= _SHORTEST:
        entities = ctx.snapshot.model.entities
        hits = [
            Item(
                hit.title,
                entities[hit.entity].label.text(ctx.locale),
                entities[hit.entity].icon or "list-ul",
                record_url(hit.entity, hit.id),
            )
            for hit in _in_menu_order(ctx, search_all(ctx, q, _PALETTE_HITS))
        ]
        found = [*found[: _PALETTE // 3], *hits] if hits else found
    html = render("pages/_palette.html", ctx.locale, items=found[:_PALETTE])
    return respond(html if htmx.partial else shell.page(ctx, text("palette.name", ctx.locale), html, q=q))


def _items(ctx: Context) -> tuple[Item, ...]:
    return ctx.snapshot.plan(
        ("web.palette", ctx.actor.shape, ctx.locale), lambda: tuple(_places(ctx)) + tuple(_views(ctx))
    )


def _places(ctx: Context) -> list[Item]:
    locale = ctx.locale
    flat: list[Place] = []
    for place in menu_for(ctx):
        flat.extend([place] if place.url else place.items)
    kinds = {"entity": "view", "view": "view", "report": "report", "dashboard": "dashboard"}
    found = [
        Item(place.label.text(locale), text(f"palette.{kinds[place.kind]}", locale), place.icon, place.url)
        for place in flat
        if place.kind in kinds
    ]
    for entity in creatable(ctx):
        label = text("palette.new", locale, entity=entity.label.text(locale))
        found.append(Item(label, text("palette.action", locale), "plus-lg", f"/r/{entity.key}/new"))
    for page, icon in (("/reports", "bar-chart"), ("/me", "person-circle"), ("/shortcuts", "keyboard")):
        key = {"/reports": "shell.reports", "/me": "shell.account", "/shortcuts": "shell.shortcuts"}[page]
        found.append(Item(text(key, locale), text("palette.action", locale), icon, page))
    return found


def _views(ctx: Context) -> list[Item]:
    locale, model = ctx.locale, ctx.snapshot.model
    found = []
    for place in menu_for(ctx):
        for below in place.items or (place,):
            if below.kind != "entity":
                continue
            key = below.url.removeprefix("/e/")
            for view in views_for(ctx, key):
                label = f"{model.entities[key].plural.text(locale)}: {view.label.text(locale)}"
                found.append(Item(label, text("palette.view", locale), below.icon, url_of_list(key, view)))
    kind = text("palette.report", locale)
    for report in reports_for(ctx):
        found.append(Item(report.label.text(locale), kind, "bar-chart", report_url(report.key)))
    kind = text("palette.dashboard", locale)
    for board in dashboards_for(ctx):
        found.append(Item(board.label.text(locale), kind, "speedometer2", f"/?board={board.key}"))
    return found
