"""One record with everything a mask shows: one SELECT for itself, one more for each link and each kind of lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, Select, bindparam

from app.access.rights import Covering, access
from app.context import Context
from app.errors import NotFound
from app.fields.base import Value
from app.fields.formats import formats_for
from app.meta.model import Field, FieldPath, RelatedElement
from app.meta.role import Verb
from app.query.columns import Row, Shown
from app.query.gate import readable, readable_fields, required
from app.query.keyset import Segment, order
from app.query.lists import ListColumn, ListRow, columns_for, list_rows
from app.query.order import terms
from app.query.select import Selection, Values
from app.query.shapes import shaped
from app.query.shown import Cell, cell_functions, extras_of, links_of, points_anywhere
from app.storage.names import column_name

_RECORD: Final = "record_id"
_IDS: Final = "record_ids"
_LIMIT: Final = "row_limit"
#: Verbs that are about a record that there is.
_ON_RECORDS: Final[tuple[Verb, ...]] = ("update", "retire", "restore")


@dataclass(frozen=True, slots=True)
class Record:
    """A record in memory.

    Args:
        entity: key of its entity.
        id: its id.
        version: counts its changes; a save says which one it was made from.
        values: field key to value; a reference's is the target's id, lines are a tuple of mappings with `id`.
        labels: field key to the label of the record it points to; for several, a mapping of id to label.
        title: what it is called.
        archived_at: when it was put into the archive, or None.
        hidden: keys of fields that this reader may read in other records of the entity, but not in this one.
        may: what this reader may do with this record.
        denied: keys of fields that he may write in other records of the entity, but not in this one.
    """

    entity: str
    id: int
    version: int
    values: Mapping[str, Value]
    labels: Mapping[str, Any]
    title: str
    archived_at: datetime | None
    hidden: frozenset[str] = frozenset()
    may: frozenset[Verb] = frozenset()
    denied: frozenset[str] = frozenset()

    def labelled(self, field: Field) -> Value:
        """Return a value together with its label, for showing."""
        value = self.values.get(field.key)
        return None if value is None else field.type.with_label(value, self.labels.get(field.key))


@dataclass(frozen=True, slots=True)
class RowRights:
    """What a reader may do with each record that a SELECT returns, as far as it differs from record to record.

    Args:
        always: verbs that are allowed for every record.
        verbs: the others, each with the index of the column that says it.
        hidden: fields, each with the index of the column that says whether they can be read.
        denied: fields, each with the index of the column that says whether they can be written.
    """

    always: frozenset[Verb] = frozenset()
    verbs: tuple[tuple[Verb, int], ...] = ()
    hidden: tuple[tuple[str, int], ...] = ()
    denied: tuple[tuple[str, int], ...] = ()

    def may(self, row: Row) -> frozenset[Verb]:
        """Return what the reader may do with a record."""
        return self.always.union(verb for verb, index in self.verbs if row[index]) if self.verbs else self.always

    def unread(self, row: Row) -> frozenset[str]:
        """Return the fields that the reader may not read in a record."""
        return frozenset(key for key, index in self.hidden if not row[index])

    def unwritten(self, row: Row) -> frozenset[str]:
        """Return the fields that the reader may not write in a record."""
        return frozenset(key for key, index in (*self.hidden, *self.denied) if not row[index])


@dataclass(frozen=True, slots=True)
class _Plan:
    shown: tuple[Shown, ...]
    statement: Select[Any]
    values: Values
    rights: RowRights = field(default_factory=RowRights)


def load_record(ctx: Context, entity_key: str, record_id: int, *, lines: bool = True) -> Record:
    """Load a record, archived or not.

    Args:
        ctx: whose rights count.
        entity_key: key of its entity.
        record_id: its id.
        lines: whether its child rows are loaded too.

    Raises:
        NotFound: it doesn't exist for this reader.
    """
    required(ctx, entity_key)
    plan = shaped(ctx, ("record", entity_key), lambda: _record_plan(ctx, entity_key))
    rows = _rows(ctx, plan, record_id)
    if not rows:
        raise NotFound(f"{entity_key}/{record_id}")
    record = _records(ctx, entity_key, plan, rows)[0]
    if not lines:
        return record
    values, labels = dict(record.values), dict(record.labels)
    for key, one in readable_fields(ctx, entity_key).items():
        if one.type.lines() is not None and key not in record.hidden:
            children = load_lines(ctx, entity_key, key, record_id)
            values[key] = tuple({"id": child.id, **child.values} for child in children) or None
            labels[key] = tuple(child.labels for child in children)
    return replace(record, values=values, labels=labels)


def load_records(ctx: Context, entity_key: str, ids: Sequence[int]) -> tuple[Record, ...]:
    """Load records, archived or not, without their child rows; those that aren't there for this reader are missing.

    Args:
        ctx: whose rights count.
        entity_key: key of their entity.
        ids: which ones, no more than a statement takes parameters.
    """
    if entity_key not in readable(ctx):
        return ()
    plan = shaped(ctx, ("records", entity_key), lambda: _record_plan(ctx, entity_key, several=True))
    rows = ctx.connection.execute(plan.statement, {**plan.values(ctx), _IDS: list(ids)}).all()
    return _records(ctx, entity_key, plan, rows)


def load_lines(ctx: Context, entity_key: str, field_key: str, record_id: int) -> tuple[Record, ...]:
    """Load the live child rows of a record, in their order.

    Raises:
        NotFound: the entity doesn't exist for this reader, or the field isn't one with lines.
    """
    required(ctx, entity_key)
    field = readable_fields(ctx, entity_key).get(field_key)
    spec = None if field is None else field.type.lines()
    if spec is None:
        raise NotFound(f"{entity_key}.{field_key}")
    if spec.entity not in readable(ctx):
        return ()
    plan = shaped(ctx, ("lines", entity_key, field_key), lambda: _lines_plan(ctx, spec.entity, spec.via))
    return _records(ctx, spec.entity, plan, _rows(ctx, plan, record_id))


def _rows(ctx: Context, plan: _Plan, record_id: int) -> Sequence[Row]:
    if not 0 < record_id < 2**63:
        return ()
    return ctx.connection.execute(plan.statement, {**plan.values(ctx), _RECORD: record_id}).all()


def _record_plan(ctx: Context, entity_key: str, *, several: bool = False) -> _Plan:
    selection = Selection(ctx, entity_key)
    shown = _whole(selection)
    found = _rights(selection)
    one = selection.joins.base.c.id
    selection.where(
        one.in_(bindparam(_IDS, expanding=True)) if several else one == bindparam(_RECORD, type_=BigInteger)
    )
    return _Plan(shown, selection.statement(), selection.values(), found)


def _rights(selection: Selection) -> RowRights:
    """Add columns that say what the reader may do with a record, where that differs from record to record."""
    granted = access(selection.ctx, selection.entity_key)
    columns: dict[Covering, int] = {}

    def column(covering: Covering) -> int:
        if covering not in columns:
            columns[covering] = selection.column(selection.covers(covering))
        return columns[covering]

    coverings = {verb: granted.covering(verb) for verb in _ON_RECORDS}
    fields = tuple(readable_fields(selection.ctx, selection.entity_key))
    reads = {key: granted.reading(key) for key in fields}
    writes = {key: granted.writing(key, "update") for key in fields}
    return RowRights(
        always=frozenset(verb for verb, covering in coverings.items() if covering.whole),
        verbs=tuple((verb, column(one)) for verb, one in coverings.items() if one and not one.whole),
        hidden=tuple((key, column(one)) for key, one in reads.items() if one != granted.read),
        denied=tuple((key, column(one)) for key, one in writes.items() if one and one != granted.update),
    )


def _lines_plan(ctx: Context, entity_key: str, via_key: str) -> _Plan:
    selection = Selection(ctx, entity_key)
    shown = _whole(selection)
    base, via = selection.joins.base, ctx.snapshot.model.entities[entity_key].fields[via_key]
    selection.where(base.c[column_name(via)] == bindparam(_RECORD, type_=BigInteger))
    selection.archived(False)
    return _Plan(shown, selection.statement().order_by(base.c.position, base.c.id), selection.values())


def _whole(selection: Selection) -> tuple[Shown, ...]:
    """Add what every record has, then every readable field."""
    columns = selection.joins.base.c
    for element in (columns.id, columns.version, selection.joins.title(), columns.archived_at):
        selection.column(element)
    fields = readable_fields(selection.ctx, selection.entity_key).values()
    return tuple(
        selection.show(FieldPath(field.key, (), field, None, field.label))
        for field in fields
        if field.type.lines() is None
    )


def _records(ctx: Context, entity_key: str, plan: _Plan, rows: Sequence[Row]) -> tuple[Record, ...]:
    values: list[dict[str, Value]] = [{} for _ in rows]
    labels: list[dict[str, Any]] = [{} for _ in rows]
    for shown in plan.shown:
        key = shown.path.field.key
        if shown.width == 0:
            ids = [row[shown.record] for row in rows if row[shown.record] is not None]
            found = links_of(ctx, shown, ids) if ids else {}
            for place, row in enumerate(rows):
                targets = found.get(row[shown.record])
                values[place][key] = tuple(targets) if targets else None
                labels[place][key] = targets or {}
            continue
        read = shown.read
        for place, row in enumerate(rows):
            values[place][key] = read(row)
            if shown.label is not None:
                labels[place][key] = row[shown.label]
    _label_anywhere(ctx, plan, rows, values, labels)
    return tuple(
        Record(
            entity_key,
            row[0],
            row[1],
            values[place],
            labels[place],
            row[2] or f"#{row[0]}",
            row[3],
            plan.rights.unread(row),
            plan.rights.may(row),
            plan.rights.unwritten(row),
        )
        for place, row in enumerate(rows)
    )


def _label_anywhere(
    ctx: Context,
    plan: _Plan,
    rows: Sequence[Row],
    values: Sequence[Mapping[str, Value]],
    labels: Sequence[dict[str, Any]],
) -> None:
    """Fill in the labels of references to one of several entities; one statement for each such field."""
    some = [shown for shown in plan.shown if points_anywhere(shown)]
    if not some:
        return
    found = extras_of(ctx, some, rows)
    for index, shown in enumerate(some):
        key = shown.path.field.key
        for place in range(len(rows)):
            labels[place][key] = found[index].get(values[place][key])


# -- records that point here ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Related:
    """The records of another entity that point to one.

    Args:
        entity: key of the other entity.
        columns: heads of the columns.
        rows: the first records.
        more: whether there are more.
    """

    entity: str
    columns: tuple[ListColumn, ...]
    rows: tuple[ListRow, ...]
    more: bool


def related(ctx: Context, element: RelatedElement, record_id: int) -> Related | None:
    """Load the records of a mask's related list; None where the reader may not read their entity."""
    if element.entity not in readable(ctx) or not 0 < record_id < 2**63:
        return None
    here = ctx.snapshot.model.entities[element.entity].fields[element.via]
    key = ("related", element.entity, element.via, tuple(path.text for path in element.columns))
    plan, cells, columns = shaped(ctx, key, lambda: _related_plan(ctx, element, here))
    values = {**plan.values(ctx), _RECORD: record_id, _LIMIT: element.limit + 1}
    found = ctx.connection.execute(plan.statement, values).all()
    rows = found[: element.limit]
    shown = list_rows(cells, rows, extras_of(ctx, plan.shown, rows))
    return Related(element.entity, columns, shown, len(found) > element.limit)


def _related_plan(
    ctx: Context, element: RelatedElement, via: Field
) -> tuple[_Plan, tuple[Cell, ...], tuple[ListColumn, ...]]:
    selection = Selection(ctx, element.entity)
    base = selection.joins.base
    selection.column(base.c.id)
    selection.column(selection.joins.title())
    shown = tuple(selection.show(path) for path in element.columns)
    selection.where(_points_to(selection, via, bindparam(_RECORD, type_=BigInteger)))
    selection.archived(False)
    model = ctx.snapshot.model
    first = next(iter(model.views_of.get(element.entity, ())), None)
    sorted_by = terms(selection.joins, model.views[first].sort if first is not None else ())
    ordered = selection.statement().order_by(*order(sorted_by, Segment(None)))
    statement = ordered.limit(bindparam(_LIMIT, type_=BigInteger))
    formats = formats_for(ctx.locale, ctx.snapshot.time_zone)
    return _Plan(shown, statement, selection.values()), cell_functions(shown, formats), columns_for(element.columns, ())


def _points_to(selection: Selection, via: Field, record_id: ColumnElement[Any]) -> ColumnElement[bool]:
    operand = selection.operand((via.key,))
    if operand.has is not None:
        return operand.has(record_id)
    return operand.element == record_id
