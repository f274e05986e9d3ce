"""Which version of the fixed tables this program works with, and how a database of another one is refused."""

from __future__ import annotations

from typing import Final

from app.errors import CannotStart
from app.language import Label

#: Version of the fixed tables; raised by whoever changes them in a new version of the program.
SCHEMA_VERSION: Final = 6

_NEWER: Final = Label(
    "Die Datenbank gehört zu einer neueren Lotse-Version (Stand {found}, dieses Programm kennt {known}). "
    "Aktualisieren Sie das Programm.",
    "The database belongs to a newer version of Lotse (level {found}, this program knows {known}). "
    "Upgrade the program.",
)
_OLDER: Final = Label(
    "Die Datenbank gehört zu einer älteren Lotse-Version (Stand {found}, dieses Programm braucht {known}). "
    "Sichern Sie sie und führen Sie „lotse publish“ aus.",
    "The database belongs to an older version of Lotse (level {found}, this program needs {known}). "
    "Back it up and run “lotse publish”.",
)


def require_level(found: int) -> None:
    """Make sure that this program can work with the fixed tables; asked at each start, and again by each request.

    Args:
        found: the version that the database has.

    Raises:
        CannotStart: an older or a newer program made them.
    """
    if found != SCHEMA_VERSION:
        sentence = _OLDER if found < SCHEMA_VERSION else _NEWER
        raise CannotStart(sentence.format(found=found, known=SCHEMA_VERSION))
