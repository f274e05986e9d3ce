"""A site with a field of every type, and people who may import."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.functional.api.world import write_world
from tests.functional.exchange.desk import Desk
from tests.support.site import Site, make_site

#: May do everything with everything, by files too.
IMPORTER = "importer"
_ALL = {"create": True, "read": True, "update": True, "retire": True, "import": True, "export": True}


def write_roles(folder: Path, **roles: dict[str, Any]) -> None:
    """Write further roles into a folder of documents."""
    for key, entities in roles.items():
        body = {"format": 1, "key": key, "label": {"de": key, "en": key}, "entities": entities}
        (folder / "roles" / f"{key}.json").write_text(json.dumps(body), encoding="utf-8")


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    """Return the documents."""
    folder = write_world(tmp_path / "metadata")
    write_roles(
        folder,
        importer={"*": _ALL},
        exporter={"*": {**_ALL, "import": False}},
        adder={"*": {"create": True, "read": True, "import": True, "export": True}},
        own={
            "*": {**_ALL, "read": "own", "update": "own"},
            "account": {**_ALL, "read": "own", "update": "own", "fields": {"size": "none"}},
            "person": {**_ALL, "update": "own", "fields": {"name": "write"}},
        },
    )
    return folder


@pytest.fixture
def site(database_url: str, documents: Path) -> Iterator[Site]:
    """Return a site without records, once on each kind of database."""
    made = make_site(database_url, documents)
    yield made
    made.installation.close()


@pytest.fixture
def desk(site: Site) -> Desk:
    """Return the desk of somebody who may do everything."""
    return Desk(site.visitor(IMPORTER))
