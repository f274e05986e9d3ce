"""What a record was before: the part of its history that the write side asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.context import Context
from app.records.plan import EntityPlan


def since(ctx: Context, plan: EntityPlan, record_id: int, version: int) -> Mapping[str, Any] | None:
    """Return what changed in a record after a version: each field's value as of that version.

    Returns:
        The values by field key, or None where history doesn't reach back that far.
    """
    return None
