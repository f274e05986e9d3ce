"""Every link inside the documentation leads to a file that is there, and to a heading that is in it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from app.config import ROOT

_LINK: Final = re.compile(r"(?<!\!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
_FENCE: Final = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_HEADING: Final = re.compile(r"^#+ (.+)$", re.MULTILINE)
_PAGES: Final = ("*.md", "docs/**/*.md", "plugins/*/*.md", "bench/*.md")


def _anchors(page: Path) -> set[str]:
    headings = _HEADING.findall(_FENCE.sub("", page.read_text(encoding="utf-8")))
    kept = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.strip().replace(" ", "-") for heading in kept}


def _broken(page: Path) -> list[str]:
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    found = []
    for match in _LINK.finditer(text):
        target, _, anchor = (match[1] or match[2]).partition("#")
        if ":" in target:
            continue
        other = (page.parent / target).resolve() if target else page
        if not other.exists() or (anchor and anchor not in _anchors(other)):
            found.append(f"{page.relative_to(ROOT)}: {target}#{anchor}")
    return found


def test_no_link_is_broken() -> None:
    """A page may be moved only together with the links to it."""
    pages = sorted(page for pattern in _PAGES for page in ROOT.glob(pattern))
    assert len(pages) > 20
    assert [broken for page in pages for broken in _broken(page)] == []
