"""A report names nothing that its reader may not read: on its page, as a file, as a tile, as a chart, in the API."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import unescape
from pathlib import Path
from typing import Any, Final

import pytest

from tests.support.documents import entity, label, of
from tests.support.install import write_documents
from tests.support.program import program
from tests.support.site import Site, make_site

_MARGIN: Final = {"id": "margin_sum", "aggregate": "sum", "field": "margin", "label": label("Marge")}
_COUNT: Final = {"id": "n", "aggregate": "count", "label": label("Anzahl")}
_RICH: Final = {"id": "rich", "aggregate": "count", "condition": "margin > 50", "label": label("Margenstarke")}
_SHARE: Final = {"id": "part", "aggregate": "share", "base": "margin_sum", "of": "total", "label": label("Margenteil")}
_BY_STAGE: Final = {"id": "stage", "field": "stage", "label": label("Stufe")}
_HIDDEN_WORDS: Final = ("Marge", "margin", "Quote", "quota")
_WITHHELD: Final = "Dieser Bericht gliedert nach etwas, das Sie nicht sehen können"


def _report(title: str, dimensions: list[Any], measures: list[Any], **more: Any) -> dict[str, Any]:
    return {"entity": "deal", "label": label(title), "dimensions": dimensions, "measures": measures, **more}


DOCUMENTS: Final[Mapping[tuple[str, str], Any]] = {
    ("entities", "firm"): entity("Firmen", {"name": of("text"), "quota": of("integer", label="Quote")}),
    ("entities", "deal"): entity(
        "Geschäfte",
        {
            "name": of("text"),
            "stage": of("text", label="Stufe"),
            "region": of("text", label="Gebiet"),
            "margin": of("integer", label="Marge"),
            "firm": of("reference", target="firm", label="Firma"),
        },
    ),
    ("reports", "mixed"): _report(
        "Gemischt",
        [_BY_STAGE],
        [_MARGIN, _COUNT, _RICH, _SHARE],
        sort=[{"by": "margin_sum", "descending": True}],
        chart={"kind": "bar", "measures": ["margin_sum"]},
        show="chart",
    ),
    ("reports", "crossed"): _report(
        "Gekreuzt",
        [_BY_STAGE, {"id": "region", "field": "region", "label": label("Gebiet")}],
        [_RICH, _COUNT, _MARGIN],
        across=["region"],
        chart={"kind": "stacked_bar", "measures": ["margin_sum", "n"]},
        show="pivot",
    ),
    ("reports", "chosen"): _report("Gewählt", [_BY_STAGE], [_COUNT], filter="margin is empty or margin > 0"),
    ("reports", "single"): _report("Zahl", [], [_COUNT], filter="margin is empty or margin > 0"),
    ("reports", "had"): _report("Mit Bedingung", [_BY_STAGE], [_COUNT, _MARGIN], having="n > 0 or margin_sum > 0"),
    ("reports", "grouped"): _report("Gegliedert", [{"id": "by", "field": "margin"}], [_COUNT]),
    ("reports", "far"): _report("Fern", [{"id": "by", "field": "firm.quota", "label": label("Quote")}], [_COUNT]),
    ("reports", "alone"): _report("Allein", [], [_MARGIN]),
    ("dashboards", "board"): {
        "label": label("Tafel"),
        "tiles": [
            {"id": key, "report": key} for key in ("mixed", "crossed", "chosen", "single", "had", "grouped", "alone")
        ],
    },
    ("roles", "boss"): {
        "label": label("Chef"),
        "capabilities": ["export"],
        "entities": {"*": {"read": True, "create": True}},
    },
    ("roles", "clerk"): {
        "label": label("Büro"),
        "capabilities": ["export"],
        "entities": {
            "deal": {"read": True, "fields": {"margin": "none"}},
            "firm": {"read": True, "fields": {"quota": "none"}},
        },
    },
}  # fmt: skip
_SHOWN: Final = ("mixed", "crossed", "chosen", "single", "had")
_KEPT_BACK: Final = ("grouped", "far", "alone")


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    """Return a site with some records."""
    made = make_site(database_url, write_documents(tmp_path / "documents", DOCUMENTS))
    boss = program(made, "boss")
    firm = boss.create("firm", name="A", quota=7)["id"]
    for number, (stage, region) in enumerate((("neu", "Nord"), ("neu", "Süd"), ("alt", "Nord"))):
        boss.create("deal", name=f"D{number}", stage=stage, region=region, margin=100 * number + 10, firm=firm)
    yield made
    made.installation.close()


@pytest.mark.parametrize("key", _SHOWN)
def test_what_cannot_be_read_is_left_out_everywhere(site: Site, key: str) -> None:
    clerk, boss, asking = site.visitor("clerk"), site.visitor("boss"), program(site, "clerk")
    pages = [clerk.get(f"/report/{key}?show={show}").text for show in ("table", "pivot", "chart")]
    pages += [clerk.get(f"/report/{key}/export/{kind}").text for kind in ("csv", "json")]
    pages += [clerk.get(f"/tile/board/{key}").text, asking.get(f"/reports/{key}").text]
    for page in pages:
        assert not any(word in page for word in _HIDDEN_WORDS), page
    assert clerk.get(f"/report/{key}/export/xlsx").status_code == 200
    answer = asking.get(f"/reports/{key}").get_json()
    assert [one["id"] for one in answer["measures"]] == ["n"]
    assert answer["total"]["n"]["value"] == 3
    assert all(set(row) <= {"stage", "region", "n"} for row in answer["rows"])
    if key not in ("chosen", "single"):
        assert "Marge" in boss.get(f"/report/{key}?show=table").text


@pytest.mark.parametrize("who", ["clerk", "boss"])
def test_every_figure_leads_to_a_list_that_can_be_seen_or_nowhere(site: Site, who: str) -> None:
    visitor, found = site.visitor(who), set[str]()
    for key in _SHOWN:
        for show in ("table", "pivot", "chart"):
            page = unescape(visitor.get(f"/report/{key}?show={show}").text)
            found.update(re.findall(r'"(/e/deal/-[^"]*)"', page))
        found.update(re.findall(r'"(/e/deal/-[^"]*)"', unescape(visitor.get(f"/tile/board/{key}").text)))
    assert len(found) > 3
    assert {url: visitor.get(url).status_code for url in found} == dict.fromkeys(found, 200)
    behind = unescape(visitor.get("/report/chosen").text)
    assert ('"/e/deal/-' in behind) == (who == "boss"), "its filter can't be asked by whoever may not name the field"


def test_a_chart_of_what_cannot_be_read_is_not_drawn(site: Site) -> None:
    clerk = site.visitor("clerk")
    assert "data-chart" not in clerk.get("/report/mixed").text
    assert "show=chart" not in clerk.get("/report/mixed").text
    assert "data-chart" in clerk.get("/report/crossed?show=chart").text
    assert "data-chart" in site.visitor("boss").get("/report/mixed").text


def test_a_report_that_would_be_another_one_is_not_offered_and_says_why(site: Site) -> None:
    clerk, boss = site.visitor("clerk"), site.visitor("boss")
    asking = program(site, "clerk")
    for key in _KEPT_BACK:
        for path in (f"/report/{key}", *(f"/report/{key}/export/{kind}" for kind in ("csv", "xlsx", "json"))):
            refused = clerk.get(path)
            assert refused.status_code == 403, path
            assert _WITHHELD in refused.text
            assert not any(word in refused.text for word in _HIDDEN_WORDS)
            assert boss.get(path).status_code == 200
        told = asking.get(f"/reports/{key}")
        assert told.status_code == 403
        assert "This report groups by something that you can't see" in told.text
        assert clerk.get(f"/tile/board/{key}").status_code == 404
    listed = clerk.get("/reports").text + clerk.get("/board/board").text + clerk.get("/").text
    for word in ("Gegliedert", "Allein", "Fern"):
        assert word not in listed
        assert word in boss.get("/reports").text
    assert "Gemischt" in listed
    known = asking.get("/openapi.json").text
    assert "/reports/mixed" in known
    assert not any(f"/reports/{key}" in known for key in _KEPT_BACK)
