"""Rules of records that nobody saves, but that a save changes: those whose lines are written by themselves, and those
whose roll-ups come out otherwise.

Otherwise whoever changes what a record is made of through another door could do what its own mask refuses.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.context import Context
from app.errors import DataErrors, FieldError, InvalidData
from app.expr.environment import Environment
from app.fields.base import Value
from app.query.environment import environment_of
from app.query.labels import named_records
from app.records import texts
from app.records.check import is_demanded
from app.records.computed_log import Recalculated
from app.records.plan import EntityPlan, FieldPlan, Names, RulePlan, plan_of
from app.records.rows import Row, Stored
from app.records.stored import Targets, load
from app.records.surroundings import look_around
from app.records.told import may_tell


@dataclass(frozen=True, slots=True)
class _Fault:
    """Something that speaks against a record, with the paths that it is about."""

    error: FieldError
    names: Names


@dataclass(frozen=True, slots=True)
class _Asked:
    """Some rules and conditions of an entity, ready to be asked of stored records.

    Args:
        rules: each with the field that it belongs to; one of an empty field isn't asked.
        demanded: fields that may have to be filled in.
        environment: what rules may know.
        trusted: whether the product itself writes.
    """

    rules: Sequence[tuple[str | None, RulePlan]]
    demanded: Sequence[FieldPlan]
    environment: Environment
    trusted: bool

    def __bool__(self) -> bool:
        return bool(self.rules or self.demanded)

    def faults(self, row: Row) -> Iterator[_Fault]:
        """Yield what speaks against a record as it is."""
        for key, rule in self.rules:
            if (key is None or row.values[key] is not None) and rule.holds(row, self.environment) is not True:
                yield _Fault(rule.error, rule.names if key is None else rule.names | {(key,)})
        for field in self.demanded:
            if row.values[field.key] is None and is_demanded(row, field, self.environment, trusted=self.trusted):
                yield _Fault(texts.required(field.field.label), field.demanded_by | {(field.key,)})


def _asked(ctx: Context, plan: EntityPlan, *, lines: bool) -> _Asked:
    """Return what looks at roll-ups; with `lines` also what looks into lines."""
    rules = [(None, rule) for rule in plan.rules] + [(field.key, rule) for field in plan.own for rule in field.rules]
    return _Asked(
        [(key, rule) for key, rule in rules if rule.gathered or (lines and rule.of_lines)],
        # Lines are no value of the record: whether there have to be some is asked where they are given or go away.
        [one for one in plan.conditional if one.lines is None and (one.gathered or (lines and one.of_lines))],
        environment_of(ctx),
        ctx.actor.everything,
    )


def _living(ctx: Context, plan: EntityPlan, ids: Sequence[int]) -> list[Stored]:
    """Return those of some records that aren't archived, with everything that their rules look at."""
    pool = Targets(ctx)
    living = [one for one in load(ctx, plan, pool, ids).values() if one.archived_at is None]
    look_around(ctx, pool, plan, living)
    return living


def check_lines_of(
    ctx: Context, plan: EntityPlan, ids: Sequence[int], fields: Sequence[FieldPlan], emptied: Collection[int]
) -> None:
    """Ask the rules of records that look at their lines, after lines of theirs were written by themselves.

    Args:
        ctx: the writer.
        plan: the records' entity.
        ids: which records; archived ones aren't asked any more.
        fields: the lines fields in which the lines are.
        emptied: those of the records that have no such line any more.

    Raises:
        InvalidData: a rule speaks against what was written; whoever calls it takes the save back.
    """
    asked = _asked(ctx, plan, lines=True)
    needed = [field for field in fields if field.field.required or field.required_if is not None] if emptied else []
    if ids and (asked or needed):
        living = _living(ctx, plan, ids)
        bare = [(one.row, field) for one in living if one.row.id in emptied for field in needed]
        found = [(one.row, fault) for one in living for fault in asked.faults(one.row)]
        found += [
            (row, _Fault(texts.last_line(field.field.label), field.demanded_by | {(field.key,)}))
            for row, field in bare
            if is_demanded(row, field, asked.environment, trusted=asked.trusted)
        ]
        _refuse(
            fault.error if may_tell(ctx, row, fault.names) else texts.breaks(fault.error, None) for row, fault in found
        )


def check_others(ctx: Context, changed: Iterable[Recalculated], but: Collection[tuple[str, int]]) -> None:
    """Ask the rules over roll-ups of the records that a save changed without being about them.

    Their writer can't mend what somebody else has left in them: so a save is refused where it breaks such a rule, and
    not where the rule was broken before.

    Args:
        ctx: the writer.
        changed: the records whose computed values are other ones now.
        but: entity and id of those that are asked anyhow.

    Raises:
        InvalidData: a rule was kept before and isn't any more; whoever calls it takes the save back.
    """
    by_entity: dict[str, dict[int, Recalculated]] = {}
    for one in changed:
        if (one.entity, one.id) not in but:
            by_entity.setdefault(one.entity, {})[one.id] = one
    for entity, ones in by_entity.items():
        plan = plan_of(ctx, entity)
        asked = _asked(ctx, plan, lines=False)
        if not asked:
            continue
        broken: list[tuple[Row, _Fault]] = []
        for stored in _living(ctx, plan, list(ones)):
            now = tuple(asked.faults(stored.row))
            if now:
                before = frozenset(asked.faults(_before(stored.row, ones[stored.row.id or 0].values)))
                broken.extend((stored.row, fault) for fault in now if fault not in before)
        seen = named_records(ctx, entity, {row.id or 0 for row, _ in broken})
        _refuse(_said_of_other(ctx, row, fault, seen.get(row.id or 0)) for row, fault in broken)


def _said_of_other(ctx: Context, row: Row, fault: _Fault, title: str | None) -> FieldError:
    """Return what a writer may know of what speaks against another record: what it is, or only that there is something.

    Args:
        ctx: the writer.
        row: the other record.
        fault: what speaks against it.
        title: what it is called; None where the writer may not see it.
    """
    if row.plan is None or title is None or not may_tell(ctx, row, fault.names):
        return texts.breaks(fault.error, None)
    return texts.breaks(fault.error, (row.plan.key, row.id or 0, title))


def _before(row: Row, values: Mapping[str, tuple[Value, Value]]) -> Row:
    """Return a record as it was before its computed values changed."""
    old = {key: before for key, (before, _) in values.items()}
    before = Row(row.plan, row.pool, row.id, row.title, {**row.values, **old})
    before.lines = row.lines
    return before


def _refuse(errors: Iterable[FieldError]) -> None:
    found = tuple(dict.fromkeys(errors))
    if found:
        raise InvalidData(DataErrors(record=found))
