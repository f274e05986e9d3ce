"""Every icon that is named anywhere is a symbol of the sprite."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.fields.registry import REGISTRY
from tools.setup import ROOT

(SPRITE,) = (ROOT / "app" / "static" / "vendor" / "bootstrap-icons").glob("*/bootstrap-icons.svg")


def _named(value: Any, where: Path) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        if isinstance(value.get("icon"), str):
            yield value["icon"], where.as_posix()
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from _named(inner, where)


def _all_named() -> Iterator[tuple[str, str]]:
    for key, field_type in REGISTRY.items():
        yield field_type.icon, f"field type {key}"
    for folder in ("metadata", "plugins"):
        for path in sorted((ROOT / folder).rglob("*.json")):
            yield from _named(json.loads(path.read_text(encoding="utf-8")), path.relative_to(ROOT))
    for path in sorted((ROOT / "app" / "templates").rglob("*.html")):
        for name in re.findall(r"""\bicon\(["']([^"']+)["']\)""", path.read_text(encoding="utf-8")):
            yield name, path.relative_to(ROOT).as_posix()


def test_every_icon_is_in_the_sprite() -> None:
    symbols = set(re.findall(r'<symbol[^>]*\bid="([^"]+)"', SPRITE.read_text(encoding="utf-8")))
    named = list(_all_named())
    assert len(named) > 40
    assert sorted({f"{name} ({where})" for name, where in named if name not in symbols}) == []
