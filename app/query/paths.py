"""Names that a reader or a document uses for values: `close_date`, `account.industry`, `amount.currency`.

A name that doesn't exist and a name that the reader may not read are the same: there is no such path.
"""

from __future__ import annotations

from typing import Final

from app.context import Context
from app.fields.base import FieldType
from app.fields.column import ColumnKind
from app.meta.model import Field, FieldPath
from app.query.gate import readable_fields

#: How many references a path may follow.
MAX_HOPS: Final = 3


def target_of(field_type: FieldType) -> str | None:
    """Return what a single reference points to: an entity's key, `@user`, `@team`, or None for any other field."""
    columns = field_type.columns()
    if len(columns) != 1 or columns[0].kind is not ColumnKind.REFERENCE:
        return None
    return columns[0].references


def resolve(ctx: Context, entity_key: str, text: str) -> FieldPath | None:
    """Resolve a dotted path for this reader.

    Args:
        ctx: whose rights count.
        entity_key: where the path begins.
        text: keys separated by dots.

    Returns:
        The path, or None when some name in it doesn't exist, isn't readable or can't be followed.
    """
    keys = text.split(".")
    if len(keys) > MAX_HOPS + 2:
        return None
    hops: list[Field] = []
    here = entity_key
    for position, key in enumerate(keys):
        field = readable_fields(ctx, here).get(key)
        if field is None:
            return None
        rest = keys[position + 1 :]
        if not rest:
            return FieldPath(text, tuple(hops), field, None, field.label)
        part = field.type.subs().get(rest[0]) if len(rest) == 1 else None
        if part is not None:
            return FieldPath(text, tuple(hops), field, rest[0], part.label)
        target = target_of(field.type)
        if target is None or target.startswith("@") or len(hops) == MAX_HOPS:
            return None
        hops.append(field)
        here = target
    return None


def readable_path(ctx: Context, path: FieldPath) -> bool:
    """Return whether the reader may read every field that a path of a document names."""
    fields = (*path.hops, path.field)
    return all(readable_fields(ctx, field.entity).get(field.key) is field for field in fields)
