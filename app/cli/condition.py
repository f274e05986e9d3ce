"""What condition a database is in: version, settings of its server, damage, drift, size, age of the last backup."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, func, make_url, select
from sqlalchemy.exc import DBAPIError

from app.cli import ledgers
from app.cli.finding import Finding, error, fine, told, warning
from app.config import Settings
from app.language import Label
from app.runtime.snapshot import Snapshot
from app.storage import integrity
from app.storage.drift import find_drift
from app.storage.indexes import Hanging, HangingKind, hanging_drift
from app.system import backups, factors

_MEBIBYTE: Final = 1024 * 1024
_LITTLE_DISK: Final = 500 * _MEBIBYTE
#: A journal that is longer than this isn't written back: somebody reads without an end.
_LONG_JOURNAL: Final = 256 * _MEBIBYTE
_OLD_BACKUP: Final = timedelta(hours=50)
_MOST_DAMAGE: Final = 5

_FREE: Final = Label("{free} MiB frei", "{free} MiB free")
_FULL: Final = Label(
    "Nur noch {free} MiB frei. Schaffen Sie Platz, bevor nichts mehr gespeichert werden kann.",
    "Only {free} MiB free. Free some space before nothing can be saved any more.",
)
_NO_ROOM: Final = Label(
    "{free} MiB frei, weniger als die Datenbank groß ist ({size} MiB). Schaffen Sie Platz für Sicherungen.",
    "{free} MiB free, less than the database is long ({size} MiB). Free some space for backups.",
)
_JOURNAL: Final = Label(
    "Das Journal ist {size} MiB lang, weil jemand ohne Ende liest. Starten Sie Lotse neu.",
    "The journal is {size} MiB long, because somebody reads without an end. Restart Lotse.",
)
_DAMAGED: Final = Label(
    "Die Datenbankdatei ist beschädigt ({what}). Halten Sie Lotse an, prüfen Sie den Datenträger und spielen Sie die "
    "letzte Sicherung ein.",
    "The database file is damaged ({what}). Stop Lotse, check the disk and restore the last backup.",
)
_SOUND: Final = Label("unversehrt", "sound")
_UNSAFE_SERVER: Final = Label(
    "Auf dem PostgreSQL-Server ist „{name}“ aus; bei einem Stromausfall ginge Gespeichertes verloren. Schalten Sie es "
    "ein.",
    "On the PostgreSQL server “{name}” is off; a power cut would lose what was saved. Switch it on.",
)
_SUPERUSER: Final = Label(
    "Der Datenbankbenutzer „{name}“ darf auf dem Server alles. Nehmen Sie einen, dem nur diese Datenbank gehört.",
    "The database user “{name}” may do anything on the server. Use one who owns nothing but this database.",
)
_NO_CHECKSUMS: Final = Label(
    "Der PostgreSQL-Server bemerkt beschädigte Seiten nicht. Schalten Sie mit „pg_checksums --enable“ Prüfsummen ein.",
    "The PostgreSQL server doesn't notice damaged pages. Switch on checksums with “pg_checksums --enable”.",
)
_UNSAFE_JOURNAL: Final = Label(
    "SQLite schreibt nicht sicher („{name}“ ist „{value}“). Lassen Sie die Datei nur von Lotse öffnen.",
    "SQLite doesn't write safely (“{name}” is “{value}”). Let only Lotse open the file.",
)
_OLD_JOURNAL: Final = Label(
    "SQLite {version} hat einen Fehler, durch den Dateien beschädigt werden können; Lotse umgeht ihn und ist dabei "
    "langsamer. Führen Sie „make setup“ aus.",
    "SQLite {version} has a bug that can damage files; Lotse goes around it and is slower for it. Run “make setup”.",
)
_NO_BACKUP: Final = Label(
    "Es gibt noch keine Sicherung. Führen Sie „lotse backup DATEI“ aus, am besten jede Nacht.",
    "There is no backup yet. Run “lotse backup FILE”, best every night.",
)
_AGED: Final = Label(
    "Die letzte Sicherung ist {hours} Stunden alt. Führen Sie „lotse backup DATEI“ aus, am besten jede Nacht.",
    "The last backup is {hours} hours old. Run “lotse backup FILE”, best every night.",
)
_RECENT: Final = Label("{hours} Stunden alt, {rows} Zeilen", "{hours} hours old, {rows} rows")
_LOST_FACTORS: Final = Label(
    "Die Codes von {count} Authenticator-Apps lassen sich nicht prüfen, weil LOTSE_SECRET_KEY ein anderer ist. Setzen "
    "Sie den früheren, oder führen Sie für die Betroffenen „lotse user remove-factors“ aus.",
    "The codes of {count} authenticator apps can't be checked, since LOTSE_SECRET_KEY is another one. Set the earlier "
    "one, or run “lotse user remove-factors” for those concerned.",
)
_REVISION: Final = Label("{revision}, {count} Objekte", "{revision}, {count} entities")
_DRIFT: Final = Label(
    "„{subject}“ fehlt oder ist anders. „lotse publish“ legt Fehlendes wieder an.",
    "“{subject}” is missing or different. “lotse publish” makes again what is missing.",
)
_LOST_GUARD: Final = Label(
    "„{name}“ fehlt auf „{table}“; ohne das können falsche Daten entstehen, etwa doppelte Werte. "
    "„lotse publish“ legt es wieder an.",
    "“{name}” is missing on “{table}”; without it data can get wrong, such as values that repeat. "
    "“lotse publish” makes it again.",
)
_LOST_FIXED: Final = Label(
    "„{name}“ fehlt auf „{table}“; ohne das können falsche Daten entstehen, etwa doppelte Werte. "
    "Nehmen Sie eine Sicherung und spielen Sie sie in eine neue Datenbank ein.",
    "“{name}” is missing on “{table}”; without it data can get wrong, such as values that repeat. "
    "Take a backup and restore it into a new database.",
)
_OTHER_INDEX: Final = Label(
    "Der Index „{name}“ auf „{table}“ ist anders, als er sein soll. Löschen Sie ihn in der Datenbank (DROP INDEX), und "
    "führen Sie „lotse publish“ aus.",
    "The index “{name}” on “{table}” isn't what it should be. Drop it in the database (DROP INDEX), and run "
    "“lotse publish”.",
)
_LEFT_INDEX: Final = Label(
    "Der Index „{name}“ auf „{table}“ lehnt Werte ab, die erlaubt sind. „lotse publish“ entfernt ihn.",
    "The index “{name}” on “{table}” refuses values that are allowed. “lotse publish” takes it away.",
)
_SLOW: Final = Label(
    "Der Index „{name}“ auf „{table}“ fehlt; Lesen wird dadurch langsam. „lotse publish“ legt ihn wieder an.",
    "The index “{name}” on “{table}” is missing, which makes reading slow. “lotse publish” makes it again.",
)

#: Looks at something that a room of its own knows, such as the chain of history or gaps of numbers.
Look = Callable[[Connection, Snapshot], Iterator[Finding]]


def disk(settings: Settings) -> Iterator[Finding]:
    """Look at the room that is left beside the database's file, and at its journal."""
    url = make_url(settings.database_url)
    embedded = url.get_backend_name() == "sqlite"
    path = Path(url.database or ".").resolve()
    folder = path.parent if embedded else Path.cwd()
    if not folder.is_dir():
        return
    free = shutil.disk_usage(folder).free
    size = path.stat().st_size if embedded and path.is_file() else 0
    if free < _LITTLE_DISK:
        yield error("disk", _FULL.format(free=free // _MEBIBYTE))
    elif free < size:
        yield warning("disk", _NO_ROOM.format(free=free // _MEBIBYTE, size=size // _MEBIBYTE))
    else:
        yield fine("disk", _FREE.format(free=free // _MEBIBYTE))
    journal = path.with_name(path.name + "-wal")
    if embedded and journal.is_file() and journal.stat().st_size > _LONG_JOURNAL:
        yield warning("journal", _JOURNAL.format(size=journal.stat().st_size // _MEBIBYTE))


def engine(connection: Connection) -> Iterator[Finding]:
    """Look at the database's own program: its version, and whether it keeps what it was given."""
    embedded = connection.dialect.name == "sqlite"
    version = connection.execute(
        select(func.sqlite_version() if embedded else func.current_setting("server_version"))
    ).scalar_one()
    yield told("engine", Label.same(f"{connection.dialect.name} {version}"))
    yield from _sqlite(connection, version) if embedded else _postgresql(connection)


def _sqlite(connection: Connection, version: str) -> Iterator[Finding]:
    how = integrity.durability(connection)
    if how["synchronous"] < integrity.FULL:
        yield error("durability", _UNSAFE_JOURNAL.format(name="synchronous", value=how["synchronous"]))
    if how["journal_mode"] not in ("wal", "delete"):
        yield error("durability", _UNSAFE_JOURNAL.format(name="journal_mode", value=how["journal_mode"]))
    if how["journal_mode"] == "delete":
        yield warning("engine", _OLD_JOURNAL.format(version=version))
    try:
        damage = integrity.damage(connection, _MOST_DAMAGE)
    except DBAPIError as failure:
        damage = (str(failure.orig),)
    if damage:
        yield error("integrity", _DAMAGED.format(what="; ".join(damage)))
    else:
        yield fine("integrity", _SOUND)


def _postgresql(connection: Connection) -> Iterator[Finding]:
    settings = integrity.server_settings(connection)
    for name in ("fsync", "full_page_writes", "synchronous_commit"):
        if settings[name] == "off":
            yield error("durability", _UNSAFE_SERVER.format(name=name))
    if settings["data_checksums"] == "off":
        yield warning("integrity", _NO_CHECKSUMS)
    if settings["is_superuser"] == "on":
        yield warning("connection", _SUPERUSER.format(name=settings["session_authorization"]))


def backup_age(connection: Connection, now: datetime | None = None) -> Iterator[Finding]:
    """Look at how old the last backup is."""
    last = backups.last(connection)
    if last is None:
        yield warning("backup", _NO_BACKUP)
        return
    age = (now or datetime.now(UTC)).replace(tzinfo=None) - last.taken_at
    hours = int(age.total_seconds() // 3600)
    if age > _OLD_BACKUP:
        yield warning("backup", _AGED.format(hours=hours))
    else:
        yield fine("backup", _RECENT.format(hours=hours, rows=last.row_count))


def second_factors(connection: Connection, key: bytes) -> Iterator[Finding]:
    """Look at whether the codes of authenticator apps can be checked with the installation's key."""
    lost = factors.unreadable(connection, key)
    if lost:
        yield warning("factors", _LOST_FACTORS.format(count=lost))


def revision(connection: Connection, snapshot: Snapshot) -> Iterator[Finding]:
    """Look at whether the database is as its revision needs it."""
    words = _REVISION.format(revision=snapshot.revision, count=len(snapshot.model.entities))
    yield fine("revision", words)
    for one in find_drift(connection, snapshot.tables):
        yield error("drift", _DRIFT.format(subject=one.subject))
    for hanging in hanging_drift(connection, snapshot.tables):
        words = _words_for(hanging).format(name=hanging.name, table=hanging.table)
        yield error("indexes", words) if hanging.guards else warning("indexes", words)


def _words_for(one: Hanging) -> Label:
    if one.kind is HangingKind.DIFFERENT:
        return _OTHER_INDEX
    if one.kind is HangingKind.SUPERFLUOUS:
        return _LEFT_INDEX
    if not one.guards:
        return _SLOW
    return _LOST_GUARD if one.made_anew else _LOST_FIXED


#: What other rooms have to say about a database; each is asked in one reading transaction.
LOOKS: Final[tuple[Look, ...]] = (revision, ledgers.chain, ledgers.numbers)
