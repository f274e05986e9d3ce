"""What every answer carries besides its content, and what is looked at before a form is read."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from flask import Flask, Response, request

from app.errors import Forbidden
from app.web.lifecycle import SAFE, number
from app.web.texts import TEXTS

#: No inline script, no inline style, no eval, nothing from anywhere else. `data:` is for the images in style sheets.
_CSP: Final = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "object-src 'none'",
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
_HSTS: Final = "max-age=31536000; includeSubDomains"

#: Where a request that changes something may come from; a browser without the header is caught by the CSRF token.
OWN: Final = frozenset({"same-origin", "none"})


def install(app: Flask, *, https: bool) -> None:
    """Hang both on an application.

    Args:
        app: the application.
        https: whether it is reached by https, so that browsers are told to keep to it.
    """

    def dress(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers[name] = value
        if https:
            response.headers["Strict-Transport-Security"] = _HSTS
        response.headers["X-Request-Id"] = number()
        if not response.headers.get("Cache-Control", "").startswith("public"):
            response.headers["Cache-Control"] = "no-store"
            response.headers.add("Vary", "HX-Request")
        return response

    app.before_request(refuse_foreign)
    app.after_request(dress)


def refuse_foreign() -> None:
    """Refuse what another site's page makes a browser send.

    Raises:
        Forbidden: the browser says that the request comes from somewhere else.
    """
    if request.method in SAFE:
        return
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in OWN:
        raise Forbidden(TEXTS["problem.foreign"])
