"""Sessions live on the server: a cookie holds a random token, the database knows its hash, whose it is and until when.

A row that is gone is a session that is over, in every worker, at the next request. The statement that a request starts
with (`app.system.people.actor_and_head`) joins the row, so asking costs nothing more.

Source: OWASP ASVS 5.0, V7 (session management).
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Boolean, Column, Connection, ForeignKey, Table, delete, or_, select, update

from app.storage.ledger import FIXED
from app.storage.types import ID, TEXT, UtcDateTime

#: How long a session lasts without a request, and in all; with "keep me signed in" and without.
IDLE: Final = timedelta(hours=8)
LONGEST: Final = timedelta(hours=16)
IDLE_KEPT: Final = timedelta(days=14)
LONGEST_KEPT: Final = timedelta(days=30)
#: How exactly it is known when a session was last seen; more would be a write with every page.
SEEN_EVERY: Final = timedelta(minutes=5)
#: How long a proof of who one is counts for what changes rights (ASVS 7.5.3).
FRESH: Final = timedelta(minutes=15)
_TOKEN_BYTES: Final = 32
_LONGEST_AGENT: Final = 400

SESSION: Final = Table(
    "sys_session",
    FIXED,
    Column("id", ID, primary_key=True),
    Column("token_hash", TEXT, nullable=False, unique=True),
    Column("user_id", ID, ForeignKey("sys_user.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("idle_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
    Column("fresh_at", UtcDateTime, nullable=False),
    Column("kept", Boolean, nullable=False),
    Column("address", TEXT, nullable=False),
    Column("agent", TEXT, nullable=False),
    Column("factor_at", UtcDateTime),
    Column("challenge", TEXT),
)


@dataclass(frozen=True, slots=True)
class Session:
    """A session that somebody has open.

    Args:
        id: its row; no secret.
        user_id: whose it is.
        created_at: when it began.
        seen_at: when it was last used, to five minutes.
        fresh_at: when its owner last proved who he is.
        kept: whether it was begun with "keep me signed in".
        address: where it was begun from.
        agent: what the browser called itself.
        factor_at: when its owner showed a second factor in it, or None.
    """

    id: int
    user_id: int
    created_at: datetime
    seen_at: datetime
    fresh_at: datetime
    kept: bool
    address: str
    agent: str
    factor_at: datetime | None = None

    def is_fresh(self, now: datetime) -> bool:
        """Return whether the last proof is recent enough for what changes rights."""
        return now - self.fresh_at < FRESH

    def is_stale(self, now: datetime) -> bool:
        """Return whether it should be noted again that the session is in use."""
        return now - self.seen_at >= SEEN_EVERY


def hash_of(token: str) -> str:
    """Return what is stored of a token: it is random, so a plain hash can't be turned back."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def new_token() -> tuple[str, str]:
    """Make a token for a cookie; returns it and what is stored of it."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    return token, hash_of(token)


def begin(
    connection: Connection,
    user_id: int,
    now: datetime,
    address: str,
    agent: str,
    *,
    kept: bool,
    factor: bool = False,
    fresh_at: datetime | None = None,
) -> str:
    """Begin a session, and take the user's expired ones away.

    Args:
        connection: an open transaction that may write.
        user_id: whose it is.
        now: the time, UTC without a zone.
        address: where he sits.
        agent: what his browser calls itself.
        kept: whether he stays signed in.
        factor: whether he has shown a second factor already.
        fresh_at: when he proved who he is; just now where nothing is said.

    Returns:
        The token for the cookie; it is stored nowhere.
    """
    token, hashed = new_token()
    connection.execute(delete(SESSION).where(SESSION.c.user_id == user_id, SESSION.c.expires_at <= now))
    connection.execute(
        SESSION.insert(),
        {
            "token_hash": hashed,
            "user_id": user_id,
            "created_at": now,
            "seen_at": now,
            "idle_at": now + (IDLE_KEPT if kept else IDLE),
            "expires_at": now + (LONGEST_KEPT if kept else LONGEST),
            "fresh_at": fresh_at or now,
            "kept": kept,
            "address": address,
            "agent": agent[:_LONGEST_AGENT].replace("\0", " "),
            "factor_at": now if factor else None,
        },
    )
    return token


def touch(connection: Connection, session: Session, now: datetime) -> None:
    """Note that a session is in use."""
    idle_at = now + (IDLE_KEPT if session.kept else IDLE)
    connection.execute(update(SESSION).where(SESSION.c.id == session.id).values(seen_at=now, idle_at=idle_at))


def freshen(connection: Connection, session_id: int, now: datetime) -> None:
    """Note that a session's owner has just proved again who he is."""
    connection.execute(update(SESSION).where(SESSION.c.id == session_id).values(fresh_at=now))


def open_sessions(connection: Connection, user_id: int, now: datetime) -> tuple[Session, ...]:
    """Return a user's open sessions, the last used one first."""
    names = Session.__dataclass_fields__
    rows = connection.execute(
        select(*(SESSION.c[name] for name in names))
        .where(SESSION.c.user_id == user_id, SESSION.c.expires_at > now, SESSION.c.idle_at > now)
        .order_by(SESSION.c.seen_at.desc(), SESSION.c.id.desc())
    ).mappings()
    return tuple(Session(**row) for row in rows)


def end_one(connection: Connection, user_id: int, session_id: int) -> bool:
    """End one session of a user; somebody else's is left alone. Returns whether there was one."""
    ended = delete(SESSION).where(SESSION.c.id == session_id, SESSION.c.user_id == user_id)
    return bool(connection.execute(ended).rowcount)


def end_all(connection: Connection, user_id: int, *, but: int | None = None) -> int:
    """End all sessions of a user, but for one where it is named; returns how many there were."""
    ended = delete(SESSION).where(SESSION.c.user_id == user_id)
    if but is not None:
        ended = ended.where(SESSION.c.id != but)
    return int(connection.execute(ended).rowcount)


def forget(connection: Connection, at: datetime, most: int) -> int:
    """Take away sessions that are over, so many at most; returns how many those were."""
    over = select(SESSION.c.id).where(or_(SESSION.c.expires_at <= at, SESSION.c.idle_at <= at)).limit(most)
    return int(connection.execute(delete(SESSION).where(SESSION.c.id.in_(over))).rowcount)
