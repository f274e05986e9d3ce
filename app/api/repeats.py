"""A request that is sent again because its answer was lost: the header `Idempotency-Key` makes it one and the same.

Whoever sends it again with the same key and the same content gets the first one's answer, and nothing is written twice.
The answer's values are told again only to whom they could be told then, to the same person with the same rights; to
everybody else the record is told as he may read it now.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, Final

import orjson
from flask import Response, request

from app.api import refusals
from app.api.frame import answer
from app.context import Context
from app.language import Label
from app.records.once import once
from app.web.lifecycle import current

KEY: Final = "Idempotency-Key"
#: Says that an answer is an earlier one's.
REPLAYED: Final = "Idempotency-Replayed"
_LONGEST: Final = 128
_NO_KEY: Final = Label(
    "Der „Idempotency-Key“ hat zwischen 1 und {most} druckbare ASCII-Zeichen. Bitte einen solchen schicken.",
    "The “Idempotency-Key” has between 1 and {most} printable ASCII characters. Please send such a one.",
)
#: What an act returns: status, body, version and location, as far as there are any; `record` is the id of the record
#: whose values are in the body.
Told = dict[str, Any]


def carry_out(ctx: Context, act: Callable[[], Told], retell: Callable[[Told], Told] | None = None) -> Response:
    """Carry a request out, or answer it as it was answered before.

    Args:
        ctx: who asks, over which transaction.
        act: writes, and returns what is to be answered.
        retell: returns what may be answered now instead of an earlier answer with the values of a record.

    Raises:
        InvalidQuery: the key can't be one.
        InvalidData: the key came with another request before.
        LotseError: whatever the act raises.
    """

    def kept() -> Told:
        told = {**act(), "reader": _reader(ctx)}
        # As text: PostgreSQL puts the members of stored JSON into an order of its own.
        return told if "body" not in told else {**told, "body": orjson.dumps(told["body"]).decode()}

    outcome = once(ctx, _key(), _asked(), kept)
    told = dict(outcome.answer)
    if outcome.repeated and retell is not None and "record" in told and told.get("reader") != _reader(ctx):
        told |= retell(told)
    response = answer(told.get("body"), told["status"], version=told.get("version"), location=told.get("location"))
    if outcome.repeated:
        response.headers[REPLAYED] = "true"
    return response


def _reader(ctx: Context) -> str:
    """Return what decides what somebody may be told: his roles, whom they mean, the documents, his token's scopes."""
    token = None if (call := current()) is None else call.token
    everything, roles, only = ctx.actor.shape
    rights = [everything, roles, ctx.actor.identities, None if only is None else sorted(only)]
    seen = [rights, ctx.snapshot.revision, [] if token is None else sorted(token.scopes)]
    return hashlib.sha256(orjson.dumps(seen)).hexdigest()


def _key() -> str | None:
    key = request.headers.get(KEY)
    if key is None:
        return None
    if not 0 < len(key) <= _LONGEST or not key.isascii() or not key.isprintable():
        raise refusals.unreadable("idempotency.key", _NO_KEY.format(most=_LONGEST))
    return f"api {key}"


def _asked() -> bytes:
    """Return everything that was asked, in one spelling."""
    what = [request.method, request.path, request.headers.get("If-Match", "")]
    return orjson.dumps(what) + b"\n" + request.get_data()
