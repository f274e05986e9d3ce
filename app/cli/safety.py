"""Whether a configuration is safe: looked at by `lotse doctor`, and by `lotse run` before it serves.

What is an error here is refused by `lotse run`; a warning is only told.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from sqlalchemy import make_url

from app.cli import safety_texts as texts
from app.cli.finding import Finding, Gravity, error, warning
from app.config import VAR, Settings
from app.errors import CannotStart
from app.readings import LOOPBACK

#: Words in secrets that somebody copied from somewhere.
_COPIED: Final = ("change", "secret", "password", "passwort", "example", "geheim", "default")
_LEAST_DISTINCT: Final = 8
_ON: Final = frozenset({"1", "true", "yes", "on"})
#: Ways to PostgreSQL that are encrypted, or that the server insists on.
_ENCRYPTED: Final = frozenset({"require", "verify-ca", "verify-full"})


def require_safe(settings: Settings, environment: Mapping[str, str]) -> None:
    """Refuse a configuration that is clearly unsafe; the demo on one's own machine may be as it likes.

    Raises:
        CannotStart: with the first thing that is unsafe.
    """
    if settings.demo and settings.host in LOOPBACK:
        return
    for finding in look_at(settings, environment):
        if finding.gravity is Gravity.ERROR:
            raise CannotStart(finding.words)


def look_at(settings: Settings, environment: Mapping[str, str]) -> Iterator[Finding]:
    """Yield everything about a configuration that isn't as it should be.

    Args:
        settings: the configuration.
        environment: the variables it came from, and others that libraries read.
    """
    yield from _reach(settings)
    yield from _hosts(settings)
    yield from _secret(settings, environment)
    yield from _process(settings, environment)
    yield from _folders(settings)
    if make_url(settings.database_url).get_backend_name() == "sqlite":
        yield from _sqlite(settings)
    else:
        yield from _postgresql(settings)


def _reach(settings: Settings) -> Iterator[Finding]:
    public = settings.host not in LOOPBACK
    if settings.demo:
        yield error("demo", texts.DEMO_IN_PUBLIC) if public else warning("demo", texts.DEMO)
    if public and not settings.https:
        yield error("https", texts.NO_HTTPS)
    if public and not settings.trusted_hosts:
        yield error("hosts", texts.ANY_HOST)
    if settings.https and settings.host in ("0.0.0.0", "::"):  # noqa: S104  that is what is looked for
        yield warning("proxy", texts.AROUND_THE_PROXY)
    if settings.https and not public and not settings.trusted_hosts:
        yield error("hosts", texts.PROXY_WITHOUT_HOSTS)


def _hosts(settings: Settings) -> Iterator[Finding]:
    for name in settings.trusted_hosts:
        if "*" in name:
            yield error("hosts", texts.HOST_WITH_STAR.format(name=name))
        elif any(mark in name for mark in "/@?# \t"):
            yield error("hosts", texts.HOST_IS_ADDRESS.format(name=name))
        elif name.startswith("."):
            yield warning("hosts", texts.HOST_WITH_ALL_BELOW.format(name=name))


def _secret(settings: Settings, environment: Mapping[str, str]) -> Iterator[Finding]:
    secret = settings.secret_key
    if len(set(secret)) < _LEAST_DISTINCT:
        yield error("secret", texts.SECRET_MONOTONOUS)
    elif any(word in secret.lower() for word in _COPIED):
        yield error("secret", texts.SECRET_COPIED)
    if "LOTSE_SECRET_KEY" not in environment:
        path = VAR / "secret_key"
        if _mode(path) & 0o077:
            yield error("secret", texts.SECRET_READABLE.format(path=path))
    if secret in settings.database_url:
        yield error("secret", texts.SECRET_TWICE)


def _process(settings: Settings, environment: Mapping[str, str]) -> Iterator[Finding]:
    if environment.get("FLASK_DEBUG", "").lower() in _ON:
        yield error("debug", texts.DEBUG)
    if environment.get("PYTHONOPTIMIZE"):
        yield error("asserts", texts.NO_ASSERTS)
    if os.geteuid() == 0 and settings.host not in LOOPBACK:
        yield warning("root", texts.ROOT)


def _folders(settings: Settings) -> Iterator[Finding]:
    for folder in (settings.metadata, settings.plugins):
        if _mode(folder) & stat.S_IWOTH:
            yield error("documents", texts.FOLDER_WRITABLE.format(path=folder))


def _sqlite(settings: Settings) -> Iterator[Finding]:
    path = Path(make_url(settings.database_url).database or "").expanduser().resolve()
    mode, folder = _mode(path), _mode(path.parent)
    if mode & stat.S_IWOTH:
        yield error("file", texts.FILE_WRITABLE.format(path=path))
    elif mode & stat.S_IROTH:
        yield error("file", texts.FILE_READABLE.format(path=path))
    elif mode & 0o070:
        yield warning("file", texts.FILE_GROUP.format(path=path))
    if folder & stat.S_IWOTH and not folder & stat.S_ISVTX:
        yield error("folder", texts.FOLDER_WRITABLE.format(path=path.parent))
    if any(path.is_relative_to(place) for place in texts.FORGETFUL):
        yield warning("folder", texts.TEMPORARY.format(path=path))
    if settings.workers > 1:
        yield warning("workers", texts.WORKERS_ON_SQLITE)


def _postgresql(settings: Settings) -> Iterator[Finding]:
    url = make_url(settings.database_url)
    host = str(url.host or url.query.get("host") or "")
    local = host.startswith("/") or host in ("", *LOOPBACK)
    if not local and url.query.get("sslmode") not in _ENCRYPTED:
        yield error("connection", texts.DATABASE_IN_CLEAR.format(host=host))
    elif not local and url.query.get("sslmode") == "require":
        yield warning("connection", texts.DATABASE_UNCHECKED.format(host=host))
    if not local and not url.password and "passfile" not in url.query:
        yield warning("connection", texts.NO_PASSWORD.format(host=host))
    if url.username == "postgres":
        yield warning("connection", texts.AS_POSTGRES)


def _mode(path: Path) -> int:
    """Return who may do what with a file or folder; nothing where there is none."""
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return 0
