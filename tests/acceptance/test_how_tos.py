"""The documents in the how-tos are documents: put into a copy, they compile without an issue."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Final

from app.config import ROOT
from app.meta.compile import compile_model
from app.meta.documents import load_all
from app.meta.layers import merge
from tests.support.install import METADATA, PLUGINS

_HOW_TO: Final = ROOT / "docs" / "how-to"
_BLOCK: Final = re.compile(r"^```json\n(.*?)^```", re.MULTILINE | re.DOTALL)
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
