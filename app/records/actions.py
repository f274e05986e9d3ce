"""The verbs that change records: one function each, for mask, import, API and the product itself alike.

The path is always the same: authorise, fill in defaults, clean, resolve, check conditions and rules, compute title and
search text, write with a version check, then lines, links and the titles that show this one. Everything that is wrong
is said at once, and nothing is written before all of it is right; only what looks at roll-ups is asked at the end, of
what was written, which is then taken back. Whoever opened the transaction commits it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Final

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.access.rights import require
from app.context import Context
from app.errors import Conflict, DataErrors, InvalidData, Meanwhile, NotFound
from app.fields.base import Raw
from app.meta.role import Verb
from app.query.environment import environment_of
from app.records import locks, owners, texts
from app.records.along import lines_along
from app.records.check import check
from app.records.computing import compute
from app.records.drawing import draw
from app.records.merge import Bases, compare, is_stale
from app.records.permits import Permit, authorise_new, permit_for
from app.records.plan import EntityPlan, plan_of
from app.records.prepare import Preparation
from app.records.recalculate import lock_own
from app.records.rows import Draft, Stored
from app.records.savepoints import all_or_nothing
from app.records.settle import settle
from app.records.stored import Targets, load
from app.records.titles import refresh, showing, title_formats
from app.records.told import errors_of
from app.records.touches import of_drafts, of_lifecycle
from app.records.uniqueness import collisions_of, taken_meanwhile
from app.records.write import differs, insert, name, set_archived
from app.records.write import update as write_update

#: PostgreSQL's word for a value that an index can't hold.
_LIMIT_STATE = "54000"
#: PostgreSQL's word for two transactions that wait for each other, and for one that saw another's change too late.
_OVERTAKEN_STATES = frozenset({"40001", "40P01"})
#: How often a save looks again that others have overtaken between reading and writing.
_MOST_GOES: Final = 5
_NO_BASES: Final[Bases] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Saved:
    """A record that was changed.

    Args:
        version: its version now.
        merged: what others had saved meanwhile and this save was put together with, or None.
    """

    version: int
    merged: Meanwhile | None = None


def create(ctx: Context, entity_key: str, raw: Mapping[str, Raw]) -> int:
    """Create a record, with its lines, and return its id.

    Args:
        ctx: who writes, over which open transaction.
        entity_key: what kind of record.
        raw: values by field key, as a form or JSON has them; what is left out gets its default.

    Raises:
        NotFound, Forbidden: see `app.access.rights.require`.
        InvalidData: something speaks against it; nothing was written.
    """
    return create_all(ctx, entity_key, [raw])[0]


def create_all(
    ctx: Context, entity_key: str, raws: Sequence[Mapping[str, Raw]], *, numbered: bool = False
) -> list[int]:
    """Create several records of one entity in as many statements as one, and return their ids in order.

    Args:
        ctx, entity_key: see `create`.
        raws: one mapping for each record.
        numbered: whether errors say which record they are about: `[3].name`.

    Raises:
        See `create`; nothing was written when anything is wrong with any of them.
        Conflict: others keep changing the records whose lines these are.
    """
    require(ctx, entity_key, "create")
    for _ in range(_MOST_GOES):
        plan, pool = plan_of(ctx, entity_key), Targets(ctx)
        drafts = [Draft(plan, pool, prefix=f"[{index}]." if numbered else "") for index in range(len(raws))]
        prepare(ctx, pool, drafts, raws)
        try:
            with races(ctx, partial(taken_meanwhile, ctx, drafts)), owners.of_drafts(ctx, plan, drafts) as above:
                draw(ctx, drafts)
                insert(ctx, plan, drafts)
                settle(ctx, of_drafts(drafts), above, drafts)
        except Conflict:
            continue  # somebody was faster by a moment; what is wrong now is found with what he saved
        return [draft.id for draft in drafts if draft.id is not None]
    raise Conflict(texts.CHANGED)


def update(ctx: Context, entity_key: str, record_id: int, raw: Mapping[str, Raw], version: int) -> int:
    """Change the given fields of a record, leave the others as they are, and return the new version.

    Where nothing differs from what is stored, nothing is written and the version stays.

    Args:
        ctx, entity_key: see `create`.
        record_id: which record.
        raw: the values that are to change. A lines field is given whole: rows with an `id` are changed, rows without
            one are added, stored rows that are left out are archived.
        version: the version that the writer has seen.

    Raises:
        NotFound, Forbidden: see `app.access.rights.require`.
        Conflict: somebody else has changed the record in the meantime, or it is archived; it says what clashes.
        InvalidData: something speaks against it; nothing was written.
    """
    return _save(ctx, entity_key, record_id, raw, version, _NO_BASES, merging=False).version


def update_merging(
    ctx: Context,
    entity_key: str,
    record_id: int,
    raw: Mapping[str, Raw],
    version: int,
    bases: Bases = _NO_BASES,
) -> Saved:
    """Change a record as `update` does, put together with what others saved meanwhile where no field clashes.

    Args:
        ctx, entity_key, record_id, raw, version: see `update`.
        bases: which rows of each lines field the writer has seen, in which versions.

    Raises:
        Conflict: the same field was changed by both, or the record is archived.
        NotFound, Forbidden, InvalidData: see `update`.
    """
    return _save(ctx, entity_key, record_id, raw, version, bases, merging=True)


def _save(
    ctx: Context,
    entity_key: str,
    record_id: int,
    raw: Mapping[str, Raw],
    version: int,
    bases: Bases,
    *,
    merging: bool,
) -> Saved:
    for _ in range(_MOST_GOES):
        plan, pool, before, permit = _stored(ctx, entity_key, record_id, "update")
        if before.archived_at is not None:
            raise Conflict(texts.ARCHIVED)
        if version > before.version:
            raise Conflict(texts.CHANGED)  # nobody has seen a version that isn't there yet: there is nothing to compare
        draft, merged = Draft(plan, pool, before=before, permit=permit), None
        preparation = _filled(ctx, pool, [draft], [raw])
        if is_stale(draft, version, bases):
            preparation.resolve(list(draft.all_drafts()))
            merged, left = compare(ctx, draft, raw, version, bases)
            if merged.clashes or not merging:
                raise Conflict(texts.CHANGED, merged)
            draft = Draft(plan, pool, before=before, permit=permit)
            preparation = _filled(ctx, pool, [draft], [left])
        try:
            _finish(preparation, [draft])
        except InvalidData:
            if _unchanged(ctx, plan, before):
                raise
            continue  # what speaks against it may be that its lines were read after somebody else had saved
        if not differs(draft):
            return Saved(draft.version, merged)
        try:
            with races(ctx, partial(taken_meanwhile, ctx, [draft])), owners.of_drafts(ctx, plan, [draft]) as above:
                draw(ctx, [draft])
                write_update(ctx, plan, draft)
                settle(ctx, of_drafts([draft]), above, [draft])
        except Conflict:
            continue  # somebody was faster by a moment; what he saved is there to be compared with now
        tell_others(ctx, [draft])
        return Saved(draft.version + 1, merged)
    raise Conflict(texts.CHANGED)


def retire(ctx: Context, entity_key: str, record_id: int, version: int) -> int:
    """Archive a record, with its lines, and return the new version; one that is archived already stays so.

    Raises:
        NotFound, Forbidden: see `app.access.rights.require`.
        Conflict: somebody else has changed the record in the meantime.
        InvalidData: its state or that of a line doesn't allow it, or a rule of a record that it counts towards.
    """
    plan, pool, before = _seen(ctx, entity_key, record_id, "retire", version)
    if before.archived_at is not None:
        return before.version
    along = lines_along(ctx, pool, plan, [record_id])[record_id]
    locks.refuse_retiring(ctx, pool, plan, before, along)
    with races(ctx), owners.of_lifecycle(ctx, plan, before, along) as above:
        set_archived(ctx, plan, before, along, at=ctx.now)
        settle(ctx, of_lifecycle(plan, before, along, restored=False), above)
    return before.version + 1


def restore(ctx: Context, entity_key: str, record_id: int, version: int) -> int:
    """Bring an archived record back, with the lines that were archived with it, and return the new version.

    Raises:
        NotFound, Forbidden: see `app.access.rights.require`.
        Conflict: somebody else has changed the record in the meantime.
        InvalidData: another record has taken a value that may occur only once, it is a line of a record that is
            archived itself, or a rule of a record that it counts towards speaks against it.
    """
    plan, pool, before = _seen(ctx, entity_key, record_id, "restore", version)
    if before.archived_at is None:
        return before.version
    along = lines_along(ctx, pool, plan, [record_id], before.archived_at)[record_id]
    locks.refuse_restoring(ctx, pool, plan, before, along)
    taken = partial(collisions_of, ctx, plan, before.row, along)
    if errors := taken():
        raise InvalidData(errors)
    with races(ctx, taken), owners.of_lifecycle(ctx, plan, before, along) as above:
        set_archived(ctx, plan, before, along, at=None)
        settle(ctx, of_lifecycle(plan, before, along, restored=True), above)
    return before.version + 1


def _unchanged(ctx: Context, plan: EntityPlan, before: Stored) -> bool:
    """Return whether a record is still as it was read."""
    same = (plan.table.c.id == before.row.id, plan.table.c.version == before.version)
    return ctx.connection.execute(select(plan.table.c.id).where(*same)).first() is not None


def _seen(
    ctx: Context, entity_key: str, record_id: int, verb: Verb, version: int
) -> tuple[EntityPlan, Targets, Stored]:
    """Return a stored record that the writer may do something with, as he has seen it."""
    plan, pool, before, _ = _stored(ctx, entity_key, record_id, verb)
    if before.version != version:
        raise Conflict(
            texts.CHANGED,
            Meanwhile(before.version, before.row.values.get("updated_by"), before.row.values.get("updated_at")),
        )
    return plan, pool, before


def _stored(
    ctx: Context, entity_key: str, record_id: int, verb: Verb
) -> tuple[EntityPlan, Targets, Stored, Permit | None]:
    """Return a stored record that the writer may do something with."""
    require(ctx, entity_key, verb)
    plan, pool = plan_of(ctx, entity_key), Targets(ctx)
    lock_own(ctx, plan, [record_id])
    before = load(ctx, plan, pool, [record_id]).get(record_id)
    if before is None:
        raise NotFound(f"{entity_key}/{record_id}")
    permit = None if ctx.actor.everything else permit_for(ctx, plan, record_id, verb)
    return plan, pool, before, permit


def prepare(ctx: Context, pool: Targets, drafts: Sequence[Draft], raws: Sequence[Mapping[str, Raw]]) -> None:
    """Bring drafts to the point where they can be written.

    Raises:
        InvalidData: something speaks against it.
    """
    _finish(_filled(ctx, pool, drafts, raws), drafts)


def _filled(ctx: Context, pool: Targets, drafts: Sequence[Draft], raws: Sequence[Mapping[str, Raw]]) -> Preparation:
    preparation = Preparation(ctx, pool, environment_of(ctx))
    preparation.fill(drafts, raws)
    return preparation


def _finish(preparation: Preparation, drafts: Sequence[Draft]) -> None:
    ctx, environment = preparation.ctx, preparation.environment
    every = [row for draft in drafts for row in draft.all_drafts()]
    preparation.resolve(every)
    preparation.check_targets(every)
    preparation.needed(every)
    locks.check(ctx, preparation.pool, every, environment)
    compute(ctx, drafts, environment)
    authorise_new(ctx, every)
    check(ctx, every, environment)
    errors = errors_of(ctx, drafts)
    if errors:
        raise InvalidData(errors)
    formats = title_formats(ctx)
    for draft in drafts:
        name(draft, formats)


def tell_others(ctx: Context, drafts: Iterable[Draft]) -> None:
    """Bring the titles up to date that show one of these records, or one of their lines."""
    changed: dict[str, list[int]] = {}
    for draft in drafts:
        for row in draft.all_drafts():
            if row.before is None or row.id is None:
                continue
            shown = showing(ctx, row.entity.key)
            if shown and (row.title != row.before.row.title or any(one.values & row.changed for one in shown)):
                changed.setdefault(row.entity.key, []).append(row.id)
    if changed:
        refresh(ctx, changed)


@contextmanager
def races(ctx: Context, taken: Callable[[], DataErrors] = DataErrors) -> Iterator[None]:
    """Write all or nothing, and turn what the database refuses in spite of all checks into an answer for a person.

    A savepoint takes back what was written before the refusal, so that whoever catches it may go on with the same
    transaction: to show the mask again, say.

    Args:
        ctx: the writer.
        taken: says which values others have taken, now that they have saved; nothing where it can't tell.

    Raises:
        InvalidData: another save has taken a value, or removed a target, at the same moment.
        Conflict: another save has changed the same record at the same moment.
    """
    try:
        with all_or_nothing(ctx.connection):
            yield
    except IntegrityError as refused:
        raise InvalidData(taken() or DataErrors(record=(texts.overtaken(),))) from refused
    except DBAPIError as failed:
        if getattr(failed.orig, "sqlstate", None) in _OVERTAKEN_STATES:
            raise Conflict(texts.CHANGED) from failed
        if getattr(failed.orig, "sqlstate", None) == _LIMIT_STATE:
            raise InvalidData(DataErrors(record=(texts.too_long(),))) from failed
        raise
