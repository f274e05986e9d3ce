"""Settings, typed and checked at start; the only reader of the environment.

Every setting is one environment variable `LOTSE_<NAME>`. A wrong one stops the program with a sentence, before
anything is opened.
"""

from __future__ import annotations

import importlib.util
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final

from app import readings
from app.errors import CannotStart
from app.language import DEFAULT_LOCALE, Label, Locale

ROOT = Path(__file__).resolve().parent.parent
#: Where a fresh clone keeps its database and secret; ignored by git.
VAR = ROOT / "var"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that may differ between two installations.

    Args:
        database_url: SQLAlchemy URL; `sqlite:///…` or `postgresql+psycopg://…`.
        metadata: folder of the base documents.
        plugins: folder of the plugins.
        secret_key: signs sessions and tokens, at least 32 characters.
        host, port: where to listen.
        workers: processes that serve; more than one is worth it on PostgreSQL.
        threads: threads of each process.
        demo: whether demo users are shown on the sign-in page. Never in production.
        locale: language of somebody who hasn't chosen one.
        time_zone: IANA name; times are shown in it.
        trusted_hosts: host names that requests may be addressed to; empty for all (only sensible on loopback).
        https: whether the product is reached by https, so that cookies are marked secure.
        oidc_issuer: the address of a provider of OpenID Connect that people may sign in with, or blank.
        oidc_client_id, oidc_client_secret: as what the product is known there.
        oidc_label: what its button on the sign-in page says.
        breach_list: a file of stolen passwords, or None.
        breach_service: the address of a service that knows stolen passwords, or blank.
    """

    database_url: str
    metadata: Path
    plugins: Path
    secret_key: str
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    threads: int = 4
    demo: bool = False
    locale: Locale = DEFAULT_LOCALE
    time_zone: str = "Europe/Berlin"
    trusted_hosts: tuple[str, ...] = ()
    https: bool = False
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = field(default="", repr=False)
    oidc_label: str = "OpenID Connect"
    breach_list: Path | None = None
    breach_service: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """One environment variable: how it is read and what it means.

    Args:
        name: the field of :class:`Settings`; the variable is `LOTSE_` and the name in capitals.
        read: turns the variable's text into a value; raises ValueError for a text it can't take.
        expects: what a good value looks like, to be said when it isn't.
        meaning: one sentence for the reference page.
        example: a value that works.
    """

    name: str
    read: Callable[[str], Any]
    expects: Label
    meaning: Label
    example: str

    @property
    def variable(self) -> str:
        """Return the environment variable's name."""
        return f"LOTSE_{self.name.upper()}"


_YES_NO = Label("1 oder 0", "1 or 0")
_ADDRESS = Label("eine Adresse mit https://, ohne ? und #", "an address with https://, without ? and #")
_COUNT = Label("eine ganze Zahl zwischen 1 und 64", "a whole number between 1 and 64")

SETTINGS: tuple[Setting, ...] = (
    Setting(
        "database_url",
        readings.url,
        Label("sqlite:///PFAD oder postgresql+psycopg://…", "sqlite:///PATH or postgresql+psycopg://…"),
        Label("Die Datenbank; ohne Angabe eine Datei unter var/.", "The database; without it, a file below var/."),
        "postgresql+psycopg://lotse@localhost/lotse",
    ),
    Setting(
        "metadata",
        readings.path(Path.is_dir),
        Label("ein vorhandener Ordner", "an existing folder"),
        Label("Der Ordner der ausgelieferten Dokumente.", "The folder of the shipped documents."),
        "metadata",
    ),
    Setting(
        "plugins",
        readings.path(Path.is_dir),
        Label("ein vorhandener Ordner", "an existing folder"),
        Label("Der Ordner der Erweiterungen.", "The folder of the plugins."),
        "plugins",
    ),
    Setting(
        "secret_key",
        readings.secret,
        Label("mindestens 32 zufällige Zeichen", "at least 32 random characters"),
        Label(
            "Unterschreibt Sitzungen; ohne Angabe wird einmal einer unter var/ erzeugt.",
            "Signs sessions; without it, one is made once below var/.",
        ),
        "$(openssl rand -hex 32)",
    ),
    Setting(
        "host",
        str,
        Label("eine Adresse", "an address"),
        Label("Die Adresse, an der gelauscht wird.", "The address to listen on."),
        "127.0.0.1",
    ),
    Setting(
        "port",
        readings.whole(1, 65535),
        Label("eine ganze Zahl zwischen 1 und 65535", "a whole number between 1 and 65535"),
        Label("Der Port.", "The port."),
        "8000",
    ),
    Setting("workers", readings.whole(1, 64), _COUNT, Label("Prozesse, die bedienen.", "Processes that serve."), "2"),
    Setting("threads", readings.whole(1, 64), _COUNT, Label("Threads je Prozess.", "Threads of each process."), "4"),
    Setting(
        "demo",
        readings.yes_no,
        _YES_NO,
        Label(
            "Zeigt die Demo-Zugänge auf der Anmeldeseite. Nie im echten Betrieb.",
            "Shows the demo users on the sign-in page. Never in production.",
        ),
        "1",
    ),
    Setting(
        "locale",
        readings.locale,
        Label("de oder en", "de or en"),
        Label("Die Sprache, solange niemand eine gewählt hat.", "The language until somebody chooses one."),
        "de",
    ),
    Setting(
        "time_zone",
        readings.zone,
        Label("ein IANA-Name wie Europe/Berlin", "an IANA name such as Europe/Berlin"),
        Label(
            "Die Zeitzone, in der Zeiten gezeigt werden und Tage beginnen; sie gilt ab dem nächsten „lotse publish“.",
            "The time zone in which times are shown and days begin; it counts from the next “lotse publish” on.",
        ),
        "Europe/Vienna",
    ),
    Setting(
        "trusted_hosts",
        readings.names,
        Label("Namen, durch Komma getrennt", "names separated by commas"),
        Label("Rechnernamen, unter denen das Produkt erreicht werden darf.", "Host names it may be reached by."),
        "crm.example.com",
    ),
    Setting(
        "https",
        readings.yes_no,
        _YES_NO,
        Label("Ob das Produkt über https erreicht wird.", "Whether the product is reached by https."),
        "1",
    ),
    Setting(
        "oidc_issuer",
        readings.address,
        _ADDRESS,
        Label(
            "Die Adresse („issuer“) eines OpenID-Connect-Anbieters, über den sich Benutzer anmelden können.",
            "The address (“issuer”) of an OpenID Connect provider that people can sign in with.",
        ),
        "https://login.example.com/realms/company",
    ),
    Setting(
        "oidc_client_id",
        readings.told,
        Label("ein Text", "a text"),
        Label("Als was Lotse bei diesem Anbieter eingetragen ist.", "As what Lotse is registered with that provider."),
        "lotse",
    ),
    Setting(
        "oidc_client_secret",
        readings.told,
        Label("ein Text", "a text"),
        Label("Das Geheimnis, das der Anbieter dazu vergeben hat.", "The secret that the provider gave for it."),
        "$(cat /etc/lotse/oidc-secret)",
    ),
    Setting(
        "oidc_label",
        readings.told,
        Label("ein Text", "a text"),
        Label("Wie der Anbieter auf der Anmeldeseite heißt.", "What the provider is called on the sign-in page."),
        "Firmenkonto",
    ),
    Setting(
        "breach_list",
        readings.path(Path.is_file),
        Label("eine vorhandene Datei", "an existing file"),
        Label(
            "Eine Liste gestohlener Passwörter: SHA-1-Hashes nach ihrer Ordnung, eine Zeile HASH:ANZAHL je Passwort.",
            "A list of stolen passwords: SHA-1 hashes in their order, one line HASH:COUNT each.",
        ),
        "/srv/lotse/pwned-passwords-sha1.txt",
    ),
    Setting(
        "breach_service",
        readings.address,
        _ADDRESS,
        Label("Ein Dienst, der gestohlene Passwörter kennt.", "A service that knows stolen passwords."),
        "https://passwords.example.com",
    ),
)

#: What has to be given together.
_OIDC: Final = ("oidc_issuer", "oidc_client_id", "oidc_client_secret")
#: What signing in with a provider needs on top; the extra `oidc` brings it.
_OIDC_PACKAGES: Final = ("authlib", "requests")

_WRONG = Label(
    "{variable} hat einen Wert, der nicht passt. Erwartet wird {expects}, zum Beispiel {example}.",
    "{variable} has a value that doesn't fit. Expected is {expects}, for instance {example}.",
)
_UNKNOWN = Label(
    "{variable} ist keine Einstellung von Lotse. Nehmen Sie sie weg oder prüfen Sie die Schreibweise.",
    "{variable} is not a setting of Lotse. Remove it or check its spelling.",
)
_OIDC_INCOMPLETE = Label(
    "Für die Anmeldung über einen Anbieter fehlt {missing}. Setzen Sie es, oder nehmen Sie alle LOTSE_OIDC_… weg.",
    "Signing in with a provider lacks {missing}. Set this, too, or remove all LOTSE_OIDC_….",
)
_OIDC_PACKAGE = Label(
    "Für LOTSE_OIDC_ISSUER fehlt das Paket „{package}“. Installieren Sie den Zusatz: pip install -r "
    "requirements-oidc.lock",
    "LOTSE_OIDC_ISSUER needs the package “{package}”. Install the extra: pip install -r requirements-oidc.lock",
)


def _kept_secret() -> str:
    """Return the installation's own secret, made at the first start and readable by its owner alone."""
    path = VAR / "secret_key"
    if not path.exists():
        VAR.mkdir(exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32))
    return path.read_text().strip()


def _check_oidc(given: Mapping[str, Any]) -> None:
    """Make sure that a provider of sign-ins is named whole, and that its package is there.

    Raises:
        CannotStart: something is missing.
    """
    if not any(name.startswith("oidc_") for name in given):
        return
    missing = [setting.variable for setting in SETTINGS if setting.name in _OIDC and setting.name not in given]
    if missing:
        raise CannotStart(_OIDC_INCOMPLETE.format(missing=missing[0]))
    for package in _OIDC_PACKAGES:
        if importlib.util.find_spec(package) is None:
            raise CannotStart(_OIDC_PACKAGE.format(package=package))


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Build the settings out of environment variables.

    Args:
        environment: variables by name; those without the prefix `LOTSE_` are ignored.

    Raises:
        CannotStart: a variable is unknown or its value doesn't fit.
    """
    known = {setting.variable: setting for setting in SETTINGS}
    given: dict[str, Any] = {}
    for variable, text in environment.items():
        if not variable.startswith("LOTSE_"):
            continue
        setting = known.get(variable)
        if setting is None:
            raise CannotStart(_UNKNOWN.format(variable=variable))
        try:
            given[setting.name] = setting.read(text)
        except ValueError as wrong:
            message = _WRONG.format(variable=variable, expects=setting.expects, example=setting.example)
            raise CannotStart(message) from wrong
    _check_oidc(given)
    given.setdefault("database_url", f"sqlite:///{VAR / 'lotse.sqlite'}")
    given.setdefault("metadata", ROOT / "metadata")
    given.setdefault("plugins", ROOT / "plugins")
    if "secret_key" not in given:
        given["secret_key"] = _kept_secret()
    names = {field.name for field in fields(Settings)}
    return Settings(**{name: value for name, value in given.items() if name in names})
