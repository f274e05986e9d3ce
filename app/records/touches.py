"""What a save changed, and which computed values of other records look at it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.context import Context
from app.meta.computed import EXISTENCE, Dependant, Node, Step
from app.records.plan import EntityPlan, plan_of
from app.records.rows import Draft, Stored
from app.records.stored import chunks

_THERE = frozenset({EXISTENCE})


@dataclass(frozen=True, slots=True)
class Touch:
    """One record that was changed.

    Args:
        entity, id: which one.
        keys: the fields that have other values now; `EXISTENCE` where it came or went.
        before, after: its values by field key, as far as they are known.
        computed: whether its own formulas have been computed with these values already.
        parent: id and field of the record whose line it is and that was computed together with it.
    """

    entity: str
    id: int
    keys: frozenset[str]
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    computed: bool = False
    parent: tuple[str, int | None] | None = None


def of_drafts(drafts: Iterable[Draft]) -> Iterator[Touch]:
    """Yield what saved drafts changed, with their lines and the lines that were taken away."""
    for draft in drafts:
        for row in draft.all_drafts():
            yield from _of_row(row)


def _of_row(row: Draft) -> Iterator[Touch]:
    assert row.id is not None
    parent = None if row.parent is None or row.via is None else (row.via, row.parent.id)
    before = {} if row.before is None else row.before.row.values
    numbers = {field.key for field in row.entity.numbers if row.values[field.key] is not None}
    keys = row.changed if row.before is not None else {EXISTENCE, *numbers}
    if keys:
        yield Touch(row.entity.key, row.id, frozenset(keys), before, row.values, computed=True, parent=parent)
    for removed in (one for several in row.removed.values() for one in several):
        yield from of_archiving([removed], via_parent=row.id)
    yield from of_archiving(one for several in row.along.values() for one in several)


def of_archiving(records: Iterable[Stored], *, via_parent: int | None = None) -> Iterator[Touch]:
    """Yield records that went into the archive or came out of it; `via_parent` was computed without them already."""
    for stored in records:
        row = stored.row
        if row.plan is None or row.id is None:
            continue
        parents = [key for key, field in row.plan.fields.items() if field.target and row.values.get(key) == via_parent]
        parent = (parents[0], via_parent) if via_parent is not None and len(parents) == 1 else None
        yield Touch(row.plan.key, row.id, _THERE, row.values, row.values, parent=parent)


def of_lifecycle(plan: EntityPlan, before: Stored, along: Iterable[Stored], *, restored: bool) -> Iterator[Touch]:
    """Yield what archiving a record, or bringing it back, changed: itself, and the lines that went along.

    Args:
        plan: the record's entity.
        before: the record as it was.
        along: its lines, as they were.
        restored: whether they came back; their own values are then computed anew.
    """
    for stored in (before, *along):
        row = stored.row
        keys = frozenset((EXISTENCE, *row.values)) if restored else _THERE
        yield Touch((row.plan or plan).key, int(row.id or 0), keys, row.values, row.values)


class Dirty:
    """The computed values that have to be looked at, by entity and field.

    Args:
        ctx: the connection and the configuration.
    """

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.ids: dict[Node, set[int]] = {}

    def take(self, touches: Sequence[Touch]) -> None:
        """Note whatever looks at what was changed, however many steps away."""
        starts: dict[tuple[Step, ...], dict[Node, set[int]]] = {}
        dependants = self.ctx.snapshot.model.computations.dependants
        for touch in touches:
            for key in touch.keys:
                for one in dependants.get((touch.entity, key), ()):
                    self._start(touch, key, one, starts)
        for way, wanted in starts.items():
            known: dict[frozenset[int], set[int]] = {}
            for node, ids in wanted.items():
                given = frozenset(ids)
                if given not in known:
                    known[given] = self._follow(way, set(ids))
                self.ids.setdefault(node, set()).update(known[given])
        if any(EXISTENCE in touch.keys and not touch.computed for touch in touches):
            self._own(touches)

    def _own(self, touches: Sequence[Touch]) -> None:
        """A record that came back is computed anew; values only ever go stale in the archive."""
        for touch in touches:
            if len(touch.keys) > 1 and not touch.computed:
                for key in self.ctx.snapshot.model.computations.of(touch.entity):
                    self.ids.setdefault((touch.entity, key), set()).add(touch.id)

    def _start(
        self, touch: Touch, key: str, one: Dependant, starts: dict[tuple[Step, ...], dict[Node, set[int]]]
    ) -> None:
        node = (one.entity, one.field)
        if not one.way:
            field = self.ctx.snapshot.model.entities[one.entity].fields[one.field]
            number = self.ctx.snapshot.model.entities[touch.entity].fields[key].number
            if not touch.computed or field.rollup is not None or number is not None:
                self.ids.setdefault(node, set()).add(touch.id)
            return
        step = one.way[0]
        if not step.parents:
            starts.setdefault(one.way, {}).setdefault(node, set()).add(touch.id)
            return
        ends = (touch.before.get(step.field), touch.after.get(step.field))
        ids = {int(end) for end in ends if end is not None}
        if one.lines and len(one.way) == 1 and touch.parent is not None and touch.parent[0] == step.field:
            ids.discard(touch.parent[1] or 0)
        if ids:
            starts.setdefault(one.way[1:], {}).setdefault(node, set()).update(ids)

    def _follow(self, way: Sequence[Step], ids: set[int]) -> set[int]:
        for step in way:
            owner = plan_of(self.ctx, step.owner)
            column = owner.table.c[owner.fields[step.field].columns[0][1]]
            wanted, given = (column, owner.table.c.id) if step.parents else (owner.table.c.id, column)
            found: set[int] = set()
            for some in chunks(sorted(ids)):
                statement = select(wanted).where(given.in_(some), wanted.is_not(None)).distinct()
                found.update(self.ctx.connection.execute(statement).scalars())
            ids = found
        return ids
