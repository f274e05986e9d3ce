"""What has to be true of a record before it is written: conditions and rules."""

from __future__ import annotations

from collections.abc import Sequence

from app.context import Context
from app.errors import DataErrors, InvalidData
from app.expr.environment import Environment
from app.query.environment import environment_of
from app.records import texts
from app.records.plan import EntityPlan, FieldPlan, RulePlan
from app.records.prepare import Preparation, by_entity, errors_of
from app.records.rows import Draft, Row
from app.records.stored import Targets, load
from app.records.surroundings import look_around
from app.records.uniqueness import check_unique


def check(ctx: Context, drafts: Sequence[Draft], environment: Environment) -> None:
    """Note at the drafts whatever speaks against writing them; what looks at roll-ups is left to `check_gathered`.

    Args:
        ctx: the writer.
        drafts: cleaned, with everything loaded that their rules look at; lines too.
        environment: what rules may know.
    """
    _check(drafts, environment, trusted=ctx.actor.everything, gathered=False)
    check_unique(ctx, drafts)


def check_gathered(ctx: Context, drafts: Sequence[Draft]) -> None:
    """Ask what looks at roll-ups, of records that are written and computed: what is gathered counts as it is now.

    Whoever calls it takes the save back where it is refused.

    Args:
        ctx: the writer.
        drafts: just written, their lines among them; they get their values as they are stored by now.

    Raises:
        InvalidData: something speaks against what was written.
    """
    every = [row for draft in drafts for row in draft.all_drafts()]
    asked = [row for row in every if row.entity.gathered]
    if not asked:
        return
    pool = Targets(ctx)
    for group in by_entity(every):
        plan = group[0].entity
        stored = load(ctx, plan, pool, [row.id for row in group if row.id is not None])
        lines = {field.key for field in plan.lines}
        for row in group:
            now = stored[row.id or 0].row.values
            row.values.update({key: value for key, value in now.items() if key not in lines})
            row.pool = pool
    environment = environment_of(ctx)
    Preparation(ctx, pool, environment).needed(every)
    _check(asked, environment, trusted=ctx.actor.everything, gathered=True)
    errors = errors_of(drafts)
    if errors:
        raise InvalidData(errors)


def check_lines_of(ctx: Context, plan: EntityPlan, ids: Sequence[int]) -> None:
    """Ask the rules of records that look at their lines, after lines of theirs were written by themselves.

    Otherwise whoever changes lines through their own entity could do what the record's own mask refuses.

    Args:
        ctx: the writer.
        plan: the records' entity.
        ids: which records; archived ones aren't asked any more.

    Raises:
        InvalidData: a rule speaks against what was written; whoever calls it takes the save back.
    """
    rules = [(None, rule) for rule in plan.rules] + [(field.key, rule) for field in plan.own for rule in field.rules]
    asked = [(key, rule) for key, rule in rules if rule.of_lines or rule.gathered]
    # Lines are no value of the record: whether there have to be some is asked where they are given.
    demanded = [field for field in plan.conditional if (field.of_lines or field.gathered) and field.lines is None]
    if not (asked or demanded) or not ids:
        return
    pool, environment = Targets(ctx), environment_of(ctx)
    living = [one for one in load(ctx, plan, pool, ids).values() if one.archived_at is None]
    look_around(ctx, pool, plan, living)
    errors = [
        rule.error
        for one in living
        for key, rule in asked
        if (key is None or one.row.values[key] is not None) and rule.holds(one.row, environment) is not True
    ]
    errors += [
        texts.required(field.field.label)
        for one in living
        for field in demanded
        if one.row.values[field.key] is None and _demanded(one.row, field, environment, trusted=ctx.actor.everything)
    ]
    if errors:
        raise InvalidData(DataErrors(record=tuple(dict.fromkeys(errors))))


def _check(drafts: Sequence[Draft], environment: Environment, *, trusted: bool, gathered: bool) -> None:
    for draft in drafts:
        _conditions(draft, environment, trusted=trusted, gathered=gathered)
    for draft in drafts:
        # A rule over a value that couldn't even be read would only say the same once more.
        if not any(row.errors for row in draft.all_drafts()):
            for rule in draft.entity.rules:
                _ask(draft, rule, environment, gathered=gathered)


def _conditions(draft: Draft, environment: Environment, *, trusted: bool, gathered: bool) -> None:
    for field in draft.entity.conditional:
        if field.key in draft.errors:
            continue
        if not gathered and field.readonly_if is not None and not trusted and _locked(draft, field, environment):
            draft.refuse(field.key, texts.locked(field.field.label))
        elif field.gathered is gathered and _missing(draft, field, environment, trusted=trusted):
            draft.refuse(field.key, texts.required(field.field.label))
        elif draft.values[field.key] is not None:
            for rule in field.rules:
                _ask(draft, rule, environment, gathered=gathered)


def _locked(draft: Draft, field: FieldPlan, environment: Environment) -> bool:
    """Return whether a field was changed that the stored state of the record doesn't let change."""
    if draft.before is None or field.key not in draft.changed or field.readonly_if is None:
        return False
    return field.readonly_if(draft.before.row, environment) is True


def _missing(draft: Draft, field: FieldPlan, environment: Environment, *, trusted: bool) -> bool:
    value = draft.values[field.key]
    if field.lines is not None:
        empty = not draft.children.get(field.key) and (field.key in draft.given or draft.before is None)
    else:
        empty = value is None
    if not empty or field.key == draft.via:
        return False
    return _demanded(draft, field, environment, trusted=trusted)


def _demanded(row: Row, field: FieldPlan, environment: Environment, *, trusted: bool) -> bool:
    """Return whether a field of a record has to be filled in."""
    if not field.field.required and (field.required_if is None or field.required_if(row, environment) is not True):
        return False
    if field.writable != "everybody" and not trusted:
        return False  # nobody could fill it in
    return field.visible_if is None or field.visible_if(row, environment) is True


def _ask(draft: Draft, rule: RulePlan, environment: Environment, *, gathered: bool) -> None:
    if rule.gathered is not gathered or rule.holds(draft, environment) is True:
        return
    if rule.at is None:
        draft.record_errors.append(rule.error)
    else:
        draft.refuse(rule.at, rule.error)
