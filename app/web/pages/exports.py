"""Lists and reports as files."""

from __future__ import annotations

import re
from typing import Final

import orjson
from flask import Blueprint, Response, request

from app.errors import NotFound
from app.expr.fold import fold
from app.query.export import FOR_CHANGING, export_csv, export_xlsx, for_changing, require_export
from app.query.report_export import report_csv, report_json, report_xlsx
from app.query.reports import find_report, run_report
from app.query.spec import ListSpec
from app.web.lifecycle import context
from app.web.pages.lists import split_args, view_named
from app.web.pages.reports import parameters_of
from app.web.policy import SIGNED_IN, policy

export_pages: Final = Blueprint("export_pages", __name__)

_CSV: Final = "text/csv"
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_JSON: Final = "application/json"
_UNFIT: Final = re.compile(r"[^a-z0-9]+")


def _file(body: bytes, mimetype: str, name: str, kind: str) -> Response:
    response = Response(body, mimetype=mimetype)
    plain = _UNFIT.sub("-", fold(name)).strip("-") or "lotse"
    response.headers["Content-Disposition"] = f'attachment; filename="{plain[:80]}.{kind}"'
    return response


@export_pages.get("/e/<entity>/<name>/export/<kind>")
@policy(SIGNED_IN)
def of_list(entity: str, name: str, kind: str) -> Response:
    """Send a list as CSV or XLSX."""
    ctx = context()
    view = view_named(ctx, entity, name)
    require_export(ctx, entity)
    spec = ListSpec.parse(ctx, entity, view.key, split_args()[1])
    title = f"{ctx.snapshot.model.entities[entity].plural.text(ctx.locale)} {view.label.text(ctx.locale)}"
    if kind == "csv":
        return _file(b"".join(export_csv(ctx, spec)), _CSV, title, kind)
    if kind == FOR_CHANGING:
        return _file(b"".join(export_csv(ctx, for_changing(ctx, spec))), _CSV, title, "csv")
    if kind == "xlsx":
        return _file(export_xlsx(ctx, spec), _XLSX, title, kind)
    raise NotFound(kind)


@export_pages.get("/report/<key>/export/<kind>")
@policy(SIGNED_IN)
def of_report(key: str, kind: str) -> Response:
    """Send a report's figures as CSV, XLSX or JSON."""
    ctx = context()
    report = find_report(ctx, key)
    require_export(ctx, report.entity)
    result = run_report(ctx, key, parameters_of(request.args.lists()))
    title = report.label.text(ctx.locale)
    if kind == "csv":
        return _file(b"".join(report_csv(ctx, result)), _CSV, title, kind)
    if kind == "xlsx":
        return _file(report_xlsx(ctx, result), _XLSX, title, kind)
    if kind == "json":
        return _file(orjson.dumps(report_json(ctx, result)), _JSON, title, kind)
    raise NotFound(kind)
