"""What every answer carries besides its content, and what is looked at before a form is read."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from flask import Flask, Response, abort, current_app, request

from app.errors import Forbidden
from app.web.lifecycle import SAFE, number
from app.web.texts import TEXTS

#: Nothing is allowed but what stands here: no inline script, no inline style, no eval, nothing from anywhere else, no
#: frames, no workers, no media. `data:` is for the images in style sheets.
_CSP: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_OFF: Final = ("camera", "display-capture", "geolocation", "microphone", "payment", "usb", "browsing-topics")

#: On every answer, whatever it is.
HEADERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Content-Security-Policy": _CSP,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": ", ".join(f"{feature}=()" for feature in _OFF),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
)
#: How to get further where nothing else is said (RFC 9110, 11.6.1): sign in; no browser opens a window for it.
_CHALLENGE: Final = 'Session realm="Lotse"'
_HSTS: Final = "max-age=31536000; includeSubDomains"

#: Where a request that changes something may come from; a browser without the header is caught by its Origin, or by the
#: CSRF token.
OWN: Final = frozenset({"same-origin", "none"})
#: A form that comes as one text instead of in parts.
_AS_TEXT: Final = "application/x-www-form-urlencoded"
_IN_PARTS: Final = "multipart/form-data"
#: As what nothing of the product may be loaded, not even by itself.
_EMBEDDED: Final = frozenset({"embed", "fencedframe", "frame", "iframe", "object"})
#: Longest query string and headers, and most arguments; a list with a filter for every column stays below.
MOST_QUERY: Final = 32 * 1024
MOST_HEADERS: Final = 64 * 1024
MOST_ARGUMENTS: Final = 400


def install(app: Flask, *, https: bool) -> None:
    """Hang both on an application.

    Args:
        app: the application.
        https: whether it is reached by https, so that browsers are told to keep to it.
    """

    def dress(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers[name] = value
        if response.status_code == 401:
            response.headers.setdefault("WWW-Authenticate", _CHALLENGE)
        if https:
            response.headers["Strict-Transport-Security"] = _HSTS
        response.headers["X-Request-Id"] = number()
        if not response.headers.get("Cache-Control", "").startswith("public"):
            response.headers["Cache-Control"] = "no-store"
            response.vary.update(("Cookie", "HX-Request"))
        return response

    app.before_request(refuse_excess)
    app.before_request(refuse_foreign)
    app.before_request(refuse_nameless)
    app.after_request(dress)


def refuse_excess() -> None:
    """Refuse what is longer than any page of the product makes it (413, 414, 431).

    Werkzeug counts the fields of a form only where it comes in parts; as one text they would all be taken apart first.
    """
    query = request.query_string
    if len(query) > MOST_QUERY or query.count(b"&") >= MOST_ARGUMENTS:
        abort(414)
    if sum(len(name) + len(value) for name, value in request.headers) > MOST_HEADERS:
        abort(431)
    if request.mimetype == _AS_TEXT and request.get_data().count(b"&") >= current_app.config["MAX_FORM_PARTS"]:
        abort(413)


def refuse_nameless() -> None:
    """Refuse a form with a part that has no name (400): RFC 7578 requires one, and whoever reads forms relies on it."""
    if request.mimetype != _IN_PARTS or request.method in SAFE:
        return
    request.get_data()  # kept, so that whoever asks for the body as such still finds it
    if None in request.form or None in request.files:
        abort(400)


def refuse_foreign() -> None:
    """Refuse what another site's page makes a browser send or load.

    Another site may lead somebody here by a link, and nothing else: no form, no frame, no image, no script.

    Raises:
        Forbidden: the browser says that the request comes from somewhere else, or what for.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if request.headers.get("Sec-Fetch-Dest") in _EMBEDDED:
        raise Forbidden(TEXTS["problem.foreign"])
    if request.method in SAFE:
        if site is not None and site not in OWN and request.headers.get("Sec-Fetch-Mode") != "navigate":
            raise Forbidden(TEXTS["problem.foreign"])
        return
    own = site in OWN if site is not None else _comes_from_here(request.headers.get("Origin"))
    if not own:
        raise Forbidden(TEXTS["problem.foreign"])


def _comes_from_here(origin: str | None) -> bool:
    """Return whether a browser that says nothing better names this site as where a form was; programs name nothing."""
    return origin is None or origin.partition("://")[2].lower() == request.host.lower()
