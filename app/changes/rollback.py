"""Going back: an earlier revision's documents are published again, as a new revision. No value is lost either way."""

from __future__ import annotations

from typing import Final

from app.access.actor import Actor
from app.changes.publish import OnStep, Published, publish
from app.errors import NotFound
from app.runtime.store import Store
from app.storage.database import Database
from app.system import revisions

_MESSAGE: Final = "Zurück zu Revision {revision}: {message}"


def rollback(
    database: Database, store: Store, revision_id: int, actor: Actor, *, on_step: OnStep | None = None
) -> Published:
    """Put the documents of an earlier revision in force again.

    Args:
        database, store, actor, on_step: as for `publish`.
        revision_id: the revision to go back to.

    Raises:
        NotFound: there is no such revision.
        InvalidMetadata, Conflict, Forbidden: as for `publish`.
    """
    with database.read() as connection:
        info = revisions.info(connection, revision_id)
        if info is None:
            raise NotFound(str(revision_id))
        documents = store.documents(connection, revision_id)
    message = _MESSAGE.format(revision=revision_id, message=info.message)
    return publish(database, store, documents, actor, message, on_step=on_step)
