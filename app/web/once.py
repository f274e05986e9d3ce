"""Forms that are carried out once, however often they are sent: the key that each is rendered with."""

from __future__ import annotations

import re
import secrets
from typing import Final

import orjson
from flask import abort, request

#: Name of the hidden input.
NAME: Final = "_once"
_KEY: Final = re.compile(r"[A-Za-z0-9_-]{16,64}")
#: What differs between two sendings of the same form.
_NOT_ASKED: Final = frozenset({NAME, "csrf_token"})


def new_key() -> str:
    """Return a key for a form that is about to be rendered."""
    return secrets.token_urlsafe(16)


def key_sent() -> str | None:
    """Return the key of the form that was sent, None for a form without one; a malformed one isn't ours (400)."""
    key = request.form.get(NAME)
    if key is not None and not _KEY.fullmatch(key):
        abort(400)
    return key


def asked() -> bytes:
    """Return everything that was asked, in one spelling."""
    sent = sorted((name, values) for name, values in request.form.lists() if name not in _NOT_ASKED)
    return orjson.dumps([request.path, request.query_string.decode("latin-1"), sent])
