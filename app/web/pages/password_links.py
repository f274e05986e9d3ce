"""The page behind a one-time link: somebody who isn't signed in chooses his password."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as BaseResponse

from app.system import password_links
from app.web import choosing, problems, toasts
from app.web.lifecycle import connection, database, locale
from app.web.policy import GATE, WITH_LINK, policy
from app.web.problems import Problem
from app.web.render import csrf, preferences, render
from app.web.respond import go, respond
from app.web.texts import TEXTS, text
from app.web.toasts import Toast

password_link_pages: Final = Blueprint("password_link_pages", __name__)

_URL: Final = "/password/<token>"


@password_link_pages.get(_URL)
@policy(GATE)
def ask(token: str) -> Response:
    """Show the form, as long as the link is good."""
    found = password_links.owner(connection(), token)
    return _gone() if found is None else _page(found[1])


@password_link_pages.post(_URL)
@policy(WITH_LINK)
def choose(token: str) -> BaseResponse:
    """Set the password, end the person's sessions and tokens, and lead to the sign-in page, which says so."""
    with database().read() as reading:
        found = password_links.owner(reading, token)
    if found is None:
        return _gone()
    given = request.form.get("password", "")
    if given != request.form.get("again", ""):
        return _page(found[1], different=text("link.different", locale()))
    weak = choosing.weakness(given, (found[1],))
    if weak is not None:
        return _page(found[1], weak=weak.text(locale()))
    stored = choosing.hashed(given)
    with database().write() as writing:
        used = password_links.use(writing, token, stored)
    if not used:
        return _gone()
    toasts.leave(Toast(text("link.done", locale())))
    return go("/login")


def _gone() -> Response:
    return problems.answer(Problem(404, TEXTS["link.gone"], TEXTS["link.gone_hint"]))


def _page(email: str, *, weak: str = "", different: str = "") -> Response:
    values = {"csrf": csrf(), "preferences": preferences(), "email": email, "weak": weak, "different": different}
    page = render("pages/password_link.html", locale(), **values)
    return respond(page, 422 if weak or different else 200)
