"""One filled database of each kind for all tests of this folder; they only read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.functional.query.documents import DOCUMENTS
from tests.functional.query.world import World, fill
from tests.support.install import install, write_documents
from tests.support.postgres import Server


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, worker_name: str
) -> Iterator[World]:
    """Return the records."""
    folder: Path = tmp_path_factory.mktemp("query")
    documents = write_documents(folder / "metadata", DOCUMENTS)
    if request.param == "sqlite":
        installation = install(f"sqlite:///{folder / 'lotse.sqlite'}", documents)
        yield fill(World(installation))
        installation.close()
        return
    server: Server = request.getfixturevalue("postgres_server")
    name = f"q_{worker_name}"
    installation = install(server.create(name), documents)
    yield fill(World(installation))
    installation.close()
    server.drop(name)


@pytest.fixture(scope="session")
def worker_name() -> str:
    """Return a name that no other worker of this run has."""
    return f"{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
