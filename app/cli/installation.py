"""Opening what the commands work with: the documents on disk and the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import make_url

from app.config import VAR, Settings
from app.errors import CannotStart, InvalidMetadata, Severity
from app.language import Label
from app.meta.documents import Document, load_all
from app.runtime.store import Store
from app.storage.database import Database, open_database
from app.storage.seal import seal_from

_NO_FOLDER: Final = Label(
    "Den Ordner „{path}“ gibt es nicht. Nennen Sie einen Ordner mit Dokumenten.",
    "There is no folder “{path}”. Name a folder with documents.",
)


def documents_of(settings: Settings, folder: Path | None = None) -> tuple[Document, ...]:
    """Read the documents on disk.

    Args:
        settings: where they are.
        folder: base documents to read instead of the settings', or None.

    Raises:
        CannotStart: the folder doesn't exist.
        InvalidMetadata: a file can't be read as a document; it carries every issue.
    """
    base = folder or settings.metadata
    if not base.is_dir():
        raise CannotStart(_NO_FOLDER.format(path=base))
    documents, issues = load_all(base, settings.plugins)
    if any(issue.severity is Severity.ERROR for issue in issues):
        raise InvalidMetadata(issues)
    return documents


@contextmanager
def opened(settings: Settings, *, create: bool = False) -> Iterator[tuple[Database, Store]]:
    """Open the database and close it again.

    Args:
        settings: which one.
        create: whether an embedded database that doesn't exist is made.

    Raises:
        CannotStart: see `open_database`.
    """
    if create and make_url(settings.database_url).database == str(VAR / "lotse.sqlite"):
        VAR.mkdir(exist_ok=True)
    database = open_database(settings.database_url, create=create, seal=seal_from(settings.secret_key))
    try:
        yield database, Store(database, settings.time_zone)
    finally:
        database.close()
