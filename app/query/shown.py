"""Values as they are shown: with the labels of the records they point to, and what had to be fetched beside the rows.

Links, lines and references to one of several entities don't fit into one row; each such column costs one statement a
page, however many rows it has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from markupsafe import Markup, escape
from sqlalchemy import Select, bindparam, func, null, select

from app.context import Context
from app.expr.types import ValueType
from app.fields.base import Value
from app.fields.formats import Formats
from app.meta.model import Field
from app.query.columns import Row, Shown
from app.query.gate import readable
from app.query.labels import labels_anywhere, titles
from app.query.select import Selection, Values
from app.query.shapes import shaped
from app.storage.names import column_name

#: For each column (by its place) what was fetched beside the rows, by record id or by target.
Extras = Mapping[int, Mapping[Any, Any]]
Read = Callable[[Row, Extras], Value]

NO_EXTRAS: Final[Extras] = {}
EMPTY_CELL: Final = Markup("")
_IDS: Final = "ids"


def readers(shown: Sequence[Shown]) -> tuple[Read, ...]:
    """Return for each column a function that takes its value, with labels, out of a row and the extras."""
    return tuple(_reader(place, one) for place, one in enumerate(shown))


def _reader(place: int, shown: Shown) -> Read:
    with_label, record = shown.type.with_label, shown.record
    if shown.path.sub is None and shown.type.lines() is not None:
        return lambda row, extras: ({},) * extras[place].get(row[record], 0) or None
    if shown.width == 0:

        def linked(row: Row, extras: Extras) -> Value:
            found = extras[place].get(row[record])
            return None if found is None else with_label(tuple(found), found)

        return linked
    read = shown.read
    if shown.label is not None:
        label = shown.label

        def pointing(row: Row, extras: Extras) -> Value:
            value = read(row)
            return None if value is None else with_label(value, row[label])

        return pointing
    if points_anywhere(shown):

        def pointing_anywhere(row: Row, extras: Extras) -> Value:
            value = read(row)
            return None if value is None else with_label(value, extras[place].get(value))

        return pointing_anywhere
    return lambda row, extras: read(row)


def points_anywhere(shown: Shown) -> bool:
    """Return whether a column holds references to one of several entities."""
    return shown.path.sub is None and shown.target is None and shown.type.value_type is ValueType.REFERENCE


def extras_of(ctx: Context, shown: Sequence[Shown], rows: Sequence[Row]) -> Extras:
    """Fetch what doesn't stand in the rows: one statement for each column that needs it.

    Args:
        ctx: whose rights count.
        shown: the columns.
        rows: the rows of a page.
    """
    found: dict[int, Mapping[Any, Any]] = {}
    for place, one in enumerate(shown):
        if one.width and not points_anywhere(one):
            continue
        if points_anywhere(one):
            read = one.read
            found[place] = labels_anywhere(ctx, {value for row in rows if (value := read(row)) is not None})
            continue
        ids = sorted({row[one.record] for row in rows if row[one.record] is not None})
        found[place] = _beside(ctx, one, ids) if ids else {}
    return found


def _beside(ctx: Context, shown: Shown, ids: Sequence[int]) -> Mapping[Any, Any]:
    if shown.type.link() is not None:
        return links_of(ctx, shown, ids)
    key = ("line_counts", shown.path.field.entity, shown.path.field.key)
    statement, values = shaped(ctx, key, lambda: _line_counts(ctx, shown))
    return {row[0]: row[1] for row in ctx.connection.execute(statement, {**values(ctx), _IDS: ids})}


def links_of(ctx: Context, shown: Shown, ids: Sequence[int]) -> Mapping[int, Mapping[int, str | None]]:
    """Return for each record the targets of an m:n field in their order: id to label."""
    field = shown.path.field
    statement, values = shaped(ctx, ("links", field.entity, field.key), lambda: _links(ctx, field))
    found: dict[int, dict[int, str | None]] = {}
    for record_id, target_id, title in ctx.connection.execute(statement, {**values(ctx), _IDS: list(ids)}):
        found.setdefault(record_id, {})[target_id] = f"#{target_id}" if title is None else title
    return found


def _links(ctx: Context, field: Field) -> tuple[Select[Any], Values]:
    """Build the SELECT of an m:n field's targets; those that the reader may not see have no title."""
    spec = field.type.link()
    assert spec is not None
    link = ctx.snapshot.tables.link(field.entity, field.key)
    unseen: Any = (select(null().label("id"), null().label("title")), _no_values)
    named, values = titles(ctx, spec.target) if spec.target in readable(ctx) else unseen
    target = named.subquery()
    statement = (
        select(link.c.record_id, link.c.target_id, target.c.title)
        .select_from(link.outerjoin(target, target.c.id == link.c.target_id))
        .where(link.c.record_id.in_(bindparam(_IDS, expanding=True)))
        .order_by(link.c.record_id, link.c.position, link.c.target_id)
    )
    return statement, values


def _no_values(ctx: Context) -> dict[str, Any]:
    return {}


def _line_counts(ctx: Context, shown: Shown) -> tuple[Select[Any], Values]:
    spec = shown.type.lines()
    assert spec is not None
    selection = Selection(ctx, spec.entity)
    via = selection.joins.base.c[column_name(ctx.snapshot.model.entities[spec.entity].fields[spec.via])]
    selection.where(via.in_(bindparam(_IDS, expanding=True)))
    selection.archived(False)
    return selection.statement((via, func.count())).group_by(via), selection.values()


# -- cells ------------------------------------------------------------------------------------------------------------

Cell = Callable[[Row, Extras], Markup]


def cell_functions(shown: Sequence[Shown], formats: Formats) -> tuple[Cell, ...]:
    """Return for each column a function that writes its cell; made once for a plan, called for every row."""
    return tuple(_cell(one, read, formats) for one, read in zip(shown, readers(shown), strict=True))


def _cell(shown: Shown, read: Read, formats: Formats) -> Cell:
    write = text_function(shown, formats) if shown.path.sub is not None else None

    def part(row: Row, extras: Extras) -> Markup:
        value = read(row, extras)
        return EMPTY_CELL if value is None or write is None else escape(write(value))

    def whole(row: Row, extras: Extras) -> Markup:
        value = read(row, extras)
        return EMPTY_CELL if value is None else cell(value, formats)

    cell = shown.type.cell
    return part if write is not None else whole


def text_function(shown: Shown, formats: Formats) -> Callable[[Value], str]:
    """Return a function that writes a value of a column as text; never called with None."""
    if shown.path.sub is None:
        format_ = shown.type.format
        return lambda value: format_(value, formats)
    part = shown.type.subs()[shown.path.sub]
    if part.value_type is ValueType.NUMBER:
        return lambda value: formats.number(value, part.scale)
    return str
