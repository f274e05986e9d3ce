"""What a record was at a moment, put together from its history, under the reader's rights as they are now."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import bindparam, select

from app.context import Context
from app.fields.base import Value
from app.meta.model import Field
from app.query.history import HistoryEntry, Reader, entries_of_record, visible_fields
from app.query.record import Record
from app.system.history import ERASE, FILL, HISTORY

#: System fields whose values the history keeps; of the others only the present value is known.
_KEPT: Final = frozenset({"owner", "team", "archived_at"})
_ALL: Final = entries_of_record().order_by(HISTORY.c.id)
_FILLS: Final = (
    select(HISTORY.c.id, HISTORY.c.at, HISTORY.c.fields)
    .where(HISTORY.c.entity == bindparam("entity"), HISTORY.c.verb == FILL, HISTORY.c.record_id == 0)
    .order_by(HISTORY.c.id)
)


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment in a record's life: right after a save, or a time; now where it is neither.

    Args:
        save: the token of the save, as an entry of the record's history says it.
        at: the time, UTC without a zone.
    """

    save: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PastValue:
    """The value of a field at a moment.

    Args:
        field: the field as it is configured now.
        known: whether the value can be told.
        value: the value; how many rows there were that the reader may see, for lines.
        erased: whether it isn't known because it was erased.
    """

    field: Field
    known: bool
    value: Value = None
    erased: bool = False

    @property
    def empty(self) -> bool:
        """Return whether it is known that there was nothing."""
        return self.known and (self.value is None or (self.field.type.lines() is not None and not self.value))

    def same(self, other: PastValue) -> bool:
        """Return whether two values of the same field are known to be the same."""
        if not (self.known and other.known):
            return False
        if self.value is None or other.value is None:
            return self.value is other.value
        if self.field.type.lines() is not None:
            return bool(self.value == other.value)
        return self.field.type.equal(self.value, other.value)


@dataclass(frozen=True, slots=True)
class PastState:
    """A record at a moment.

    Args:
        values: every field that the reader may read and whose values the history keeps; none before there was a record.
        entry: the last entry by then of which the reader may see something, or None.
    """

    values: Mapping[str, PastValue]
    entry: HistoryEntry | None


def states(ctx: Context, record: Record, moments: Sequence[Moment]) -> tuple[PastState, ...]:
    """Return what a record was at some moments; the history is read once.

    Args:
        ctx: the reader.
        record: as `load_record` gave it to this reader: what is hidden in it now was hidden then.
        moments: which ones.
    """
    fields = {key: field for key, field in visible_fields(ctx, record).items() if _is_kept(field)}
    rows = ctx.connection.execute(_ALL, {"entity": record.entity, "record": record.id}).all()
    past = _Past(record, rows, Reader(ctx, fields, rows), ctx.connection.execute(_FILLS, {"entity": record.entity}))
    return tuple(past.at(moment) for moment in moments)


def _is_kept(field: Field) -> bool:
    return field.key in _KEPT if field.system else not field.volatile


class _Past:
    def __init__(self, record: Record, rows: Sequence[Any], reader: Reader, fills: Iterator[Any]) -> None:
        self.record = record
        self.rows = rows
        self.reader = reader
        self.mentions: dict[str, list[Any]] = {key: [] for key in reader.fields}
        for row in rows:
            if row.verb != ERASE:
                for key in orjson.loads(row.fields):
                    if key in self.mentions:
                        self.mentions[key].append(row)
        self.fills: dict[str, list[Any]] = {key: [] for key in reader.fields}
        for fill in fills:
            for key in orjson.loads(fill.fields):
                if key in self.fills:
                    self.fills[key].append(fill)

    def at(self, moment: Moment) -> PastState:
        reaches, entry = self._reach(moment), None
        for row in reversed(self.rows):
            if reaches(row) and (found := self.reader.entry(row)).changes:
                entry = found
                break
        first = self.rows[0] if self.rows else None
        if first is not None and first.verb == "create" and not reaches(first):
            return PastState({}, entry)
        return PastState({key: self._value(key, reaches) for key in self.reader.fields}, entry)

    def _reach(self, moment: Moment) -> Callable[[Any], bool]:
        """Return what tells whether a row of the history was written by then."""
        if moment.save is not None:
            last = max((row.id for row in self.rows if row.token == moment.save), default=0)
            return lambda row: bool(row.id <= last)
        return lambda row: moment.at is None or bool(row.at <= moment.at)

    def _value(self, key: str, reaches: Callable[[Any], bool]) -> PastValue:
        """Return the present value where nothing came later, else what the entries around the moment say."""
        last = next((row for row in reversed(self.mentions[key]) if reaches(row)), None)
        following = next((row for row in self.mentions[key] if not reaches(row)), None)
        fills_by_then = [fill for fill in self.fills[key] if reaches(fill)]
        fills_later = [fill for fill in self.fills[key] if not reaches(fill)]
        field = self.reader.fields[key]
        lines = field.type.lines() is not None
        if following is None and not fills_later and not lines:
            return PastValue(field, True, self.record.values.get(key))
        if last is not None and not any(fill.id > last.id for fill in fills_by_then):
            return self._kept(key, last, after=True)
        if following is not None and not any(fill.id < following.id for fill in fills_later):
            return self._kept(key, following, after=False)
        return PastValue(field, known=lines and last is None and following is None)

    def _kept(self, key: str, row: Any, *, after: bool) -> PastValue:
        kept = self.reader.read(key, self.reader.bodies[row.id].get(key))
        return PastValue(kept.field, kept.known, kept.after if after else kept.before, kept.erased)
