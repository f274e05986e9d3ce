"""Answers for a browser and for htmx 4: the same URL gives a page to the one and a region to the other.

flask-htmx 0.4 speaks htmx 2: it knows neither `HX-Source` nor the morph swaps, and splits `HX-Target` differently.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlsplit

import orjson
from flask import Response, make_response, redirect, request
from flask_htmx import HTMX
from werkzeug.wrappers import Response as BaseResponse

#: Ways of swapping that the product uses.
SWAPS: Final = frozenset({"innerHTML", "outerHTML", "innerMorph", "outerMorph", "beforeend", "afterbegin", "none"})


class Htmx(HTMX):  # type: ignore[misc]  # flask-htmx has no types
    """What htmx 4 says about its request."""

    @property
    def source(self) -> str | None:
        """Return the id of the element that asked, or None."""
        return _identifier("HX-Source")

    @property
    def target(self) -> str | None:
        """Return the id of the region that the answer goes into, or None."""
        return _identifier("HX-Target")

    @property
    def partial(self) -> bool:
        """Return whether a region is wanted rather than a page (a restored history entry wants the page)."""
        return bool(self) and not self.history_restore_request and not self.boosted


def _identifier(header: str) -> str | None:
    """Take the id out of `div#list`; htmx 4 names the element before it."""
    return request.headers.get(header, "").partition("#")[2] or None


htmx: Final = Htmx()


def respond(
    html: str,
    status: int = 200,
    *,
    target: str | None = None,
    swap: str | None = None,
    push: str | None = None,
    events: dict[str, Any] | None = None,
) -> Response:
    """Answer with HTML.

    Args:
        html: a page or a region.
        status: the HTTP status.
        target: selector of another region than the one that htmx asked for.
        swap: another way of swapping.
        push: address to show in the browser's address bar.
        events: events to raise in the browser after the swap, with their details.
    """
    if swap is not None and swap.partition(" ")[0] not in SWAPS:
        raise ValueError(f"htmx has no swap {swap!r}")
    response = make_response(html, status)
    response.mimetype = "text/html"
    headers = {"HX-Retarget": target, "HX-Reswap": swap, "HX-Push-Url": push}
    for name, value in headers.items():
        if value is not None:
            response.headers[name] = value
    if events:
        response.headers["HX-Trigger"] = orjson.dumps(events).decode("ascii", "backslashreplace")
    return response


def go(url: str) -> BaseResponse:
    """Send the reader on after a POST; htmx is told in a header, so that the whole page is loaded."""
    if htmx:
        response = make_response("", 204)
        response.headers["HX-Redirect"] = url
        return response
    return redirect(url, 303)


def own_place(url: str) -> str:
    """Return an address that leads to a page of this site; whatever else was asked for leads home.

    Browsers read a backslash as `/` and drop control characters, so an address with either isn't one of ours.
    """
    try:
        parts = urlsplit(url) if url.isprintable() and "\\" not in url else None
    except ValueError:  # brackets around what is no IPv6 address
        parts = None
    if parts is None or parts.scheme or parts.netloc or not url.startswith("/") or url.startswith("//"):
        return "/"
    return url
