"""Everything there is: all lists that the reader may see, for installations with more than a menu holds."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response

from app.web import shell
from app.web.lifecycle import context
from app.web.places import listed
from app.web.policy import SIGNED_IN, policy
from app.web.render import render
from app.web.respond import respond
from app.web.texts import text

directory_pages: Final = Blueprint("directory_pages", __name__)


@directory_pages.get("/entities")
@policy(SIGNED_IN)
def index() -> Response:
    """Show all lists by name."""
    ctx = context()
    places = [{"url": place.url, "label": place.label.text(ctx.locale), "icon": place.icon} for place in listed(ctx)]
    title = text("shell.everything", ctx.locale)
    return respond(shell.answer(ctx, title, render("pages/directory.html", ctx.locale, title=title, places=places)))
