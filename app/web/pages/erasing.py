"""Erasing a person's values from the history of a record, for whoever answers such requests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as BaseResponse

from app.access.rights import require_power
from app.context import Context
from app.errors import DataErrors, InvalidData
from app.query.history import visible_fields
from app.query.record import Record, load_record
from app.records.erasing import erase_history
from app.records.reasons import with_reason
from app.web import shell, toasts
from app.web.lifecycle import context
from app.web.pages.records import REASON
from app.web.places import record_url
from app.web.policy import PROVED, policy
from app.web.render import csrf, render
from app.web.respond import go, respond
from app.web.texts import text
from app.web.toasts import Toast

erasing_pages: Final = Blueprint("erasing_pages", __name__)

_FIELD: Final = "field"


@dataclass(frozen=True, slots=True)
class FieldChoice:
    """A field whose values may be erased."""

    key: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class ErasingScreen:
    """What the template shows."""

    title: str
    record: str
    history_url: str
    action: str
    fields: tuple[FieldChoice, ...]
    reason: str
    errors: tuple[str, ...]


@erasing_pages.get("/r/<entity>/<record:record_id>/history/erase")
@policy(PROVED)
def ask(entity: str, record_id: int) -> Response:
    """Ask which fields, and why; those that hold personal data are chosen already."""
    ctx = context()
    require_power(ctx, entity, "erase")
    return _page(ctx, load_record(ctx, entity, record_id, lines=False))


@erasing_pages.post("/r/<entity>/<record:record_id>/history/erase")
@policy(PROVED)
def erase(entity: str, record_id: int) -> BaseResponse:
    """Erase them, or say what is missing (422)."""
    ctx = context()
    require_power(ctx, entity, "erase")
    record = load_record(ctx, entity, record_id, lines=False)
    try:
        writer = with_reason(ctx, request.form.get(REASON))
        count = erase_history(writer, entity, record_id, request.form.getlist(_FIELD))
    except InvalidData as refused:
        return _page(ctx, record, refused.errors)
    toasts.leave(Toast(text("history.erased_now", ctx.locale, number=count)))
    return go(f"{record_url(entity, record_id)}/history")


def _page(ctx: Context, record: Record, errors: DataErrors | None = None) -> Response:
    wanted = set(request.form.getlist(_FIELD))
    choices = tuple(
        FieldChoice(key, one.label.text(ctx.locale), one.personal if errors is None else key in wanted)
        for key, one in visible_fields(ctx, record).items()
        if not one.system and not one.volatile and one.type.lines() is None
    )
    told = () if errors is None else (*errors.record, *(one for found in errors.fields.values() for one in found))
    history_url = f"{record_url(record.entity, record.id)}/history"
    screen = ErasingScreen(
        title=text("history.erase_title", ctx.locale, title=record.title),
        record=record.title,
        history_url=history_url,
        action=f"{history_url}/erase",
        fields=choices,
        reason=request.form.get(REASON, ""),
        errors=tuple(error.message.text(ctx.locale) for error in told),
    )
    html = render("pages/erase.html", ctx.locale, page=screen, csrf=csrf())
    return respond(shell.answer(ctx, screen.title, html), 422 if errors else 200)
