"""The restore drill: a company is backed up while people write, comes back on either database, and answers the same."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import func, select, update

from app.backup.archive import Manifest, check
from app.backup.restore import restore
from app.backup.take import take
from app.cli.condition import LOOKS
from app.cli.finding import Gravity
from app.factory import create_app
from app.records.altered import altered
from app.records.miscomputed import miscomputed
from app.records.unrecorded import unrecorded
from app.runtime.start import ready
from app.runtime.store import Store
from app.storage.database import Database, open_database
from app.storage.logical import LogicalHash, logical_hash
from app.system import backups
from app.system.tables import AuditEntry, User, table_of
from app.system.verify import Walked, flaws
from app.web.lifecycle import running
from tests.functional.backup.answers import READER, Keys, answers, hand_out, still_open
from tests.support.install import Installation
from tests.support.postgres import Server
from tests.support.proof import Tally, size
from tests.support.site import Site, Visitor, make_site


def hashed(database: Database, store: Store) -> LogicalHash:
    """Return the logical hash of a whole database, but for what it notes about its own backups."""
    with database.read() as connection:
        return logical_hash(connection, store.snapshot(connection).tables, without=("sys_backup",))


@contextmanager
def people_writing(visitor: Visitor) -> Iterator[list[int]]:
    """Have somebody save records until the block ends; yields the statuses of his saves."""
    statuses: list[int] = []
    done = threading.Event()
    token = visitor.token()

    def write() -> None:
        while not done.is_set():
            form = {"csrf_token": token, "name": f"Neu {len(statuses)} GmbH", "roles": "kunde", "_sent": "roles"}
            statuses.append(visitor.client.post("/r/account/new", data=form).status_code)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield statuses
    finally:
        done.set()
        thread.join()


class Company(NamedTuple):
    """A site, and what people hold to get into it."""

    site: Site
    keys: Keys


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def company(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, postgres_server: Server
) -> Iterator[Company]:
    """Return a site with the demo company, once on each kind of database."""
    url = f"sqlite:///{tmp_path_factory.mktemp('company') / 'lotse.sqlite'}"
    name = f"company_{os.getpid()}"
    if request.param == "postgresql":
        url = postgres_server.create(name)
    site = make_site(url, roles=(READER,), company=True)
    yield Company(site, hand_out(site))
    site.installation.close()
    postgres_server.drop(name)


def served_from(url: str, site: Site) -> Site:
    """Return a site over another database with the settings of one."""
    database = open_database(url)
    with site.app.app_context():
        settings = replace(running().settings, database_url=url)
    store = ready(database)
    app = create_app(settings, database=database)
    return Site(Installation(url, database, store), app)


def brought_back(path: Path, url: str) -> Manifest:
    """Restore a backup into a new database."""
    database = open_database(url, create=True)
    try:
        return restore(database, Store(database), path)
    finally:
        database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def other_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return the URL of an empty database beside the one of `database_url`, once on each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'restored.sqlite'}"
        return
    server = request.getfixturevalue("postgres_server")
    name = f"restored_{tmp_path.name}".replace("-", "_")[:60]
    yield server.create(name)
    server.drop(name)


def test_a_restored_company_answers_the_same(company: Company, other_url: str, tmp_path: Path) -> None:
    """From either database into either: the same hash, passwords and tokens, the same answers byte for byte.

    Who changes the engine is asked everything; who stays on his is asked for pages.
    """
    site, keys = company
    database, store = site.installation.database, site.installation.store
    path = tmp_path / "backup.zip"
    before = hashed(database, store)
    taken = take(database, store, path)
    tally = Tally(f"restore drill, {database.dialect} to {other_url.partition(':')[0]}")
    tally.add("rows", taken.rows)
    assert hashed(database, store) == before
    brought_back(path, other_url)
    copy = served_from(other_url, site)
    assert hashed(copy.installation.database, copy.installation.store).different(before) == (
        "sys_audit",
        "sys_chain",
        "sys_history",
    )
    assert "backup.restore" in _actions(copy)
    moved = copy.installation.database.dialect != database.dialect
    there, here = (answers(one, keys, all_of_them=moved) for one in (copy, site))
    assert [question for question in here if there.get(question) != here[question]] == []
    assert there.keys() == here.keys()
    tally.counts.update(
        {"answers alike": len(here), "of them given": sum(status == 200 for status, _, _ in here.values())}
    )
    if moved:
        _is_sound(copy)
        still_open(copy, keys)
    tally.report(rows=1_001, answers_alike=50 if moved else 17, of_them_given=45 if moved else 17)
    _work_goes_on(copy, tmp_path)
    copy.installation.close()


def _is_sound(copy: Site) -> None:
    """What `lotse verify` and `lotse doctor` look at in a database is in order."""
    snapshot, database = copy.installation.snapshot, copy.installation.database
    with database.read() as connection:
        walked = Walked()
        found = [
            *flaws(connection, database.seal, walked),
            *unrecorded(connection, snapshot),
            *altered(connection, snapshot),
            *miscomputed(connection, snapshot),
        ]
        told = [one for look in LOOKS for one in look(connection, snapshot)]
    assert found == []
    assert walked.rows > 100
    assert [one for one in told if one.gravity is not Gravity.FINE] == []
    assert {one.name for one in told} == {"revision", "chain", "triggers", "numbers"}


def _actions(site: Site) -> set[str]:
    with site.installation.database.read() as connection:
        return set(connection.execute(select(table_of(AuditEntry).c.action)).scalars())


def _work_goes_on(copy: Site, tmp_path: Path) -> None:
    """New rows get new numbers, search finds old and new ones, and the restored database can be backed up itself."""
    visitor = copy.visitor(READER)
    made = visitor.post("/r/account/new", {"name": "Zwiebelwerk Nord", "roles": "kunde", "_sent": "roles"})
    assert made.status_code == 303
    assert "Zwiebelwerk" in visitor.get("/search?q=zwiebelwerk").text
    name = _some_name(copy)
    assert name in visitor.get(f"/e/account?q={name[:12]}").text
    second = tmp_path / "second.zip"
    taken = take(copy.installation.database, copy.installation.store, second)
    with copy.installation.database.read() as connection:
        noted = backups.last(connection)
    assert noted is not None
    assert (noted.byte_count, noted.logical_hash) == (second.stat().st_size, taken.logical)


def test_a_backup_under_writes_is_one_moment(database_url: str, postgres_server: Server, tmp_path: Path) -> None:
    """What is taken while somebody saves comes back whole on either engine: its own hash is proved."""
    site = make_site(database_url)
    tally = Tally(f"backups under writes, {site.installation.database.dialect}")
    paths = [tmp_path / f"busy{number}.zip" for number in range(size("backups under writes", 3, 20))]
    with people_writing(site.visitor("sales")) as statuses:
        taken = [take(site.installation.database, site.installation.store, path) for path in paths]
    tally.add("saves", statuses.count(303))
    for number, (path, manifest) in enumerate(zip(paths, taken, strict=True)):
        assert check(path) == manifest
        engine = ("sqlite", "postgresql")[number % 2]
        name = f"{site.installation.database.dialect}_{path.stem}_{os.getpid()}"
        url = f"sqlite:///{path.with_suffix('.sqlite')}" if engine == "sqlite" else postgres_server.create(name)
        assert brought_back(path, url).logical == manifest.logical
        copy = served_from(url, site)
        assert copy.visitor().sign_in("sales").status_code == 302
        copy.installation.close()
        if engine == "postgresql":
            postgres_server.drop(name)
        tally.add("restored")
        tally.add(f"restored to {engine}")
    tally.report(restored=len(paths), restored_to_sqlite=1, restored_to_postgresql=1, saves=4)
    site.installation.close()


def _some_name(site: Site) -> str:
    tables = site.installation.snapshot.tables
    with site.installation.database.read() as connection:
        found = connection.execute(select(func.min(tables["account"].c.name))).scalar_one()
    return str(found)


def test_what_the_hash_says_is_what_is_there(database_url: str) -> None:
    """One changed value of one row changes the hash of its table, and of no other."""
    site = make_site(database_url)
    database, store = site.installation.database, site.installation.store
    before = hashed(database, store)
    user = table_of(User)
    with database.write() as connection:
        connection.execute(update(user).where(user.c.id == 1).values(name="Somebody else"))
    after = hashed(database, store)
    assert after.different(before) == ("sys_user",)
    assert after.root != before.root
    site.installation.close()
