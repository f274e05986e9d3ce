"""Child rows of the past: what each was at the version that its record's history names, under the reader's rights now.

One statement for the rows as they are, one for their history, one for what was computed anew, for each kind of lines:
however many rows and entries there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from app.context import Context
from app.meta.lines import line_columns
from app.meta.model import Field
from app.query.entries import OF_RECORDS, Kept, LinesThen, Reader, Signatures, bodies_of
from app.query.gate import readable_fields
from app.query.past_values import PastLine
from app.query.record import Record, load_records
from app.query.timeline import FILLS, Moment, Timeline, is_kept
from app.system.history import HISTORY

#: Most rows of one statement; a database takes several times as many parameters.
_CHUNK: Final = 5_000
_ALL: Final = OF_RECORDS.order_by(HISTORY.c.id)
#: A row at one of its versions is values alone; who changed it and when is said by the history of its record.
_UNSIGNED: Final = Signatures(frozenset())


def reader_of(ctx: Context, fields: Mapping[str, Field], rows: Sequence[Any], signatures: Signatures) -> Reader:
    """Return what reads rows of a record's history, with the lines that they name.

    Args:
        ctx: the reader.
        fields: those of the record that he may read.
        rows: all rows that will be read.
        signatures: whose names and which moments of them he may know.
    """
    bodies = bodies_of(rows)
    lines: dict[str, LinesThen] = {}
    for key, field in fields.items():
        spec = field.type.lines()
        if spec is not None:
            kept = [one for body in bodies.values() if key in body for one in body[key][1:]]
            lines[key] = _Lines(ctx, spec.entity, spec.via, {pair[0] for pairs in kept for pair in pairs or ()})
    return Reader(fields, bodies, lines, signatures)


class _Lines:
    """Rows of one kind at any of their versions."""

    def __init__(self, ctx: Context, entity: str, via: str, ids: Iterable[int]) -> None:
        columns = line_columns(ctx.snapshot.model.entities[entity], via)
        seen = readable_fields(ctx, entity)
        self._columns = {one.key: one for one in columns if one.key in seen and is_kept(one)}
        self._known: dict[tuple[int, int], PastLine] = {}
        self._lives: dict[int, Timeline] = {}
        wanted = sorted(ids)
        fills = ctx.connection.execute(FILLS, {"entity": entity}).all() if wanted else ()
        for start in range(0, len(wanted), _CHUNK):
            records = load_records(ctx, entity, wanted[start : start + _CHUNK])
            entries: dict[int, list[Any]] = {record.id: [] for record in records}
            if entries:
                for row in ctx.connection.execute(_ALL, {"entity": entity, "records": list(entries)}):
                    entries[row.record_id].append(row)
            for record in records:
                self._lives[record.id] = self._life(record, entries[record.id], fills)

    def _life(self, record: Record, rows: Sequence[Any], fills: Sequence[Any]) -> Timeline:
        fields = {key: field for key, field in self._columns.items() if key not in record.hidden}
        return Timeline(record, rows, Reader(fields, bodies_of(rows), {}, _UNSIGNED), fills)

    def __call__(self, kept: Kept) -> tuple[PastLine, ...]:
        return tuple(self._line(one, version) for one, version in kept or () if one in self._lives)

    def _line(self, line: int, version: int) -> PastLine:
        if (line, version) not in self._known:
            self._known[line, version] = PastLine(line, self._lives[line].values(Moment(version=version)))
        return self._known[line, version]
