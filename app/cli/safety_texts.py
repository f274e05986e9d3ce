"""What is said about a configuration that isn't safe: what can happen, and what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from app.language import Label

#: Folders that a restart of the machine empties.
FORGETFUL: Final = tuple(Path("/") / name for name in ("dev/shm", "run", "tmp", "var/tmp"))

DEMO_IN_PUBLIC: Final = Label(
    "Mit LOTSE_DEMO stehen Kennwörter auf der Anmeldeseite; das geht nur auf 127.0.0.1. Nehmen Sie LOTSE_DEMO weg.",
    "With LOTSE_DEMO, passwords stand on the sign-in page; that only works on 127.0.0.1. Remove LOTSE_DEMO.",
)
DEMO: Final = Label(
    "LOTSE_DEMO ist an: Kennwörter stehen auf der Anmeldeseite. Nehmen Sie es weg, bevor echte Daten hineinkommen.",
    "LOTSE_DEMO is on: passwords stand on the sign-in page. Remove it before real data come in.",
)
NO_HTTPS: Final = Label(
    "Kennwörter gingen unverschlüsselt über das Netz. Lauschen Sie auf 127.0.0.1, stellen Sie einen Proxy mit https "
    "davor und setzen Sie LOTSE_HTTPS=1.",
    "Passwords would cross the network in the clear. Listen on 127.0.0.1, put a proxy with https in front and set "
    "LOTSE_HTTPS=1.",
)
ANY_HOST: Final = Label(
    "Unter welchem Namen das Produkt erreicht wird, ist nicht gesagt. Setzen Sie LOTSE_TRUSTED_HOSTS.",
    "By which name the product is reached isn't said. Set LOTSE_TRUSTED_HOSTS.",
)
PROXY_WITHOUT_HOSTS: Final = Label(
    "Mit LOTSE_HTTPS steht ein Proxy davor, dessen Rechnername nicht angenommen würde. Setzen Sie LOTSE_TRUSTED_HOSTS.",
    "With LOTSE_HTTPS there is a proxy in front, whose host name wouldn't be accepted. Set LOTSE_TRUSTED_HOSTS.",
)
AROUND_THE_PROXY: Final = Label(
    "Das Produkt lauscht auf allen Adressen, also auch am Proxy vorbei. Setzen Sie LOTSE_HOST=127.0.0.1 oder sperren "
    "Sie den Port.",
    "The product listens on all addresses, so also around the proxy. Set LOTSE_HOST=127.0.0.1 or close the port.",
)
HOST_WITH_STAR: Final = Label(
    "„{name}“ in LOTSE_TRUSTED_HOSTS ist kein Rechnername. Schreiben Sie jeden Namen aus.",
    "“{name}” in LOTSE_TRUSTED_HOSTS is no host name. Write out each name.",
)
HOST_IS_ADDRESS: Final = Label(
    "„{name}“ in LOTSE_TRUSTED_HOSTS ist kein Rechnername. Schreiben Sie nur den Namen, etwa crm.example.com.",
    "“{name}” in LOTSE_TRUSTED_HOSTS is no host name. Write only the name, such as crm.example.com.",
)
HOST_WITH_ALL_BELOW: Final = Label(
    "„{name}“ in LOTSE_TRUSTED_HOSTS lässt jeden Namen darunter zu. Schreiben Sie die Namen aus, die es gibt.",
    "“{name}” in LOTSE_TRUSTED_HOSTS lets any name below it pass. Write out the names that there are.",
)
SECRET_MONOTONOUS: Final = Label(
    "LOTSE_SECRET_KEY besteht aus zu wenigen verschiedenen Zeichen. Nehmen Sie die Ausgabe von „openssl rand -hex 32“.",
    "LOTSE_SECRET_KEY has too few different characters. Use what “openssl rand -hex 32” prints.",
)
SECRET_COPIED: Final = Label(
    "LOTSE_SECRET_KEY sieht aus wie aus einer Anleitung. Nehmen Sie die Ausgabe von „openssl rand -hex 32“.",
    "LOTSE_SECRET_KEY looks like one out of a manual. Use what “openssl rand -hex 32” prints.",
)
SECRET_READABLE: Final = Label(
    "Andere Benutzer dieses Rechners können „{path}“ lesen. Führen Sie „chmod 600“ darauf aus.",
    "Other users of this machine can read “{path}”. Run “chmod 600” on it.",
)
SECRET_TWICE: Final = Label(
    "LOTSE_SECRET_KEY steht auch in LOTSE_DATABASE_URL. Nehmen Sie für jedes ein eigenes Geheimnis.",
    "LOTSE_SECRET_KEY also stands in LOTSE_DATABASE_URL. Use a secret of its own for each.",
)
DEBUG: Final = Label(
    "FLASK_DEBUG ist an; Fehlerseiten zeigten Quelltext. Nehmen Sie es weg.",
    "FLASK_DEBUG is on; error pages would show source code. Remove it.",
)
NO_ASSERTS: Final = Label(
    "PYTHONOPTIMIZE ist gesetzt; damit prüft das Programm sich selbst nicht mehr. Nehmen Sie es weg.",
    "PYTHONOPTIMIZE is set; with it the program no longer checks itself. Remove it.",
)
ROOT: Final = Label(
    "Das Produkt läuft als root. Starten Sie es als Benutzer, dem nur seine Datenbank gehört.",
    "The product runs as root. Start it as a user who owns nothing but its database.",
)
FOLDER_WRITABLE: Final = Label(
    "Alle Benutzer dieses Rechners dürfen im Ordner „{path}“ schreiben. Führen Sie „chmod o-w“ darauf aus.",
    "All users of this machine may write to the folder “{path}”. Run “chmod o-w” on it.",
)
FILE_WRITABLE: Final = Label(
    "Alle Benutzer dieses Rechners dürfen die Datenbank „{path}“ ändern. Führen Sie „chmod 600“ darauf aus.",
    "All users of this machine may change the database “{path}”. Run “chmod 600” on it.",
)
FILE_READABLE: Final = Label(
    "Alle Benutzer dieses Rechners dürfen die Datenbank „{path}“ lesen. Führen Sie „chmod 600“ darauf aus.",
    "All users of this machine may read the database “{path}”. Run “chmod 600” on it.",
)
FILE_GROUP: Final = Label(
    "Die Gruppe der Datenbank „{path}“ darf sie lesen. Führen Sie „chmod 600“ darauf aus, wenn das niemand braucht.",
    "The group of the database “{path}” may read it. Run “chmod 600” on it if nobody needs that.",
)
TEMPORARY: Final = Label(
    "Die Datenbank „{path}“ liegt in einem Ordner, der beim Neustart geleert wird. Legen Sie sie woanders hin.",
    "The database “{path}” is in a folder that a restart empties. Put it elsewhere.",
)
WORKERS_ON_SQLITE: Final = Label(
    "Mehrere Prozesse bringen auf SQLite nichts, weil nur einer schreiben kann. Nehmen Sie LOTSE_WORKERS=1 oder "
    "PostgreSQL.",
    "Several processes are of no use on SQLite, since only one can write. Use LOTSE_WORKERS=1 or PostgreSQL.",
)
DATABASE_IN_CLEAR: Final = Label(
    "Alle Daten gingen unverschlüsselt zum Datenbankserver „{host}“. Hängen Sie ?sslmode=verify-full an "
    "LOTSE_DATABASE_URL.",
    "All data would go to the database server “{host}” in the clear. Append ?sslmode=verify-full to "
    "LOTSE_DATABASE_URL.",
)
DATABASE_UNCHECKED: Final = Label(
    "Ob „{host}“ der richtige Datenbankserver ist, prüft niemand. Nehmen Sie sslmode=verify-full.",
    "Nobody checks whether “{host}” is the right database server. Use sslmode=verify-full.",
)
NO_PASSWORD: Final = Label(
    "Der Datenbankserver „{host}“ verlangt kein Kennwort. Geben Sie dem Benutzer eines und schreiben Sie es in "
    "LOTSE_DATABASE_URL.",
    "The database server “{host}” asks for no password. Give the user one and write it into LOTSE_DATABASE_URL.",
)
AS_POSTGRES: Final = Label(
    "Das Produkt meldet sich bei PostgreSQL als „postgres“ an, der alles darf. Legen Sie einen eigenen Benutzer an.",
    "The product signs in to PostgreSQL as “postgres”, who may do anything. Make a user of its own.",
)
