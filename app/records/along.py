"""The lines of a record go where it goes: into the archive with it and back with it, with their own lines and so on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from app.context import Context
from app.query.labels import named_records
from app.records.plan import EntityPlan, plan_of
from app.records.rows import Row, Stored
from app.records.stored import Targets, load_lines

#: Entity and id of some records.
Named = frozenset[tuple[str, int]]


def lines_along(
    ctx: Context, pool: Targets, plan: EntityPlan, ids: Sequence[int], archived_at: datetime | None = None
) -> Mapping[int, Sequence[Stored]]:
    """Return what goes along with some records, by the record's id: their lines, then the lines of these.

    Args:
        ctx: the writer.
        pool: the records that are pointed to.
        plan: the entity of the records.
        ids: which records.
        archived_at: since when the lines are in the archive: those that went there together. None for living ones.
    """
    found: dict[int, list[Stored]] = {one: [] for one in ids}
    seen = {(plan.key, one) for one in ids}
    going = [(plan, {one: one for one in ids})]
    while going:
        parents, roots = going.pop(0)
        below: dict[str, dict[int, int]] = {}
        for parent, line in _lines_of(ctx, pool, parents, list(roots), archived_at):
            key, one = named(line)
            if (key, one) not in seen:
                seen.add((key, one))
                found[roots[parent]].append(line)
                below.setdefault(key, {})[one] = roots[parent]
        going.extend((plan_of(ctx, key), belonging) for key, belonging in below.items())
    return found


def by_plan(lines: Sequence[Stored]) -> Iterator[tuple[EntityPlan, Sequence[Stored]]]:
    """Yield lines in groups of one entity each."""
    groups: dict[str, list[Stored]] = {}
    for line in lines:
        groups.setdefault(named(line)[0], []).append(line)
    for group in groups.values():
        plan = group[0].row.plan
        assert plan is not None
        yield plan, group


def called(ctx: Context, row: Row) -> str | None:
    """Return what the writer knows a record by that he hasn't named himself; None where he may not see it."""
    assert row.plan is not None
    return named_records(ctx, row.plan.key, [row.id or 0]).get(row.id or 0)


def named(line: Stored) -> tuple[str, int]:
    """Return entity and id of a stored record."""
    assert line.row.plan is not None
    assert line.row.id is not None
    return line.row.plan.key, line.row.id


def _lines_of(
    ctx: Context, pool: Targets, plan: EntityPlan, ids: Sequence[int], archived_at: datetime | None
) -> Iterator[tuple[int, Stored]]:
    for child, via in dict.fromkeys(field.lines for field in plan.lines if field.lines is not None):
        several = load_lines(ctx, pool, plan_of(ctx, child), via, ids, archived_at)
        yield from ((parent, line) for parent, lines in several.items() for line in lines)
