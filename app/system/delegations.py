"""Delegations: somebody lends roles of his own to a colleague for a time. Lending never widens.

Each lent role is named by its row. The statement that a request starts with (`app.system.people`) looks each one up
among the lender's own roles: what he loses, the borrower loses at the next request; what was lent can't be lent on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Column, Connection, ForeignKey, Table, delete, or_, select, update

from app.access.actor import Actor
from app.access.granting import PERSON, is_handed_on
from app.access.rights import NEVER_LENT
from app.errors import DataErrors, FieldError, InvalidData
from app.language import Label
from app.meta.model import Model
from app.storage.ledger import FIXED
from app.storage.types import ID, TEXT, UtcDateTime
from app.system import audit
from app.system.tables import Role, User, UserRole, now, table_of

_USER: Final = table_of(User)
_ROLE: Final = table_of(Role)
_USER_ROLE: Final = table_of(UserRole)
#: The longest time that roles are lent for.
LONGEST: Final = timedelta(days=366)
_LONGEST_REASON: Final = 200

_NO_COLLEAGUE: Final = Label(
    "Wählen Sie einen Kollegen, der sich anmelden kann.", "Choose a colleague who can sign in."
)
_TECHNICAL: Final = Label(
    "Dieser Kollege hat nur technische Rollen: Ein anderer Administrator kann ihm ein Passwort setzen und käme so an "
    "Ihre Daten. Wählen Sie einen anderen Kollegen.",
    "This colleague has technical roles only: another administrator can set his password and would get at your data "
    "that way. Choose another colleague.",
)
_NO_END: Final = Label(
    "Wählen Sie einen Tag ab heute, höchstens ein Jahr entfernt.", "Choose a day from today on, at most a year away."
)
_NO_ROLES: Final = Label(
    "Wählen Sie mindestens eine der Rollen, die Sie verleihen können.", "Choose at least one of the roles you can lend."
)
_LONG_REASON: Final = Label(
    "Der Grund ist länger als {most} Zeichen. Fassen Sie ihn kürzer.",
    "The reason is longer than {most} characters. Make it shorter.",
)

#: Who lends to whom, from when until when, and why.
DELEGATION: Final = Table(
    "sys_delegation",
    FIXED,
    Column("id", ID, primary_key=True),
    Column("from_id", ID, ForeignKey("sys_user.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("to_id", ID, ForeignKey("sys_user.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("starts_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    Column("reason", TEXT, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)
#: The roles that a delegation lends.
DELEGATION_ROLE: Final = Table(
    "sys_delegation_role",
    FIXED,
    Column("delegation_id", ID, ForeignKey("sys_delegation.id", ondelete="CASCADE"), primary_key=True),
    Column("role_id", ID, ForeignKey("sys_role.id", ondelete="CASCADE"), primary_key=True),
)


@dataclass(frozen=True, slots=True)
class Delegation:
    """Roles that somebody has lent.

    Args:
        id: its id.
        from_id, lender: who has lent them.
        to_id, borrower: to whom.
        ends_at: until when, UTC without a zone.
        reason: why.
        roles: keys of the roles.
    """

    id: int
    from_id: int
    lender: str
    to_id: int
    borrower: str
    ends_at: datetime
    reason: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Loan:
    """What somebody wants to lend.

    Args:
        to_id: to whom, or None where nobody was chosen.
        ends_at: until when, UTC without a zone, or None.
        roles: keys of his own roles.
        reason: why; may be blank.
    """

    to_id: int | None
    ends_at: datetime | None
    roles: tuple[str, ...]
    reason: str


def lendable(connection: Connection, model: Model, user_id: int) -> tuple[str, ...]:
    """Return the keys of the roles that somebody can lend: his own, but for those over people or technology."""
    valid = or_(_USER_ROLE.c.until.is_(None), _USER_ROLE.c.until > now())
    asked = select(_ROLE.c.name).join(_USER_ROLE, _USER_ROLE.c.role_id == _ROLE.c.id).order_by(_ROLE.c.name)
    keys = connection.execute(asked.where(_USER_ROLE.c.user_id == user_id, valid)).scalars()
    return tuple(key for key in keys if key in model.roles and not model.roles[key].capabilities & NEVER_LENT)


def lend(connection: Connection, model: Model, actor: Actor, loan: Loan) -> int:
    """Lend roles to a colleague, from now on.

    Args:
        connection: an open transaction; the caller commits it.
        model: what the roles say.
        actor: who lends.
        loan: what, to whom and until when.

    Raises:
        InvalidData: something speaks against it.
    """
    assert actor.id is not None
    at, found = now(), dict[str, tuple[FieldError, ...]]()
    asked = select(_USER.c.id).where(_USER.c.id == loan.to_id, _USER.c.active.is_(True), _USER.c.kind == PERSON)
    borrower = None if loan.to_id in (None, actor.id) else connection.execute(asked).scalar_one_or_none()
    if borrower is None:
        found["to"] = (FieldError("delegation.to", _NO_COLLEAGUE),)
    elif _is_out_of_hand(connection, model, borrower, loan.roles):
        found["to"] = (FieldError("delegation.technical", _TECHNICAL),)
    if loan.ends_at is None or not at < loan.ends_at <= at + LONGEST:
        found["until"] = (FieldError("delegation.until", _NO_END),)
    if not loan.roles or not set(loan.roles) <= set(lendable(connection, model, actor.id)):
        found["roles"] = (FieldError("delegation.roles", _NO_ROLES),)
    if len(loan.reason) > _LONGEST_REASON or not loan.reason.isprintable():
        found["reason"] = (FieldError("delegation.reason", _LONG_REASON.format(most=_LONGEST_REASON)),)
    if found:
        raise InvalidData(DataErrors(found))
    assert loan.ends_at is not None
    row = {"from_id": actor.id, "to_id": loan.to_id, "reason": loan.reason.strip()}
    times = {"starts_at": at, "ends_at": loan.ends_at, "created_at": at}
    made = DELEGATION.insert().values(**row, **times).returning(DELEGATION.c.id)
    delegation_id = int(connection.execute(made).scalar_one())
    ids = connection.execute(select(_ROLE.c.id).where(_ROLE.c.name.in_(loan.roles))).scalars().all()
    connection.execute(DELEGATION_ROLE.insert(), [{"delegation_id": delegation_id, "role_id": one} for one in ids])
    told = {"to": loan.to_id, "roles": sorted(loan.roles), "until": loan.ends_at.isoformat()}
    audit.append(connection, actor, "delegation.create", str(delegation_id), told)
    return delegation_id


def _is_out_of_hand(connection: Connection, model: Model, borrower: int, lent: Sequence[str]) -> bool:
    """Return whether somebody else may know how to get into the borrower's account who may not have these roles."""
    asked = select(_ROLE.c.name).join(_USER_ROLE, _USER_ROLE.c.role_id == _ROLE.c.id)
    own = connection.execute(asked.where(_USER_ROLE.c.user_id == borrower)).scalars().all()
    return is_handed_on(model, PERSON, own, (*own, *lent))


def lent_to(connection: Connection, user_ids: Sequence[int] | None) -> dict[int, list[str]]:
    """Return the keys of the roles that are lent to some users, or to all, as far as the loans haven't ended.

    Those that begin later count, too, and those whose lender lacks the role just now: he may get it back.
    """
    source = DELEGATION.join(DELEGATION_ROLE, DELEGATION_ROLE.c.delegation_id == DELEGATION.c.id)
    source = source.join(_ROLE, _ROLE.c.id == DELEGATION_ROLE.c.role_id)
    asked = select(DELEGATION.c.to_id, _ROLE.c.name).select_from(source).where(DELEGATION.c.ends_at > now()).distinct()
    if user_ids is not None:
        asked = asked.where(DELEGATION.c.to_id.in_(user_ids))
    found: dict[int, list[str]] = {}
    for to_id, key in connection.execute(asked.order_by(DELEGATION.c.to_id, _ROLE.c.name)):
        found.setdefault(to_id, []).append(key)
    return found


def delegations_of(connection: Connection, user_id: int) -> tuple[Delegation, ...]:
    """Return what somebody has lent or been lent, as far as it hasn't ended."""
    lender, borrower = _USER.alias("lender"), _USER.alias("borrower")
    columns = (
        DELEGATION.c.id, DELEGATION.c.from_id, lender.c.name.label("lender"), DELEGATION.c.to_id,
        borrower.c.name.label("borrower"), DELEGATION.c.ends_at, DELEGATION.c.reason, _ROLE.c.name.label("role"),
    )  # fmt: skip
    source = (
        DELEGATION.join(lender, lender.c.id == DELEGATION.c.from_id)
        .join(borrower, borrower.c.id == DELEGATION.c.to_id)
        .join(DELEGATION_ROLE, DELEGATION_ROLE.c.delegation_id == DELEGATION.c.id)
        .join(_ROLE, _ROLE.c.id == DELEGATION_ROLE.c.role_id)
    )
    mine = or_(DELEGATION.c.from_id == user_id, DELEGATION.c.to_id == user_id)
    rows = connection.execute(
        select(*columns).select_from(source).where(mine, DELEGATION.c.ends_at > now()).order_by(DELEGATION.c.id, "role")
    ).all()
    found: dict[int, Delegation] = {}
    for row in rows:
        known = found.get(row.id) or Delegation(
            row.id, row.from_id, row.lender, row.to_id, row.borrower, row.ends_at, row.reason, ()
        )
        found[row.id] = replace(known, roles=(*known.roles, row.role))
    return tuple(found.values())


def end(connection: Connection, actor: Actor, user_id: int, delegation_id: int) -> bool:
    """End a delegation at once; return whether that person had lent or been lent it.

    Args:
        connection: an open transaction; the caller commits it.
        actor: who ends it.
        user_id: lender or borrower.
        delegation_id: which one.
    """
    mine = or_(DELEGATION.c.from_id == user_id, DELEGATION.c.to_id == user_id)
    ended = update(DELEGATION).where(DELEGATION.c.id == delegation_id, mine, DELEGATION.c.ends_at > now())
    if connection.execute(ended.values(ends_at=now())).rowcount != 1:
        return False
    audit.append(connection, actor, "delegation.end", str(delegation_id), {"user": user_id})
    return True


def forget(connection: Connection, at: datetime, most: int) -> int:
    """Take away delegations that have ended, so many at most; the audit trail keeps who lent what to whom."""
    over = select(DELEGATION.c.id).where(DELEGATION.c.ends_at <= at).order_by(DELEGATION.c.id).limit(most)
    ids = connection.execute(over).scalars().all()
    connection.execute(delete(DELEGATION_ROLE).where(DELEGATION_ROLE.c.delegation_id.in_(ids)))
    return int(connection.execute(delete(DELEGATION).where(DELEGATION.c.id.in_(ids))).rowcount)
