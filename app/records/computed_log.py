"""What computing changed in records that nobody saved: where history learns of it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from app.context import Context
from app.fields.base import Value

_LOG: Final = logging.getLogger("lotse.computed")


@dataclass(frozen=True, slots=True)
class Recalculated:
    """Computed values of one record before and after; its version and its time of change stay as they were.

    Args:
        entity, id: the record.
        values: old and new value by field key.
    """

    entity: str
    id: int
    values: Mapping[str, tuple[Value, Value]]


def note(ctx: Context, rows: tuple[Recalculated, ...]) -> None:
    """Note recalculated records; called once for each batch that was written."""
    for row in rows:
        _LOG.debug("%s/%s recalculated: %s", row.entity, row.id, ", ".join(sorted(row.values)))
