"""Reports: the answer of a report document, with its parameters in the query string."""

from __future__ import annotations

from flask import Response

from app.api.frame import NEUTRAL, answer, api_pages, arguments
from app.query.report_export import report_answer
from app.query.reports import run_report
from app.web.lifecycle import context
from app.web.policy import by_token, policy


@api_pages.get("/reports/<key>")
@policy(by_token("reports"))
def report(key: str) -> Response:
    """Answer with a report's groups and figures; its words are in the reader's language."""
    ctx = context()
    raw = {name: list(values) for name, values in arguments().items()}
    result = run_report(ctx, key, raw, written_in=NEUTRAL)
    return answer(report_answer(ctx, result))
