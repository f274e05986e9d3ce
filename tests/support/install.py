"""A fresh database with documents published, in a few milliseconds where the same documents were installed before."""

from __future__ import annotations

import atexit
import functools
import itertools
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, make_url

from app.access.actor import PRODUCT, Actor
from app.changes.publish import publish
from app.context import Context
from app.demo.load import load_demo
from app.errors import InvalidMetadata, Issue, Severity
from app.language import Locale
from app.meta.documents import Document, load_all, load_directory
from app.runtime.snapshot import Snapshot
from app.runtime.store import Store
from app.storage.database import Database, open_database
from tests.support.postgres import Server
from tests.support.staff import Staff

ROOT = Path(__file__).resolve().parents[2]
#: The folders that a fresh clone publishes.
METADATA = ROOT / "metadata"
PLUGINS = ROOT / "plugins"
_SHIPPED: Final = frozenset({METADATA, PLUGINS})
_counter: Final = itertools.count()

Bodies = Mapping[tuple[str, str], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Installation:
    """A database with documents in force."""

    url: str
    database: Database
    store: Store

    @property
    def snapshot(self) -> Snapshot:
        """Return the configuration in force."""
        with self.database.read() as connection:
            return self.store.snapshot(connection)

    @contextmanager
    def ctx(
        self,
        actor: Actor = PRODUCT,
        locale: Locale = "de",
        *,
        now: datetime | None = None,
        parameters: Mapping[str, object] | None = None,
    ) -> Iterator[Context]:
        """Open a transaction that may write, as a request does; it commits when the block ends well."""
        with self.database.write() as connection:
            yield Context(
                snapshot=self.store.snapshot(connection),
                actor=actor,
                connection=connection,
                now=now or datetime.now(UTC),
                locale=locale,
                parameters=parameters or {},
            )

    def publish(self, *folders: Path, actor: Actor = PRODUCT, message: str = "Test") -> int:
        """Publish other documents and return the revision."""
        return publish(self.database, self.store, read_documents(*folders), actor, message).revision

    def close(self) -> None:
        """Close every connection, so that the database can be dropped."""
        self.database.close()


def read_documents(*folders: Path) -> tuple[Document, ...]:
    """Read folders of documents; the first is the base, each further one a layer above.

    A folder named like the shipped `plugins` stands for every plugin in it.

    Raises:
        InvalidMetadata: a file can't be read as a document.
    """
    documents: list[Document] = []
    issues: list[Issue] = []
    plugins = next((folder for folder in folders if folder == PLUGINS), None)
    layers = [folder for folder in folders if folder != PLUGINS]
    for number, folder in enumerate(layers):
        if number == 0:
            found, wrong = load_all(folder, plugins)
        else:
            found, wrong = load_directory(folder, f"plugin:{folder.parent.name}")
        documents += found
        issues += wrong
    if any(issue.severity is Severity.ERROR for issue in issues):
        raise InvalidMetadata(tuple(issues))
    return tuple(documents)


def write_documents(folder: Path, bodies: Bodies) -> Path:
    """Write documents as files, removing what stood there before; kind and key are filled in.

    Args:
        folder: where to; made where it is missing.
        bodies: what each document says beside `format` and `key`, by kind and key.
    """
    shutil.rmtree(folder, ignore_errors=True)
    for (kind, key), body in bodies.items():
        path = folder / kind / f"{key}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"format": 1, "key": key, **body}), encoding="utf-8")
    return folder


@dataclass(frozen=True, slots=True)
class _Template:
    """A database that is copied, with the configuration that was compiled for it."""

    url: URL
    store: Store


def _state(folders: tuple[Path, ...]) -> tuple[tuple[str, int, int], ...]:
    """Return what tells whether the files of some folders have changed; no test changes the shipped ones."""
    files = sorted(path for folder in folders if folder not in _SHIPPED for path in folder.rglob("*.json"))
    return tuple((str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in files)


@functools.lru_cache(maxsize=16)
def _template(url: URL, folders: tuple[Path, ...], state: tuple[tuple[str, int, int], ...], company: bool) -> _Template:
    """Return the template for some documents; `url` says on which server, and is made here on SQLite."""
    url = _place(url)
    if url.get_backend_name() != "sqlite":
        _server(url).create(url.database or "")
    database = open_database(url.render_as_string(hide_password=False), create=True)
    store = Store(database)
    publish(database, store, read_documents(*folders), PRODUCT, "Test")
    if company:
        load_demo(database, store)
    database.close()
    return _Template(url, store)


@functools.lru_cache(maxsize=32)
def _staffed(url: URL, folders: tuple[Path, ...], company: bool, staff: Staff) -> _Template:
    """Return the template of shipped documents that holds people, too: nearly every test wants the same ones."""
    template = _template(url, folders, _state(folders), company)
    url = _place(url)
    _copy(template.url, url)
    database = open_database(url.render_as_string(hide_password=False))
    _employ(database, template.store, staff)
    database.close()
    return _Template(url, template.store)


def _employ(database: Database, store: Store, staff: Staff) -> None:
    with database.write() as connection:
        staff.employ(connection, store.snapshot(connection).model.roles)


def _place(url: URL) -> URL:
    """Return where the next template goes, on the same server."""
    if url.get_backend_name() != "sqlite":
        return url.set(database=f"template_{os.getpid()}_{next(_counter)}")
    folder = Path(tempfile.mkdtemp(prefix="lotse-template-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return url.set(database=str(folder / "lotse.sqlite"))


def _server(url: URL) -> Server:
    """Return the PostgreSQL that a database is on."""
    return Server(Path(str(url.query["host"])))


def _copy(template: URL, url: URL) -> None:
    """Put a copy of a template where an empty database is, or none yet."""
    if url.get_backend_name() == "sqlite":
        shutil.copyfile(template.database or "", url.database or "")
    else:
        _server(url).drop(url.database or "")
        _server(url).create(url.database or "", template.database or "")


def install(url: str, *folders: Path, company: bool = False, staff: Staff | None = None) -> Installation:
    """Make a fresh database with documents in force.

    Args:
        url: a SQLite file that isn't there yet, or an empty PostgreSQL database.
        folders: see `read_documents`; without any, the shipped documents with every plugin.
        company: whether it holds the demo company, of today.
        staff: who is to work there, if anybody.

    Raises:
        InvalidMetadata: the documents have errors.
    """
    given = folders or (METADATA, PLUGINS)
    parsed = make_url(url)
    # The part of the address that says which database is left out, so that one template serves them all.
    server, shipped = parsed.set(database=""), _SHIPPED.issuperset(given)
    if shipped and staff is not None:
        template = _staffed(server, given, company, staff)
    else:
        template = _template(server, given, _state(given), company)
    _copy(template.url, parsed)
    database = open_database(url)
    store = Store(database)
    store.adopt(template.store)
    if not shipped and staff is not None:
        _employ(database, store, staff)
    return Installation(url, database, store)
