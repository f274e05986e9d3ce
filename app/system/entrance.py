"""By what somebody gets in: a password, second factors, a provider's word, sessions, tokens; what ends with what."""

from __future__ import annotations

from sqlalchemy import Connection, update

from app.access.actor import Actor
from app.system.factors import remove_all
from app.system.identities import unlink
from app.system.sessions import end_all
from app.system.tables import User, table_of
from app.system.tokens import revoke_all


def end_access(connection: Connection, actor: Actor, user_id: int, *, but: int | None = None) -> int:
    """End whatever was opened with the password from before: sessions, and tokens that were made in them.

    Whoever gives himself another password, or is given one, may do so because somebody else knew the old one. A token
    that this one has made would stay good for up to a year.

    Args:
        connection: an open transaction, that in which the password is set; the caller commits it.
        actor: who sets the password.
        user_id: whose it is.
        but: a session that stays, or None.

    Returns:
        How many tokens have ended.
    """
    end_all(connection, user_id, but=but)
    return revoke_all(connection, actor, user_id)


def forget_entrance(connection: Connection, actor: Actor, user_id: int) -> None:
    """Take away everything by which somebody signs in; he needs a new link from whoever may make one now."""
    user = table_of(User)
    connection.execute(update(user).where(user.c.id == user_id).values(password=None))
    remove_all(connection, user_id)
    unlink(connection, user_id)
    end_access(connection, actor, user_id)
