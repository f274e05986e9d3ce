"""Records with lines, saved by people and programs who have read them a while ago: others have saved them since."""

from __future__ import annotations

import copy
import json
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from bench.client import forms_of
from tests.functional.fuzz.requests import HOSTILE, Asked, Asker

#: Names by which the saves are counted.
BY_MASK: Final = "late POST form_pages.update"
BY_API: Final = "late api"
#: How much somebody reads before he saves it, and how often it is read instead of saved.
_MOST_KEPT: Final = 30
_READS: Final = 0.35
_SAVED: Final = re.compile(r"(?:/api/v1|/r)/([a-z_0-9]+)/([0-9]+)")
_ROW: Final = re.compile(r"([a-z_0-9]+-[0-9]+)-(.+)")
_NOTHING: Final = (None, "", [], {}, 0, False)
_CHOICES: Final = ("mine", "theirs", "theirs", "x", "")

Form = dict[str, list[str]]


@dataclass(slots=True)
class Latecomers:
    """Reads records that have lines, and saves what was read with some changes.

    Args:
        asker: knows the names, and what somebody would type.
        chance: where the randomness comes from.
        masks: forms as they were served, by the address that saves them.
        records: records as the API told them, by their address.
    """

    asker: Asker
    chance: random.Random
    masks: list[tuple[str, Form]] = field(default_factory=list)
    records: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def request(self) -> Asked:
        """Make one request."""
        by_mask = self.chance.random() < 0.5
        kept: Sequence[object] = self.masks if by_mask else self.records
        if not kept or self.chance.random() < _READS:
            return self._read(by_mask)
        return self._save_mask() if by_mask else self._save_record()

    def remember(self, asked: Asked, response: TestResponse) -> None:
        """Keep what was read, the masks that came back with a question among it."""
        if response.status_code not in (200, 409, 422) or (found := _SAVED.match(asked.path)) is None:
            return
        if asked.path.startswith("/api/"):
            if asked.method == "GET" and response.status_code == 200:
                _keep(self.records, (found[0], response.get_json()))
            return
        for mask in forms_of(response.text):
            if mask.action == f"{found[0]}/edit":
                _keep(self.masks, (mask.action, dict(MultiDict(mask.filled()).lists())))

    def _read(self, by_mask: bool) -> Asked:
        entities = self.asker.model.entities.items()
        having = [key for key, one in entities if any(each.type.lines() for each in one.fields.values())]
        path = f"{self.chance.choice(having)}/{self.chance.choice((1, 2, 3))}"
        return Asked("GET", f"/r/{path}/edit") if by_mask else Asked("GET", f"/api/v1/{path}")

    # -- a mask --------------------------------------------------------------------------------------------------------

    def _save_mask(self) -> Asked:
        path, form = self._taken(self.masks)
        for _ in range(self.chance.randint(1, 4)):
            self.chance.choice((self._type, self._type, self._row, self._row, self._choose, self._odd))(form)
        if self.chance.random() < 0.9:
            form["_once"] = [f"{self.chance.getrandbits(128):032x}"]
        return Asked("POST", path, form, {}, BY_MASK)

    def _type(self, form: Form) -> None:
        name = self.chance.choice(list(form))
        if not name.startswith("_"):
            form[name] = [self._typed(name.rpartition("-")[2].partition("__")[0])]

    def _typed(self, key: str) -> str:
        """Return what somebody would type into a field of some entity, or something hostile."""
        chance = self.chance
        if chance.random() < 0.2:
            return chance.choice(HOSTILE)
        found = [entity for entity, one in self.asker.model.entities.items() if key in one.fields]
        meant = self.asker.meant(chance.choice(found)) if found else {}
        return meant.get(key, chance.choice(("1", "2", "3", "x")))

    def _row(self, form: Form) -> None:
        """Take a row away, make a new one of it, let it be another one, or add one like it."""
        rows = sorted({found[1] for name in form if (found := _ROW.fullmatch(name))})
        if not rows:
            return
        row = self.chance.choice(rows)
        names = [name for name in form if name.startswith(f"{row}-")]
        match self.chance.randrange(4):
            case 0:
                for name in names:
                    del form[name]
            case 1:
                form[f"{row}-id"] = [self.chance.choice(("", "1", "2", "3", "x", "9" * 25))]
            case 2:
                other = f"{row.rpartition('-')[0]}-{self.chance.randint(50, 60)}"
                form |= {f"{other}{name.removeprefix(row)}": form[name] for name in names}
            case _:
                self._type(form)

    def _choose(self, form: Form) -> None:
        """Answer the question whose value is to stay."""
        for name in [name for name in form if name.startswith("_digest.")]:
            form[f"_take.{name.partition('.')[2]}"] = [self.chance.choice(_CHOICES)]
        if self.chance.random() < 0.3:
            form["_take_all"] = [self.chance.choice(_CHOICES)]

    def _odd(self, form: Form) -> None:
        name = self.chance.choice(("_base", "version", "_action", *form))
        lines = {found[1].rpartition("-")[0] for one in form if (found := _ROW.fullmatch(one))} or {"x"}
        own = self.chance.choice(sorted(lines))
        odd = ("1", "2", f"{own}:1.1,2.1", f"{own}:1.1,1.2", f"lines:{own}:add", f"lines:{own}:remove:0", "")
        form[name] = [self.chance.choice((*odd, self.chance.choice(HOSTILE)))]

    # -- a record of the API -------------------------------------------------------------------------------------------

    def _save_record(self) -> Asked:
        path, record = self._taken(self.records)
        version = self.chance.choice((record.get("version", 1), record.get("version", 1), 1))
        entity = path.split("/")[3]
        if self.chance.random() < 0.5:
            record = {key: record[key] for key in record if self.chance.random() < 0.3}
        for _ in range(self.chance.randint(1, 3)):
            self._change(record, entity)
        headers = {"Content-Type": "application/json", "If-Match": f'"{version}"'}
        if self.chance.random() < 0.5:
            return Asked("PATCH", path, {}, headers, BY_API, _spelt(record))
        several = [{"id": int(path.split("/")[4]), "version": version, "values": record}]
        return Asked("POST", f"/api/v1/{entity}/bulk", {}, headers, BY_API, _spelt({"update": several}))

    def _change(self, values: dict[str, Any], entity: str) -> None:
        """Change one value, of a row where there is one; now and then to nothing, or to something hostile."""
        chance = self.chance
        fields = self.asker.model.entities[entity].fields
        lines = {key: spec.entity for key, one in fields.items() if (spec := one.type.lines()) is not None}
        key = chance.choice(list(lines) if lines and chance.random() < 0.6 else list(fields))
        ways: tuple[Callable[[], Any], ...] = (
            lambda: chance.choice(_NOTHING),
            lambda: chance.choice(HOSTILE),
            lambda: chance.choice([raw for raw, _ in fields[key].type.examples.good] or [None]),
        )
        if key in lines and chance.random() < 0.7:
            values[key] = self._rows(values.get(key), lines[key])
        else:
            values[key] = chance.choice(ways)()

    def _rows(self, given: Any, entity: str) -> list[Any]:
        rows = list(given) if isinstance(given, list) else []
        match self.chance.randrange(5):
            case 0 if rows:
                del rows[self.chance.randrange(len(rows))]
            case 1:
                rows.append({**self.asker.meant(entity), **self.chance.choice(({}, {"id": 1}, {"id": 2}, {"id": "x"}))})
            case 2 if rows:
                rows.insert(0, rows.pop())
            case 3:
                rows.append(self.chance.choice((None, {}, [], {"id": None}, {"id": [1]}, {"id": 10**25})))
            case _:
                for row in rows:
                    if isinstance(row, dict) and self.chance.random() < 0.5:
                        self._change(row, entity)
        return rows

    def _taken(self, kept: list[tuple[str, Any]]) -> tuple[str, Any]:
        """Return something that was read; sometimes somebody else has read it, too."""
        path, found = kept.pop(self.chance.randrange(len(kept)))
        if self.chance.random() < 0.5:
            kept.append((path, found))
        return path, copy.deepcopy(found)


def _keep(kept: list[Any], found: tuple[str, Any]) -> None:
    kept.append(found)
    del kept[:-_MOST_KEPT]


def _spelt(value: Any) -> bytes:
    return json.dumps(value, default=str).encode("utf-8", "surrogatepass")
