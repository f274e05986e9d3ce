"""What the product itself says, in German and English; the documents say the rest.

One file an area, each a mapping of key to :class:`~app.language.Label`. A template says `t("list.filter")`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from app.language import Label, Locale
from app.web.texts import (
    api,
    console,
    factors,
    gate,
    history,
    importing,
    lists,
    people,
    problems,
    records,
    reports,
    rights,
    shell,
)

#: Every text by its key, `<area>.<name>`.
TEXTS: Final[Mapping[str, Label]] = MappingProxyType(
    {
        f"{area}.{name}": label
        for part in (
            shell.TEXTS,
            gate.TEXTS,
            factors.TEXTS,
            console.TEXTS,
            lists.TEXTS,
            records.TEXTS,
            history.TEXTS,
            importing.TEXTS,
            reports.TEXTS,
            rights.TEXTS,
            problems.TEXTS,
            people.TEXTS,
            api.TEXTS,
        )
        for area, texts in part.items()
        for name, label in texts.items()
    }
)


def text(key: str, locale: Locale, **values: object) -> str:
    """Return one text in the reader's language, its named places filled in.

    Raises:
        KeyError: there is no such text; a programming mistake, never an input's fault.
    """
    found = TEXTS[key].text(locale)
    return found.format(**values) if values else found
