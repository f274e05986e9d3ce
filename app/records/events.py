"""What a save tells the rest of the product: one event for each record it has touched, in the save's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from app.context import Context
from app.records.merge import lines_differ
from app.records.plan import EntityPlan
from app.records.rows import Draft, Stored
from app.records.write import differs
from app.system.outbox import Event, append

#: The topics of records.
CREATE: Final = "record.create"
UPDATE: Final = "record.update"
RETIRE: Final = "record.retire"
RESTORE: Final = "record.restore"
#: Computed values have changed because another record was saved.
COMPUTE: Final = "record.compute"


def announce(ctx: Context, drafts: Iterable[Draft]) -> None:
    """Tell what was just written: drafts with their lines, in one statement for all of them."""
    append(ctx.connection, [event for draft in drafts for event in _of_draft(ctx, draft)])


def _of_draft(ctx: Context, draft: Draft) -> Iterator[Event]:
    if draft.before is None:
        yield _event(ctx, CREATE, draft.entity, draft.id, 1, draft.changed)
    elif differs(draft):
        lines = {field.key for field in draft.entity.lines}
        changed = {key for key in draft.changed if key not in lines or lines_differ(draft, key)}
        yield _event(ctx, UPDATE, draft.entity, draft.id, draft.version + 1, changed)
    for several in draft.removed.values():
        for one in several:
            assert one.row.plan is not None
            yield _event(ctx, RETIRE, one.row.plan, one.row.id, one.version + 1)
    for rows in draft.children.values():
        for row in rows:
            yield from _of_draft(ctx, row)


def announce_archived(
    ctx: Context, verb: str, plan: EntityPlan, before: Stored, lines: Mapping[str, Sequence[tuple[int, int]]]
) -> None:
    """Tell that a record was archived or brought back, with the lines that followed it.

    Args:
        ctx: the writer.
        verb: `retire` or `restore`.
        plan, before: the record as it was.
        lines: id and new version of its lines, by their entity.
    """
    topic = f"record.{verb}"
    found = [_event(ctx, topic, plan, before.row.id, before.version + 1)]
    for entity, rows in lines.items():
        for row_id, version in rows:
            found.append(Event(ctx.now, topic, entity, row_id, version, ctx.actor.id, ctx.origin, ()))
    append(ctx.connection, found)


def announce_lines(ctx: Context, plan: EntityPlan, records: Iterable[tuple[int, int]], changed: Iterable[str]) -> None:
    """Tell that lines of some records were changed on their own: id and new version of each, and the lines fields."""
    append(ctx.connection, [_event(ctx, UPDATE, plan, one, version, changed) for one, version in records])


def announce_computed(ctx: Context, found: Iterable[tuple[str, int, int, Iterable[str]]]) -> None:
    """Tell that computed values have changed in records that nobody saved.

    Args:
        ctx: the writer of what they follow from.
        found: entity, id, version and fields of each record.
    """
    append(
        ctx.connection,
        [
            Event(ctx.now, COMPUTE, entity, row_id, version, ctx.actor.id, ctx.origin, tuple(sorted(keys)))
            for entity, row_id, version, keys in found
        ],
    )


def _event(
    ctx: Context, topic: str, plan: EntityPlan, record_id: int | None, version: int, changed: Iterable[str] = ()
) -> Event:
    assert record_id is not None
    fields = tuple(sorted(changed))
    return Event(ctx.now, topic, plan.key, record_id, version, ctx.actor.id, ctx.origin, fields)
