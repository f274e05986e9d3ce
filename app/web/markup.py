"""The one place where text becomes HTML without being escaped again; everything else goes through it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import quote

from markupsafe import Markup, escape

_SPECIAL: Final = re.compile("[&<>'\"]")
_ICON = '<svg class="ico" aria-hidden="true"><use href="%s#%s"/></svg>'


def joined(pieces: Iterable[str]) -> Markup:
    """Join pieces that are HTML already: rendered templates, escaped texts, constants of this room."""
    return Markup("".join(pieces))


def trusted(html: str) -> Markup:
    """Mark the output of one of the product's own templates as HTML."""
    return Markup(html)


def text(value: object) -> str:
    """Escape a text for an element or a quoted attribute."""
    if type(value) is str and _SPECIAL.search(value) is None:  # most texts; a page has hundreds of them
        return value
    return str(escape(value))


def attributes(pairs: Mapping[str, str | None]) -> str:
    """Write attributes, each with a space before; those without a value are left out."""
    return "".join(f' {name}="{text(value)}"' for name, value in pairs.items() if value is not None)


def icon(sprite: str, name: str) -> Markup:
    """Return one symbol of the sprite."""
    return Markup(_ICON % (text(sprite), text(quote(name, safe="-_"))))


def link(url: str, label: str, css_class: str = "") -> Markup:
    """Return a link whose label is plain text."""
    return Markup(f"<a{attributes({'class': css_class or None, 'href': url})}>{text(label)}</a>")


def preformatted(content: str) -> Markup:
    """Return a text with its line breaks and spaces as they are."""
    return Markup(f"<pre>{text(content)}</pre>")
