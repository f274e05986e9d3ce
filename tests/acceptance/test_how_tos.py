"""The documents in the how-tos are documents: put into a copy, they compile without an issue."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner

from app.cli.main import main
from app.config import ROOT
from app.meta.compile import compile_model
from app.meta.documents import load_all
from app.meta.layers import merge
from tests.support.install import METADATA, PLUGINS

_HOW_TO: Final = ROOT / "docs" / "how-to"
_BLOCK: Final = re.compile(r"^```json\n(.*?)^```", re.MULTILINE | re.DOTALL)
_COMMAND: Final = re.compile(
    r"^(?:\.venv/bin/lotse (?P<command>[^#\n]+)|export (?P<name>\w+)=(?P<value>\S+))", re.MULTILINE
)
_KINDS: Final = {
    "type": "entities",
    "tabs": "forms",
    "columns": "views",
    "measures": "reports",
    "properties": "entities",
}


def _put(name: str, folder: Path) -> int:
    """Write every document of a page below a folder, and a plugin's manifest beside it."""
    blocks = [json.loads(block) for block in _BLOCK.findall((_HOW_TO / name).read_text(encoding="utf-8"))]
    for body in blocks:
        if "key" not in body:
            folder.mkdir(parents=True)
            (folder.parent / "plugin.json").write_text(json.dumps(body), encoding="utf-8")
            continue
        kind = next(kind for mark, kind in _KINDS.items() if mark in body)
        target = folder / kind / f"{body['key']}.json"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(body), encoding="utf-8")
    return len(blocks)


def test_the_documents_of_the_how_tos_compile(tmp_path: Path) -> None:
    """An entity, a view, reports and a plugin as they are printed."""
    shutil.copytree(METADATA, tmp_path / "metadata")
    shutil.copytree(PLUGINS, tmp_path / "plugins")
    count = _put("add-an-entity.md", tmp_path / "metadata") + _put("write-a-report.md", tmp_path / "metadata")
    count += _put("compute-a-field.md", tmp_path / "metadata")
    count += _put("write-a-plugin.md", tmp_path / "plugins" / "acme" / "metadata")
    documents, issues = load_all(tmp_path / "metadata", tmp_path / "plugins")
    effective, more = merge(documents)
    compiled = compile_model(effective)
    assert [issue.message.en for issue in (*issues, *more, *compiled.issues)] == []
    assert compiled.model is not None
    assert "cost_centre" in compiled.model.entities["account"].fields
    assert "vehicle" in compiled.model.entities
    assert compiled.model.computations.volatile == {("account", "days_since_contact"), ("quote", "days_left")}
    assert compiled.model.computations.of("quote") == ("total", "gross")
    assert count == 9


def test_backing_up_and_restoring_as_it_is_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command of the page, in its order, up to the one that serves."""
    for name in [name for name in os.environ if name.startswith("LOTSE_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LOTSE_SECRET_KEY", "0123456789abcdef0123456789abcdef")
    monkeypatch.setenv("LOTSE_DATABASE_URL", "sqlite:///lotse.sqlite")
    assert CliRunner().invoke(main, ["publish"]).exit_code == 0
    page = (_HOW_TO / "back-up-and-restore.md").read_text(encoding="utf-8").partition("## Move")[0]
    done = []
    for found in _COMMAND.finditer(page):
        if found["name"]:
            monkeypatch.setenv(found["name"], found["value"])
            continue
        typed = shlex.split(found["command"])
        if typed == ["run"]:
            break
        ended = CliRunner().invoke(main, typed, catch_exceptions=False)
        assert ended.exit_code in ((0, 1) if typed == ["doctor"] else (0,)), ended.output
        done.append(typed[0])
    assert done == ["backup", "verify-backup", "restore", "doctor"]
