"""Which fields somebody may give a value: what a description of the write side says before anything is written."""

from __future__ import annotations

from collections.abc import Mapping

from app.access.rights import access
from app.context import Context
from app.meta.model import Field
from app.query.gate import readable_fields
from app.records.plan import plan_of


def writable_fields(ctx: Context, entity_key: str) -> Mapping[str, Field]:
    """Return the fields of an entity that this actor may write in some record of it, by key."""
    plan, granted = plan_of(ctx, entity_key), access(ctx, entity_key)
    return {
        key: field
        for key, field in readable_fields(ctx, entity_key).items()
        if plan.fields[key].writable == "everybody"
        and (granted.writing(key, "create") or granted.writing(key, "update"))
    }
