"""The main job in a real browser: sign in, find, create, filter, report, by mouse and by keyboard, without an error."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import Enter
from tests.support.staff import PASSWORD, email_of


def test_somebody_signs_in_and_sees_his_day(enter: Enter) -> None:
    reader = enter(None)
    page = reader.open("/login")
    page.fill("#email", email_of("sales"))
    page.fill("#password", PASSWORD)
    page.click("form.stack button")
    reader.settle()
    expect(page.locator("h1")).to_contain_text("Guten Tag")
    expect(page.locator(".tile-wait")).to_have_count(0)
    expect(page.locator("[data-chart][data-drawn] canvas").first).to_be_visible()
    assert reader.problems == []


def test_a_demo_user_signs_in_with_one_click(enter: Enter) -> None:
    reader = enter(None)
    page = reader.open("/login")
    page.locator(".gate-card").first.click()
    expect(page.locator("nav.rail")).to_be_visible()
    assert reader.problems == []


def test_a_record_is_created_with_a_picked_reference_and_a_new_one_in_place(enter: Enter) -> None:
    reader = enter()
    page = reader.open("/r/opportunity/new")
    name = page.locator("#f-account")
    name.click()
    name.press_sequentially("gmbh", delay=20)
    options = page.locator("#f-account-list [role=option]")
    expect(options.first).to_be_visible()
    name.press("ArrowDown")
    name.press("Enter")
    expect(page.locator("input[name=account]")).not_to_have_value("")
    name.fill("")
    name.press_sequentially("zzz neu", delay=20)
    page.locator("#f-account-list [data-create]").click()
    dialog = page.locator("#dialog")
    expect(dialog).to_be_visible()
    dialog.locator("input[name=name]").fill("Im Vorbeigehen GmbH")
    dialog.locator("[data-save]").click()
    expect(dialog).to_be_hidden()
    expect(name).to_have_value(re.compile("Im Vorbeigehen GmbH"))
    page.fill("#f-title, #f-name, #f-subject", "Neue Chance")
    page.keyboard.press("Control+Enter")
    reader.settle()
    expect(page.locator("#errors, .toast-note").first).to_be_visible()
    assert reader.problems == []


def test_a_refused_mask_leads_to_the_field(enter: Enter) -> None:
    reader = enter()
    page = reader.open("/r/account/new")
    page.locator("[data-save]").click()
    reader.settle()
    expect(page.locator("#errors")).to_be_focused()
    page.locator("#errors a").first.click()
    expect(page.locator("#f-name")).to_be_focused()
    assert page.url.endswith("/r/account/new")
    assert reader.problems == []


def test_a_list_is_searched_filtered_sorted_and_grows(enter: Enter) -> None:
    reader = enter()
    page = reader.open("/e/account/all")
    rows = page.locator("a.open")
    first = rows.count()
    page.locator("#more a").click()
    expect(rows).not_to_have_count(first)
    page.locator("#list-search").press_sequentially("gmbh", delay=20)
    reader.arrive("q=gmbh")
    page.locator("#add-filter > summary").click()
    page.locator("#filter-panel a", has_text="Branche").first.click()
    page.locator("#filter-form input[value=chemie]").check()
    page.locator("#filter-form button[name=add]").click()
    chip = page.locator(".chip", has_text="Branche ist Chemie")
    expect(chip).to_be_visible()
    reader.arrive("f.industry.one_of=chemie")
    page.locator("th a.sort", has_text="Firmenname").click()
    expect(page.locator("th[aria-sort]")).to_have_count(1)
    page.locator(".chip .chip-off").click()
    expect(chip).to_have_count(0)
    page.go_back()
    expect(chip).to_be_visible()
    assert reader.problems == []


def test_another_comparison_asks_for_other_values(enter: Enter) -> None:
    reader = enter()
    page = reader.open("/e/account/all?ask=created_at")
    page.locator("[data-reask]").select_option("last_days")
    expect(page.locator("#filter-form input[name=value]")).to_have_attribute("type", "number")
    page.locator("[data-reask]").select_option("is_empty")
    expect(page.locator("#filter-form input[name=value]")).to_have_count(0)
    reader.open("/e/account/all?ask=parent")
    page.locator("[data-filter-find]").fill("gmbh")
    page.locator("[data-filter-ask]").click()
    expect(page.locator("#filter-form input[name=value]").first).to_be_visible()
    assert reader.problems == []


def test_a_report_is_drawn_and_leads_to_its_records(enter: Enter) -> None:
    reader = enter()
    page = reader.open("/report/forecast")
    expect(page.locator("canvas")).to_be_visible()
    page.locator("a.tab", has_text="Kreuztabelle").click()
    reader.arrive("show=pivot")
    page.locator("td.n a").first.click()
    expect(page.locator("#list")).to_be_visible()
    expect(page.locator(".chip")).not_to_have_count(0)
    page.go_back()
    reader.settle()
    page.fill("#p-months", "2")
    page.locator("#p-months").press("Enter")
    reader.arrive("p.months=2")
    assert reader.problems == []


def test_keys_alone_are_enough(enter: Enter) -> None:
    reader = enter()
    page = reader.open("/e/account/all")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_visible()
    page.keyboard.type("personen")
    expect(page.locator("#palette-results a").first).to_contain_text("Personen")
    page.keyboard.press("Enter")
    reader.arrive("/e/person")
    page.keyboard.press("/")
    expect(page.locator("#list-search")).to_be_focused()
    page.locator("#list-search").blur()
    page.keyboard.press("?")
    expect(page.locator("#dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#dialog")).to_be_hidden()
    page.keyboard.press("n")
    reader.arrive("/r/person/new")
    reader.open("/r/person/1")
    page.keyboard.press("e")
    reader.arrive("/r/person/1/edit")
    page.locator("[data-account]").press("Enter")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".menu-panel button").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("[data-account]")).to_be_focused()
    assert reader.problems == []


def test_language_and_colours_are_switched(enter: Enter) -> None:
    reader = enter("management")
    page = reader.open("/e/account")
    page.locator("[data-account]").click()
    page.locator("button[name=locale][value=en]").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert "/e/account" in page.url
    page.locator("[data-account]").click()
    page.locator("button[name=theme][value=dark]").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.locator("[data-account]").click()
    page.locator("button[name=locale][value=de]").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    assert reader.problems == []


def test_an_archived_record_comes_back_from_the_note(enter: Enter) -> None:
    reader = enter()
    page = reader.open("/r/account/7")
    title = page.locator("h1").inner_text()
    page.get_by_role("button", name="Archivieren").click()
    note = page.locator(".toast-note")
    expect(note).to_contain_text(title)
    note.get_by_role("button").click()
    expect(page.locator("h1")).to_have_text(title)
    assert reader.problems == []


def test_everything_works_without_javascript(enter: Enter) -> None:
    reader = enter(script=False)
    page = reader.open("/e/account/all")
    page.locator("#add-filter > summary").click()
    page.locator("#filter-panel a", has_text="Branche").first.click()
    page.locator("#filter-form input[value=chemie]").check()
    page.locator("#filter-form button[name=add]").click()
    expect(page.locator(".chip", has_text="Branche ist Chemie")).to_be_visible()
    page.goto(f"{reader.base}/r/account/new")
    page.fill("#f-name", "Ohne Skript GmbH")
    page.locator("input[name=roles][value=kunde]").check()
    page.locator("[data-save]").click()
    expect(page.locator("h1")).to_contain_text("Ohne Skript GmbH")
    page.goto(f"{reader.base}/report/forecast")
    expect(page.locator("table.figures")).to_be_visible()
    page.goto(f"{reader.base}/")
    expect(page.locator(".tile noscript a, .tile a").first).to_be_attached()


def test_a_problem_is_told_where_the_reader_looks(enter: Enter) -> None:
    reader = enter()
    page = reader.open("/report/forecast")
    page.fill("#p-months", "viele")
    page.locator("#p-months").press("Enter")
    expect(page.locator("#problems [role=alert]")).to_contain_text("Monate voraus")
    assert reader.problems == []
