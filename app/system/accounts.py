"""Accounts of people and programs: who there is, in which roles, and every change of it, checked and written down.

The people's pages change accounts through here. What somebody loses he loses at once: a change of his roles, his team,
his address or his activity ends his sessions in the same transaction.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from email_validator import EmailNotValidError
from sqlalchemy import Connection, RowMapping, delete, select, update
from sqlalchemy.exc import IntegrityError

from app.access.actor import Actor
from app.access.granting import is_handed_on, may_admit, may_grant, may_hold
from app.errors import DataErrors, FieldError, InvalidData
from app.expr.fold import fold
from app.language import LOCALES, Label
from app.meta.model import Model
from app.system import audit
from app.system.delegations import lent_to
from app.system.entrance import forget_entrance
from app.system.identities import unlink
from app.system.password_links import call_in
from app.system.people import sync_roles
from app.system.seen import count_up
from app.system.sessions import end_all
from app.system.spelling import spelled
from app.system.tables import Role, Team, User, UserRole, now, table_of
from app.system.tokens import revoke_all

_USER: Final = table_of(User)
_ROLE: Final = table_of(Role)
_TEAM: Final = table_of(Team)
_USER_ROLE: Final = table_of(UserRole)
_COLUMNS: Final = ("id", "email", "name", "active", "kind", "version", "team_id", "locale", "created_at")
_LONGEST_NAME: Final = 200
#: What somebody signs in with, or which decides what he sees: a change ends his sessions.
_DECISIVE: Final = ("email", "active", "team_id")

_NO_NAME: Final = Label(
    "Der Name fehlt oder ist länger als {most} Zeichen. Schreiben Sie, wie Kollegen ihn nennen.",
    "The name is missing or longer than {most} characters. Write what colleagues call them.",
)
_NO_EMAIL: Final = Label(
    "Das ist keine E-Mail-Adresse. Schreiben Sie sie wie name@firma.de.",
    "This is no e-mail address. Write it like name@company.com.",
)
_TAKEN: Final = Label(
    "Diese E-Mail-Adresse hat schon jemand. Nehmen Sie eine andere.",
    "Somebody has this e-mail address already. Take another one.",
)
_NO_TEAM: Final = Label("Dieses Team gibt es nicht. Wählen Sie ein anderes.", "There is no such team. Choose another.")
_NO_LANGUAGE: Final = Label(
    "Diese Sprache gibt es hier nicht. Wählen Sie eine der angebotenen.",
    "There is no such language here. Choose one of those offered.",
)
_NO_ROLE: Final = Label(
    "Die Rolle „{role}“ gibt es nicht. Laden Sie die Seite neu.", "There is no role “{role}”. Load the page again."
)
_ENDED: Final = Label(
    "Dieser Tag ist schon vorbei. Wählen Sie heute oder einen späteren.",
    "This day is over. Choose today or a later one.",
)
_NOT_YOURSELF: Final = Label(
    "Ihr eigenes Team und ob Sie aktiv sind, ändert ein Kollege. Bitten Sie einen, der das darf.",
    "Your own team, and whether you are active, is changed by a colleague. Ask one who may.",
)


@dataclass(frozen=True, slots=True)
class Held:
    """A role that somebody has.

    Args:
        role: its key.
        area_team_id: the team that its scopes mean in place of his own, or None.
        until: when it ends, UTC without a zone, or None.
    """

    role: str
    area_team_id: int | None = None
    until: datetime | None = None

    def is_valid(self, at: datetime) -> bool:
        """Return whether it hasn't ended."""
        return self.until is None or self.until > at


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an account is to be.

    Args:
        email: what he signs in with.
        name: what colleagues call him.
        active: whether he may sign in.
        team_id: his team, or None.
        locale: the language he reads.
        roles: what he acts in.
    """

    email: str
    name: str
    active: bool = True
    team_id: int | None = None
    locale: str = "de"
    roles: tuple[Held, ...] = ()


@dataclass(frozen=True, slots=True)
class Account:
    """An account as it is stored; see `Wanted` for what can be changed.

    Args:
        kind: `person` or `technical`.
        version: counted up by every change.
        lent: keys of the roles that others lend him.
    """

    id: int
    email: str
    name: str
    active: bool
    kind: str
    version: int
    team_id: int | None
    locale: str
    created_at: datetime
    roles: tuple[Held, ...] = ()
    lent: tuple[str, ...] = ()

    @property
    def acts_in(self) -> tuple[str, ...]:
        """Return the keys of the roles in which whoever gets into the account acts or will act, lent ones too."""
        return (*(held.role for held in self.roles), *self.lent)


def accounts(connection: Connection, kind: str, find: str = "", *, active: bool | None = True) -> tuple[Account, ...]:
    """Return the accounts of a kind by name.

    Args:
        connection: an open transaction.
        kind: `person` or `technical`.
        find: a part of name or address; blank for all.
        active: those who may sign in, those who may not, or None for both.
    """
    asked = select(*(_USER.c[name] for name in _COLUMNS)).where(_USER.c.kind == kind)
    if active is not None:
        asked = asked.where(_USER.c.active.is_(active))
    rows = connection.execute(asked.order_by(_USER.c.name, _USER.c.id)).mappings().all()
    wanted = fold(find.strip())
    found = [row for row in rows if wanted in fold(row["name"]) or wanted in fold(row["email"])]
    user_ids = None if len(found) > 1 else [row["id"] for row in found]
    held, lent = _held(connection, user_ids), lent_to(connection, user_ids)
    return tuple(_account(row, held, lent) for row in found)


def account(connection: Connection, kind: str, user_id: int) -> Account | None:
    """Return one account, or None where there is none of this kind."""
    asked = select(*(_USER.c[name] for name in _COLUMNS)).where(_USER.c.kind == kind, _USER.c.id == user_id)
    row = connection.execute(asked).mappings().first()
    return None if row is None else _account(row, _held(connection, [user_id]), lent_to(connection, [user_id]))


def _account(row: RowMapping, held: Mapping[int, Sequence[Held]], lent: Mapping[int, Sequence[str]]) -> Account:
    return Account(**row, roles=tuple(held.get(row["id"], ())), lent=tuple(lent.get(row["id"], ())))


def _held(connection: Connection, user_ids: Sequence[int] | None) -> dict[int, list[Held]]:
    """Return the roles of some users, or of all."""
    columns = (_USER_ROLE.c.user_id, _ROLE.c.name, _USER_ROLE.c.area_team_id, _USER_ROLE.c.until)
    asked = select(*columns).join(_ROLE, _ROLE.c.id == _USER_ROLE.c.role_id).order_by(_ROLE.c.name)
    if user_ids is not None:
        asked = asked.where(_USER_ROLE.c.user_id.in_(user_ids))
    found: dict[int, list[Held]] = {}
    for row in connection.execute(asked):
        found.setdefault(row.user_id, []).append(Held(row.name, row.area_team_id, row.until))
    return found


def create(connection: Connection, model: Model, actor: Actor, kind: str, wanted: Wanted) -> int:
    """Make an account, without a password: a one-time link gives it one.

    Args:
        connection: an open transaction; the caller commits it.
        model: what the roles say.
        actor: who makes it.
        kind: `person` or `technical`.
        wanted: what it is to be.

    Raises:
        InvalidData: something speaks against it.
    """
    values = _checked(connection, model, actor, None, kind, wanted)
    row = {**values, "kind": kind, "fs_uniquifier": secrets.token_hex(16), "theme": "auto", "density": "normal"}
    made = _USER.insert().values(**row, created_at=now(), updated_at=now()).returning(_USER.c.id)
    try:
        with connection.begin_nested():
            user_id = int(connection.execute(made).scalar_one())
    except IntegrityError as taken:
        raise _wrong("email", "account.taken", _TAKEN) from taken
    _give(connection, user_id, (), wanted.roles)
    audit.append(connection, actor, "user.create", values["email"], {"user": user_id, "roles": _told(wanted.roles)})
    return user_id


def change(connection: Connection, model: Model, actor: Actor, stored: Account, wanted: Wanted, version: int) -> bool:
    """Change an account; where that changes what somebody may do, his sessions end.

    Args:
        connection: an open transaction; the caller commits it.
        model: what the roles say.
        actor: who changes it.
        stored: the account as it is.
        wanted: what it is to be.
        version: what the actor has seen.

    Returns:
        Whether the user needs a new link to sign in again.

    Raises:
        Conflict: somebody else has changed it since.
        InvalidData: something speaks against it.
    """
    count_up(connection, _USER, stored.id, version)
    values = _checked(connection, model, actor, stored, stored.kind, wanted)
    changed = {name: value for name, value in values.items() if getattr(stored, name) != value}
    try:
        with connection.begin_nested():
            connection.execute(update(_USER).where(_USER.c.id == stored.id).values(**values, updated_at=now()))
    except IntegrityError as taken:
        raise _wrong("email", "account.taken", _TAKEN) from taken
    keys = [[held.role for held in roles] for roles in (stored.roles, wanted.roles)]
    handed_on = is_handed_on(model, stored.kind, *keys)
    other_roles = set(stored.roles) != set(wanted.roles)
    if other_roles:
        _give(connection, stored.id, stored.roles, wanted.roles)
        if handed_on:
            forget_entrance(connection, actor, stored.id)
    if stored.id != actor.id and (other_roles or any(name in changed for name in _DECISIVE)):
        end_all(connection, stored.id)
        call_in(connection, stored.id, but_of=actor.id)
    if "email" in changed:
        unlink(connection, stored.id)
    details: dict[str, Any] = {"user": stored.id, "changed": sorted(changed)}
    if other_roles:
        details["roles"] = {"before": _told(stored.roles), "after": _told(wanted.roles)}
    if "active" in changed:
        if not wanted.active:
            revoke_all(connection, actor, stored.id)
        details["active"] = wanted.active
    audit.append(connection, actor, "user.update", stored.email, details)
    return handed_on


def _checked(
    connection: Connection, model: Model, actor: Actor, stored: Account | None, kind: str, wanted: Wanted
) -> dict[str, Any]:
    """Return the columns' new values.

    Raises:
        InvalidData: something speaks against them.
    """
    found: dict[str, tuple[FieldError, ...]] = {}
    name, email = wanted.name.strip(), wanted.email.strip()
    if not name.isprintable() or not 0 < len(name) <= _LONGEST_NAME:
        found["name"] = (FieldError("account.name", _NO_NAME.format(most=_LONGEST_NAME)),)
    try:
        email = spelled(email)
    except EmailNotValidError:
        found["email"] = (FieldError("account.email", _NO_EMAIL),)
    if "email" not in found and _is_taken(connection, email, stored):
        found["email"] = (FieldError("account.taken", _TAKEN),)
    if wanted.locale not in LOCALES:
        found["locale"] = (FieldError("account.locale", _NO_LANGUAGE),)
    teams = set(connection.execute(select(_TEAM.c.id)).scalars())
    if wanted.team_id is not None and wanted.team_id not in teams:
        found["team"] = (FieldError("account.team", _NO_TEAM),)
    if stored is not None and stored.id == actor.id:
        if (stored.team_id, stored.active) != (wanted.team_id, wanted.active):
            found["team"] = (FieldError("account.own", _NOT_YOURSELF),)
    elif stored is not None:
        refused = may_admit(model, actor, stored.id, stored.acts_in)
        if refused is not None and stored.email != email and "email" not in found:
            found["email"] = (FieldError("account.admit", refused),)
        if refused is not None and wanted.active and not stored.active:
            # Either hand may lock somebody out, which gives nobody anything; letting him in again gives him his roles.
            found["active"] = (FieldError("account.admit", refused),)
    found.update(_role_errors(model, actor, stored, kind, wanted, teams))
    if found:
        raise InvalidData(DataErrors(found))
    return {
        "email": email, "name": name, "active": wanted.active, "team_id": wanted.team_id, "locale": wanted.locale,
    }  # fmt: skip


def _is_taken(connection: Connection, email: str, stored: Account | None) -> bool:
    asked = select(_USER.c.id).where(_USER.c.email == email)
    return connection.execute(asked).scalar_one_or_none() not in (None, None if stored is None else stored.id)


def _role_errors(
    model: Model, actor: Actor, stored: Account | None, kind: str, wanted: Wanted, teams: set[int]
) -> dict[str, tuple[FieldError, ...]]:
    """Return what speaks against the change of roles, by `roles.<key>`."""
    before = {held.role: held for held in (() if stored is None else stored.roles)}
    after = {held.role: held for held in wanted.roles}
    user_id, at = None if stored is None else stored.id, now()
    found: dict[str, tuple[FieldError, ...]] = {}
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        if old == new:
            continue
        if key not in model.roles and old is None:
            found[f"roles.{key}"] = (FieldError("account.role", _NO_ROLE.format(role=key[:40])),)
            continue
        refused = may_grant(model, actor, user_id, key) or (may_hold(model, kind, key) if new is not None else None)
        if refused is not None:
            found[f"roles.{key}"] = (FieldError("account.grant", refused),)
        elif new is not None and new.area_team_id is not None and new.area_team_id not in teams:
            found[f"roles.{key}"] = (FieldError("account.area", _NO_TEAM),)
        elif new is not None and new.until is not None and new.until <= at:
            found[f"roles.{key}"] = (FieldError("account.until", _ENDED),)
    return found


def _give(connection: Connection, user_id: int, before: Iterable[Held], after: Iterable[Held]) -> None:
    """Make the rows of somebody's roles what they are to be."""
    wanted = {held.role: held for held in after}
    same = {held.role for held in before if wanted.get(held.role) == held}
    sync_roles(connection, dict.fromkeys(wanted))
    ids = {row.name: row.id for row in connection.execute(select(_ROLE.c.name, _ROLE.c.id))}
    gone = [ids[held.role] for held in before if held.role not in same]
    if gone:
        mine = (_USER_ROLE.c.user_id == user_id, _USER_ROLE.c.role_id.in_(gone))
        connection.execute(delete(_USER_ROLE).where(*mine))
    rows = [
        {"user_id": user_id, "role_id": ids[key], "area_team_id": held.area_team_id, "until": held.until}
        for key, held in wanted.items()
        if key not in same
    ]
    if rows:
        connection.execute(_USER_ROLE.insert(), rows)


def _told(roles: Iterable[Held]) -> list[dict[str, Any]]:
    """Return roles as the audit trail tells them."""
    return [
        {
            "role": held.role,
            **({} if held.area_team_id is None else {"area": held.area_team_id}),
            **({} if held.until is None else {"until": held.until.isoformat()}),
        }
        for held in sorted(roles, key=lambda held: held.role)
    ]


def _wrong(name: str, code: str, message: Label) -> InvalidData:
    return InvalidData(DataErrors({name: (FieldError(code, message),)}))
