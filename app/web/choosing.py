"""Passwords that a request checks or chooses: judged and hashed before its transaction, looked up within it.

A hash takes a tenth of a second and a service for stolen passwords up to two; on SQLite everybody's saves would wait so
long. So what a password is worth is found out before the request's transaction is opened and kept for the rest of the
request, where Flask-Security and the console ask for it as usual.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from flask import g
from flask_security.password_util import PasswordUtil
from passlib.context import CryptContext

from app.language import Label, Locale
from app.web import lifecycle, passwords
from app.web.passwords import normalised

_KEPT: Final = "lotse_choosing"


@dataclass(slots=True)
class _Kept:
    """What was found out in this request.

    Args:
        matched: by password and what is stored, whether they are the same.
        hashes: by password, what is stored of it.
        stolen: passwords that were asked for, and whether they are known to be stolen.
    """

    matched: dict[tuple[str, str | None], bool] = field(default_factory=dict)
    hashes: dict[str, str] = field(default_factory=dict)
    stolen: dict[str, bool] = field(default_factory=dict)

    def know(self, password: str) -> bool:
        """Return whether a password is known to be stolen; asked once."""
        if password not in self.stolen:
            self.stolen[password] = lifecycle.running().breaches.know(password)
        return self.stolen[password]


def prepare(password: str) -> None:
    """Judge and hash a password that is being chosen; to be called while no transaction is open."""
    if weakness(password) is None:
        hashed(password)


def weakness(password: str, about: Iterable[str] = ()) -> Label | None:
    """Return why a password is refused, or None where it is good.

    Args:
        password: as it was typed.
        about: what others know of its owner: name, e-mail address.
    """
    return passwords.weakness(password, about, _kept().know)


def hashed(password: str) -> str:
    """Return what is stored of a password."""
    kept, form = _kept().hashes, normalised(password)
    if form not in kept:
        kept[form] = passwords.hashed(form)
    return kept[form]


def matches(password: str, stored: str | None) -> bool:
    """Return whether a password is the one that is stored; never for somebody who has none."""
    kept, asked = _kept().matched, (normalised(password), stored)
    if asked not in kept:
        kept[asked] = passwords.matches(password, stored)
    return kept[asked]


def _kept() -> _Kept:
    found = g.get(_KEPT)
    if not isinstance(found, _Kept):
        found = _Kept()
        setattr(g, _KEPT, found)
    return found


class Hashing(CryptContext):  # type: ignore[misc]  # libpass has no types
    """How Flask-Security checks and hashes: what this request has found out already isn't done again."""

    def verify(self, secret: Any, hash: Any, *more: Any, **options: Any) -> bool:
        """Return whether a password, in its one form, is the one that is stored."""
        known = _kept().matched.get((secret, hash))
        return bool(super().verify(secret, hash, *more, **options)) if known is None else known

    def hash(self, secret: Any, *more: Any, **options: Any) -> str:
        """Return what is stored of a password in its one form."""
        return _kept().hashes.get(secret) or str(super().hash(secret, *more, **options))

    def needs_update(self, *about: Any, **options: Any) -> bool:
        """Return that nothing is stored anew: signing in only reads, and a hash says how it was made."""
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
