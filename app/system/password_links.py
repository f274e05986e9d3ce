"""One-time links by which somebody chooses his password: made by whoever manages him, good for one use and two days."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Column, Connection, ForeignKey, Table, delete, select, update

from app.access.actor import NOBODY, Actor
from app.access.granting import may_admit
from app.errors import Forbidden
from app.meta.model import Model
from app.storage.ledger import FIXED
from app.storage.types import ID, TEXT, UtcDateTime
from app.system import audit
from app.system.entrance import end_access
from app.system.sessions import hash_of
from app.system.tables import User, now, table_of

#: How long a link is good for.
LASTS: Final = timedelta(hours=48)
_LONGEST: Final = 80
_USER: Final = table_of(User)

PASSWORD_LINK: Final = Table(
    "sys_password_link",
    FIXED,
    Column("id", ID, primary_key=True),
    Column("token_hash", TEXT, nullable=False, unique=True),
    Column("user_id", ID, ForeignKey("sys_user.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", ID, ForeignKey("sys_user.id"), nullable=True),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)


def make(connection: Connection, model: Model, actor: Actor, user_id: int, email: str, role_keys: Iterable[str]) -> str:
    """Make a link for somebody; earlier ones of his are worth nothing from here on.

    Args:
        connection: an open transaction; the caller commits it.
        model: what the roles say.
        actor: who makes it, and hands it on.
        user_id, email: for whom.
        role_keys: the roles that he has, and those that are lent to him.

    Returns:
        The link's token, which nobody can be told again.

    Raises:
        Forbidden: whoever has the link acts in the person's roles, and the actor can't give all of those.
    """
    refused = may_admit(model, actor, user_id, role_keys)
    if refused is not None:
        raise Forbidden(refused)
    token = secrets.token_urlsafe(32)
    connection.execute(delete(PASSWORD_LINK).where(PASSWORD_LINK.c.user_id == user_id))
    values = {"token_hash": hash_of(token), "user_id": user_id, "created_at": now(), "created_by": actor.id}
    connection.execute(PASSWORD_LINK.insert(), {**values, "expires_at": now() + LASTS})
    audit.append(connection, actor, "user.password_link", email, {"user": user_id})
    return token


def call_in(connection: Connection, user_id: int, *, but_of: int | None = None) -> None:
    """Make a user's links worthless: whoever holds one was trusted with the roles that he had, not with new ones.

    Args:
        connection: an open transaction; the caller commits it.
        user_id: whose links.
        but_of: who is changing the user; a link that he has made himself stays good.
    """
    gone = delete(PASSWORD_LINK).where(PASSWORD_LINK.c.user_id == user_id)
    if but_of is not None:
        gone = gone.where(PASSWORD_LINK.c.created_by.is_distinct_from(but_of))
    connection.execute(gone)


def owner(connection: Connection, token: str) -> tuple[int, str] | None:
    """Return whom a link is for, id and address, or None where it is used up, too old, or none."""
    asked = (
        select(_USER.c.id, _USER.c.email)
        .join(PASSWORD_LINK, PASSWORD_LINK.c.user_id == _USER.c.id)
        .where(PASSWORD_LINK.c.token_hash == hash_of(token[:_LONGEST]), PASSWORD_LINK.c.expires_at > now())
        .where(_USER.c.active.is_(True))
    )
    row = connection.execute(asked).first()
    return None if row is None else (int(row.id), str(row.email))


def use(connection: Connection, token: str, password: str) -> bool:
    """Set the password of a link's owner, end all his sessions and tokens, and use the link up.

    Args:
        connection: an open transaction; the caller commits it.
        token: out of the link.
        password: already hashed.

    Returns:
        Whether the link was good.
    """
    found = owner(connection, token)
    if found is None:
        return False
    user_id, email = found
    used = delete(PASSWORD_LINK).where(PASSWORD_LINK.c.token_hash == hash_of(token[:_LONGEST]))
    if connection.execute(used).rowcount != 1:
        return False
    connection.execute(delete(PASSWORD_LINK).where(PASSWORD_LINK.c.user_id == user_id))
    connection.execute(update(_USER).where(_USER.c.id == user_id).values(password=password, updated_at=now()))
    end_access(connection, NOBODY, user_id)
    audit.append(connection, NOBODY, "user.password_set", email, {"user": user_id})
    return True


def forget(connection: Connection, at: datetime, most: int) -> int:
    """Take away links that are too old, so many at most; returns how many those were."""
    over = select(PASSWORD_LINK.c.id).where(PASSWORD_LINK.c.expires_at <= at).limit(most)
    return int(connection.execute(delete(PASSWORD_LINK).where(PASSWORD_LINK.c.id.in_(over))).rowcount)
