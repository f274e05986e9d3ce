"""Requests that no mask sends: files, what an ended session kept, odd bodies, conditions on reads, broken cookies."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from tests.functional.exchange.desk import written
from tests.functional.fuzz.requests import HOSTILE, Asked, Asker

#: Names by which the two steps of an import are counted.
CHECK: Final = "file import_pages.check"
RUN: Final = "file import_pages.run"
#: A mask that is refused before anything is looked at, so that its page keeps what was typed.
KEPT: Final = "kept form_pages"
_LINE: Final = b"\r\n"
_BOUNDARY: Final = "----x"
_FORM: Final = "application/x-www-form-urlencoded"
#: More than any form of the product has, and more than the server takes apart.
_MANY_FIELDS: Final = (300, 1_500, 20_000)
_TYPES: Final = (
    "", "x", "/", "text/plain", "application/octet-stream", "application/x-www-form-urlencoded; charset=utf-16",
    "application/x-www-form-urlencoded; charset=nothing", "application/json; charset=utf-7", "application/json;;;=",
    "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=" + "y" * 300,
    'multipart/form-data; boundary="', "multipart/mixed; boundary=----x", "multipart/form-data; boundary=\xe4",
)  # fmt: skip
_CONDITIONS: Final[Mapping[str, Sequence[str]]] = {
    "If-None-Match": ("*", '"1"', 'W/"1"', '"', '"a", "b"', "," * 50, '"' + "9" * 500 + '"'),
    "If-Match": ("*", '"1"', "x"),
    "If-Modified-Since": ("Thu, 01 Jan 1970 00:00:00 GMT", "Mon, 31 Feb 2026 99:99:99 GMT", "x", "0", "9" * 40),
    "If-Unmodified-Since": ("Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 +9999", ""),
    "If-Range": ('"1"', "x"),
    "Range": ("bytes=0-0", "bytes=-1", "bytes=5-1", "bytes=0-,0-,0-", "bytes=99999999999999999999-", "lines=1-2", "x="),
    "Accept": ("application/json", "text/csv;q=x", "*/*;q=2", "," * 50),
    "Accept-Language": ("en", "de;q=NaN", "x-klingon", "*", "," * 50),
}
_COOKIES: Final = (
    "session=", "session=x", "session=.eJx", "session=a.b.c", "session=" + "x" * 4_000, "=", ";;;", "session",
    'session="\\777"', "session=\xff", "a=b; session=eyJfdXNlcl9pZCI6MX0.aaaaaa.bbbb",
    "session=e30.x.y; session=e30.x.z",
)  # fmt: skip
#: Parts of a field's input, as masks name them.
_PARTS: Final = ("", "", "__text", "__label", "__sent", "__city", "__currency", "__", "____text", "-0-id", ".x")


@dataclass(slots=True)
class Oddities:
    """Makes odd requests to an application.

    Args:
        asker: makes the ordinary ones that they are made of.
        chance: where the randomness comes from.
        checked: the forms in which checked files came back, by the address that runs them.
    """

    asker: Asker
    chance: random.Random
    checked: dict[str, Mapping[str, str]]

    def request(self) -> Asked:
        """Make one request."""
        ways: Mapping[Callable[[], Asked], float] = {
            self._check: 9,
            self._run: 6,
            self._kept: 3,
            self._multipart: 3,
            self._conditional: 5,
            self._typed: 2,
            self._crowded: 0.3,
            self._strange_cookie: 1,
        }
        return self.chance.choices(list(ways), list(ways.values()))[0]()

    def _entity(self) -> str:
        return self.chance.choice([key for key, one in self.asker.model.entities.items() if not one.owners])

    # -- files ---------------------------------------------------------------------------------------------------------

    def _check(self) -> Asked:
        """Upload a file: one that somebody would, or one with something hostile in it, or no file of ours at all."""
        entity = self._entity()
        parts = [_part("spelling", self.chance.choice(("", "de", "en", "x")).encode()), self._upload(entity)]
        return self._sent(f"/e/{entity}/-/import", parts, CHECK)

    def _upload(self, entity: str) -> bytes:
        name = self.chance.choice(("file.csv", "file.csv", "file.csv", "../../x", 'a"b', "\x00", "x" * 300))
        return _part("file", self._content(entity), name)

    def _content(self, entity: str) -> bytes:
        chance = self.chance
        if chance.random() < 0.15:
            noise = (
                b"",
                b"\x00",
                b"PK\x03\x04",
                b"\xff\xfe",
                b'"',
                b"\n" * 500,
                b"a;" * 500,
                b"\xef\xbb\xbf",
                b"name\n\xe4",
            )
            return chance.choice((*noise, chance.randbytes(200)))
        lines = [self.asker.meant(entity) for _ in range(chance.randint(1, 3))]
        if chance.random() < 0.25:
            for line in lines:
                line |= {"id": chance.choice(("1", "2", "")), "version": chance.choice(("1", "2", ""))}
        if chance.random() < 0.3:
            strange = chance.choice((*self.asker.model.entities[entity].fields, "nothing", chance.choice(HOSTILE)))
            chance.choice(lines)[strange] = chance.choice(HOSTILE)
        headings = list(dict.fromkeys(name for line in lines for name in line))
        cells = [[line.get(name, "") for name in headings] for line in lines]
        return written([headings, *cells], chance.choice((",", ",", ";", "\t")))

    def _run(self) -> Asked:
        """Import what was checked last, or what nobody has checked."""
        chance, path = self.chance, ""
        if self.checked and chance.random() < 0.9:
            path = list(self.checked)[-1]
            form = dict(self.checked.pop(path))
        else:
            path, form = f"/e/{self._entity()}/-/import/run", {"_staged": chance.choice(HOSTILE), "_once": "x" * 20}
        if chance.random() < 0.15:
            form[chance.choice(("_staged", "_once", "_reason"))] = chance.choice(HOSTILE)
        return Asked("POST", path, {name: [value] for name, value in form.items()}, {}, RUN)

    def remember(self, asked: Asked, form: Mapping[str, str]) -> None:
        """Keep the form in which a checked file came back.

        Args:
            asked: the request that has it checked.
            form: its hidden fields.
        """
        self.checked[f"{asked.path}/run"] = form

    # -- bodies --------------------------------------------------------------------------------------------------------

    def _kept(self) -> Asked:
        """Send a mask with the token of an ended session: the page that refuses it shows all of it."""
        chance, entity = self.chance, self._entity()
        form: dict[str, Sequence[str]] = {"csrf_token": [chance.choice(HOSTILE)]}
        for _ in range(chance.randrange(8)):
            key = chance.choice((*self.asker.model.entities[entity].fields, "x", chance.choice(HOSTILE)[:200]))
            form[f"{key}{chance.choice(_PARTS)}"] = [chance.choice(HOSTILE) for _ in range(chance.choice((1, 1, 2)))]
        record = f"/r/{entity}/{chance.choice((1, 2, 10**6))}"
        path = chance.choice((f"/r/{entity}/new", f"/r/{entity}/new?x=%00", f"{record}/edit", f"{record}/refresh"))
        htmx = {"HX-Request": "true", "HX-Target": "div#mask-body"} if chance.random() < 0.2 else {}
        return Asked("POST", path, form, htmx, KEPT)

    def _multipart(self) -> Asked:
        """Send a mask in parts, some of which are files or can't be read."""
        chance = self.chance
        asked = self._with_a_form()
        parts = [_part(name, _bytes(value)) for name, several in asked.form.items() for value in several]
        if chance.random() < 0.4 and parts:
            parts[-1] = _part(chance.choice(list(asked.form)), b"\x00\xff", chance.choice(("x", "", "\xe4")))
        if chance.random() < 0.3:
            broken = (
                b"Content-Disposition: form-data",
                b"x",
                b"Content-Type: text/plain; charset=x\r\n\r\nx",
                b"\r\n\r\n",
            )
            parts.insert(0, chance.choice(broken))  # before any file: werkzeug closes none that stands before it
        return self._sent(asked.path, parts, asked.endpoint)

    def _sent(self, path: str, parts: Sequence[bytes], endpoint: str) -> Asked:
        limit = f"--{_BOUNDARY}".encode()
        body = b"".join(limit + _LINE + part + _LINE for part in parts) + limit + b"--" + _LINE
        if b"filename=" not in body and self.chance.random() < 0.1:
            body = body[: self.chance.randrange(len(body))]
        return Asked("POST", path, {}, {"Content-Type": f"multipart/form-data; boundary={_BOUNDARY}"}, endpoint, body)

    def _typed(self) -> Asked:
        """Say that a body is something else than it is."""
        body = self.chance.choice((b"", b"name=x&version=1", b"\xff\xfe", b"name=%ff%fe&%00=%00", b"&" * 200, b"{}"))
        return replace(self._with_a_form(), form={}, headers={"Content-Type": self.chance.choice(_TYPES)}, body=body)

    def _crowded(self) -> Asked:
        """Send more fields than anybody reads."""
        many = self.chance.choice(_MANY_FIELDS)
        body = b"&".join(b"f%d=x" % number for number in range(many))
        return replace(self._with_a_form(), form={}, headers={"Content-Type": _FORM}, body=body)

    def _with_a_form(self) -> Asked:
        return next(one for one in iter(self.asker.request, None) if one.form and one.method == "POST")

    # -- reads ---------------------------------------------------------------------------------------------------------

    def _conditional(self) -> Asked:
        asked = next(one for one in iter(self.asker.request, None) if one.method == "GET" and one.endpoint)
        names = self.chance.sample(list(_CONDITIONS), self.chance.choice((1, 1, 2)))
        return replace(asked, headers={**asked.headers, **{n: self.chance.choice(_CONDITIONS[n]) for n in names}})

    def _strange_cookie(self) -> Asked:
        return replace(self.asker.request(), cookie=self.chance.choice(_COOKIES))


def _bytes(value: str) -> bytes:
    return value.encode("utf-8", "surrogatepass")


def _part(name: str, value: bytes, file: str | None = None) -> bytes:
    head = f'Content-Disposition: form-data; name="{_quoted(name)}"'
    if file is not None:
        head += f'; filename="{_quoted(file)}"'
    return _bytes(head) + _LINE + _LINE + value


def _quoted(text: str) -> str:
    return re.sub(r"[\r\n]", " ", text).replace('"', "%22")
