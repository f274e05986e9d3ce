"""Step-up: what changes rights demands a recent proof of who one is, and what was sent isn't lost over it.

A signed-in browser that somebody left alone must not be enough to give roles, make tokens or reset passwords. Where the
last proof is too old, the answer is a question: for the password, a code or a passkey, whatever the reader has. The
fields that were sent stay in its form, which posts to the same address. Who answers rightly has done both in one step.

Source: OWASP ASVS 5.0, 7.5.3 (step-up before sensitive changes); RFC 9470 for the status.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from flask import Flask, Response, current_app, request
from sqlalchemy import Connection, select
from werkzeug.exceptions import TooManyRequests

from app.context import Context
from app.system.factors import factors_of
from app.system.identities import is_linked
from app.system.people import asker
from app.system.sessions import FRESH, Session
from app.system.tables import User
from app.web import choosing, gate, lifecycle, sessions, shell
from app.web.lifecycle import PROVIDER, SAFE, ProveFirst
from app.web.limiting import count_failure, require_few_failures, turns
from app.web.policy import policy_of
from app.web.render import csrf, here, render
from app.web.respond import respond
from app.web.showing import is_shown
from app.web.texts import text

#: Names of the inputs that an answer stands in: a password, a code, what a passkey signed.
PROOF: Final = "_proof"
CODE: Final = "_code"
CREDENTIAL: Final = "_credential"
_ANSWERS: Final = (PROOF, CODE, CREDENTIAL)
#: The endpoint at which somebody gives himself another password.
CHANGE: Final = "security.change_password"
_NOT_KEPT: Final = frozenset({*_ANSWERS, "csrf_token"})
#: RFC 9110 demands a challenge, RFC 9470 has the words for this one; no browser opens a window of its own for it.
_CHALLENGE: Final = 'Session realm="Lotse", error="insufficient_user_authentication", max_age={seconds}'


def install(app: Flask) -> None:
    """Look at answers before the request's transaction is opened: checking one takes its time, or uses something up."""
    app.before_request(_check)
    app.before_request(_choose)
    app.register_error_handler(ProveFirst, _ask)


def _check() -> None:
    """Check the answer to the question, if the request carries one.

    Raises:
        ProveFirst: it is wrong.
        TooManyRequests: there were too many wrong ones, or too many passwords are being checked just now.
    """
    granted = policy_of(current_app, request.endpoint) if request.endpoint else None
    asked = granted is not None and (granted.fresh or request.endpoint == CHANGE) and request.method not in SAFE
    if not asked or not any(name in request.form for name in _ANSWERS):
        return
    with lifecycle.database().read() as connection:
        found = asker(connection, sessions.token())
    mine = found.session
    if mine is None or (found.has_factor and mine.factor_at is None):
        # Whoever still owes his second factor is asked for that first.
        return
    require_few_failures(current_app, *_limits(mine.user_id))
    if not _is_right(mine):
        count_failure(current_app, *_limits(mine.user_id))
        raise ProveFirst(wrong=True)
    sessions.prove(mine)


def _choose() -> None:
    """Look at a password that is being chosen: whoever may not choose it, or gives a wrong present one, costs no hash.

    Raises:
        TooManyRequests: there were too many wrong ones, or too many passwords are being checked just now.
        LotseError: whoever asks may not.
    """
    granted = policy_of(current_app, request.endpoint) if request.endpoint else None
    if granted is None or not granted.chooses or request.method in SAFE:
        return
    chosen = request.form.get(granted.chooses, "")
    if request.endpoint != CHANGE and not chosen:
        return
    mine = lifecycle.admit(granted).session
    if request.endpoint == CHANGE and not (mine and _is_present(mine)):
        return
    choosing.prepare(chosen)


def _is_present(mine: Session) -> bool:
    """Return whether the present password that somebody gives is his; it is a proof, so the same limits count.

    Whoever has none, since he signs in with a provider or a passkey, guesses nothing, and shows who he is as he does
    before other changes of rights.

    Raises:
        ProveFirst: he has none, and his last proof is too old.
        TooManyRequests: there were too many wrong ones, or too many passwords are being checked just now.
    """
    with lifecycle.database().read() as connection:
        if _password_of(connection, mine.user_id) is None:
            if not sessions.is_proved(mine):
                raise ProveFirst
            return True
    require_few_failures(current_app, *_limits(mine.user_id))
    right = _is_password(mine, request.form.get("password", ""))
    if not right:
        count_failure(current_app, *_limits(mine.user_id))
    return right


def _is_right(mine: Session) -> bool:
    given = {name: request.form.get(name, "") for name in _ANSWERS}
    if given[CODE] or given[CREDENTIAL]:
        return is_shown(mine, given[CODE], given[CREDENTIAL], datetime.now(UTC), alone=True)
    return _is_password(mine, given[PROOF])


def _is_password(mine: Session, given: str) -> bool:
    with lifecycle.database().read() as connection:
        stored = _password_of(connection, mine.user_id)
    with turns(current_app).turn(gate.address()) as my_turn:
        if not my_turn:
            raise TooManyRequests
        return choosing.matches(given, stored)


def _password_of(connection: Connection, user_id: int) -> str | None:
    found: str | None = connection.execute(select(User.password).where(User.id == user_id)).scalar_one()
    return found


def _anew(ctx: Context) -> str:
    """Return where the provider asks the reader anew, or nothing where it doesn't know him."""
    assert ctx.actor.id is not None
    known = lifecycle.running().settings.oidc_issuer and is_linked(ctx.connection, ctx.actor.id)
    return f"{PROVIDER}?anew=1" if known else ""


def _limits(user_id: int) -> tuple[tuple[str, str], ...]:
    """Return how many wrong answers there may be, of one person and from one place: as many as failed sign-ins."""
    return (gate.BY_ACCOUNT, f"proof user {user_id}"), (gate.BY_ADDRESS, f"proof {gate.address()}")


def _ask(error: ProveFirst) -> Response:
    """Show the question around what was sent."""
    lifecycle.find_reader()
    ctx = lifecycle.context()
    assert ctx.actor.id is not None
    kept = [(name, value) for name, value in request.form.items(multi=True) if name not in _NOT_KEPT]
    html = render(
        "pages/prove.html",
        ctx.locale,
        csrf=csrf(),
        action=here(),
        kept=kept,
        has_password=_password_of(ctx.connection, ctx.actor.id) is not None,
        factors=factors_of(ctx.connection, ctx.actor.id),
        anew=_anew(ctx),
        wrong=error.wrong,
    )
    page = shell.answer(ctx, text("prove.title", ctx.locale), html)
    response = respond(page, 401, target="#main", swap="innerHTML")
    response.headers["WWW-Authenticate"] = _CHALLENGE.format(seconds=int(FRESH.total_seconds()))
    return response
