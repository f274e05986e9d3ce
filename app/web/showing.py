"""Checking a second factor that somebody shows, as he signs in or before something that changes rights."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from werkzeug.exceptions import TooManyRequests

from app.storage.seal import factor_key_from
from app.system import attempts, factors
from app.system.sessions import Session
from app.web import passkeys
from app.web.lifecycle import database, origin, running
from app.web.passkeys import Party

#: Wrong codes that an account may send before it has to wait, and for how long they count.
_TRIES: Final = 10
_SECONDS: Final = 15 * 60


def is_shown(mine: Session, code: str, answer: str, now: datetime, *, alone: bool) -> bool:
    """Return whether a code or a passkey's signature is right; what it uses up is written at once.

    Args:
        mine: the session in which it is shown.
        code: of an app, or a recovery code.
        answer: what a passkey signed; blank where a code is shown.
        now: the time.
        alone: whether it is the whole proof, and no second factor after a password; see `app.web.passkeys.proved`.

    Raises:
        TooManyRequests: there were too many wrong ones.
    """
    key = f"second factor {mine.user_id}"
    with database().write() as writing:
        tried = attempts.count_up(writing, key, _SECONDS)
    if tried > _TRIES:
        raise TooManyRequests
    with database().write() as writing:
        if answer:
            wanted = factors.take_challenge(writing, mine.id)
            there = factors.passkeys_of(writing, mine.user_id)
            used = None if wanted is None else passkeys.proved(party(), wanted, answer, there, alone=alone)
            if used is not None:
                factors.count_passkey(writing, *used)
            right = used is not None
        else:
            right = factors.prove(writing, factor_key(), mine.user_id, code, now)
        if right:
            attempts.forget(writing, key)
    return right


def factor_key() -> bytes:
    """Return the key under which the secrets of apps are stored."""
    return factor_key_from(running().settings.secret_key)


def party() -> Party:
    """Return whom passkeys are for: the address in the browser."""
    return Party(origin())
