"""What a reader may know of a save that was faster than his own: the one rule for the mask and for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.context import Context
from app.errors import Clash, Meanwhile
from app.meta.model import Field
from app.query.gate import readable_fields
from app.query.history import signatures_of
from app.query.past import states
from app.query.past_values import PastLine
from app.query.record import Record
from app.query.timeline import Moment

_WHO: Final = "updated_by"
_WHEN: Final = "updated_at"


@dataclass(frozen=True, slots=True)
class Known:
    """The part of what others did that a reader may know.

    Args:
        clashes: the fields over which people have to agree, each with its values.
        signed: whether he may know who saved; `by` is then None for the product itself.
        by: id of whoever saved last.
        at: when, or None where that can't be known.
        lines: what the rows of a lines field in `clashes` were when the reader saw them, by its key; a field of which
            that isn't known is missing.
    """

    clashes: tuple[tuple[Field, Clash], ...]
    signed: bool
    by: int | None
    at: datetime | None
    lines: Mapping[str, Sequence[PastLine]]


def known_of(ctx: Context, record: Record, meanwhile: Meanwhile) -> Known:
    """Return what a reader may know of what others have saved meanwhile.

    Args:
        ctx: the reader.
        record: as `load_record` gave it to him after the others' save: what is hidden in it isn't told.
        meanwhile: all that they did.
    """
    fields = {key: one for key, one in readable_fields(ctx, record.entity).items() if key not in record.hidden}
    signatures = signatures_of(ctx, record)
    clashes = tuple((fields[one.key], one) for one in meanwhile.clashes if one.key in fields)
    return Known(
        clashes=clashes,
        signed=_WHO in signatures.readable,
        by=meanwhile.by if _WHO in signatures.readable else None,
        at=meanwhile.at if _WHEN in signatures.readable else None,
        lines=_lines_then(ctx, record, [field for field, _ in clashes if field.type.lines() is not None], meanwhile),
    )


def _lines_then(
    ctx: Context, record: Record, fields: Sequence[Field], meanwhile: Meanwhile
) -> Mapping[str, Sequence[PastLine]]:
    """Return the rows of lines fields as they were at the version that the reader had seen."""
    if not fields:
        return {}
    (state,) = states(ctx, record, [Moment(version=meanwhile.seen)])
    then = {field.key: state.values[field.key] for field in fields if field.key in state.values}
    return {key: one.value or () for key, one in then.items() if one.known}
