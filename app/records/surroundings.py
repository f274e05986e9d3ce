"""What the expressions of stored records look at beyond the records themselves: references, and their lines."""

from __future__ import annotations

from collections.abc import Sequence

from app.context import Context
from app.records.plan import EntityPlan, plan_of
from app.records.rows import Stored
from app.records.stored import Targets, load_lines


def look_around(ctx: Context, pool: Targets, plan: EntityPlan, records: Sequence[Stored]) -> None:
    """Load what rules and locks of stored records look at, in as many statements for many records as for one.

    Args:
        ctx: the configuration and the transaction.
        pool: where the records are put that are pointed to.
        plan: the records' entity.
        records: they get their lines, as far as an expression looks at them.
    """
    pool.follow([one.row for one in records], plan.needs)
    for name in plan.line_paths:
        spec = plan.fields[name].lines
        assert spec is not None
        ids = [one.row.id for one in records if one.row.id is not None]
        found = load_lines(ctx, pool, plan_of(ctx, spec[0]), spec[1], ids)
        for one in records:
            one.row.lines[name] = tuple(line.row for line in found.get(one.row.id or 0, ()))
        pool.follow([line for one in records for line in one.row.lines[name]], plan.line_needs.get(name, ()))
