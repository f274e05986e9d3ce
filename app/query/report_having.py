"""What the condition on the groups of a report may name, and what it is."""

from __future__ import annotations

from app.expr.scope import PathInfo
from app.expr.types import ValueType
from app.meta.model import Dimension, Measure, Report
from app.meta.scope import NumbersScope, info_of


def having_scope(report: Report) -> NumbersScope:
    """Return the names that a report's `having` may use: its dimensions, its measures, its parameters."""
    types = {one.id: _dimension_info(one) for one in report.dimensions}
    types |= {one.id: _measure_info(one) for one in report.measures}
    return NumbersScope(types, {one.id: one.type.value_type for one in report.parameters})


def _dimension_info(dimension: Dimension) -> PathInfo:
    return info_of(dimension.path) if dimension.bucket is None else PathInfo(dimension.bucket.value_type)


def _measure_info(measure: Measure) -> PathInfo:
    if measure.aggregate in ("min", "max") and measure.path is not None:
        return info_of(measure.path)
    return PathInfo(ValueType.NUMBER)
