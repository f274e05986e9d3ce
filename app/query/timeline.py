"""A record's life: what it was at any moment, put together from its history."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import bindparam, select

from app.meta.model import Field
from app.query.entries import HistoryEntry, Reader
from app.query.past_values import PastValue
from app.query.record import Record
from app.system.history import ERASE, FILL, HISTORY

#: System fields whose values the history keeps; of the others only the present value is known.
_KEPT: Final = frozenset({"owner", "team", "archived_at"})
#: The rows that say that fields of an entity were computed anew; the parameter is `entity`.
FILLS: Final = (
    select(HISTORY.c.id, HISTORY.c.at, HISTORY.c.fields)
    .where(HISTORY.c.entity == bindparam("entity"), HISTORY.c.verb == FILL, HISTORY.c.record_id == 0)
    .order_by(HISTORY.c.id)
)


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment in a record's life: right after a save, a time, or when it had a version; now where it is none of them.

    Args:
        save: the token of the save, as an entry of the record's history says it.
        at: the time, UTC without a zone.
        version: the version of the record.
    """

    save: str | None = None
    at: datetime | None = None
    version: int | None = None


@dataclass(frozen=True, slots=True)
class PastState:
    """A record at a moment.

    Args:
        values: every field that the reader may read and whose values the history keeps; none before there was a record.
        entry: the last entry by then of which the reader may see something, or None.
    """

    values: Mapping[str, PastValue]
    entry: HistoryEntry | None


def is_kept(field: Field) -> bool:
    """Return whether the history keeps what a field's values were."""
    return field.key in _KEPT if field.system else not field.volatile


class Timeline:
    """A record's life, from the rows of its history.

    Args:
        record: the record as it is now.
        rows: its rows of the history, oldest first.
        reader: reads them.
        fills: the rows that say that fields of its entity were computed anew.
    """

    def __init__(self, record: Record, rows: Sequence[Any], reader: Reader, fills: Sequence[Any]) -> None:
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
        """Return what the record was at a moment."""
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
        if moment.version is not None:
            later = next((row.id for row in self.rows if row.version > moment.version), None)
            return lambda row: later is None or bool(row.id < later)
        return lambda row: moment.at is None or bool(row.at <= moment.at)

    def values(self, moment: Moment) -> dict[str, PastValue]:
        """Return the values of a moment at which the record was there."""
        reaches = self._reach(moment)
        return {key: self._value(key, reaches) for key in self.reader.fields}

    def _value(self, key: str, reaches: Callable[[Any], bool]) -> PastValue:
        """Return the present value where nothing came later, else what the entries around the moment say."""
        last = next((row for row in reversed(self.mentions[key]) if reaches(row)), None)
        following = next((row for row in self.mentions[key] if not reaches(row)), None)
        fills_by_then = [fill for fill in self.fills[key] if reaches(fill)]
        fills_later = [fill for fill in self.fills[key] if not reaches(fill)]
        field, since = self.reader.fields[key], 0 if last is None else last.id
        lines = field.type.lines() is not None
        if following is None and not fills_later and not lines:
            return PastValue(field, True, self.record.values.get(key), since=since)
        if last is not None and not any(fill.id > last.id for fill in fills_by_then):
            return self._kept(key, last, since, after=True)
        if following is not None and not any(fill.id < following.id for fill in fills_later):
            return self._kept(key, following, since, after=False)
        return PastValue(field, known=lines and last is None and following is None, since=since)

    def _kept(self, key: str, row: Any, since: int, *, after: bool) -> PastValue:
        kept = self.reader.read(key, self.reader.bodies[row.id].get(key))
        return PastValue(kept.field, kept.known, kept.after if after else kept.before, kept.erased, since)
