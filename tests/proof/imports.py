"""The rights matrix, part four: what somebody may change and create by a file."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import func, select

from app.errors import Forbidden, NotFound
from app.exchange.importing import File, carry_out
from app.exchange.report import Refused
from tests.proof.cells import Matrix
from tests.proof.verbs import both, other, undone
from tests.proof.worlds import raw_of

#: The number of a record that isn't there.
_NOBODY: Final = 999_999


class Imports:
    """Imports files as one person, looks past the product at what really changed, and takes it back.

    Args:
        matrix: the person's part of the matrix.
        chance: where the choice of records comes from.
    """

    def __init__(self, matrix: Matrix, chance: random.Random) -> None:
        self.matrix, self.chance, self.ctx = matrix, chance, matrix.ctx
        self.reference, self.holdings, self.world = matrix.reference, matrix.holdings, matrix.world

    def cells(self) -> None:
        """Compare every field of every entity, in a record that may be changed, in one that may not, in a new one."""
        for key in self.world.rows:
            for name in self.world.given_fields(key):
                self._changed(key, name)
                self._created(key, name)
            self._hidden(key)

    def _changed(self, key: str, name: str) -> None:
        rows, imports = self.world.rows[key], self.reference.imports(self.holdings, key)

        def writes(row: Mapping[str, Any]) -> bool:
            return imports and self.reference.writes(self.holdings, key, row, name)

        for record, allowed in both(rows, self.chance, writes):
            line = {"id": record, "version": rows[record]["version"], name: other(name, rows[record][name])}
            self._compare("import change", key, name, self._imported(key, line)[0], allowed=allowed)

    def _created(self, key: str, name: str) -> None:
        actor = self.ctx.actor
        row: dict[str, Any] = dict.fromkeys((*self.world.plain_fields(key), *self.world.references(key)))
        given = {"name": "neuneu", name: other(name, None)}
        row |= {**given, "owner": actor.id, "team": actor.team_id}
        allowed = self.reference.imports(self.holdings, key) and self.reference.creates(self.holdings, key, row, given)
        self._compare("import create", key, name, self._imported(key, given)[0], allowed=allowed)

    def _hidden(self, key: str) -> None:
        """A record that can't be read looks like one that isn't there."""
        readable, rows = set(self.matrix.readable(key)), self.world.rows[key]
        hidden = next((one for one in rows if one not in readable), None)
        names = [one for one in self.world.given_fields(key) if self.reference.knows(self.holdings, key, one)]
        if hidden is None or not names:
            return
        value = other(names[0], rows[hidden][names[0]])
        got, told = self._imported(key, {"id": hidden, "version": rows[hidden]["version"], names[0]: value})
        nothing = self._imported(key, {"id": _NOBODY, "version": 1, names[0]: value})
        self.matrix.cell(
            "import hidden", key, "*", (got, told.replace(str(hidden), str(_NOBODY))), nothing, granted=False
        )

    def _compare(self, operation: str, key: str, name: str, got: str, *, allowed: bool) -> None:
        refusal = "refused" if self.reference.said(self.holdings, "read", key) else "hidden"
        self.matrix.cell(operation, key, name, got, "written" if allowed else refusal, granted=allowed)

    def _imported(self, key: str, line: Mapping[str, Any]) -> tuple[str, str]:
        """Return what became of a file of one line, and what was said: a refusal has to leave everything as it was."""
        before = self._stored(key)
        with undone(self.ctx):
            try:
                carry_out(self.ctx, key, File(_written(line), "UTF-8", "en"))
            except NotFound:
                got, told = "hidden", ""
            except Forbidden as refusal:
                got, told = "refused", refusal.message.en
            except Refused as refused:
                got, told = "refused", " ".join(one.error.message.en for one in refused.refusals)
            else:
                return ("written" if self._stored(key) != before else "nothing happened"), ""
            return got if self._stored(key) == before else f"{got}, but written", told

    def _stored(self, key: str) -> Any:
        table = self.ctx.snapshot.tables[key]
        return self.ctx.connection.execute(select(func.count(), func.sum(table.c.version))).one()


def _written(line: Mapping[str, Any]) -> str:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(line)
    writer.writerow([raw_of(value) for value in line.values()])
    return file.getvalue()
