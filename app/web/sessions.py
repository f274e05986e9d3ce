"""The cookie's side of sessions: which token a request carries, and the row that a sign-in begins.

Flask-Login keeps saying who is signed in to the pages of Flask-Security; whether that is still so, the row decides.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from flask import current_app, g, request, session
from sqlalchemy.exc import OperationalError

from app.storage.database import Database
from app.system.sessions import Session, begin, freshen, touch
from app.system.tables import now

#: Where the cookie keeps the token.
TOKEN: Final = "token"  # noqa: S105  a name
#: What Flask-Login keeps about who is signed in.
_LOGIN: Final = ("_user_id", "_fresh", "_id", TOKEN)
_BEGUN: Final = "lotse_session_of"
_PROVED: Final = "lotse_session_proved"
_VOUCHED: Final = "lotse_session_vouched"


def token() -> str | None:
    """Return the token that the request's cookie carries, or None."""
    found = session.get(TOKEN)
    return found if isinstance(found, str) else None


def forget() -> None:
    """Let go of a sign-in that isn't one any more, so that no library takes the cookie's word for it."""
    for name in _LOGIN:
        if name in session:
            del session[name]
    if current_app.config["REMEMBER_COOKIE_NAME"] in request.cookies:
        # An older version of the product used this cookie; Flask-Login takes it away.
        session["_remember"] = "clear"


def signed_in(user_id: int) -> None:
    """Note that somebody has just signed in; his session begins when the request's transaction has ended."""
    kept = session.pop("_remember", None) == "set"
    session.pop("_remember_seconds", None)
    session.permanent = kept
    setattr(g, _BEGUN, (user_id, kept))


def vouched(*, factor: bool, proved_at: datetime) -> None:
    """Note what a provider has seen of whoever has just signed in with it.

    Args:
        factor: whether he has shown a second factor.
        proved_at: when he proved to it who he is; a provider lets people in for hours without asking.
    """
    setattr(g, _VOUCHED, (factor, proved_at))


def prove(proved: Session) -> None:
    """Note that the owner of a session has just proved who he is; whatever becomes of the request, it is kept."""
    setattr(g, _PROVED, proved.id)


def is_proved(asked: Session | None) -> bool:
    """Return whether the owner of a session has proved lately, or in this very request, who he is."""
    return asked is not None and (asked.is_fresh(now()) or g.get(_PROVED) == asked.id)


def settle(database: Database, address: Callable[[], str], seen: Session | None, *, kept: bool) -> None:
    """Write what is to be known of sessions after a request, in a short transaction of its own.

    Args:
        database: where sessions are.
        address: finds out where the visitor sits; asked where a session begins.
        seen: the session that the request used.
        kept: whether the request's own transaction was committed.
    """
    begun, proved = g.pop(_BEGUN, None), g.pop(_PROVED, None)
    if proved is not None:
        with database.write() as connection:
            freshen(connection, proved, now())
    if begun is not None and kept:
        user_id, stays = begun
        with database.write() as connection:
            agent = request.user_agent.string
            factor, fresh_at = g.pop(_VOUCHED, (False, None))
            session[TOKEN] = begin(
                connection, user_id, now(), address(), agent, kept=stays, factor=factor, fresh_at=fresh_at
            )
    elif seen is not None and seen.is_stale(now()):
        try:
            with database.write() as connection:
                touch(connection, seen, now())
        except OperationalError:
            # A busy database: the next page notes it as well, and this one has its answer already.
            return
