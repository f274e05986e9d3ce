"""A report's answer as a file: its groups and figures as CSV, XLSX or JSON.

A figure made of another entity's field is left out where its reader may not export that entity. A report that groups by
such a field, or has no other figures, isn't exported at all: it would be another report.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from app.context import Context
from app.errors import Forbidden
from app.fields.numbers import json_number
from app.language import Label
from app.meta.model import Report
from app.query.export import exports_path, may_export, require_export
from app.query.report_figures import Figure
from app.query.report_groups import Group
from app.query.report_reader import kept_measures
from app.query.report_result import ReportResult, narrowed
from app.query.report_shape import currency_part
from app.query.sheet import csv_chunks, xlsx_bytes

_WITHHELD: Final = Label(
    "Dieser Bericht gliedert nach etwas, das Sie nicht exportieren dürfen, oder rechnet nur damit. Bitte fragen Sie "
    "Ihren CRM-Manager.",
    "This report groups by something that you may not export, or counts nothing else. Please ask your CRM manager.",
)


def exported_report(ctx: Context, report: Report) -> Report | None:
    """Return a report with the measures that its reader may export; None where nothing of it is left that makes sense.

    Args:
        ctx: whose rights count.
        report: as the reader may see it.
    """
    measures = kept_measures(report, lambda one: one.path is None or exports_path(ctx, one.path))
    groups = all(exports_path(ctx, one.path) for one in report.dimensions)
    if not may_export(ctx, report.entity) or not groups or (report.measures and not measures):
        return None
    return replace(report, measures=measures)


def _exported(ctx: Context, result: ReportResult) -> ReportResult:
    """Return of an answer what its reader may export.

    Raises:
        Forbidden: he may not export its records, or nothing of it is left that makes sense.
    """
    require_export(ctx, result.report.entity)
    report = exported_report(ctx, result.report)
    if report is None:
        raise Forbidden(_WITHHELD)
    return narrowed(result, report, listed=result.listed)


def report_headers(ctx: Context, result: ReportResult) -> tuple[str, ...]:
    """Return the headings of a report's table; money has a column for its currency."""
    found = [dimension.label.text(ctx.locale) for dimension in result.report.dimensions]
    for measure, unit in zip(result.report.measures, _units(result), strict=True):
        found.append(measure.label.text(ctx.locale))
        if unit:
            found.append(f"{measure.label.text(ctx.locale)} ({_CURRENCY[ctx.locale]})")
    return tuple(found)


_CURRENCY = {"de": "Währung", "en": "currency"}


def _units(result: ReportResult) -> tuple[bool, ...]:
    """Return for each measure whether it is money."""
    counting = ("count", "distinct", "share")
    return tuple(
        measure.path is not None
        and measure.path.sub is None
        and measure.aggregate not in counting
        and currency_part(measure.path.field.type) is not None
        for measure in result.report.measures
    )


def report_rows(result: ReportResult) -> Iterator[tuple[Any, ...]]:
    """Return the table's rows as values for spreadsheet cells."""
    units = _units(result)
    for row in result.rows:
        cells: list[Any] = [group.text for group in row.groups]
        for figure, unit in zip(row.figures, units, strict=True):
            cells.append(_plain(figure))
            if unit:
                cells.append(getattr(figure.value, "currency", figure.text or None))
        yield tuple(cells)


def _plain(figure: Figure) -> Any:
    return getattr(figure.value, "amount", figure.value)


def report_csv(ctx: Context, result: ReportResult, *, bom: bool = True) -> Iterator[bytes]:
    """Write a report's table as CSV.

    Raises:
        Forbidden: see `_exported`.
    """
    result = _exported(ctx, result)
    return csv_chunks(report_headers(ctx, result), report_rows(result), bom=bom)


def report_xlsx(ctx: Context, result: ReportResult) -> bytes:
    """Write a report's table as a workbook.

    Raises:
        Forbidden: see `_exported`.
    """
    result = _exported(ctx, result)
    return xlsx_bytes(result.report.label.text(ctx.locale), report_headers(ctx, result), report_rows(result))


def report_json(ctx: Context, result: ReportResult) -> dict[str, Any]:
    """Return a report's answer as JSON values.

    Raises:
        Forbidden: see `_exported`.
    """
    return report_answer(ctx, _exported(ctx, result))


def report_answer(ctx: Context, result: ReportResult) -> dict[str, Any]:
    """Return a report's answer as JSON values, for somebody who reads it just as he may read its page."""
    report = result.report
    return {
        "report": report.key,
        "label": report.label.text(ctx.locale),
        "parameters": {name: _json(value) for name, value in result.parameters.items()},
        "dimensions": [{"id": one.id, "label": one.label.text(ctx.locale)} for one in report.dimensions],
        "measures": [{"id": one.id, "label": one.label.text(ctx.locale)} for one in report.measures],
        "rows": [
            {
                **{group.dimension: _group(group) for group in row.groups},
                **_figures(result, row.figures),
            }
            for row in result.rows
        ],
        "total": _figures(result, result.total),
        "truncated": result.truncated,
    }


def _figures(result: ReportResult, figures: tuple[Figure, ...]) -> dict[str, Any]:
    ids = (measure.id for measure in result.report.measures)
    return {id_: {"value": _json(figure.value), "text": figure.text} for id_, figure in zip(ids, figures, strict=True)}


def _group(group: Group) -> dict[str, Any]:
    return {"value": None if group.value is None else _json(group.key[0]), "text": group.text}


def _json(value: Any) -> Any:
    if hasattr(value, "currency"):
        return {"amount": json_number(value.amount), "currency": value.currency}
    if isinstance(value, Decimal):
        return json_number(value)
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value
