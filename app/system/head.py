"""Which revision is in force, and that it stays in force for as long as a transaction writes under it.

Otherwise a save that began before a publish could end after it: without the values that the publish filled in, past a
rule that holds by now, with a number of a range that is closed. On PostgreSQL a publish waits for such saves, and those
that begin meanwhile wait for the publish and see what it put in force (docs/adr/0025).
"""

from __future__ import annotations

from functools import partial
from typing import Final

from sqlalchemy import ColumnElement, Connection, func, select

from app.errors import Superseded
from app.language import Label
from app.storage import held, written
from app.storage.database import reads_only
from app.system.tables import Head, table_of

HEAD: Final = table_of(Head)
#: Key of the lock of whoever publishes; any number will do as long as it stays the same.
_LOCK: Final = 7_106_517
#: How long a publish waits for others, and whatever it changes for its readers, before it gives up.
_PATIENCE: Final = "5s"
_HELD: Final = held.held(_LOCK)
_MOVED: Final = Label(
    "Gerade eben wurde eine andere Konfiguration veröffentlicht. Was Sie eingegeben haben, ist noch da: Speichern Sie "
    "noch einmal.",
    "Another configuration was published this very moment. What you typed is still there: save once more.",
)


def is_held(connection: Connection) -> bool:
    """Return whether a transaction has to keep the revision that it works with in force."""
    return connection.dialect.name == "postgresql" and not reads_only(connection)


def head_column(*, holding: bool) -> ColumnElement[int | None]:
    """Return the id of the revision in force as a column of a statement that reads `HEAD`.

    Args:
        holding: whether it is kept in force; whoever runs the statement tells `note` what he got.
    """
    return _HELD if holding else HEAD.c.revision_id


def note(connection: Connection, head: int | None) -> None:
    """Remember the revision that a transaction keeps in force: should it begin anew, it has to be the same."""
    written.at_each_beginning(connection, partial(_same, head=head))


def _same(connection: Connection, *, head: int | None) -> None:
    if connection.execute(select(_HELD)).scalar_one() != head:
        raise Superseded(_MOVED)


def head_id(connection: Connection) -> int | None:
    """Return the id of the revision in force, or None before the first publish; whoever may write keeps it in force.

    Args:
        connection: an open transaction.
    """
    holding = is_held(connection)
    found: int | None = connection.execute(select(head_column(holding=holding)).select_from(HEAD)).scalar_one_or_none()
    if holding:
        note(connection, found)
    return found


def set_head(connection: Connection, revision_id: int) -> None:
    """Put a revision in force."""
    connection.execute(HEAD.update().values(revision_id=revision_id))


def take(connection: Connection) -> None:
    """Wait for other publishers, and for whoever writes under the revision in force; nobody begins to meanwhile."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.set_config("lock_timeout", _PATIENCE, True)))
    held.take(connection, _LOCK)
