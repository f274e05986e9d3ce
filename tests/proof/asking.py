"""One request of a session and its answer, and whether two answers can be told apart."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from werkzeug.test import TestResponse

from app.api.repeats import REPLAYED
from tests.functional.exchange.desk import hidden
from tests.support.alike import alike
from tests.support.site import Visitor

#: Differs from answer to answer: keys and tokens of forms, moments, numbers of requests, times of day.
_VARYING: Final = (
    rb'name="_once" value="[\w-]+"',
    rb'name="_staged" value="[\w.-]+"',  # a checked file, signed with the moment: the reader has just sent it himself
    rb"\d{4}-\d\d-\d\dT[\d:.]+",
    rb"[IW][\w-]{40,}\.[\w-]{5,}\.[\w-]{20,}",
    rb"\b[0-9a-f]{8}\b",
    rb"\b[0-9a-f]{32}\b",  # names of saves, drawn by lot
    rb"\b\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?",
)
_VARIES: Final = re.compile(b"|".join(_VARYING))
_OWN: Final = {"Sec-Fetch-Site": "same-origin"}
_TAG: Final = "ETag"
#: Headers that somebody can see an answer by, beside its ETag.
_TOLD: Final = ("Location", "Content-Type", "Content-Disposition", "Allow", "Accept-Patch", "Accept-Post", REPLAYED)
#: The page that checks files, and where a checked one is sent to.
CHECK: Final = "/-/import"
RUN: Final = f"{CHECK}/run"
API: Final = "/api/v1"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request of a session.

    Args:
        url: its address.
        form: what a mask sends.
        known: whether what this address told last is sent along: its ETag, or the file that it has checked.
        method: of a request to the API.
        json: the body of such a request.
        headers: of such a request; an ETag that is known takes the place of the version that is guessed here.
        file: what is uploaded.
    """

    url: str
    form: Mapping[str, object] | None = None
    known: bool = False
    method: str = "GET"
    json: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    file: bytes | None = None

    @property
    def by_program(self) -> bool:
        """Whether something is written by the API."""
        return self.method != "GET"

    @property
    def writes(self) -> bool:
        """Whether something is to be written, by whatever door."""
        return self.by_program or self.form is not None or self.file is not None

    def holds(self, text: str) -> bool:
        """Return whether the request itself says a text."""
        return text in f"{self.url} {self.form} {self.json!r} {self.file!r}"


@dataclass(slots=True)
class Memory:
    """What a reader remembers of earlier answers: an address' last ETag, and the form that a checked file came in."""

    tags: dict[str, str] = field(default_factory=dict)
    files: dict[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody can see of an answer: the ETag is empty where there is none."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...]
    etag: str

    @property
    def replayed(self) -> bool:
        """Whether it is told again, and nothing was written now."""
        return REPLAYED in dict(self.headers)


def ask(visitor: Visitor, token: str, asked: Asked, memory: Memory) -> Answer:
    """Send a request.

    Args:
        visitor: who asks.
        token: his token for forms.
        asked: the request.
        memory: what he remembers; this answer is entered.
    """
    response = _sent(visitor, token, asked, memory)
    etag = response.headers.get(_TAG, "")
    if etag and asked.form is None:
        memory.tags[asked.url.removesuffix("/restore")] = etag
    if asked.file is not None:
        memory.files[asked.url] = hidden(response)
    return Answer(response.status_code, response.get_data(), tuple(_told(response)), etag)


def _sent(visitor: Visitor, token: str, asked: Asked, memory: Memory) -> TestResponse:
    tag = memory.tags.get(asked.url.removesuffix("/restore"), "") if asked.known else ""
    if asked.by_program:
        headers = {**_OWN, "X-CSRFToken": token, **asked.headers, **({"If-Match": tag} if tag else {})}
        return visitor.client.open(asked.url, method=asked.method, data=asked.json, headers=headers)
    if asked.file is not None:
        form: dict[str, object] = {"csrf_token": token, "file": (io.BytesIO(asked.file), "file.csv")}
        return visitor.client.post(asked.url, data=form, headers=_OWN)
    if asked.form is None:
        return visitor.get(asked.url, **({"If_None_Match": tag} if tag else {}))
    checked = memory.files.get(asked.url.removesuffix("/run"), {}) if asked.known else {}
    return visitor.client.post(asked.url, data={"csrf_token": token, **asked.form, **checked}, headers=_OWN)


def _told(response: TestResponse) -> Iterable[tuple[str, str]]:
    return ((name, response.headers[name]) for name in _TOLD if name in response.headers)


def tell_apart(here: Answer, there: Answer) -> bool:
    """Return whether two answers differ in more than what differs from answer to answer anyway.

    An ETag may differ where the bodies do, in a moment for instance; the version in it may not, nor that there is one.
    """
    if (here.status, here.headers) != (there.status, there.headers) or not alike(here.body, there.body, _VARIES):
        return True
    same = here.status != 304 and here.body == there.body
    return here.etag != there.etag if same else _version(here.etag) != _version(there.etag)


def _version(etag: str) -> str:
    return etag.partition("-")[0]
