"""The generated reference leaves nothing out."""

from __future__ import annotations

from app.config import SETTINGS
from app.expr.functions import FUNCTIONS
from app.fields.registry import REGISTRY
from app.meta.grammar.published import KINDS
from tools import docs


def test_every_setting_function_field_type_and_kind_is_told() -> None:
    written = {path: text for path, text in docs.pages().items() if path.is_relative_to(docs.REFERENCE)}
    pages = {path.relative_to(docs.REFERENCE).as_posix(): text for path, text in written.items()}
    told = {
        "settings.md": [f"`{setting.variable}`" for setting in SETTINGS],
        "functions.md": [f"`{name}(" for name in FUNCTIONS],
        "field-types.md": [f"\n## {name}\n" for name in REGISTRY],
    }
    missing = [f"{page}: {word}" for page, words in told.items() for word in words if word not in pages[page]]
    assert missing == []
    assert {f"documents/{kind}.md" for kind in KINDS} <= set(pages)
    assert all("| `key` |" in pages[f"documents/{kind}.md"] for kind in KINDS)


def test_every_table_has_as_many_cells_as_its_head() -> None:
    uneven = []
    for path, text in docs.pages().items():
        if path.suffix == ".md":
            for block in text.split("\n\n"):
                rows = [line.replace("\\|", "") for line in block.splitlines() if line.startswith("|")]
                uneven += [f"{path.name}: {row}" for row in rows if row.count("|") != rows[0].count("|")]
    assert uneven == []
