"""What of an entity's fields are the columns of its records where they are another record's lines."""

from __future__ import annotations

from app.meta.model import Entity, Field


def line_columns(child: Entity, via: str) -> tuple[Field, ...]:
    """Return the columns of child rows, in their order: every field of their own but the one that points back.

    Args:
        child: the entity of the rows.
        via: key of its field that points to the record which has them.
    """
    fields = child.fields.values()
    return tuple(one for one in fields if not one.system and one.key != via and one.type.lines() is None)
