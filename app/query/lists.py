"""Lists: one SELECT with the shown columns, a page by position, cells ready for the template, a capped count."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from markupsafe import Markup
from sqlalchemy import Integer, Select, bindparam, func, literal, select

from app.context import Context
from app.errors import FieldError, InvalidQuery
from app.expr.ast import Expr
from app.expr.types import ValueType
from app.fields.column import ColumnKind
from app.fields.formats import formats_for
from app.language import Label
from app.meta.model import FieldPath, SortKey
from app.query.columns import Row, Shown
from app.query.keyset import (
    BadCursor,
    Segment,
    Term,
    condition,
    decode,
    encode,
    order,
    segments,
)
from app.query.keyset import parameters as cursor_values
from app.query.operators import is_sortable
from app.query.order import terms
from app.query.search import Search, searching
from app.query.select import Selection, Values
from app.query.shapes import shaped
from app.query.shown import Cell, Extras, cell_functions, extras_of
from app.query.spec import ListSpec

#: How far rows are counted; beyond it a list says "more than".
COUNT_CAP: Final = 10_000
_LIMIT: Final = "row_limit"
_BAD_CURSOR: Final = Label(
    "Die Stelle „after“ gehört nicht zu dieser Liste. Fangen Sie von vorn an.",
    "The position “after” doesn't belong to this list. Start from the beginning.",
)
_NUMBERS: Final = frozenset({ValueType.NUMBER})


@dataclass(frozen=True, slots=True)
class ListRow:
    """One record of a list.

    Args:
        id: its id.
        title: what it is called.
        cells: its columns as HTML, in the order of the page's columns.
        version: counts its changes; only in the bin, where something can be done with a row.
    """

    id: int
    title: str
    cells: tuple[Markup, ...]
    version: int = 0


@dataclass(frozen=True, slots=True)
class ListColumn:
    """One column's head.

    Args:
        path: what it shows.
        label: its heading.
        sortable: whether the list can be sorted by it.
        sorted: "ascending", "descending" or None.
        numeric: whether it is set flush right.
    """

    path: FieldPath
    label: Label
    sortable: bool
    sorted: str | None
    numeric: bool


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of a list.

    Args:
        spec: what was asked for.
        columns: heads of the columns.
        rows: the records.
        next: cursor of the page after, or None on the last one.
        has_previous: whether the page isn't the first.
    """

    spec: ListSpec
    columns: tuple[ListColumn, ...]
    rows: tuple[ListRow, ...]
    next: str | None
    has_previous: bool


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows a list has.

    Args:
        number: the number, at most the cap.
        capped: whether there are more.
    """

    number: int
    capped: bool


@dataclass(frozen=True, slots=True)
class ListPlan:
    """A list's SELECT, built once for all lists of the same shape.

    Args:
        shown: the columns and where they stand in a row.
        cells: writes each of them.
        terms: the order.
        marks: indexes of the order's columns in a row.
        statement: the SELECT without order and position.
        values: values of the statement's parameters.
        version: index of the record's version, in the bin.
    """

    shown: tuple[Shown, ...]
    cells: tuple[Cell, ...]
    terms: tuple[Term, ...]
    marks: tuple[int, ...]
    statement: Select[Any]
    values: Values
    version: int | None = None

    def kinds(self) -> tuple[ColumnKind, ...]:
        """Return what the order's columns store."""
        return tuple(term.kind for term in self.terms)

    def segment(self, segment: Segment) -> Select[Any]:
        """Return the SELECT of one segment."""
        after = condition(self.terms, segment)
        statement = self.statement if after is None else self.statement.where(after)
        return statement.order_by(*order(self.terms, segment)).limit(bindparam(_LIMIT, type_=Integer))


def list_page(ctx: Context, spec: ListSpec) -> ListPage:
    """Read one page of a list: at most two SELECTs, and one more for each column that doesn't fit into a row.

    Raises:
        InvalidQuery: the cursor isn't one of this list.
    """
    search = searching(ctx, spec.entity, spec.search)
    plan = list_plan(ctx, spec, search)
    rows, more = page_rows(ctx, spec, plan, search)
    written = list_rows(plan.cells, rows, extras_of(ctx, plan.shown, rows))
    if plan.version is not None:
        written = tuple(replace(one, version=row[plan.version]) for one, row in zip(written, rows, strict=True))
    return ListPage(spec, columns_for(spec.columns, spec.sort), written, more, spec.after is not None)


def page_rows(ctx: Context, spec: ListSpec, plan: ListPlan, search: Search) -> tuple[list[Row], str | None]:
    """Return the rows of one page, and the cursor of the page after or None on the last one.

    Raises:
        InvalidQuery: the cursor isn't one of this list.
    """
    after = None
    if spec.after is not None:
        try:
            after = decode(spec.after, plan.kinds())
        except BadCursor as wrong:
            raise InvalidQuery((FieldError("query.cursor", _BAD_CURSOR),)) from wrong
    found = read_after(ctx, spec, plan, search, after, spec.limit + 1)
    rows = found[: spec.limit]
    return rows, encode(cursor_of(plan, rows[-1])) if len(found) > spec.limit else None


def list_rows(cells: Sequence[Cell], rows: Sequence[Row], extras: Extras) -> tuple[ListRow, ...]:
    """Write rows whose first two columns are id and title."""
    return tuple(ListRow(row[0], row[1] or f"#{row[0]}", tuple([cell(row, extras) for cell in cells])) for row in rows)


def cursor_of(plan: ListPlan, row: Row) -> tuple[Any, ...]:
    """Return the position of a row in its list."""
    return tuple(row[index] for index in plan.marks)


def read_after(
    ctx: Context, spec: ListSpec, plan: ListPlan, search: Search, after: Sequence[Any] | None, limit: int
) -> list[Row]:
    """Read the rows after a position.

    Args:
        ctx, spec, search: whose list.
        plan: its plan.
        after: the position, or None for the list's beginning.
        limit: how many.
    """
    values = {**plan.values(ctx), **search.values}
    rows: list[Row] = []
    for segment in segments(plan.terms, after):
        cursor = {} if segment.nulls is None or after is None else cursor_values(after)
        key = ("list.segment", spec_key(spec), search.shape, segment)
        statement = shaped(ctx, key, partial(plan.segment, segment))
        rows += ctx.connection.execute(statement, {**values, **cursor, _LIMIT: limit - len(rows)}).all()
        if len(rows) >= limit:
            break
    return rows


def spec_key(spec: ListSpec) -> tuple[Any, ...]:
    """Return what decides how a list's statement looks, as a small key; cursor and page size are parameters."""
    return (
        spec.entity,
        spec.view.key,
        tuple(path.text for path in spec.columns),
        tuple((key.path.text, key.descending) for key in spec.sort),
        tuple((chosen.name, chosen.raw) for chosen in spec.filters),
        tuple(where.text for where in spec.where),
        spec.archived,
    )


def list_plan(ctx: Context, spec: ListSpec, search: Search) -> ListPlan:
    """Return the plan of a list; lists of the same shape share it."""
    return shaped(ctx, ("list", spec_key(spec), search.shape), lambda: _plan(ctx, spec, search))


def _plan(ctx: Context, spec: ListSpec, search: Search) -> ListPlan:
    selection = Selection(ctx, spec.entity)
    base = selection.joins.base
    selection.column(base.c.id)
    selection.column(selection.joins.title())
    shown = tuple(selection.show(path) for path in spec.columns)
    sorted_by = terms(selection.joins, spec.sort)
    marks = tuple(selection.column(term.column) for term in sorted_by)
    version = selection.column(base.c.version) if spec.archived else None
    restrict(selection, spec, search)
    formats = formats_for(ctx.locale, ctx.snapshot.time_zone)
    cells = cell_functions(shown, formats)
    return ListPlan(shown, cells, sorted_by, marks, selection.statement(), selection.values(), version)


def restrict(selection: Selection, spec: ListSpec, search: Search) -> None:
    """Put everything on a SELECT that decides which rows belong to a list."""
    selection.where_expr(*conditions(spec))
    selection.where(search.clause(selection.joins))
    selection.archived(spec.archived)


def conditions(spec: ListSpec) -> Iterator[Expr | None]:
    """Return the conditions of a list: the view's and the reader's."""
    yield spec.view.filter
    for chosen in spec.filters:
        yield chosen.expr
    for where in spec.where:
        yield where.expr


def columns_for(paths: Sequence[FieldPath], sort: Sequence[SortKey]) -> tuple[ListColumn, ...]:
    """Return the heads of columns, as a list sorted like this shows them."""
    directions = {key.path.text: "descending" if key.descending else "ascending" for key in sort}
    return tuple(
        ListColumn(path, path.label, is_sortable(path), directions.get(path.text), _numeric(path)) for path in paths
    )


def _numeric(path: FieldPath) -> bool:
    value_type = path.field.type.value_type if path.sub is None else path.field.type.subs()[path.sub].value_type
    return value_type in _NUMBERS


def count(ctx: Context, spec: ListSpec, cap: int = COUNT_CAP) -> Count:
    """Count a list's rows, up to a cap; one SELECT without the columns.

    Args:
        ctx, spec: whose list.
        cap: beyond it nobody counts.
    """
    search = searching(ctx, spec.entity, spec.search)
    statement, values = shaped(ctx, ("list.count", spec_key(spec), search.shape), lambda: _count(ctx, spec, search))
    number = ctx.connection.execute(statement, {**values(ctx), **search.values, _LIMIT: cap + 1}).scalar_one()
    return Count(min(number, cap), number > cap)


def _count(ctx: Context, spec: ListSpec, search: Search) -> tuple[Select[Any], Values]:
    selection = Selection(ctx, spec.entity)
    selection.column(literal(1))
    restrict(selection, spec, search)
    rows = selection.statement().limit(bindparam(_LIMIT, type_=Integer)).subquery()
    return select(func.count()).select_from(rows), selection.values()
