"""A service that knows stolen passwords, asked so that it learns no password: the range API of “Have I Been Pwned”, v3.

It is told the first five digits of a hash and answers with all hashes that begin so, some of them made up; which of
them was meant stays here. Source: Have I Been Pwned, API v3, “Searching by range”.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from http.client import HTTPException
from queue import Empty, SimpleQueue
from typing import Any, Final
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, ProxyHandler, Request, build_opener

from app.readings import LOOPBACK

#: How long somebody who chooses a password waits for the answer at most, from looking up the name to the last byte.
PATIENCE: Final = 2.0
#: So many digits of a hash are told.
_TOLD: Final = 5
#: An answer has some two thousand lines of forty bytes; a longer one is none.
_MOST_BYTES: Final = 512 * 1024
#: Questions that may be under way at once; a service that hangs doesn't collect threads.
_AT_ONCE: Final = 4
_HEADERS: Final = {"Add-Padding": "true", "User-Agent": "Lotse", "Accept": "text/plain"}


class Unreachable(Exception):
    """The service didn't answer in time, or not with a range."""


class _StayHere(HTTPRedirectHandler):
    """Follows nobody elsewhere: the address is the administrator's choice."""

    def redirect_request(self, *about: Any) -> None:
        """Return no other question; the answer then counts as a failure."""
        return


@dataclass(frozen=True, slots=True)
class RangeService:
    """A service that is asked for ranges of hashes.

    Args:
        address: what stands before `/range/`.
        patience: how long an answer may take, in seconds.
    """

    address: str
    patience: float = PATIENCE
    _free: Any = field(default_factory=lambda: threading.BoundedSemaphore(_AT_ONCE), repr=False, compare=False)

    def holds(self, digest: str) -> bool:
        """Return whether the service knows a hash.

        Args:
            digest: SHA-1 of the password, forty capital hexadecimal digits.

        Raises:
            Unreachable: it can't be asked.
        """
        text = self._answer(digest[:_TOLD])
        found = dict(line.strip().upper().split(":", 1) for line in text.splitlines() if line.count(":") == 1)
        if not found:
            raise Unreachable("no range")
        # Padding is told apart by its count.
        return found.get(digest[_TOLD:], "0").strip("0") != ""

    def _answer(self, told: str) -> str:
        """Return a range; in a thread of its own, since neither the look-up of a name nor a slow line has an end.

        Raises:
            Unreachable: there is none in time.
        """
        if not self._free.acquire(blocking=False):
            raise Unreachable("too many questions are under way")
        heard: SimpleQueue[str | Exception] = SimpleQueue()
        threading.Thread(target=self._ask, args=(told, heard), name="lotse-breaches", daemon=True).start()
        try:
            answer = heard.get(timeout=self.patience)
        except Empty as late:
            raise Unreachable("no answer in time") from late
        if isinstance(answer, Exception):
            raise Unreachable(type(answer).__name__) from answer
        return answer

    def _ask(self, told: str, heard: SimpleQueue[str | Exception]) -> None:
        try:
            heard.put(self._fetch(told))
        except (OSError, HTTPException, ValueError) as failure:
            heard.put(failure)
        finally:
            self._free.release()

    def _fetch(self, told: str) -> str:
        ends = time.monotonic() + self.patience
        question = Request(f"{self.address}/range/{told}", headers=_HEADERS)  # noqa: S310  https, or this machine
        with _opener(self.address).open(question, timeout=self.patience) as answer:
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
