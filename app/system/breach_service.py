"""A service that knows stolen passwords, asked so that it learns no password: the range API of “Have I Been Pwned”, v3.

It is told the first five digits of a hash and answers with all hashes that begin so, some of them made up; which of
them was meant stays here. Source: Have I Been Pwned, API v3, “Searching by range”.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any, Final

from app.lazily import lazily

#: How long somebody who chooses a password waits for the answer at most, from looking up the name to the last byte.
PATIENCE: Final = 2.0
#: So many digits of a hash are told.
_TOLD: Final = 5
#: Questions that may be under way at once; a service that hangs doesn't collect threads.
_AT_ONCE: Final = 4
#: What asks.
_QUESTION: Final = "app.system.breach_question"


class Unreachable(Exception):
    """The service didn't answer in time, or not with a range."""


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
            heard.put(lazily(_QUESTION).fetch(self.address, told, self.patience))
        except (OSError, ValueError) as failure:
            heard.put(failure)
        finally:
            self._free.release()
