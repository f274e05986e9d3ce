"""Masks in edit mode: new records, changed records, created in place; what was typed is never lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from flask import Blueprint, Response, request
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse

from app.access.rights import refusal, require
from app.context import Context
from app.errors import Conflict, InvalidData, NotFound
from app.forms.bind import BoundForm, SummaryLine, bind
from app.forms.defaults import initial_values
from app.forms.plan import MaskPlan, mask_plan
from app.forms.sent import ACTION
from app.meta.role import Verb
from app.query.meanwhile import known_of
from app.query.record import Record, load_record
from app.records import actions
from app.records.once import Outcome, once
from app.records.reasons import asks_for_reason, with_reason
from app.records.standing import standing
from app.web import shell, toasts
from app.web.lifecycle import context
from app.web.masks import follower, main_mask, named
from app.web.once import asked, key_sent, new_key
from app.web.pages.basis import Basis
from app.web.pages.conflicts import (
    ConflictNote,
    dropped,
    note_of,
    told,
    with_lost_lines,
    without_theirs,
)
from app.web.pages.records import REASON
from app.web.people import person_name
from app.web.places import list_url, record_url
from app.web.policy import READING, SIGNED_IN, TYPING, policy
from app.web.render import csrf, render
from app.web.respond import go, respond
from app.web.texts import text
from app.web.toasts import Toast

form_pages: Final = Blueprint("form_pages", __name__)

#: Who makes a record has it, unless somebody else is named.
_OWNER: Final = "owner"
#: Longest value that an address may give to a field of a new record.
_LONGEST_GIVEN: Final = 500


@dataclass(frozen=True, slots=True)
class FormScreen:
    """What the form template shows."""

    title: str
    crumb: str
    crumb_url: str
    action: str
    refresh_url: str
    cancel_url: str
    mask: Markup
    version: int | None = None
    hidden: tuple[tuple[str, str], ...] = ()
    errors: tuple[SummaryLine, ...] = ()
    conflict: ConflictNote | None = None
    locked: tuple[str, ...] = ()
    once: str = field(default_factory=new_key)
    reason: str | None = None


# -- a new record -----------------------------------------------------------------------------------------------------


@form_pages.get("/r/<entity>/new")
@policy(SIGNED_IN)
def new(entity: str) -> Response:
    """Show the empty mask, with defaults and what the address gives."""
    ctx = context()
    require(ctx, entity, "create")
    plan = mask_plan(ctx, main_mask(ctx, entity), "create")
    initial, labels = initial_of(ctx, plan)
    mask = plan.render(initial, labels, ctx=ctx, follow=follower(ctx))
    return respond(_page(ctx, _new_screen(ctx, plan, mask)))


@form_pages.post("/r/<entity>/new")
@policy(TYPING)
def create(entity: str) -> BaseResponse:
    """Create a record, or show the mask again with what is wrong (422)."""
    ctx = context()
    require(ctx, entity, "create")
    plan = mask_plan(ctx, main_mask(ctx, entity), "create")
    initial, labels = initial_of(ctx, plan)
    bound = named(ctx, bind(ctx, plan, request.form, initial=initial, follow=follower(ctx)))
    record_id, bound = _created(ctx, entity, bound)
    if record_id is not None:
        title = load_record(ctx, entity, record_id, lines=False).title
        toasts.leave(Toast(text("record.created", ctx.locale, title=title)))
        return go(record_url(entity, record_id))
    mask = plan.render(initial, labels, ctx=ctx, bound=bound, follow=follower(ctx))
    return _again(ctx, _new_screen(ctx, plan, mask, bound), bound)


@form_pages.post("/r/<entity>/new/refresh")
@policy(READING)
def refresh_new(entity: str) -> Response:
    """Show the mask anew while somebody types: what depends on what."""
    ctx = context()
    require(ctx, entity, "create")
    plan = mask_plan(ctx, main_mask(ctx, entity), "create")
    initial, labels = initial_of(ctx, plan)
    bound = named(ctx, bind(ctx, plan, _refreshing(), initial=initial, follow=follower(ctx)))
    return respond(plan.render(initial, labels, ctx=ctx, bound=bound, follow=follower(ctx)))


def initial_of(ctx: Context, plan: MaskPlan) -> tuple[dict[str, Any], Mapping[str, Any]]:
    """Return the values a new record starts with, and the labels of the records they point to."""
    given = {name: value for name, value in request.args.items() if len(value) <= _LONGEST_GIVEN and "\0" not in value}
    initial = initial_values(ctx, plan, given)
    if _OWNER in plan.inputs and ctx.actor.id:
        initial.setdefault(_OWNER, ctx.actor.id)
    return initial, labels_of(ctx, plan, initial)


def labels_of(ctx: Context, plan: MaskPlan, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the labels of the records that given values point to."""
    labels = {}
    for key, value in values.items():
        target = next((c.references for c in plan.entity.fields[key].type.columns() if c.references), None)
        if target is None or not isinstance(value, int):
            continue
        if target.startswith("@"):
            labels[key] = person_name(ctx, target, value)
            continue
        labels[key] = _title(ctx, target, value)
    return {key: label for key, label in labels.items() if label is not None}


def _title(ctx: Context, entity: str, record_id: int) -> str | None:
    try:
        return load_record(ctx, entity, record_id, lines=False).title
    except NotFound:
        return None


def _new_screen(ctx: Context, plan: MaskPlan, mask: Markup, bound: BoundForm | None = None) -> FormScreen:
    entity = plan.entity
    query = request.query_string.decode("ascii", "ignore")
    suffix = f"?{query}" if query else ""
    return FormScreen(
        title=text("form.new", ctx.locale, entity=entity.label.text(ctx.locale)),
        crumb=entity.plural.text(ctx.locale),
        crumb_url=list_url(entity.key),
        action=f"/r/{entity.key}/new{suffix}",
        refresh_url=f"/r/{entity.key}/new/refresh{suffix}",
        cancel_url=list_url(entity.key),
        mask=mask,
        errors=bound.summary() if bound is not None else (),
        reason=_reason(ctx, entity.key, "create"),
    )


def _created(ctx: Context, entity: str, bound: BoundForm) -> tuple[int | None, BoundForm]:
    if bound.action or bound.refused():
        return None, bound
    try:
        writer = with_reason(ctx, request.form.get(REASON))
        done = once(ctx, key_sent(), asked(), lambda: {"id": actions.create(writer, entity, bound.raw)})
        return int(done.answer["id"]), bound
    except InvalidData as refused:
        return None, bound.with_errors(refused.errors)


# -- a changed record -------------------------------------------------------------------------------------------------


@form_pages.get("/r/<entity>/<record:record_id>/edit")
@policy(SIGNED_IN)
def edit(entity: str, record_id: int) -> BaseResponse:
    """Show the mask of a record; an archived one is only shown."""
    ctx = context()
    require(ctx, entity, "update")
    record = load_record(ctx, entity, record_id)
    if "update" not in record.may:
        raise refusal(ctx, entity, "update", record=True)
    if record.archived_at is not None or "update" not in standing(ctx, entity, record_id, record.may).may:
        return go(record_url(entity, record_id))  # it is told there why
    plan = mask_plan(ctx, main_mask(ctx, entity), "edit")
    mask = plan.render(
        record.values, record.labels, ctx=ctx, record_id=record.id, follow=follower(ctx), denied=record.denied
    )
    return respond(_page(ctx, _edit_screen(ctx, plan, record, mask, Basis.of(plan, record))))


@form_pages.post("/r/<entity>/<record:record_id>/edit")
@policy(TYPING)
def update(entity: str, record_id: int) -> BaseResponse:
    """Save a record, or show the mask again: 422 with what is wrong, 409 where somebody else was faster."""
    ctx = context()
    require(ctx, entity, "update")
    plan = mask_plan(ctx, main_mask(ctx, entity), "edit")
    record = load_record(ctx, entity, record_id)
    basis, conflict = Basis.sent(), None
    bound = named(ctx, bind(ctx, plan, request.form, record=record, follow=follower(ctx), denied=record.denied))
    bound = bound if bound.action else without_theirs(bound)
    if not bound.action and not bound.refused():
        try:
            done = _saved(ctx, record, bound, basis)
        except InvalidData as refused:
            bound = bound.with_errors(refused.errors)
        except Conflict as clash:
            if clash.meanwhile is None:
                raise
            record = load_record(ctx, entity, record_id)
            bound = with_lost_lines(bound, record, clash.meanwhile)
            conflict = note_of(ctx, record, bound, clash.meanwhile)
            bound = dropped(bound, clash.meanwhile.theirs)
            basis = basis.after(plan, record, clash.meanwhile)
        else:
            toasts.leave(Toast(str(done.answer["told"])))
            return go(record_url(entity, record_id))
    mask = plan.render(record.values, record.labels, ctx=ctx, record_id=record.id, bound=bound, follow=follower(ctx))
    return _again(ctx, _edit_screen(ctx, plan, record, mask, basis, bound, conflict), bound)


def _saved(ctx: Context, record: Record, bound: BoundForm, basis: Basis) -> Outcome:
    """Save what was typed, put together with what others saved meanwhile; once, however often it is sent."""

    def act() -> Mapping[str, Any]:
        writer = with_reason(ctx, request.form.get(REASON))
        saved = actions.update_merging(writer, record.entity, record.id, bound.raw, basis.version, basis.rows)
        if saved.merged is None:
            return {"version": saved.version, "told": text("record.saved", ctx.locale)}
        return {"version": saved.version, "told": told(ctx, "record.merged", known_of(ctx, record, saved.merged))}

    return once(ctx, key_sent(), asked(), act)


@form_pages.post("/r/<entity>/<record:record_id>/refresh")
@policy(READING)
def refresh(entity: str, record_id: int) -> Response:
    """Show the mask anew while somebody types."""
    ctx = context()
    require(ctx, entity, "update")
    plan = mask_plan(ctx, main_mask(ctx, entity), "edit")
    record = load_record(ctx, entity, record_id)
    bound = named(ctx, bind(ctx, plan, _refreshing(), record=record, follow=follower(ctx), denied=record.denied))
    return respond(
        plan.render(record.values, record.labels, ctx=ctx, record_id=record.id, bound=bound, follow=follower(ctx))
    )


def _refreshing() -> MultiDict[str, str]:
    """Return what was sent, as something that isn't to be saved, whatever button stood behind it."""
    sent = MultiDict(request.form)
    sent.setdefault(ACTION, "refresh")
    if not sent[ACTION]:
        sent[ACTION] = "refresh"
    return sent


def _edit_screen(
    ctx: Context,
    plan: MaskPlan,
    record: Record,
    mask: Markup,
    basis: Basis,
    bound: BoundForm | None = None,
    conflict: ConflictNote | None = None,
) -> FormScreen:
    url = record_url(record.entity, record.id)
    return FormScreen(
        title=text("form.edit", ctx.locale, title=record.title),
        crumb=plan.entity.plural.text(ctx.locale),
        crumb_url=list_url(record.entity),
        action=f"{url}/edit",
        refresh_url=f"{url}/refresh",
        cancel_url=url,
        mask=mask,
        version=basis.version,
        hidden=basis.hidden,
        errors=bound.summary() if bound is not None else (),
        conflict=conflict,
        locked=plan.locks_of(ctx, record.values, record.id, follower(ctx)),
        reason=_reason(ctx, record.entity, "update"),
    )


# -- both -------------------------------------------------------------------------------------------------------------


def _reason(ctx: Context, entity: str, verb: Verb) -> str | None:
    """Return the reason that was typed; None where none is asked for."""
    return request.form.get(REASON, "") if asks_for_reason(ctx, entity, verb) else None


def _page(ctx: Context, screen: FormScreen) -> str:
    return shell.answer(ctx, screen.title, render("pages/edit.html", ctx.locale, page=screen, csrf=csrf()))


def _again(ctx: Context, screen: FormScreen, bound: BoundForm) -> Response:
    """Show a mask again: because a button asked for it, because of errors, or because of a conflict."""
    status = 409 if screen.conflict is not None else 422 if bound.refused() else 200
    return respond(_page(ctx, screen), status)
