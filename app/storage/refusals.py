"""Why the product doesn't start with a database: one sentence each, which says what is wrong and what to do.

Drivers report the same trouble in many ways; here each is turned into the sentence that helps.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError

from app.language import Label

BAD_URL: Final = Label(
    "LOTSE_DATABASE_URL ist keine Adresse einer Datenbank. Nehmen Sie sqlite:///PFAD oder postgresql+psycopg://….",
    "LOTSE_DATABASE_URL is not the address of a database. Use sqlite:///PATH or postgresql+psycopg://….",
)
OLD_SQLITE: Final = Label(
    "SQLite {version} ist zu alt, gebraucht wird mindestens {least}. Führen Sie „make setup“ noch einmal aus.",
    "SQLite {version} is too old, at least {least} is needed. Run “make setup” again.",
)
OLD_POSTGRESQL: Final = Label(
    "PostgreSQL {version} ist zu alt, gebraucht wird mindestens {least}. Aktualisieren Sie den Server.",
    "PostgreSQL {version} is too old, at least {least} is needed. Upgrade the server.",
)
NOT_A_FILE: Final = Label(
    "„{path}“ ist keine Datei. Geben Sie in LOTSE_DATABASE_URL den Pfad einer Datenbankdatei an.",
    "“{path}” is not a file. Give the path of a database file in LOTSE_DATABASE_URL.",
)
MISSING_FILE: Final = Label(
    "Die Datenbank „{path}“ gibt es nicht. Legen Sie sie mit „lotse publish“ an oder prüfen Sie LOTSE_DATABASE_URL.",
    "There is no database “{path}”. Create it with “lotse publish” or check LOTSE_DATABASE_URL.",
)
MISSING_FOLDER: Final = Label(
    "Den Ordner „{path}“ für die Datenbank gibt es nicht. Legen Sie ihn an oder prüfen Sie LOTSE_DATABASE_URL.",
    "There is no folder “{path}” for the database. Create it or check LOTSE_DATABASE_URL.",
)
READ_ONLY: Final = Label(
    "Die Datenbank „{path}“ darf nur gelesen werden. Geben Sie Schreibrechte auf die Datei und ihren Ordner.",
    "The database “{path}” may only be read. Grant write access to the file and its folder.",
)
FULL: Final = Label(
    "Der Datenträger der Datenbank „{path}“ ist voll. Schaffen Sie Platz und starten Sie noch einmal.",
    "The disk of the database “{path}” is full. Free some space and start again.",
)
NOT_A_DATABASE: Final = Label(
    "„{path}“ ist keine SQLite-Datenbank oder beschädigt. Spielen Sie eine Sicherung ein oder wählen Sie eine andere.",
    "“{path}” is not a SQLite database, or is damaged. Restore a backup or use another file.",
)
BUSY: Final = Label(
    "Die Datenbank „{path}“ ist gesperrt. Beenden Sie das Programm, das darin schreibt, und starten Sie noch einmal.",
    "The database “{path}” is locked. End the program that writes to it and start again.",
)
UNUSABLE: Final = Label(
    "Die Datenbank „{path}“ lässt sich nicht öffnen ({reason}). Prüfen Sie LOTSE_DATABASE_URL.",
    "The database “{path}” can't be opened ({reason}). Check LOTSE_DATABASE_URL.",
)
UNREACHABLE: Final = Label(
    "Der PostgreSQL-Server unter „{path}“ antwortet nicht. Starten Sie ihn oder prüfen Sie LOTSE_DATABASE_URL.",
    "The PostgreSQL server at “{path}” doesn't answer. Start it or check LOTSE_DATABASE_URL.",
)
NO_SUCH_DATABASE: Final = Label(
    "Die PostgreSQL-Datenbank „{path}“ fehlt. Legen Sie sie mit „createdb“ an oder prüfen Sie LOTSE_DATABASE_URL.",
    "There is no PostgreSQL database “{path}”. Create it with “createdb” or check LOTSE_DATABASE_URL.",
)
SIGN_IN: Final = Label(
    "PostgreSQL lässt den Benutzer für „{path}“ nicht herein. Prüfen Sie Name und Kennwort in LOTSE_DATABASE_URL.",
    "PostgreSQL doesn't let the user in to “{path}”. Check name and password in LOTSE_DATABASE_URL.",
)
NOT_UTF8: Final = Label(
    "Die Datenbank „{database}“ speichert Text nicht als UTF-8. Legen Sie eine mit der Kodierung UTF8 an.",
    "The database “{database}” doesn't store text as UTF-8. Create one with the encoding UTF8.",
)
FROZEN: Final = Label(
    "Die Datenbank „{database}“ nimmt nur Lesezugriffe an. Verbinden Sie sich mit dem Hauptserver.",
    "The database “{database}” only accepts reads. Connect to the primary server.",
)
MAY_NOT_CREATE: Final = Label(
    "Der Benutzer darf in der Datenbank „{database}“ keine Tabellen anlegen. Geben Sie ihm das Recht CREATE.",
    "The user may not create tables in the database “{database}”. Grant the right CREATE.",
)

_SQLITE_READ_ONLY: Final = ("readonly", "read-only")
_SQLITE_FULL: Final = ("disk is full", "disk i/o error")
_SQLITE_GARBAGE: Final = ("not a database", "malformed")
_SQLITE_BUSY: Final = ("is locked",)


def of_sqlite(failure: DBAPIError, path: Path) -> Label:
    """Return the sentence for an error of SQLite's driver."""
    reason = str(failure.orig)
    said = reason.lower()
    if any(words in said for words in _SQLITE_READ_ONLY):
        return READ_ONLY.format(path=path)
    if any(words in said for words in _SQLITE_FULL):
        return FULL.format(path=path)
    if any(words in said for words in _SQLITE_GARBAGE):
        return NOT_A_DATABASE.format(path=path)
    if any(words in said for words in _SQLITE_BUSY):
        return BUSY.format(path=path)
    if not os.access(path, os.R_OK | os.W_OK) or not os.access(path.parent, os.W_OK):
        return READ_ONLY.format(path=path)
    return UNUSABLE.format(path=path, reason=reason)


def of_postgresql(failure: DBAPIError, url: URL) -> Label:
    """Return the sentence for an error of PostgreSQL's driver."""
    path = f"{url.host or 'localhost'}:{url.port or 5432}/{url.database or ''}"
    state: Any = getattr(failure.orig, "sqlstate", None)
    said = str(failure.orig).lower()
    if state == "3D000" or ("database" in said and "does not exist" in said):
        return NO_SUCH_DATABASE.format(path=path)
    if state in ("28000", "28P01") or "authentication" in said or 'role "' in said or "no password" in said:
        return SIGN_IN.format(path=path)
    if state in ("53100", "53200"):
        return FULL.format(path=path)
    if state == "25006":
        return FROZEN.format(database=url.database)
    if state is None:
        return UNREACHABLE.format(path=path)
    return UNUSABLE.format(path=path, reason=said.splitlines()[0])


def of_failure(failure: DBAPIError, url: URL) -> Label:
    """Return the sentence for an error of either driver."""
    if url.get_backend_name() == "sqlite":
        return of_sqlite(failure, Path(url.database or ""))
    return of_postgresql(failure, url)
