"""Masks in a real browser: tabs, pickers, dependent fields, child rows, keyboard; and without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect

from tests.functional.forms.server import Served, serving
from tests.functional.forms.world import LABELS, context, full_values, model

WIDTHS = (360, 1440)


@pytest.fixture
def story() -> Iterator[Served]:
    with serving(Served(context(model()), "sample.story", {"status": "new", "data": "x"})) as served:
        yield served


@pytest.fixture
def everything() -> Iterator[Served]:
    with serving(Served(context(model()), "sample.main", full_values(), dict(LABELS))) as served:
        yield served


@pytest.fixture
def quiet(page: Page) -> Iterator[Page]:
    """Return a page that must not complain: no error, no violation of the policy."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    assert [text for text in said if "422" not in text] == []


def test_tabs_and_dependent_fields(story: Served, quiet: Page) -> None:
    quiet.goto(story.url)
    expect(quiet.get_by_role("tab")).to_have_count(2)
    expect(quiet.locator("#f-status")).to_be_visible()
    expect(quiet.locator("#f-account")).to_be_hidden()
    quiet.get_by_role("tab").first.press("ArrowRight")
    expect(quiet.locator("#f-account")).to_be_visible()
    quiet.get_by_role("tab").nth(1).press("Home")
    expect(quiet.locator("#f-reason")).to_have_count(0)
    quiet.locator("summary").click()
    quiet.locator("#f-data").fill("nicht verloren")
    quiet.locator("#f-status").focus()
    quiet.select_option("#f-status", "won")
    expect(quiet.locator("#f-reason")).to_be_visible()
    expect(quiet.locator("#f-status")).to_be_focused()  # the page doesn't jump
    expect(quiet.locator("#f-data")).to_be_visible()  # the section that was opened stays open
    assert quiet.input_value("#f-data") == "nicht verloren"
    quiet.keyboard.press("Control+s")
    expect(quiet.locator("#errors")).to_be_focused()
    quiet.locator("#errors a").click()
    expect(quiet.locator("#f-reason")).to_be_focused()
    quiet.locator("#f-reason").fill("weil")
    quiet.locator("#f-reason").press("Enter")  # Enter saves
    quiet.wait_for_load_state()
    assert story.saved[-1]["reason"] == "weil"
    assert story.saved[-1]["data"] == "nicht verloren"


def test_a_record_is_picked_by_keyboard_and_mouse(story: Served, quiet: Page) -> None:
    quiet.goto(story.url)
    quiet.get_by_role("tab").nth(1).click()
    picker = quiet.locator("#f-account")
    picker.press_sequentially("me")
    expect(quiet.get_by_role("option")).to_have_count(2)
    assert any(asked.startswith("/pick/account?q=me") for asked in story.asked)
    picker.press("ArrowDown")
    picker.press("ArrowDown")
    expect(picker).to_have_attribute("aria-activedescendant", "f-account-list-2")
    picker.press("Enter")
    expect(picker).to_have_value("Müller AG")
    expect(picker).to_have_attribute("aria-expanded", "false")
    picker.fill("mei")
    quiet.get_by_role("option").first.click()
    expect(picker).to_have_value("Meier GmbH")
    picker.press("ArrowDown")
    expect(quiet.get_by_role("option").first).to_be_visible()
    picker.press("Escape")
    expect(quiet.locator("#f-account-list")).to_be_hidden()
    quiet.locator("[data-quick]").click()
    expect(quiet.locator("#dialog")).to_contain_text("Neu anlegen")
    assert story.asked[-1] == "/quick/account?field=f-account"
    detail = {"field": "f-account", "id": 44, "label": "Neue GmbH"}
    quiet.evaluate("d => document.dispatchEvent(new CustomEvent('mask:picked', {detail: d}))", detail)
    expect(picker).to_have_value("Neue GmbH")
    quiet.locator("[data-save]").click()
    quiet.wait_for_load_state()
    assert story.saved[-1]["account"] == {"id": "44", "text": "Neue GmbH", "label": "Neue GmbH"}


def test_child_rows_are_edited_in_place(everything: Served, quiet: Page) -> None:
    quiet.goto(everything.url)
    titles = quiet.locator("[name^='f_lines-'][name$='-title']")
    rows = quiet.locator("#f-f_lines tbody tr")
    expect(rows).to_have_count(2)
    quiet.locator("[name='f_lines-0-title']").fill("Geändert")
    quiet.locator("[value='lines:f_lines:add']").click()
    expect(rows).to_have_count(3)
    expect(quiet.locator("[name='f_lines-2-title']")).to_be_focused()
    quiet.keyboard.type("Neue Zeile")
    quiet.locator("[value='lines:f_lines:up:2']").click()
    expect(titles.nth(1)).to_have_value("Neue Zeile")
    expect(quiet.locator("[value='lines:f_lines:up:1']")).to_be_focused()
    quiet.locator("[value='lines:f_lines:remove:2']").click()
    expect(rows).to_have_count(2)
    expect(titles.nth(0)).to_have_value("Geändert")
    expect(titles.nth(1)).to_have_value("Neue Zeile")
    quiet.locator("[name='f_lines-1-net']").fill("7,50")
    quiet.locator("[name='f_lines-1-net']").blur()
    expect(quiet.locator("#f-f_lines tfoot")).to_contain_text("12,50")
    people = quiet.locator("#f-f_references")
    people.fill("mü")
    quiet.locator("#f-f_references-list [role=option]").nth(1).click()
    expect(quiet.get_by_label("Müller AG")).to_be_checked()
    quiet.locator("[data-save]").click()
    quiet.wait_for_load_state()
    saved: Any = everything.saved[-1]
    assert [(row.get("id"), row["title"]) for row in saved["f_lines"]] == [(3, "Geändert"), (None, "Neue Zeile")]
    assert saved["f_references"]["ids"] == ["1", "2", "12"]


def test_leaving_with_changes_asks_first(story: Served, page: Page) -> None:
    page.goto(story.url)
    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    page.goto(story.url)
    assert asked == []
    page.select_option("#f-status", "won")
    page.goto(story.url)
    assert asked == ["beforeunload"]


def test_everything_works_without_javascript(browser: Browser, story: Served) -> None:
    context_ = browser.new_context(java_script_enabled=False)
    page = context_.new_page()
    page.goto(story.url)
    expect(page.locator("#f-account")).to_be_visible()  # panels stand one below the other
    page.select_option("#f-status", "won")
    page.get_by_role("button", name="Aktualisieren").click()
    expect(page.locator("#f-reason")).to_be_visible()
    page.locator("#f-reason").fill("weil")
    page.locator("#f-account").fill("Meier")
    page.locator("#f-reason").press("Enter")
    assert story.saved[-1]["reason"] == "weil"
    assert story.saved[-1]["account"] == {"id": "", "text": "Meier", "label": ""}
    context_.close()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_stands_in_the_way_of_anybody(
    everything: Served, browser: Browser, axe: str, width: int, theme: Any
) -> None:
    context_ = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme)
    page = context_.new_page()
    page.goto(everything.url)
    page.evaluate("theme => document.documentElement.dataset.bsTheme = theme", theme)
    page.evaluate(axe)
    found = page.evaluate("() => axe.run().then(result => result.violations.map(v => [v.id, v.nodes[0].html]))")
    assert found == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if width < 640:
        short = "[...document.querySelectorAll('.mask .btn')].filter(b => b.offsetHeight && b.offsetHeight < 48).length"
        assert page.evaluate(short) == 0
    context_.close()
