"""HTML that is rendered once with place holders, cut at them, and filled in for every record.

A template prints a place holder for each text that depends on the record. The result is cut into an alternation of
constant HTML and names of texts, so that a request costs one escape and one append per text instead of a macro call.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.environment import TemplateModule
from markupsafe import Markup, escape

#: Characters that no value can contain (`app/fields/texts.py` refuses them), with a secret that no document can know.
_OPEN: Final = f"\x02{secrets.token_hex(8)}:"
_CLOSE: Final = "\x03"
_HOLDER: Final = re.compile(f"{_OPEN}([^{_CLOSE}]*){_CLOSE}")
_TEMPLATES: Final = Path(__file__).resolve().parent.parent / "templates"


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


@cache
def module(name: str) -> TemplateModule:
    """Return a template's macros and constants; `name` is a path below `templates/`."""
    return _environment().get_template(name).module


def trusted(html: str) -> Markup:
    """Mark as HTML what this room's own templates rendered and what it escaped itself."""
    return Markup(html)  # noqa: S704


def holder(name: str) -> Markup:
    """Return the place holder of a text."""
    return trusted(f"{_OPEN}{name}{_CLOSE}")


class Holders(Mapping[str, Markup]):
    """Stands for the values in an edit macro: every name is its own place holder.

    Args:
        names: the names that there are; asking for another is a mistake of the macro.
    """

    __slots__ = ("_names",)

    def __init__(self, names: Mapping[str, Any]) -> None:
        self._names = tuple(names)

    def __getitem__(self, name: str) -> Markup:
        """Return the place holder."""
        if name not in self._names:
            raise KeyError(name)
        return holder(name)

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names."""
        return iter(self._names)

    def __len__(self) -> int:
        """Return how many names there are."""
        return len(self._names)


@dataclass(frozen=True, slots=True)
class Pieces:
    """HTML cut at its place holders.

    Args:
        first: what stands before the first place holder.
        rest: for each place holder its name and the HTML after it.
    """

    first: str
    rest: tuple[tuple[str, str], ...]

    @classmethod
    def cut(cls, html: str) -> Pieces:
        """Cut rendered HTML."""
        parts = _HOLDER.split(html)
        return cls(parts[0], tuple(zip(parts[1::2], parts[2::2], strict=True)))

    def fill(self, texts: Mapping[str, Any], into: list[str]) -> None:
        """Append the HTML with the texts filled in; a Markup goes in as it is, everything else is escaped."""
        into.append(self.first)
        for name, after in self.rest:
            into.append(escape(texts[name]))
            into.append(after)

    def filled(self, texts: Mapping[str, Any]) -> Markup:
        """Return the HTML with the texts filled in."""
        out: list[str] = []
        self.fill(texts, out)
        return trusted("".join(out))
