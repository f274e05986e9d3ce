"""Why somebody changes a record: taken in, and demanded where the documents say so."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from app.context import Context
from app.errors import DataErrors, FieldError, InvalidData, InvalidValue
from app.fields.texts import single_line
from app.language import Label
from app.meta.model import Entity
from app.meta.role import Verb
from app.records.family import above, below

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


def asks_for_reason(ctx: Context, entity_key: str, verb: Verb) -> bool:
    """Return whether a reason is asked for when something is done with a record: everybody asks it here beforehand.

    It may be asked for the record's own sake, for that of its lines, or for that of the record whose line it is:
    whoever creates, changes, archives or restores a line changes that one. What is written in the end is judged by
    `demand_reason`: a line that belongs to nobody needs none.

    Args:
        ctx: the configuration.
        entity_key: what kind of record.
        verb: what is done with it.
    """
    model = ctx.snapshot.model
    own = {entity_key, *below(model, entity_key)}
    return any(_asks(model.entities[one], verb) for one in own) or any(
        _asks(model.entities[one], "update") for one in above(model, entity_key)
    )


def demand_reason(ctx: Context, entity: Entity, verb: str) -> None:
    """Make sure that a change which needs a reason has one.

    Raises:
        InvalidData: it has none.
    """
    if _asks(entity, verb) and ctx.reason is None and not ctx.actor.everything:
        raise InvalidData(DataErrors(record=(FieldError("reason.missing", _MISSING.format(entity=entity.label)),)))


def _asks(entity: Entity, verb: str) -> bool:
    return entity.asks_reason and verb in _DEMANDED
