"""A server whose workers are killed: it imports and builds once, then forks every worker, so that one costs little.

Run as a process of its own by `Nursery`, never by hand. It listens on a loopback port and forks workers that all serve
it, and beside them one process that publishes again and again. At random moments it kills one of them with SIGKILL and
forks another.

Each worker says in shared memory whether it is inside of a writing transaction, so that it is known which kills could
have hurt.
"""

from __future__ import annotations

import contextlib
import gc
import json
import mmap
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import Any, Final, NoReturn, Self

from sqlalchemy import Connection, event
from werkzeug.serving import WSGIRequestHandler, make_server

from app.access.actor import PRODUCT
from app.changes.publish import publish
from app.config import Settings
from app.errors import LotseError
from app.factory import create_app
from app.runtime.store import Store
from app.storage.database import ACCESS_OPTION, open_database
from app.system.numbers import NUMBER
from tests.proof.trade import documents
from tests.support.install import METADATA, PLUGINS, ROOT, read_documents, write_documents
from tests.support.proof import Tally
from tests.support.site import SECRET

#: What a worker's byte in shared memory says; who has drawn a number has written, too.
IDLE, BEGUN, WRITTEN, DRAWN = 0, 1, 2, 3
_STATES: Final = {IDLE: "idle", BEGUN: "begun", WRITTEN: "written", DRAWN: "drawn"}
_WRITING: Final = ("INSERT", "UPDATE", "DELETE")
_DRAWING: Final = f"INSERT INTO {NUMBER.name} "
#: How many processes serve where nothing is said; beside them, one publishes.
_SERVERS: Final = 3
#: The shortest and the longest time between two kills, in seconds, where there is work between them.
_PAUSES: Final = (0.02, 0.12)


class Nursery:
    """The server, seen from the test; a context manager.

    Args:
        url: the database, with documents in force.
        folder: where documents to be published are written.
        kills: how many.
        seed: what its random choices begin with.
        cookie: of somebody who is signed in, for the requests that warm the parent up.
        token: his token for forms.
        servers: how many processes serve.
    """

    def __init__(
        self, url: str, folder: Path, kills: int, seed: int, cookie: str, token: str, servers: int = _SERVERS
    ) -> None:
        self._job = {
            "url": url,
            "folder": str(folder),
            "kills": kills,
            "seed": seed,
            "cookie": cookie,
            "token": token,
            "servers": servers,
        }

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.support.nursery", json.dumps(self._job)]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self._line()["port"])
        return self

    def _line(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the nursery is gone"
        answer: dict[str, Any] = json.loads(line)
        return answer

    def killed(self, tally: Tally) -> None:
        """Wait until all kills are done and count them, by what they have hit; the workers serve on."""
        for state, many in self._line().items():
            tally.add(f"kills {state}", many)
            tally.add("kills", many)
            tally.add("inside", many if not state.endswith("idle") else 0)
            tally.add("written", many if state.endswith(("written", "drawn")) else 0)
            tally.add("drawn", many if state.endswith("drawn") else 0)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=60)
        self._process.stdout.close()


class _Quiet(WSGIRequestHandler):
    """Serves without a line for every request."""

    def log(self, type: str, message: str, *args: object) -> None:
        """Say nothing."""


class _Kindergarten:
    """The parent of all workers; it has one thread and no open connection, so that it can be forked at any time."""

    def __init__(self, url: str, folder: Path, seed: int, cookie: str, token: str, servers: int) -> None:
        self.publisher = servers
        self.places = range(servers + 1)
        self.folder = folder
        self.headers = {"Cookie": cookie, "Sec-Fetch-Site": "same-origin"}
        self.token = token
        self.chance = random.Random(seed)
        self.database = open_database(url)
        settings = Settings(url, METADATA, PLUGINS, SECRET)
        self.app = create_app(settings, database=self.database)
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.states = mmap.mmap(-1, len(self.places))
        self.signs = mmap.mmap(-1, _SIGNS)
        self.alive: dict[int, int] = {}
        self.warm = 0
        self.warm_up()

    def warm_up(self) -> None:
        """Do once what every worker would do at its first requests, and close every connection again."""
        self.warm += 1
        client = self.app.test_client(use_cookies=False)
        client.get("/e/order", headers=self.headers)
        client.get("/r/order/new", headers=self.headers)
        form = {"csrf_token": self.token, "name": f"{WARM}{self.warm}", "lines-0-name": "x", "_sent": "lines"}
        made = client.post("/r/order/new", data=form, headers=self.headers)
        assert made.status_code == 303, made.status_code
        order = made.headers["Location"]
        client.get(f"{order}/edit", headers=self.headers)
        program = {**self.headers, "X-CSRFToken": self.token}
        answer = client.post("/api/v1/order", json={"name": f"{WARM}{self.warm}p"}, headers=program)
        assert answer.status_code == 201, answer.text
        for step, (verb, data) in enumerate([("edit", {"note": "x"}), ("retire", {}), ("restore", {})]):
            changed = {"csrf_token": self.token, "version": step + 1, **data}
            client.post(f"{order}/{verb}", data=changed, headers=self.headers)
        self.database.close()
        self.signs[_NEWS] = 0
        gc.collect()
        gc.freeze()

    def fork(self, place: int) -> None:
        """Start the worker of a place."""
        self.states[place] = IDLE
        child = os.fork()
        if child == 0:
            self._live(place)
        self.alive[place] = child

    def _live(self, place: int) -> NoReturn:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        # Standard input and output are the parent's talk with the test.
        os.close(0)
        try:
            self._watch(place)
            if place == self.publisher:
                self.keep_publishing()
            self.serve()
        finally:
            os._exit(1)

    def _watch(self, place: int) -> None:
        """Note in shared memory where in a writing transaction this process is; it writes one at a time."""
        engine, states, signs = self.database.engine, self.states, self.signs

        def begun(connection: Connection) -> None:
            if connection.get_execution_options().get(ACCESS_OPTION) != "read":
                states[place] = max(states[place], BEGUN)

        def written(connection: Connection, cursor: object, statement: str, *more: object) -> None:
            if statement.startswith(_DRAWING):
                states[place] = DRAWN
            elif statement.startswith(_WRITING):
                states[place] = max(states[place], WRITTEN)

        def ended(*about: object) -> None:
            if states[place] >= WRITTEN:
                signs[_DONE] = (signs[_DONE] + 1) % 256
            states[place] = IDLE

        event.listen(engine, "begin", begun)
        event.listen(engine, "before_cursor_execute", written)
        event.listen(engine, "checkin", ended)

    def serve(self) -> None:
        """Serve requests, one after the other."""
        host, port = self.socket.getsockname()[:2]
        server = make_server(host, port, self.app, request_handler=_Quiet, fd=self.socket.fileno())
        server.serve_forever()

    def keep_publishing(self) -> NoReturn:
        """Publish one revision after the other, each with a field more; a published field count says which is next."""
        store = Store(self.database)
        while True:
            with self.database.read() as connection:
                fields = store.snapshot(connection).model.entities["order"].fields
            revision = 1 + sum(key.startswith("extra_") for key in fields)
            written = write_documents(self.folder, documents(revision % _MOST_EXTRAS))
            # Refused because others have the tables for too long: the next one will do.
            with contextlib.suppress(LotseError):
                publish(self.database, store, read_documents(written), PRODUCT, "Proof")
                self.signs[_NEWS] = 1
            time.sleep(_REST)

    def kill(self) -> str:
        """Kill one, start another in its place, and return what it was doing."""
        place = self._victim()
        os.kill(self.alive[place], signal.SIGKILL)
        os.waitpid(self.alive[place], 0)
        state = _STATES[self.states[place]]
        if self.signs[_NEWS]:
            self.warm_up()
        self.fork(place)
        return state if place != self.publisher else f"publishing {state}"

    def let_work(self) -> None:
        """Wait until something was written and committed, but not for long: on a slow machine too, work gets done."""
        before, deadline = self.signs[_DONE], time.monotonic() + _PATIENCE
        while self.signs[_DONE] == before and time.monotonic() < deadline:
            time.sleep(self.chance.uniform(*_PAUSES))

    def _victim(self) -> int:
        """Return who is killed: every other time anybody, else somebody who has written and not yet committed.

        Whoever waits for the disk or for a lock is hit most often by chance; the short moments need some aiming.
        """
        place = self.chance.choices(self.places, [_SHARE] * self.publisher + [1])[0]
        if self.chance.random() < _AIMED:
            deadline = time.monotonic() + _AIMING
            while time.monotonic() < deadline:
                writing = [one for one in self.alive if self.states[one] >= WRITTEN]
                if writing:
                    time.sleep(self.chance.uniform(0, _LATER))
                    return self.chance.choice(writing)
                time.sleep(_GLANCE)
        return place

    def end(self) -> None:
        """End everybody."""
        for child in self.alive.values():
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


#: How much more often a process that serves is hit than the one that publishes.
_SHARE: Final = 3
#: How many of the kills are aimed at somebody who has written; how long is waited for one, how often is looked, and how
#: much later the kill may come, in seconds.
_AIMED: Final = 0.5
_AIMING: Final = 0.3
_GLANCE: Final = 0.0005
_LATER: Final = 0.004
#: Two bytes in shared memory: something was published, so that the parent isn't warm any more; transactions that ended.
_NEWS, _DONE, _SIGNS = 0, 1, 2
#: How long is waited for a transaction to end, in seconds.
_PATIENCE: Final = 2.0
#: What the parent calls the orders with which it warms itself up.
WARM: Final = "warm"
#: Between two publishes, in seconds: people publish now and then.
_REST: Final = 2.0
_MOST_EXTRAS: Final = 12


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def _main(url: str, folder: str, kills: int, seed: int, cookie: str, token: str, servers: int) -> None:
    parent = _Kindergarten(url, Path(folder), seed, cookie, token, servers)
    for place in parent.places:
        parent.fork(place)
    _say({"port": parent.socket.getsockname()[1]})
    killed: Counter[str] = Counter()
    try:
        for _ in range(kills):
            parent.let_work()
            killed[parent.kill()] += 1
        _say(dict(killed))
        sys.stdin.read()
    finally:
        parent.end()


if __name__ == "__main__":
    _main(**json.loads(sys.argv[1]))
