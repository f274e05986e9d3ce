"""Reports, dashboards, search: every one of them, and the way from a figure to its records."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest

from app.web.pages.reports import shows_of
from tests.support.site import Site


def test_every_report_is_shown_in_every_way(full_site: Site) -> None:
    visitor = full_site.visitor("crm_manager")
    shown = 0
    for key, report in full_site.installation.snapshot.model.reports.items():
        if report.roles and "crm_manager" not in report.roles:
            continue
        for show in shows_of(report):
            page = visitor.get(f"/report/{key}?show={show}")
            assert page.status_code == 200, (key, show)
            assert ("data-chart" in page.text) is (show == "chart" and "<tbody>" in page.text), (key, show)
            shown += 1
    assert shown >= 24


def test_a_figure_leads_to_exactly_its_records(full_site: Site) -> None:
    visitor = full_site.visitor("crm_manager")
    page = visitor.get("/report/customers_by_class?show=table").text
    cells = re.findall(r'<td class="n"><a href="(/e/account/[^"]*)">([0-9]+)</a>', page)
    assert cells
    for url, number in cells:
        path, _, query = unescape(url).partition("?")
        assert visitor.get(f"{path}/count?{query}", HX_Request="true").text == number, url
        assert visitor.get(unescape(url)).status_code == 200


def test_a_chart_carries_its_data_and_addresses(full_site: Site) -> None:
    page = full_site.visitor("crm_manager").get("/report/pipeline_by_stage?show=chart").text
    block = re.search(r'<script type="application/json">(.*?)</script>', page, re.DOTALL)
    assert block is not None
    data = json.loads(block[1])
    points = data["option"]["series"][0]["data"]
    assert points
    assert all(point["url"].startswith("/e/opportunity/") for point in points if point["value"])


def test_parameters_are_taken_and_refused(full_site: Site) -> None:
    visitor = full_site.visitor("crm_manager")
    assert 'value="3"' in visitor.get("/report/forecast?p.months=3").text
    wrong = visitor.get("/report/forecast?p.months=viele")
    assert wrong.status_code == 400
    assert "Monate voraus" in wrong.text
    assert visitor.get("/report/forecast?p.nothing=1").status_code == 400
    assert visitor.get("/report/forecast?nothing=1").status_code == 400
    assert visitor.get("/report/forecast?show=nothing").status_code == 400


@pytest.mark.parametrize("kind", ["csv", "xlsx", "json"])
def test_a_report_is_a_file_too(full_site: Site, kind: str) -> None:
    response = full_site.visitor("crm_manager").get(f"/report/forecast/export/{kind}?p.months=3")
    assert response.status_code == 200
    assert response.headers["Content-Disposition"].endswith(f'.{kind}"')


def test_every_dashboard_and_tile_opens(full_site: Site) -> None:
    model = full_site.installation.snapshot.model
    tiles = 0
    for key, board in model.dashboards.items():
        role = board.roles[0] if board.roles else "crm_manager"
        visitor = full_site.visitor(role)
        home = visitor.get(f"/?board={key}").text
        urls = re.findall(r'hx-get="(/tile/[^"]+)"', home)
        assert urls, key
        for url in urls:
            assert visitor.get(url, HX_Request="true").status_code == 200, url
            assert "<html" in visitor.get(url).text
            tiles += 1
    assert tiles > 20


def test_search_and_palette_find_records_and_places(full_site: Site) -> None:
    visitor = full_site.visitor("sales")
    assert "/r/account/" in visitor.get("/search?q=gmbh").text
    assert "Nichts gefunden" in visitor.get("/search?q=xyzxyzxyz").text
    offered = visitor.get("/palette?q=firmen", HX_Request="true").text
    assert 'href="/e/account"' in offered
    assert "/r/" in visitor.get("/palette?q=gmbh", HX_Request="true").text
    assert "<html" in visitor.get("/palette?q=gmbh").text


def test_both_languages_are_complete(full_site: Site) -> None:
    german, english = full_site.visitor("sales"), full_site.visitor("management")
    english.post("/me", {"locale": "en"})
    for url in ("/", "/e/account", "/r/account/1", "/reports", "/shortcuts", "/search?q=a", "/report/forecast"):
        assert 'lang="de"' in german.get(url).text
        page = english.get(url)
        assert '<html lang="en"' in page.text, url
        assert "Tastenkürzel" not in page.text
    english.post("/me", {"locale": "de"})
