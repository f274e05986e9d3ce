"""Whether a password was stolen: asked of a list on this machine, of a service, of both, or of nobody."""

from __future__ import annotations

import hashlib
import logging
import unicodedata
from dataclasses import dataclass
from typing import Final

from app.config import Settings
from app.system.breach_list import BreachList
from app.system.breach_service import RangeService, Unreachable

_log: Final = logging.getLogger("lotse.breaches")
#: The form in which keyboards write, so the one in which passwords were stolen.
_FORM: Final = "NFC"


@dataclass(frozen=True, slots=True)
class Breaches:
    """Who is asked.

    Args:
        list: a file of hashes, or None.
        service: a service for ranges of hashes, or None.
    """

    list: BreachList | None = None
    service: RangeService | None = None

    def know(self, password: str) -> bool:
        """Return whether a password is known to be stolen.

        What can't be asked doesn't keep people from choosing a password, for then nobody could change one that has
        become known; it is logged, without the password and its hash.

        Args:
            password: as it was typed.
        """
        form = unicodedata.normalize(_FORM, password)
        digest = hashlib.sha1(form.encode("utf-8", "replace"), usedforsecurity=False).hexdigest().upper()
        return self._listed(digest) or self._served(digest)

    def _listed(self, digest: str) -> bool:
        try:
            return self.list is not None and self.list.holds(digest)
        except OSError as failure:
            _log.error("the list of stolen passwords couldn't be read, a password was taken unseen: %s", _kind(failure))
            return False

    def _served(self, digest: str) -> bool:
        try:
            return self.service is not None and self.service.holds(digest)
        except Unreachable as failure:
            _log.error("the service for stolen passwords wasn't reached, a password was taken unseen: %s", failure)
            return False


#: Nobody is asked.
NOBODY_KNOWS: Final = Breaches()


def breaches_of(settings: Settings) -> Breaches:
    """Return who is asked in an installation.

    Raises:
        CannotStart: the file that the settings name isn't such a list; says what to do.
    """
    found = None if settings.breach_list is None else BreachList(settings.breach_list)
    if found is not None:
        found.check()
    address = settings.breach_service.rstrip("/")
    return Breaches(found, RangeService(address) if address else None)


def _kind(failure: OSError) -> str:
    """Return what kind of failure it was; its message names a path of this machine at most."""
    return f"{type(failure).__name__} {failure.strerror or failure}"
