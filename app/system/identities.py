"""Who somebody is at a provider of sign-ins: the provider's own, unchanging name for him, linked to an account once.

An e-mail address can pass to somebody else at the provider, a subject never does; so the address counts at the first
sign-in only. Source: OpenID Connect Core 1.0, section 5.7.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Column, Connection, ForeignKey, Table, UniqueConstraint, delete, select
from sqlalchemy.exc import IntegrityError

from app.access.actor import NOBODY
from app.access.granting import PERSON
from app.storage.ledger import FIXED
from app.storage.types import ID, TEXT, UtcDateTime
from app.system import audit
from app.system.tables import User, now, table_of

IDENTITY: Final = Table(
    "sys_identity",
    FIXED,
    Column("issuer", TEXT, primary_key=True),
    Column("subject", TEXT, primary_key=True),
    Column("user_id", ID, ForeignKey("sys_user.id", ondelete="CASCADE"), nullable=False),
    Column("linked_at", UtcDateTime, nullable=False),
    UniqueConstraint("user_id", "issuer"),
)
_USER: Final = table_of(User)


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom a provider has vouched for.

    Args:
        issuer: the provider.
        subject: its own name for the person.
        email: his address where the provider has verified it, else None.
        several_factors: whether the provider has seen more than one factor.
        proved_at: when the person last proved to the provider who he is, as far as it says, UTC without a zone.
    """

    issuer: str
    subject: str
    email: str | None
    several_factors: bool = False
    proved_at: datetime | None = None


def account_of(connection: Connection, identity: Identity) -> int | None:
    """Return the account of a person at a provider; none is ever made.

    Where the person is not linked to one yet, and has the verified address of an account that isn't linked to somebody
    else at this provider, the two are linked from here on.

    Args:
        connection: an open transaction that may write.
        identity: whom the provider has vouched for.

    Returns:
        The id of an active person, or None.
    """
    here = (IDENTITY.c.issuer == identity.issuer, IDENTITY.c.subject == identity.subject)
    linked = connection.execute(select(IDENTITY.c.user_id).where(*here)).scalar_one_or_none()
    may_enter = select(_USER.c.id, _USER.c.email).where(_USER.c.active.is_(True), _USER.c.kind == PERSON)
    if linked is not None:
        found = connection.execute(may_enter.where(_USER.c.id == linked)).first()
        return None if found is None else int(found.id)
    if identity.email is None:
        return None
    found = connection.execute(may_enter.where(_USER.c.email == _written(identity.email))).first()
    if found is None:
        return None
    row = {"issuer": identity.issuer, "subject": identity.subject, "user_id": found.id, "linked_at": now()}
    try:
        with connection.begin_nested():
            connection.execute(IDENTITY.insert(), row)
    except IntegrityError:
        # The account belongs to somebody else at this provider, who had the address before.
        return None
    audit.append(connection, NOBODY, "identity.link", found.email, {"user": found.id, "issuer": identity.issuer})
    return int(found.id)


def _written(email: str) -> str:
    """Return an address as accounts have it. Only plain letters are made small: others can turn into plain ones."""
    return email.strip().lower() if email.isascii() else email.strip()


def is_linked(connection: Connection, user_id: int) -> bool:
    """Return whether an account belongs to somebody at a provider."""
    return connection.execute(select(IDENTITY.c.user_id).where(IDENTITY.c.user_id == user_id)).first() is not None


def unlink(connection: Connection, user_id: int) -> int:
    """Forget who a user is at providers, so that his address counts anew; returns how many links it were."""
    return int(connection.execute(delete(IDENTITY).where(IDENTITY.c.user_id == user_id)).rowcount)
