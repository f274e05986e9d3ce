"""A record and its lines are one thing: whoever changes a line through the line's own entity changes its record too.

So the record's version counts every change of its lines, whichever door it came through, and whoever has seen the
record before is told, or put together with it, as with any other change. Without that, a save that gives lines whole
would silently take back what somebody else has just done to one of them. And whoever changes a line is held to the
rules of its record that look at lines, and leaves it as many as it needs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from typing import Any

from sqlalchemy import select

from app.context import Context
from app.errors import Conflict
from app.records import texts
from app.records.affected import check_lines_of
from app.records.along import Named, named
from app.records.journal import Change, note
from app.records.plan import EntityPlan, plan_of
from app.records.rows import Draft, Stored
from app.records.stored import Targets, chunks, in_order, load, lock
from app.records.write import differs

#: Id and version of the lines of a record, in their order.
_Lines = Mapping[int, list[list[int]]]
#: Entity of a line, and the field that says whose line it is.
_Way = tuple[str, str]
#: Lines that are written: their entity, and their values by field key, before or after.
Written = Sequence[tuple[EntityPlan, Mapping[str, Any]]]


@contextmanager
def of_drafts(ctx: Context, plan: EntityPlan, drafts: Sequence[Draft]) -> Iterator[Named]:
    """Write drafts inside of this, with the lines of these.

    A line that is saved with one record may be a line of another one, too: that one has new lines as well.

    Args:
        ctx: the writer, over an open transaction.
        plan: the entity of the drafts.
        drafts: ready to be written; a line that moves counts for both its records.

    Yields:
        See `of_lines`.
    """
    written = [(plan, draft.values) for draft in drafts]
    written += [(plan, draft.before.row.values) for draft in drafts if draft.before is not None]
    # Lines that are written with a draft, at any depth, have their new version from that; their lines bring no other.
    every = [row for draft in drafts for row in draft.all_drafts() if row.parent is None or differs(row)]
    saved = frozenset((row.entity.key, row.id) for row in every if row.id is not None)
    with of_lines(ctx, written, _below(drafts), saved) as above:
        yield above


def _below(drafts: Sequence[Draft]) -> Written:
    """Return the lines that are written with drafts, as they were and as they will be; left out ones, too."""
    found: list[tuple[EntityPlan, Mapping[str, Any]]] = []
    for row in (row for draft in drafts for row in draft.all_drafts()):
        if row.parent is not None and differs(row):
            found.append((row.entity, row.values))
            found.extend(_values([] if row.before is None else [row.before]))
        found.extend(_values(one for key in row.removed for one in row.leaving(key)))
    return found


@contextmanager
def of_lifecycle(ctx: Context, plan: EntityPlan, before: Stored, along: Sequence[Stored]) -> Iterator[Named]:
    """Archive a record inside of this, or bring it back, with the lines that go along.

    Args:
        ctx: the writer, over an open transaction.
        plan: the record's entity.
        before: the record as it was.
        along: its lines, as they were; they may be lines of other records, too.

    Yields:
        See `of_lines`.
    """
    going = frozenset(named(one) for one in (before, *along))
    with of_lines(ctx, [(plan, before.row.values)], list(_values(along)), going, together=True) as above:
        yield above


def _values(lines: Iterable[Stored]) -> Iterator[tuple[EntityPlan, Mapping[str, Any]]]:
    for one in lines:
        assert one.row.plan is not None
        yield one.row.plan, one.row.values


@contextmanager
def of_lines(
    ctx: Context, written: Written, beside: Written, saved: Named, *, together: bool = False
) -> Iterator[Named]:
    """Write lines inside of this; afterwards the records whose lines they are have a new version, and a history of it.

    The records are held before the lines are written, as they are when a record is saved with its lines: nobody then
    waits for somebody who waits for him.

    Args:
        ctx: the writer, over an open transaction.
        written: lines that are written by themselves.
        beside: lines that are written with a record; only the other records whose lines they are count.
        saved: the records that are written anyhow, which `beside` leaves out.
        together: whether the lines beside may come back to records that left with them and are still archived.

    Yields:
        The records whose lines they are, and whose lines those are.

    Raises:
        Conflict: somebody has archived one of those that lines come to.
        InvalidData: a rule of such a record speaks against what was written.
    """
    ways: dict[str, dict[_Way, set[int]]] = {}
    themselves, others = list(_owners(written, frozenset())), list(_owners(beside, saved))
    living = {(entity, one) for (entity, _), one in (themselves if together else (*themselves, *others))}
    for (entity, way), one in (*themselves, *others):
        ways.setdefault(entity, {}).setdefault(way, set()).add(one)
    if not ways:
        yield frozenset()
        return
    held = [_Owners(ctx, plan_of(ctx, entity), several) for entity, several in ways.items()]
    known = frozenset((owners.plan.key, one) for owners in held for one in owners.ids)
    upper = [(owners.plan, values) for owners in held for values in owners.values()]
    with of_lines(ctx, [], upper, saved | known) as above:
        for owners in held:
            owners.hold()
        yield above | known
        for owners in held:
            owners.tell({one for entity, one in living if entity == owners.plan.key})


def _owners(written: Written, but: Named) -> Iterator[tuple[tuple[str, _Way], int]]:
    """Yield the records whose lines some are, each with the entity and the way from the line to it."""
    for plan, values in written:
        for owner in plan.owners:
            one = values.get(owner.via)
            if isinstance(one, int) and one and (owner.entity, one) not in but:
                yield (owner.entity, (plan.key, owner.via)), one


class _Owners:
    """The records of one entity whose lines are written, by the way from the lines to them."""

    def __init__(self, ctx: Context, plan: EntityPlan, ways: Mapping[_Way, set[int]]) -> None:
        self.ctx = ctx
        self.plan = plan
        self.ways = ways
        self.ids = sorted(set().union(*ways.values()))
        self.fields = {way: [field for field in plan.lines if field.lines == way] for way in ways}
        self.before: Mapping[_Way, _Lines] = {}

    def values(self) -> list[Mapping[str, Any]]:
        """Return their values, where they are lines of others themselves."""
        if not self.plan.owners:
            return []
        return [one.row.values for one in load(self.ctx, self.plan, Targets(self.ctx), self.ids).values()]

    def hold(self) -> None:
        """Keep others from saving them, and remember their lines as they are."""
        lock(self.ctx, self.plan.table, self.ids)
        self.before = {way: self._lines(way) for way in self.ways}

    def tell(self, living: Set[int]) -> None:
        """Ask the rules of those whose lines are other ones now, and give them a new version.

        Args:
            living: to which of them lines may come only while they aren't archived.

        Raises:
            Conflict: somebody has archived one since it was checked whether lines may come to it.
            InvalidData: a rule speaks against the lines.
        """
        came: set[int] = set()
        changed: dict[int, tuple[dict[str, Any], dict[str, Any]]] = {}
        for way, fields in self.fields.items():
            before, after = self.before[way], self._lines(way)
            some = [one for one in sorted(self.ways[way]) if before.get(one) != after.get(one)]
            check_lines_of(self.ctx, self.plan, some, fields, frozenset(one for one in some if not after.get(one)))
            for one in some:
                came |= {one} if _new_among(before.get(one, []), after.get(one, [])) else set()
                old, new = changed.setdefault(one, ({}, {}))
                old.update((field.key, before.get(one, [])) for field in fields)
                new.update((field.key, after.get(one, [])) for field in fields)
        raised = self._raised(sorted(changed))
        if not self.ctx.actor.everything and (came & living).difference(one for one, _ in raised):
            raise Conflict(texts.CHANGED)
        note(self.ctx, self.plan, "update", [Change(one, version, *changed[one]) for one, version in raised])

    def _raised(self, ids: Sequence[int]) -> list[tuple[int, int]]:
        table = self.plan.table
        values = {"version": table.c.version + 1, "updated_at": self.ctx.now, "updated_by": self.ctx.actor.id}
        known = {name: value for name, value in values.items() if name in table.c}
        raised: list[tuple[int, int]] = []
        for some in chunks(ids):
            living = (table.c.id.in_(some), table.c.archived_at.is_(None))
            written = table.update().where(*living).values(known).returning(table.c.id, table.c.version)
            raised += [(row.id, row.version) for row in self.ctx.connection.execute(written)]
        return sorted(raised)

    def _lines(self, way: _Way) -> _Lines:
        child = plan_of(self.ctx, way[0])
        table, back = child.table, child.fields[way[1]].columns[0][1]
        found: dict[int, list[list[int]]] = {}
        for some in chunks(sorted(self.ways[way])):
            living = select(table.c.id, table.c.version, table.c[back]).where(
                table.c[back].in_(some), table.c.archived_at.is_(None)
            )
            for row in self.ctx.connection.execute(in_order(living, table)):
                found.setdefault(row[2], []).append([row[0], row[1]])
        return found


def _new_among(before: Sequence[Sequence[int]], after: Sequence[Sequence[int]]) -> bool:
    """Return whether lines have come, told apart by their ids."""
    return not {line[0] for line in after}.issubset(line[0] for line in before)
