"""Languages: a text in German and English, and the locales the product speaks.

Everything that a person reads is a :class:`Label`; it is resolved to a string at the last moment, when the reader's
locale is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Locale = Literal["de", "en"]

LOCALES: Final[tuple[Locale, ...]] = ("de", "en")
DEFAULT_LOCALE: Final[Locale] = "de"


@dataclass(frozen=True, slots=True)
class Label:
    """One text in every language of the product.

    Args:
        de: the German text.
        en: the English text.
    """

    de: str
    en: str

    @classmethod
    def of(cls, texts: Mapping[str, object] | None, fallback: str = "") -> Label:
        """Build a label from a document's `{"de": …, "en": …}`; a missing language falls back to the other.

        Args:
            texts: the mapping as it stands in a document, or None.
            fallback: the text to show where neither language is given (usually the key).
        """
        given = texts or {}
        german, english = given.get("de"), given.get("en")
        return cls(str(german or english or fallback), str(english or german or fallback))

    @classmethod
    def same(cls, text: str) -> Label:
        """Build a label that reads the same in every language, such as a proper name."""
        return cls(text, text)

    def text(self, locale: Locale) -> str:
        """Return the text in the reader's language."""
        return self.de if locale == "de" else self.en

    def format(self, **values: object) -> Label:
        """Fill named places in both languages; a value that is a Label is filled in its own language."""
        return Label(
            self.de.format(**{k: v.de if isinstance(v, Label) else v for k, v in values.items()}),
            self.en.format(**{k: v.en if isinstance(v, Label) else v for k, v in values.items()}),
        )
