"""Both applications as they are served in earnest: granian, one worker, the same number of threads, on loopback."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.cli import serving
from bench import hand_written
from bench.client import Client
from bench.lotse import EMAIL, PASSWORD

ROOT: Final = Path(__file__).resolve().parent.parent
THREADS: Final = 8
_STARTS_WITHIN: Final = 60.0
_STOPS_WITHIN: Final = 15.0


@dataclass(frozen=True, slots=True)
class Served:
    """A running application with a visitor who is signed in.

    Args:
        client: the visitor.
        process: the server's main process; its one child is the worker.
    """

    client: Client
    process: subprocess.Popen[bytes]

    def worker(self) -> int:
        """Return the process id of the worker."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return int(children[-1])


@contextmanager
def lotse(
    url: str,
    metadata: Path,
    plugins: Path | None = None,
    email: str = EMAIL,
    password: str = PASSWORD,
    python: Path = Path(sys.executable),
) -> Iterator[Served]:
    """Serve Lotse over a database that holds its documents and records.

    Args:
        url: its database.
        metadata, plugins: the folders of documents.
        email, password: who visits.
        python: the interpreter, which decides which packages there are.
    """
    with ExitStack() as stack:
        empty = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lotse-bench-")))
        environment = {
            "LOTSE_DATABASE_URL": url,
            "LOTSE_METADATA": str(metadata),
            "LOTSE_PLUGINS": str(plugins or empty),
            "LOTSE_SECRET_KEY": secrets.token_hex(32),
        }
        yield stack.enter_context(_served(serving.TARGET, environment, email, password, python))


@contextmanager
def by_hand(url: str) -> Iterator[Served]:
    """Serve the application that is written by hand."""
    environment = {hand_written.DATABASE: url, hand_written.SECRET: secrets.token_hex(32)}
    with _served(hand_written.TARGET, environment, EMAIL, PASSWORD) as served:
        yield served


@contextmanager
def _served(
    target: str, environment: Mapping[str, str], email: str, password: str, python: Path = Path(sys.executable)
) -> Iterator[Served]:
    port = _free_port()
    command = [str(python), "-m", "granian", target, "--factory", "--interface", "wsgi", "--workers", "1"]
    command += ["--blocking-threads", str(THREADS), "--host", "127.0.0.1", "--port", str(port), "--no-ws"]
    command += ["--log-level", "warning"]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LOTSE_")}
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**kept, **environment}, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            client = _first_visit(process, port)
            with client:
                client.sign_in(email, password)
                yield Served(client, process)
        except Exception:
            log.seek(0)
            print(log.read().decode(errors="replace")[-4000:], file=sys.stderr)
            raise
        finally:
            _stop(process)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _first_visit(process: subprocess.Popen[bytes], port: int) -> Client:
    """Wait until the server answers.

    Raises:
        RuntimeError: it ended, or doesn't come up.
    """
    deadline = time.monotonic() + _STARTS_WITHIN
    client = Client(port)
    while time.monotonic() < deadline and process.poll() is None:
        try:
            client.get("/login")
        except OSError:
            client.close()
            time.sleep(0.05)
        else:
            return client
    raise RuntimeError("the server didn't come up")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOPS_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
