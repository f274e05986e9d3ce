"""What a reader may know of a save that was faster than his own: the one rule for the mask and for programs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.context import Context
from app.errors import Clash, Meanwhile
from app.meta.model import Field
from app.query.gate import readable_fields
from app.query.record import Record

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
    """

    clashes: tuple[tuple[Field, Clash], ...]
    signed: bool
    by: int | None
    at: datetime | None


def known_of(ctx: Context, record: Record, meanwhile: Meanwhile) -> Known:
    """Return what a reader may know of what others have saved meanwhile.

    Args:
        ctx: the reader.
        record: as `load_record` gave it to him after the others' save: what is hidden in it isn't told.
        meanwhile: all that they did.
    """
    fields = {key: one for key, one in readable_fields(ctx, record.entity).items() if key not in record.hidden}
    system = {key for key in (_WHO, _WHEN) if key in fields and fields[key].system}
    return Known(
        clashes=tuple((fields[one.key], one) for one in meanwhile.clashes if one.key in fields),
        signed=_WHO in system,
        by=meanwhile.by if _WHO in system else None,
        at=meanwhile.at if _WHEN in system else None,
    )
