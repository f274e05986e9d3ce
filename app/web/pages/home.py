"""The start page: the dashboard of the reader's role, its tiles loaded one by one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from flask import Blueprint, Response, request
from markupsafe import Markup

from app.access.rights import meant_for
from app.context import Context
from app.errors import InvalidQuery, NotFound
from app.fields.formats import formats_for
from app.meta.model import Dashboard, Tile
from app.query.lists import list_page
from app.query.report_reader import shows_tile
from app.query.reports import find_report, run_report
from app.query.spec import ListSpec
from app.web import figures, rows, shell
from app.web.lifecycle import context
from app.web.pages.lists import Link, url_of
from app.web.pages.reports import body_of, shows_of
from app.web.places import Place, dashboards_for, list_url, menu_for, report_url
from app.web.policy import SIGNED_IN, policy
from app.web.render import base, render
from app.web.respond import htmx, respond
from app.web.texts import text

home_pages: Final = Blueprint("home_pages", __name__)

#: Columns of a list that have room on a tile.
_COLUMNS: Final = 4


@dataclass(frozen=True, slots=True)
class TileScreen:
    """A tile before its content is there."""

    id: str
    label: str
    url: str
    body_url: str
    span: int


@dataclass(frozen=True, slots=True)
class HomeScreen:
    """What the start page shows."""

    title: str
    date: str
    others: tuple[Link, ...]
    tiles: tuple[TileScreen, ...]
    directory: tuple[Link, ...]


@home_pages.get("/")
@policy(SIGNED_IN)
def home() -> Response:
    """Show the reader's dashboard, or the one that is asked for."""
    ctx = context()
    boards = dashboards_for(ctx)
    board = _chosen(boards, request.args.get("board"))
    formats = formats_for(ctx.locale, ctx.snapshot.time_zone)
    tiles = _tiles(ctx, board) if board is not None else ()
    screen = HomeScreen(
        title=text("home.greeting", ctx.locale, name=ctx.actor.name),
        date=formats.date(ctx.now.astimezone(formats.zone).date()),
        others=tuple(
            Link(one.label.text(ctx.locale), f"/?board={one.key}", one is board) for one in boards if len(boards) > 1
        ),
        tiles=tiles,
        directory=() if tiles else _directory(ctx),
    )
    title = text("shell.home", ctx.locale)
    return respond(shell.answer(ctx, title, render("pages/home.html", ctx.locale, page=screen)))


def _chosen(boards: tuple[Dashboard, ...], key: str | None) -> Dashboard | None:
    if key is None:
        return next(iter(boards), None)
    found = next((board for board in boards if board.key == key), None)
    if found is None:
        raise NotFound(key)
    return found


def _tiles(ctx: Context, board: Dashboard) -> tuple[TileScreen, ...]:
    found = []
    for tile in board.tiles:
        url = _url(ctx, tile)
        if url is not None:
            body = f"/tile/{board.key}/{tile.id}"
            found.append(TileScreen(tile.id, tile.label.text(ctx.locale), url, body, tile.span))
    return tuple(found)


def _url(ctx: Context, tile: Tile) -> str | None:
    """Return where a tile leads, or None where the reader may not see what it shows."""
    model = ctx.snapshot.model
    if not shows_tile(ctx, tile):
        return None
    if tile.view is not None and tile.view in model.views:
        view = model.views[tile.view]
        return list_url(view.entity, view)
    return report_url(model.reports[tile.report or ""].key)


def _directory(ctx: Context) -> tuple[Link, ...]:
    found: list[Place] = []
    for place in menu_for(ctx):
        found.extend([place] if place.url else place.items)
    return tuple(Link(place.label.text(ctx.locale), place.url) for place in found)


@home_pages.get("/tile/<board>/<tile_id>")
@policy(SIGNED_IN)
def tile(board: str, tile_id: str) -> Response:
    """Show the content of one tile; as a page of its own without htmx."""
    ctx = context()
    found = ctx.snapshot.model.dashboards.get(board)
    chosen = next((one for one in found.tiles if one.id == tile_id), None) if found is not None else None
    if found is None or chosen is None or not meant_for(ctx.actor, found.roles) or _url(ctx, chosen) is None:
        raise NotFound(f"{board}/{tile_id}")
    body = _list_tile(ctx, chosen) if chosen.view is not None else _report_tile(ctx, chosen)
    label = chosen.label.text(ctx.locale)
    html = render("pages/_tile.html", ctx.locale, body=body, url=_url(ctx, chosen), label=label, alone=not htmx.partial)
    return respond(shell.answer(ctx, label, html))


def _list_tile(ctx: Context, tile: Tile) -> Markup | None:
    view = ctx.snapshot.model.views[tile.view or ""]
    spec = ListSpec.parse(ctx, view.entity, view.key, {})
    page = list_page(ctx, replace(spec, columns=spec.columns[:_COLUMNS], limit=max(1, min(tile.limit, 50))))
    if not page.rows:
        return None
    icon = base(ctx.locale)["icon"]
    more = url_of(list_url(view.entity, view), spec) if page.next else None
    table = rows.table(page, ctx.locale, icon, None, None)
    if more is None:
        return table
    return table + Markup('<p class="tile-more"><a href="{}">{}</a></p>').format(more, text("home.all", ctx.locale))


def _report_tile(ctx: Context, tile: Tile) -> Markup | None:
    report = find_report(ctx, tile.report or "")
    try:
        result = run_report(ctx, report.key, {})
    except InvalidQuery:
        return None  # a parameter without a default has to be chosen on the report's own page
    offered = shows_of(report)
    chosen = tile.show if tile.show in offered else report.show if report.show in offered else offered[0]
    if chosen == "chart":
        return figures.chart(result, ctx.locale, tile.label.text(ctx.locale))
    if not report.dimensions and len(report.measures) == 1:
        figure = result.total[0]
        url = figures.Links(result).url((), report.measures[0].id)
        link = Markup('<a href="{}">{}</a>') if url else Markup("{1}")
        return Markup('<p class="figure">{}</p>').format(link.format(url, figure.text or "–"))
    return body_of(result, chosen, ctx)
