"""Editors who all change the same few orders, each through every door there is, and write down what was acknowledged.

A change is always the same: read a text, put a mark behind it that nobody else writes, save what was read and the mark.
A save that forgets what somebody else has saved in between therefore loses a mark; each mark that was acknowledged has
to be there in the end, once.
"""

from __future__ import annotations

import random
import re
import threading
from collections import Counter
from collections.abc import Mapping
from html import unescape
from typing import Any, ClassVar, Final
from urllib.parse import urlencode

from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.test import TestResponse

from app.errors import Conflict
from bench.client import Form, forms_of
from tests.functional.exchange.desk import Desk, written
from tests.proof.trade import Bodies, entity, field, label, text_field
from tests.support.program import Program
from tests.support.site import Visitor

#: Ends a mark.
END: Final = ";"
#: A text without marks.
NOTHING: Final = "-"
_MARKS: Final = re.compile(r"lines-\d+-marks")
_FORM: Final = "application/x-www-form-urlencoded"
#: In an answer that asks what counts, mine or theirs.
_ASKED: Final = 'name="_take.marks"'
#: Ways to choose: by the field's radio buttons, and by the buttons for all fields.
_CHOICES: Final = ("_take.marks", "_take_all")
#: The part of the dialogs in which theirs is taken and the own mark given up.
_GIVEN_UP: Final = 0.3
#: What the dialog shows of a field: mine, theirs, what there was before.
_SIDES: Final = re.compile(r'class="conflict-value">([^<]*)</div>')
#: What was acknowledged: the mark, or the name of a new line, and where it has to be.
Done = list[tuple[str, str, int]]
_EVERYTHING: Final = {**dict.fromkeys(("create", "read", "update", "retire", "restore", "bulk", "import"), True)}


def documents() -> Bodies:
    """Return the documents: orders with a text and lines that have a text each and lie in parcels, too."""
    marks = {"type": "string", "x-crm": {"type": "long_text", "label": label("Vermerk")}}
    order = entity(
        "Auftrag",
        "{name}",
        {
            "name": text_field("Name"),
            "marks": marks,
            "lines": field("lines", "Positionen", entity="item", via="order"),
        },
    )
    item = entity(
        "Position",
        "{name}",
        {
            "name": text_field("Name"),
            "marks": marks,
            "order": field("reference", "Auftrag", target="order"),
            "parcel": field("reference", "Paket", target="parcel"),
        },
    )
    parcel = entity(
        "Paket",
        "{name}",
        {"name": text_field("Name"), "lines": field("lines", "Positionen", entity="item", via="parcel")},
    )
    role = {"label": label("Sachbearbeiter"), "entities": {"*": _EVERYTHING}}
    return {
        ("entities", "order"): order,
        ("entities", "item"): item,
        ("entities", "parcel"): parcel,
        ("roles", "clerk"): role,
    }


class Editor:
    """Somebody at work.

    Args:
        number: tells the editors apart.
        visitor: his browser.
        program: his program.
        orders, items, parcels: ids of what is changed; the items are lines of the orders, and of the parcels.
        seed: what his random choices begin with.
    """

    #: The doors, and how often each is taken.
    doors: ClassVar[Mapping[str, int]] = {
        "mask": 12,
        "mask_of_line": 8,
        "lines_in_mask": 12,
        "api": 14,
        "api_of_line": 14,
        "lines_in_api": 14,
        "lines_of_parcel": 10,
        "new_line_in_api": 3,
        "new_line": 4,
        "many": 8,
        "import": 8,
    }

    def __init__(
        self,
        number: int,
        visitor: Visitor,
        program: Program,
        orders: list[int],
        items: list[int],
        parcels: list[int],
        seed: int,
    ) -> None:
        self.number = number
        self.visitor = visitor
        self.program = program
        self.orders = orders
        self.items = items
        self.parcels = parcels
        self.chance = random.Random(f"{seed}-{number}")
        self.counts: Counter[str] = Counter()
        #: Where he stands: whoever is refused at a mask goes on to the dialog.
        self.door = ""
        self.acknowledged: Done = []
        #: Marks that he gave up in the dialog, and where nobody may find them.
        self.given_up: Done = []
        self.wrong: list[str] = []
        self.marks = 0

    def work(self, share: int, start: threading.Barrier) -> None:
        """Save until so many saves were acknowledged."""
        start.wait()
        try:
            while len(self.acknowledged) < share:
                self.door = self.chance.choices(list(self.doors), list(self.doors.values()))[0]
                self.counts["saves sent"] += 1
                try:
                    done = getattr(self, f"_{self.door}")()
                except (Conflict, PoolTimeout):
                    done = []
                self.counts[f"by {self.door.replace('_', ' ')}" if done else "conflicts"] += 1
                self.acknowledged += done
        except Exception as failure:  # noqa: BLE001 - an editor is a thread: what goes wrong there is told by the test
            self.wrong.append(repr(failure))

    def _mark(self) -> str:
        self.marks += 1
        return f"e{self.number}m{self.marks}{END}"

    def _answered(self, answer: TestResponse, good: int, *conflicts: int, code: str = "") -> bool:
        """Return whether a request was carried out; refused it may be with a conflict, or with one code of 422."""
        status = answer.status_code
        if status == 422 and code:
            found = {error["code"] for error in answer.get_json()["errors"]}
            self.wrong += [f"{self.door} was refused for {one}" for one in found - {code}]
        elif status not in (good, *conflicts, 503):
            self.wrong.append(f"{self.door} was answered {status}")
        return status == good

    # -- the mask ------------------------------------------------------------------------------------------------------

    def _mask(self) -> Done:
        """Change an order in its mask."""
        return self._in_mask("order", self.chance.choice(self.orders))

    def _mask_of_line(self) -> Done:
        """Change a line in the mask of its own."""
        return self._in_mask("item", self.chance.choice(self.items))

    def _lines_in_mask(self) -> Done:
        """Change a line in the mask of its order."""
        order = self.chance.choice(self.orders)
        form = self._form("order", order)
        names = [name for name, _ in form.fields if _MARKS.fullmatch(name)] if form else []
        if form is None or not names:
            return []
        name = self.chance.choice(names)
        item = int(dict(form.fields)[name.replace("-marks", "-id")])
        mark = self._mark()
        answer = self._sent(form, **{name: dict(form.fields)[name] + mark})
        return [(mark, "item", item)] if self._answered(answer, 303, 409) else []

    def _in_mask(self, kind: str, record: int) -> Done:
        form = self._form(kind, record)
        if form is None:
            return []
        mark = self._mark()
        answer = self._sent(form, marks=dict(form.fields)["marks"] + mark)
        if answer.status_code == 409 and _ASKED in answer.text:
            self.door = "dialog"
            return self._decided(answer, mark, kind, record)
        return [(mark, kind, record)] if self._answered(answer, 303, 409) else []

    def _decided(self, answer: TestResponse, mark: str, kind: str, record: int) -> Done:
        """Answer the dialog, as often as somebody else is faster again: with the mark behind theirs, or with theirs."""
        gives_up = self.chance.random() < _GIVEN_UP
        while answer.status_code == 409 and _ASKED in answer.text:
            theirs = [unescape(side) for side in _SIDES.findall(answer.text)][1]
            # What was typed counts, whatever is chosen beside it: "theirs" means what was there when it was shown.
            choice = self.chance.choice(_CHOICES)
            if gives_up:
                answer = self._sent(_mask_in(answer), **{choice: "theirs"})
            else:
                whose = self.chance.choice(("mine", "theirs"))
                answer = self._sent(_mask_in(answer), **{choice: whose, "marks": theirs + mark})
        if not self._answered(answer, 303, 409):
            return []
        if gives_up:
            self.counts["given up in the dialog"] += 1
            self.given_up.append((mark, kind, record))
            return []
        self.counts["conflicts"] += 1
        return [(mark, kind, record)]

    def _form(self, kind: str, record: int) -> Form | None:
        """Return the mask of a record; None where it is in the archive, whose records are only shown."""
        page = self.visitor.get(f"/r/{kind}/{record}/edit")
        if self._answered(page, 200, 303):
            return _mask_in(page)
        if page.status_code == 303 and page.headers["Location"] != f"/r/{kind}/{record}":
            self.wrong.append(f"the mask of {kind}/{record} leads to {page.headers['Location']}")
        return None

    def _sent(self, form: Form, **typed: str) -> TestResponse:
        return self.visitor.client.post(form.action, data=urlencode(form.filled(**typed)), content_type=_FORM)

    # -- the interface -------------------------------------------------------------------------------------------------

    def _api(self) -> Done:
        """Change an order through the interface."""
        return self._patched("order", self.chance.choice(self.orders))

    def _api_of_line(self) -> Done:
        """Change a line through the interface."""
        return self._patched("item", self.chance.choice(self.items))

    def _patched(self, kind: str, record: int) -> Done:
        values, etag = self._read(kind, record)
        mark = self._mark()
        return [(mark, kind, record)] if self._patch(kind, record, etag, marks=values["marks"] + mark) else []

    def _lines_in_api(self) -> Done:
        """Change a line by sending all lines of its order."""
        return self._patched_lines("order", self.chance.choice(self.orders))

    def _lines_of_parcel(self) -> Done:
        """Change a line by sending all lines of the other record whose line it is."""
        return self._patched_lines("parcel", self.chance.choice(self.parcels))

    def _patched_lines(self, kind: str, record: int) -> Done:
        values, etag = self._read(kind, record)
        lines = [{"id": line["id"], "name": line["name"], "marks": line["marks"]} for line in values["lines"]]
        if not lines:
            return []  # they are all in the archive
        line, mark = self.chance.choice(lines), self._mark()
        line["marks"] += mark
        return [(mark, "item", line["id"])] if self._patch(kind, record, etag, lines=lines) else []

    def _new_line_in_api(self) -> Done:
        """Add a line by sending all lines of its order."""
        order, name = self.chance.choice(self.orders), self._mark()
        values, etag = self._read("order", order)
        lines = [{"id": line["id"]} for line in values["lines"]]
        sent = [*lines, {"name": name, "marks": NOTHING}]
        return [(name, "line of", order)] if self._patch("order", order, etag, lines=sent) else []

    def _new_line(self) -> Done:
        """Add a line by its own entity."""
        order, name = self.chance.choice(self.orders), self._mark()
        answer = self.program.send("POST", "/item", {"name": name, "marks": NOTHING, "order": order})
        return [(name, "line of", order)] if self._answered(answer, 201, 409, code="reference.archived") else []

    def _many(self) -> Done:
        """Change two orders in one request."""
        both, done = sorted(self.chance.sample(self.orders, 2)), []
        changes = []
        for order in both:
            values, _ = self._read("order", order)
            mark = self._mark()
            done.append((mark, "order", order))
            text = values["marks"] + mark
            changes.append({"id": order, "version": values["version"], "values": {"marks": text}})
        answer = self.program.send("POST", "/order/bulk", {"update": changes})
        return done if self._answered(answer, 200, 409, code="record.changed") else []

    def _read(self, kind: str, record: int) -> tuple[dict[str, Any], str]:
        answer = self.program.get(f"/{kind}/{record}")
        return dict(answer.get_json()), answer.headers["ETag"]

    def _patch(self, kind: str, record: int, etag: str, **values: Any) -> bool:
        answer = self.program.send("PATCH", f"/{kind}/{record}", values, If_Match=etag)
        return self._answered(answer, 200, 409, 412)

    # -- a file --------------------------------------------------------------------------------------------------------

    def _import(self) -> Done:
        """Change two lines by a file: checked first, then imported as it was checked."""
        both, done = sorted(self.chance.sample(self.items, 2)), []
        rows: list[tuple[object, ...]] = [("id", "version", "marks")]
        for item in both:
            values, _ = self._read("item", item)
            mark = self._mark()
            done.append((mark, "item", item))
            rows.append((item, str(values["version"]), values["marks"] + mark))
        desk = Desk(self.visitor)
        checked = desk.check("item", written(rows))
        if not self._answered(checked, 200, 409, 422):
            return []
        return done if self._answered(desk.run("item", checked), 303, 409, 422) else []


def _mask_in(page: TestResponse) -> Form:
    return next(form for form in forms_of(page.text) if form.action.endswith("/edit"))
