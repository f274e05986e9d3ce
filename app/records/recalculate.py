"""Computed values of other records, brought up to date in the same transaction as the change that they follow from.

The configuration knows in which order fields are computed. Stage after stage, the records that look at something that
changed are loaded in batches, computed, and written where their values really differ; what differs is followed on.
So the number of statements depends on how many fields and batches there are, not on how many records.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam

from app.context import Context
from app.expr.environment import Environment
from app.expr.fold import fold
from app.fields.base import Value
from app.meta.computed import Stage
from app.query.environment import environment_of
from app.records.computed_log import ComputedLog, Recalculated
from app.records.computing import is_frozen, of_nothing, same
from app.records.gathering import gather
from app.records.plan import EntityPlan, FieldPlan, plan_of
from app.records.rows import Row, Stored
from app.records.stored import Targets, chunks, load, load_lines, lock
from app.records.titles import refresh, search_text_of, showing, title_formats, title_of
from app.records.touches import Dirty, Touch
from app.records.uniqueness import refuse_computed


def recalculate(ctx: Context, touches: Iterable[Touch]) -> Sequence[Recalculated]:
    """Bring every stored value up to date that depends on what was changed.

    Versions and times of change stay as they are: whoever edits such a record has no conflict.

    Args:
        ctx: the writer.
        touches: what was changed, written already.

    Returns:
        The records whose values are other ones now, with what they were.

    Raises:
        InvalidData: a record would get a value that may occur only once and that another one has.
    """
    if not ctx.snapshot.model.computations.stages:
        return ()
    written, dirty, log = list(touches), Dirty(ctx), ComputedLog()
    dirty.take(written)
    past = _Past(written, log)
    renamed: dict[str, list[int]] = {}
    for stage in ctx.snapshot.model.computations.stages:
        wanted = {key: dirty.ids.get((stage.entity, key), set()) for key in stage.fields}
        every = sorted({one for ids in wanted.values() for one in ids})
        for some in chunks(every):
            changed = _Batch(ctx, stage, wanted, past).run(some)
            for one in changed:
                log.add(Recalculated(one.entity, one.id, one.version, one.values))
            dirty.take([_touch(row) for row in changed])
            renamed.setdefault(stage.entity, []).extend(_shown(ctx, stage.entity, changed))
    recalculated = log.write(ctx)
    refresh(ctx, {entity: ids for entity, ids in renamed.items() if ids})
    return recalculated


def recompute(ctx: Context, entity_key: str, field_key: str, ids: Sequence[int]) -> None:
    """Compute one field of some records, whatever changed, with the titles that show it.

    Other values that look at it aren't followed, and nobody is told.
    """
    stage = Stage(entity_key, (field_key,))
    for some in chunks(ids):
        shown = _shown(ctx, entity_key, _Batch(ctx, stage, {field_key: set(some)}, None).run(some))
        refresh(ctx, {entity_key: shown} if shown else {})


def differing(ctx: Context, stage: Stage, ids: Sequence[int]) -> Iterator[tuple[int, str]]:
    """Yield record and field of the stored values that aren't what computing gives; nothing is locked or written."""
    batch = _Batch(ctx, stage, {key: set(ids) for key in stage.fields}, None, writes=False)
    for one in batch.differing(ids):
        yield from ((one.id, key) for key in one.values)


def lock_own(ctx: Context, plan: EntityPlan, ids: Sequence[int]) -> None:
    """Keep others from computing the values of records that are about to be saved."""
    if ctx.snapshot.model.computations.of(plan.key):
        lock(ctx, plan.table, ids)


class _Changed:
    """A record whose computed values differ: old and new ones, and what points away from it."""

    __slots__ = ("entity", "id", "renamed", "row", "values", "version")

    def __init__(self, entity: str, stored: Stored) -> None:
        self.entity = entity
        self.id = int(stored.row.id or 0)
        self.version = stored.version
        self.row = stored.row
        self.values: dict[str, tuple[Value, Value]] = {}
        self.renamed = False


def _shown(ctx: Context, entity_key: str, changed: Sequence[_Changed]) -> list[int]:
    """Return which records of an entity others show in their titles, and otherwise than before."""
    showing_it = showing(ctx, entity_key)
    values = {key for one in showing_it for key in one.values}
    return [row.id for row in changed if showing_it and (row.renamed or values & row.values.keys())]


def _touch(one: _Changed) -> Touch:
    return Touch(one.entity, one.id, frozenset(one.values), one.row.values, one.row.values)


class _Past:
    """What records were before a save: what freezes with it is the value of the moment in which it freezes.

    Args:
        touches: what was written.
        log: what was computed out of that so far.
    """

    def __init__(self, touches: Iterable[Touch], log: ComputedLog) -> None:
        self._log = log
        self._before: dict[tuple[str, int], Mapping[str, Any]] = {}
        for touch in touches:
            self._before.setdefault((touch.entity, touch.id), touch.before)

    def is_frozen(self, field: FieldPlan, changed: _Changed, environment: Environment) -> bool:
        """Return whether a value of a record that is just computed was frozen before; of a new record none was."""
        row = changed.row
        before = self._before.get((changed.entity, changed.id))
        if before is None:
            earlier = {key: old for key, (old, _) in changed.values.items()}
            before = {**row.values, **earlier, **self._log.before(changed.entity, changed.id)}
        return bool(before) and is_frozen(field, Row(row.plan, row.pool, row.id, row.title, dict(before)), environment)


class _Batch:
    """Records of one entity that are computed together; without a past what is frozen stays as it is."""

    def __init__(
        self, ctx: Context, stage: Stage, wanted: Mapping[str, set[int]], past: _Past | None, *, writes: bool = True
    ) -> None:
        self.ctx = ctx
        self.plan = plan_of(ctx, stage.entity)
        self.fields = [self.plan.fields[key] for key in stage.fields]
        self.wanted = wanted
        self.past = past
        self.pool = Targets(ctx, computing=writes)

    def run(self, ids: Sequence[int]) -> list[_Changed]:
        """Compute and write, and return what differed."""
        lock(self.ctx, self.plan.table, ids)
        changed = self.differing(ids)
        if self.past is not None:
            refuse_computed(self.ctx, self.plan, [(one.row, one.values.keys()) for one in changed])
        self._write(changed)
        return changed

    def differing(self, ids: Sequence[int]) -> list[_Changed]:
        """Compute, and return what differs; records in the archive keep their values."""
        stored = {one: row for one, row in load(self.ctx, self.plan, self.pool, ids).items() if row.archived_at is None}
        rows = [one.row for one in stored.values()]
        self.pool.follow(rows, self.plan.computed_needs)
        self._lines(rows)
        gathered = {field.key: self._gathered(field, stored) for field in self.fields if field.formula is None}
        environment = environment_of(self.ctx)
        return [one for row in stored.values() if (one := self._computed(row, gathered, environment)) is not None]

    def _lines(self, rows: Sequence[Row]) -> None:
        for key in sorted({key for field in self.fields for key in field.formula_lines}):
            spec = self.plan.fields[key].lines
            assert spec is not None
            child = plan_of(self.ctx, spec[0])
            found = load_lines(self.ctx, self.pool, child, spec[1], [row.id for row in rows if row.id is not None])
            for row in rows:
                row.lines[key] = tuple(one.row for one in found.get(row.id or 0, ()))

    def _gathered(self, field: FieldPlan, stored: Mapping[int, Stored]) -> Mapping[int, Value]:
        ids = [one for one in stored if one in self.wanted[field.key]]
        found = gather(self.ctx, field.field, ids) if ids else {}
        return {
            one: field.field.type.from_expression(found[one]) if found.get(one) is not None else of_nothing(field)
            for one in ids
        }

    def _computed(
        self, stored: Stored, gathered: Mapping[str, Mapping[int, Value]], environment: Environment
    ) -> _Changed | None:
        changed, row = _Changed(self.plan.key, stored), stored.row
        for field in self.fields:
            if is_frozen(field, row, environment) and (
                self.past is None or self.past.is_frozen(field, changed, environment)
            ):
                continue
            if field.formula is not None:
                value = field.field.type.from_expression(field.formula(row, environment))
            elif row.id is not None and row.id in gathered[field.key]:
                value = gathered[field.key][row.id]
            else:
                continue
            old = row.values[field.key]
            if not same(field, old, value):
                row.values[field.key] = value
                changed.values[field.key] = (old, value)
        return changed if changed.values else None

    def _write(self, changed: Sequence[_Changed]) -> None:
        titles = {part.path[0] for part in self.plan.entity.title if part.path}
        renaming = [one for one in changed if titles & one.values.keys()]
        found_by = {field.key for field in self.plan.searchable}
        self.pool.follow([one.row for one in renaming], self.plan.needs)
        formats = title_formats(self.ctx)
        groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        for one in changed:
            columns: dict[str, Any] = {}
            for key in one.values:
                self.plan.fields[key].store(one.row.values[key], columns)
            title = title_of(self.plan, one.row, formats) if titles & one.values.keys() else one.row.title
            if title != one.row.title or found_by & one.values.keys():
                columns |= {"search_text": search_text_of(self.plan, one.row, title)}
            if title != one.row.title:
                columns |= {"title": title, "title__folded": fold(title)}
                one.row.title, one.renamed = title, True
            groups.setdefault(tuple(sorted(columns)), []).append({**columns, "at__id": one.id})
        for names, parameters in groups.items():
            table = self.plan.table
            values: dict[str, Any] = {name: bindparam(name) for name in names}
            update = table.update().where(table.c.id == bindparam("at__id")).values(values)
            self.ctx.connection.execute(update, parameters)
