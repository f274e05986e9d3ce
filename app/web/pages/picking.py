"""The reference picker: finding a record by its name, and creating one without leaving the mask."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as BaseResponse

from app.access.rights import access, require
from app.context import Context
from app.errors import InvalidData
from app.forms.bind import BoundForm, bind
from app.forms.plan import MaskPlan, mask_plan
from app.query.gate import required
from app.query.lists import list_page
from app.query.record import load_record
from app.query.search import Hit, search
from app.query.spec import ALL_RECORDS, ListSpec
from app.records import actions
from app.records.once import once
from app.web import shell
from app.web.lifecycle import context
from app.web.masks import follower, quick_mask
from app.web.once import asked as asked_once
from app.web.once import key_sent
from app.web.pages.finding import asked
from app.web.pages.forms import FormScreen, initial_of
from app.web.people import people
from app.web.places import list_url, record_url
from app.web.policy import SIGNED_IN, policy
from app.web.render import csrf, render
from app.web.respond import go, htmx, respond
from app.web.texts import text

picking_pages: Final = Blueprint("picking_pages", __name__)

_HITS: Final = 12
_ID: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,120}")
_PEOPLE: Final = frozenset({"@user", "@team"})


def id_asked(name: str) -> str:
    """Return the id of an element that an argument names, as it may stand in HTML; "" for none."""
    given = request.args.get(name, "")
    return given if _ID.fullmatch(given) else ""


@picking_pages.get("/pick/<target>")
@policy(SIGNED_IN)
def pick(target: str) -> Response:
    """Offer records for a picker: the hits of a search, or the first ones where nothing is typed yet."""
    ctx = context()
    q = asked()
    if target in _PEOPLE:
        hits = tuple(Hit(target, id_, name) for id_, name in people(ctx, target, q, _HITS))
        return _options(ctx, target, q, hits, None, text(f"pick.{target[1:]}s", ctx.locale))
    entity = required(ctx, target)
    hits = search(ctx, target, q, _HITS) if q else _first(ctx, target)
    create = access(ctx, target).create
    url = f"/quick/{target}" if create else None
    return _options(ctx, target, q, hits, url, entity.plural.text(ctx.locale))


def _first(ctx: Context, target: str) -> tuple[Hit, ...]:
    spec = ListSpec.parse(ctx, target, ALL_RECORDS, {})
    page = list_page(ctx, replace(spec, columns=(), limit=_HITS))
    return tuple(Hit(target, row.id, row.title) for row in page.rows)


def _options(ctx: Context, target: str, q: str, hits: tuple[Hit, ...], create_url: str | None, plural: str) -> Response:
    prefix = id_asked("prefix") or "pick"
    entity = ctx.snapshot.model.entities.get(target)
    name = entity.label.text(ctx.locale) if entity is not None else ""
    if htmx:
        html = render("pages/_options.html", ctx.locale, hits=hits, prefix=prefix, create_url=create_url, entity=name)
        return respond(html)
    main = render("pages/pick.html", ctx.locale, hits=hits, plural=plural, path=f"/pick/{target}", q=q, key=target)
    return respond(shell.page(ctx, text("pick.title", ctx.locale, plural=plural), main))


@picking_pages.get("/quick/<entity>")
@policy(SIGNED_IN)
def quick(entity: str) -> Response:
    """Show the quick mask, in the dialog or as a page."""
    ctx = context()
    require(ctx, entity, "create")
    plan = mask_plan(ctx, quick_mask(ctx, entity), "create")
    return _shown(ctx, plan, None, 200)


@picking_pages.post("/quick/<entity>")
@policy(SIGNED_IN)
def create(entity: str) -> BaseResponse:
    """Create the record and tell the picker about it, or show the mask again (422)."""
    ctx = context()
    require(ctx, entity, "create")
    plan = mask_plan(ctx, quick_mask(ctx, entity), "create")
    initial, _ = initial_of(ctx, plan)
    bound = bind(ctx, plan, request.form, initial=initial, follow=follower(ctx))
    if bound.action or bound.refused():
        return _shown(ctx, plan, bound, 422 if bound.refused() else 200)
    try:
        done = once(ctx, key_sent(), asked_once(), lambda: {"id": actions.create(ctx, entity, bound.raw)})
        record_id = int(done.answer["id"])
    except InvalidData as refused:
        return _shown(ctx, plan, bound.with_errors(refused.errors), 422)
    if not htmx:
        return go(record_url(entity, record_id))
    title = load_record(ctx, entity, record_id, lines=False).title
    made = {"field": id_asked("field"), "id": record_id, "label": title}
    return respond("", events={"mask:picked": made, "dialog:close": {}})


def _shown(ctx: Context, plan: MaskPlan, bound: BoundForm | None, status: int) -> Response:
    initial, labels = initial_of(ctx, plan)
    mask = plan.render(initial, labels, ctx=ctx, bound=bound, follow=follower(ctx))
    key = plan.entity.key
    field = id_asked("field")
    screen = FormScreen(
        title=text("form.new", ctx.locale, entity=plan.entity.label.text(ctx.locale)),
        crumb=plan.entity.plural.text(ctx.locale),
        crumb_url=list_url(key),
        action=f"/quick/{key}{'?field=' + field if field else ''}",
        refresh_url=f"/r/{key}/new/refresh",
        cancel_url=list_url(key),
        mask=mask,
        errors=bound.summary() if bound is not None else (),
    )
    template = "pages/_quick.html" if htmx.partial else "pages/edit.html"
    html = render(template, ctx.locale, page=screen, csrf=csrf())
    return respond(html if htmx.partial else shell.page(ctx, screen.title, html), status)
