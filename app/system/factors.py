"""Second factors: codes of an authenticator app, recovery codes, passkeys; what is stored of them.

The secret of an app is stored encrypted under a key of the installation, so that a stolen database gives no codes; a
code counts once. Recovery codes are random and stored hashed. Of a passkey there is only its public half.

Sources: RFC 6238 (TOTP), W3C Web Authentication Level 3, OWASP ASVS 5.0, V6.5.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from base64 import b32encode
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from passlib.exc import TokenError
from passlib.totp import TOTP, AppWallet
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Table,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)

from app.storage.ledger import FIXED
from app.storage.seal import name_of
from app.storage.types import ID, TEXT, UtcDateTime
from app.system.sessions import SESSION, new_token

#: How many recovery codes somebody gets, and how many random bytes each one has: enough for a plain hash.
CODES: Final = 10
_CODE_BYTES: Final = 10
_GROUP: Final = 4
_LONGEST_NAME: Final = 60
#: What a key was called before its name told which one it is.
_UNNAMED: Final = "1"

AUTHENTICATOR: Final = Table(
    "sys_authenticator",
    FIXED,
    Column("user_id", ID, ForeignKey("sys_user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("source", TEXT, nullable=False),
    Column("counter", BigInteger, nullable=False),
    Column("confirmed_at", UtcDateTime),
)
RECOVERY: Final = Table(
    "sys_recovery_code",
    FIXED,
    Column("user_id", ID, ForeignKey("sys_user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("code_hash", TEXT, primary_key=True),
)
PASSKEY: Final = Table(
    "sys_passkey",
    FIXED,
    Column("id", ID, primary_key=True),
    Column("user_id", ID, ForeignKey("sys_user.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("credential_id", TEXT, nullable=False, unique=True),
    Column("public_key", TEXT, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("name", TEXT, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey that somebody has registered.

    Args:
        id: its row.
        credential_id: by which the authenticator knows it, base64url.
        public_key: its public half (COSE), base64url.
        sign_count: how often it was used, as far as the authenticator counts.
        name: what its owner calls it.
        created_at: since when.
    """

    id: int
    credential_id: str
    public_key: str
    sign_count: int
    name: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Factors:
    """What somebody has set up.

    Args:
        authenticator: whether codes of an app are asked for.
        codes: how many recovery codes are left.
        passkeys: his passkeys, the oldest first.
    """

    authenticator: bool
    codes: int
    passkeys: tuple[Passkey, ...]

    def __bool__(self) -> bool:
        return self.authenticator or bool(self.passkeys)


def has_one(user_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """Build the condition that a user has a second factor, for a statement about users."""
    app = exists().where(AUTHENTICATOR.c.user_id == user_id, AUTHENTICATOR.c.confirmed_at.is_not(None))
    return or_(app, exists().where(PASSKEY.c.user_id == user_id))


def factors_of(connection: Connection, user_id: int) -> Factors:
    """Return what a user has set up."""
    confirmed = select(AUTHENTICATOR.c.user_id).where(
        AUTHENTICATOR.c.user_id == user_id, AUTHENTICATOR.c.confirmed_at.is_not(None)
    )
    codes = connection.execute(select(func.count()).where(RECOVERY.c.user_id == user_id)).scalar_one()
    return Factors(connection.execute(confirmed).first() is not None, int(codes), passkeys_of(connection, user_id))


def begin_authenticator(connection: Connection, key: bytes, user_id: int, email: str) -> tuple[str, str]:
    """Make a secret for an app; it counts from the first right code on, and until then it can be made anew.

    Args:
        connection: an open transaction that may write.
        key: the installation's key for such secrets.
        user_id: whose it is.
        email: how the app calls the account.

    Returns:
        The address for the QR code, and the secret for whoever types it.
    """
    made = _kind(key).new()
    waiting = (_mine(AUTHENTICATOR, user_id), AUTHENTICATOR.c.confirmed_at.is_(None))
    connection.execute(delete(AUTHENTICATOR).where(*waiting))
    row = {"user_id": user_id, "source": made.to_json(encrypt=True), "counter": -1}
    connection.execute(AUTHENTICATOR.insert(), row)
    return made.to_uri(label=email), made.pretty_key(sep=" ")


def unconfirmed(connection: Connection, key: bytes, user_id: int, email: str) -> tuple[str, str] | None:
    """Return address and secret of the app that is being set up, or None where none is."""
    statement = select(AUTHENTICATOR.c.source).where(
        _mine(AUTHENTICATOR, user_id), AUTHENTICATOR.c.confirmed_at.is_(None)
    )
    source = connection.execute(statement).scalar_one_or_none()
    if source is None or not _is_readable(source, key):
        return None
    made = _kind(key).from_json(source)
    return made.to_uri(label=email), made.pretty_key(sep=" ")


def confirm_authenticator(connection: Connection, key: bytes, user_id: int, code: str, now: datetime) -> bool:
    """Let an app count once its first code is right; returns whether it was."""
    if not _take(connection, key, user_id, code, now, confirmed=False):
        return False
    connection.execute(update(AUTHENTICATOR).where(_mine(AUTHENTICATOR, user_id)).values(confirmed_at=now))
    return True


def prove(connection: Connection, key: bytes, user_id: int, code: str, now: datetime) -> bool:
    """Check a code of an app or a recovery code, and use it up; returns whether it was right."""
    if _take(connection, key, user_id, code, now, confirmed=True):
        return True
    used = delete(RECOVERY).where(_mine(RECOVERY, user_id), RECOVERY.c.code_hash == _hash_of(code))
    return bool(connection.execute(used).rowcount)


def _take(connection: Connection, key: bytes, user_id: int, code: str, now: datetime, *, confirmed: bool) -> bool:
    """Use up a code of an app: of two who send the same one at the same time, the database lets one through."""
    kept = AUTHENTICATOR.c.confirmed_at.is_not(None) if confirmed else AUTHENTICATOR.c.confirmed_at.is_(None)
    statement = select(AUTHENTICATOR.c.source, AUTHENTICATOR.c.counter).where(_mine(AUTHENTICATOR, user_id), kept)
    row = connection.execute(statement).first()
    if row is None or not _is_readable(row.source, key):
        return False
    last = None if row.counter < 0 else int(row.counter)
    try:
        match = _kind(key).from_json(row.source).match(code, time=now, last_counter=last)
    except TokenError:
        return False
    moved = update(AUTHENTICATOR).where(_mine(AUTHENTICATOR, user_id), kept, AUTHENTICATOR.c.counter < match.counter)
    return bool(connection.execute(moved.values(counter=match.counter)).rowcount)


def _kind(key: bytes) -> Any:
    """Return TOTP under a key that is stored by its name, so that a secret under another key is known as such."""
    keys = {name_of(key): key.hex(), _UNNAMED: key.hex()}
    return TOTP.using(issuer="Lotse", wallet=AppWallet(keys, default_tag=name_of(key)))


def _is_readable(source: str, key: bytes) -> bool:
    return json.loads(source)["enckey"]["t"] in (name_of(key), _UNNAMED)


def can_read(connection: Connection, key: bytes, user_id: int) -> bool:
    """Return whether codes of a user's app can be checked: not where the installation's key has changed since."""
    source = connection.execute(
        select(AUTHENTICATOR.c.source).where(_mine(AUTHENTICATOR, user_id))
    ).scalar_one_or_none()
    return source is None or _is_readable(source, key)


def unreadable(connection: Connection, key: bytes) -> int:
    """Return of how many apps the codes can't be checked any more."""
    sources = connection.execute(select(AUTHENTICATOR.c.source)).scalars()
    return sum(not _is_readable(source, key) for source in sources)


def _mine(table: Table, user_id: int) -> ColumnElement[bool]:
    return table.c.user_id == user_id


def new_codes(connection: Connection, user_id: int) -> tuple[str, ...]:
    """Make a user's recovery codes anew; those from before are worth nothing. They are shown this once."""
    connection.execute(delete(RECOVERY).where(_mine(RECOVERY, user_id)))
    plain = [b32encode(secrets.token_bytes(_CODE_BYTES)).decode().lower() for _ in range(CODES)]
    shown = tuple("-".join(one[at : at + _GROUP] for at in range(0, len(one), _GROUP)) for one in plain)
    connection.execute(RECOVERY.insert(), [{"user_id": user_id, "code_hash": _hash_of(one)} for one in shown])
    return shown


def _hash_of(code: str) -> str:
    written = "".join(one for one in code.casefold() if one.isalnum())
    return hashlib.sha256(written.encode("utf-8", "surrogatepass")).hexdigest()


def passkeys_of(connection: Connection, user_id: int) -> tuple[Passkey, ...]:
    """Return a user's passkeys, the oldest first."""
    columns = [PASSKEY.c[name] for name in Passkey.__dataclass_fields__]
    rows = connection.execute(select(*columns).where(_mine(PASSKEY, user_id)).order_by(PASSKEY.c.id)).mappings()
    return tuple(Passkey(**row) for row in rows)


def add_passkey(connection: Connection, user_id: int, made: Passkey) -> None:
    """Keep a passkey that was just registered; its id is given by the database."""
    row = {
        "user_id": user_id,
        "credential_id": made.credential_id,
        "public_key": made.public_key,
        "sign_count": made.sign_count,
        "name": made.name.strip()[:_LONGEST_NAME] or "Passkey",
        "created_at": made.created_at,
    }
    connection.execute(PASSKEY.insert(), row)


def count_passkey(connection: Connection, passkey: Passkey, count: int) -> None:
    """Note how often a passkey was used; a smaller number next time means that somebody copied it."""
    connection.execute(update(PASSKEY).where(PASSKEY.c.id == passkey.id).values(sign_count=count))


def remove_passkey(connection: Connection, user_id: int, passkey_id: int) -> bool:
    """Take one of a user's passkeys away; returns whether there was one."""
    removed = delete(PASSKEY).where(_mine(PASSKEY, user_id), PASSKEY.c.id == passkey_id)
    return bool(connection.execute(removed).rowcount)


def remove_authenticator(connection: Connection, user_id: int) -> None:
    """Take a user's app away."""
    connection.execute(delete(AUTHENTICATOR).where(_mine(AUTHENTICATOR, user_id)))


def remove_all(connection: Connection, user_id: int) -> int:
    """Take everything away from somebody who lost his factors; returns how many apps, passkeys and codes it were."""
    # With none left, none was shown either: a role that demands one sends him to setting one up.
    connection.execute(update(SESSION).where(SESSION.c.user_id == user_id).values(factor_at=None))
    removed = (delete(table).where(_mine(table, user_id)) for table in (AUTHENTICATOR, PASSKEY, RECOVERY))
    return sum(connection.execute(one).rowcount for one in removed)


def remember_challenge(connection: Connection, session_id: int, challenge: str) -> None:
    """Keep what a passkey has to sign for a session; it is good once."""
    connection.execute(update(SESSION).where(SESSION.c.id == session_id).values(challenge=challenge))


def take_challenge(connection: Connection, session_id: int) -> str | None:
    """Return what a passkey had to sign for a session, and forget it."""
    found = connection.execute(select(SESSION.c.challenge).where(SESSION.c.id == session_id)).scalar_one_or_none()
    if found is None:
        return None
    mine = update(SESSION).where(SESSION.c.id == session_id, SESSION.c.challenge == found)
    return str(found) if connection.execute(mine.values(challenge=None)).rowcount else None


def let_through(connection: Connection, session_id: int, now: datetime) -> str:
    """Note that a session's owner has shown his second factor; that is a fresh proof of who he is, too.

    Returns:
        The session's new token for the cookie: the one that was known before the proof is worth nothing from here on.
    """
    token, hashed = new_token()
    values = {"factor_at": now, "fresh_at": now, "token_hash": hashed}
    connection.execute(update(SESSION).where(SESSION.c.id == session_id).values(values))
    return token
