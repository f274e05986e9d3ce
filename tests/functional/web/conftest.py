"""A site for the tests of the web room: fresh on each database, or one for all that only read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.site import Site, make_site


@pytest.fixture
def site(database_url: str) -> Iterator[Site]:
    """Return a fresh site without records, once on each kind of database."""
    made = make_site(database_url)
    yield made
    made.installation.close()


@pytest.fixture(scope="session")
def full_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Return a site with the demo company, for tests that change nothing."""
    made = make_site(f"sqlite:///{tmp_path_factory.mktemp('site') / 'lotse.sqlite'}", demo=True, company=True)
    yield made
    made.installation.close()
