"""The audit trail of the installation: who published, rolled back, made users. Appended, never changed.

Every entry has a row of the history that commits to it, so that it is in the chain like the change of a record.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection

from app.access.actor import Actor
from app.system.history import Entry, Stamp, as_text, digest_of_content
from app.system.history import append as append_history
from app.system.tables import AuditEntry, now, table_of

#: Stands for an entity's key in the history of the audit trail; no entity can be called so.
AUDIT: Final = "@audit"
_TABLE: Final = table_of(AuditEntry)


def append(connection: Connection, actor: Actor, action: str, subject: str, details: Any = None) -> None:
    """Write an entry.

    Args:
        connection: the transaction of what is done, so that there is no entry without the deed.
        actor: who does it.
        action: a stable name such as `revision.publish`.
        subject: what it is done to.
        details: a JSON value, or None.
    """
    row = {
        "at": now(),
        "actor_id": actor.id,
        "actor_name": actor.name,
        "action": action,
        "subject": subject,
        "details": details,
    }
    entry_id = int(connection.execute(_TABLE.insert().returning(_TABLE.c.id), row).scalar_one())
    entry = Entry(AUDIT, entry_id, 1, action, {}, {"entry": commitment_to(row)})
    append_history(connection, Stamp(row["at"], actor.id, actor.name), [entry])


def commitment_to(row: Mapping[str, Any]) -> str:
    """Return the hash that the history holds of an entry; nothing personal is in one, so it has no salt."""
    details = None if row["details"] is None else as_text(row["details"])
    content = [row[name] for name in ("at", "actor_id", "actor_name", "action", "subject")]
    return digest_of_content([*content, details])
