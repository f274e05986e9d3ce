"""`lotse doctor`: everything that can be found out about an installation, in one page."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click
from sqlalchemy import func, make_url, select

from app.changes.plan import plan
from app.cli.console import Console, Exit, as_json, guarded, machine_option
from app.cli.installation import documents_of, opened
from app.config import Settings
from app.errors import CannotStart, InvalidMetadata
from app.language import Label
from app.runtime.store import Store
from app.storage.database import Database
from app.storage.drift import find_drift
from app.system.install import PROGRAM, require_schema

_MEBIBYTE: Final = 1024 * 1024
_LITTLE_DISK: Final = 500 * _MEBIBYTE


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report.

    Args:
        name: what was looked at.
        fine: True, False, or None for something that is only told.
        words: what was found, and what to do where it isn't fine.
    """

    name: str
    fine: bool | None
    words: Label


@click.command("doctor")
@machine_option
@guarded
def doctor_command(console: Console) -> None:
    """Look at the installation and say what is wrong, and what to do about it.

    Ends with 0 where everything is fine, with 3 where the product could not start.

    \b
    Example:
      lotse doctor --json
    """
    settings = console.settings()
    found = list(examine(settings))
    for finding in found:
        mark = {True: click.style("✓", fg="green"), False: click.style("✗", fg="red"), None: "·"}[finding.fine]
        console.line(f"{mark} {finding.name:<12} {finding.words.text(console.locale)}")
    console.answer([{"name": f.name, "fine": f.fine, "words": as_json(f.words)} for f in found])
    if any(finding.fine is False for finding in found):
        sys.exit(Exit.CANNOT_START)


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at settings, disk, database, revision and documents, in this order.

    Args:
        settings: of the installation.
    """
    version = ".".join(str(part) for part in sys.version_info[:3])
    yield Finding("version", None, Label.same(f"Lotse {PROGRAM}, Python {version}"))
    yield from _settings(settings)
    yield from _disk(settings)
    try:
        with opened(settings) as (database, store):
            yield Finding("database", True, Label.same(database.url))
            yield from _database(database)
            yield from _revision(database, store)
            yield from _documents(settings, database, store)
    except CannotStart as refused:
        yield Finding("database", False, refused.message)


def _settings(settings: Settings) -> Iterator[Finding]:
    loopback = settings.host in ("127.0.0.1", "::1", "localhost")
    if settings.demo and not loopback:
        yield Finding(
            "demo",
            False,
            Label(
                "Die Demo-Zugänge werden öffentlich gezeigt. Nehmen Sie LOTSE_DEMO weg.",
                "The demo users are shown in public. Remove LOTSE_DEMO.",
            ),
        )
    if not loopback and not settings.https:
        yield Finding(
            "https",
            False,
            Label(
                "Kennwörter gehen unverschlüsselt über das Netz. Stellen Sie einen Proxy mit https davor und "
                "setzen Sie LOTSE_HTTPS=1.",
                "Passwords cross the network in the clear. Put a proxy with https in front and set LOTSE_HTTPS=1.",
            ),
        )
    if not loopback and not settings.trusted_hosts:
        yield Finding(
            "hosts",
            False,
            Label(
                "Jeder Rechnername wird angenommen. Setzen Sie LOTSE_TRUSTED_HOSTS.",
                "Any host name is accepted. Set LOTSE_TRUSTED_HOSTS.",
            ),
        )


def _disk(settings: Settings) -> Iterator[Finding]:
    url = make_url(settings.database_url)
    folder = Path(url.database or ".").resolve().parent if url.get_backend_name() == "sqlite" else Path.cwd()
    if not folder.is_dir():
        return
    free = shutil.disk_usage(folder).free
    words = Label("{free} MiB frei", "{free} MiB free").format(free=free // _MEBIBYTE)
    yield Finding("disk", free >= _LITTLE_DISK, words)


def _database(database: Database) -> Iterator[Finding]:
    asked = func.sqlite_version() if database.dialect == "sqlite" else func.current_setting("server_version")
    with database.read() as connection:
        yield Finding(
            "engine", None, Label.same(f"{database.dialect} {connection.execute(select(asked)).scalar_one()}")
        )
        require_schema(connection, database.url)


def _revision(database: Database, store: Store) -> Iterator[Finding]:
    with database.read() as connection:
        snapshot = store.snapshot(connection)
        drift = find_drift(connection, snapshot.tables)
    count = len(snapshot.model.entities)
    words = Label("{revision}, {count} Objekte", "{revision}, {count} entities").format(
        revision=snapshot.revision, count=count
    )
    yield Finding("revision", True, words)
    for one in drift:
        message = Label(
            "„{subject}“ fehlt oder ist anders. „lotse publish“ legt Fehlendes wieder an.",
            "“{subject}” is missing or different. “lotse publish” makes again what is missing.",
        )
        yield Finding("drift", False, message.format(subject=one.subject))


def _documents(settings: Settings, database: Database, store: Store) -> Iterator[Finding]:
    try:
        documents = documents_of(settings)
        with database.read() as connection:
            made = plan(connection, store, documents)
    except InvalidMetadata as invalid:
        words = Label("{count} Fehler; „lotse check“ nennt sie.", "{count} problems; “lotse check” names them.").format(
            count=len(invalid.issues)
        )
        yield Finding("documents", None, words)
        return
    same = Label("wie veröffentlicht", "as published")
    other = Label(
        "{count} Änderungen sind nicht veröffentlicht; „lotse plan“ nennt sie.",
        "{count} changes aren't published; “lotse plan” names them.",
    ).format(count=len(made.changes))
    yield Finding("documents", None, same if made.empty else other)
