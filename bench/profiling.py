"""Where the time of one Lotse page goes: the application in this process, one visitor, Python's own profiler."""

from __future__ import annotations

import cProfile
import io
import pstats
import secrets
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.config import Settings
from app.factory import create_app
from bench import lotse
from bench.client import Answer, forms_of
from bench.data import World
from bench.pages import cases

_WARM_UP: Final = 20
_TIMES: Final = 100
_LINES: Final = 80


class _Inside:
    """Looks like `bench.client.Client`, but calls the application in this process."""

    def __init__(self, client: FlaskClient) -> None:
        self._client = client
        self.watched = ""
        self.profiler = cProfile.Profile()

    def get(self, path: str) -> Answer:
        return self._timed("GET", lambda: self._client.get(path))

    def post(self, path: str, fields: list[tuple[str, str]]) -> Answer:
        form: dict[str, list[str]] = {}
        for name, value in fields:
            form.setdefault(name, []).append(value)
        return self._timed("POST", lambda: self._client.post(path, data=form))

    def _timed(self, method: str, call: Callable[[], TestResponse]) -> Answer:
        """Call the application; only while a method is watched, under the profiler."""
        started = time.perf_counter()
        found = self.profiler.runcall(call) if method == self.watched else call()
        return Answer(found.status_code, {}, found.data, time.perf_counter() - started)


def profile(url: str, world: World, key: str, sort: str = "tottime", times: int = _TIMES) -> str:
    """Return what Python's profiler says about one page of Lotse.

    Args:
        url: an empty database; records are loaded into it.
        world: the records.
        key: which of the bench's cases.
        sort: `tottime` for the costs themselves, `cumtime` for who causes them.
        times: pages under the profiler.
    """
    with tempfile.TemporaryDirectory(prefix="lotse-bench-") as folder:
        metadata = lotse.write_documents(Path(folder) / "documents")
        lotse.prepare(url, metadata, world)
        app = create_app(Settings(url, metadata, Path(folder), secrets.token_hex(32)))
        client = _Inside(app.test_client())
        form = forms_of(client.get("/login").text)[0]
        client.post("/login", form.filled(email=lotse.EMAIL, password=lotse.PASSWORD))
        case = next(case for case in cases(world, times) if case.key == key)
        ask = case.begin(client)  # type: ignore[arg-type]
        for number in range(_WARM_UP):
            ask(number)
        median = statistics.median(ask(_WARM_UP + number).seconds for number in range(times))
        client.watched = "POST" if key == "save" else "GET"
        for number in range(times):
            ask(_WARM_UP + times + number)
        said = io.StringIO()
        pstats.Stats(client.profiler, stream=said).strip_dirs().sort_stats(sort).print_stats(_LINES)
        return f"{median * 1000:.2f} ms a page without the profiler; below: {times} pages\n{said.getvalue()}"
