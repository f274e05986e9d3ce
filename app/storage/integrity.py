"""Whether a database keeps what it is given, and whether what it holds is damaged; asked, never changed."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection, func, select

#: SQLite's `synchronous` at which a commit survives a power cut.
FULL: Final = 2
_SERVER: Final = (
    "fsync",
    "full_page_writes",
    "synchronous_commit",
    "data_checksums",
    "is_superuser",
    "session_authorization",
)


def durability(connection: Connection) -> Mapping[str, Any]:
    """Return how this connection of SQLite writes: `synchronous` and `journal_mode`."""
    return MappingProxyType(
        {
            "synchronous": int(connection.exec_driver_sql("PRAGMA synchronous").scalar_one()),
            "journal_mode": str(connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()),
        }
    )


def damage(connection: Connection, most: int) -> tuple[str, ...]:
    """Return what SQLite finds wrong with its file, in its own words; nothing where it is sound.

    Args:
        connection: an open transaction.
        most: so many findings are enough.
    """
    found = connection.execute(select(func.pragma_quick_check().table_valued("quick_check")).limit(most)).scalars()
    return tuple(line for line in found if line != "ok")


def server_settings(connection: Connection) -> Mapping[str, str]:
    """Return those settings of a PostgreSQL server on which it depends whether data are safe."""
    row = connection.execute(select(*(func.current_setting(name, True).label(name) for name in _SERVER))).one()
    return MappingProxyType({name: str(getattr(row, name)) for name in _SERVER})
