"""Reports: a document's question, answered in one SELECT, shown as table and pivot.

A report counts live records only. `having` chooses which groups are shown; margins and shares of the total are about
everything that the report's filter lets through.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from itertools import takewhile
from operator import itemgetter
from typing import Any, Final

from sqlalchemy.exc import OperationalError

from app.context import Context
from app.errors import FieldError, InvalidQuery, InvalidValue
from app.expr.to_python import to_python
from app.expr.types import ValueType
from app.fields.base import Raw, Value
from app.fields.formats import formats_for
from app.language import Label, Locale
from app.meta.model import Dimension, Measure, Report, ReportParameter
from app.meta.scope import EntityScope
from app.query.environment import environment_of
from app.query.report_figures import (
    Figure,
    Parts,
    Writer,
    combinable,
    combined,
    number_reader,
    parts_reader,
    share_of,
)
from app.query.report_groups import Group, groups_of, key_of, ranks_of
from app.query.report_having import having_scope
from app.query.report_reader import shown_report
from app.query.report_result import Pivot, ReportResult, ReportRow, narrowed
from app.query.report_shape import LIMIT, MAX_GROUPS, ReportPlan, report_plan
from app.query.shapes import shaped

Key = tuple[Any, ...]
#: Columns of a pivot that are shown at most.
MAX_COLUMNS: Final = 60
_DATABASE_SORTS: Final = frozenset({"count", "distinct", "sum", "min", "max"})
#: What SQLite says when a sum leaves 64 bits; PostgreSQL has no such limit.
_OVERFLOW: Final = "integer overflow"
_TOO_LARGE: Final = Label(
    "Eine Summe dieses Berichts ist zu groß. Bitte die Werte prüfen oder den Bericht eingrenzen.",
    "A sum of this report is too large. Please check the values or narrow the report down.",
)
_UNKNOWN: Final = Label(
    "Der Bericht hat keinen Parameter „{name}“. Nehmen Sie ihn aus der Adresse heraus.",
    "The report has no parameter “{name}”. Remove it from the address.",
)
_WRONG: Final = Label("{name}: {problem}", "{name}: {problem}")
_MISSING: Final = Label("„{name}“ fehlt. Bitte ausfüllen.", "“{name}” is missing. Please fill it in.")


def find_report(ctx: Context, key: str) -> Report:
    """Return a report that the reader may see, with the measures that he may see.

    Raises:
        NotFound, Forbidden: see `app.query.report_reader.shown_report`.
    """
    return shown_report(ctx, key).report


def run_report(ctx: Context, key: str, values: Mapping[str, Raw], *, written_in: Locale | None = None) -> ReportResult:
    """Answer a report.

    Args:
        ctx: whose rights count, and in whose language it is written.
        key: key of the report.
        values: raw values of its parameters by id; the defaults stand in for missing ones.
        written_in: the language that the raw values are written in, where it isn't the reader's.

    Raises:
        NotFound, Forbidden: see `app.query.report_reader.shown_report`.
        InvalidQuery: a parameter is unknown, missing or can't be read.
    """
    shown = shown_report(ctx, key)
    parameters = clean_parameters(replace(ctx, locale=written_in or ctx.locale), shown.report, values)
    # Its conditions and its order look at all measures; those that may not be read are empty for this reader.
    result = _Run(replace(ctx, parameters=parameters), ctx.snapshot.model.reports[key]).result()
    return narrowed(result, shown.report, listed=shown.listed)


def clean_parameters(ctx: Context, report: Report, values: Mapping[str, Raw]) -> dict[str, Value]:
    """Return the parameters' values: what was given, else the defaults.

    Raises:
        InvalidQuery: one is unknown, missing or can't be read.
    """
    known = {parameter.id for parameter in report.parameters}
    errors = [FieldError("report.parameter", _UNKNOWN.format(name=name[:60])) for name in values if name not in known]
    found: dict[str, Value] = {}
    for parameter in report.parameters:
        try:
            value = _parameter(ctx, report, parameter, values)
        except InvalidValue as wrong:
            message = _WRONG.format(name=parameter.label, problem=wrong.error.message)
            errors.append(FieldError(wrong.error.code, message))
            continue
        if value is None and parameter.required:
            errors.append(FieldError("report.missing", _MISSING.format(name=parameter.label)))
        found[parameter.id] = value
    if errors:
        raise InvalidQuery(tuple(errors))
    return found


def _parameter(ctx: Context, report: Report, parameter: ReportParameter, values: Mapping[str, Raw]) -> Value:
    if parameter.id in values:
        raw = values[parameter.id]
        several = parameter.type.value_type is ValueType.LIST
        if isinstance(raw, list | tuple) and not several:
            raw = raw[0] if raw else None
        return parameter.type.expression_value(parameter.type.clean(raw, ctx.locale))
    if parameter.default_expr is not None:
        scope = EntityScope(ctx.snapshot.model, report.entity, {})
        return to_python(parameter.default_expr, scope)(lambda keys: None, environment_of(ctx))
    return None if parameter.default is None else parameter.type.expression_value(parameter.default)


class _Run:
    """One report being answered."""

    def __init__(self, ctx: Context, report: Report) -> None:
        self.ctx = ctx
        self.report = report
        self.formats = formats_for(ctx.locale, ctx.snapshot.time_zone)
        self.writer = Writer(self.formats, report.measures)
        across = set(report.across)
        self.across = tuple(place for place, one in enumerate(report.dimensions) if one.id in across)
        self.down = tuple(place for place, one in enumerate(report.dimensions) if one.id not in across)
        self.every = tuple(range(len(report.dimensions)))
        self.place = {measure.id: place for place, measure in enumerate(report.measures)}
        self.shares = frozenset(place for place, one in enumerate(report.measures) if one.aggregate == "share")
        self.numbers = tuple(number_reader(measure) for measure in report.measures)
        self.groups: list[dict[Any, Group]] = []
        self.ranks: list[dict[Any, int]] = []
        self.cells: dict[Key, Parts] = {}
        self.margins: dict[tuple[int, ...], dict[Key, Parts]] = {}

    def result(self) -> ReportResult:
        """Fetch the groups and put them in order."""
        sort = self._database_sort()
        limit = self.report.limit if sort else MAX_GROUPS
        plan, rows = self._fetched(self.report.dimensions, sort, limit + 1)
        complete = len(rows) <= limit
        rows = rows[:limit]
        keys = [[key_of(columns, row) for row in rows] for columns in plan.dimensions]
        self.groups = [
            groups_of(self.ctx, self.formats, columns, zip(known, rows, strict=True))
            for columns, known in zip(plan.dimensions, keys, strict=True)
        ]
        self.ranks = [ranks_of(known) for known in self.groups]
        cells = zip(*keys, strict=True) if keys else ((),) * len(rows)
        self.cells = dict(zip(cells, map(parts_reader(plan.measures), rows), strict=True))
        self._make_margins(plan, complete)
        shown = self._sorted([key for key in self.cells if self._has(key)], self.every)
        pivot = self._pivot(shown) if self.across else None
        cut = shown[: self.report.limit] if pivot is None else shown
        truncated = not complete or len(cut) < len(shown) or (pivot is not None and len(pivot.cells) < len(shown))
        table = tuple(ReportRow(self._groups_of(key), self._figures(self.every, key)) for key in cut)
        return ReportResult(self.report, self.ctx.parameters, table, self._figures((), ()), pivot, truncated)

    # -- fetching ---------------------------------------------------------------------------------------------------

    def _fetched(
        self, dimensions: Sequence[Dimension], sort: tuple[tuple[str, bool], ...], limit: int
    ) -> tuple[ReportPlan, Sequence[Any]]:
        """Return the groups of some dimensions; where there are unusual currencies, with the ends of each group's."""
        plan = self._plan(dimensions, sort, ends=False)
        rows = self._fetch(plan, limit)
        if not any(row[index] for index in plan.others for row in rows):
            return plan, rows
        plan = self._plan(dimensions, sort, ends=True)
        return plan, self._fetch(plan, limit)

    def _plan(self, dimensions: Sequence[Dimension], sort: tuple[tuple[str, bool], ...], *, ends: bool) -> ReportPlan:
        key = ("report", self.report.key, tuple(dimension.id for dimension in dimensions), sort, ends)
        return shaped(self.ctx, key, lambda: report_plan(self.ctx, self.report, dimensions, sort, ends=ends))

    def _fetch(self, plan: ReportPlan, limit: int) -> Sequence[Any]:
        try:
            return self.ctx.connection.execute(plan.statement, {**plan.values(self.ctx), LIMIT: limit}).all()
        except OperationalError as failed:
            if _OVERFLOW not in str(failed.orig):
                raise
            raise InvalidQuery((FieldError("report.overflow", _TOO_LARGE),)) from failed

    def _database_sort(self) -> tuple[tuple[str, bool], ...]:
        """Return the order where the database can take the first groups by itself: "the ten largest"."""
        aggregates = {measure.id: measure.aggregate for measure in self.report.measures}
        sort = self.report.sort
        if self.report.having is not None or self.report.across or not sort:
            return ()
        if any(aggregates.get(one.by) not in _DATABASE_SORTS for one in sort):
            return ()
        return tuple((one.by, one.descending) for one in sort)

    def _make_margins(self, plan: ReportPlan, complete: bool) -> None:
        """Compute the margins out of the groups where that is exact, else ask the database for them."""
        wanted = {(): (), self.down: self.down, self.across: self.across} if self.across else {(): ()}
        for places in wanted:
            if complete and combinable(plan.measures):
                several: dict[Key, list[Parts]] = {} if places else {(): []}
                for key, parts in self.cells.items():
                    several.setdefault(tuple(key[place] for place in places), []).append(parts)
                self.margins[places] = {key: combined(plan.measures, parts) for key, parts in several.items()}
                continue
            margin, rows = self._fetched([self.report.dimensions[place] for place in places], (), MAX_GROUPS)
            parts_of = parts_reader(margin.measures)
            self.margins[places] = {
                tuple(key_of(columns, row) for columns in margin.dimensions): parts_of(row) for row in rows
            }

    # -- figures ----------------------------------------------------------------------------------------------------

    def _parts(self, places: tuple[int, ...], key: Key) -> Parts | None:
        return self.margins[places].get(key) if places in self.margins else self.cells.get(key)

    def _figures(self, places: tuple[int, ...], key: Key) -> tuple[Figure, ...]:
        """Return the figures of a group, or of a margin where `places` are the dimensions it keeps."""
        parts = self._parts(places, key)
        if parts is None:
            return tuple([self.writer.figure(place, None, None) for place in range(len(self.numbers))])
        shares, write = self.shares, self.writer.figure
        return tuple(
            [
                write(place, self._share(place, places, key) if place in shares else read(components), currencies)
                for place, (read, components, currencies) in enumerate(
                    zip(self.numbers, parts.components, parts.currencies, strict=True)
                )
            ]
        )

    def _number(self, measure: Measure, places: tuple[int, ...], key: Key) -> Any:
        place = self.place[measure.id]
        if place in self.shares:
            return self._share(place, places, key)
        parts = self._parts(places, key)
        return None if parts is None else self.numbers[place](parts.components[place])

    def _share(self, place: int, places: tuple[int, ...], key: Key) -> Decimal | None:
        """Return a measure that is a share of others, where there is such a group."""
        if self._parts(places, key) is None:
            return None
        measure = self.report.measures[place]
        base = self._base(measure.base, places, key)
        if measure.of in ("row", "column", "total", None):
            kept = {"row": self.down, "column": self.across}.get(measure.of or "total", ())
            if not self.across:
                kept = places if measure.of == "row" else ()
            whole = tuple(place for place in places if place in kept)
            key = tuple(part for place, part in zip(places, key, strict=True) if place in whole)
            return share_of(base, self._base(measure.base, whole, key))
        return share_of(base, self._base(measure.of, places, key))

    def _base(self, measure_id: str | None, places: tuple[int, ...], key: Key) -> Any:
        """Return the number of a measure that is shared out or shared in; none where currencies are mixed."""
        if measure_id is None:
            measure_id = next(one.id for one in self.report.measures if one.aggregate != "share")
        measure = self.report.measures[self.place[measure_id]]
        parts = self._parts(places, key)
        if parts is None:
            return None
        currencies = parts.currencies[self.place[measure_id]]
        if currencies is not None and currencies[0] != currencies[1]:
            return None
        return self._number(measure, places, key)

    def _has(self, key: Key) -> bool:
        """Return whether a group is shown."""
        if self.report.having is None:
            return True
        return self._condition()(lambda keys: self._by_id(key, keys[0]), environment_of(self.ctx)) is True

    def _condition(self) -> Callable[..., Any]:
        scope = having_scope(self.report)
        having = self.report.having
        assert having is not None
        return shaped(self.ctx, ("report.having", self.report.key), lambda: to_python(having, scope))

    def _by_id(self, key: Key, id_: str) -> Any:
        """Return what a name in `having` stands for in a group: a measure's number, or a dimension's value."""
        measure = self.place.get(id_)
        if measure is None:
            place = next(place for place, one in enumerate(self.report.dimensions) if one.id == id_)
            return self.groups[place][key[place]].value
        return self._number(self.report.measures[measure], self.every, key)

    # -- order ------------------------------------------------------------------------------------------------------

    def _groups_of(self, key: Key) -> tuple[Group, ...]:
        return tuple([known[part] for known, part in zip(self.groups, key, strict=True)])

    def _sorted(self, keys: list[Key], places: tuple[int, ...]) -> list[Key]:
        """Sort groups of some dimensions; what has no value comes last in either direction."""
        ids = [self.report.dimensions[place].id for place in places]
        last = list(takewhile(lambda one: one.by in ids, reversed(self.report.sort)))
        columns: dict[int, bool] = {}
        for one in reversed(last):
            columns.setdefault(ids.index(one.by), one.descending)
        for at in range(len(places)):
            columns.setdefault(at, False)
        keys = self._by_groups(keys, places, columns)
        for one in reversed(self.report.sort[: len(self.report.sort) - len(last)]):
            if one.by in self.place:
                measure = self.report.measures[self.place[one.by]]
                keys = _in_order(keys, partial(self._number, measure, places), one.descending)
            elif one.by in ids:
                keys = self._by_groups(keys, places, {ids.index(one.by): one.descending})
        return keys

    def _by_groups(self, keys: list[Key], places: tuple[int, ...], columns: Mapping[int, bool]) -> list[Key]:
        """Sort groups by some of their dimensions: at these indexes of `places`, with whether in reverse."""
        ranks = [(self._directed(places[at], descending), at) for at, descending in columns.items()]
        return sorted(keys, key=lambda key: tuple([known[key[at]] for known, at in ranks]))

    def _directed(self, place: int, descending: bool) -> Mapping[Any, int]:
        """Return the places of a dimension's groups in one direction; the group without a value is the last in both."""
        ranks = self.ranks[place]
        if not descending:
            return ranks
        return {part: len(ranks) if group.value is None else -ranks[part] for part, group in self.groups[place].items()}

    def _pivot(self, keys: Sequence[Key]) -> Pivot:
        down = self._sorted(list(dict.fromkeys(_kept(key, self.down) for key in keys)), self.down)[: self.report.limit]
        across = self._across(keys)[:MAX_COLUMNS]
        rows = {key: index for index, key in enumerate(down)}
        columns = {key: index for index, key in enumerate(across)}
        cells = {
            (rows[_kept(key, self.down)], columns[_kept(key, self.across)]): self._figures(self.every, key)
            for key in keys
            if _kept(key, self.down) in rows and _kept(key, self.across) in columns
        }
        return Pivot(
            tuple(tuple(self.groups[p][part] for p, part in zip(self.down, key, strict=True)) for key in down),
            tuple(tuple(self.groups[p][part] for p, part in zip(self.across, key, strict=True)) for key in across),
            cells,
            tuple(self._figures(self.down, key) for key in down),
            tuple(self._figures(self.across, key) for key in across),
            self._figures((), ()),
        )

    def _across(self, keys: Sequence[Key]) -> list[Key]:
        """Return the columns of a pivot: always in their own order, so that months stay in a row."""
        found = dict.fromkeys(_kept(key, self.across) for key in keys)
        return self._by_groups(list(found), self.across, dict.fromkeys(range(len(self.across)), False))


def _kept(key: Key, places: tuple[int, ...]) -> Key:
    return tuple(key[place] for place in places)


def _in_order(keys: list[Key], value: Callable[[Key], Any], descending: bool) -> list[Key]:
    known = [(value(key), key) for key in keys]
    filled = sorted([one for one in known if one[0] is not None], key=itemgetter(0), reverse=descending)
    return [key for _, key in filled] + [key for place, key in known if place is None]
