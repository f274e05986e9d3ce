"""The one parser of request bodies: strict JSON, exact numbers, nothing said twice, nothing without end."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from flask import request

from app.api.refusals import MediaType, unreadable
from app.errors import InvalidQuery
from app.language import Label

JSON: Final = "application/json"
#: A change of a record (RFC 7396).
MERGE_PATCH: Final = "application/merge-patch+json"
#: Objects and lists in each other.
MAX_DEPTH: Final = 20
#: Characters of a number, and powers of ten of its exponent.
_MAX_NUMBER: Final = 60
_MAX_EXPONENT: Final = 100

_EMPTY: Final = Label("Der Inhalt fehlt. Schicken Sie ein JSON-Objekt.", "The body is missing. Send a JSON object.")
_NOT_EMPTY: Final = Label(
    "Diese Anfrage hat keinen Inhalt. Lassen Sie ihn weg.", "This request has no body. Leave it out."
)
_NOT_JSON: Final = Label(
    "Der Inhalt ist kein JSON in UTF-8 (RFC 8259). Prüfen Sie Anführungszeichen, Kommas und Klammern.",
    "The body isn't JSON in UTF-8 (RFC 8259). Check quotation marks, commas and brackets.",
)
_NO_OBJECT: Final = Label(
    'Der Inhalt muss ein JSON-Objekt sein: {{"feld": wert}}.', 'The body must be a JSON object: {{"field": value}}.'
)
_TWICE: Final = Label(
    "„{name}“ steht zweimal im selben Objekt. Lassen Sie eines davon weg.",
    "“{name}” stands twice in the same object. Leave one of them out.",
)
_TOO_DEEP: Final = Label(
    "Der Inhalt ist tiefer geschachtelt als {most} Ebenen. Bitte flacher schicken.",
    "The body is nested deeper than {most} levels. Please send it flatter.",
)
_NUMBER: Final = Label(
    "Eine Zahl im Inhalt ist zu lang oder keine (NaN, Infinity). Schicken Sie eine kürzere.",
    "A number in the body is too long, or isn't one (NaN, Infinity). Send a shorter one.",
)
_CHARACTER: Final = Label(
    "Ein Text im Inhalt hat ein Zeichen, das es nicht gibt (ein halbes Ersatzzeichen). Schicken Sie UTF-8.",
    "A text in the body has a character that doesn't exist (a lone surrogate). Send UTF-8.",
)


def read_object(*types: str) -> dict[str, Any]:
    """Read the body of this request.

    Args:
        types: the content types that are read; JSON where none is named.

    Raises:
        MediaType: it is of another type.
        InvalidQuery: it can't be read, with what is wrong.
    """
    wanted = types or (JSON,)
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if request.mimetype not in wanted or charset not in ("utf-8", "utf8") or request.content_encoding:
        raise MediaType(wanted)
    body = request.get_data()
    if not body:
        raise unreadable("body.empty", _EMPTY)
    return parse_object(body)


def no_body() -> None:
    """Make sure that this request has no body.

    Raises:
        InvalidQuery: it has one.
    """
    if request.get_data():
        raise unreadable("body.not_empty", _NOT_EMPTY)


def parse_object(body: bytes) -> dict[str, Any]:
    """Read a JSON object; a number with a point or an exponent becomes a Decimal, never a float.

    Raises:
        InvalidQuery: it can't be read.
    """
    try:
        value = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_object,
            parse_float=_decimal,
            parse_int=_integer,
            parse_constant=_constant,
        )
    except RecursionError as wrong:
        raise unreadable("body.depth", _TOO_DEEP.format(most=MAX_DEPTH)) from wrong
    except ValueError as wrong:
        raise unreadable("body.json", _NOT_JSON) from wrong
    if not isinstance(value, dict):
        raise unreadable("body.object", _NO_OBJECT.format())
    _look_through(value)
    return value


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        shown = "".join(char for char in twice[:60] if char.isprintable())
        raise unreadable("body.twice", _TWICE.format(name=shown))
    return found


def _decimal(text: str) -> Decimal:
    number = Decimal(_short(text))
    if number and abs(number.adjusted()) > _MAX_EXPONENT:
        raise unreadable("body.number", _NUMBER)
    return number


def _integer(text: str) -> int:
    return int(_short(text))


def _short(text: str) -> str:
    if len(text) > _MAX_NUMBER:
        raise unreadable("body.number", _NUMBER)
    return text


def _constant(name: str) -> InvalidQuery:
    raise unreadable("body.number", _NUMBER)


def _look_through(value: Any) -> None:
    """Refuse what is nested too deeply, and characters that no database and no answer can carry."""
    level = [value]
    for depth in range(MAX_DEPTH + 1):
        below: list[Any] = []
        for one in level:
            if isinstance(one, dict):
                below.extend(one)
                below.extend(one.values())
            elif isinstance(one, list):
                below.extend(one)
            elif isinstance(one, str) and not one.isascii():
                _encodable(one)
        if not below:
            return
        if depth == MAX_DEPTH and any(isinstance(one, dict | list) for one in below):
            break
        level = below
    raise unreadable("body.depth", _TOO_DEEP.format(most=MAX_DEPTH))


def _encodable(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as wrong:
        raise unreadable("body.character", _CHARACTER) from wrong
