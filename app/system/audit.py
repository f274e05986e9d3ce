"""The audit trail of the installation: who published, rolled back, made users. Appended, never changed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from app.access.actor import Actor
from app.system.tables import AuditEntry, now, table_of


def append(connection: Connection, actor: Actor, action: str, subject: str, details: Any = None) -> None:
    """Write an entry.

    Args:
        connection: the transaction of what is done, so that there is no entry without the deed.
        actor: who does it.
        action: a stable name such as `revision.publish`.
        subject: what it is done to.
        details: a JSON value, or None.
    """
    connection.execute(
        table_of(AuditEntry).insert(),
        {
            "at": now(),
            "actor_id": actor.id,
            "actor_name": actor.name,
            "action": action,
            "subject": subject,
            "details": details,
        },
    )
