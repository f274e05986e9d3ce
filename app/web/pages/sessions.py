"""The reader's own sessions: which devices are signed in, and an end to one or to all others."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, abort
from werkzeug.wrappers import Response as BaseResponse

from app.system import audit, sessions
from app.system.tables import now
from app.web import shell, toasts
from app.web.devices import session_rows
from app.web.lifecycle import context, current
from app.web.policy import SIGNED_IN, policy
from app.web.render import csrf, render
from app.web.respond import go, respond
from app.web.texts import text
from app.web.toasts import Toast

session_pages: Final = Blueprint("session_pages", __name__)

URL: Final = "/me/sessions"


@session_pages.get(URL)
@policy(SIGNED_IN)
def index() -> Response:
    """Show the reader's open sessions."""
    ctx = context()
    assert ctx.actor.id is not None
    found = sessions.open_sessions(ctx.connection, ctx.actor.id, now())
    rows = session_rows(ctx, found, _this())
    html = render("pages/sessions.html", ctx.locale, csrf=csrf(), sessions=rows)
    return respond(shell.answer(ctx, text("sessions.title", ctx.locale), html))


@session_pages.post(f"{URL}/<record:session_id>/end")
@policy(SIGNED_IN)
def end(session_id: int) -> BaseResponse:
    """End one of them; that of this device is a sign-out."""
    ctx = context()
    assert ctx.actor.id is not None
    if not sessions.end_one(ctx.connection, ctx.actor.id, session_id):
        abort(404)
    return _ended(1)


@session_pages.post(f"{URL}/end")
@policy(SIGNED_IN)
def end_others() -> BaseResponse:
    """End all but the one of this device."""
    ctx = context()
    assert ctx.actor.id is not None
    return _ended(sessions.end_all(ctx.connection, ctx.actor.id, but=_this()))


def _this() -> int | None:
    call = current()
    return call.session.id if call is not None and call.session is not None else None


def _ended(count: int) -> BaseResponse:
    ctx = context()
    if count:
        told = {"user": ctx.actor.id, "count": count}
        audit.append(ctx.connection, ctx.actor, "session.end", ctx.actor.email, told)
    toasts.leave(Toast(text("sessions.ended", ctx.locale)))
    return go(URL)
