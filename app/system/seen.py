"""Rows of the fixed tables that people change: saved only by whoever has seen what is stored.

SQLAlchemy's own `version_id_col` doesn't fit: what Flask-Security notes at a sign-in would count as a change, and roles
that are given or taken, which live in another table, would not.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, Table, update

from app.errors import Conflict
from app.language import Label

CHANGED: Final = Label(
    "Jemand anders hat das inzwischen geändert; Ihre Änderung ist nicht gespeichert. Unten steht der neue Stand. Bitte "
    "prüfen Sie ihn und ändern Sie dann noch einmal.",
    "Somebody else has changed this in the meantime; your change isn't saved. Below is the new state. Please look at "
    "it and make your change again.",
)


def count_up(connection: Connection, table: Table, row_id: Any, version: int) -> int:
    """Take a row for a change: compare and set of its version, so that of two who have seen the same one saves.

    Args:
        connection: the transaction of the change; it holds the row until its end.
        table: a fixed table with the columns `id` and `version`.
        row_id: which row.
        version: what the writer has seen.

    Returns:
        The row's new version.

    Raises:
        Conflict: somebody else has changed it since.
    """
    same = (table.c.id == row_id, table.c.version == version)
    if connection.execute(update(table).where(*same).values(version=version + 1)).rowcount != 1:
        raise Conflict(CHANGED)
    return version + 1
