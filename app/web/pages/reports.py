"""Reports: table, pivot and chart, with the parameters that the reader chooses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from markupsafe import Markup

from app.context import Context
from app.errors import FieldError, InvalidQuery
from app.expr.types import ValueType
from app.fields.choosing import ChoosingField
from app.fields.formats import formats_for
from app.language import Label
from app.meta.model import Report, ReportParameter
from app.query.report_export import exported_report
from app.query.report_result import ReportResult
from app.query.reports import find_report, run_report
from app.web import figures, shell
from app.web.filters import Choice
from app.web.lifecycle import context
from app.web.pages.lists import Link, withheld_words
from app.web.people import people
from app.web.places import report_url, reports_for
from app.web.policy import SIGNED_IN, policy
from app.web.render import render
from app.web.respond import respond
from app.web.texts import text

report_pages: Final = Blueprint("report_pages", __name__)

SHOWS: Final = ("chart", "table", "pivot")
#: Stands before a parameter's id in an address, so that none is mistaken for an argument of the page.
PREFIX: Final = "p."
_OWN: Final = frozenset({"show", "locale"})
_INPUTS: Final[Mapping[ValueType, str]] = {ValueType.DATE: "date", ValueType.DATETIME: "datetime-local"}
_UNKNOWN_SHOW: Final = Label(
    "Die Darstellung „{name}“ gibt es nicht. Wählen Sie Tabelle, Kreuztabelle oder Diagramm.",
    "There is no way “{name}” to show a report. Choose table, pivot table or chart.",
)


@dataclass(frozen=True, slots=True)
class ParameterInput:
    """The input of one parameter."""

    id: str
    name: str
    label: str
    input: str
    value: str
    options: tuple[Choice, ...]
    required: bool


@dataclass(frozen=True, slots=True)
class Show:
    """One way to show a report."""

    key: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class ReportScreen:
    """What the report template shows."""

    title: str
    help: str
    path: str
    show: str
    parameters: tuple[ParameterInput, ...]
    shows: tuple[Show, ...]
    exports: tuple[Link, ...]
    withheld: str
    chart: Markup | None
    body: Markup | None
    cut: str


@report_pages.get("/reports")
@policy(SIGNED_IN)
def index() -> Response:
    """Show all reports that the reader may run, by entity."""
    ctx = context()
    model, locale = ctx.snapshot.model, ctx.locale
    groups: dict[str, list[dict[str, str]]] = {}
    for report in reports_for(ctx):
        entry = {
            "url": report_url(report.key),
            "label": report.label.text(locale),
            "help": report.help.text(locale) if report.help else "",
        }
        groups.setdefault(report.entity, []).append(entry)
    shown = [
        {"key": key, "label": model.entities[key].plural.text(locale), "reports": reports}
        for key, reports in groups.items()
    ]
    return respond(shell.answer(ctx, text("report.all", locale), render("pages/reports.html", locale, groups=shown)))


@report_pages.get("/report/<key>")
@policy(SIGNED_IN)
def show(key: str) -> Response:
    """Show a report."""
    ctx = context()
    report = find_report(ctx, key)
    raw = parameters_of(request.args.lists())
    chosen = _show_of(report, request.args.get("show"))
    result = run_report(ctx, key, raw)
    screen = _screen(ctx, result, raw, chosen)
    return respond(shell.answer(ctx, screen.title, render("pages/_report.html", ctx.locale, page=screen)))


def parameters_of(args: object) -> dict[str, str]:
    """Return the parameters' raw values out of a query string; whatever else stands there keeps its name.

    Args:
        args: names and lists of values.
    """
    found: dict[str, str] = {}
    for name, values in args:  # type: ignore[attr-defined]
        if name in _OWN:
            continue
        if values[0].strip() or len(values) > 1:
            found[name.removeprefix(PREFIX) if name.startswith(PREFIX) else f"?{name}"] = values[0]
    return found


def _show_of(report: Report, asked: str | None) -> str:
    offered = shows_of(report)
    if asked is None:
        return report.show if report.show in offered else offered[0]
    if asked not in SHOWS:
        raise InvalidQuery((FieldError("report.show", _UNKNOWN_SHOW.format(name=asked[:40])),))
    return asked if asked in offered else offered[0]


def shows_of(report: Report) -> tuple[str, ...]:
    """Return the ways in which a report can be shown."""
    possible = {"chart": report.chart is not None, "table": True, "pivot": bool(report.across)}
    return tuple(show for show in SHOWS if possible[show])


def _screen(ctx: Context, result: ReportResult, raw: Mapping[str, str], chosen: str) -> ReportScreen:
    report, locale = result.report, ctx.locale
    path = report_url(report.key)
    given = [(f"{PREFIX}{name}", value) for name, value in raw.items()]
    title = report.label.text(locale)
    taken = exported_report(ctx, report)
    kept_back = [one.label.text(locale) for one in report.measures if taken is not None and one not in taken.measures]
    return ReportScreen(
        title=title,
        help=report.help.text(locale) if report.help else "",
        path=path,
        show=chosen,
        parameters=tuple(_input(ctx, result, parameter) for parameter in report.parameters),
        shows=tuple(
            Show(key, f"{path}?{urlencode([*given, ('show', key)])}", key == chosen) for key in shows_of(report)
        ),
        exports=() if taken is None else _exports(ctx, path, given),
        withheld=withheld_words(ctx, kept_back),
        chart=figures.chart(result, locale, title) if chosen == "chart" else None,
        body=body_of(result, chosen, ctx),
        cut=text("report.cut", locale, n=len(result.rows)) if result.truncated else "",
    )


def body_of(result: ReportResult, chosen: str, ctx: Context) -> Markup | None:
    """Return the figures, as a pivot where that is asked for; None where there are none."""
    if not result.rows and result.report.dimensions:
        return None
    if chosen == "pivot" and result.pivot is not None:
        return figures.pivot_table(result, result.pivot, ctx.locale)
    return figures.table(result, ctx.locale)


def _input(ctx: Context, result: ReportResult, parameter: ReportParameter) -> ParameterInput:
    field_type = parameter.type
    formats = formats_for(ctx.locale, ctx.snapshot.time_zone)
    value = result.parameters.get(parameter.id)
    shown = "" if value is None else str(field_type.form_values(value, formats).get("value", ""))
    options: tuple[Choice, ...] = ()
    target = next((column.references for column in field_type.columns() if column.references), None)
    if isinstance(field_type, ChoosingField):
        shown = "" if value is None else str(value)
        options = tuple(
            Choice(option.key, option.label.text(ctx.locale), option.key == shown) for option in field_type.offered
        )
    elif target is not None and target.startswith("@"):
        shown = "" if value is None else str(value)
        options = tuple(Choice(str(id_), name, str(id_) == shown) for id_, name in people(ctx, target))
    return ParameterInput(
        parameter.id,
        f"{PREFIX}{parameter.id}",
        parameter.label.text(ctx.locale),
        _INPUTS.get(field_type.value_type, "text"),
        shown,
        options,
        parameter.required,
    )


def _exports(ctx: Context, path: str, given: list[tuple[str, str]]) -> tuple[Link, ...]:
    query = f"?{urlencode(given)}" if given else ""
    names = {"csv": "list.csv", "xlsx": "list.xlsx", "json": "report.json"}
    return tuple(Link(text(name, ctx.locale), f"{path}/export/{kind}{query}") for kind, name in names.items())
