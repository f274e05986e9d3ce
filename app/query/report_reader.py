"""What of a report is there for a reader: nothing of it names a field that he may not read.

A measure of such a field is left out, as a column of a list is. A report that groups by one, or has no other measures,
would be another report without it: it isn't offered, and whoever asks for it is told so.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Final

from app.access.rights import meant_for
from app.context import Context
from app.errors import Forbidden, NotFound
from app.expr.ast import Expr
from app.expr.deps import paths
from app.language import Label
from app.meta.model import Chart, Measure, Report, Tile
from app.meta.scope import EntityScope
from app.query.gate import readable, readable_entities, required
from app.query.paths import readable_path
from app.query.shapes import shaped

_WITHHELD: Final = Label(
    "Dieser Bericht gliedert nach etwas, das Sie nicht sehen können, oder rechnet nur damit. Bitte fragen Sie Ihren "
    "CRM-Manager.",
    "This report groups by something that you can't see, or counts nothing else. Please ask your CRM manager.",
)
#: What a share is of, where that is no other measure.
_WHOLES: Final = frozenset({"row", "column", "total"})


@dataclass(frozen=True, slots=True)
class ShownReport:
    """A report as it is for a reader.

    Args:
        report: without the measures that he may not see.
        listed: whether he may name all that its filter names, so that the records behind a figure can be listed.
    """

    report: Report
    listed: bool


def is_offered(ctx: Context, report: Report) -> bool:
    """Return whether a report is there for a reader: meant for him, and made of what he may read."""
    return meant_for(ctx.actor, report.roles) and report.entity in readable(ctx) and _shown(ctx, report) is not None


def shows_tile(ctx: Context, tile: Tile) -> bool:
    """Return whether the reader may see what a tile of a dashboard shows."""
    model = ctx.snapshot.model
    if tile.view is not None and tile.view in model.views:
        return model.views[tile.view].entity in readable(ctx)
    report = model.reports.get(tile.report or "")
    return report is not None and is_offered(ctx, report)


def shown_report(ctx: Context, key: str) -> ShownReport:
    """Return a report as it is for a reader.

    Raises:
        NotFound: it doesn't exist for this reader.
        Forbidden: it is made of what he may not see.
    """
    report = ctx.snapshot.model.reports.get(key)
    if report is None or not meant_for(ctx.actor, report.roles):
        raise NotFound(key)
    required(ctx, report.entity)
    shown = _shown(ctx, report)
    if shown is None:
        raise Forbidden(_WITHHELD)
    return shown


def _shown(ctx: Context, report: Report) -> ShownReport | None:
    return shaped(ctx, ("report.shown", report.key), lambda: _cut(ctx, report))


def _cut(ctx: Context, report: Report) -> ShownReport | None:
    """Return a report without what a reader may not see; None where nothing of it is left that makes sense."""
    measures = _measures(ctx, report)
    if not all(readable_path(ctx, one.path) for one in report.dimensions) or (report.measures and not measures):
        return None
    chart = None if report.chart is None else _chart(report.chart, {one.id for one in measures})
    return ShownReport(replace(report, measures=measures, chart=chart), _may_name(ctx, report, report.filter))


def _measures(ctx: Context, report: Report) -> tuple[Measure, ...]:
    """Return the measures that a reader may see; a share isn't among them where what it is made of isn't."""
    return kept_measures(report, lambda one: _is_readable(ctx, report, one))


def kept_measures(report: Report, keeps: Callable[[Measure], bool]) -> tuple[Measure, ...]:
    """Return some measures of a report, without the shares of those that are left out."""
    base = next((one.id for one in report.measures if one.aggregate != "share"), None)
    kept = [one for one in report.measures if keeps(one)]
    while True:
        known = {one.id for one in kept}
        left = [one for one in kept if one.aggregate != "share" or _made_of(one, base) <= known]
        if len(left) == len(kept):
            return tuple(left)
        kept = left


def _made_of(share: Measure, base: str | None) -> frozenset[str]:
    """Return the ids of the measures that a share is computed from."""
    found = {share.base or base, None if share.of in _WHOLES else share.of}
    return frozenset(one for one in found if one is not None)


def _is_readable(ctx: Context, report: Report, measure: Measure) -> bool:
    return (measure.path is None or readable_path(ctx, measure.path)) and _may_name(ctx, report, measure.condition)


def _may_name(ctx: Context, report: Report, expr: Expr | None) -> bool:
    """Return whether a reader may read everything that a condition names."""
    scope = EntityScope(readable_entities(ctx), report.entity)
    return expr is None or all(scope.resolve(keys) is not None for keys in paths(expr))


def _chart(chart: Chart, known: Collection[str]) -> Chart | None:
    """Return a chart of the measures that are left; None where it drew others only."""
    measures = tuple(one for one in chart.measures if one in known)
    return None if chart.measures and not measures else replace(chart, measures=measures)
