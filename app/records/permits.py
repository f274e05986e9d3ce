"""What a writer may do with each record that he is about to write: with the record as a whole, and with each field.

Stored records are asked for in the database, in one statement and only where it differs from record to record. A record
that isn't stored yet is asked in memory, as it would be saved, before anything is written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from app.access.actor import Identity
from app.access.rights import Covering, EntityAccess, access, refusal
from app.context import Context
from app.errors import FieldError, NotFound
from app.meta.role import Reach, Scope, Verb
from app.query.environment import environment_as
from app.query.gate import sees_all
from app.query.reach import reached
from app.records import texts
from app.records.along import Named, by_plan
from app.records.family import above
from app.records.plan import EntityPlan, plan_of
from app.records.rows import Draft, Stored
from app.records.stored import parents_of


@dataclass(frozen=True, slots=True)
class Permit:
    """What a writer may do with one stored record.

    Args:
        access: what he may do with the records of its entity.
        inside: the coverings that this record lies in, beside those that are whole.
        closed: whether it is a row of a record that may not be updated, so that it may only be read.
    """

    access: EntityAccess
    inside: frozenset[Covering]
    closed: bool = False

    def allows(self, verb: Verb) -> bool:
        """Return whether something may be done with the record."""
        return self._lies_in(self.access.covering(verb)) and not (self.closed and verb != "read")

    def reads(self, key: str) -> bool:
        """Return whether a field can be read in the record."""
        return self._lies_in(self.access.reading(key))

    def writes(self, key: str, verb: Verb) -> bool:
        """Return whether a field can be given another value."""
        return not self.closed and self.reads(key) and self._lies_in(self.access.writing(key, verb))

    def _lies_in(self, covering: Covering) -> bool:
        return covering.whole or covering in self.inside or (bool(covering) and covering == self.access.read)


def permits(ctx: Context, plan: EntityPlan, ids: Collection[int]) -> dict[int, Permit]:
    """Return what the writer may do with stored records; those that he may not see are left out.

    Args:
        ctx: the writer.
        plan: their entity.
        ids: records that exist.
    """
    granted = access(ctx, plan.key)
    found = reached(ctx, plan.key, ids, _asked(ctx, plan, granted))
    closed = _below_closed(ctx, plan, found)
    return {one: Permit(granted, inside, closed=one in closed) for one, inside in found.items()}


def _below_closed(ctx: Context, plan: EntityPlan, ids: Collection[int]) -> frozenset[int]:
    """Return which child rows belong to a record that the writer may not update: nothing can be done with them."""
    if ctx.actor.everything or not ids:
        return frozenset()
    found: set[int] = set()
    for owner, via in _vias(ctx, plan):
        if _is_never_closed(ctx, owner):
            continue
        parents = parents_of(ctx, plan, via, ids)
        open_ = permits(ctx, owner, set(parents.values()))
        found |= {one for one, parent in parents.items() if not _updatable(open_, parent)}
    return frozenset(found)


def rows_of_others(
    ctx: Context, lines: Sequence[Stored], but: Named, verb: Verb
) -> Iterator[tuple[Stored, FieldError]]:
    """Yield lines that go along with a record and are rows of another one, too, that the writer may not update.

    Args:
        ctx: the writer.
        lines: what goes along.
        but: the records that go themselves.
        verb: what is done with the lines.
    """
    if ctx.actor.everything:
        return
    for plan, group in by_plan(lines):
        for owner, via in _vias(ctx, plan):
            if _is_never_closed(ctx, owner):
                continue
            parents = [(one, one.row.values.get(via)) for one in group]
            beside = [(one, id_) for one, id_ in parents if isinstance(id_, int) and (owner.key, id_) not in but]
            open_ = permits(ctx, owner, {id_ for _, id_ in beside})
            for one, id_ in beside:
                if not _updatable(open_, id_):
                    yield one, texts.may_not(refusal(ctx, plan.key, verb, record=True))


def _is_never_closed(ctx: Context, plan: EntityPlan) -> bool:
    """Return whether the writer may update every record of an entity, and every record whose row one can be."""
    keys = (plan.key, *above(ctx.snapshot.model, plan.key))
    return all(access(ctx, key).update.whole and sees_all(ctx, key) for key in keys)


def _updatable(found: Mapping[int, Permit], record_id: int) -> bool:
    permit = found.get(record_id)
    return permit is not None and permit.allows("update")


def _vias(ctx: Context, plan: EntityPlan) -> tuple[tuple[EntityPlan, str], ...]:
    """Return whose rows an entity's records can be: the other entity, and the field that says of which record."""
    entities = ctx.snapshot.model.entities
    several = ((owner, entities[owner].fields[key].type.lines()) for owner, key in plan.entity.owners)
    return tuple((plan_of(ctx, owner), lines.via) for owner, lines in several if lines is not None)


def _asked(ctx: Context, plan: EntityPlan, granted: EntityAccess) -> tuple[Covering, ...]:
    """Return the coverings that differ from record to record; worked out once for everybody with these roles."""

    def made() -> tuple[Covering, ...]:
        several = [granted.covering(verb) for verb in _ON_RECORDS]
        several += [granted.reading(key) for key in plan.fields]
        several += [granted.writing(key, "update") for key in plan.fields]
        return tuple(dict.fromkeys(one for one in several if one and not one.whole and one != granted.read))

    return ctx.snapshot.plan(("records.permits", ctx.actor.shape, plan.key), made)


_ON_RECORDS: Final[tuple[Verb, ...]] = ("update", "retire", "restore")


def knows(ctx: Context, draft: Draft, key: str) -> bool:
    """Return whether there is a field for a writer in what he saves: what he may neither read nor fill in isn't there.

    Args:
        ctx: the writer.
        draft: a record on its way.
        key: key of one of its fields.
    """
    if ctx.actor.everything:
        return True
    if draft.permit is not None:
        return draft.permit.reads(key)
    granted = access(ctx, draft.entity.key)
    return bool(granted.reading(key) or granted.writing(key, "create"))


def permit_for(ctx: Context, plan: EntityPlan, record_id: int, verb: Verb) -> Permit:
    """Return what the writer may do with one stored record, having made sure that a verb is among it.

    Raises:
        NotFound: he may not see the record.
        Forbidden: he may see it, but not do this with it.
    """
    permit = permits(ctx, plan, [record_id]).get(record_id)
    if permit is None:
        raise NotFound(f"{plan.key}/{record_id}")
    if not permit.allows(verb):
        raise refusal(ctx, plan.key, verb, record=True)
    return permit


# -- records that aren't stored yet -----------------------------------------------------------------------------------


def authorise_new(ctx: Context, drafts: Iterable[Draft]) -> None:
    """Note at new records, at new rows of records and at those that move what the writer may not make of them."""
    if ctx.actor.everything:
        return
    for draft in drafts:
        if draft.before is None:
            _authorise(ctx, draft)
        else:
            _authorise_move(ctx, draft)


def _authorise(ctx: Context, draft: Draft) -> None:
    granted = access(ctx, draft.entity.key)
    inside = _Inside(ctx, draft)
    if not inside.lies_in(granted.create) or next(_closed_above(ctx, draft), None) is not None:
        refused = refusal(ctx, draft.entity.key, "create", record=bool(granted.create))
        draft.record_errors.append(texts.may_not(refused))
        return
    for key in draft.given & draft.changed:
        if not inside.lies_in(granted.writing(key, "create")):
            draft.refuse(key, texts.readonly(draft.entity.fields[key].field.label))


def _authorise_move(ctx: Context, draft: Draft) -> None:
    """Refuse to make a stored record a row of one that its writer may not update: that would change that one."""
    for owner, via in _closed_above(ctx, draft):
        if via not in draft.errors:
            draft.refuse(via, texts.may_not(refusal(ctx, owner.key, "update", record=True)))


def _closed_above(ctx: Context, draft: Draft) -> Iterator[tuple[EntityPlan, str]]:
    """Yield the fields by which a draft would be a row of a record that the writer may not update.

    Not the one by which it is saved with its record: whether that may be updated has been asked.
    """
    for owner, via in _vias(ctx, draft.entity):
        parent = draft.values.get(via)
        mine = draft.parent is not None and draft.via == via
        if mine or not isinstance(parent, int) or (draft.before is not None and via not in draft.changed):
            continue
        if not _updatable(permits(ctx, owner, [parent]), parent):
            yield owner, via


class _Inside:
    """Asks in memory whether a new record lies in a covering."""

    def __init__(self, ctx: Context, draft: Draft) -> None:
        self.ctx = ctx
        self.draft = draft
        self._answers: dict[tuple[Scope, int], bool] = {}

    def lies_in(self, covering: Covering) -> bool:
        return covering.whole or any(self._is_in(scope, who) for scope, who in covering.parts)

    def _is_in(self, scope: Scope, who: int) -> bool:
        if (scope, who) not in self._answers:
            self._answers[scope, who] = self._asked(scope, self.ctx.actor.identities[who])
        return self._answers[scope, who]

    def _asked(self, scope: Scope, identity: Identity) -> bool:
        if scope.where is not None:
            holds = self.draft.entity.scopes[scope.where]
            return holds(self.draft, environment_as(self.ctx, identity)) is True
        owner, team = self.draft.values.get("owner"), self.draft.values.get("team")
        if scope.reach is Reach.OWN:
            return owner is not None and owner == identity.user_id
        teams: Sequence[Any] = identity.team_ids if scope.reach is Reach.TEAM_TREE else (identity.team_id,)
        return team is not None and team in teams
