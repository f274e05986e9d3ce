"""Title templates: `{name}{, main_address.city}` cut into parts."""

from __future__ import annotations

import re
from typing import Final

from app.meta.model import TitlePart

#: Before the path stands what can't begin one; after it whatever is left.
_PIECE: Final = re.compile(
    r"(?P<before>(?:[^a-z{}]*[^A-Za-z0-9_{}])?)(?P<path>[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*)(?P<after>(?:[^a-z0-9_.{}][^{}]*)?)",
    re.ASCII,
)


class InvalidTitle(ValueError):
    """A template with a wrong bracket; `position` counts from 1."""

    def __init__(self, position: int) -> None:
        super().__init__(position)
        self.position = position


def parse_title(template: str) -> tuple[TitlePart, ...]:
    """Cut a title template into parts.

    Args:
        template: text with pieces in curly brackets: a separator, a path, and what follows it.

    Raises:
        InvalidTitle: a bracket isn't closed, isn't opened, or holds no path.
    """
    parts: list[TitlePart] = []
    at = 0
    while at < len(template):
        opening = template.find("{", at)
        plain = template[at:] if opening < 0 else template[at:opening]
        if "}" in plain:
            raise InvalidTitle(at + plain.index("}") + 1)
        if plain:
            parts.append(TitlePart(plain, (), ""))
        if opening < 0:
            break
        closing = template.find("}", opening)
        piece = _PIECE.fullmatch(template[opening + 1 : closing]) if closing > 0 else None
        if piece is None:
            raise InvalidTitle(opening + 1)
        parts.append(TitlePart(piece["before"], tuple(piece["path"].split(".")), piece["after"]))
        at = closing + 1
    return tuple(parts)
