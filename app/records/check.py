"""What has to be true of a record that is saved: conditions and rules, asked before it is written, or right after."""

from __future__ import annotations

from collections.abc import Sequence

from app.context import Context
from app.errors import InvalidData
from app.expr.environment import Environment
from app.query.environment import environment_of
from app.records import texts
from app.records.merge import lines_differ
from app.records.permits import knows
from app.records.plan import FieldPlan, RulePlan
from app.records.prepare import Preparation, by_entity
from app.records.rows import Draft, Row
from app.records.stored import Targets, load
from app.records.told import errors_of
from app.records.uniqueness import check_unique


def check(ctx: Context, drafts: Sequence[Draft], environment: Environment) -> None:
    """Note at the drafts whatever speaks against writing them; what looks at roll-ups is left to `check_gathered`.

    Args:
        ctx: the writer.
        drafts: cleaned, with everything loaded that their rules look at; lines too.
        environment: what rules may know.
    """
    _check(ctx, drafts, environment, gathered=False)
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
    _check(ctx, asked, environment, gathered=True)
    errors = errors_of(ctx, drafts)
    if errors:
        raise InvalidData(errors)


def _check(ctx: Context, drafts: Sequence[Draft], environment: Environment, *, gathered: bool) -> None:
    for draft in drafts:
        _conditions(ctx, draft, environment, gathered=gathered)
    for draft in drafts:
        # A rule over a value that couldn't even be read would only say the same once more.
        if not any(row.errors for row in draft.all_drafts()):
            for rule in draft.entity.rules:
                _ask(ctx, draft, rule, environment, gathered=gathered)


def _conditions(ctx: Context, draft: Draft, environment: Environment, *, gathered: bool) -> None:
    trusted = ctx.actor.everything
    for field in draft.entity.conditional:
        # To name a field that one may not know changes nothing: it would tell that there is one.
        if field.key in draft.errors and knows(ctx, draft, field.key):
            continue
        if not gathered and field.readonly_if is not None and not trusted and _locked(draft, field, environment):
            draft.refuse(field.key, texts.locked(field.field.label))
        elif field.gathered is gathered and _missing(draft, field, environment, trusted=trusted):
            draft.refuse(field.key, texts.required(field.field.label))
        elif draft.values[field.key] is not None:
            for rule in field.rules:
                _ask(ctx, draft, rule, environment, gathered=gathered)


def _locked(draft: Draft, field: FieldPlan, environment: Environment) -> bool:
    """Return whether a field was changed that the stored state of the record doesn't let change."""
    if draft.before is None or field.key not in draft.changed or field.readonly_if is None:
        return False
    if field.lines is not None and not lines_differ(draft, field.key):
        return False  # a program that sends a record back whole sends its lines along
    return field.readonly_if(draft.before.row, environment) is True


def _missing(draft: Draft, field: FieldPlan, environment: Environment, *, trusted: bool) -> bool:
    value = draft.values[field.key]
    if field.lines is not None:
        empty = not draft.children.get(field.key) and (field.key in draft.given or draft.before is None)
    else:
        empty = value is None
    if not empty or field.key == draft.via:
        return False
    return is_demanded(draft, field, environment, trusted=trusted)


def is_demanded(row: Row, field: FieldPlan, environment: Environment, *, trusted: bool) -> bool:
    """Return whether a field of a record has to be filled in."""
    if not field.field.required and (field.required_if is None or field.required_if(row, environment) is not True):
        return False
    if field.writable != "everybody" and not trusted:
        return False  # nobody could fill it in
    return field.visible_if is None or field.visible_if(row, environment) is True


def _ask(ctx: Context, draft: Draft, rule: RulePlan, environment: Environment, *, gathered: bool) -> None:
    if rule.gathered is not gathered or rule.holds(draft, environment) is True:
        return
    # What a rule says is its author's; at which field it is said isn't, where the writer may not know that field.
    if rule.at is None or not knows(ctx, draft, rule.at):
        draft.record_errors.append(rule.error)
    else:
        draft.refuse(rule.at, rule.error)
