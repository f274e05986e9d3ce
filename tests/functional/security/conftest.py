"""A site with its demo company, shared by the tests that don't change it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.site import Site, make_site

READER = "crm_manager+administrator"


@pytest.fixture(scope="module")
def full_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Return a site with the demo company."""
    url = f"sqlite:///{tmp_path_factory.mktemp('site') / 'lotse.sqlite'}"
    site = make_site(url, roles=(READER,), company=True)
    yield site
    site.installation.close()


@pytest.fixture
def demanding(tmp_path: Path) -> Path:
    """The shipped documents, but the role for sales demands a second factor."""
    folder = tmp_path / "company"
    (folder / "roles").mkdir(parents=True)
    changed = {"format": 1, "key": "sales", "second_factor": True}
    (folder / "roles" / "sales.json").write_text(json.dumps(changed), encoding="utf-8")
    return folder
