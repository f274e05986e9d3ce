"""One way to write a document: canonical bytes to compare and sign, and the text of a file that people read.

Two bodies that mean the same have the same canonical bytes. The order of the keys of an object means nothing, with one
exception: an entity's `properties` stand in the author's order, which is the order of a generated mask.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, Final, Protocol

import orjson

#: The order of keys in a file; a key that isn't named comes after these, by the alphabet.
_ORDER: Final = (
    "format",
    "key",
    "name",
    "id",
    "after",
    "type",
    "entity",
    "via",
    "field",
    "by",
    "text",
    "view",
    "report",
    "dashboard",
    "related",
    "aggregate",
    "base",
    "of",
    "bucket",
    "size",
    "kind",
    "measures",
    "label",
    "plural",
    "de",
    "en",
    "maxLength",
    "minLength",
    "pattern",
    "minimum",
    "maximum",
    "help",
    "icon",
    "check",
    "at",
    "message",
    "x-crm",
    "properties",
    "required",
)
_RANK: Final = {key: rank for rank, key in enumerate(_ORDER)}
#: Keys that are written last: what a heading, tab, section or report holds.
_LATE: Final = {key: rank for rank, key in enumerate(("tabs", "sections", "elements", "items", "tiles", "values"))}
_OPTIONS: Final = orjson.OPT_SORT_KEYS


class Named(Protocol):
    """Anything that is a document with a kind and a key."""

    @property
    def kind(self) -> str:
        """Return the document's kind."""

    @property
    def key(self) -> str:
        """Return the document's key."""

    @property
    def body(self) -> Mapping[str, Any]:
        """Return what the document says."""


def canonical(body: Mapping[str, Any]) -> bytes:
    """Return a document's canonical bytes.

    Raises:
        orjson.JSONEncodeError: the body isn't JSON, is nested too deeply, or holds a number of more than 64 bits.
    """
    properties = body.get("properties")
    if not isinstance(properties, dict):
        return orjson.dumps(body, option=_OPTIONS)
    ordered = {key: orjson.Fragment(orjson.dumps(value, option=_OPTIONS)) for key, value in properties.items()}
    return orjson.dumps({**body, "properties": orjson.Fragment(orjson.dumps(ordered))}, option=_OPTIONS)


def fingerprint(documents: Iterable[Named]) -> str:
    """Return the SHA-256 of a set of documents, whatever order they come in."""
    return fingerprint_of({(document.kind, document.key): canonical(document.body) for document in documents})


def fingerprint_of(written: Mapping[tuple[str, str], bytes]) -> str:
    """Return the SHA-256 of documents whose canonical bytes are known already, by kind and key."""
    total = hashlib.sha256()
    for (kind, key), content in sorted(written.items()):
        total.update(f"{kind}/{key} {len(content)}\n".encode())
        total.update(content)
    return total.hexdigest()


def _rank(key: str) -> tuple[int, int, str]:
    if key in _LATE:
        return (2, _LATE[key], key)
    return (0, _RANK[key], key) if key in _RANK else (1, 0, key)


def _arranged(value: Any, *, keep_order: bool = False) -> Any:
    if isinstance(value, Mapping):
        keys = list(value) if keep_order else sorted(value, key=_rank)
        return {key: _arranged(value[key], keep_order=key == "properties" and not keep_order) for key in keys}
    if isinstance(value, (list, tuple)):
        return [_arranged(item) for item in value]
    return value


def file_text(body: Mapping[str, Any]) -> str:
    """Return a document as the text of a file: two spaces, keys in an order that reads well, a newline at the end."""
    return json.dumps(_arranged(body), indent=2, ensure_ascii=False) + "\n"
