"""What a column or a figure shows of another record leaves the product where that one may be exported, too."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from html import unescape
from pathlib import Path
from typing import Any, Final

import pytest

from tests.functional.query.world import sheet_rows
from tests.support.documents import entity, label, of
from tests.support.install import write_documents
from tests.support.program import program
from tests.support.site import Site, Visitor, make_site

_PHONE: Final = "0731 4711"
_OF_FIRMS: Final = "gehört zu „Firmen“, und davon dürfen Sie nichts exportieren"
_OF_REPORT: Final = "Dieser Bericht gliedert nach etwas, das Sie nicht exportieren dürfen"
_READ: Final = {"read": True, "create": True, "export": True, "import": True, "update": True}


def _report(title: str, dimensions: list[Any], *measures: str) -> dict[str, Any]:
    known = {
        "n": {"id": "n", "aggregate": "count", "label": label("Anzahl")},
        "large": {"id": "large", "aggregate": "count", "condition": "firm.size > 1", "label": label("Große")},
        "size": {"id": "size", "aggregate": "max", "field": "firm.size", "label": label("Kopfzahl")},
        "part": {"id": "part", "aggregate": "share", "base": "size", "of": "total", "label": label("Kopfanteil")},
    }
    found = [known[one] for one in measures]
    return {"entity": "deal", "label": label(title), "dimensions": dimensions, "measures": found}


_BY_NAME: Final = [{"id": "name", "field": "name", "label": label("Geschäft")}]
_BY_PHONE: Final = [{"id": "phone", "field": "firm.phone", "label": label("Telefon")}]


def _view(title: str, *columns: str, **more: Any) -> dict[str, Any]:
    return {"entity": "deal", "label": label(title), "columns": list(columns), **more}


DOCUMENTS: Final[Mapping[tuple[str, str], Any]] = {
    ("entities", "city"): entity("Orte", {"name": of("text", label="Ort")}),
    ("entities", "firm"): entity(
        "Firmen",
        {
            "name": of("text", label="Firmenname"),
            "phone": of("text", label="Telefon"),
            "size": of("integer", label="Köpfe"),
            "city": of("reference", target="city", label="Sitz"),
        },
    ),
    ("entities", "deal"): entity(
        "Geschäfte",
        {"name": of("text", label="Geschäft"), "firm": of("reference", target="firm", label="Firma")},
    ),
    ("views", "deal.all"): _view("Alle", "name", "firm", "firm.phone", "firm.city.name"),
    ("views", "deal.phones"): _view("Nummern", "firm.phone"),
    ("reports", "mixed"): _report("Gemischt", _BY_NAME, "size", "part", "n", "large"),
    ("reports", "grouped"): _report("Gegliedert", _BY_PHONE, "n"),
    ("reports", "alone"): _report("Allein", _BY_NAME, "size", "part"),
    ("roles", "boss"): {"label": label("Chef"), "entities": {"*": _READ}},
    ("roles", "clerk"): {
        "label": label("Büro"),
        "capabilities": ["export"],
        "entities": {"deal": _READ, "firm": {"read": True, "export": False}, "city": {"read": True}},
    },
    ("roles", "seller"): {"label": label("Verkauf"), "entities": {"firm": {"export": True}}},
}  # fmt: skip


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    """Return a site with one deal."""
    documents = write_documents(tmp_path / "documents", DOCUMENTS)
    made = make_site(database_url, documents, roles=("clerk+seller",))
    boss = program(made, "boss")
    city = boss.create("city", name="Ulm")["id"]
    firm = boss.create("firm", name="Muster", phone=_PHONE, size=12, city=city)["id"]
    boss.create("deal", name="Kauf", firm=firm)
    yield made
    made.installation.close()


def _lines(visitor: Visitor, url: str) -> list[str]:
    response = visitor.get(url)
    assert response.status_code == 200, response.text
    return response.data.decode("utf-8-sig").splitlines()


@pytest.mark.parametrize("kind", ["csv", "xlsx", "changing"])
@pytest.mark.parametrize("column", ["firm.phone", "name,firm.phone", "firm.title", "firm.city"])
def test_a_column_that_somebody_names_is_refused_with_a_sentence(site: Site, kind: str, column: str) -> None:
    refused = site.visitor("clerk").get(f"/e/deal/-/export/{kind}?columns={column}")
    assert refused.status_code == 400
    assert _OF_FIRMS in unescape(refused.text)
    assert "4711" not in refused.text


def test_a_column_of_a_view_is_left_out_and_that_is_said(site: Site) -> None:
    clerk = site.visitor("clerk")
    page = unescape(clerk.get("/e/deal/all").text)
    assert _PHONE in page
    assert "Nicht in der Datei: Firma › Telefon. Das dürfen Sie nicht exportieren" in page
    assert _lines(clerk, "/e/deal/all/export/csv") == ["Geschäft,Firma,Firma › Sitz › Ort", "Kauf,Muster,Ulm"]
    assert sheet_rows(clerk.get("/e/deal/all/export/xlsx").data)[0] == ["Geschäft", "Firma", "Firma › Sitz › Ort"]
    assert _lines(clerk, "/e/deal/all/export/changing")[1] == "1,1,Kauf,Muster,Ulm"


def test_what_a_page_offers_can_be_had(site: Site) -> None:
    """Also where somebody has chosen the columns, and where there are none left."""
    clerk = site.visitor("clerk")
    page = unescape(clerk.get("/e/deal/all?columns=name,firm.phone").text)
    links = [one.split('"')[0] for one in page.split('href="')[1:] if "/export/" in one.split('"')[0]]
    assert len(links) == 3
    assert [_lines(clerk, link)[1] for link in links if "/csv" in link] == ["Kauf"]
    assert {clerk.get(link).status_code for link in links} == {200}
    bare = unescape(clerk.get("/e/deal/phones").text)
    assert "Nicht in der Datei: Firma › Telefon." in bare
    assert "/export/" not in bare
    assert clerk.get("/e/deal/phones/export/csv").status_code == 400


def test_reading_by_it_stays_allowed(site: Site) -> None:
    """To filter and to sort is to read; what the record in a reference is called is the deal's own."""
    clerk = site.visitor("clerk")
    asked = "columns=name,firm,firm.city.name&f.firm.phone.contains=4711&sort=-firm.phone&where=firm.size > 3"
    assert _lines(clerk, f"/e/deal/-/export/csv?{asked}") == ["Geschäft,Firma,Firma › Sitz › Ort", "Kauf,Muster,Ulm"]


@pytest.mark.parametrize("who", ["boss", "clerk+seller"])
def test_rights_add_up(site: Site, who: str) -> None:
    visitor = site.visitor(who)
    assert _lines(visitor, "/e/deal/-/export/csv?columns=firm.phone") == ["Firma › Telefon", _PHONE]
    assert _lines(visitor, "/e/deal/all/export/csv")[1] == f"Kauf,Muster,{_PHONE},Ulm"
    assert "Nicht in der Datei" not in visitor.get("/e/deal/all").text
    assert _lines(visitor, "/report/grouped/export/csv")[1] == f"{_PHONE},1"


def test_a_report_leaves_out_figures_of_what_may_not_be_exported(site: Site) -> None:
    clerk = site.visitor("clerk")
    page = unescape(clerk.get("/report/mixed?show=table").text)
    assert "Kopfzahl" in page
    assert "Nicht in der Datei: Kopfzahl, Kopfanteil." in page
    assert _lines(clerk, "/report/mixed/export/csv") == ["Geschäft,Anzahl,Große", "Kauf,1,1"]
    assert sheet_rows(clerk.get("/report/mixed/export/xlsx").data)[0] == ["Geschäft", "Anzahl", "Große"]
    told = json.loads(clerk.get("/report/mixed/export/json").data)
    assert [one["id"] for one in told["measures"]] == ["n", "large"]
    assert set(told["total"]) == {"n", "large"}
    assert _lines(site.visitor("boss"), "/report/mixed/export/csv")[0] == "Geschäft,Kopfzahl,Kopfanteil,Anzahl,Große"


@pytest.mark.parametrize("key", ["grouped", "alone"])
def test_a_report_without_anything_else_is_refused_and_not_offered(site: Site, key: str) -> None:
    clerk = site.visitor("clerk")
    for kind in ("csv", "xlsx", "json"):
        refused = clerk.get(f"/report/{key}/export/{kind}")
        assert (refused.status_code, _OF_REPORT in unescape(refused.text)) == (403, True)
        assert "4711" not in refused.text
    assert clerk.get(f"/report/{key}").status_code == 200
    assert "/export/" not in clerk.get(f"/report/{key}").text
