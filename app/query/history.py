"""What happened to a record, as far as its reader may know: under the rights on the record as they are now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from app.query.record import Record
from app.system.history import BASELINE, HISTORY, VALUE

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
        before, after: the values; how many rows there were, for lines.
    """

    field: Field
    known: bool
    before: Value = None
    after: Value = None


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
    """

    id: int
    version: int
    verb: str
    at: datetime
    actor: str
    origin: str
    reason: str | None
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Some entries, newest first.

    Args:
        entries: those of which the reader may see something, `PAGE` of them as long as there are so many.
        older: the id before which the next page begins, or None where there is none.
    """

    entries: tuple[HistoryEntry, ...]
    older: int | None


def _page_statement() -> Select[Any]:
    same = and_(VALUE.c.token == HISTORY.c.token, VALUE.c.number == HISTORY.c.number)
    return (
        select(HISTORY, VALUE.c.body)
        .select_from(HISTORY.outerjoin(VALUE, same))
        .where(
            HISTORY.c.entity == bindparam("entity"),
            HISTORY.c.record_id == bindparam("record", type_=BigInteger),
            HISTORY.c.id < bindparam("before", type_=BigInteger),
            HISTORY.c.verb != BASELINE,
        )
        .order_by(HISTORY.c.id.desc())
        .limit(PAGE + 1)
    )


_PAGE: Final = _page_statement()


def history_page(ctx: Context, record: Record, before: int = NEWEST) -> HistoryPage:
    """Return a page of a record's history; a full one, so that its length tells nothing about what the reader can't see.

    Args:
        ctx: the reader.
        record: as `load_record` gave it to this reader: what is hidden in it is hidden in its history.
        before: only entries with a smaller id.
    """
    values = {"entity": record.entity, "record": record.id}
    fields = _visible_fields(ctx, record)
    found: list[HistoryEntry] = []
    while len(found) <= PAGE:
        rows = ctx.connection.execute(_PAGE, {**values, "before": before}).all()
        found += [entry for entry in (_entry(row, fields) for row in rows) if entry.changes]
        if len(rows) <= PAGE:
            break
        before = rows[-1].id
    return HistoryPage(tuple(found[:PAGE]), found[PAGE - 1].id if len(found) > PAGE else None)


def _visible_fields(ctx: Context, record: Record) -> Mapping[str, Field]:
    """Return the fields whose history the reader may read; of lines only where he may read their entity."""
    fields: dict[str, Field] = {}
    for key, field in readable_fields(ctx, record.entity).items():
        lines = field.type.lines()
        if key not in record.hidden and (lines is None or lines.entity in readable(ctx)):
            fields[key] = field
    return fields


def _entry(row: Any, fields: Mapping[str, Field]) -> HistoryEntry:
    body = {} if row.body is None else orjson.loads(row.body)
    keys = [key for key in orjson.loads(row.fields) if key in fields]
    changes = tuple(_change(fields[key], body.get(key)) for key in keys)
    return HistoryEntry(row.id, row.version, row.verb, row.at, row.actor_name, row.origin, row.reason, changes)


def _change(field: Field, kept: Sequence[Any] | None) -> Change:
    if kept is None:
        return Change(field, known=False)
    _, before, after = kept
    if field.type.lines() is not None:
        return Change(field, known=True, before=len(before or ()), after=len(after or ()))
    try:
        return Change(field, True, of_journal(field.type, before), of_journal(field.type, after))
    except ValueError:
        return Change(field, known=False)
