"""A record and its lines are one thing: whoever changes a line through the line's own entity changes its record too.

So the record's version counts every change of its lines, whichever door it came through, and whoever has seen the
record before is told, or put together with it, as with any other change. Without that, a save that gives lines whole
would silently take back what somebody else has just done to one of them. And whoever changes a line is held to the
rules of its record that look at lines, and leaves it as many as it needs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from sqlalchemy import select

from app.context import Context
from app.records.affected import check_lines_of
from app.records.journal import Change, note
from app.records.plan import EntityPlan, plan_of
from app.records.rows import Draft
from app.records.stored import Targets, chunks, in_order, load, lock

#: Id and version of the lines of a record, in their order.
_Lines = Mapping[int, list[list[int]]]
#: Entity and id of the records whose lines are written.
Owners = frozenset[tuple[str, int]]


@contextmanager
def of_drafts(ctx: Context, plan: EntityPlan, drafts: Sequence[Draft]) -> Iterator[Owners]:
    """Write drafts inside of this, none of which is written together with a record whose line it is.

    Args:
        ctx: the writer, over an open transaction.
        plan: the entity of the drafts.
        drafts: ready to be written; a line that moves counts for both its records.

    Yields:
        See `of_lines`.
    """
    several = [draft.values for draft in drafts]
    several += [draft.before.row.values for draft in drafts if draft.before is not None]
    with of_lines(ctx, plan, several) as above:
        yield above


@contextmanager
def of_lines(ctx: Context, plan: EntityPlan, several: Sequence[Mapping[str, Any]]) -> Iterator[Owners]:
    """Write lines inside of this; afterwards the records whose lines they are have a new version, and a history of it.

    The records are held before the lines are written, as they are when a record is saved with its lines: nobody then
    waits for somebody who waits for him.

    Args:
        ctx: the writer, over an open transaction.
        plan: the entity of the lines.
        several: the values of the lines by field key, before and after.

    Yields:
        The records whose lines they are, and whose lines those are.

    Raises:
        InvalidData: a rule of such a record speaks against what was written.
    """
    with ExitStack() as above:
        held = []
        for entity, via in dict.fromkeys((owner.entity, owner.via) for owner in plan.owners):
            ids = sorted({one for values in several if isinstance(one := values.get(via), int)})
            if ids:
                held.append(_Owners(ctx, plan_of(ctx, entity), plan, via, ids))
        known: set[tuple[str, int]] = set()
        for owners in held:
            known.update(above.enter_context(of_lines(ctx, owners.plan, owners.values())))
            known.update((owners.plan.key, one) for one in owners.ids)
            owners.hold()
        yield frozenset(known)
        for owners in held:
            owners.tell()


class _Owners:
    """The records of one entity whose lines are written."""

    def __init__(self, ctx: Context, plan: EntityPlan, child: EntityPlan, via: str, ids: Sequence[int]) -> None:
        self.ctx = ctx
        self.plan = plan
        self.child = child
        self.via = via
        self.ids = ids
        self.keys = [field.key for field in plan.lines if field.lines == (child.key, via)]
        self.before: _Lines = {}

    def values(self) -> list[Mapping[str, Any]]:
        """Return their values, where they are lines of others themselves."""
        if not self.plan.owners:
            return []
        return [one.row.values for one in load(self.ctx, self.plan, Targets(self.ctx), self.ids).values()]

    def hold(self) -> None:
        """Keep others from saving them, and remember their lines as they are."""
        lock(self.ctx, self.plan.table, self.ids)
        self.before = self._lines()

    def tell(self) -> None:
        """Ask the rules of those whose lines are other ones now, and give them a new version.

        Raises:
            InvalidData: a rule speaks against the lines.
        """
        after = self._lines()
        changed = [one for one in self.ids if self.before.get(one) != after.get(one)]
        emptied = frozenset(one for one in changed if not after.get(one))
        check_lines_of(self.ctx, self.plan, changed, [self.plan.fields[key] for key in self.keys], emptied)
        raised = self._raised(changed)
        changes = [
            Change(
                one,
                version,
                dict.fromkeys(self.keys, self.before.get(one, [])),
                dict.fromkeys(self.keys, after.get(one, [])),
            )
            for one, version in raised
        ]
        note(self.ctx, self.plan, "update", changes)

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

    def _lines(self) -> _Lines:
        table, back = self.child.table, self.child.fields[self.via].columns[0][1]
        found: dict[int, list[list[int]]] = {}
        for some in chunks(self.ids):
            living = select(table.c.id, table.c.version, table.c[back]).where(
                table.c[back].in_(some), table.c.archived_at.is_(None)
            )
            for row in self.ctx.connection.execute(in_order(living, table)):
                found.setdefault(row[2], []).append([row[0], row[1]])
        return found
