"""One record: read, create, change, retire, restore."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from flask import Response

from app.api.body import JSON, MERGE_PATCH, no_body, read_object
from app.api.conflict import clash_of
from app.api.frame import VERSION, answer, api_pages, arguments, neutral, wanted_version
from app.api.patch import merged
from app.api.refusals import Stale
from app.api.repeats import Told, carry_out
from app.context import Context
from app.errors import Conflict, NotFound
from app.query.items import ItemSpec, list_items, load_item
from app.records import actions
from app.records.texts import CHANGED
from app.web.lifecycle import current
from app.web.policy import by_token, policy

_EXPAND = ("expand",)


@api_pages.get("/<entity:entity>")
@policy(by_token("read"))
def index(entity: str) -> Response:
    """Answer with a page of records."""
    ctx = neutral()
    page = list_items(ctx, ItemSpec.parse(ctx, entity, arguments()))
    body: dict[str, Any] = {"items": page.items, "next": page.next}
    if page.count is not None:
        body |= {"count": page.count.number, "capped": page.count.capped}
    return answer(body)


@api_pages.get("/<entity:entity>/<record:record_id>")
@policy(by_token("read"))
def show(entity: str, record_id: int) -> Response:
    """Answer with a record and its lines."""
    expand = arguments(_EXPAND).get("expand", ())
    found = load_item(neutral(), entity, record_id, expand)
    return answer(found.item, version=found.version)


@api_pages.post("/<entity:entity>")
@policy(by_token("write"))
def create(entity: str) -> Response:
    """Create a record."""
    arguments(())
    ctx = neutral()
    values = read_object()

    def act() -> Told:
        record_id = actions.create(ctx, entity, values)
        return _written(ctx, entity, record_id, 201) | {"location": f"{VERSION}/{entity}/{record_id}"}

    return carry_out(ctx, act, partial(_retold, ctx, entity))


@api_pages.patch("/<entity:entity>/<record:record_id>")
@policy(by_token("write"))
def update(entity: str, record_id: int) -> Response:
    """Change some fields of a record; what isn't named stays as it is."""
    arguments(())
    ctx, wanted = neutral(), wanted_version()
    patch = read_object(JSON, MERGE_PATCH)

    def act(version: int) -> Told:
        actions.update(ctx, entity, record_id, merged(ctx, entity, record_id, patch), version)
        return _written(ctx, entity, record_id)

    return _changed(ctx, entity, record_id, wanted, act)


@api_pages.delete("/<entity:entity>/<record:record_id>")
@policy(by_token("write"))
def retire(entity: str, record_id: int) -> Response:
    """Put a record into the archive; nothing is ever deleted."""
    arguments(())
    no_body()
    ctx, wanted = neutral(), wanted_version()

    def act(version: int) -> Told:
        return {"status": 204, "version": actions.retire(ctx, entity, record_id, version)}

    return _changed(ctx, entity, record_id, wanted, act)


@api_pages.post("/<entity:entity>/<record:record_id>/restore")
@policy(by_token("write"))
def restore(entity: str, record_id: int) -> Response:
    """Bring a record back out of the archive."""
    arguments(())
    no_body()
    ctx, wanted = neutral(), wanted_version()

    def act(version: int) -> Told:
        actions.restore(ctx, entity, record_id, version)
        return _written(ctx, entity, record_id)

    return _changed(ctx, entity, record_id, wanted, act)


def _changed(ctx: Context, entity: str, record_id: int, wanted: int | None, act: Callable[[int], Told]) -> Response:
    """Do something to the version of a record that the request names, once, and answer with what it told."""

    def once() -> Told:
        known = _same_version(ctx, entity, record_id, wanted)
        with _telling(ctx, entity, record_id, known):
            return act(known)

    return carry_out(ctx, once, partial(_retold, ctx, entity))


def _same_version(ctx: Context, entity: str, record_id: int, version: int | None) -> int:
    """Return the version that is to be changed; an ETag that can't be a version is stale, if the record is there."""
    if version is not None:
        return version
    raise Stale(Conflict(CHANGED), load_item(ctx, entity, record_id).version)


@contextmanager
def _telling(ctx: Context, entity: str, record_id: int, version: int) -> Iterator[None]:
    """Tell a version that isn't the stored one (412) from a state that doesn't let the record be changed (409).

    Raises:
        Stale: the version isn't the stored one.
        Conflict: it is.
    """
    try:
        yield
    except Conflict as clash:
        try:
            stored = load_item(ctx, entity, record_id)
        except NotFound:
            raise Stale(clash, None) from clash
        if stored.version == version:
            raise
        meanwhile = clash.meanwhile
        told = clash_of(ctx, stored, meanwhile) if meanwhile is not None and _may_read() else None
        # What somebody has saved since it was compared isn't among the fields that are told: its version isn't either.
        raise Stale(clash, stored.version if meanwhile is None else meanwhile.version, told) from clash


def _may_read() -> bool:
    """Return whether whoever writes may be told values: a token that is good for writing alone may not."""
    call = current()
    return call is not None and (call.token is None or "read" in call.token.scopes)


def _retold(ctx: Context, entity: str, told: Told) -> Told:
    """Tell again what was written, as far as it may be read by now."""
    return _written(ctx, entity, told["record"], told["status"])


def _written(ctx: Context, entity: str, record_id: int, status: int = 200) -> Told:
    """Tell what was written, as far as whoever wrote it may read it now."""
    if _may_read():
        try:
            found = load_item(ctx, entity, record_id)
        except NotFound:
            pass
        else:
            return {"status": status, "body": found.item, "version": found.version, "record": record_id}
    return {"status": status, "body": {"id": record_id}, "version": None, "record": record_id}
