"""Editors who archive what the others are changing, too, and bring it back.

Who archives names the version that he has seen. Acknowledged means that nobody has changed the record since: it is the
very next version that its history tells of as archived. Now and then somebody sends a version that he knows to be
older, which must be refused. Whoever has archived something brings it back at once, so that the others can go on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from html import unescape
from typing import ClassVar, Final, Literal

from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.errors import Conflict
from app.records.texts import record_retired
from bench.client import forms_of
from tests.proof.editors import Done, Editor

_Verb = Literal["retire", "restore"]
#: Does something to a record, with so many versions before the one that is there; returns the version it was sent with
#: where that was acknowledged.
_Move = Callable[[str, int, _Verb, int], int | None]
#: The part of what is archived and brought back that is tried with an older version first.
_STALE: Final = 0.25
#: How often somebody tries to bring a record back, and how long he waits in between, in seconds.
_TRIES: Final = 400
_PAUSE: Final = 0.01
#: What is said of a line that is brought back into an order that is in the archive itself.
_WAITS: Final = record_retired().message.de


class Archivist(Editor):
    """Somebody at work; see `Editor`."""

    doors: ClassVar[Mapping[str, int]] = {
        **Editor.doors,
        "archive_in_mask": 4,
        "archive_in_api": 4,
        "archive_in_bulk": 2,
    }

    def _archive_in_mask(self) -> Done:
        """Archive an order or a line on its page, and bring it back there."""
        return self._archived(self._move_in_mask)

    def _archive_in_api(self) -> Done:
        """Archive an order or a line through the interface, and bring it back there."""
        return self._archived(self._move_in_api)

    def _archive_in_bulk(self) -> Done:
        """Archive an order or a line by a request for many, and bring it back by one for it alone."""
        return self._archived(self._move_in_bulk)

    def _archived(self, move: _Move) -> Done:
        kind, several = self.chance.choice((("order", self.orders), ("item", self.items)))
        record = self.chance.choice(several)
        self._stale(move, kind, record, "retire")
        seen = move(kind, record, "retire", 0)
        if seen is None:
            return []
        self._stale(move, kind, record, "restore")
        for _ in range(_TRIES):
            back = self._tried(move, kind, record, "restore")
            if back is not None:
                return [(told("retire", seen + 1), kind, record), (told("restore", back + 1), kind, record)]
            time.sleep(_PAUSE)
        self.wrong.append(f"{kind}/{record} can't be brought back")
        return [(told("retire", seen + 1), kind, record)]

    def _stale(self, move: _Move, kind: str, record: int, verb: _Verb) -> None:
        """Now and then, try it with a version that isn't there any more."""
        if self.chance.random() < _STALE and self._tried(move, kind, record, verb, 1) is not None:
            self.wrong.append(f"{verb} of {kind}/{record} went through with an old version")

    def _tried(self, move: _Move, kind: str, record: int, verb: _Verb, older: int = 0) -> int | None:
        try:
            return move(kind, record, verb, older)
        except (Conflict, PoolTimeout):
            return None

    def _move_in_mask(self, kind: str, record: int, verb: _Verb, older: int) -> int | None:
        url = f"/r/{kind}/{record}/{verb}"
        page = self.visitor.get(f"/r/{kind}/{record}")
        if not self._answered(page, 200):
            return None
        form = next((form for form in forms_of(page.text) if form.action == url), None)
        if form is None:
            return None  # somebody else has it in the archive
        version = int(dict(form.fields)["version"]) - older
        if not version:
            return None
        answer = self.visitor.client.post(url, data=dict(form.filled(version=str(version))))
        if answer.status_code == 422 and (kind, verb) == ("item", "restore"):
            if _WAITS not in unescape(answer.text):
                self.wrong.append(f"{url} was refused for something else than its order")
            return None
        return self._moved(self._answered(answer, 303, 409), answer.status_code == 409, verb, version, older)

    def _move_in_api(self, kind: str, record: int, verb: _Verb, older: int) -> int | None:
        values, _ = self._read(kind, record)
        version = values["version"] - older
        if (values["archived_at"] is None) is not (verb == "retire") or not version:
            return None
        seen = {"If_Match": f'"{version}"'}
        if verb == "retire":
            answer = self.program.send("DELETE", f"/{kind}/{record}", **seen)
            good = self._answered(answer, 204, 409, 412)
        else:
            answer = self.program.send("POST", f"/{kind}/{record}/restore", **seen)
            good = self._answered(answer, 200, 409, 412, code="lines.archived" if kind == "item" else "")
        return self._moved(good, answer.status_code == 412, verb, version, older)

    def _move_in_bulk(self, kind: str, record: int, verb: _Verb, older: int) -> int | None:
        if verb == "restore":
            return self._move_in_api(kind, record, verb, older)
        values, _ = self._read(kind, record)
        version = values["version"] - older
        if values["archived_at"] is not None or not version:
            return None
        answer = self.program.send("POST", f"/{kind}/bulk", {"retire": [{"id": record, "version": version}]})
        good = self._answered(answer, 200, 409, code="record.changed")
        return self._moved(good, answer.status_code == 422, verb, version, older)

    def _moved(self, good: bool, refused: bool, verb: _Verb, version: int, older: int) -> int | None:
        if older and refused:
            self.counts[f"stale {verb} refused"] += 1
        return version if good else None


def told(verb: str, version: int) -> str:
    """Return what the history tells of a record that was archived or brought back, in one word."""
    return f"{verb}/{version}"
