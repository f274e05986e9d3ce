"""The command `lotse` with an environment, documents and a database of its own."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from app.access.actor import PRODUCT
from app.cli.main import main
from app.config import ROOT
from app.context import Context
from app.runtime.store import Store
from app.storage.database import open_database
from app.storage.seal import seal_from

Lotse = Callable[..., Result]


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    """Return a folder with a small, complete set of documents."""
    folder = tmp_path / "metadata"
    for kind, key in (("entities", "tax"), ("roles", "administrator")):
        (folder / kind).mkdir(parents=True)
        if kind == "roles":
            shutil.copy(ROOT / "metadata" / kind / f"{key}.json", folder / kind)
    write_document(folder, "entities", "tax", tax_rate())
    (tmp_path / "plugins").mkdir()
    return folder


def tax_rate(**properties: Any) -> dict[str, Any]:
    """Return the body of an entity."""
    return {
        "format": 1,
        "key": "tax",
        "type": "object",
        "x-crm": {
            "label": {"de": "Steuersatz", "en": "Tax rate"},
            "plural": {"de": "Steuersätze", "en": "Tax rates"},
            "title": "{name}",
        },
        "properties": {
            "name": {"type": "string", "maxLength": 40, "x-crm": {"label": {"de": "Name", "en": "Name"}}},
            **properties,
        },
        "required": ["name"],
    }


def write_document(folder: Path, kind: str, key: str, body: Any) -> None:
    """Write a document below a folder."""
    (folder / kind).mkdir(exist_ok=True)
    (folder / kind / f"{key}.json").write_text(json.dumps(body), encoding="utf-8")


@pytest.fixture
def lotse(tmp_path: Path, documents: Path, monkeypatch: pytest.MonkeyPatch, sqlite_url: str) -> Lotse:
    """Return the command, with an environment of its own."""
    for name in [name for name in os.environ if name.startswith("LOTSE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LOTSE_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("LOTSE_METADATA", str(documents))
    monkeypatch.setenv("LOTSE_PLUGINS", str(tmp_path / "plugins"))
    monkeypatch.setenv("LOTSE_SECRET_KEY", "0123456789abcdef0123456789abcdef")
    monkeypatch.setenv("LOTSE_LOCALE", "en")

    def run(*arguments: str, stdin: str = "") -> Result:
        return CliRunner().invoke(main, arguments, input=stdin, catch_exceptions=False)

    return run


@contextmanager
def writing(url: str) -> Iterator[Context]:
    """Write into the command's database as the product does, in one transaction."""
    database = open_database(url, seal=seal_from(os.environ["LOTSE_SECRET_KEY"]))
    with database.write() as connection:
        yield Context(Store(database).snapshot(connection), PRODUCT, connection)
    database.close()
