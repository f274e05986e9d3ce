"""The rights matrix, part two: what somebody may write, with a record that he may and one that he may not."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import func, select

from app.access.actor import PRODUCT
from app.context import Context
from app.errors import Forbidden, InvalidData, NotFound
from app.records import actions
from tests.proof.cells import Matrix
from tests.proof.roles import GROUP
from tests.proof.worlds import GROUPED, REGIONS, raw_of

REFUSED: Final = (NotFound, Forbidden, InvalidData)


@contextmanager
def undone(ctx: Context) -> Iterator[None]:
    """Take back what a block writes."""
    savepoint = ctx.connection.begin_nested()
    try:
        yield
    finally:
        savepoint.rollback()


class Verbs:
    """Tries to write as one person, looks past the product at what really changed, and takes it back.

    Args:
        matrix: the person's part of the matrix.
        chance: where the choice of records comes from.
    """

    def __init__(self, matrix: Matrix, chance: random.Random) -> None:
        self.matrix, self.chance, self.ctx = matrix, chance, matrix.ctx
        self.reference, self.holdings, self.world = matrix.reference, matrix.holdings, matrix.world

    def write_cells(self) -> None:
        """Compare everything that writes."""
        for key in self.world.rows:
            for name in self.world.given_fields(key):
                self._update(key, name)
                self._create(key, name)
            for verb in ("retire", "restore"):
                self._whole(key, verb)
            self._taken(key)
            if key in GROUPED:
                self._taken_group(key)

    def _both(
        self, key: str, allowed: Callable[[Any], bool], rows: Mapping[int, Any] | None = None
    ) -> list[tuple[int, bool]]:
        return both(self.world.rows[key] if rows is None else rows, self.chance, allowed)

    def _tried(self, write: Callable[[], Any], look: Callable[[], Any]) -> str:
        """Try to write; return what happened: a refusal has to leave everything as it was."""
        before = look()
        with undone(self.ctx):
            try:
                write()
            except REFUSED as refusal:
                kind = "hidden" if isinstance(refusal, NotFound) else "refused"
                return kind if look() == before else f"{kind}, but written"
            return "written" if look() != before else "nothing happened"

    def _stored(self, key: str, record: int) -> Callable[[], Any]:
        table = self.ctx.snapshot.tables[key]
        statement = select(table).where(table.c.id == record)
        return lambda: self.ctx.connection.execute(statement).one()

    def _compare(self, operation: str, key: str, name: str, got: str, *, allowed: bool, readable: bool) -> None:
        """A refusal of what can't be read must look like a refusal of what isn't there.

        Where no role has a use for the verb at all, that is said before anybody looks for the record.
        """
        if not self.reference.said(self.holdings, "read", key):
            expected = "hidden"
        else:
            seen = readable or not self.reference.said(self.holdings, operation, key)
            expected = "refused" if seen else "hidden"
        expected = "written" if allowed else expected
        self.matrix.cell(operation, key, name, got, expected, granted=allowed)

    def _update(self, key: str, name: str) -> None:
        rows = self.world.rows[key]
        for record, allowed in self._both(key, lambda row: self.reference.writes(self.holdings, key, row, name)):
            value = raw_of(other(name, rows[record][name]))
            version = rows[record]["version"]
            got = self._tried(
                lambda r=record, v=value, n=version: actions.update(self.ctx, key, r, {name: v}, n),  # type: ignore[misc]
                self._stored(key, record),
            )
            readable = self.reference.reads(self.holdings, key, rows[record])
            self._compare("update", key, name, got, allowed=allowed, readable=readable)

    def _create(self, key: str, name: str) -> None:
        actor = self.ctx.actor
        row: dict[str, Any] = dict.fromkeys(self.world.plain_fields(key))
        row |= {"name": "neuneu", name: other(name, None), "owner": actor.id, "team": actor.team_id}
        given = {"name", name}
        row |= dict.fromkeys(self.world.references(key))
        table = self.ctx.snapshot.tables[key]
        raw = {one: raw_of(row[one]) for one in given}
        got = self._tried(
            lambda: actions.create(self.ctx, key, raw),
            lambda: self.ctx.connection.execute(select(func.count()).select_from(table)).scalar_one(),
        )
        allowed = self.reference.creates(self.holdings, key, row, given)
        got = "refused" if got == "hidden" else got
        self.matrix.cell("create", key, name, got, "written" if allowed else "refused", granted=allowed)

    def _whole(self, key: str, verb: str) -> None:
        rows = self.world.rows[key]
        ids = {id(row): record for record, row in rows.items()}
        for record, allowed in self._both(key, lambda row: self.reference.goes(self.holdings, verb, key, ids[id(row)])):
            act, version = getattr(actions, verb), rows[record]["version"]
            with undone(self.ctx):
                if verb == "restore":
                    version = actions.retire(replace(self.ctx, actor=PRODUCT), key, record, version)
                got = self._tried(
                    lambda r=record, v=version, do=act: do(self.ctx, key, r, v),  # type: ignore[misc]
                    self._stored(key, record),
                )
            readable = self.reference.reads(self.holdings, key, rows[record])
            self._compare(verb, key, "*", got, allowed=allowed, readable=readable)

    def _taken(self, key: str) -> None:
        """That a value is taken is told; by which record only to whom may read what it is called."""
        if not self._creates(key, {"name": None}):
            return
        for record, titled in self._both(key, lambda one: self.reference.titled(self.holdings, key, one)):
            name = self.world.rows[key][record]["name"]
            said = self._refusal(key, {"name": name})
            self.matrix.cell("taken", key, "name", name in said, titled, granted=titled)
            self.matrix.cell("taken", key, "name", said == "", False, granted=titled)

    def _taken_group(self, key: str) -> None:
        """Of values that are taken together, the record is told to whom may read it and every one of them."""
        rows = {
            i: row
            for i, row in self.world.rows[key].items()
            if row["region"] is not None and self._creates(key, {"name": None, **{one: row[one] for one in GROUP}})
        }

        def shown(row: Mapping[str, Any]) -> bool:
            return all(self.reference.shows(self.holdings, key, row, one) for one in GROUP)

        for record, told in self._both(key, shown, rows):
            row = rows[record]
            self.matrix.tally.add("untold groups", int(self.reference.reads(self.holdings, key, row) and not told))
            said = self._refusal(key, {"name": "neuneu", **{one: raw_of(row[one]) for one in GROUP}})
            titled = told and self.reference.titled(self.holdings, key, row)
            got = (said == "", row["name"] in said, f"#{record}" in said)
            self.matrix.cell(
                "taken group", key, "+".join(GROUP), got, (False, titled, told and not titled), granted=told
            )

    def _creates(self, key: str, given: Mapping[str, Any]) -> bool:
        row: dict[str, Any] = dict.fromkeys((*self.world.plain_fields(key), *self.world.references(key)))
        row |= {"owner": self.ctx.actor.id, "team": self.ctx.actor.team_id, **given}
        return self.reference.creates(self.holdings, key, row, given)

    def _refusal(self, key: str, raw: Mapping[str, Any]) -> str:
        """Return what is said to somebody who may not create a record; nothing where he could."""
        with undone(self.ctx):
            try:
                actions.create(self.ctx, key, raw)
            except InvalidData as refused:
                every = [*refused.errors.fields.values(), refused.errors.record]
                return " ".join(one.message.en for errors in every for one in errors)
        return ""


def both(rows: Mapping[int, Any], chance: random.Random, allowed: Callable[[Any], bool]) -> list[tuple[int, bool]]:
    """Return a record for which something is allowed and one for which it isn't, where there are such."""
    found: dict[bool, int] = {}
    shuffled = list(rows.items())
    chance.shuffle(shuffled)
    for record, row in shuffled:
        found.setdefault(allowed(row), record)
    return [(record, answer) for answer, record in found.items()]


def other(name: str, value: Any) -> Any:
    """Return a value that differs from a stored one."""
    if name == "region":
        return next(one for one in REGIONS if one != value)
    if name == "size" or name.endswith("integer"):
        return 3 if value != 3 else 4
    if name.endswith("decimal"):
        return Decimal("1.5")
    if name.endswith("date"):
        return date(2030, 1, 2)
    return "neuneu"
