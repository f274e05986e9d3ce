"""Taking in text: what is refused, what is tidied up, how long it may be.

Control characters, surrogates and direction overrides are refused wherever text comes in: they can't be stored
(NUL on PostgreSQL), or they make a text look like another one.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any, Final

import jsonschema_rs

from app.errors import InvalidValue
from app.language import Label

#: Bytes that a compiled pattern may take; a pattern such as `(a{1000}){1000}` is refused by it.
_PATTERN_BYTES: Final = 200_000

_UNUSABLE: Final = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)

NOT_TEXT: Final = Label("Hier wird Text gebraucht. Bitte Text eingeben.", "Text is needed here. Please enter text.")
UNUSABLE: Final = Label(
    "Der Text enthält unsichtbare Steuerzeichen. Bitte neu eintippen statt einfügen.",
    "The text contains invisible control characters. Please type it instead of pasting it.",
)
TOO_LONG: Final = Label(
    "Der Text ist {length} Zeichen lang, möglich sind {limit}. Bitte kürzen.",
    "The text has {length} characters, {limit} are possible. Please shorten it.",
)
TOO_SHORT: Final = Label(
    "Der Text ist zu kurz. Bitte mindestens {limit} Zeichen eingeben.",
    "The text is too short. Please enter at least {limit} characters.",
)


def single_line(raw: Any, limit: int) -> str | None:
    """Take in one line of text: NFC, no blanks at its ends, one blank where there were several.

    Args:
        raw: what came in; None and blank text are empty.
        limit: characters it may have.

    Raises:
        InvalidValue: `text.type`, `text.characters` or `text.too_long`.
    """
    text = _usable(raw)
    if text is None:
        return None
    text = " ".join(text.split())
    return _within(text, limit)


def several_lines(raw: Any, limit: int) -> str | None:
    r"""Take in text with line breaks (made `\n`); blanks at the ends of lines and empty lines around it go.

    Raises:
        InvalidValue: see :func:`single_line`.
    """
    text = _usable(raw)
    if text is None:
        return None
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    # Two blanks at a line's end mean a line break in Markdown; one means nothing.
    kept = [line if line.endswith("  ") and line.strip() else line.rstrip() for line in lines]
    return _within("\n".join(kept).strip("\n").rstrip(), limit)


class Pattern:
    """A pattern of a document, matched in linear time, unanchored like JSON Schema's `pattern`.

    Python's `re` backtracks: one bad pattern in a document would stop a worker. The Rust engine behind jsonschema-rs
    doesn't, and has no look-around and no back-references for the same reason.

    Args:
        pattern: the regular expression.

    Raises:
        InvalidValue: `pattern.invalid`, the engine can't take the pattern.
    """

    __slots__ = ("_validator",)

    def __init__(self, pattern: str) -> None:
        options = jsonschema_rs.RegexOptions(size_limit=_PATTERN_BYTES)
        try:
            self._validator = jsonschema_rs.Draft202012Validator({"pattern": pattern}, pattern_options=options)
        except (jsonschema_rs.ValidationError, ValueError) as error:
            raise InvalidValue(
                "pattern.invalid",
                Label(
                    "Das Muster ist kein regulärer Ausdruck, der hier möglich ist. Bitte ohne Rückbezüge und ohne "
                    "Vor- und Rückschau schreiben.",
                    "The pattern is not a regular expression that is possible here. Please write it without "
                    "back-references and look-around.",
                ),
            ) from error

    def matches(self, text: str) -> bool:
        """Return whether the pattern is found in the text."""
        return self._validator.is_valid(text)


def _usable(raw: Any) -> str | None:
    if raw is None:
        return None
    if not isinstance(raw, str):
        raise InvalidValue("text.type", NOT_TEXT)
    if _UNUSABLE.search(raw):
        raise InvalidValue("text.characters", UNUSABLE)
    return raw if raw.isascii() else unicodedata.normalize("NFC", raw)


def _within(text: str, limit: int) -> str | None:
    if len(text) > limit:
        raise InvalidValue("text.too_long", TOO_LONG.format(length=len(text), limit=limit))
    return text or None
