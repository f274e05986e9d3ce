"""How fast a token may ask: a coarse limit, so that one program gone wild doesn't stand in everybody's way.

It is counted in each process by itself; what has to hold exactly is bounded elsewhere (sizes, pages, statement time).
"""

from __future__ import annotations

from threading import Lock
from typing import Final

from flask import Flask, current_app
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from app.errors import LotseError
from app.system.tokens import Token

#: Name of the setting of the application that says how many requests a token has.
RATE: Final = "API_RATE"
_USUAL: Final = "1200 per minute"
_EXTENSION: Final = "lotse.api.pace"


class _Counter:
    """Counts the requests of this process, one thread at a time.

    `MemoryStorage` clears up in a timer that it puts in the place of the last one and then starts: two threads that do
    so at once start the same one, and the second of them fails.
    """

    def __init__(self) -> None:
        self._limiter = FixedWindowRateLimiter(MemoryStorage())
        self._lock = Lock()

    def hit(self, rate: RateLimitItem, who: str) -> bool:
        """Count a request and return whether it is within the rate."""
        with self._lock:
            return self._limiter.hit(rate, who)


class TooFast(LotseError):
    """A token that asked too often (HTTP 429).

    Args:
        seconds: how long it should wait.
    """

    def __init__(self, seconds: int) -> None:
        super().__init__("too fast")
        self.seconds = seconds


def install(app: Flask) -> None:
    """Begin to count."""
    app.config.setdefault(RATE, _USUAL)
    app.extensions[_EXTENSION] = _Counter()


def keep_pace(token: Token) -> None:
    """Count a request of a token.

    Raises:
        TooFast: it has asked too often.
    """
    rate, counter = parse(current_app.config[RATE]), current_app.extensions[_EXTENSION]
    assert isinstance(counter, _Counter)
    if not counter.hit(rate, f"token {token.id}"):
        raise TooFast(rate.get_expiry())
