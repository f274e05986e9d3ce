"""Stolen passwords for tests: a file as “Have I Been Pwned” offers it, and a service for ranges on loopback."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from werkzeug.wrappers import Request, Response

from tests.support.serving import listening


def digest_of(password: str) -> str:
    """Return the SHA-1 of a password, in forty capital digits."""
    return hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()


def write_list(path: Path, passwords: Iterable[str], *, end: str = "\n") -> Path:
    """Write a list of stolen passwords in its order."""
    lines = sorted(f"{digest_of(password)}:{number}" for number, password in enumerate(passwords, 1))
    path.write_bytes("".join(line + end for line in lines).encode())
    return path


def _nothing() -> None:
    return


@dataclass(slots=True)
class RangeServer:
    """A service for ranges; a test changes what it says.

    Args:
        address: where it is.
        stolen: the passwords that it knows.
        asked: for which ranges it was asked, with the header about padding.
        before: called before it answers.
        answer: what it says instead of a range.
    """

    address: str = ""
    stolen: tuple[str, ...] = ()
    asked: list[tuple[str, str]] = field(default_factory=list)
    before: Callable[[], object] = _nothing
    answer: Response | None = None

    def __call__(self, environ: object, start_response: object) -> object:
        """Answer the product."""
        request = Request(environ)  # type: ignore[arg-type]
        self.asked.append((request.path, request.headers.get("Add-Padding", "")))
        self.before()
        return (self.answer or self._range(request.path.rpartition("/")[2]))(environ, start_response)  # type: ignore[arg-type]

    def _range(self, told: str) -> Response:
        """Return all that begins so, and a line of padding for every one of them."""
        known = [digest_of(password) for password in self.stolen]
        lines = [f"{digest[5:]}:7" for digest in known if digest.startswith(told)]
        padding = [f"{digest_of(f'padding {number}')[5:]}:0" for number in range(800)]
        return Response("\r\n".join(sorted(lines + padding)), mimetype="text/plain")


@contextmanager
def range_server() -> Iterator[RangeServer]:
    """Serve ranges for as long as the block lasts."""
    made = RangeServer()
    with listening(made) as port:
        made.address = f"http://127.0.0.1:{port}/pwned"
        yield made
