"""A process beside the test's own that publishes, is killed in the middle of it, or looks at what is in force.

It takes one job a line on its standard input and answers each with one line. A publish runs in a child of its own, so
that it can be killed without a new interpreter for each kill. Run by `Publisher`, never by hand.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from app.access.actor import PRODUCT
from app.changes.publish import publish
from app.runtime.store import Store
from app.storage.database import open_database
from tests.support.install import ROOT, read_documents, write_documents

#: Begins a `kill_at` that means "the first moment but these", names separated by commas. What comes after a step is
#: the same moment as before the next one, so only the last two ends of steps are moments of their own; and before the
#: transaction begins there is nothing to be halved.
FIRST_BUT = "!"
_ENDS = ("after verify", "after commit")
_OUTSIDE = ("before compile", "before commit")
_ANY = {"de": "Irgendwas", "en": "Anything"}


class Publisher:
    """The other process, seen from the test; a context manager."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.publisher"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def ask(self, job: dict[str, Any]) -> Any:
        """Hand over a job and return the answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, "the other process is gone"
        return json.loads(answer)

    def publish(self, url: str, folder: Path, kill_at: str = "") -> dict[str, Any]:
        """Publish a folder in a child; kill it with SIGKILL when it comes to a step.

        Returns:
            `steps`: the names of the steps it came to; `killed`: whether it was.
        """
        answer: dict[str, Any] = self.ask({"do": "publish", "url": url, "folder": str(folder), "kill_at": kill_at})
        return answer

    def look(self, url: str) -> dict[str, Any]:
        """Return the revision that this process serves, with every entity's field keys; its store is kept."""
        answer: dict[str, Any] = self.ask({"do": "look", "url": url})
        return answer


def _publish_in_child(url: str, folder: str, kill_at: str) -> dict[str, Any]:
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _publish(url, Path(folder), kill_at, writer)
    os.close(writer)
    with os.fdopen(reader) as stream:
        steps = stream.read().splitlines()
    _, status = os.waitpid(child, 0)
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    return {"steps": steps, "killed": killed, "failed": not killed and os.waitstatus_to_exitcode(status) != 0}


def _publish(url: str, folder: Path, kill_at: str, writer: int) -> None:
    """Publish and leave; never returns."""
    spared = kill_at.removeprefix(FIRST_BUT).split(",")

    def on_step(name: str) -> None:
        os.write(writer, f"{name}\n".encode())
        moment = name in _ENDS or (name.startswith("before ") and name not in _OUTSIDE)
        if name == kill_at or (kill_at.startswith(FIRST_BUT) and moment and name not in spared):
            os.kill(os.getpid(), signal.SIGKILL)

    code = 1
    try:
        database = open_database(url, create=True)
        publish(database, Store(database), read_documents(folder), PRODUCT, "Test", on_step=on_step)
        database.close()
        code = 0
    finally:
        os._exit(code)


def _warm_up(folder: Path) -> None:
    """Publish once into a database of no use: what the first publish of a process prepares, every child then has."""
    options = {"label": _ANY, "values": [{"id": "any", "label": _ANY}]}
    documents = write_documents(folder / "documents", {("options", "any"): options})
    database = open_database(f"sqlite:///{folder / 'any.sqlite'}", create=True)
    publish(database, Store(database), read_documents(documents), PRODUCT, "Test")
    database.close()
    gc.freeze()


def _main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        _warm_up(Path(folder))
    stores: dict[str, Store] = {}
    for line in sys.stdin:
        job = json.loads(line)
        if job["do"] == "publish":
            answer = _publish_in_child(job["url"], job["folder"], job["kill_at"])
        else:
            store = stores.get(job["url"])
            if store is None:
                store = stores[job["url"]] = Store(open_database(job["url"]))
            with store.database.read() as connection:
                snapshot = store.snapshot(connection)
            fields = {key: sorted(entity.fields) for key, entity in snapshot.model.entities.items()}
            answer = {"revision": snapshot.revision, "fields": fields}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _main()
