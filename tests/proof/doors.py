"""The rights matrix, part three: what the API and the history tell, and what the API lets be changed.

Here somebody has his roles for real, in the tables of the database, and a token.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from sqlalchemy import select

from app.access.actor import PRODUCT
from app.context import Context
from app.errors import NotFound
from app.query.entries import HistoryEntry
from app.query.history import history_page
from app.query.past import Moment, PastState, states
from app.query.record import Record, load_record
from app.records import actions
from app.system.people import actor_and_head
from app.system.tokens import SCOPES, TOKEN, Wanted, create
from tests.proof.cells import Matrix, in_order
from tests.proof.verbs import both, other
from tests.proof.worlds import Case, World, give, note_versions, raw_of
from tests.support.program import Program
from tests.support.site import Site

#: Statuses by which the API refuses something that may be known, and those for what may not.
_REFUSED: Final = (403, 422)
_MISSING: Final = (400, 404)
_MOST: Final = 200


def bearer(site: Site, case: Case) -> Program:
    """Give somebody his roles and a token for them; what the product then takes him for is what the case says."""
    with site.installation.database.write() as connection:
        give(connection, case)
        connection.execute(TOKEN.delete().where(TOKEN.c.user_id == case.me.id))  # nobody may have any number of them
        actor, _ = actor_and_head(connection, case.me.id)
        assert actor is not None
        meant = {(one.role, one.user, one.team, frozenset(one.tree)) for one in case.holdings}
        taken = {(one.role, one.user_id, one.team_id, frozenset(one.team_ids)) for one in actor.grants}
        assert taken == meant
        entities = site.installation.snapshot.model.entities
        secret = create(connection, actor, case.me.id, Wanted("Matrix", frozenset(SCOPES), (), 1), entities)
    return Program(site.app.test_client(), {"Authorization": f"Bearer {secret}", "Accept-Language": "en"})


def api_view(whole: Program, world: World) -> dict[tuple[str, str], dict[int, Any]]:
    """Return every value as the API gives it to somebody who may read everything."""
    shown: dict[tuple[str, str], dict[int, Any]] = {}
    for key in world.rows:
        items = whole.get(f"/{key}?limit={_MOST}&fields={','.join(world.plain_fields(key))}").get_json()["items"]
        for name in world.plain_fields(key):
            shown[key, name] = {item["id"]: item[name] for item in items}
    return shown


class Doors:
    """Compares what one person is told by the API and the history with what the reference says.

    Args:
        matrix: the person's part of the matrix.
        asking: the person's program.
        shown: each value as the API writes it.
        site: where both are.
        chance: where the choice of records comes from.
    """

    def __init__(
        self,
        matrix: Matrix,
        asking: Program,
        shown: Mapping[tuple[str, str], Mapping[int, Any]],
        site: Site,
        chance: random.Random,
    ) -> None:
        self.matrix, self.asking, self.shown, self.site, self.chance = matrix, asking, shown, site, chance
        self.reference, self.holdings, self.world = matrix.reference, matrix.holdings, matrix.world

    def told_cells(self) -> None:
        """Compare what the API tells."""
        for key in self.world.rows:
            self._listed(key)
            self._records(key)

    def past_cells(self, ctx: Context) -> None:
        """Compare what the history tells.

        Args:
            ctx: the person's context.
        """
        for key in self.world.rows:
            self._history(ctx, key)

    def changed_cells(self) -> None:
        """Compare what a PATCH changes; each change is taken back."""
        for key in self.world.rows:
            for name in self.world.given_fields(key):
                allowed = both(self.world.rows[key], self.chance, self._writes(key, name))
                for record, may in allowed:
                    self._patch(key, name, record, may=may)

    # -- reading through the API --------------------------------------------------------------------------------------

    def _fields(self, key: str) -> Iterator[tuple[str, bool, Mapping[int, Any]]]:
        for name in self.world.plain_fields(key):
            yield name, self.reference.knows(self.holdings, key, name), self.matrix.seen(key, name)

    def _cell(self, operation: str, key: str, name: str, got: Any, expected: Any, seen: Mapping[int, Any]) -> None:
        granted = any(value is not None for value in seen.values())
        self.matrix.cell(operation, key, name, got, expected, granted=granted)

    def _answer(self, url: str) -> list[Mapping[str, Any]] | None:
        """Return the records that a list has; None where there is no such thing."""
        response = self.asking.get(url)
        if response.status_code in _MISSING:
            return None
        assert response.status_code == 200, (url, response.text)
        return list(response.get_json()["items"])

    def _listed(self, key: str) -> None:
        for name, known, seen in self._fields(key):
            items = self._answer(f"/{key}?limit={_MOST}&fields={name}")
            self._named("api list", key, name, items, known, seen, self._values(name), self._expected(key, name, seen))
            items = self._answer(f"/{key}?limit={_MOST}&fields=id&filter={name} is not empty")
            filled = {record for record, value in seen.items() if value is not None}
            self._named("api filter", key, name, items, known, seen, _ids, filled)
            if not name.endswith("long_text"):
                items = self._answer(f"/{key}?limit={_MOST}&fields=id&sort={name}")
                ids = [item["id"] for item in items or ()]
                order = in_order(ids, seen)
                self._named("api sort", key, name, items, known, seen, lambda _, o=order: o[0], order[1])  # type: ignore[misc]

    def _values(self, name: str) -> Callable[[list[Mapping[str, Any]]], dict[int, Any]]:
        return lambda items: {item["id"]: item.get(name) for item in items}

    def _expected(self, key: str, name: str, seen: Mapping[int, Any]) -> dict[int, Any]:
        shown = self.shown[key, name]
        return {record: None if value is None else shown[record] for record, value in seen.items()}

    def _named(
        self,
        operation: str,
        key: str,
        name: str,
        items: list[Mapping[str, Any]] | None,
        known: bool,
        seen: Mapping[int, Any],
        read: Callable[[list[Mapping[str, Any]]], Any],
        expected: Any,
    ) -> None:
        """Compare an answer to a request that names a field; one that may not be known isn't there."""
        if items is None:
            self._cell(operation, key, name, "missing", "an answer" if known and seen else "missing", seen)
        else:
            self._cell(operation, key, name, read(items), expected if known else "missing", seen)

    def _records(self, key: str) -> None:
        """Every record by itself: 404 or its fields."""
        found = {}
        for record in self.world.rows[key]:
            response = self.asking.get(f"/{key}/{record}")
            if response.status_code != 404:
                found[record] = response.get_json()
        for name, _, seen in self._fields(key):
            got = {record: item.get(name) for record, item in found.items()}
            self._cell("api read", key, name, got, self._expected(key, name, seen), seen)

    # -- history ------------------------------------------------------------------------------------------------------

    def _history(self, ctx: Context, key: str) -> None:
        """The history tells of a field where it can be read, and what it was just now is what it is."""
        told: dict[int, set[str]] = {}
        signed: dict[int, set[tuple[bool, bool, bool]]] = {}
        past: dict[int, PastState] = {}
        for record in self.world.rows[key]:
            try:
                found = load_record(ctx, key, record)
            except NotFound:
                continue
            entries = list(_entries(ctx, found))
            told[record] = {change.field.key for entry in entries for change in entry.changes}
            signed[record] = {(one.verb == "create", one.actor is not None, one.at is not None) for one in entries}
            (past[record],) = states(ctx, found, [Moment()])
        self._signed(key, signed)
        for name, _, seen in self._fields(key):
            shows = {i: self.reference.shows(self.holdings, key, self.world.rows[key][i], name) for i in seen}
            got = {record: name in fields for record, fields in told.items()}
            # Of a value that was empty from the start, the history may be silent.
            expected = {i: shows[i] and (seen[i] is not None or got.get(i, False)) for i in seen}
            self._cell("history", key, name, got, expected, seen)
            values = {i: state.values[name].value if name in state.values else None for i, state in past.items()}
            self._cell("past", key, name, values, dict(seen), seen)

    def _signed(self, key: str, got: Mapping[int, set[tuple[bool, bool, bool]]]) -> None:
        """The history tells who and when where the record itself does."""
        expected = {}
        for record, entries in got.items():
            row = self.world.rows[key][record]
            signs = {first: self.reference.signs(self.holdings, key, row, first=first) for first, _, _ in entries}
            expected[record] = {(first, *signs[first]) for first in signs}
        self.matrix.cell("signature", key, "signature", dict(got), expected, granted=bool(got))

    # -- changing through the API -------------------------------------------------------------------------------------

    def _writes(self, key: str, name: str) -> Callable[[Mapping[str, Any]], bool]:
        return lambda row: self.reference.writes(self.holdings, key, row, name)

    def _patch(self, key: str, name: str, record: int, *, may: bool) -> None:
        row = self.world.rows[key][record]
        stored = self._stored(key, record)
        body = {name: raw_of(other(name, row[name]))}
        response = self.asking.send("PATCH", f"/{key}/{record}", body, If_Match=f'"{row["version"]}"')
        changed = self._stored(key, record) != stored
        reads = self.reference.reads(self.holdings, key, row)
        if response.status_code == 200 and changed:
            got = "written"
            self._take_back(key, name, record)
        else:
            refused = response.status_code in _REFUSED
            got = "refused" if refused else "hidden" if response.status_code == 404 else str(response.status_code)
            got += ", but written" if changed else ""
        refusal = "refused" if self._is_told(key, reads=reads) else "hidden"
        self.matrix.cell("api change", key, name, got, "written" if may else refusal, granted=may)

    def _is_told(self, key: str, *, reads: bool) -> bool:
        """Where no role has a use for the verb at all, that is said before anybody looks for the record."""
        if not self.reference.said(self.holdings, "read", key):
            return False
        return reads or not self.reference.said(self.holdings, "update", key)

    def _stored(self, key: str, record: int) -> Any:
        with self.site.installation.database.read() as connection:
            table = self.site.installation.store.snapshot(connection).tables[key]
            return connection.execute(select(table).where(table.c.id == record)).one()

    def _take_back(self, key: str, name: str, record: int) -> None:
        with self.site.installation.ctx(PRODUCT, "en") as ctx:
            note_versions(ctx, self.world)
            row = self.world.rows[key][record]
            actions.update(ctx, key, record, {name: raw_of(row[name])}, row["version"])
        with self.site.installation.ctx(PRODUCT, "en") as ctx:
            note_versions(ctx, self.world)


def _entries(ctx: Context, record: Record) -> Iterator[HistoryEntry]:
    """Yield what the whole history of a record tells, page after page."""
    page = history_page(ctx, record)
    yield from page.entries
    while page.older is not None:
        page = history_page(ctx, record, page.older)
        yield from page.entries


def _ids(items: list[Mapping[str, Any]]) -> set[int]:
    return {item["id"] for item in items}
