"""`lotse doctor`: everything that can be found out about an installation, in one page."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from typing import Final

import click
from sqlalchemy.exc import DBAPIError

from app.changes.plan import plan
from app.cli import condition, safety, stolen
from app.cli.console import Console, Exit, as_json, guarded, machine_option
from app.cli.finding import Finding, Gravity, error, fine, told
from app.cli.installation import documents_of, opened
from app.config import Settings
from app.errors import CannotStart, InvalidMetadata
from app.language import Label
from app.runtime.store import Store
from app.storage.database import Database
from app.storage.seal import factor_key_from
from app.system.install import PROGRAM, require_schema

_MARKS: Final[Mapping[Gravity, tuple[str, str | None]]] = {
    Gravity.FINE: ("✓", "green"),
    Gravity.TOLD: ("·", None),
    Gravity.WARNING: ("!", "yellow"),
    Gravity.ERROR: ("✗", "red"),
}
_BROKEN: Final = Label(
    "Die Datenbank ließ sich nicht lesen ({reason}). Spielen Sie die letzte Sicherung ein.",
    "The database couldn't be read ({reason}). Restore the last backup.",
)
_ISSUES: Final = Label("{count} Fehler; „lotse check“ nennt sie.", "{count} problems; “lotse check” names them.")
_SAME: Final = Label("wie veröffentlicht", "as published")
_OTHER: Final = Label(
    "{count} Änderungen sind nicht veröffentlicht; „lotse plan“ nennt sie.",
    "{count} changes aren't published; “lotse plan” names them.",
)


@click.command("doctor")
@machine_option
@guarded
def doctor_command(console: Console) -> None:
    """Look at the installation and say what is wrong, and what to do about it.

    Ends with 0 where everything is fine, with 1 where somebody should do something, with 3 where the product isn't
    safe or could not start.

    \b
    Examples:
      lotse doctor
      lotse doctor --json
    """
    settings = console.settings()
    found = list(examine(settings, console.environment))
    for finding in found:
        mark, colour = _MARKS[finding.gravity]
        console.line(f"{click.style(mark, fg=colour)} {finding.name:<12} {finding.words.text(console.locale)}")
    console.answer([{"name": f.name, "gravity": f.gravity, "fine": f.fine, "words": as_json(f.words)} for f in found])
    gravities = {finding.gravity for finding in found}
    if Gravity.ERROR in gravities:
        sys.exit(Exit.CANNOT_START)
    if Gravity.WARNING in gravities:
        sys.exit(Exit.REFUSED)


def examine(settings: Settings, environment: Mapping[str, str] | None = None) -> Iterator[Finding]:
    """Look at settings, disk, database, revision and documents, in this order.

    Args:
        settings: of the installation.
        environment: the variables they came from; the process's own where nothing is said.
    """
    version = ".".join(str(part) for part in sys.version_info[:3])
    yield told("version", Label.same(f"Lotse {PROGRAM}, Python {version}"))
    yield from safety.look_at(settings, os.environ if environment is None else environment)
    yield from stolen.who_is_asked(settings)
    yield from condition.disk(settings)
    try:
        with opened(settings) as (database, store):
            yield fine("database", Label.same(database.url))
            yield from _database(database, store, factor_key_from(settings.secret_key))
            yield from _documents(settings, database, store)
    except CannotStart as refused:
        yield error("database", refused.message)
    except DBAPIError as broken:
        yield error("database", _BROKEN.format(reason=str(broken.orig).partition("\n")[0]))


def _database(database: Database, store: Store, factor_key: bytes) -> Iterator[Finding]:
    with database.read() as connection:
        yield from condition.engine(connection)
        require_schema(connection, database.url)
        yield from condition.backup_age(connection)
        yield from condition.second_factors(connection, factor_key)
        snapshot = store.snapshot(connection)
        for look in condition.LOOKS:
            yield from look(connection, snapshot)


def _documents(settings: Settings, database: Database, store: Store) -> Iterator[Finding]:
    try:
        documents = documents_of(settings)
        with database.read() as connection:
            made = plan(connection, store, documents)
    except InvalidMetadata as invalid:
        yield told("documents", _ISSUES.format(count=len(invalid.issues)))
        return
    yield told("documents", _SAME if made.empty else _OTHER.format(count=len(made.changes)))
