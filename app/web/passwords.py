"""Passwords: how they are stored, and which ones are refused, wherever somebody chooses one.

Stored is argon2id, over the text in one Unicode form, so that an umlaut is an umlaut; Flask-Security checks this very
form when somebody signs in. Refused is what stands in lists of stolen passwords, and what a program guesses quickly:
`zxcvbn` carries its lists along, so nothing is asked outside. Source: OWASP ASVS 5.0, 6.2; NIST SP 800-63B, 5.1.1.2.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask_security.password_util import PasswordUtil

from app.language import Label, Locale
from app.query.lazily import lazily

#: Shortest and longest password that somebody may choose.
SHORTEST: Final = 12
LONGEST: Final = 128
_FORM: Final = "NFKD"
#: What one check costs, for argon2-cffi and for passlib: 46 MiB gone through once, on one core. Two cores at once would
#: be done a little sooner and keep everybody's pages waiting meanwhile. Source: OWASP Password Storage Cheat Sheet.
COST: Final[Mapping[str, Any]] = MappingProxyType({"memory_cost": 47_104, "time_cost": 1, "parallelism": 1})
_HASHER: Final = PasswordHasher(**COST)
#: The guessing score (0 to 4) from which on a password is taken: more than 10⁸ guesses.
_STRONG: Final = 3
#: So much of a password is looked at; what is longer isn't guessed for its beginning.
_JUDGED: Final = 64
_LENGTH: Final = Label(
    "Ein Passwort hat zwischen {least} und {most} Zeichen. Nehmen Sie zum Beispiel vier Wörter, die nichts miteinander "
    "zu tun haben.",
    "A password has between {least} and {most} characters. Take four words that have nothing to do with each other, "
    "for instance.",
)
_STOLEN: Final = Label(
    "Dieses Passwort steht in Listen gestohlener Passwörter. Bitte nehmen Sie ein anderes.",
    "This password is on lists of stolen passwords. Please take another one.",
)
_GUESSED: Final = Label(
    "Dieses Passwort errät ein Programm schnell. Bitte nehmen Sie ein längeres, ohne Ihren Namen, Tastenreihen und "
    "Jahreszahlen.",
    "A program guesses this password quickly. Please take a longer one, without your name, rows of keys and years.",
)


def normalised(password: str) -> str:
    """Return a password in the one form in which it is stored and compared."""
    return unicodedata.normalize(_FORM, password)


def hashed(password: str) -> str:
    """Return what is stored of a password."""
    return _HASHER.hash(normalised(password))


def weakness(password: str, about: Iterable[str] = ()) -> Label | None:
    """Return why a password is refused, or None where it is good.

    Args:
        password: as it was typed.
        about: what others know of its owner: name, e-mail address.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        return _LENGTH.format(least=SHORTEST, most=LONGEST)
    words = [part for text in about for part in text.casefold().replace("@", ".").split(".") if part]
    judge = lazily("zxcvbn")
    found = judge.zxcvbn(password[:_JUDGED].casefold(), user_inputs=[*words, *" ".join(words).split(), "lotse"])
    if found["score"] >= _STRONG:
        return None
    first = found["sequence"][0] if len(found["sequence"]) == 1 else {}
    return _STOLEN if first.get("dictionary_name") == "passwords" else _GUESSED


def matches(password: str, stored: str | None) -> bool:
    """Return whether a password is the one that is stored; never for somebody who has none."""
    if stored is None or len(password) > LONGEST:
        return False
    try:
        return _HASHER.verify(stored, normalised(password))
    except (VerificationError, InvalidHashError):
        return False


class Passwords(PasswordUtil):  # Flask-Security has no types
    """How Flask-Security asks about a password that somebody chooses."""

    def __init__(self, app: Any) -> None:
        super().__init__(app)
        self._locale: Any = app.extensions["babel"].locale_selector

    def validate(self, password: str, is_register: bool, **about: Any) -> tuple[list[str] | None, str]:
        """Return what is wrong with a password, or None, and the form in which it is stored."""
        user = about.get("user")
        known = () if user is None else (user.name or "", user.email or "")
        weak = weakness(password, known)
        locale: Locale = self._locale()
        return (None if weak is None else [weak.text(locale)]), normalised(password)
