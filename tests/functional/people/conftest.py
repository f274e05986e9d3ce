"""A site with people of every role, fresh on each kind of database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.functional.people.world import BOTH, World
from tests.support.site import make_site


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    """Yield the site."""
    made = make_site(database_url, roles=(BOTH,))
    yield World(made)
    made.installation.close()
