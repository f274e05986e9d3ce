"""Markdown as people write it in notes, turned into HTML that can do no harm, and into a short plain excerpt."""

from __future__ import annotations

import re
from typing import Final

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

#: Raw HTML stays text; images are off, because loading one tells a stranger who reads the record, and when.
_PARSER: Final = (
    MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"]).disable("image")
)
_TAGS: Final = frozenset(
    "a blockquote br code del em h1 h2 h3 h4 h5 h6 hr li ol p pre s strong table tbody td th thead tr ul".split()
)
_ATTRIBUTES: Final = {"a": {"href", "title"}}
_SCHEMES: Final = {"http", "https", "mailto", "tel"}

_LINK: Final = re.compile(r"!?\[([^\]\[]{0,200})\]\([^)\s]{0,500}[^)]{0,200}\)")
_MARKS: Final = re.compile(r"[*`~|]+|(?:^|(?<=\s))(?:#{1,6}|>|[-+]|[0-9]{1,3}\.|_+)(?=\s)|(?<!\w)_+|_+(?!\w)")
_EXCERPT: Final = 120


def render(text: str) -> Markup:
    """Return a Markdown text as HTML: only the tags of running text, only links to where links may go."""
    html = nh3.clean(
        _PARSER.render(text),
        tags=set(_TAGS),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        url_schemes=set(_SCHEMES),
        link_rel="noopener noreferrer nofollow",
    )
    # Not user text any more: nh3 has generated it anew from its own tree of allowed elements.
    return Markup(html)  # noqa: S704


def excerpt(text: str, length: int = _EXCERPT) -> str:
    """Return the beginning of a Markdown text in one line without its marks; cheap enough for every cell of a list."""
    start = _LINK.sub(r"\1", text[: 4 * length])
    plain = " ".join(_MARKS.sub("", start).split())
    return plain if len(plain) <= length and len(text) <= 4 * length else shorten(plain, length, cut=True)


def shorten(text: str, length: int = _EXCERPT, *, cut: bool = False) -> str:
    """Return a text cut off at a word's end, with an ellipsis where something was left out.

    Args:
        text: plain text.
        length: characters it may have.
        cut: whether something was left out before.
    """
    if len(text) <= length and not cut:
        return text
    kept = text[:length].rsplit(" ", 1)[0] if len(text) > length else text
    return kept.rstrip(" ,;:.") + " …"
