"""Numbers of ranges, drawn last: right before the statement that writes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from app.context import Context
from app.expr.environment import Environment
from app.meta.numbering import period_of, written
from app.query.environment import environment_of
from app.records.plan import FieldPlan
from app.records.rows import Draft
from app.records.titles import title_formats
from app.records.write import name
from app.system.numbers import range_key_of, take


def draw(ctx: Context, drafts: Sequence[Draft]) -> None:
    """Give drafts and their lines the numbers that are due, in order; ranges are locked in the order of their names.

    Raises:
        Conflict: see `app.system.numbers.take`.
    """
    environment = environment_of(ctx)
    due: dict[tuple[str, str], list[tuple[Draft, FieldPlan]]] = {}
    for draft in drafts:
        for row in draft.all_drafts():
            for field in row.entity.numbers:
                if _is_due(row, field, environment):
                    due.setdefault((row.entity.key, field.key), []).append((row, field))
    if not due:
        return
    for names in sorted(due):
        _draw(ctx, range_key_of(*names), due[names], environment.today)
    _rename(ctx, (row for several in due.values() for row, _ in several))


def _is_due(row: Draft, field: FieldPlan, environment: Environment) -> bool:
    if row.values[field.key] is not None:
        return False
    if field.draw_if is None:
        return row.before is None
    return field.draw_if(row, environment) is True


def _draw(ctx: Context, range_key: str, due: Sequence[tuple[Draft, FieldPlan]], day: date) -> None:
    numbers = due[0][1].field.number
    assert numbers is not None
    last = take(ctx.connection, range_key, period_of(numbers.restart, day), len(due))
    for number, (row, field) in enumerate(due, start=last - len(due) + 1):
        row.values[field.key] = written(numbers.pattern, number, day)
        row.changed.add(field.key)


def _rename(ctx: Context, rows: Iterable[Draft]) -> None:
    """A title may show the number."""
    formats = title_formats(ctx)
    for row in {id(row): row for row in rows}.values():
        name(row, formats)
