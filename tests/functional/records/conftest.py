"""The small installation of the write side's tests, on both databases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.functional.records.desk import METADATA, Desk
from tests.support.install import install


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    """Return an installation with the documents of these tests and nothing in it."""
    installation = install(database_url, METADATA)
    yield Desk(installation.database, installation.store)
    installation.database.close()
