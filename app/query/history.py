"""What happened to a record, as far as its reader may know: under the rights on the record as they are now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final

from sqlalchemy import BigInteger, bindparam, func, select

from app.context import Context
from app.meta.model import Field
from app.query.entries import OF_RECORD, HistoryEntry, Signatures
from app.query.gate import readable, readable_fields
from app.query.past_lines import reader_of
from app.query.record import Record
from app.system.history import HISTORY

#: Entries of one page.
PAGE: Final = 50
#: An id that no entry has reached: where the first page begins.
_NEWEST: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Start:
    """The newest entry of a page, named by what its reader may know: an id would tell what happens everywhere.

    Args:
        token: of its save.
        version: the version that the record had afterwards; one transaction may have saved it several times.
    """

    token: str
    version: int


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Some entries, newest first.

    Args:
        entries: those of which the reader may see something, `PAGE` of them as long as there are so many.
        older: with what the next page begins, or None where there is none.
    """

    entries: tuple[HistoryEntry, ...]
    older: Start | None


_PAGE: Final = (
    OF_RECORD.where(HISTORY.c.id <= bindparam("newest", type_=BigInteger)).order_by(HISTORY.c.id.desc()).limit(PAGE + 1)
)
_START: Final = select(func.max(HISTORY.c.id)).where(
    HISTORY.c.entity == bindparam("entity"),
    HISTORY.c.record_id == bindparam("record", type_=BigInteger),
    HISTORY.c.token == bindparam("token"),
    HISTORY.c.version == bindparam("version"),
)


def history_page(ctx: Context, record: Record, start: Start | None = None) -> HistoryPage:
    """Return a page of a record's history; a full one: its length tells nothing of what is hidden.

    Args:
        ctx: the reader.
        record: as `load_record` gave it to this reader: what is hidden in it is hidden in its history.
        start: with what it begins; it is empty where the reader sees no such entry here.
    """
    values = {"entity": record.entity, "record": record.id}
    newest = _NEWEST
    if start is not None:
        newest = ctx.connection.execute(_START, {**values, **asdict(start)}).scalar_one() or 0
    fields, signatures = visible_fields(ctx, record), signatures_of(ctx, record)
    found: list[HistoryEntry] = []
    while len(found) <= PAGE:
        rows = ctx.connection.execute(_PAGE, {**values, "newest": newest}).all()
        reader = reader_of(ctx, fields, rows, signatures)
        found += [entry for entry in (reader.entry(row) for row in rows) if entry.changes]
        if len(rows) <= PAGE:
            break
        newest = rows[-1].id - 1
    if start is not None and found and _start(found[0]) != start:
        return HistoryPage((), None)  # he knows it from another record that was saved with this one
    return HistoryPage(tuple(found[:PAGE]), _start(found[PAGE]) if len(found) > PAGE else None)


def _start(entry: HistoryEntry) -> Start:
    return Start(entry.token, entry.version)


def signatures_of(ctx: Context, record: Record) -> Signatures:
    """Return whose names and which moments of a record's history the reader may know."""
    system = (key for key, field in readable_fields(ctx, record.entity).items() if field.system)
    return Signatures.of(key for key in system if key not in record.hidden)


def visible_fields(ctx: Context, record: Record) -> Mapping[str, Field]:
    """Return the fields whose history the reader may read; of lines only where he may read their entity."""
    fields: dict[str, Field] = {}
    for key, field in readable_fields(ctx, record.entity).items():
        lines = field.type.lines()
        if key not in record.hidden and (lines is None or lines.entity in readable(ctx)):
            fields[key] = field
    return fields
