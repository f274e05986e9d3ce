"""What keeps somebody out by mistake is taken off by whoever may let him in: lost second factors, a provider's link.

Both end his sessions: whoever sits at one of them may be the reason.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from app.access.actor import Actor
from app.access.granting import may_admit
from app.errors import Forbidden
from app.language import Label
from app.meta.model import Model
from app.system import audit, factors, identities
from app.system.accounts import Account
from app.system.sessions import end_all

_OWN: Final = Label(
    "Ihre eigenen zweiten Faktoren nehmen Sie unter „Mein Konto“ weg. Kommen Sie nicht mehr an sie heran, bitten Sie "
    "einen Kollegen, der Benutzer führt.",
    "You take your own second factors off under “My account”. If you can't reach them any more, ask a colleague who "
    "manages people.",
)


def may_take_off(model: Model, actor: Actor, stored: Account) -> Label | None:
    """Return why somebody may not take off what keeps a user out; None where he may."""
    if stored.id == actor.id:
        return _OWN
    return may_admit(model, actor, stored.id, stored.acts_in)


def take_factors_off(connection: Connection, model: Model, actor: Actor, stored: Account) -> int:
    """Take all second factors of somebody off who lost them, and end his sessions.

    Args:
        connection: an open transaction; the caller commits it.
        model: what the roles say.
        actor: who does it.
        stored: whose factors.

    Returns:
        How many apps, passkeys and codes it were.

    Raises:
        Forbidden: whoever takes them off comes nearer to the user's roles, and the actor can't give all of those.
    """
    _require(model, actor, stored)
    removed = factors.remove_all(connection, stored.id)
    if removed:
        end_all(connection, stored.id)
        audit.append(connection, actor, "factor.take_off", stored.email, {"user": stored.id, "count": removed})
    return removed


def unlink(connection: Connection, model: Model, actor: Actor, stored: Account) -> int:
    """Forget who somebody is at a provider of sign-ins, so that his address counts anew; returns how many links.

    Raises:
        Forbidden: the actor can't give all of the user's roles.
    """
    _require(model, actor, stored)
    removed = identities.unlink(connection, stored.id)
    if removed:
        end_all(connection, stored.id)
        audit.append(connection, actor, "identity.unlink", stored.email, {"user": stored.id, "count": removed})
    return removed


def _require(model: Model, actor: Actor, stored: Account) -> None:
    refused = may_take_off(model, actor, stored)
    if refused is not None:
        raise Forbidden(refused)
