"""The answer to a report, as table and as pivot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from app.fields.base import Value
from app.meta.model import Report
from app.query.report_figures import Figure
from app.query.report_groups import Group


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One group of a report: a group of each dimension, a figure of each measure."""

    groups: tuple[Group, ...]
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Pivot:
    """A report with some dimensions across.

    Args:
        rows: groups of the dimensions downwards, in order.
        columns: groups of the dimensions across, in order.
        cells: figures by row and column; a missing one has no records.
        row_totals, column_totals, total: the margins.
    """

    rows: tuple[tuple[Group, ...], ...]
    columns: tuple[tuple[Group, ...], ...]
    cells: Mapping[tuple[int, int], tuple[Figure, ...]]
    row_totals: tuple[tuple[Figure, ...], ...]
    column_totals: tuple[tuple[Figure, ...], ...]
    total: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class ReportResult:
    """The answer to a report.

    Args:
        report: the question.
        parameters: the parameters' values by id.
        rows: the groups, in order.
        total: the figures of everything.
        pivot: the same as a pivot, where the report has dimensions across.
        truncated: whether there are more groups than are shown.
        listed: whether the records behind a figure can be shown as a list.
    """

    report: Report
    parameters: Mapping[str, Value]
    rows: tuple[ReportRow, ...]
    total: tuple[Figure, ...]
    pivot: Pivot | None
    truncated: bool
    listed: bool = True


def narrowed(result: ReportResult, report: Report, *, listed: bool) -> ReportResult:
    """Return an answer with some of its measures only.

    Args:
        result: the answer with all of them.
        report: the question with those that are to be shown.
        listed: see `ReportResult`.
    """
    kept = {measure.id for measure in report.measures}
    places = [place for place, measure in enumerate(result.report.measures) if measure.id in kept]
    if len(places) == len(result.report.measures):
        return replace(result, report=report, listed=listed)
    rows = tuple(ReportRow(row.groups, _kept(row.figures, places)) for row in result.rows)
    pivot = None if result.pivot is None else _narrowed_pivot(result.pivot, places)
    total = _kept(result.total, places)
    return replace(result, report=report, rows=rows, total=total, pivot=pivot, listed=listed)


def _narrowed_pivot(pivot: Pivot, places: Sequence[int]) -> Pivot:
    return replace(
        pivot,
        cells={at: _kept(figures, places) for at, figures in pivot.cells.items()},
        row_totals=tuple(_kept(figures, places) for figures in pivot.row_totals),
        column_totals=tuple(_kept(figures, places) for figures in pivot.column_totals),
        total=_kept(pivot.total, places),
    )


def _kept(figures: Sequence[Figure], places: Sequence[int]) -> tuple[Figure, ...]:
    return tuple(figures[place] for place in places)
