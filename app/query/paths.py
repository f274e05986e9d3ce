"""Names that a reader or a document uses for values: `close_date`, `account.industry`, `amount.currency`.

A name that doesn't exist and a name that the reader may not read are the same: there is no such path.
"""

from __future__ import annotations

from app.context import Context
from app.meta.model import FieldPath
from app.meta.paths import MAX_HOPS, NoPath, find_path
from app.query.gate import readable_entities, readable_fields


def resolve(ctx: Context, entity_key: str, text: str) -> FieldPath | None:
    """Resolve a dotted path for this reader.

    Args:
        ctx: whose rights count.
        entity_key: where the path begins.
        text: keys separated by dots.

    Returns:
        The path, or None when some name in it doesn't exist, isn't readable or can't be followed.
    """
    found = find_path(readable_entities(ctx), entity_key, text, MAX_HOPS)
    return None if isinstance(found, NoPath) else found


def readable_path(ctx: Context, path: FieldPath) -> bool:
    """Return whether the reader may read every field that a path of a document names."""
    fields = (*path.hops, path.field)
    return all(readable_fields(ctx, field.entity).get(field.key) is field for field in fields)
