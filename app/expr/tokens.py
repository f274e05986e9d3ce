"""Text cut into tokens."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from app.expr.messages import ExprError, Problem

MAX_LENGTH: Final = 2000
_SYMBOLS: Final = ("!=", "<=", ">=", "=", "<", ">", "+", "-", "*", "/", "(", ")", ",", ".")
_ESCAPES: Final = {"n": "\n", "t": "\t", "\\": "\\", '"': '"', "'": "'"}
_MAX_DIGITS: Final = 30


class Kind(StrEnum):
    """What a token is."""

    NAME = "name"
    PARAMETER = "parameter"
    NUMBER = "number"
    TEXT = "text"
    SYMBOL = "symbol"
    END = "end"


@dataclass(frozen=True, slots=True)
class Token:
    """One piece of an expression's text.

    Args:
        kind: what it is.
        text: the name, symbol, or the text between the quotation marks.
        position: where it starts, counted from 1.
        number: the value of a NUMBER.
    """

    kind: Kind
    text: str
    position: int
    number: Decimal | None = None


def _is_name_character(character: str) -> bool:
    return character.isascii() and (character.isalnum() or character == "_")


def _read_name(text: str, start: int) -> str:
    end = start
    while end < len(text) and _is_name_character(text[end]):
        end += 1
    return text[start:end]


def _read_number(text: str, start: int) -> str:
    end = start
    while end < len(text) and (text[end] in "0123456789."):
        end += 1
    return text[start:end]


def _read_text(text: str, start: int) -> tuple[str, int]:
    """Read a quoted text; returns it and the index after the closing mark."""
    mark, index = text[start], start + 1
    parts: list[str] = []
    while index < len(text):
        character = text[index]
        if character == mark:
            return "".join(parts), index + 1
        if character == "\\" and index + 1 < len(text):
            index += 1
            character = _ESCAPES.get(text[index], "\\" + text[index])
        parts.append(character)
        index += 1
    raise ExprError((Problem("open_text", start + 1),))


def _number_token(digits: str, position: int) -> Token:
    plain = digits.replace(".", "", 1)
    if not plain.isdigit() or len(plain) > _MAX_DIGITS or digits.endswith(".") or digits.startswith("."):
        raise ExprError((Problem("number", position, {"text": digits[:40]}),))
    return Token(Kind.NUMBER, digits, position, Decimal(digits))


def tokenize(text: str) -> tuple[Token, ...]:
    """Cut an expression's text into tokens, an END token last.

    Raises:
        ExprError: the text is too long, or holds a character that belongs in no expression.
    """
    if len(text) > MAX_LENGTH:
        raise ExprError((Problem("too_long", 0, {"limit": MAX_LENGTH}),))
    tokens: list[Token] = []
    index = 0
    while index < len(text):
        character, position = text[index], index + 1
        if character.isspace():
            index += 1
        elif character in "\"'":
            value, index = _read_text(text, index)
            tokens.append(Token(Kind.TEXT, value, position))
        elif character.isascii() and character.isdigit():
            digits = _read_number(text, index)
            tokens.append(_number_token(digits, position))
            index += len(digits)
        elif character == "$":
            name = _read_name(text, index + 1)
            tokens.append(Token(Kind.PARAMETER, name, position))
            index += 1 + len(name)
        elif _is_name_character(character):
            name = _read_name(text, index)
            tokens.append(Token(Kind.NAME, name, position))
            index += len(name)
        else:
            symbol = next((s for s in _SYMBOLS if text.startswith(s, index)), None)
            if symbol is None:
                raise ExprError((Problem("character", position, {"text": character}),))
            tokens.append(Token(Kind.SYMBOL, symbol, position))
            index += len(symbol)
    tokens.append(Token(Kind.END, "", len(text) + 1))
    return tuple(tokens)
