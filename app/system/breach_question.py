"""One question to a service that knows stolen passwords, by HTTP; loaded where there is such a service.

Python's modules for HTTP and TLS cost every worker megabytes, and most installations ask nobody.
"""

from __future__ import annotations

import time
from http.client import HTTPException
from typing import Any, Final
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, ProxyHandler, Request, build_opener

from app.readings import LOOPBACK

#: An answer has some two thousand lines of forty bytes; a longer one is none.
_MOST_BYTES: Final = 512 * 1024
_HEADERS: Final = {"Add-Padding": "true", "User-Agent": "Lotse", "Accept": "text/plain"}


class _StayHere(HTTPRedirectHandler):
    """Follows nobody elsewhere: the address is the administrator's choice."""

    def redirect_request(self, *about: Any) -> None:
        """Return no other question; the answer then counts as a failure."""
        return


def fetch(address: str, told: str, patience: float) -> str:
    """Return the range of hashes that begin with some digits.

    Args:
        address: what stands before `/range/`.
        told: the digits.
        patience: how long it may take, in seconds.

    Raises:
        OSError, ValueError: there is none.
    """
    try:
        return _fetched(address, told, patience)
    except HTTPException as failure:
        raise ValueError(type(failure).__name__) from failure


def _fetched(address: str, told: str, patience: float) -> str:
    ends = time.monotonic() + patience
    question = Request(f"{address}/range/{told}", headers=_HEADERS)  # noqa: S310  https, or this machine
    with _opener(address).open(question, timeout=patience) as answer:
        if answer.status != 200:
            raise ValueError("status")
        parts, length = [], 0
        while part := answer.read1(_MOST_BYTES):
            parts.append(part)
            length += len(part)
            if length > _MOST_BYTES or time.monotonic() > ends:
                raise ValueError("too long")
    return b"".join(parts).decode("ascii")


def _opener(address: str) -> OpenerDirector:
    """Return what asks: by the proxy that the environment names, save for this machine, and never anywhere else."""
    proxies: dict[str, str] | None = {} if urlsplit(address).hostname in LOOPBACK else None
    return build_opener(ProxyHandler(proxies), _StayHere())
