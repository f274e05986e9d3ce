"""Passwords as they are stored: argon2id, over the text in one Unicode form, so that an umlaut is an umlaut.

Flask-Security checks exactly this form when somebody signs in; the console and the command line make it here.
"""

from __future__ import annotations

import unicodedata
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

#: Shortest and longest password that somebody may choose.
SHORTEST: Final = 12
LONGEST: Final = 128
_FORM: Final = "NFKD"
_HASHER: Final = PasswordHasher()


def hashed(password: str) -> str:
    """Return what is stored of a password."""
    return _HASHER.hash(unicodedata.normalize(_FORM, password))


def matches(password: str, stored: str | None) -> bool:
    """Return whether a password is the one that is stored; never for somebody who has none."""
    if stored is None or len(password) > LONGEST:
        return False
    try:
        return _HASHER.verify(stored, unicodedata.normalize(_FORM, password))
    except (VerificationError, InvalidHashError):
        return False
