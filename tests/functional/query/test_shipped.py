"""The shipped documents: every view, report, mask's related list and search can be asked for, on both databases."""

from __future__ import annotations

from app.meta.model import RelatedElement
from app.query.chart import chart_option
from app.query.lists import count, list_page
from app.query.record import related
from app.query.report_drill import drill
from app.query.reports import run_report
from app.query.search import search_all
from app.query.spec import ListSpec
from app.query.words import sentence
from tests.support.install import install


def test_everything_that_is_shipped_can_be_read(database_url: str) -> None:
    """Nothing is there yet; every statement runs all the same."""
    installation = install(database_url)
    with installation.ctx() as ctx:
        model = ctx.snapshot.model
        for view in model.views.values():
            spec = ListSpec.parse(ctx, view.entity, view.key, {})
            assert list_page(ctx, spec).rows == ()
            assert count(ctx, spec).number == 0
            assert sentence(ctx, spec, "de")
        for report in model.reports.values():
            result = run_report(ctx, report.key, {})
            assert (chart_option(result, "en") is None) == (report.chart is None)
            behind = drill(result)
            assert list_page(ctx, ListSpec.parse(ctx, behind.entity, behind.view, behind.args)).rows == ()
        elements = [
            element
            for mask in model.masks.values()
            for tab in mask.tabs
            for section in tab.sections
            for element in section.elements
            if isinstance(element, RelatedElement)
        ]
        for element in elements:
            found = related(ctx, element, 1)
            assert found is not None
            assert found.rows == ()
        assert search_all(ctx, "muster 12") == ()
        assert model.reports
        assert elements
    installation.close()
