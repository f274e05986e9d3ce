"""What somebody may do with stored records, told before he tries: the verbs that go through, and why not more.

The answer is the write side's own. Where records are nobody's lines, what `load_record` says is all there is to say.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from app.context import Context
from app.errors import FieldError
from app.meta.role import Verb
from app.records import texts
from app.records.locks import against_lines
from app.records.permits import permits
from app.records.plan import plan_of
from app.records.stored import Targets, load

#: Verbs that are about a record that there is.
ON_RECORDS: Final[tuple[Verb, ...]] = ("update", "retire", "restore")


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody may do with one record.

    Args:
        may: verbs that neither his rights nor the record whose line it is speak against.
        why: what speaks against them, where it is that other record.
    """

    may: frozenset[Verb]
    why: tuple[FieldError, ...] = ()


_NOTHING: Final = frozenset[Verb]()


def standings(ctx: Context, entity_key: str, ids: Collection[int]) -> Mapping[int, Standing]:
    """Return what somebody may do with stored records; those that he may not see are left out.

    Args:
        ctx: whose rights count.
        entity_key: their entity.
        ids: which records.
    """
    plan = plan_of(ctx, entity_key)
    found = permits(ctx, plan, ids)
    seen = {one: frozenset(verb for verb in ON_RECORDS if permit.allows(verb)) for one, permit in found.items()}
    if not plan.owners:
        return {one: Standing(may) for one, may in seen.items()}
    closed = {one: Standing(_NOTHING, (texts.record_closed(),)) for one, permit in found.items() if permit.closed}
    pool = Targets(ctx)
    open_ = load(ctx, plan, pool, [one for one in seen if one not in closed])
    errors = against_lines(ctx, pool, plan, list(open_.values()))
    judged = {
        one: Standing(_NOTHING if against else seen[one], against) for one, against in zip(open_, errors, strict=True)
    }
    return closed | judged


def standing(ctx: Context, entity_key: str, record_id: int, may: frozenset[Verb]) -> Standing:
    """Return what somebody may do with a record that he has loaded.

    Args:
        ctx, entity_key, record_id: see `standings`.
        may: what the record itself says (`Record.may`).
    """
    if not plan_of(ctx, entity_key).owners:
        return Standing(may)
    return standings(ctx, entity_key, [record_id]).get(record_id, Standing(_NOTHING))
