"""Which of the records that somebody wants to change in one go he can change: told for each of them beforehand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from app.access.rights import refusal, require
from app.context import Context
from app.errors import FieldError
from app.records import texts
from app.records.permits import Permit, permits
from app.records.plan import plan_of
from app.records.stored import chunks


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was found out.

    Args:
        refused: what speaks against changing a record, by its id.
        permits: what may be done with each of the others.
    """

    refused: Mapping[int, FieldError]
    permits: Mapping[int, Permit]


def look_at(ctx: Context, entity_key: str, versions: Mapping[int, int]) -> Chosen:
    """Look at records that are about to be changed; nothing is locked, so the last word comes when they are.

    Args:
        ctx: who wants to change them.
        entity_key: their entity.
        versions: the version of each that he has seen.

    Raises:
        NotFound, Forbidden: see `app.access.rights.require`.
    """
    require(ctx, entity_key, "update")
    table = plan_of(ctx, entity_key).table
    stored = {}
    for some in chunks(list(versions)):
        wanted = select(table.c.id, table.c.version, table.c.archived_at).where(table.c.id.in_(some))
        stored.update({row.id: row for row in ctx.connection.execute(wanted)})
    allowed = permits(ctx, plan_of(ctx, entity_key), list(stored)) if stored else {}
    refused: dict[int, FieldError] = {}
    for one, version in versions.items():
        if one not in allowed:
            refused[one] = texts.no_record(one)
        elif not allowed[one].allows("update"):
            refused[one] = texts.may_not(refusal(ctx, entity_key, "update", record=True))
        elif stored[one].archived_at is not None:
            refused[one] = FieldError("record.archived", texts.ARCHIVED)
        elif stored[one].version != version:
            refused[one] = FieldError("record.changed", texts.CHANGED)
    return Chosen(refused, {one: permit for one, permit in allowed.items() if one not in refused})
