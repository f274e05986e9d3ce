"""A record in read mode, and archiving it; changing it is `pages.forms`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, abort, request
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from app.context import Context
from app.fields.formats import formats_for
from app.forms.plan import mask_plan
from app.meta.role import Verb
from app.query.record import Record, load_record
from app.records import actions
from app.records.once import once
from app.records.reasons import asks_for_reason, with_reason
from app.records.standing import standing
from app.web import shell, toasts
from app.web.lifecycle import context
from app.web.masks import follower, main_mask, related_lists
from app.web.once import asked, key_sent, new_key
from app.web.places import list_url, record_url
from app.web.policy import SIGNED_IN, policy
from app.web.render import csrf, render
from app.web.respond import go, own_place, respond
from app.web.texts import text
from app.web.toasts import Toast

record_pages: Final = Blueprint("record_pages", __name__)

#: Fields that say who made a record and who changed it last.
_SIGNATURES: Final = frozenset({"created_at", "created_by", "updated_at", "updated_by"})
#: Name of the input in which somebody says why he changes or archives a record.
REASON: Final = "_reason"


@dataclass(frozen=True, slots=True)
class RecordScreen:
    """What the record template shows."""

    title: str
    plural: str
    list_url: str
    edit_url: str | None
    retire_url: str | None
    restore_url: str | None
    version: int
    archived: str | None
    mask: Markup
    told: str
    why_url: str
    history_url: str
    locked: tuple[str, ...]
    once: str
    reason: bool


@record_pages.get("/r/<entity>/<record:record_id>")
@policy(SIGNED_IN)
def show(entity: str, record_id: int) -> Response:
    """Show a record."""
    ctx = context()
    record = load_record(ctx, entity, record_id)
    plan = mask_plan(ctx, main_mask(ctx, entity), "read")
    mask = plan.render(
        record.values,
        record.labels,
        ctx=ctx,
        record_id=record.id,
        related=related_lists(ctx, plan.mask, record.id),
        follow=follower(ctx),
    )
    found = standing(ctx, entity, record_id, record.may)
    why = tuple(error.message.text(ctx.locale) for error in found.why)
    screen = _screen(ctx, record, mask, found.may, (*plan.locks_of(ctx, record.values, record.id, follower(ctx)), *why))
    return respond(shell.answer(ctx, screen.title, render("pages/record.html", ctx.locale, page=screen, csrf=csrf())))


def _screen(ctx: Context, record: Record, mask: Markup, may: frozenset[Verb], locked: tuple[str, ...]) -> RecordScreen:
    model = ctx.snapshot.model
    url = record_url(record.entity, record.id)
    archived = record.archived_at is not None
    return RecordScreen(
        title=record.title,
        plural=model.entities[record.entity].plural.text(ctx.locale),
        list_url=list_url(record.entity),
        edit_url=f"{url}/edit" if "update" in may and not archived else None,
        retire_url=f"{url}/retire" if "retire" in may and not archived and not locked else None,
        restore_url=f"{url}/restore" if "restore" in may and archived else None,
        version=record.version,
        archived=_archived(ctx, record),
        mask=mask,
        told=_told(ctx, record),
        why_url=f"/why?entity={record.entity}&record={record.id}",
        history_url=f"{url}/history",
        locked=locked,
        once=new_key(),
        reason=asks_for_reason(ctx, record.entity, "restore" if archived else "retire"),
    )


def _archived(ctx: Context, record: Record) -> str | None:
    """Return since when a record is in the bin, and who put it there: the last who could change it."""
    if record.archived_at is None:
        return None
    since = record.values.get("archived_at")
    if since is None:
        return text("record.archived_undated", ctx.locale)  # the field can't be read in this record
    when = formats_for(ctx.locale, ctx.snapshot.time_zone).datetime(since)
    who = record.labels.get("updated_by") if record.values.get("updated_by") is not None else None
    if not isinstance(who, str):
        return text("record.archived", ctx.locale, when=when)
    return text("record.archived_by", ctx.locale, when=when, who=who)


def _told(ctx: Context, record: Record) -> str:
    """Return who made and last changed a record, and when."""
    formats = formats_for(ctx.locale, ctx.snapshot.time_zone)
    nobody = text("record.by_product", ctx.locale)
    values, labels = record.values, record.labels
    if not values.keys() >= _SIGNATURES or values["created_at"] is None or values["updated_at"] is None:
        return ""  # half of the sentence would tell something else than the truth
    return text(
        "record.told",
        ctx.locale,
        created=formats.datetime(values["created_at"]),
        creator=labels.get("created_by") or nobody,
        updated=formats.datetime(values["updated_at"]),
        updater=labels.get("updated_by") or nobody,
    )


def version_sent() -> int:
    """Return the version that a form was made from; a form without one can't be one of ours (400)."""
    sent = request.form.get("version", "")
    if not (sent.isascii() and sent.isdigit() and len(sent) < 10):
        abort(400)
    return int(sent)


@record_pages.post("/r/<entity>/<record:record_id>/retire")
@policy(SIGNED_IN)
def retire(entity: str, record_id: int) -> BaseResponse:
    """Archive a record; the note on the next page undoes it."""
    ctx = with_reason(context(), request.form.get(REASON))
    seen = version_sent()
    done = once(ctx, key_sent(), asked(), lambda: {"version": actions.retire(ctx, entity, record_id, seen)})
    version = int(done.answer["version"])
    title = load_record(ctx, entity, record_id, lines=False).title
    url = record_url(entity, record_id)
    told = text("record.retired", ctx.locale, title=title)
    # Where coming back wants a reason as well, the record itself asks for it.
    asks = asks_for_reason(ctx, entity, "restore")
    toasts.leave(Toast(told, look_url=url) if asks else Toast(told, f"{url}/restore", version))
    return go(list_url(entity))


@record_pages.post("/r/<entity>/<record:record_id>/restore")
@policy(SIGNED_IN)
def restore(entity: str, record_id: int) -> BaseResponse:
    """Bring a record back out of the bin; whoever did so in a list stays there."""
    ctx = with_reason(context(), request.form.get(REASON))
    seen = version_sent()
    once(ctx, key_sent(), asked(), lambda: {"version": actions.restore(ctx, entity, record_id, seen)})
    title = load_record(ctx, entity, record_id, lines=False).title
    url, back = record_url(entity, record_id), request.form.get("back")
    toasts.leave(Toast(text("record.restored", ctx.locale, title=title), look_url=url if back else None))
    return go(own_place(back) if back else url)
