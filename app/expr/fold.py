"""Folding of text, so that `ÜBER` finds `über` and `Mueller` finds `Müller`, the same on every database.

Databases differ in what they call lower case; so text is folded here, stored folded, and compared by code point.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final

#: Letters that have no decomposition but that people type without their stroke or ligature.
_LETTERS: Final = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h"}
)
#: How umlauts are spelled where a keyboard lacks them.
_SPELLED: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


def _strip(text: str) -> str:
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Return text without case and accents: `Müller & Söhne` becomes `muller & sohne`."""
    return _strip(text.casefold()) if not text.isascii() else text.lower()


def search_text(text: str) -> str:
    """Return text folded for searching, with both spellings of words that have umlauts: `muller mueller`."""
    folded = fold(text)
    spelled = _strip(unicodedata.normalize("NFC", text).casefold().translate(_SPELLED))
    if spelled == folded:
        return folded
    extra = " ".join(word for word, plain in zip(spelled.split(), folded.split(), strict=False) if word != plain)
    return f"{folded} {extra}" if extra else folded
