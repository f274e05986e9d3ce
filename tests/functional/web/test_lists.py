"""Lists: every view of every role, filters in both directions, sorting, paging, counting, files."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support.site import Site

_ROW = re.compile(r'<a class="open" href="(/r/[a-z_]+/[0-9]+)"')


def _hrefs(html: str, start: str) -> list[str]:
    return [unescape(url) for url in re.findall(r'href="([^"]*)"', html) if unescape(url).startswith(start)]


@pytest.mark.parametrize(
    "role", ["sales", "service", "marketing", "privacy", "crm_manager", "management", "administrator"]
)
def test_every_place_of_the_menu_opens(full_site: Site, role: str) -> None:
    visitor = full_site.visitor(role)
    home = visitor.get("/").text
    rail = home[home.index('<nav class="rail"') : home.index("</nav>")]
    urls = dict.fromkeys(_hrefs(rail, "/"))
    assert urls
    for url in urls:
        page = visitor.get(url)
        assert page.status_code == 200, url
        tabs = re.findall(r'<a class="tab" href="([^"]*)"', page.text)
        for tab in tabs:
            assert visitor.get(unescape(tab)).status_code == 200, tab


def test_many_reports_are_one_entry_of_the_menu(full_site: Site) -> None:
    visitor = full_site.visitor("crm_manager")
    report = visitor.get("/report/forecast").text
    rail = report[report.index('<nav class="rail"') : report.index("</nav>")]
    assert rail.count('href="/report') == 1
    assert '<a class="rail-link" href="/reports"' in rail
    assert rail.count("aria-current") == 1
    assert 'aria-current="true"' in rail


def test_a_row_leads_to_its_record_even_where_it_begins_with_a_reference(full_site: Site) -> None:
    page = full_site.visitor("crm_manager").get("/e/employment").text
    cells = re.findall(r"<tr><td>(.*?)</td>", page)
    assert len(cells) > 10
    assert all(cell.startswith('<a class="open" href="/r/employment/') for cell in cells)
    assert all(cell.count("<a ") == 1 and cell.endswith("</a>") for cell in cells)


def test_a_selection_out_of_a_report_is_said_in_words(full_site: Site) -> None:
    visitor = full_site.visitor("crm_manager")
    url = _hrefs(visitor.get("/report/pipeline_by_stage?show=table").text, "/e/opportunity/-?where=")[0]
    page = visitor.get(url).text
    chips = re.findall(r'<span class="chip-text">([^<]+)</span><a class="chip-off" href="([^"]+)"', page)
    assert len(chips) == len(parse_qs(urlsplit(url).query)["where"]) == 2
    assert all(words.startswith("Phase ") for words, _ in chips)
    for index, (_, off) in enumerate(chips):
        rest = parse_qs(urlsplit(unescape(off)).query)["where"]
        assert rest == [one for at, one in enumerate(parse_qs(urlsplit(url).query)["where"]) if at != index]


def test_a_role_sees_only_what_it_may_read(full_site: Site) -> None:
    administrator = full_site.visitor("administrator")
    assert administrator.get("/e/account").status_code == 404
    assert 'href="/e/account"' not in administrator.get("/").text
    assert 'href="/admin/console/"' in administrator.get("/").text
    assert 'href="/admin/console/"' not in full_site.visitor("sales").get("/").text


def test_rows_lead_to_records_and_more_are_loaded(full_site: Site) -> None:
    visitor = full_site.visitor("crm_manager")
    seen: list[str] = []
    url: str | None = "/e/account/all"
    while url:
        page = visitor.get(url, HX_Request="true", HX_Target="tbody#more") if seen else visitor.get(url)
        assert page.status_code == 200
        assert ("<html" in page.text) is (not seen)
        seen += _ROW.findall(page.text)
        more = re.search(r'<tbody id="more">.*?href="([^"]*)"', page.text)
        url = unescape(more[1]) if more else None
    count = visitor.get("/e/account/all/count", HX_Request="true").text
    assert len(seen) == len(set(seen)) == int(count)
    assert visitor.get(seen[-1]).status_code == 200


def test_sorting_turns_round(full_site: Site) -> None:
    visitor = full_site.visitor("crm_manager")
    page = visitor.get("/e/account/all?sort=name").text
    assert 'aria-sort="ascending"' in page
    turned = next(url for url in _hrefs(page, "/e/account/all") if "sort=-name" in url)
    back = visitor.get(turned).text
    assert 'aria-sort="descending"' in back
    assert _ROW.findall(page)[0] != _ROW.findall(back)[0]


def test_a_filter_is_asked_for_added_changed_and_taken_away(full_site: Site) -> None:
    visitor = full_site.visitor("crm_manager")
    page = visitor.get("/e/account/all").text
    ask = next(url for url in _hrefs(page, "/e/account/all") if "ask=industry" in url)
    form = visitor.get(ask).text
    assert 'name="add" value="industry"' in form
    assert 'value="it"' in form
    added = visitor.get("/e/account/all?add=industry&op=one_of&value=it&value=bau&q=gmbh")
    assert added.status_code == 303
    args = parse_qs(urlsplit(added.headers["Location"]).query)
    assert args == {"f.industry.one_of": ["it", "bau"], "q": ["gmbh"]}
    filtered = visitor.get(added.headers["Location"]).text
    assert "Branche ist IT, Software oder Bau" in filtered
    change = next(url for url in _hrefs(filtered, "/e/account/all") if "at=0" in url)
    assert 'value="it" checked' in visitor.get(change).text
    changed = visitor.get(f"{change}&add=industry&op=is_empty".replace("ask=industry&", ""))
    assert "f.industry.is_empty" in parse_qs(urlsplit(changed.headers["Location"]).query, keep_blank_values=True)
    off = next(url for url in _hrefs(filtered, "/e/account/all") if parse_qs(urlsplit(url).query) == {"q": ["gmbh"]})
    assert "Branche ist" not in visitor.get(off).text


@pytest.mark.parametrize(
    "query",
    ["ask=created_at", "ask=owner", "ask=parent", "ask=parent&find=gmbh", "ask=employees&op=from_to", "ask=tags",
     "ask=main_address.city", "ask=nothing", "ask=name&at=99", "choose=1", "archived=1"],
)  # fmt: skip
def test_the_filter_form_knows_every_kind_of_field(full_site: Site, query: str) -> None:
    assert full_site.visitor("crm_manager").get(f"/e/account/all?{query}").status_code == 200


def test_every_field_can_be_asked_for(full_site: Site) -> None:
    visitor = full_site.visitor("crm_manager")
    entities = full_site.installation.snapshot.model.entities
    asked = 0
    for key in ("account", "activity", "opportunity", "consent"):
        for field in entities[key].fields.values():
            for operator in field.type.operators():
                response = visitor.get(f"/e/{key}?ask={field.key}&op={operator.key}", HX_Request="true")
                assert response.status_code == 200, (key, field.key, operator.key)
                asked += 1
    assert asked > 100


def test_columns_are_chosen(full_site: Site) -> None:
    visitor = full_site.visitor("crm_manager")
    chosen = visitor.get("/e/account/all?column=name&column=industry")
    assert parse_qs(urlsplit(chosen.headers["Location"]).query) == {"columns": ["name,industry"]}
    head = re.search(r"<thead>.*?</thead>", visitor.get(chosen.headers["Location"]).text)
    assert head is not None
    assert head[0].count("<th ") == 2


@pytest.mark.parametrize(
    ("query", "name"), [("f.nothing.is=1", "nothing"), ("sort=nothing", "nothing"), ("xyz=1", "xyz")]
)
def test_an_unknown_name_is_told(full_site: Site, query: str, name: str) -> None:
    response = full_site.visitor("crm_manager").get(f"/e/account?{query}")
    assert response.status_code == 400
    assert f"„{name}“" in response.text


def test_a_search_that_finds_nothing_says_what_to_do(full_site: Site) -> None:
    assert "Nichts passt" in full_site.visitor("crm_manager").get("/e/account?q=xyzxyzxyz").text


@pytest.mark.parametrize(("kind", "start"), [("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK")])
def test_files_are_for_those_who_may(full_site: Site, kind: str, start: bytes) -> None:
    url = f"/e/account/all/export/{kind}?f.industry.one_of=it"
    response = full_site.visitor("crm_manager").get(url)
    assert response.data.startswith(start)
    assert f".{kind}" in response.headers["Content-Disposition"]
    model = full_site.installation.snapshot.model
    without = [key for key, role in model.roles.items() if "export" not in role.capabilities]
    assert without
    for role in without:
        refused = full_site.visitor(role)
        assert refused.get(url).status_code in (403, 404), role
        assert "/export/" not in refused.get("/e/account/all").text
