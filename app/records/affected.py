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
from app.records.plan import EntityPlan, FieldPlan, RulePlan, plan_of
from app.records.rows import Row, Stored
from app.records.stored import Targets, load
from app.records.surroundings import look_around


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

    def errors(self, row: Row) -> Iterator[FieldError]:
        """Yield what speaks against a record as it is."""
        for key, rule in self.rules:
            if (key is None or row.values[key] is not None) and rule.holds(row, self.environment) is not True:
                yield rule.error
        for field in self.demanded:
            if row.values[field.key] is None and is_demanded(row, field, self.environment, trusted=self.trusted):
                yield texts.required(field.field.label)


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
        _refuse(
            (
                *(error for one in living for error in asked.errors(one.row)),
                *(
                    texts.last_line(field.field.label)
                    for row, field in bare
                    if is_demanded(row, field, asked.environment, trusted=asked.trusted)
                ),
            )
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
        broken = {}
        for stored in _living(ctx, plan, list(ones)):
            now = set(asked.errors(stored.row))
            if now and (new := now.difference(asked.errors(_before(stored.row, ones[stored.row.id or 0].values)))):
                broken[stored.row.id or 0] = [error for error in asked.errors(stored.row) if error in new]
        seen = named_records(ctx, entity, list(broken)) if broken else {}
        _refuse(
            texts.breaks(error, None if one not in seen else (entity, one, seen[one]))
            for one, errors in broken.items()
            for error in errors
        )


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
