"""What the installation knows about its own backups: when each was taken, so that their age can be said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import BigInteger, Column, Connection, Integer, Table, delete, select

from app.storage.ledger import FIXED
from app.storage.types import ID, TEXT, UtcDateTime

#: One row a backup that came to its end; where the file went is nobody's business but its owner's.
BACKUP: Final = Table(
    "sys_backup",
    FIXED,
    Column("id", ID, primary_key=True),
    Column("taken_at", UtcDateTime, nullable=False, index=True),
    Column("revision_id", Integer, nullable=True),
    Column("row_count", BigInteger, nullable=False),
    Column("byte_count", BigInteger, nullable=False),
    Column("logical_hash", TEXT, nullable=False),
)


@dataclass(frozen=True, slots=True)
class BackupNote:
    """A backup that was taken.

    Args:
        taken_at: the moment whose state it holds, UTC.
        revision_id: the revision in force at that moment.
        row_count, byte_count: how many rows it holds, and how long its file is.
        logical_hash: of the data in it.
    """

    taken_at: datetime
    revision_id: int | None
    row_count: int
    byte_count: int
    logical_hash: str


def note(connection: Connection, taken: BackupNote) -> None:
    """Note a backup whose file is complete and in its place."""
    values = {name: getattr(taken, name) for name in BackupNote.__dataclass_fields__}
    connection.execute(BACKUP.insert(), values)


def last(connection: Connection) -> BackupNote | None:
    """Return the newest backup, or None where there was none."""
    columns = [BACKUP.c[name] for name in BackupNote.__dataclass_fields__]
    row = connection.execute(select(*columns).order_by(BACKUP.c.taken_at.desc(), BACKUP.c.id.desc()).limit(1)).first()
    return None if row is None else BackupNote(*row)


def forget(connection: Connection, keep: int) -> int:
    """Forget all notes but the newest ones, and return how many that were."""
    newest = select(BACKUP.c.id).order_by(BACKUP.c.taken_at.desc(), BACKUP.c.id.desc()).limit(keep)
    return connection.execute(delete(BACKUP).where(BACKUP.c.id.not_in(newest))).rowcount
