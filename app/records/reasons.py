"""Why somebody changes a record: taken in, and demanded where the documents say so."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from app.context import Context
from app.errors import DataErrors, FieldError, InvalidData, InvalidValue
from app.fields.texts import single_line
from app.language import Label
from app.meta.model import Entity

#: Characters that a reason may have.
LONGEST: Final = 500
#: What nobody does without a reason where one is asked for; the product itself needs none.
_DEMANDED: Final = frozenset({"update", "retire"})
_MISSING: Final = Label(
    "In „{entity}“ wird nichts ohne Grund geändert oder archiviert. Bitte sagen Sie kurz, warum Sie es tun.",
    "In “{entity}” nothing is changed or archived without a reason. Please say briefly why you do it.",
)


def with_reason(ctx: Context, raw: str | None) -> Context:
    """Return the context of whoever gives a reason; a blank one is none.

    Args:
        ctx: the writer.
        raw: what he has typed, or None.

    Raises:
        InvalidData: it is too long, or has characters that no text may have.
    """
    try:
        return replace(ctx, reason=single_line(raw, LONGEST))
    except InvalidValue as invalid:
        raise InvalidData(DataErrors(record=(invalid.error,))) from invalid


def asks_for_reason(ctx: Context, entity_key: str) -> bool:
    """Return whether a reason is asked for when a record is saved: for its own sake, or for that of its lines."""
    entities = ctx.snapshot.model.entities
    entity = entities[entity_key]
    if entity.asks_reason:
        return True
    lines = (field.type.lines() for field in entity.fields.values())
    return any(one is not None and entities[one.entity].asks_reason for one in lines)


def demand_reason(ctx: Context, entity: Entity, verb: str) -> None:
    """Make sure that a change which needs a reason has one.

    Raises:
        InvalidData: it has none.
    """
    if entity.asks_reason and verb in _DEMANDED and ctx.reason is None and not ctx.actor.everything:
        raise InvalidData(DataErrors(record=(FieldError("reason.missing", _MISSING.format(entity=entity.label)),)))
