"""Passwords: how they are stored, and which ones are refused, wherever somebody chooses one.

Stored is argon2id, over the text in one Unicode form, so that an umlaut is an umlaut; Flask-Security checks this very
form when somebody signs in. Refused is what a program guesses quickly (`zxcvbn` carries lists of usual passwords
along), and what was stolen, as far as the installation has somebody to ask (`app.system.breaches`). Within a request
`app.web.choosing` asks these functions. Source: OWASP ASVS 5.0, 6.2; NIST SP 800-63B-4, 3.1.1.2.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.language import Label
from app.lazily import lazily
from app.system.breaches import NOBODY_KNOWS

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
#: Words of the lists that a password is made of at most, and nothing else with a letter, to count as one of the lists.
_FEW: Final = 2
_LISTS: Final = "passwords"
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


def weakness(
    password: str, about: Iterable[str] = (), is_stolen: Callable[[str], bool] = NOBODY_KNOWS.know
) -> Label | None:
    """Return why a password is refused, or None where it is good. It may ask outside: not within a transaction.

    Args:
        password: as it was typed.
        about: what others know of its owner: name, e-mail address.
        is_stolen: says whether a password is known to be stolen.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        return _LENGTH.format(least=SHORTEST, most=LONGEST)
    return _guessed(password, about) or (_STOLEN if is_stolen(password) else None)


def _guessed(password: str, about: Iterable[str]) -> Label | None:
    """Return why a password is refused that a program finds without a list of all that were stolen."""
    words = [part for text in about for part in text.casefold().replace("@", ".").split(".") if part]
    judge = lazily("zxcvbn")
    found = judge.zxcvbn(password[:_JUDGED].casefold(), user_inputs=[*words, *" ".join(words).split(), "lotse"])
    parts = found["sequence"]
    if found["score"] < _STRONG:
        return _STOLEN if len(parts) == 1 and parts[0].get("dictionary_name") == _LISTS else _GUESSED
    return _GUESSED if len(password) <= _JUDGED and _is_decorated(parts) else None


def _is_decorated(parts: Iterable[Mapping[str, Any]]) -> bool:
    """Return whether a password is one or two of the lists with digits and marks around: these are tried next."""
    worded = [part for part in parts if any(sign.isalpha() for sign in part["token"])]
    return 0 < len(worded) <= _FEW and all(part.get("dictionary_name") == _LISTS for part in worded)


def matches(password: str, stored: str | None) -> bool:
    """Return whether a password is the one that is stored; never for somebody who has none."""
    if stored is None or len(password) > LONGEST:
        return False
    try:
        return _HASHER.verify(stored, normalised(password))
    except (VerificationError, InvalidHashError):
        return False
