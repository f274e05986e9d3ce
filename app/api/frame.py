"""The API's blueprint: what holds for each of its requests, and how its answers are written."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from urllib.parse import unquote

import orjson
from flask import Blueprint, Response, current_app, request, session

from app.api import refusals
from app.api.pace import TooFast, keep_pace
from app.context import Context
from app.errors import Forbidden
from app.language import Label
from app.records.reasons import with_reason
from app.web.headers import OWN
from app.web.lifecycle import context, current, number
from app.web.programs import PREFIX
from app.web.texts import TEXTS

VERSION: Final = f"{PREFIX}/v1"
#: Values in JSON are written the same everywhere: dates as ISO has them, numbers with a point.
NEUTRAL: Final = "en"
#: The header that says why something is changed, percent-encoded as in an address.
REASON: Final = "Lotse-Reason"
#: A record's ETag: its version, and a digest where the answer has a body.
_ETAG: Final = re.compile(r"([1-9][0-9]{0,17})(?:-[0-9a-f]{32})?")
_ONLY_ONCE: Final = Label("Die Angabe „{name}“ ist unbekannt.", "The argument “{name}” is unknown.")

api_pages: Final = Blueprint("api", __name__, url_prefix=VERSION)

api_pages.register_error_handler(refusals.MediaType, refusals.of_media_type)
api_pages.register_error_handler(refusals.VersionMissing, refusals.of_missing_version)
api_pages.register_error_handler(refusals.Stale, refusals.of_stale)
api_pages.register_error_handler(refusals.Refused, refusals.of_many)
api_pages.register_error_handler(TooFast, refusals.of_haste)


@api_pages.before_request
def refuse_strangers() -> None:
    """Refuse a session that another site makes a browser send; a token isn't sent by itself and needs no such proof.

    Raises:
        Forbidden: the browser says that the request comes from somewhere else.
        CSRFError: something is to be changed with a session, and the form token is missing.
        TooFast: the token has asked too often.
    """
    call = current()
    if call is None:
        return
    if call.token is not None:
        keep_pace(call.token)
        return
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in OWN:
        raise Forbidden(TEXTS["problem.foreign"])
    current_app.extensions["csrf"].protect()


@api_pages.after_app_request
def give_no_cookie(response: Response) -> Response:
    """Keep a token's answers free of cookies, whatever looked at the session on the way."""
    call = current()
    if call is not None and call.token is not None:
        session.clear()
        session.modified = False
    return response


def neutral() -> Context:
    """Return the request's context, in which values are read and written as JSON has them.

    Raises:
        InvalidData: the reason that the request gives can't be one.
    """
    told = request.headers.get(REASON)
    ctx = with_reason(context(), None if told is None else unquote(told))
    return replace(ctx, locale=NEUTRAL, origin="api", request=number())


def arguments(known: Sequence[str] | None = None) -> Mapping[str, Sequence[str]]:
    """Return the query string's arguments with all their values.

    Args:
        known: which ones there may be; None where somebody else checks that.

    Raises:
        InvalidQuery: there is one that isn't known.
    """
    found = dict(request.args.lists())
    strange = [name for name in found if known is not None and name not in known]
    if strange:
        raise refusals.unreadable("query.unknown_argument", _ONLY_ONCE.format(name=_plain(strange[0])))
    return found


def _plain(text: str) -> str:
    return "".join(char for char in text[:60] if char.isprintable())


def answer(
    body: Mapping[str, Any] | str | None, status: int = 200, *, version: int | None = None, location: str | None = None
) -> Response:
    """Answer with JSON.

    Args:
        body: what is said, or its JSON as text; None for nothing.
        status: the HTTP status.
        version: the record's version, from which its ETag is made; a reader who has the same body already is
            answered 304.
        location: address of what was made.
    """
    if body is None:
        response = Response(status=status)
        del response.headers["Content-Type"]
    else:
        text = body if isinstance(body, str) else orjson.dumps(body)
        response = Response(text, status, mimetype="application/json")
    if version is not None:
        response.set_etag(_etag_of(version, response.get_data()))
        if request.method in ("GET", "HEAD"):
            response.make_conditional(request)
    if location is not None:
        response.headers["Location"] = location
    return response


def _etag_of(version: int, body: bytes) -> str:
    """Return the ETag of a record as it is told in a body.

    The version alone doesn't say whether the body is the same: titles of other records, computed values, the day and
    the reader's rights change without it. The digest is of what the reader is told, so it tells him nothing more.
    """
    return f"{version}-{hashlib.sha256(body).hexdigest()[:32]}" if body else str(version)


def wanted_version() -> int | None:
    """Return the version that this request wants to change (RFC 9110, If-Match), or None for one that never was.

    Only the version in an ETag counts, so the one of any answer will do: whatever was expanded in it, whoever was told.

    Raises:
        VersionMissing: it doesn't say.
    """
    given = request.headers.get("If-Match", "").strip()
    if not given or given == "*":
        raise refusals.VersionMissing
    tags = list(request.if_match.as_set(include_weak=False))
    if len(tags) != 1:
        return None
    found = _ETAG.fullmatch(tags[0])
    return None if found is None else int(found[1])
