"""Which fields somebody may give a value: what a description of the write side says before anything is written."""

from __future__ import annotations

from collections.abc import Mapping

from app.access.rights import access
from app.context import Context
from app.meta.model import Field
from app.query.gate import readable_fields
from app.records.plan import plan_of


def writable_fields(ctx: Context, entity_key: str) -> Mapping[str, Field]:
    """Return the fields of an entity that this actor may write in some record of it, by key.

    Among them those that he may fill in when he makes a record, but never read.
    """
    plan, granted, seen = plan_of(ctx, entity_key), access(ctx, entity_key), readable_fields(ctx, entity_key)
    return {
        key: one.field
        for key, one in plan.fields.items()
        if one.writable == "everybody"
        and (granted.writing(key, "create") or (key in seen and granted.writing(key, "update")))
    }
