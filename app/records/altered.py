"""Values that aren't the last ones of their history: changed in the database, past the product."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import orjson
from sqlalchemy import Connection, and_, bindparam, select

from app.access.actor import PRODUCT
from app.context import Context
from app.expr.deps import paths
from app.fields.journal import of_journal
from app.query.environment import environment_of
from app.records.computing import held_by, is_frozen
from app.records.plan import EntityPlan, FieldPlan, plan_of
from app.records.rows import Row
from app.records.stored import Targets, every_id, load
from app.runtime.snapshot import Snapshot
from app.system.history import ERASE, FILL, HISTORY, VALUE

#: System fields whose values the history keeps.
_KEPT: Final = frozenset({"owner", "team", "archived_at"})
_SAME: Final = and_(VALUE.c.token == HISTORY.c.token, VALUE.c.number == HISTORY.c.number)
_ROWS: Final = (
    select(HISTORY.c.id, HISTORY.c.record_id, HISTORY.c.verb, HISTORY.c.fields, VALUE.c.body)
    .select_from(HISTORY.outerjoin(VALUE, _SAME))
    .where(
        HISTORY.c.entity == bindparam("entity"),
        HISTORY.c.record_id.in_(bindparam("at__ids", expanding=True)),
        HISTORY.c.verb != ERASE,
    )
    .order_by(HISTORY.c.id)
)


@dataclass(frozen=True, slots=True)
class Altered:
    """A value that isn't what the product has stored: by what the history says, or by what computing gives.

    Args:
        entity, record_id, field: where it stands.
    """

    entity: str
    record_id: int
    field: str


@dataclass(frozen=True, slots=True)
class _Fill:
    """A publish that filled a field: in which row that stands, and under which condition values were left alone."""

    row_id: int
    held: str


#: What is known of a field that no row names: empty since the record was made.
_EMPTY: Final = ("", None, None)


@dataclass(slots=True)
class _Known:
    """What the history says last about a record: by field, in which row, and what it was then; None where erased."""

    created: int = 0
    last: dict[str, tuple[int, Sequence[Any] | None]] = field(default_factory=dict)

    def of(self, key: str) -> tuple[int, Sequence[Any] | None]:
        """Return what is known about a field; row 0 where nothing is."""
        return self.last.get(key, (self.created, _EMPTY))


def altered(connection: Connection, snapshot: Snapshot) -> Iterator[Altered]:
    """Yield the stored values that differ from the last ones of their history, by entity, id and field.

    What the history doesn't know can't be compared: values from before it began, erased ones, those of computed fields
    that a publish has filled since (see `app.records.miscomputed`), and those that were kept by a field of another
    type. A publish leaves the values of frozen records alone; they are compared where the history knows that the
    record was frozen at each publish as it is now: under the same condition, over values that are what they were.
    Lines have a history each.

    Args:
        connection: a transaction that sees one state of the data.
        snapshot: the configuration in force.
    """
    ctx = Context(snapshot, PRODUCT, connection, datetime.now(UTC))
    for key in sorted(snapshot.model.entities):
        plan = plan_of(ctx, key)
        judge = _Judge(ctx, plan)
        for ids in every_id(ctx, plan):
            stored, known = load(ctx, plan, Targets(ctx), ids), _known(connection, key, ids)
            for one in ids:
                yield from (Altered(key, one, wrong) for wrong in judge.wrong(stored[one].row, known[one]))


def _is_kept(plan: FieldPlan) -> bool:
    if plan.field.system:
        return plan.key in _KEPT
    return plan.lines is None and not plan.field.volatile


def _fills(connection: Connection, entity: str) -> Mapping[str, Sequence[_Fill]]:
    """Return for each field the rows that say that it was filled, in their order."""
    found: dict[str, list[_Fill]] = {}
    rows = select(HISTORY.c.id, HISTORY.c.fields).where(HISTORY.c.entity == entity, HISTORY.c.record_id == 0)
    for row in connection.execute(rows.where(HISTORY.c.verb == FILL).order_by(HISTORY.c.id)):
        for key, held in orjson.loads(row.fields).items():
            found.setdefault(key, []).append(_Fill(row.id, held))
    return found


def _known(connection: Connection, entity: str, ids: Sequence[int]) -> Mapping[int, _Known]:
    found = {one: _Known() for one in ids}
    for row in connection.execute(_ROWS, {"entity": entity, "at__ids": list(ids)}):
        known = found[row.record_id]
        known.created = known.created or (row.id if row.verb == "create" else 0)
        body = {} if row.body is None else orjson.loads(row.body)
        known.last.update((key, (row.id, body.get(key))) for key in orjson.loads(row.fields))
    return found


class _Judge:
    """Holds the records of one entity against their history."""

    def __init__(self, ctx: Context, plan: EntityPlan) -> None:
        self.plan = plan
        self.fields = [one for one in plan.fields.values() if _is_kept(one)]
        self.fills = _fills(ctx.connection, plan.key)
        self.environment = environment_of(ctx)

    def wrong(self, row: Row, known: _Known) -> list[str]:
        """Return the fields of a record whose values aren't the last ones of its history."""
        return [one.key for one in self.fields if self._differs(one, row, known)]

    def _differs(self, plan: FieldPlan, row: Row, known: _Known) -> bool:
        row_id, kept = known.of(plan.key)
        fills = self._since(plan.key, row_id)
        if row_id == 0 or kept is None or (fills and not self._was_held(plan, row, known, fills)):
            return False
        return _is_same(plan, row, kept) is False

    def _since(self, key: str, row_id: int) -> Sequence[_Fill]:
        return [fill for fill in self.fills.get(key, ()) if fill.row_id > row_id]

    def _was_held(self, plan: FieldPlan, row: Row, known: _Known, fills: Sequence[_Fill]) -> bool:
        """Return whether a record is known to have stood in the frozen state at each of some fills, as it does now."""
        condition, held = plan.field.frozen_if, held_by(plan.field)
        if condition is None or not is_frozen(plan, row, self.environment) or any(one.held != held for one in fills):
            return False
        named = {keys[0] for keys in paths(condition)}
        return all(self._stood(self.plan.fields[key], row, known, fills[0].row_id) for key in named)

    def _stood(self, plan: FieldPlan, row: Row, known: _Known, since: int) -> bool:
        """Return whether a value is known to have been what it is since before a row of the history."""
        row_id, kept = known.of(plan.key)
        if not _is_kept(plan) or kept is None or not 0 < row_id < since or self._since(plan.key, row_id):
            return False
        return _is_same(plan, row, kept) is True


def _is_same(plan: FieldPlan, row: Row, kept: Sequence[Any]) -> bool | None:
    """Return whether a value is the one that the history has kept, or None where a field of another type kept it."""
    try:
        expected = of_journal(plan.field.type, kept[2])
    except ValueError:
        return None
    return bool(expected == row.values[plan.key])
