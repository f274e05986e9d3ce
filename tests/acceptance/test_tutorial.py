"""The tutorial does what it says: its own blocks of JSON are taken, published and worked with."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any, Final

import pytest

from app.config import ROOT
from app.records.bulk import create_many
from tests.support.install import METADATA, PLUGINS
from tests.support.site import make_site

_PAGE: Final = ROOT / "docs" / "tutorial" / "first-field.md"
_BLOCK: Final = re.compile(r"^```json\n(.*?)^```", re.MULTILINE | re.DOTALL)


def _change(path: Path, change: Any) -> None:
    body = json.loads(path.read_text(encoding="utf-8"))
    change(body)
    path.write_text(json.dumps(body), encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the documents, as step 1 makes it."""
    copy = tmp_path / "my-metadata"
    shutil.copytree(METADATA, copy)
    return copy


def _follow(folder: Path) -> None:
    """Do steps 2 and 3: the fields into the entity, the elements into the mask."""
    fields, elements = _BLOCK.findall(_PAGE.read_text(encoding="utf-8"))
    added = json.loads(f"{{{fields}}}")
    shown = json.loads(f"[{elements}]")
    _change(folder / "entities" / "account.json", lambda body: body["properties"].update(added))
    _change(
        folder / "forms" / "account.main.json",
        lambda body: body["tabs"][0]["sections"][0]["elements"].extend(shown),
    )


def test_the_tutorial_can_be_followed(folder: Path, sqlite_url: str) -> None:
    """A field with a condition appears, is required and checked, goes, and comes back with its value."""
    site = make_site(sqlite_url, folder, PLUGINS)
    with site.installation.ctx() as ctx:
        (account,) = create_many(ctx, "account", [{"name": "Neckarwerk", "roles": ["kunde"]}])
    manager = site.visitor("crm_manager")
    place = f"/r/account/{account}"
    kept = {path: path.read_bytes() for path in folder.rglob("*.json")}
    _follow(folder)
    site.installation.publish(folder, PLUGINS)
    assert "Laderampe" in manager.get(f"{place}/edit").text
    form = {"version": "1", "loading_ramp": "1", "loading_ramp__sent": "1", "ramp_height__sent": "1"}
    missing = manager.post(f"{place}/edit", {**form, "ramp_height": ""})
    assert missing.status_code == 422
    assert "Rampenhöhe" in missing.text
    wrong = manager.post(f"{place}/edit", {**form, "ramp_height": "300"})
    assert wrong.status_code == 422
    assert 'value="300"' in wrong.text
    assert manager.post(f"{place}/edit", {**form, "ramp_height": "120"}).status_code == 303
    for path, content in kept.items():
        path.write_bytes(content)
    site.installation.publish(folder, PLUGINS)
    assert "Rampenhöhe" not in manager.get(place).text
    _follow(folder)
    site.installation.publish(folder, PLUGINS)
    assert "120" in manager.get(place).text
    site.installation.close()
