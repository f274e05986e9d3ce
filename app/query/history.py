"""What happened to a record, as far as its reader may know: under the rights on the record as they are now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import BigInteger, Select, and_, bindparam, select

from app.context import Context
from app.fields.base import Value
from app.fields.journal import of_journal
from app.meta.model import Field
from app.query.gate import readable, readable_fields
from app.query.reach import reached
from app.query.record import Record
from app.system.history import HISTORY, MARKS, VALUE

#: Entries of one page.
PAGE: Final = 50
#: An id that no entry has reached: where the first page begins.
NEWEST: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Change:
    """What an entry says about one field.

    Args:
        field: the field as it is configured now.
        known: whether the values are still there and can be read by the field's present type.
        before, after: the values; how many rows there were that the reader may see, for lines.
        erased: whether they aren't there because they were erased.
    """

    field: Field
    known: bool
    before: Value = None
    after: Value = None
    erased: bool = False


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One change of one record, as its reader may see it.

    Args:
        id: grows with every entry.
        version: the version that the record had afterwards.
        verb: `create`, `update`, `retire` …
        at: when, UTC.
        actor: who, by the name he had then.
        origin: through which door it came.
        reason: why, or None.
        changes: what it says about fields that the reader may read; never empty.
        token: names the save that it belongs to; drawn by lot, so that it tells nothing of others as an id does.
    """

    id: int
    version: int
    verb: str
    at: datetime
    actor: str
    origin: str
    reason: str | None
    changes: tuple[Change, ...]
    token: str


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Some entries, newest first.

    Args:
        entries: those of which the reader may see something, `PAGE` of them as long as there are so many.
        older: the id before which the next page begins, or None where there is none.
    """

    entries: tuple[HistoryEntry, ...]
    older: int | None


def entries_of_record() -> Select[Any]:
    """Return the SELECT of a record's rows of the history with their values; parameters are `entity` and `record`."""
    same = and_(VALUE.c.token == HISTORY.c.token, VALUE.c.number == HISTORY.c.number)
    return (
        select(HISTORY, VALUE.c.body)
        .select_from(HISTORY.outerjoin(VALUE, same))
        .where(
            HISTORY.c.entity == bindparam("entity"),
            HISTORY.c.record_id == bindparam("record", type_=BigInteger),
            HISTORY.c.verb.not_in(MARKS),
        )
    )


_PAGE: Final = (
    entries_of_record()
    .where(HISTORY.c.id < bindparam("before", type_=BigInteger))
    .order_by(HISTORY.c.id.desc())
    .limit(PAGE + 1)
)


def history_page(ctx: Context, record: Record, before: int = NEWEST) -> HistoryPage:
    """Return a page of a record's history; a full one: its length tells nothing of what is hidden.

    Args:
        ctx: the reader.
        record: as `load_record` gave it to this reader: what is hidden in it is hidden in its history.
        before: only entries with a smaller id.
    """
    values = {"entity": record.entity, "record": record.id}
    fields = visible_fields(ctx, record)
    found: list[HistoryEntry] = []
    while len(found) <= PAGE:
        rows = ctx.connection.execute(_PAGE, {**values, "before": before}).all()
        reader = Reader(ctx, fields, rows)
        found += [entry for entry in (reader.entry(row) for row in rows) if entry.changes]
        if len(rows) <= PAGE:
            break
        before = rows[-1].id
    return HistoryPage(tuple(found[:PAGE]), found[PAGE - 1].id if len(found) > PAGE else None)


def visible_fields(ctx: Context, record: Record) -> Mapping[str, Field]:
    """Return the fields whose history the reader may read; of lines only where he may read their entity."""
    fields: dict[str, Field] = {}
    for key, field in readable_fields(ctx, record.entity).items():
        lines = field.type.lines()
        if key not in record.hidden and (lines is None or lines.entity in readable(ctx)):
            fields[key] = field
    return fields


class Reader:
    """Reads rows of the history as far as somebody may read them.

    Args:
        ctx: the reader.
        fields: those he may read.
        rows: the rows that will be read; which lines in them he may see is asked once for all of them.
    """

    def __init__(self, ctx: Context, fields: Mapping[str, Field], rows: Sequence[Any]) -> None:
        self.fields = fields
        self.bodies: dict[int, Mapping[str, Sequence[Any]]] = {
            row.id: {} if row.body is None else orjson.loads(row.body) for row in rows
        }
        self._seen: dict[str, Mapping[int, Any]] = {}
        for key, field in fields.items():
            lines = field.type.lines()
            if lines is not None:
                bodies = [body[key] for body in self.bodies.values() if key in body]
                ids = {one for _, before, after in bodies for one, _ in (*(before or ()), *(after or ()))}
                self._seen[key] = reached(ctx, lines.entity, sorted(ids)) if ids else {}

    def entry(self, row: Any) -> HistoryEntry:
        """Return what an entry says about the fields that may be read; nothing where that is nothing."""
        body = self.bodies[row.id]
        found = (self.change(key, body.get(key)) for key in orjson.loads(row.fields) if key in self.fields)
        changes = tuple(change for change in found if change is not None)
        told = (row.verb, row.at, row.actor_name, row.origin, row.reason, changes, row.token)
        return HistoryEntry(row.id, row.version, *told)

    def change(self, key: str, kept: Sequence[Any] | None) -> Change | None:
        """Return what was kept about a field; None where only lines were changed that the reader doesn't see."""
        if kept is not None and key in self._seen and self._lines(key, kept[1]) == self._lines(key, kept[2]):
            return None
        return self.read(key, kept)

    def read(self, key: str, kept: Sequence[Any] | None) -> Change:
        """Return what was kept about a field."""
        field = self.fields[key]
        if kept is None:
            return Change(field, known=False, erased=True)
        _, before, after = kept
        if key in self._seen:
            return Change(field, True, len(self._lines(key, before)), len(self._lines(key, after)))
        try:
            return Change(field, True, of_journal(field.type, before), of_journal(field.type, after))
        except ValueError:
            return Change(field, known=False)

    def _lines(self, key: str, kept: Iterable[Sequence[int]] | None) -> list[Sequence[int]]:
        return [one for one in kept or () if one[0] in self._seen[key]]
