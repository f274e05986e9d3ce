"""Step-up: what changes rights demands a recent proof of who one is, and what was sent isn't lost over it.

A signed-in browser that somebody left alone must not be enough to give roles, make tokens or reset passwords. Where the
last proof is too old, the answer is the password question; the fields that were sent stay in its form, which posts to
the same address. Who answers rightly has done both in one step.

Source: OWASP ASVS 5.0, 7.5.3 (step-up before sensitive changes); RFC 9470 for the status.
"""

from __future__ import annotations

from typing import Final

from flask import Flask, Response, current_app, request
from sqlalchemy import select
from werkzeug.exceptions import TooManyRequests

from app.system.people import asker
from app.system.tables import User
from app.web import gate, lifecycle, sessions, shell
from app.web.lifecycle import SAFE, ProveFirst
from app.web.limiting import count_failure, require_few_failures, turns
from app.web.passwords import matches
from app.web.policy import policy_of
from app.web.render import csrf, here, render
from app.web.respond import respond
from app.web.texts import text

#: Name of the input that the answer stands in.
PROOF: Final = "_proof"
_NOT_KEPT: Final = frozenset({PROOF, "csrf_token"})


def install(app: Flask) -> None:
    """Look at answers before the request's transaction is opened: checking a password takes its time."""
    app.before_request(_check)
    app.register_error_handler(ProveFirst, _ask)


def _check() -> None:
    """Check the answer to the password question, if the request carries one.

    Raises:
        ProveFirst: it is wrong.
        TooManyRequests: there were too many wrong ones, or too many passwords are being checked just now.
    """
    granted = policy_of(current_app, request.endpoint) if request.endpoint else None
    given = request.form.get(PROOF) if granted is not None and granted.fresh and request.method not in SAFE else None
    if given is None:
        return
    with lifecycle.database().read() as connection:
        session = asker(connection, sessions.token()).session
        if session is None:
            return
        stored = connection.execute(select(User.password).where(User.id == session.user_id)).scalar_one()
    require_few_failures(current_app, *_limits(session.user_id))
    with turns(current_app).turn() as mine:
        if not mine:
            raise TooManyRequests
        right = matches(given, stored)
    if not right:
        count_failure(current_app, *_limits(session.user_id))
        raise ProveFirst(wrong=True)
    sessions.prove(session)


def _limits(user_id: int) -> tuple[tuple[str, str], ...]:
    """Return how many wrong answers there may be, of one person and from one place: as many as failed sign-ins."""
    return (gate.BY_ACCOUNT, f"proof user {user_id}"), (gate.BY_ADDRESS, f"proof {gate.address()}")


def _ask(error: ProveFirst) -> Response:
    """Show the password question around what was sent."""
    lifecycle.find_reader()
    ctx = lifecycle.context()
    kept = [(name, value) for name, value in request.form.items(multi=True) if name not in _NOT_KEPT]
    html = render(
        "pages/prove.html",
        ctx.locale,
        csrf=csrf(),
        action=here(),
        kept=kept,
        wrong=error.wrong,
    )
    return respond(shell.answer(ctx, text("prove.title", ctx.locale), html), 401, target="#main", swap="innerHTML")
