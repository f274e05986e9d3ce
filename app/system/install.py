"""Making the fixed tables, and refusing a database that a newer program made."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, inspect, select

from app.errors import CannotStart
from app.language import Label
from app.storage.database import Database
from app.system.tables import Base, Head, Installation, now, table_of

#: Version of the fixed tables; raised by whoever changes them, together with a step that brings older ones there.
SCHEMA_VERSION: Final = 1
#: What published a revision; noted with it.
PROGRAM: Final = "0.1.0"

_NEWER: Final = Label(
    "Die Datenbank gehört zu einer neueren Lotse-Version (Stand {found}, dieses Programm kennt {known}). "
    "Aktualisieren Sie das Programm.",
    "The database belongs to a newer version of Lotse (level {found}, this program knows {known}). "
    "Upgrade the program.",
)
_EMPTY: Final = Label(
    "Die Datenbank „{url}“ ist noch nicht eingerichtet. Führen Sie „lotse publish“ aus.",
    "The database “{url}” isn't set up yet. Run “lotse publish”.",
)


def create_schema(database: Database) -> None:
    """Make the fixed tables where they are missing; nothing happens where they are there.

    Raises:
        CannotStart: a newer program made them.
    """
    with database.write() as connection:
        if schema_version(connection) is not None:
            require_schema(connection, database.url)
            return
        Base.metadata.create_all(connection)
        row = {"id": 1, "schema_version": SCHEMA_VERSION, "created_at": now()}
        connection.execute(table_of(Installation).insert(), row)
        connection.execute(table_of(Head).insert().values(id=1, revision_id=None))


def schema_version(connection: Connection) -> int | None:
    """Return which version of the fixed tables a database has, or None where there are none."""
    if not inspect(connection).has_table(Installation.__tablename__):
        return None
    return connection.execute(select(Installation.schema_version)).scalar_one_or_none()


def require_schema(connection: Connection, url: str) -> None:
    """Make sure that this program can work with the fixed tables.

    Raises:
        CannotStart: they aren't there, or a newer program made them.
    """
    found = schema_version(connection)
    if found is None:
        raise CannotStart(_EMPTY.format(url=url))
    if found > SCHEMA_VERSION:
        raise CannotStart(_NEWER.format(found=found, known=SCHEMA_VERSION))
