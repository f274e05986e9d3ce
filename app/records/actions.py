"""The verbs that change records: one function each, for mask, import, API and the product itself alike.

The path is always the same: authorise, fill in defaults, clean, resolve, check conditions and rules, compute title and
search text, write with a version check, then lines, links and the titles that show this one. Everything that is wrong
is said at once, and nothing is written before all of it is right. Whoever opened the transaction commits it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError

from app.access.rights import require
from app.context import Context
from app.errors import Conflict, DataErrors, InvalidData, NotFound
from app.fields.base import Raw
from app.meta.role import Verb
from app.query.environment import environment_of
from app.records import texts
from app.records.check import check
from app.records.permits import Permit, authorise_new, permit_for
from app.records.plan import EntityPlan, plan_of
from app.records.prepare import Preparation, errors_of
from app.records.rows import Draft, Stored
from app.records.stored import Targets, load
from app.records.titles import refresh, showing, title_formats
from app.records.uniqueness import collisions_of
from app.records.write import differs, insert, name, set_archived
from app.records.write import update as write_update

#: PostgreSQL's word for a value that an index can't hold.
_LIMIT_STATE = "54000"
#: PostgreSQL's word for two transactions that wait for each other, and for one that saw another's change too late.
_OVERTAKEN_STATES = frozenset({"40001", "40P01"})


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
    """
    require(ctx, entity_key, "create")
    plan, pool = plan_of(ctx, entity_key), Targets(ctx)
    drafts = [Draft(plan, pool, prefix=f"[{index}]." if numbered else "") for index in range(len(raws))]
    prepare(ctx, pool, drafts, raws)
    with races(ctx):
        insert(ctx, plan, drafts)
    return [draft.id for draft in drafts if draft.id is not None]


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
        Conflict: somebody else has changed the record in the meantime, or it is archived.
        InvalidData: something speaks against it; nothing was written.
    """
    plan, pool, before, permit = _stored(ctx, entity_key, record_id, "update", version)
    if before.archived_at is not None:
        raise Conflict(texts.ARCHIVED)
    draft = Draft(plan, pool, before=before, permit=permit)
    prepare(ctx, pool, [draft], [raw])
    if not differs(draft):
        return draft.version
    with races(ctx):
        write_update(ctx, plan, draft)
    tell_others(ctx, [draft])
    return draft.version + 1


def retire(ctx: Context, entity_key: str, record_id: int, version: int) -> int:
    """Archive a record, with its lines, and return the new version; one that is archived already stays so.

    Raises:
        NotFound, Forbidden: see `app.access.rights.require`.
        Conflict: somebody else has changed the record in the meantime.
    """
    plan, _, before, _ = _stored(ctx, entity_key, record_id, "retire", version)
    if before.archived_at is not None:
        return before.version
    set_archived(ctx, plan, before, at=ctx.now)
    return before.version + 1


def restore(ctx: Context, entity_key: str, record_id: int, version: int) -> int:
    """Bring an archived record back, with the lines that were archived with it, and return the new version.

    Raises:
        NotFound, Forbidden: see `app.access.rights.require`.
        Conflict: somebody else has changed the record in the meantime.
        InvalidData: another record has taken a value that may occur only once.
    """
    plan, _, before, _ = _stored(ctx, entity_key, record_id, "restore", version)
    if before.archived_at is None:
        return before.version
    errors = collisions_of(ctx, plan, before.row)
    if errors:
        raise InvalidData(DataErrors(errors))
    with races(ctx):
        set_archived(ctx, plan, before, at=None)
    return before.version + 1


def _stored(
    ctx: Context, entity_key: str, record_id: int, verb: Verb, version: int
) -> tuple[EntityPlan, Targets, Stored, Permit | None]:
    """Return a stored record that the writer may do something with, as he has seen it."""
    require(ctx, entity_key, verb)
    plan, pool = plan_of(ctx, entity_key), Targets(ctx)
    before = load(ctx, plan, pool, [record_id]).get(record_id)
    if before is None:
        raise NotFound(f"{entity_key}/{record_id}")
    permit = None if ctx.actor.everything else permit_for(ctx, plan, record_id, verb)
    if before.version != version:
        raise Conflict(texts.CHANGED)
    return plan, pool, before, permit


def prepare(ctx: Context, pool: Targets, drafts: Sequence[Draft], raws: Sequence[Mapping[str, Raw]]) -> None:
    """Bring drafts to the point where they can be written.

    Raises:
        InvalidData: something speaks against it.
    """
    environment = environment_of(ctx)
    preparation = Preparation(ctx, pool, environment)
    preparation.fill(drafts, raws)
    every = [row for draft in drafts for row in draft.all_drafts()]
    preparation.resolve(every)
    preparation.check_targets(every)
    preparation.needed(every)
    authorise_new(ctx, every)
    check(ctx, every, environment)
    errors = errors_of(drafts)
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
def races(ctx: Context) -> Iterator[None]:
    """Write all or nothing, and turn what the database refuses in spite of all checks into an answer for a person.

    A savepoint takes back what was written before the refusal, so that whoever catches it may go on with the same
    transaction: to show the mask again, say.

    Raises:
        InvalidData: another save has taken a value, or removed a target, at the same moment.
        Conflict: another save has changed the same record at the same moment.
    """
    try:
        with ctx.connection.begin_nested():
            yield
    except IntegrityError as refused:
        raise InvalidData(DataErrors(record=(texts.overtaken(),))) from refused
    except DBAPIError as failed:
        if getattr(failed.orig, "sqlstate", None) in _OVERTAKEN_STATES:
            raise Conflict(texts.CHANGED) from failed
        if getattr(failed.orig, "sqlstate", None) == _LIMIT_STATE:
            raise InvalidData(DataErrors(record=(texts.too_long(),))) from failed
        raise
