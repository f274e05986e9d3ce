"""The people of a site: one for every role, with one password for all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from app.language import Locale
from app.system.people import create_user
from app.web.passwords import hashed

PASSWORD: Final = "ein-langes-kennwort"
#: argon2 costs what it should cost; the tests' people share one password.
_HASHED: Final = hashed(PASSWORD)


def email_of(role: str) -> str:
    """Return what the person with a role signs in with."""
    return f"{role}@example.com"


def name_of(role: str) -> str:
    """Return what the person with a role is called."""
    return f"Test {role.title()}"


@dataclass(frozen=True, slots=True)
class Staff:
    """Who works at a site.

    Args:
        roles: who is there beside one person for every role; several roles of one person are joined by `+`.
        locale: what everybody reads.
    """

    roles: tuple[str, ...] = ()
    locale: Locale = "de"

    def employ(self, connection: Connection, known: Iterable[str]) -> None:
        """Make everybody.

        Args:
            connection: an open transaction.
            known: the roles that the documents know.
        """
        for role in (*known, *self.roles):
            create_user(connection, email_of(role), _HASHED, name_of(role), role.split("+"), "Team A", self.locale)
