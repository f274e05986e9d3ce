"""Many records at once, for imports and the demo company: the same path as one, in batches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from app.access.rights import refusal, require, require_power
from app.context import Context
from app.errors import Conflict, DataErrors, InvalidData, NotFound
from app.fields.base import Raw
from app.meta.role import Power
from app.records import owners, texts
from app.records.actions import create_all, prepare, races, tell_others
from app.records.along import called
from app.records.drawing import draw
from app.records.permits import Permit, permits
from app.records.plan import EntityPlan, plan_of
from app.records.recalculate import lock_own
from app.records.rows import Draft
from app.records.settle import settle
from app.records.stored import Targets, load
from app.records.touches import of_drafts
from app.records.uniqueness import taken_meanwhile
from app.records.write import differs, update_all

#: Records that go through the path together: large enough to share statements, small enough for memory.
BATCH: Final = 1000


def create_many(ctx: Context, entity_key: str, raws: Sequence[Mapping[str, Raw]], power: Power = "bulk") -> list[int]:
    """Create records of one entity and return their ids, in the order in which they were given.

    A record may not point to another one of the same call; call twice for that.

    Args:
        ctx: who writes, over which open transaction.
        entity_key: what kind of records.
        raws: one mapping for each, as `app.records.actions.create` takes it.
        power: by which power people may do it.

    Raises:
        NotFound, Forbidden: see `app.access.rights.require`.
        InvalidData: something speaks against one of them; its errors are named `[number].field`. Records of earlier
            batches are written; the caller's transaction has to be rolled back.
    """
    _require_power(ctx, entity_key, power)
    ids: list[int] = []
    for start in range(0, len(raws), BATCH):
        batch = raws[start : start + BATCH]
        try:
            ids.extend(create_all(ctx, entity_key, batch, numbered=True))
        except InvalidData as invalid:
            raise InvalidData(_shifted(invalid.errors, start)) from invalid
    return ids


def update_many(
    ctx: Context,
    entity_key: str,
    changes: Mapping[int, Mapping[str, Raw]],
    versions: Mapping[int, int] | None = None,
    power: Power = "bulk",
) -> list[int]:
    """Change records of one entity, and return the ids of those in which something differed from what is stored.

    Args:
        ctx, entity_key: see `create_many`.
        changes: what is to change, by the record's id.
        versions: the version of each record that the writer has seen. The product itself has seen none and changes
            the records as they are; people always have.
        power: see `create_many`.

    Raises:
        Conflict: one of them isn't any more what the writer has seen, or is archived.
        NotFound, Forbidden: see `app.access.rights.require`; a record that isn't there is not found either.
        InvalidData: see `create_many`.
    """
    require(ctx, entity_key, "update")
    _require_power(ctx, entity_key, power)
    if versions is None and not ctx.actor.everything:
        raise TypeError("people change what they have seen: versions are needed")
    plan, ids, written = plan_of(ctx, entity_key), list(changes), list[int]()
    for start in range(0, len(ids), BATCH):
        some, pool = ids[start : start + BATCH], Targets(ctx)
        lock_own(ctx, plan, some)
        stored = load(ctx, plan, pool, some)
        if len(stored) < len(some):
            raise NotFound(entity_key)
        seen = {} if ctx.actor.everything else _permitted(ctx, plan, some)
        for one in () if versions is None else some:
            assert versions is not None
            if stored[one].version != versions.get(one):
                raise Conflict(texts.CHANGED_ONE.format(title=called(ctx, stored[one].row) or f"#{one}"))
            if stored[one].archived_at is not None:
                raise Conflict(texts.ARCHIVED)
        drafts = [
            Draft(plan, pool, before=stored[one], prefix=f"[{start + index}].", permit=seen.get(one))
            for index, one in enumerate(some)
        ]
        prepare(ctx, pool, drafts, [changes[one] for one in some])
        changed = [draft for draft in drafts if differs(draft)]
        with races(ctx, partial(taken_meanwhile, ctx, changed)), owners.of_drafts(ctx, plan, changed) as above:
            draw(ctx, changed)
            update_all(ctx, plan, changed)
            settle(ctx, of_drafts(changed), above, changed)
        tell_others(ctx, drafts)
        written.extend(draft.id for draft in changed if draft.id is not None)
    return written


def _require_power(ctx: Context, entity_key: str, power: Power) -> None:
    if not ctx.actor.everything:
        require_power(ctx, entity_key, power)


def _permitted(ctx: Context, plan: EntityPlan, ids: Sequence[int]) -> Mapping[int, Permit]:
    """Return what the writer may do with some records, having made sure that he may update each of them."""
    found = permits(ctx, plan, ids)
    if len(found) < len(ids):
        raise NotFound(plan.key)
    if not all(permit.allows("update") for permit in found.values()):
        raise refusal(ctx, plan.key, "update", record=True)
    return found


def _shifted(errors: DataErrors, start: int) -> DataErrors:
    """Number the records of a batch as the caller numbers them."""
    if start == 0:
        return errors
    fields = {}
    for name, found in errors.fields.items():
        number, _, rest = name.removeprefix("[").partition("]")
        fields[f"[{int(number) + start}]{rest}"] = found
    return DataErrors(fields, errors.record)
