"""The code base as the architecture tests see it: every file that belongs to the project, read once.

Not by asking git, so that it works in an exported tree, too.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent.parent
#: Folders of the project, and what in them set-up or a run has made.
_FOLDERS: Final = (".ci", "app", "bench", "docs", "metadata", "plugins", "tests", "tools")
_MADE: Final = frozenset({"__pycache__", "vendor", "node_modules", "results"})
_MADE_AT_ROOT: Final = frozenset({".coverage", ".git"})
_BINARY: Final = frozenset({".png", ".woff2", ".ico", ".gz", ".jpg", ".webp", ".sqlite", ".pyc"})


@dataclass(frozen=True, slots=True)
class Module:
    """One Python file.

    Args:
        name: its path below the checkout.
        text: its source.
        tree: its syntax tree.
    """

    name: str
    text: str
    tree: ast.Module

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        """Yield every function and method."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node

    def at(self, node: ast.expr | ast.stmt) -> str:
        """Return where a node stands, as editors understand it."""
        return f"{self.name}:{node.lineno}"


@cache
def files() -> tuple[Path, ...]:
    """Return every text file of the project."""
    found = [path for path in ROOT.iterdir() if path.is_file() and path.name not in _MADE_AT_ROOT]
    for folder in _FOLDERS:
        found += [path for path in (ROOT / folder).rglob("*") if path.is_file()]
    return tuple(
        sorted(path for path in found if path.suffix not in _BINARY and _MADE.isdisjoint(path.relative_to(ROOT).parts))
    )


@cache
def modules(*folders: str) -> tuple[Module, ...]:
    """Return the Python files below some folders."""
    chosen = [path for path in files() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in folders]
    return tuple(_parse(path) for path in chosen)


@cache
def _parse(path: Path) -> Module:
    text = path.read_text(encoding="utf-8")
    return Module(path.relative_to(ROOT).as_posix(), text, ast.parse(text))


@cache
def templates() -> tuple[tuple[str, str], ...]:
    """Return name and text of every template."""
    chosen = [path for path in files() if path.suffix in {".html", ".jinja", ".j2"}]
    return tuple((path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")) for path in chosen)
