"""What a record was at a moment, put together from its history, under the reader's rights as they are now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from app.context import Context
from app.query.entries import OF_RECORD
from app.query.history import signatures_of, visible_fields
from app.query.past_lines import reader_of
from app.query.record import Record
from app.query.timeline import FILLS, Moment, PastState, Timeline, is_kept
from app.system.history import HISTORY

_ALL: Final = OF_RECORD.order_by(HISTORY.c.id)


def states(ctx: Context, record: Record, moments: Sequence[Moment]) -> tuple[PastState, ...]:
    """Return what a record was at some moments; the history is read once.

    Args:
        ctx: the reader.
        record: as `load_record` gave it to this reader: what is hidden in it now was hidden then.
        moments: which ones.
    """
    fields = {key: field for key, field in visible_fields(ctx, record).items() if is_kept(field)}
    rows = ctx.connection.execute(_ALL, {"entity": record.entity, "record": record.id}).all()
    fills = ctx.connection.execute(FILLS, {"entity": record.entity}).all()
    past = Timeline(record, rows, reader_of(ctx, fields, rows, signatures_of(ctx, record)), fills)
    return tuple(past.at(moment) for moment in moments)
