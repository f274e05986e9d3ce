"""Requests of programs, all below `/api`: how one is told from a reader's, who it comes from, and how it is refused.

Whatever goes wrong below `/api`, the answer is a problem document (RFC 9457), never a page: also for an address that
doesn't exist, where no view of the API is ever reached.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import orjson
from flask import Response, request

from app.errors import FieldError
from app.language import LOCALES, Locale

if TYPE_CHECKING:
    from app.web.problems import Problem

PREFIX: Final = "/api"
PROBLEM: Final = "application/problem+json"
#: The kinds of problems by status; a problem's type is `urn:lotse:problem:<kind>`.
KINDS: Final = {
    400: "unreadable",
    401: "not-signed-in",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    409: "conflict",
    412: "stale",
    413: "too-large",
    415: "media-type",
    422: "invalid",
    428: "version-missing",
    429: "too-many",
    500: "failed",
    503: "unavailable",
}
_BEARER: Final = "bearer "
_STEP: Final = re.compile(r"\[(\d+)\]|([^.\[\]]+)")


def ask() -> bool:
    """Return whether this request is a program's: below `/api`, or one that can read JSON and no page."""
    if request.path == PREFIX or request.path.startswith(f"{PREFIX}/"):
        return True
    accepted = request.accept_mimetypes
    return not accepted["text/html"] and bool(accepted["application/json"] or accepted[PROBLEM])


def bearer() -> str | None:
    """Return what was sent as a token (RFC 6750), or None where nothing was sent as `Authorization`."""
    header = request.headers.get("Authorization")
    if header is None:
        return None
    return header[len(_BEARER) :].strip() if header[: len(_BEARER)].lower() == _BEARER else ""


def language() -> Locale | None:
    """Return the language that the program asks for, or None where it asks for none that there is."""
    best = request.accept_languages.best_match(LOCALES) if request.accept_languages else None
    return next((known for known in LOCALES if known == best), None)


def challenge() -> str:
    """Return what a request without a good token is answered with (RFC 6750, section 3)."""
    return 'Bearer realm="Lotse"' + ("" if bearer() is None else ', error="invalid_token"')


def pointer(name: str) -> str:
    """Return the JSON pointer (RFC 6901) of a field as errors name it: `lines[2].price` is `/lines/2/price`."""
    steps = [index or key for index, key in _STEP.findall(name)]
    return "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in steps)


def error_body(at: str | None, error: FieldError, locale: Locale) -> dict[str, Any]:
    """Return one thing that is wrong."""
    told = {"code": error.code, "message": error.message.text(locale)}
    return told if at is None else {"pointer": at, **told}


def document(problem: Problem, locale: Locale, number: str) -> Response:
    """Return a problem as `application/problem+json`.

    Args:
        problem: what is refused.
        locale: the language it is told in.
        number: by which the request can be found in the log.
    """
    kind = KINDS.get(problem.status, KINDS[500 if problem.status >= 500 else 400])
    body: dict[str, Any] = {
        "type": f"urn:lotse:problem:{kind}",
        "title": problem.title.text(locale),
        "status": problem.status,
        "detail": problem.message.text(locale),
        "request": number,
    }
    if problem.errors:
        body["errors"] = [error_body(at, error, locale) for at, error in problem.errors]
    response = Response(orjson.dumps({**body, **problem.more}), problem.status, mimetype=PROBLEM)
    response.headers["Content-Language"] = locale
    return response
