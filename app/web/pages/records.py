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
from app.query.record import Record, load_record
from app.records import actions
from app.records.once import once
from app.records.reasons import asks_for_reason, with_reason
from app.web import shell, toasts
from app.web.lifecycle import context
from app.web.masks import follower, main_mask, related_lists
from app.web.once import asked, key_sent, new_key
from app.web.places import list_url, record_url
from app.web.policy import SIGNED_IN, policy
from app.web.render import csrf, render
from app.web.respond import go, respond
from app.web.texts import text
from app.web.toasts import Toast

record_pages: Final = Blueprint("record_pages", __name__)

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
    screen = _screen(ctx, record, mask, plan.locks_of(ctx, record.values, record.id, follower(ctx)))
    return respond(shell.answer(ctx, screen.title, render("pages/record.html", ctx.locale, page=screen, csrf=csrf())))


def _screen(ctx: Context, record: Record, mask: Markup, locked: tuple[str, ...]) -> RecordScreen:
    model = ctx.snapshot.model
    url = record_url(record.entity, record.id)
    archived = record.archived_at is not None
    formats = formats_for(ctx.locale, ctx.snapshot.time_zone)
    return RecordScreen(
        title=record.title,
        plural=model.entities[record.entity].plural.text(ctx.locale),
        list_url=list_url(record.entity),
        edit_url=f"{url}/edit" if "update" in record.may and not archived else None,
        retire_url=f"{url}/retire" if "retire" in record.may and not archived and not locked else None,
        restore_url=f"{url}/restore" if "restore" in record.may and archived else None,
        version=record.version,
        archived=formats.datetime(record.archived_at) if record.archived_at is not None else None,
        mask=mask,
        told=_told(ctx, record),
        why_url=f"/why?entity={record.entity}&record={record.id}",
        history_url=f"{url}/history",
        locked=locked,
        once=new_key(),
        reason=asks_for_reason(ctx, record.entity),
    )


def _told(ctx: Context, record: Record) -> str:
    """Return who made and last changed a record, and when."""
    formats = formats_for(ctx.locale, ctx.snapshot.time_zone)
    nobody = text("record.by_product", ctx.locale)
    values, labels = record.values, record.labels
    if values.get("created_at") is None or values.get("updated_at") is None:
        return ""
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
    toasts.leave(Toast(text("record.retired", ctx.locale, title=title), f"{url}/restore", version))
    return go(list_url(entity))


@record_pages.post("/r/<entity>/<record:record_id>/restore")
@policy(SIGNED_IN)
def restore(entity: str, record_id: int) -> BaseResponse:
    """Bring a record back out of the archive."""
    ctx = context()
    seen = version_sent()
    once(ctx, key_sent(), asked(), lambda: {"version": actions.restore(ctx, entity, record_id, seen)})
    title = load_record(ctx, entity, record_id, lines=False).title
    toasts.leave(Toast(text("record.restored", ctx.locale, title=title)))
    return go(record_url(entity, record_id))
