"""People and programs who work through HTTP while the server's processes die.

Acknowledged means: the whole answer was read, and it says that the request was carried out. Where no answer comes, a
caller sends the same request again with the same key, as a browser does when somebody presses the button once more. So
in the end each request was answered, and must have been carried out exactly once.
"""

from __future__ import annotations

import http.client
import io
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from tests.support.nursery import Nursery
from tests.support.proof import Tally
from tests.support.site import Site

_TIMEOUT: Final = 60.0
#: How often a request is sent before it counts as one that nobody answers.
_TRIES: Final = 30
_LOST: Final = (ConnectionError, http.client.HTTPException, TimeoutError)


@dataclass(frozen=True, slots=True)
class Seat:
    """What a caller is signed in with.

    Args:
        port: where the server listens.
        cookie, token: of a browser's session, and for its forms.
        bearer: the token of a program, for the API.
    """

    port: int
    cookie: str
    token: str
    bearer: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered, read to its end."""

    status: int
    location: str
    body: bytes

    @property
    def record(self) -> int:
        """Return the id of the record that the answer leads to."""
        return int(self.location.rpartition("/")[2])


class Caller:
    """Somebody who sends each request until it is answered.

    Args:
        number: tells the callers apart.
        seat: where he sits.
        seed: what his random choices begin with.
    """

    def __init__(self, number: int, seat: Seat, seed: int) -> None:
        self.number = number
        self.seat = seat
        self.chance = random.Random(f"{seed}-{number}")
        self.counts: Counter[str] = Counter()
        self.longest = 0.0
        self.wrong: list[str] = []

    def work(self, over: threading.Event) -> None:
        """Work until it is over, and long enough."""
        try:
            while not (over.is_set() and self.done()):
                self.step()
        except Exception as failure:  # noqa: BLE001 - a caller is a thread: what goes wrong there is told by the test
            self.wrong.append(repr(failure))

    def step(self) -> None:
        """Do one thing."""
        raise NotImplementedError

    def done(self) -> bool:
        """Return whether enough was done, were it over."""
        return True

    def send(self, method: str, path: str, form: Mapping[str, object] | None = None) -> Answer:
        """Send what a browser sends."""
        headers = {"Cookie": self.seat.cookie, "Sec-Fetch-Site": "same-origin"}
        if form is None:
            return self._until_answered(method, path, None, headers)
        body = urlencode({"csrf_token": self.seat.token, "_once": self._key(), **form}, doseq=True)
        return self._until_answered(
            method, path, body, {**headers, "Content-Type": "application/x-www-form-urlencoded"}
        )

    def upload(self, path: str, content: bytes) -> Answer:
        """Send a file as a browser does."""
        form = {"csrf_token": self.seat.token, "file": FileStorage(io.BytesIO(content), "file.csv")}
        boundary, body = encode_multipart(form)
        headers = {"Cookie": self.seat.cookie, "Sec-Fetch-Site": "same-origin"}
        kind = f'multipart/form-data; boundary="{boundary}"'
        return self._until_answered("POST", path, body, {**headers, "Content-Type": kind})

    def call(
        self, method: str, path: str, values: Mapping[str, Any] | None = None, version: int | None = None
    ) -> Answer:
        """Send to the API what a program sends, with the values that it writes and the version that it knows."""
        headers = {"Authorization": f"Bearer {self.seat.bearer}", "Idempotency-Key": self._key()}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        if values is None:
            return self._until_answered(method, f"/api/v1{path}", None, headers)
        headers["Content-Type"] = "application/json"
        return self._until_answered(method, f"/api/v1{path}", json.dumps(values), headers)

    def _key(self) -> str:
        self.counts["keys"] += 1
        return f"caller-{self.number:02d}-key-{self.counts['keys']:08d}"

    def _until_answered(self, method: str, path: str, body: str | bytes | None, headers: Mapping[str, str]) -> Answer:
        """Send a request, again with the same key as long as no answer comes."""
        started = time.monotonic()
        for _ in range(_TRIES):
            answer = self._once(method, path, body, headers)
            if answer is not None:
                break
            self.counts["unanswered"] += 1
        else:
            raise TimeoutError(f"{method} {path} was never answered")
        self.longest = max(self.longest, time.monotonic() - started)
        if answer.status >= 500:
            self.wrong.append(f"{method} {path}: {answer.status}")
        self.counts[f"answered {answer.status}"] += 1
        return answer

    def _once(self, method: str, path: str, body: str | bytes | None, headers: Mapping[str, str]) -> Answer | None:
        """Send a request once; return None when its answer didn't come whole."""
        connection = http.client.HTTPConnection("127.0.0.1", self.seat.port, timeout=_TIMEOUT)
        try:
            connection.request(method, path, body, dict(headers))
            answer = connection.getresponse()
            read = answer.read()
        except _LOST:
            return None
        finally:
            connection.close()
        return Answer(answer.status, answer.headers.get("Location", ""), read)


def at_work(callers: Sequence[Caller], nursery: Nursery, tally: Tally) -> None:
    """Let everybody work until the last process was killed; the kills are counted."""
    over = threading.Event()
    threads = [threading.Thread(target=caller.work, args=(over,), daemon=True) for caller in callers]
    for thread in threads:
        thread.start()
    try:
        nursery.killed(tally)
    finally:
        over.set()
        for thread in threads:
            thread.join()


def signed_in(site: Site, role: str) -> tuple[str, str]:
    """Sign somebody in and return the cookie of his browser and a token for its forms."""
    visitor = site.visitor(role)
    token = visitor.token()
    return "; ".join(f"{one.key}={one.value}" for one in (visitor.client._cookies or {}).values()), token
