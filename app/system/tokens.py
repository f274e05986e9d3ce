"""API tokens: what a program signs in with, as somebody and for some purposes only, until a day.

A token is 256 random bits, so its hash needs neither salt nor slowness; only the hash is stored. Whoever comes with it
acts with the rights of the token's user, as far as the token's scopes and entities reach.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Column, Connection, Date, ForeignKey, Table, and_, bindparam, func, or_, select
from sqlalchemy.exc import DBAPIError

from app.access.actor import Actor
from app.access.granting import TECHNICAL
from app.errors import DataErrors, FieldError, InvalidData
from app.language import Label
from app.storage.database import Database
from app.storage.ledger import FIXED
from app.storage.types import ID, JSON_VALUE, TEXT, UtcDateTime
from app.system import audit
from app.system.factors import has_one
from app.system.people import ME, Asking, actor_of, answers, asked_by
from app.system.tables import User, now, table_of

#: What a token may be good for: to read records, to change them one by one, many at once, to run reports.
SCOPES: Final = ("read", "write", "bulk", "reports")
#: What every token begins with, so that a scanner of source code knows one when it sees one.
PREFIX: Final = "lotse_"
#: The most days until a token ends.
LONGEST: Final = 365
#: Tokens in force that one person may have.
MOST: Final = 20
_NAME_LENGTH: Final = 100
_SECRET_LENGTH: Final = 80

TOKEN: Final = Table(
    "sys_token",
    FIXED,
    Column("id", ID, primary_key=True),
    Column("hash", TEXT, nullable=False, unique=True),
    Column("user_id", ID, ForeignKey("sys_user.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", TEXT, nullable=False),
    Column("scopes", TEXT, nullable=False),
    Column("entities", JSON_VALUE, nullable=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", ID, ForeignKey("sys_user.id"), nullable=True),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("last_used_on", Date, nullable=True),
    Column("revoked_at", UtcDateTime, nullable=True),
)

_NO_NAME: Final = Label(
    "Der Name fehlt oder ist länger als {most} Zeichen. Schreiben Sie, welches Programm das Token benutzt.",
    "The name is missing or longer than {most} characters. Write which program uses the token.",
)
_NO_SCOPE: Final = Label(
    "Wählen Sie mindestens einen Zweck, für den das Token gilt.", "Choose at least one purpose that the token is for."
)
_NO_DAYS: Final = Label(
    "Ein Token gilt zwischen einem Tag und {most} Tagen. Bitte tragen Sie eine solche Zahl ein.",
    "A token is good for between one day and {most} days. Please enter such a number.",
)
_NO_ENTITY: Final = Label(
    "„{name}“ gibt es hier nicht. Bitte prüfen Sie die Schreibweise.",
    "There is no “{name}” here. Please check its spelling.",
)
_TOO_MANY: Final = Label(
    "Mehr als {most} gültige Token sind nicht möglich. Widerrufen Sie eines, das nicht mehr gebraucht wird.",
    "More than {most} tokens in force are not possible. Revoke one that is no longer needed.",
)


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it is stored; its secret is known only to whoever was shown it.

    Args:
        id: its id.
        name: which program uses it.
        scopes: what it is good for.
        entities: keys of the entities that it is confined to, or None for all.
        created_at: when it was made.
        expires_at: when it ends, UTC.
        last_used_on: the last day on which it was used, or None.
        revoked_at: when it was revoked, or None.
    """

    id: int
    name: str
    scopes: frozenset[str]
    entities: tuple[str, ...] | None
    created_at: datetime
    expires_at: datetime
    last_used_on: date | None
    revoked_at: datetime | None

    def state(self, at: datetime) -> str:
        """Return `revoked`, `ended` or `good`."""
        if self.revoked_at is not None:
            return "revoked"
        return "good" if _stored(at) < self.expires_at else "ended"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a new token is to be.

    Args:
        name: which program uses it.
        scopes: what it is good for, out of `SCOPES`.
        entities: keys of the entities that it is confined to; none for all.
        days: how long it is good for.
    """

    name: str
    scopes: frozenset[str]
    entities: tuple[str, ...]
    days: int

    def errors(self, known: Iterable[str]) -> DataErrors:
        """Return what speaks against it; `known` are the entities that its user can read."""
        found: dict[str, tuple[FieldError, ...]] = {}
        if not self.name.isprintable() or not 0 < len(self.name.strip()) <= _NAME_LENGTH:
            found["name"] = (FieldError("token.name", _NO_NAME.format(most=_NAME_LENGTH)),)
        if not self.scopes or not self.scopes <= set(SCOPES):
            found["scopes"] = (FieldError("token.scopes", _NO_SCOPE),)
        if not 1 <= self.days <= LONGEST:
            found["days"] = (FieldError("token.days", _NO_DAYS.format(most=LONGEST)),)
        strange = [key for key in self.entities if key not in set(known)]
        if strange:
            found["entities"] = tuple(FieldError("token.entity", _NO_ENTITY.format(name=key[:60])) for key in strange)
        return DataErrors(found)


def _stored(at: datetime) -> datetime:
    """Return an instant as it is stored: UTC without a zone."""
    return at if at.tzinfo is None else at.astimezone(UTC).replace(tzinfo=None)


def hashed(secret: str) -> str:
    """Return what is stored of a token."""
    return hashlib.sha256(secret.encode()).hexdigest()


def create(connection: Connection, actor: Actor, user_id: int, wanted: Wanted, known: Iterable[str]) -> str:
    """Make a token and return its secret, which nobody can be told again.

    Args:
        connection: an open transaction; the caller commits it.
        actor: who makes it.
        user_id: as whom the program will act.
        wanted: what it is to be.
        known: keys of the entities that the user can read.

    Raises:
        InvalidData: something speaks against it.
    """
    errors = wanted.errors(known)
    if errors:
        raise InvalidData(errors)
    in_force = and_(TOKEN.c.user_id == user_id, TOKEN.c.revoked_at.is_(None), TOKEN.c.expires_at > now())
    if connection.execute(select(func.count()).select_from(TOKEN).where(in_force)).scalar_one() >= MOST:
        raise InvalidData(DataErrors(record=(FieldError("token.too_many", _TOO_MANY.format(most=MOST)),)))
    secret = PREFIX + secrets.token_urlsafe(32)
    values = {
        "hash": hashed(secret),
        "user_id": user_id,
        "name": wanted.name.strip(),
        "scopes": ",".join(sorted(wanted.scopes)),
        "entities": sorted(set(wanted.entities)) or None,
        "created_at": now(),
        "created_by": actor.id,
        "expires_at": now() + timedelta(days=wanted.days),
    }
    token_id = connection.execute(TOKEN.insert().returning(TOKEN.c.id), values).scalar_one()
    told = {"user": user_id, "scopes": values["scopes"], "entities": values["entities"], "days": wanted.days}
    audit.append(connection, actor, "token.create", str(token_id), told)
    return secret


def tokens_of(connection: Connection, user_id: int) -> tuple[Token, ...]:
    """Return the tokens of a person, the newest first."""
    rows = connection.execute(select(*_COLUMNS).where(TOKEN.c.user_id == user_id).order_by(TOKEN.c.id.desc()))
    return tuple(_token(row) for row in rows)


def revoke(connection: Connection, actor: Actor, user_id: int, token_id: int) -> bool:
    """End a token at once; return whether that person had such a token in force."""
    same = and_(TOKEN.c.id == token_id, TOKEN.c.user_id == user_id, TOKEN.c.revoked_at.is_(None))
    if connection.execute(TOKEN.update().where(same).values(revoked_at=now())).rowcount != 1:
        return False
    audit.append(connection, actor, "token.revoke", str(token_id), {"user": user_id})
    return True


def revoke_all(connection: Connection, actor: Actor, user_id: int) -> int:
    """End every token that acts as somebody at once; returns how many those were.

    Args:
        connection: an open transaction; the caller commits it.
        actor: who ends them.
        user_id: as whom they act: he has left, his account is another's now, or he has another password.
    """
    in_force = and_(TOKEN.c.user_id == user_id, TOKEN.c.revoked_at.is_(None))
    ended = int(connection.execute(TOKEN.update().where(in_force).values(revoked_at=now())).rowcount)
    if ended:
        audit.append(connection, actor, "token.revoke", f"user/{user_id}", {"user": user_id, "count": ended})
    return ended


_COLUMNS: Final[tuple[Column[Any], ...]] = tuple(
    TOKEN.c[name]
    for name in ("id", "name", "scopes", "entities", "created_at", "expires_at", "last_used_on", "revoked_at")
)


def _token(row: Sequence[Any]) -> Token:
    token_id, name, scopes, entities, created_at, expires_at, last_used_on, revoked_at = row
    confined = None if entities is None else tuple(entities)
    return Token(
        token_id, name, frozenset(scopes.split(",")), confined, created_at, expires_at, last_used_on, revoked_at
    )


def _request_start() -> Asking:
    """Build the one statement that a request with a token starts with."""
    user = table_of(User)
    good = and_(TOKEN.c.hash == bindparam("hash"), TOKEN.c.revoked_at.is_(None), TOKEN.c.expires_at > bindparam("now"))
    columns = [column.label(f"token_{column.name}") for column in _COLUMNS]
    factor = or_(has_one(user.c.id), user.c.kind == TECHNICAL).label("has_factor")
    me = select(*ME, *columns, factor).select_from(TOKEN.join(user, user.c.id == TOKEN.c.user_id))
    return asked_by(me.where(good, user.c.active.is_(True)).cte("me"))


_REQUEST_START: Final = _request_start()


def bearer(connection: Connection, secret: str, at: datetime) -> tuple[Actor | None, int | None, Token | None, bool]:
    """Return who asks by a token, the id of the revision in force, and the token, in one statement.

    Args:
        connection: an open transaction.
        secret: what the program sent.
        at: the request's time.

    Returns:
        Neither actor nor token where there is no such token, it has ended, or its user may not sign in; and whether the
        user has a second factor (a technical account needs none).
    """
    known = secret if len(secret) <= _SECRET_LENGTH and secret.isascii() else ""
    rows = answers(connection, _REQUEST_START, {"hash": hashed(known), "now": _stored(at)})
    if rows[0]["id"] is None:
        return None, rows[0]["revision_id"], None, False
    token = _token([rows[0][f"token_{column.name}"] for column in _COLUMNS])
    actor = actor_of(rows)
    if token.entities is not None:
        actor = replace(actor, only=frozenset(token.entities))
    return actor, rows[0]["revision_id"], token, bool(rows[0]["has_factor"])


def note_use(database: Database, token: Token, at: datetime) -> None:
    """Remember that a token was used today: at most one write a day, in a transaction of its own.

    A request that only reads has no transaction to write in; and where the database is busy, tomorrow will do.
    """
    today = _stored(at).date()
    if token.last_used_on is not None and token.last_used_on >= today:
        return
    try:
        with database.write() as connection:
            connection.execute(TOKEN.update().where(TOKEN.c.id == token.id).values(last_used_on=today))
    except DBAPIError:
        return
