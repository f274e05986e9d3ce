"""What has to be true before anything is served: the last gate of every start."""

from __future__ import annotations

from typing import Final

from app.errors import CannotStart, InvalidMetadata
from app.language import Label
from app.runtime.store import Store
from app.storage.database import Database
from app.storage.drift import find_drift
from app.system.install import require_schema

_DRIFTED: Final = Label(
    "Die Datenbank passt nicht zu ihrer Revision {revision}: „{subject}“ fehlt oder ist anders{more}. "
    "Führen Sie „lotse doctor“ aus oder spielen Sie eine Sicherung ein.",
    "The database doesn't fit its revision {revision}: “{subject}” is missing or different{more}. "
    "Run “lotse doctor” or restore a backup.",
)
_MORE: Final = Label(" (und {count} weitere)", " (and {count} more)")
_UNREADABLE: Final = Label(
    "Dieses Programm kann die Dokumente in der Datenbank nicht lesen ({document}: {problem}) "
    "Nehmen Sie die Version, mit der sie veröffentlicht wurden, oder eine neuere.",
    "This program can't read the documents in the database ({document}: {problem}) "
    "Use the version they were published with, or a newer one.",
)


def ready(database: Database, time_zone: str = "Europe/Berlin") -> Store:
    """Return a store whose head revision is compiled and fits the database.

    Args:
        database: an open database.
        time_zone: IANA name of the zone in which times are shown.

    Raises:
        CannotStart: the database isn't set up, belongs to a newer program, can't be read or has drifted.
    """
    store = Store(database, time_zone)
    with database.read() as connection:
        require_schema(connection, database.url)
        try:
            snapshot = store.snapshot(connection)
        except InvalidMetadata as invalid:
            first = invalid.issues[0]
            raise CannotStart(_UNREADABLE.format(document=first.document, problem=first.message)) from invalid
        drift = find_drift(connection, snapshot.tables)
    if drift:
        more = _MORE.format(count=len(drift) - 1) if len(drift) > 1 else Label.same("")
        raise CannotStart(_DRIFTED.format(revision=snapshot.revision, subject=drift[0].subject, more=more))
    return store
