"""From a cell of a report to the list behind it: exactly the records that were counted there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from app.expr.ast import Expr, Literal, Parameter, Path, and_, eq, ge, has, is_empty, literal, lt, not_
from app.expr.parse import to_text
from app.expr.types import ValueType
from app.meta.model import Dimension, Measure
from app.query.report_groups import Group
from app.query.report_result import ReportResult
from app.query.spec import ALL_RECORDS


@dataclass(frozen=True, slots=True)
class Drill:
    """A list, ready for an address.

    Args:
        entity: key of the entity.
        view: key of the view, one that filters nothing.
        args: arguments of `ListSpec.parse`.
    """

    entity: str
    view: str
    args: Mapping[str, Sequence[str]]


class Drills:
    """The lists behind all cells of one answer; what many cells have in common is written once.

    Args:
        result: the report's answer.
    """

    def __init__(self, result: ReportResult) -> None:
        report, parameters = result.report, result.parameters
        self.entity = report.entity
        self.filter = () if report.filter is None else (to_text(substituted(report.filter, parameters)),)
        self._dimensions = {dimension.id: dimension for dimension in report.dimensions}
        self._groups: dict[tuple[str, Any], str] = {}
        self._measures = {
            measure.id: tuple(to_text(substituted(one, parameters)) for one in _of_measure(measure))
            for measure in report.measures
        }

    def where(self, groups: Sequence[Group] = (), measure: str | None = None) -> tuple[str, ...]:
        """Return the conditions that all hold for the records behind a cell; see `drill`."""
        texts = [self.of_group(group) for group in groups]
        return (*self.filter, *texts, *(() if measure is None else self.of_measure(measure)))

    def of_measure(self, measure: str) -> tuple[str, ...]:
        """Return the conditions that a measure adds of its own."""
        return self._measures.get(measure, ())

    def of_group(self, group: Group) -> str:
        """Return the condition that a record lies in a group."""
        known = (group.dimension, group.key)
        if known not in self._groups:
            self._groups[known] = to_text(_of_group(self._dimensions[group.dimension], group))
        return self._groups[known]


def drill(result: ReportResult, groups: Sequence[Group] = (), measure: str | None = None) -> Drill:
    """Return the list behind a cell.

    Args:
        result: the report's answer.
        groups: groups of the cell, in any order: of a row, of a row and a column, or none for the total.
        measure: id of the measure; its condition narrows the list down. None for all records of the groups.
    """
    conditions = Drills(result).where(groups, measure)
    return Drill(result.report.entity, ALL_RECORDS, {"where": conditions} if conditions else {})


def _of_measure(measure: Measure) -> list[Expr]:
    """Return what a record needs to be part of a measure: a count counts records that have a value."""
    found = [] if measure.condition is None else [measure.condition]
    if measure.path is not None and measure.aggregate == "count":
        found.append(not_(is_empty(Path(measure.path.keys))))
    return found


def _of_group(dimension: Dimension, group: Group) -> Expr:
    """Return the condition that a record lies in a group."""
    at = Path(dimension.path.keys)
    if group.value is None:
        return is_empty(at)
    if dimension.bucket is not None:
        if dimension.bucket.until is None:
            return eq(dimension.bucket.build(at, dimension.size), literal(group.value))
        end = dimension.bucket.until(group.value, dimension.size)
        return and_(ge(at, _held(group.value)), lt(at, _held(end))) or is_empty(at)
    field_type = dimension.path.field.type
    if dimension.path.sub is None and field_type.value_type is ValueType.LIST:
        return and_(*(has(at, literal(part)) for part in group.value)) or is_empty(at)
    parts = [eq(at, _held(group.key[0]))]
    if len(group.key) > 1:
        parts += [
            eq(Path((*at.keys, name)), _held(value))
            for name, value in zip(field_type.subs(), group.key[1:], strict=False)
            if value is not None
        ]
    return and_(*parts) or is_empty(at)


def _held(value: Any) -> Literal:
    """Hold a stored value in an expression: numbers are exact, instants are UTC without a zone, ids stay ids."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        value = value.astimezone(UTC).replace(tzinfo=None)
    return literal(Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value)


def substituted(expr: Expr, parameters: Mapping[str, Any]) -> Expr:
    """Return an expression with the parameters' values in the place of their names."""
    if isinstance(expr, Parameter):
        return _held(parameters.get(expr.name))
    changed = {one.name: _inside(getattr(expr, one.name), parameters) for one in fields(expr)}
    return replace(expr, **changed)


def _inside(part: Any, parameters: Mapping[str, Any]) -> Any:
    if is_dataclass(part):
        return substituted(part, parameters)  # type: ignore[arg-type]
    if isinstance(part, tuple) and part and is_dataclass(part[0]):
        return tuple(substituted(one, parameters) for one in part)
    return part
