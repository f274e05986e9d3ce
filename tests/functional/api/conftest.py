"""A site with the small company of these tests, fresh on each database or once for all that change nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.functional.api.world import CLERK, write_world
from tests.support.program import Program, program
from tests.support.site import Site, make_site


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    """Return a site without records, once on each kind of database."""
    made = make_site(database_url, write_world(tmp_path / "metadata"))
    yield made
    made.installation.close()


@pytest.fixture
def clerk(site: Site) -> Program:
    """Return a program that may do everything."""
    return program(site, CLERK)
