"""A report as a chart: plain data for ECharts, without functions, colours of meaning by their names.

The page resolves colours from the theme (`colour` of a point or series is a meaning colour's name or null) and draws
on a canvas; so nothing here knows HTML or CSS.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from app.language import Locale
from app.query.report_figures import Figure
from app.query.report_groups import Group
from app.query.report_result import Pivot, ReportResult, ReportRow

#: Points of one series; a longer one would only be a blot.
MAX_POINTS: Final = 200
MAX_SLICES: Final = 12
_OTHERS: Final = {"de": "Übrige", "en": "Others"}
_JOIN: Final = " · "

Option = dict[str, Any]


def chart_option(result: ReportResult, locale: Locale) -> Option | None:
    """Return the option object of a report's chart, or None where the report has no chart.

    Args:
        result: the report's answer.
        locale: the reader's language.
    """
    chart = result.report.chart
    if chart is None:
        return None
    places = {measure.id: place for place, measure in enumerate(result.report.measures)}
    measures = [places[id_] for id_ in chart.measures if id_ in places] or [0]
    return _KINDS[chart.kind](result, measures, chart.kind, locale)


def number(figure: Figure | None) -> int | float | None:
    """Return a figure as a number that a chart can draw; money by its amount."""
    value: Any = None if figure is None else figure.value
    value = getattr(value, "amount", value)
    if isinstance(value, bool) or not isinstance(value, Decimal | int):
        return None
    exact = Decimal(value)
    return int(exact) if exact == int(exact) else float(round(exact, 6))


def name_of(groups: Sequence[Group]) -> str:
    """Return what a row or column is called."""
    return _JOIN.join(group.text for group in groups)


def _base(names: Sequence[str]) -> Option:
    return {
        "aria": {"enabled": True, "decal": {"show": True}},
        "tooltip": {"trigger": "axis", "renderMode": "richText", "confine": True},
        "legend": {"data": list(names), "show": len(names) > 1, "type": "scroll"},
        "grid": {"containLabel": True, "left": 8, "right": 16, "top": 40, "bottom": 8},
    }


def _label(result: ReportResult, place: int, locale: Locale) -> str:
    return result.report.measures[place].label.text(locale)


def _axes(result: ReportResult, places: Sequence[int], kind: str, locale: Locale) -> Option:
    """Draw bars, lines and areas: the rows along the axis, a series for each column or measure."""
    if result.pivot is not None:
        names, series = _pivot_series(result, result.pivot, places[0], locale)
    else:
        rows = result.rows[:MAX_POINTS]
        names = [name_of(row.groups) for row in rows]
        series = [(_label(result, place, locale), [row.figures[place] for row in rows], None) for place in places]
    option = _base([name for name, _, _ in series])
    option["xAxis"] = {"type": "category", "data": names}
    option["yAxis"] = {"type": "value"}
    option["series"] = [_series(kind, *one) for one in series]
    if len(series) == 1 and result.pivot is None:
        _paint(option["series"][0]["data"], [row.groups[0].colour if row.groups else None for row in result.rows])
    return option


def _pivot_series(
    result: ReportResult, pivot: Pivot, place: int, locale: Locale
) -> tuple[list[str], list[tuple[str, list[Figure | None], str | None]]]:
    if not pivot.rows or pivot.rows == ((),):
        names = [_label(result, place, locale)]
    else:
        names = [name_of(groups) for groups in pivot.rows[:MAX_POINTS]]
    series: list[tuple[str, list[Figure | None], str | None]] = []
    for column, groups in enumerate(pivot.columns):
        cells = [pivot.cells.get((row, column)) for row in range(len(names))]
        figures = [None if cell is None else cell[place] for cell in cells]
        series.append((name_of(groups), figures, groups[0].colour if len(groups) == 1 else None))
    return names, series


def _series(kind: str, name: str, figures: Sequence[Figure | None], colour: str | None) -> Option:
    points = [{"value": number(figure), "text": "" if figure is None else figure.text} for figure in figures]
    found: Option = {"name": name, "type": "bar" if kind in ("bar", "stacked_bar") else "line", "data": points}
    if colour is not None:
        found["colour"] = colour
    if kind == "stacked_bar":
        found["stack"] = "all"
    if kind == "area":
        found["areaStyle"] = {}
    return found


def _paint(points: Sequence[Option], colours: Sequence[str | None]) -> None:
    for point, colour in zip(points, colours, strict=False):
        if colour is not None:
            point["colour"] = colour


def _slices(result: ReportResult, places: Sequence[int], kind: str, locale: Locale) -> Option:
    """Draw parts of a whole; what is too small for a slice of its own is put together."""
    place = places[0]
    rows = _column_rows(result) or list(result.rows)
    shown, rest = rows[:MAX_SLICES], rows[MAX_SLICES:]
    points: list[Option] = [
        {"name": name_of(row.groups), "value": number(row.figures[place]), "text": row.figures[place].text}
        for row in shown
    ]
    if kind != "funnel" and rest:
        values = [value for row in rest if (value := number(row.figures[place])) is not None]
        points.append({"name": _OTHERS[locale], "value": sum(values), "text": ""})
    _paint(points, [row.groups[0].colour if row.groups else None for row in shown])
    option = _base([point["name"] for point in points])
    option["tooltip"]["trigger"] = "item"
    del option["grid"]
    drawn = "funnel" if kind == "funnel" else "pie"
    found: Option = {"name": _label(result, place, locale), "type": drawn, "data": points}
    if kind == "donut":
        found["radius"] = ["45%", "70%"]
    if kind == "funnel":
        found["sort"] = "none"
    option["series"] = [found]
    return option


def _column_rows(result: ReportResult) -> list[ReportRow]:
    """Return a pivot's rows with their totals; a whole has no columns."""
    pivot = result.pivot
    if pivot is None or pivot.rows == ((),):
        return []
    return [ReportRow(groups, total) for groups, total in zip(pivot.rows, pivot.row_totals, strict=True)]


_KINDS: Final[Mapping[str, Callable[[ReportResult, Sequence[int], str, Locale], Option]]] = {
    "bar": _axes,
    "stacked_bar": _axes,
    "line": _axes,
    "area": _axes,
    "pie": _slices,
    "donut": _slices,
    "funnel": _slices,
}
