"""A small HTTP client that keeps its connection and its cookies, so that what is measured is the server.

The library's own client takes longer to read an answer than some pages take to be made; this one reads the length and
then so many bytes.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlencode

_TIMEOUT: Final = 120.0
_HOST: Final = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    Args:
        status: the status code.
        headers: by name in small letters; of several cookies the last one.
        body: the content.
        seconds: from the first byte sent to the last one read.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float

    @property
    def text(self) -> str:
        """Return the content as text."""
        return self.body.decode()


class Client:
    """One visitor of one server on this machine; a context manager.

    Args:
        port: where the server listens.
        source: the loopback address that the visitor comes from.
    """

    def __init__(self, port: int, source: str = _HOST) -> None:
        self.port = port
        self._source = source
        self.cookies: dict[str, str] = {}
        self._socket: socket.socket | None = None
        self._left = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def get(self, path: str) -> Answer:
        """Fetch a page."""
        return self._ask(f"GET {path} HTTP/1.1\r\n", b"")

    def post(self, path: str, fields: Sequence[tuple[str, str]]) -> Answer:
        """Send a form."""
        body = urlencode(fields).encode()
        kind = "Content-Type: application/x-www-form-urlencoded\r\n"
        return self._ask(f"POST {path} HTTP/1.1\r\n{kind}Content-Length: {len(body)}\r\n", body)

    def _ask(self, head: str, body: bytes) -> Answer:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        about = "Accept: text/html\r\nAccept-Language: de\r\n"
        sent = f"{head}Host: {_HOST}:{self.port}\r\n{about}Cookie: {cookies}\r\n\r\n"
        kept = self._socket is not None
        try:
            status, headers, content, seconds = self._exchange(sent.encode() + body)
        except ConnectionError:
            if not kept:
                raise
            self.close()  # the server has given up a connection on which nothing was asked for a while
            status, headers, content, seconds = self._exchange(sent.encode() + body)
        for line in headers.get("set-cookie", "").split("\n"):
            name, _, value = line.partition(";")[0].partition("=")
            if name:
                self.cookies[name] = value
        if headers.get("connection") == "close":
            self.close()
        return Answer(status, headers, content, seconds)

    def _exchange(self, sent: bytes) -> tuple[int, dict[str, str], bytes, float]:
        """Send a request and read its answer; the time counts from the first byte sent."""
        if self._socket is None:
            place, mine = (_HOST, self.port), (self._source, 0)
            self._socket = socket.create_connection(place, timeout=_TIMEOUT, source_address=mine)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._left = b""
        started = time.perf_counter()
        self._socket.sendall(sent)
        status, headers, content = self._read(self._socket)
        return status, headers, content, time.perf_counter() - started

    def _read(self, connection: socket.socket) -> tuple[int, dict[str, str], bytes]:
        found = self._left
        while b"\r\n\r\n" not in found:
            found += _some(connection)
        head, _, content = found.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        headers: dict[str, str] = {}
        for line in lines[1:]:
            name, _, value = line.partition(": ")
            key = name.lower()
            headers[key] = f"{headers[key]}\n{value}" if key == "set-cookie" and key in headers else value
        length = int(headers.get("content-length", "0"))
        parts, have = [content], len(content)
        while have < length:
            parts.append(_some(connection))
            have += len(parts[-1])
        whole = b"".join(parts)
        self._left = whole[length:]
        return int(lines[0].split(" ", 2)[1]), headers, whole[:length]

    def sign_in(self, email: str, password: str) -> None:
        """Sign in through the sign-in page.

        Raises:
            RuntimeError: the server doesn't let us in.
        """
        form = forms_of(self.get("/login").text)[0]
        answer = self.post("/login", form.filled(email=email, password=password))
        if answer.status not in (302, 303):
            raise RuntimeError(f"signing in was answered with {answer.status}")


def _some(connection: socket.socket) -> bytes:
    found = connection.recv(262_144)
    if not found:
        raise ConnectionError("the server closed the connection in the middle of an answer")
    return found


@dataclass(frozen=True, slots=True)
class Form:
    """A form as a page shows it.

    Args:
        action: where it is sent to.
        fields: names and values as a browser would send them.
    """

    action: str
    fields: tuple[tuple[str, str], ...]

    def filled(self, **typed: str) -> list[tuple[str, str]]:
        """Return what is sent when somebody types something into some of the fields."""
        known = {name for name, _ in self.fields}
        sent = [(name, typed.get(name, value)) for name, value in self.fields]
        return sent + [(name, value) for name, value in typed.items() if name not in known]


def forms_of(page: str) -> tuple[Form, ...]:
    """Return the forms of a page, in their order."""
    reader = _Forms()
    reader.feed(page)
    return tuple(Form(action, tuple(fields)) for action, fields in reader.forms)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[tuple[str, list[tuple[str, str]]]] = []
        self._select: str | None = None
        self._text: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((given.get("action", ""), []))
        if not self.forms:
            return
        fields = self.forms[-1][1]
        name = given.get("name")
        if tag == "input" and name and given.get("type") not in ("submit", "button"):
            if given.get("type") not in ("checkbox", "radio") or "checked" in given:
                fields.append((name, given.get("value", "")))
        elif tag == "select" and name:
            self._select = name
            fields.append((name, ""))
        elif tag == "option" and self._select and "selected" in given:
            fields[-1] = (self._select, given.get("value", ""))
        elif tag == "textarea" and name:
            self._text = name
            fields.append((name, ""))

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            fields = self.forms[-1][1]
            fields[-1] = (self._text, (fields[-1][1] + data).removeprefix("\n"))

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = None
        elif tag == "textarea":
            self._text = None
