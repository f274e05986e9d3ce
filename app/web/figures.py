"""A report's answer as HTML: table, pivot, chart; every figure leads to the records behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote_plus

import orjson
from markupsafe import Markup

from app.language import Locale
from app.query.chart import MAX_POINTS, MAX_SLICES, chart_option
from app.query.report_drill import Drills
from app.query.report_figures import Figure
from app.query.report_groups import Group
from app.query.report_result import Pivot, ReportResult
from app.query.spec import ALL_RECORDS
from app.web import markup
from app.web.markup import text as escaped
from app.web.texts import text

_ROUND: Final = frozenset({"pie", "donut", "funnel"})
_EMPTY_CELL: Final = '<td class="n"></td>'


class Links:
    """The addresses of the lists behind the figures of one answer; each condition is quoted once.

    Where those records can't be listed for this reader every address is empty.

    Args:
        result: the report's answer.
    """

    def __init__(self, result: ReportResult) -> None:
        self.measures = result.report.measures
        self._listed = result.listed
        self._drills = Drills(result)
        self._path = f"/e/{self._drills.entity}/{ALL_RECORDS}"
        self._quoted: dict[str, str] = {}
        self._own = ["&amp;".join(self._quote(one) for one in self._drills.of_measure(m.id)) for m in self.measures]
        self._filter = [self._quote(condition) for condition in self._drills.filter]
        #: By identity: the rows of an answer share their groups, and each stands in many of them.
        self._groups: dict[int, str] = {}

    def url(self, groups: Sequence[Group] = (), measure: str | None = None) -> str:
        """Return the address of the list behind a cell."""
        if not self._listed:
            return ""
        parts = [self._quote(condition) for condition in self._drills.where(groups, measure)]
        return f"{self._path}?{'&'.join(parts)}" if parts else self._path

    def cells(self, groups: Sequence[Group] = ()) -> list[str]:
        """Return the addresses behind the cells of some groups, one for each measure, ready for an attribute."""
        if not self._listed:
            return [""] * len(self._own)
        known = self._groups
        joined = "&amp;".join([*self._filter, *[known.get(id(group)) or self._of_group(group) for group in groups]])
        start = f"{self._path}?{joined}" if joined else self._path
        joint = "&amp;" if joined else "?"
        return [f"{start}{joint}{own}" if own else start for own in self._own]

    def _of_group(self, group: Group) -> str:
        quoted = self._groups[id(group)] = self._quote(self._drills.of_group(group))
        return quoted

    def _quote(self, condition: str) -> str:
        quoted = self._quoted.get(condition)
        if quoted is None:
            quoted = self._quoted[condition] = f"where={quote_plus(condition)}"
        return quoted


def table(result: ReportResult, locale: Locale) -> Markup:
    """Return the groups as rows, the total below."""
    report, links = result.report, Links(result)
    heads = [f'<th scope="col">{escaped(one.label.text(locale))}</th>' for one in report.dimensions]
    heads += [f'<th scope="col" class="n">{escaped(one.label.text(locale))}</th>' for one in report.measures]
    rows = ["<tr>" + _names(row.groups) + _cells(links, row.figures, row.groups) + "</tr>" for row in result.rows]
    foot = _total_row(result, links, locale) if report.dimensions else _cells(links, result.total, ())
    foot = foot if report.dimensions else f"<tr>{foot}</tr>"
    body = f"<tbody>{''.join(rows)}</tbody>" if report.dimensions else ""
    return _framed("".join(heads), body, foot)


def _names(groups: Sequence[Group]) -> str:
    names = [_badge(group) for group in groups]
    first = f'<th scope="row">{names[0]}</th>' if names else ""
    return first + "".join(f"<td>{name}</td>" for name in names[1:])


def _badge(group: Group) -> str:
    shown = escaped(group.text)
    return f'<span class="badge badge-{group.colour}">{shown}</span>' if group.colour else shown


def _cells(links: Links, figures: Sequence[Figure], groups: Sequence[Group]) -> str:
    return "".join([_figure(figure, url) for figure, url in zip(figures, links.cells(groups), strict=True)])


def _figure(figure: Figure, url: str) -> str:
    """Return a cell; `url` is ready for an attribute, or empty."""
    if not figure.text:
        return _EMPTY_CELL
    if not url:
        return f'<td class="n">{escaped(figure.text)}</td>'
    return f'<td class="n"><a href="{url}">{escaped(figure.text)}</a></td>'


def _total_row(result: ReportResult, links: Links, locale: Locale) -> str:
    span = len(result.report.dimensions)
    head = f'<th scope="row" colspan="{span}">{escaped(text("report.total", locale))}</th>'
    return f'<tr class="total">{head}{_cells(links, result.total, ())}</tr>'


def _framed(heads: str, body: str, foot: str) -> Markup:
    return markup.joined(
        (
            '<div class="scroll" tabindex="0" role="region" data-scroll><table class="grid figures"><thead><tr>',
            heads,
            "</tr></thead>",
            body,
            "<tfoot>",
            foot,
            "</tfoot></table></div>",
        )
    )


# -- pivot ------------------------------------------------------------------------------------------------------------


def pivot_table(result: ReportResult, pivot: Pivot, locale: Locale) -> Markup:
    """Return a pivot with its margins."""
    measures, links = len(result.report.measures), Links(result)
    down = [one for one in result.report.dimensions if one.id not in result.report.across]
    corner = "".join(f'<th scope="col">{escaped(one.label.text(locale))}</th>' for one in down) or "<td></td>"
    total = escaped(text("report.total", locale))
    span = f' colspan="{measures}"' if measures > 1 else ""
    names = [" · ".join(_badge(group) for group in groups) for groups in pivot.columns]
    heads = corner + "".join(f'<th scope="col" class="n"{span}>{name}</th>' for name in names)
    heads += f'<th scope="col" class="n"{span}>{total}</th>'
    if measures > 1:
        heads += "</tr><tr>" + "<td></td>" * max(1, len(down))
        heads += _measure_heads(result, locale) * (len(pivot.columns) + 1)
    rows = [
        "<tr>" + (_names(groups) or "<td></td>") + _pivot_row(links, pivot, place, groups) + "</tr>"
        for place, groups in enumerate(pivot.rows)
    ]
    foot = f'<tr class="total"><th scope="row" colspan="{max(1, len(down))}">{total}</th>'
    foot += "".join(
        _cells(links, figures, groups) for groups, figures in zip(pivot.columns, pivot.column_totals, strict=True)
    )
    foot += _cells(links, pivot.total, ()) + "</tr>"
    return _framed(heads, f"<tbody>{''.join(rows)}</tbody>", foot)


def _measure_heads(result: ReportResult, locale: Locale) -> str:
    return "".join(
        f'<th scope="col" class="n">{escaped(one.label.text(locale))}</th>' for one in result.report.measures
    )


def _pivot_row(links: Links, pivot: Pivot, place: int, groups: Sequence[Group]) -> str:
    cells = []
    for column, across in enumerate(pivot.columns):
        found = pivot.cells.get((place, column))
        cells.append(_EMPTY_CELL * len(links.measures) if found is None else _cells(links, found, (*groups, *across)))
    cells.append(_cells(links, pivot.row_totals[place], groups))
    return "".join(cells)


# -- chart ------------------------------------------------------------------------------------------------------------


def chart(result: ReportResult, locale: Locale, title: str) -> Markup | None:
    """Return the place of a chart with its data; a script draws it. None where there is nothing to draw."""
    option = chart_option(result, locale)
    if option is None or not result.rows:
        return None
    assert result.report.chart is not None
    _lead(result, option, result.report.chart.kind)
    data = orjson.dumps({"kind": result.report.chart.kind, "locale": locale, "option": option}).decode()
    # Inside a block of data only the end of a script element could be taken for something else.
    safe = data.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    label = escaped(text("report.chart_text", locale, title=title))
    return markup.joined(
        (
            '<div class="chart" data-chart><div class="chart-canvas" data-chart-canvas role="img" aria-label="',
            label,
            '"></div><script type="application/json">',
            safe,
            "</script></div>",
        )
    )


def _lead(result: ReportResult, option: dict[str, Any], kind: str) -> None:
    """Give each point of a chart the address of the list behind it."""
    if not result.listed:
        return
    series, links = option["series"], Links(result)
    measures = _measures(result)
    if kind in _ROUND:
        rows = _round_rows(result)[:MAX_SLICES]
        for point, groups in zip(series[0]["data"], rows, strict=False):
            point["url"] = links.url(groups, measures[0])
        return
    if result.pivot is None:
        for one, measure in zip(series, measures, strict=True):
            for point, row in zip(one["data"], result.rows[:MAX_POINTS], strict=False):
                point["url"] = links.url(row.groups, measure)
        return
    for one, across in zip(series, result.pivot.columns, strict=True):
        for point, groups in zip(one["data"], result.pivot.rows[:MAX_POINTS], strict=False):
            if point["value"] is not None:
                point["url"] = links.url((*groups, *across), measures[0])


def _measures(result: ReportResult) -> list[str]:
    known = [measure.id for measure in result.report.measures]
    chosen = result.report.chart
    return [id_ for id_ in (chosen.measures if chosen is not None else ()) if id_ in known] or known[:1]


def _round_rows(result: ReportResult) -> list[tuple[Group, ...]]:
    pivot = result.pivot
    if pivot is not None and pivot.rows and pivot.rows != ((),):
        return list(pivot.rows)
    return [row.groups for row in result.rows]
