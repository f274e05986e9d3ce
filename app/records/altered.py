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
from app.fields.journal import of_journal
from app.records.plan import FieldPlan, plan_of
from app.records.rows import Stored
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


@dataclass(slots=True)
class _Known:
    """What the history says last about a record: by field, in which row, and what it was then; None where erased."""

    created: bool = False
    last: dict[str, tuple[int, Sequence[Any] | None]] = field(default_factory=dict)


def altered(connection: Connection, snapshot: Snapshot) -> Iterator[Altered]:
    """Yield the stored values that differ from the last ones of their history, by entity, id and field.

    What the history doesn't know can't be compared: values from before it began, erased ones, those of computed fields
    that a publish has filled since (see `app.records.miscomputed`), and those that were kept by a field of another
    type. Lines have a history each.

    Args:
        connection: a transaction that sees one state of the data.
        snapshot: the configuration in force.
    """
    ctx = Context(snapshot, PRODUCT, connection, datetime.now(UTC))
    for key in sorted(snapshot.model.entities):
        plan = plan_of(ctx, key)
        fields = [one for one in plan.fields.values() if _is_kept(one)]
        fills = _fills(connection, key)
        for ids in every_id(ctx, plan):
            stored, known = load(ctx, plan, Targets(ctx), ids), _known(connection, key, ids)
            for one in ids:
                wrong = [kept for kept in fields if _differs(kept, stored[one], known[one], fills)]
                yield from (Altered(key, one, kept.key) for kept in wrong)


def _is_kept(plan: FieldPlan) -> bool:
    if plan.field.system:
        return plan.key in _KEPT
    return plan.lines is None and not plan.field.volatile


def _fills(connection: Connection, entity: str) -> Mapping[str, int]:
    """Return for each field the last row that says that it was filled."""
    found: dict[str, int] = {}
    rows = select(HISTORY.c.id, HISTORY.c.fields).where(HISTORY.c.entity == entity, HISTORY.c.record_id == 0)
    for row in connection.execute(rows.where(HISTORY.c.verb == FILL).order_by(HISTORY.c.id)):
        found.update(dict.fromkeys(orjson.loads(row.fields), row.id))
    return found


def _known(connection: Connection, entity: str, ids: Sequence[int]) -> Mapping[int, _Known]:
    found = {one: _Known() for one in ids}
    for row in connection.execute(_ROWS, {"entity": entity, "at__ids": list(ids)}):
        known = found[row.record_id]
        known.created = known.created or row.verb == "create"
        body = {} if row.body is None else orjson.loads(row.body)
        known.last.update((key, (row.id, body.get(key))) for key in orjson.loads(row.fields))
    return found


def _differs(plan: FieldPlan, stored: Stored, known: _Known, fills: Mapping[str, int]) -> bool:
    row_id, kept = known.last.get(plan.key, (0, ("", None, None)))
    filled = fills.get(plan.key, 0)
    if row_id < filled or kept is None or (row_id == 0 and not known.created):
        return False
    try:
        expected = of_journal(plan.field.type, kept[2])
    except ValueError:
        return False
    return bool(expected != stored.row.values[plan.key])
