"""What a reader chooses for himself: language, colours, density; and the table of keyboard shortcuts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask import Blueprint, Response, abort, request
from sqlalchemy import update
from werkzeug.wrappers import Response as BaseResponse

from app.language import LOCALES
from app.system.tables import User
from app.web import shell
from app.web.lifecycle import connection, context, current
from app.web.policy import SIGNED_IN, policy
from app.web.render import csrf, render
from app.web.respond import go, htmx, own_place, respond
from app.web.texts import text

account_pages: Final = Blueprint("account_pages", __name__)

_CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "locale": LOCALES,
    "theme": ("light", "dark", "auto"),
    "density": ("normal", "compact"),
}


@account_pages.get("/me")
@policy(SIGNED_IN)
def me() -> Response:
    """Show the reader's own settings."""
    ctx = context()
    title = text("shell.account", ctx.locale)
    return respond(shell.answer(ctx, title, render("pages/me.html", ctx.locale, actor=ctx.actor, csrf=csrf())))


@account_pages.post("/me")
@policy(SIGNED_IN)
def choose() -> BaseResponse:
    """Keep one choice and go back to where it was made."""
    chosen = {name: request.form[name] for name in _CHOICES if name in request.form}
    if not chosen or any(value not in _CHOICES[name] for name, value in chosen.items()):
        abort(400)
    call = current()
    assert call is not None
    connection().execute(update(User).where(User.id == call.actor.id).values(**chosen))
    return go(own_place(request.form.get("next", "/")))


@account_pages.get("/shortcuts")
@policy(SIGNED_IN)
def shortcuts() -> Response:
    """Show the keyboard shortcuts; for htmx as the content of the dialog."""
    ctx = context()
    title = text("keys.title", ctx.locale)
    return respond(shell.answer(ctx, title, render("pages/shortcuts.html", ctx.locale, dialog=htmx.partial)))
