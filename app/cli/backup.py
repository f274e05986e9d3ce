"""`lotse backup`, `restore` and `verify-backup`: everything into one file, back again, and whether it would go."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import click
from sqlalchemy import make_url

from app.backup.archive import Manifest, check
from app.backup.restore import restore
from app.backup.take import take
from app.cli.console import Console, guarded, machine_option
from app.cli.installation import opened
from app.config import Settings
from app.language import Label
from app.runtime.start import ready
from app.runtime.store import Store
from app.storage.database import Database

_TAKEN: Final = Label(
    "Gesichert: {rows} Zeilen aus {tables} Tabellen in „{path}“ ({size} KiB). Bewahren Sie die Datei an einem anderen "
    "Ort auf; sie enthält alles, auch Kennwort-Hashes.",
    "Backed up: {rows} rows of {tables} tables in “{path}” ({size} KiB). Keep the file in another place; it holds "
    "everything, also hashes of passwords.",
)
_RESTORED: Final = Label(
    "Eingespielt: {rows} Zeilen aus {tables} Tabellen vom {taken_at}, jede, wie sie war. „lotse run“ startet damit.",
    "Restored: {rows} rows of {tables} tables of {taken_at}, each as it was. “lotse run” starts with them.",
)
_SOUND: Final = Label(
    "Die Sicherung ist unversehrt: {rows} Zeilen aus {tables} Tabellen vom {taken_at}, Lotse {program}.",
    "The backup is sound: {rows} rows of {tables} tables of {taken_at}, Lotse {program}.",
)

_FILE: Final = click.Path(dir_okay=False, path_type=Path)


@click.command("backup")
@click.argument("file", type=_FILE)
@machine_option
@guarded
def backup_command(console: Console, file: Path) -> None:
    """Write everything into FILE, while the product runs.

    An earlier backup of that name is replaced only once the new one is complete, on the disk and read once.

    \b
    Examples:
      lotse backup lotse-2026-11-25.zip
      LOTSE_DATABASE_URL=postgresql+psycopg://lotse@localhost/lotse lotse backup /mnt/backups/lotse.zip --json
    """
    settings = console.settings()
    with opened(settings) as (database, store):
        manifest = take(database, store, file)
    size = file.stat().st_size
    console.say(_TAKEN, path=file, size=-(-size // 1024), **_counted(manifest))
    console.answer({**_told(manifest), "file": str(file), "bytes": size})


@click.command("restore")
@click.argument("file", type=_FILE)
@machine_option
@guarded
def restore_command(console: Console, file: Path) -> None:
    """Bring everything in FILE back into an empty database, of the same or of the other kind.

    The database is the one that LOTSE_DATABASE_URL names. One that holds something is never touched.

    \b
    Examples:
      LOTSE_DATABASE_URL=sqlite:///new.sqlite lotse restore lotse-2026-11-25.zip
      LOTSE_DATABASE_URL=postgresql+psycopg://lotse@localhost/new lotse restore lotse-2026-11-25.zip
    """
    settings = console.settings()
    check(file)
    with _fresh(settings) as (database, store):
        manifest = restore(database, store, file)
        if manifest.revision is not None:
            ready(database, settings.time_zone)
    console.say(_RESTORED, **_counted(manifest))
    console.answer(_told(manifest))


@click.command("verify-backup")
@click.argument("file", type=_FILE)
@machine_option
@guarded
def verify_backup_command(console: Console, file: Path) -> None:
    """Read FILE from its first bit to its last and say whether it is as it was written.

    Ends with 1 where it isn't. No database is needed.

    \b
    Example:
      lotse verify-backup lotse-2026-11-25.zip
    """
    manifest = check(file)
    console.say(_SOUND, program=manifest.program, **_counted(manifest))
    console.answer(_told(manifest))


@contextmanager
def _fresh(settings: Settings) -> Iterator[tuple[Database, Store]]:
    """Open the database to restore into; a file that was made for it goes again when nothing came into it."""
    url = make_url(settings.database_url)
    made = Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None
    if made is not None and made.exists():
        made = None
    try:
        with opened(settings, create=True) as found:
            yield found
    except BaseException:
        if made is not None:
            made.unlink(missing_ok=True)
        raise


def _counted(manifest: Manifest) -> dict[str, Any]:
    tables = sum(part.rows > 0 for part in manifest.tables.values())
    return {"rows": manifest.rows, "tables": tables, "taken_at": manifest.taken_at}


def _told(manifest: Manifest) -> dict[str, Any]:
    """Return what a machine is told."""
    names = ("program", "schema_version", "revision", "taken_at", "dialect", "logical", "rows")
    return {**{name: getattr(manifest, name) for name in names}, "tables": len(manifest.tables)}
