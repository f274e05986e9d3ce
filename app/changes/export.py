"""Export: the effective documents as files, the same bytes for the same revision, so that git shows what changed."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection

from app.errors import CannotStart
from app.language import Label
from app.meta.canonical import file_text
from app.runtime.store import Store
from app.system.head import head_id

_NOTHING = Label(
    "In der Datenbank ist noch nichts veröffentlicht. Führen Sie zuerst „lotse publish“ aus.",
    "Nothing is published in the database yet. Run “lotse publish” first.",
)
_CANNOT_WRITE = Label(
    "In den Ordner „{path}“ kann nicht geschrieben werden ({reason}). Wählen Sie einen anderen.",
    "The folder “{path}” can't be written ({reason}). Choose another one.",
)


def export(connection: Connection, store: Store, directory: Path) -> tuple[Path, ...]:
    """Write the documents of the revision in force, one file each, in one folder a kind.

    Files of documents that the revision doesn't have are removed from the folders of kinds; nothing else is touched.

    Args:
        connection: an open transaction.
        store: knows the revision in force.
        directory: where to; made where it is missing.

    Returns:
        The files, by kind and key.

    Raises:
        CannotStart: nothing is published, or the folder can't be written.
    """
    head = head_id(connection)
    if head is None:
        raise CannotStart(_NOTHING)
    texts = {
        directory / document.kind / f"{document.key}.json": file_text(document.body)
        for document in store.documents(connection, head)
    }
    try:
        for path, text in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        for folder in {path.parent for path in texts}:
            for stale in set(folder.glob("*.json")) - set(texts):
                stale.unlink()
    except OSError as failure:
        raise CannotStart(_CANNOT_WRITE.format(path=directory, reason=failure.strerror)) from failure
    return tuple(texts)
