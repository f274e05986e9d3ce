"""Merge patch (RFC 7396): what is named changes, `null` takes away, objects are merged member by member."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.context import Context
from app.query.items import load_item


def merged(ctx: Context, entity: str, record_id: int, patch: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values to write; only where a part of a composite value is patched, the stored rest is looked up.

    Raises:
        NotFound: such a part is patched of a record that doesn't exist for this reader.
    """
    composite = [key for key, value in patch.items() if isinstance(value, dict)]
    stored = load_item(ctx, entity, record_id).item if composite else {}
    return {**patch, **{key: merge(stored.get(key), patch[key]) for key in composite}}


def merge(target: Any, patch: Any) -> Any:
    """Return a value with a patch applied, as RFC 7396 defines it."""
    if not isinstance(patch, dict):
        return patch
    found = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            found.pop(key, None)
        else:
            found[key] = merge(found.get(key), value)
    return found
