"""A request that may come twice is carried out once: the repeated one gets the first one's answer and writes nothing.

The key is looked up only where it matters. The ordinary save writes first and keeps its answer with one INSERT at the
end; a repeated one meets either a refusal (the version it was made from is gone, its own value is taken) or, at that
INSERT, its twin. Both lead to the look-up, and what was written meanwhile is taken back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.context import Context
from app.errors import Conflict, DataErrors, InvalidData, NotFound
from app.records import savepoints, texts
from app.system.once import recall, remember


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a request.

    Args:
        answer: the JSON object that the act returned, now or the first time.
        repeated: whether it was carried out before; nothing was written now.
    """

    answer: Mapping[str, Any]
    repeated: bool = False


class _Twin(Exception):
    """Thrown into an act whose key was answered before, so that it is taken back."""


def once(ctx: Context, key: str | None, request: bytes, act: Callable[[], Mapping[str, Any]]) -> Outcome:
    """Carry out an act unless its key was answered before; whatever it wrote is taken back where it fails.

    Args:
        ctx: who asks, over which open transaction.
        key: what tells this request from every other one of the same person; None for a request that comes once.
        request: everything that was asked, in one spelling: a key must not come back with something else.
        act: writes, everything of it within `app.records.actions.races` or after that, and returns what is needed to
            answer, as a JSON object. What it wrote before would stay.

    Raises:
        InvalidData: the key was used for another request.
        Exception: whatever the act raises, where its key wasn't answered before.
    """
    actor = ctx.actor.id
    if key is None or actor is None:
        with savepoints.act(ctx.connection):
            return Outcome(act())
    digest = hashlib.sha256(request).hexdigest()
    try:
        with savepoints.act(ctx.connection):
            answer = act()
            if not remember(ctx.connection, actor, key, digest, answer, ctx.now):
                raise _Twin
    except _Twin:
        return _earlier(ctx, actor, key, digest)
    except (Conflict, InvalidData, NotFound):
        if recall(ctx.connection, actor, key) is None:
            raise
        return _earlier(ctx, actor, key, digest)
    return Outcome(answer)


def _earlier(ctx: Context, actor: int, key: str, digest: str) -> Outcome:
    found = recall(ctx.connection, actor, key)
    if found is None or found.request != digest:
        raise InvalidData(DataErrors(record=(texts.sent_before(),)))
    return Outcome(found.answer, repeated=True)
