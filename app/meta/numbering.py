"""How a number of a range is written: `RE-{YYYY}-{#####}`, cut into pieces by a tokenizer, never a format string."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

#: Most digits that a counter is filled up to; it may grow beyond them.
MAX_WIDTH: Final = 12


class PieceKind(StrEnum):
    """What a piece of a pattern stands for."""

    TEXT = "text"
    YEAR = "YYYY"
    SHORT_YEAR = "YY"
    MONTH = "MM"
    COUNTER = "#"


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a pattern.

    Args:
        kind: what it stands for.
        text: the text itself, of a piece of text.
        width: digits that a counter is filled up to.
    """

    kind: PieceKind
    text: str = ""
    width: int = 0


class InvalidPattern(ValueError):
    """A pattern that can't be used; `code` says why: `bracket`, `token`, `counter` or `period`."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text


_DATES: Final = {kind.value: kind for kind in (PieceKind.YEAR, PieceKind.SHORT_YEAR, PieceKind.MONTH)}
#: What a pattern must show so that numbers of different periods are different.
_NEEDED: Final = {"never": frozenset[str](), "year": frozenset({"Y"}), "month": frozenset({"Y", "M"})}


def parse_pattern(text: str, restart: str = "never") -> tuple[Piece, ...]:
    """Cut a pattern into pieces.

    Args:
        text: literal text with `{YYYY}`, `{YY}`, `{MM}` and exactly one counter such as `{#####}`.
        restart: when counting begins anew; the pattern has to show the period then.

    Raises:
        InvalidPattern: it can't be used.
    """
    pieces: list[Piece] = []
    at = 0
    while at < len(text):
        opening = text.find("{", at)
        plain = text[at:] if opening < 0 else text[at:opening]
        if "}" in plain:
            raise InvalidPattern("bracket", text)
        if plain:
            pieces.append(Piece(PieceKind.TEXT, plain))
        if opening < 0:
            break
        closing = text.find("}", opening)
        if closing < 0:
            raise InvalidPattern("bracket", text)
        pieces.append(_token(text[opening + 1 : closing]))
        at = closing + 1
    _check(pieces, text, restart)
    return tuple(pieces)


def _token(token: str) -> Piece:
    if token in _DATES:
        return Piece(_DATES[token])
    if token and set(token) == {"#"} and len(token) <= MAX_WIDTH:
        return Piece(PieceKind.COUNTER, width=len(token))
    raise InvalidPattern("token", token)


def _check(pieces: Sequence[Piece], text: str, restart: str) -> None:
    if sum(piece.kind is PieceKind.COUNTER for piece in pieces) != 1:
        raise InvalidPattern("counter", text)
    shown = {piece.kind.value[0] for piece in pieces if piece.kind.value in _DATES}
    if not _NEEDED[restart] <= shown:
        raise InvalidPattern("period", text)


def period_of(restart: str, day: date) -> str:
    """Return the name of the period that a day belongs to, or "" where counting never begins anew."""
    if restart == "year":
        return f"{day.year:04d}"
    return f"{day.year:04d}-{day.month:02d}" if restart == "month" else ""


def written(pieces: Sequence[Piece], number: int, day: date) -> str:
    """Write a number of a range."""
    return "".join(_written(piece, number, day) for piece in pieces)


def _written(piece: Piece, number: int, day: date) -> str:
    match piece.kind:
        case PieceKind.TEXT:
            return piece.text
        case PieceKind.YEAR:
            return f"{day.year:04d}"
        case PieceKind.SHORT_YEAR:
            return f"{day.year % 100:02d}"
        case PieceKind.MONTH:
            return f"{day.month:02d}"
        case PieceKind.COUNTER:
            return f"{number:0{piece.width}d}"


def spelled(pieces: Sequence[Piece]) -> str:
    """Return a pattern as it stands in a document."""
    return "".join(_spelled(piece) for piece in pieces)


def _spelled(piece: Piece) -> str:
    if piece.kind is PieceKind.TEXT:
        return piece.text
    return f"{{{piece.kind.value * max(piece.width, 1)}}}"


def reader(pieces: Sequence[Piece]) -> re.Pattern[str]:
    """Return what recognises a number of a range; its groups are `y`, `m` and `n`, as far as the pattern has them."""
    seen: set[str] = set()
    return re.compile("".join(_recognised(piece, seen) for piece in pieces), re.ASCII)


def _recognised(piece: Piece, seen: set[str]) -> str:
    match piece.kind:
        case PieceKind.TEXT:
            return re.escape(piece.text)
        case PieceKind.YEAR:
            return _once("y", "[0-9]{4}", seen)
        case PieceKind.SHORT_YEAR:
            return _once("y", "[0-9]{2}", seen)
        case PieceKind.MONTH:
            return _once("m", "[0-9]{2}", seen)
        case PieceKind.COUNTER:
            return f"(?P<n>[0-9]{{{piece.width},18}})"


def _once(name: str, digits: str, seen: set[str]) -> str:
    if name in seen:
        return digits
    seen.add(name)
    return f"(?P<{name}>{digits})"


def counted(pattern: re.Pattern[str], restart: str, text: str) -> tuple[str, int] | None:
    """Return the period and the counter of a written number, or None where the text is none of the range."""
    found = pattern.fullmatch(text)
    if found is None:
        return None
    groups = found.groupdict()
    year, month = groups.get("y", ""), groups.get("m", "")
    year = f"20{year}" if len(year) == 2 else year
    period = {"year": year, "month": f"{year}-{month}"}.get(restart, "")
    return period, int(groups["n"])
