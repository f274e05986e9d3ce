"""A report's SELECT: rows with the report's joins and filter inside, groups and measures outside, or both in one.

Measures are fetched as *components* (sums, counts, extremes), from which every margin of a pivot follows exactly; an
average is never computed out of averages. Where components can't be put together (distinct values), the database is
asked for the margin itself.

Money is added up only where it is all of one currency. Nearly always that is the usual one of the field, so the rows
that have another are counted, which costs next to nothing; only where there are any, the first and the last currency of
each group are asked for in a statement of their own, since comparing texts takes as long as adding up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Integer, Label, Select, bindparam, case, func, literal, null, select

from app.context import Context
from app.expr.ast import Expr, Path
from app.expr.types import ValueType
from app.fields.base import FieldType, Sub
from app.meta.model import Dimension, Measure, Report
from app.meta.paths import target_of
from app.query.columns import Row, is_plain, value_suffixes
from app.query.select import Selection, Values

#: Groups that are fetched at most; a report with more says that it was cut.
MAX_GROUPS: Final = 20_000
LIMIT: Final = "row_limit"
#: How a component of two groups becomes that of both: `add`, `min`, `max`, or None where that can't be known.
COMPONENTS: Final[Mapping[str, tuple[tuple[str, str | None], ...]]] = {
    "count": (("count", "add"),),
    "distinct": (("distinct", None),),
    "sum": (("sum", "add"),),
    "average": (("sum", "add"), ("count", "add")),
    "min": (("min", "min"),),
    "max": (("max", "max"),),
    "share": (),
}


@dataclass(frozen=True, slots=True)
class DimensionColumns:
    """Where a dimension stands in a row: `keys` are what is grouped by, `label` names a reference's target."""

    dimension: Dimension
    keys: tuple[int, ...]
    label: int | None


@dataclass(frozen=True, slots=True)
class Currencies:
    """How to know the currencies of the rows of a group.

    Args:
        usual: the usual currency.
        others: index of the number of rows that have another one.
        ends: indexes of the first and last currency, where they were asked for.
    """

    usual: str
    others: int | None
    ends: tuple[int, int] | None

    def of(self, row: Row) -> tuple[str | None, str | None]:
        """Return the first and the last currency of a group."""
        return (self.usual, self.usual) if self.ends is None else (row[self.ends[0]], row[self.ends[1]])


@dataclass(frozen=True, slots=True)
class MeasureColumns:
    """Where a measure stands in a row.

    Args:
        measure: the measure.
        parts: index and way of combination of each component.
        currency: how to know the currencies of a group, or None where the measure isn't money.
    """

    measure: Measure
    parts: tuple[tuple[int, str | None], ...]
    currency: Currencies | None


@dataclass(frozen=True, slots=True)
class ReportPlan:
    """A report's statement for some of its dimensions, and how to read its rows.

    Args:
        dimensions, measures: where each of them stands in a row.
        statement: the statement.
        values: its parameters.
        others: indexes of the numbers of rows whose currency isn't the usual one.
    """

    dimensions: tuple[DimensionColumns, ...]
    measures: tuple[MeasureColumns, ...]
    statement: Select[Any]
    values: Values
    others: tuple[int, ...] = ()


def currency_part(field_type: FieldType) -> Sub | None:
    """Return the part that says what a number is counted in, or None for a bare number."""
    part = field_type.subs().get("currency")
    return None if part is None or field_type.value_type is not ValueType.NUMBER else part


class _Building:
    """One statement being built."""

    def __init__(self, ctx: Context, report: Report, *, ends: bool) -> None:
        self.ends = ends
        parameters = {parameter.id: parameter.type.value_type for parameter in report.parameters}
        self.selection = Selection(ctx, report.entity, parameters)
        self.inner: list[Label[Any]] = []
        self.groups: list[int] = []
        self.outer: list[tuple[str, int]] = []
        self._counted: dict[tuple[tuple[str, ...], str, Expr | None], int] = {}
        self._conditions: dict[Expr, ColumnElement[bool]] = {}

    def add(self, element: ColumnElement[Any]) -> int:
        """Add a column to the rows and return its place."""
        self.inner.append(element.label(f"c{len(self.inner)}"))
        return len(self.inner) - 1

    def take(self, how: str, place: int) -> int:
        """Add an outer column made of an inner one and return its index in the result."""
        if (how, place) in self.outer:
            return self.outer.index((how, place))
        self.outer.append((how, place))
        return len(self.outer) - 1

    def dimension(self, dimension: Dimension) -> DimensionColumns:
        """Group by a dimension."""
        path = dimension.path
        if dimension.bucket is not None:
            expr = dimension.bucket.build(Path(path.keys), dimension.size)
            return DimensionColumns(dimension, (self._group(self.selection.value(expr).element),), None)
        field_type, joins = path.field.type, self.selection.joins
        suffixes = value_suffixes(path)
        if path.sub is None and not is_plain(field_type) and field_type.value_type is ValueType.TEXT:
            suffixes = ("",)  # an address is one line here
        if not suffixes:
            return DimensionColumns(dimension, (self._group(null()),), None)
        keys = tuple(self._group(joins.column(path.hops, path.field, suffix)) for suffix in suffixes)
        if path.sub is not None or target_of(field_type) is None:
            return DimensionColumns(dimension, keys, None)
        return DimensionColumns(dimension, keys, self.take("max", self.add(joins.label(path.hops, path.field))))

    def _group(self, element: ColumnElement[Any]) -> int:
        place = self.add(element)
        self.groups.append(place)
        return self.take("group", place)

    def measure(self, measure: Measure) -> MeasureColumns:
        """Compute a measure's components."""
        if not COMPONENTS[measure.aggregate]:
            return MeasureColumns(measure, (), None)
        if measure.path is None:
            place = self._counting((), "", measure.condition, literal(1, Integer))
            how = "rows" if measure.condition is None else "count"
            return MeasureColumns(measure, ((self.take(how, place), "add"),), None)
        hops, field, sub = measure.path.hops, measure.path.field, measure.path.sub
        joins, at = self.selection.joins, (*(hop.key for hop in hops), field.key)
        suffix = field.type.subs()[sub].suffix if sub is not None else ""
        place = self._counting(at, suffix, measure.condition, joins.column(hops, field, suffix))
        parts = tuple((self.take(how, place), combined) for how, combined in COMPONENTS[measure.aggregate])
        unit = currency_part(field.type) if sub is None and measure.aggregate not in ("count", "distinct") else None
        if unit is None:
            return MeasureColumns(measure, parts, None)
        currency = joins.column(hops, field, unit.suffix)
        if self.ends or unit.usual is None:
            place = self._counting(at, unit.suffix, measure.condition, currency)
            ends = (self.take("min", place), self.take("max", place))
            return MeasureColumns(measure, parts, Currencies(unit.usual or "", None, ends))
        other = currency != literal(unit.usual, currency.type)
        place = self._counting(at, f"not {unit.suffix}", measure.condition, other)
        return MeasureColumns(measure, parts, Currencies(unit.usual, self.take("true", place), None))

    def _counting(self, at: tuple[str, ...], suffix: str, condition: Expr | None, element: ColumnElement[Any]) -> int:
        """Add what is aggregated, for the rows that a condition lets through; once for all measures of the same."""
        place = self._counted.get((at, suffix, condition))
        if place is None:
            if condition is not None:
                if condition not in self._conditions:
                    self._conditions[condition] = self.selection.condition(condition)
                element = case((self._conditions[condition], element))
            place = self._counted[at, suffix, condition] = self.add(element)
        return place

    def statement(self, ordered: Sequence[tuple[int, bool]]) -> Select[Any]:
        """Return the grouped SELECT; `ordered` are indexes of outer columns with whether the largest comes first."""
        self.selection.archived(False)
        plain = self._is_plain()
        rows = None if plain else self.selection.statement(self.inner).subquery()
        inner = [one.element if rows is None else rows.c[one.name] for one in self.inner]
        outer = [_aggregated(how, inner[place]) for how, place in self.outer] or [func.count()]
        statement = self.selection.statement(outer) if rows is None else select(*outer).select_from(rows)
        if self.groups:
            statement = statement.group_by(*(inner[place] for place in self.groups))
        order = [outer[index].desc().nulls_last() if largest else outer[index].asc() for index, largest in ordered]
        ties = [inner[place] for place in self.groups] if ordered else []
        # Written into the statement: PostgreSQL takes an unknown limit for a tenth of the groups, and then reads all
        # rows with one process instead of several.
        limit = bindparam(LIMIT, type_=Integer, literal_execute=True)
        return statement.order_by(*order, *ties).limit(limit)

    def _is_plain(self) -> bool:
        """Return whether nothing is computed that is named twice, so that no inner SELECT has to compute it once.

        SQLite tests a condition within an aggregate faster than one that an inner SELECT makes a value of.
        """
        named = Counter(place for how, place in self.outer if how != "rows")
        named.update(self.groups)
        return all(isinstance(self.inner[place].element, Column) for place, times in named.items() if times > 1)


def _aggregated(how: str, column: ColumnElement[Any]) -> ColumnElement[Any]:
    if how == "group":
        return column
    if how == "rows":
        return func.count()
    if how == "count":
        return func.count(column)
    if how == "true":
        return func.count().filter(column)  # a twentieth quicker than to count what `nullif` leaves
    if how == "distinct":
        return func.count(column.distinct())
    if how == "sum":
        return func.sum(column, type_=column.type)
    return func.min(column, type_=column.type) if how == "min" else func.max(column, type_=column.type)


def report_plan(
    ctx: Context, report: Report, dimensions: Sequence[Dimension], sort: tuple[tuple[str, bool], ...], *, ends: bool
) -> ReportPlan:
    """Build a report's statement.

    Args:
        ctx: the configuration and the reader.
        report: the report.
        dimensions: those of its dimensions that are grouped by; fewer for a margin.
        sort: ids of measures the database sorts by, with whether the largest comes first; empty for any order.
        ends: whether the first and the last currency of each group are wanted, where there may be several.
    """
    building = _Building(ctx, report, ends=ends)
    building.selection.where_expr(report.filter)
    found = tuple(building.dimension(dimension) for dimension in dimensions)
    measures = tuple(building.measure(measure) for measure in report.measures)
    places = {one.measure.id: one.parts[0][0] for one in measures if one.parts}
    statement = building.statement([(places[id_], largest) for id_, largest in sort])
    others = tuple(one.currency.others for one in measures if one.currency is not None)
    counted = tuple(index for index in others if index is not None)
    return ReportPlan(found, measures, statement, building.selection.values(), counted)
