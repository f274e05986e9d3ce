"""Records that can't be changed any more: judged on what is stored, never on what somebody is about to save.

A lock holds for the record, for its lines at any depth and for whatever door they come through: the record's own mask,
the lines' own entity, an import, many at once. So does the condition under which a lines field can't be changed. The
product itself isn't held up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from app.context import Context
from app.errors import DataErrors, FieldError, InvalidData
from app.expr.environment import Environment
from app.query.environment import environment_of
from app.records import texts
from app.records.along import Named, by_plan, called, named
from app.records.family import above
from app.records.merge import lines_differ
from app.records.permits import rows_of_others
from app.records.plan import EntityPlan, LockPlan, OwnerPlan, plan_of
from app.records.rows import Draft, Stored
from app.records.stored import Targets, load
from app.records.surroundings import look_around


def check(ctx: Context, pool: Targets, drafts: Sequence[Draft], environment: Environment) -> None:
    """Note at drafts what locks speak against writing them.

    Args:
        ctx: the writer.
        pool: the records that are pointed to.
        drafts: filled, their lines among them.
        environment: what conditions may know.
    """
    if ctx.actor.everything:
        return
    locks = _Locks(ctx, pool, environment)
    changed = [draft for draft in drafts if draft.before is not None and _changes(draft)]
    locks.load(one.before for one in changed if one.before is not None)
    for draft in changed:
        assert draft.before is not None
        for lock in locks.holding(draft.before):
            for key in sorted(_changes(draft) - lock.exempt):
                draft.refuse(key, lock.error)
    locks.load([one for draft in drafts for key in draft.removed for one in draft.leaving(key)])
    for draft in drafts:
        for key in draft.removed:
            for lock in (lock for one in draft.leaving(key) for lock in locks.holding(one)):
                draft.refuse(key, lock.error)
            going = frozenset({(draft.entity.key, draft.id or 0), *map(named, draft.leaving(key))})
            for _, error in locks.of_owners([(one, _others(one, going)) for one in draft.leaving(key)]):
                draft.refuse(key, error)
    written = [draft for draft in drafts if draft.before is None or _changes(draft)]
    for draft, error in locks.of_owners([(draft, _owners_of(draft)) for draft in written]):
        draft.record_errors.append(error)


def refuse_retiring(ctx: Context, pool: Targets, plan: EntityPlan, before: Stored, along: Sequence[Stored]) -> None:
    """Make sure that no lock speaks against archiving a record, with the lines that go along.

    Raises:
        InvalidData: it is locked, it is a line of a locked record, or one of its lines is locked, or is a line of
            another record, too, that is locked or that the writer may not update.
    """
    if ctx.actor.everything:
        return
    locks = _Locks(ctx, pool, environment_of(ctx))
    locks.load([before, *along])
    errors = [lock.error for lock in locks.holding(before)]
    errors.extend(error for _, error in locks.of_owners([(before, _parents(plan, before.row.values))]))
    going = frozenset(named(one) for one in (before, *along))
    errors.extend(_of_lines(ctx, locks, along, going))
    forbidden = rows_of_others(ctx, along, going, "retire")
    errors.extend(_of_line(ctx, one, error, texts.line_held) for one, error in forbidden)
    if errors:
        raise InvalidData(DataErrors(record=tuple(dict.fromkeys(errors))))


def _of_lines(ctx: Context, locks: _Locks, lines: Sequence[Stored], going: Named) -> Iterator[FieldError]:
    """Yield what the lines' own locks say, and those of the other records whose lines they are.

    Each lock once, whatever number of lines it holds for.
    """
    first: dict[FieldError, Stored] = {}
    for one in lines:
        for lock in locks.holding(one):
            first.setdefault(lock.error, one)
    for one, error in locks.of_owners([(one, _others(one, going)) for one in lines]):
        first.setdefault(error, one)
    for error, one in first.items():
        yield _of_line(ctx, one, error, texts.line_held)


def _of_line(ctx: Context, line: Stored, error: FieldError, say: Callable[[str, FieldError], FieldError]) -> FieldError:
    """Say what speaks against a line that goes along, or only that there is something where it can't be seen."""
    title = called(ctx, line.row)
    return texts.unseen() if title is None else say(title, error)


def refuse_restoring(ctx: Context, pool: Targets, plan: EntityPlan, before: Stored, along: Sequence[Stored]) -> None:
    """Make sure that no line is brought back into a record that is locked or archived itself.

    Raises:
        InvalidData: the record is such a line, or one of its lines is a line of such a record, too.
    """
    errors = list(against_lines(ctx, pool, plan, [before])[0])
    going = frozenset(named(one) for one in (before, *along))
    held = list(rows_of_others(ctx, along, going, "restore"))
    for entity, lines in by_plan(along):
        several = against_lines(ctx, pool, entity, lines, going)
        held += [(one, error) for one, found in zip(lines, several, strict=True) for error in found]
    errors.extend(_of_line(ctx, one, error, texts.line_stays) for one, error in held)
    if errors:
        raise InvalidData(DataErrors(record=tuple(dict.fromkeys(errors))))


def against_lines(
    ctx: Context, pool: Targets, plan: EntityPlan, several: Sequence[Stored], but: Named = frozenset()
) -> tuple[tuple[FieldError, ...], ...]:
    """Return for each of some stored records of an entity what the records say whose lines they are.

    Nothing can be changed in the lines of a locked record, and none be brought back into an archived one.

    Args:
        ctx, pool, plan, several: the writer, the records that are pointed to, the entity, the stored records.
        but: the records that come back, with which these ones come along. They aren't asked, and no more is one that
            went into the archive at the same moment: each would wait for the other.
    """
    if not plan.owners:
        return ((),) * len(several)
    locks = _Locks(ctx, pool, environment_of(ctx))
    wanted = [(one, _others(one, but)) for one in several]
    known = locks.parents([parent for _, parents in wanted for parent in parents])
    found: dict[int, list[FieldError]] = {id(one): [] for one in several}
    for one, error in () if ctx.actor.everything else locks.of_owners(wanted):
        found[id(one)].append(error)
    for one, parents in wanted:
        found_above = [known[owner.entity, one_id] for owner, one_id in parents if (owner.entity, one_id) in known]
        waited_for = {parent.archived_at for parent in found_above} - {None, one.archived_at if but else None}
        if one.archived_at is not None and waited_for:
            found[id(one)].append(texts.record_retired())
    return tuple(tuple(dict.fromkeys(found[id(one)])) for one in several)


def _changes(draft: Draft) -> frozenset[str]:
    """Return the keys of the fields that differ from what is stored."""
    lines = {field.key for field in draft.entity.lines}
    return frozenset(key for key in draft.changed if key not in lines or lines_differ(draft, key))


#: Something that is a line: on its way, or stored.
_Line = TypeVar("_Line", Draft, Stored)
#: The records whose lines something is: the lines field, and the id of the record.
_Parents = Sequence[tuple[OwnerPlan, int]]


def _owners_of(draft: Draft) -> _Parents:
    """Return the records that a draft is a line of, now and before, but the one that it is saved with."""
    before = () if draft.before is None else _parents(draft.entity, draft.before.row.values)
    several = dict.fromkeys((*before, *_parents(draft.entity, draft.values)))
    mine = None if draft.parent is None else (draft.via, draft.parent.id)
    return tuple((owner, one) for owner, one in several if (owner.via, one) != mine)


def _others(line: Stored, but: Named) -> _Parents:
    """Return the records that a stored record is a line of, without some."""
    assert line.row.plan is not None
    return tuple(
        (owner, one) for owner, one in _parents(line.row.plan, line.row.values) if (owner.entity, one) not in but
    )


def _parents(plan: EntityPlan, values: Mapping[str, object]) -> _Parents:
    found = ((owner, values.get(owner.via)) for owner in plan.owners)
    return tuple((owner, one) for owner, one in found if isinstance(one, int) and one)


def _can_close(plan: EntityPlan) -> bool:
    """Return whether the state of a record can keep itself or its lines from being changed."""
    return bool(plan.locks) or any(
        field.readonly_if is not None or field.writable != "everybody" for field in plan.lines
    )


class _Locks:
    """Judges locks; loads what their conditions look at."""

    def __init__(self, ctx: Context, pool: Targets, environment: Environment) -> None:
        self.ctx = ctx
        self.pool = pool
        self.environment = environment
        self._parents: dict[tuple[str, int], Stored] = {}
        self._closable: dict[str, bool] = {}

    def load(self, records: Iterable[Stored]) -> None:
        """Load the references and lines that the locks of stored records look at."""
        by_entity: dict[str, list[Stored]] = {}
        for one in records:
            assert one.row.plan is not None
            if _can_close(one.row.plan):
                by_entity.setdefault(one.row.plan.key, []).append(one)
        for key, group in by_entity.items():
            look_around(self.ctx, self.pool, plan_of(self.ctx, key), group)

    def holding(self, record: Stored) -> Iterator[LockPlan]:
        """Yield the locks that hold for a stored record."""
        assert record.row.plan is not None
        for lock in record.row.plan.locks:
            if lock.holds(record.row, self.environment) is True:
                yield lock

    def parents(self, wanted: _Parents) -> Mapping[tuple[str, int], Stored]:
        """Return the records that something is a line of, with what their locks look at."""
        missing: dict[str, list[int]] = {}
        for owner, one in wanted:
            if (owner.entity, one) not in self._parents:
                missing.setdefault(owner.entity, []).append(one)
        for entity, ids in missing.items():
            found = load(self.ctx, plan_of(self.ctx, entity), self.pool, list(dict.fromkeys(ids)))
            self._parents.update({(entity, one): stored for one, stored in found.items()})
            self.load(found.values())
        return {
            (owner.entity, one): self._parents[owner.entity, one] for owner, one in wanted if self._known(owner, one)
        }

    def _known(self, owner: OwnerPlan, one: int) -> bool:
        return (owner.entity, one) in self._parents

    def of_owners(self, several: Sequence[tuple[_Line, _Parents]]) -> Iterator[tuple[_Line, FieldError]]:
        """Yield what the records say whose lines something is, and those whose lines these are.

        It takes one statement for each entity and depth, and none where nothing above can be locked.
        """
        seen: set[tuple[int, OwnerPlan, int]] = set()
        going = [(one, parent) for one, parents in several for parent in parents]
        while going := [(one, parent) for one, parent in going if self._can_be_closed(parent[0].entity)]:
            known = self.parents([parent for _, parent in going])
            further: list[tuple[_Line, tuple[OwnerPlan, int]]] = []
            for one, (owner, record_id) in going:
                stored = known.get((owner.entity, record_id))
                if stored is None or (id(one), owner, record_id) in seen:
                    continue
                seen.add((id(one), owner, record_id))
                for error in self._closing(stored, owner.field):
                    yield one, error
                above_it = _parents(plan_of(self.ctx, owner.entity), stored.row.values)
                further.extend((one, parent) for parent in above_it)
            going = further

    def _closing(self, stored: Stored, key: str) -> Iterator[FieldError]:
        """Yield why nothing can be changed in one lines field of a stored record: its locks, and the field itself."""
        for lock in self.holding(stored):
            if key not in lock.exempt:
                yield lock.error
        assert stored.row.plan is not None
        field = stored.row.plan.fields[key]
        if field.writable != "everybody":
            yield texts.lines_fixed()
        elif field.readonly_if is not None and field.readonly_if(stored.row, self.environment) is True:
            yield texts.lines_locked()

    def _can_be_closed(self, entity_key: str) -> bool:
        """Return whether records of an entity, or those whose lines they are, can be locked at all."""
        if entity_key not in self._closable:
            entities = {entity_key, *above(self.ctx.snapshot.model, entity_key)}
            self._closable[entity_key] = any(_can_close(plan_of(self.ctx, one)) for one in entities)
        return self._closable[entity_key]
