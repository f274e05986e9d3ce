"""What computing changed in records that nobody saved: told to the history and to whoever waits for events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from app.context import Context
from app.fields.base import Value
from app.records import journal
from app.records.computing import same
from app.records.journal import Change
from app.records.plan import plan_of
from app.system import history


@dataclass(frozen=True, slots=True)
class Recalculated:
    """Computed values of one record before and after; its version and its time of change stay as they were.

    Args:
        entity, id: the record.
        version: the version that it has, before and after.
        values: old and new value by field key.
    """

    entity: str
    id: int
    version: int
    values: Mapping[str, tuple[Value, Value]]


class ComputedLog:
    """Collects what a save makes different elsewhere, so that each record is told of once, at the end.

    A record may be computed in several stages of one save, and come back to what it was; then nothing happened to it.
    """

    def __init__(self) -> None:
        self._found: dict[tuple[str, int], Recalculated] = {}

    def add(self, row: Recalculated) -> None:
        """Note a record that was computed and written."""
        at = (row.entity, row.id)
        before = self._found.get(at)
        values = dict(row.values)
        if before is not None:
            values = {**before.values, **{k: (before.values.get(k, both)[0], both[1]) for k, both in values.items()}}
        self._found[at] = replace(row, values=values)

    def before(self, entity: str, record_id: int) -> Mapping[str, Value]:
        """Return what the computed values of a record were that this save has changed so far."""
        found = self._found.get((entity, record_id))
        return {} if found is None else {key: old for key, (old, _) in found.values.items()}

    def write(self, ctx: Context) -> Sequence[Recalculated]:
        """Write entries and events of everything that is different now, and return it.

        The entry bears the name of whoever caused it. His reason stays with the record that he gave it for: not
        everybody who reads this one may read that.
        """
        rows = [real for row in self._found.values() if (real := _real(ctx, row)).values]
        if not rows:
            return ()
        entries = [
            journal.entry_of(
                plan_of(ctx, row.entity),
                history.COMPUTE,
                Change(
                    row.id,
                    row.version,
                    {key: both[0] for key, both in row.values.items()},
                    {key: both[1] for key, both in row.values.items()},
                ),
            )
            for row in rows
        ]
        history.append(ctx.connection, replace(journal.stamp_of(ctx), reason=None), entries)
        return rows


def _real(ctx: Context, row: Recalculated) -> Recalculated:
    fields = plan_of(ctx, row.entity).fields
    return replace(row, values={key: both for key, both in row.values.items() if not same(fields[key], *both)})
