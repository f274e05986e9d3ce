"""What a program is told of a save that was faster than its own, so that it can decide without guessing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.context import Context
from app.errors import Clash, Meanwhile
from app.meta.model import Field
from app.query.items import WholeItem
from app.query.meanwhile import Known, known_of
from app.query.past_values import PastLine
from app.web.people import person_name
from app.web.programs import pointer


def clash_of(ctx: Context, stored: WholeItem, meanwhile: Meanwhile) -> Mapping[str, Any]:
    """Return what a program may know of what others have saved meanwhile, as JSON.

    Args:
        ctx: the program.
        stored: the record by now, as it is told to this program.
        meanwhile: all that the others did.
    """
    known = known_of(ctx, stored.record, meanwhile)
    told: dict[str, Any] = {}
    if known.signed:
        told["by"] = None if known.by is None else person_name(ctx, "@user", known.by)
    if known.at is not None:
        told["at"] = stored.item.get("updated_at")
    return {**told, "fields": [_field(field, clash, stored, known) for field, clash in known.clashes]}


def _field(field: Field, clash: Clash, stored: WholeItem, known: Known) -> Mapping[str, Any]:
    told = {"pointer": pointer(field.key), "stored": stored.item.get(field.key)}
    if field.key in known.lines:
        told["original"] = [_row(line) for line in known.lines[field.key]]
    elif clash.known:
        told["original"] = None if clash.original is None else field.type.to_json(clash.original)
    return told


def _row(line: PastLine) -> Mapping[str, Any]:
    """Return a row as it was; a value that isn't known any more isn't there."""
    known = {key: one for key, one in line.values.items() if one.known}
    return {
        "id": line.id,
        **{key: None if one.value is None else one.field.type.to_json(one.value) for key, one in known.items()},
    }
