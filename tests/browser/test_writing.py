"""Two people at one record and the way out of the bin, in a real browser, by keyboard."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import Enter
from tests.support.browser import RUN_AXE

_ASKS_BEFORE_LEAVING = """() => {
  const leaving = new Event("beforeunload", { cancelable: true });
  dispatchEvent(leaving);
  return leaving.defaultPrevented;
}"""


def _fill(page: Page, **values: str) -> None:
    for name, value in values.items():
        page.fill(f"#mask-form [name={name}]", value)


def test_the_slower_of_two_chooses_by_keyboard_and_loses_nothing(enter: Enter, axe: str) -> None:
    mine, theirs = enter(), enter("crm_manager")
    page, other = mine.open("/r/account/21/edit"), theirs.open("/r/account/21/edit")
    _fill(other, name="Ihre AG", website="https://theirs.example")
    other.keyboard.press("Control+Enter")
    expect(other.locator(".toast-note")).to_contain_text("Gespeichert")
    _fill(page, name="Meine AG", website="https://mine.example", phone="+49 7131 555")
    page.keyboard.press("Control+Enter")
    dialog = page.locator("#conflict")
    expect(dialog).to_be_focused()
    expect(dialog).to_contain_text("Test Crm_Manager")
    expect(dialog.locator("fieldset")).to_have_count(2)
    expect(page.locator("[name=phone]")).to_have_value("+49 7131 555")
    mine.looks_well(axe)
    assert page.evaluate(_ASKS_BEFORE_LEAVING), "nothing of it is saved yet"
    page.keyboard.press("Tab")
    expect(dialog.get_by_role("radio").first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(dialog.get_by_role("radio", name="Ihre AG")).to_be_checked()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toast-note")).to_have_count(1)
    expect(page.locator(".toast-note")).to_contain_text("Gespeichert.")
    for told in ("Ihre AG", "mine.example", "+49 7131 555"):
        expect(page.locator("#record")).to_contain_text(told)
    assert page.evaluate(_ASKS_BEFORE_LEAVING) is False
    assert mine.problems == theirs.problems == []


def test_different_fields_are_put_together_and_that_is_told_once(enter: Enter) -> None:
    mine, theirs = enter(), enter("crm_manager")
    page, other = mine.open("/r/account/22/edit"), theirs.open("/r/account/22/edit")
    _fill(other, website="https://theirs.example")
    other.keyboard.press("Control+Enter")
    expect(other.locator(".toast-note")).to_contain_text("Gespeichert.")
    _fill(page, phone="+49 7131 777")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toast-note")).to_contain_text("zusammengeführt, was Test Crm_Manager inzwischen geändert hat")
    expect(page.locator("#record")).to_contain_text("theirs.example")
    expect(page.locator("#record")).to_contain_text("+49 7131 777")
    page.reload()
    expect(page.locator(".toast-note")).to_have_count(0)
    assert mine.problems == theirs.problems == []


def test_a_record_comes_back_out_of_the_bin(enter: Enter, axe: str) -> None:
    reader = enter(width=360)
    page = reader.open("/r/account/23")
    title = page.locator("h1").inner_text()
    page.get_by_role("button", name="Archivieren").click()
    expect(page.locator(".toast-note")).to_contain_text("liegt im Papierkorb")
    expect(page.locator("#bin .count")).not_to_be_empty()
    page.locator("#bin").press("Enter")
    expect(page.locator("h1")).to_have_text("Firmen: Papierkorb")
    button = page.get_by_role("button", name=f"Wiederherstellen: {title}")
    expect(button).to_be_in_viewport()
    page.evaluate(axe)
    for width in (360, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        reader.settle()
        expect(button).to_be_in_viewport()
        assert page.evaluate(RUN_AXE) == [], width
    button.press("Enter")
    expect(page.locator("h1")).to_have_text("Firmen: Papierkorb")
    expect(button).to_have_count(0)
    note = page.locator(".toast-note")
    expect(note).to_contain_text("ist wiederhergestellt")
    note.get_by_role("link").click()
    expect(page.locator("h1")).to_have_text(title)
    expect(page.get_by_role("button", name="Archivieren")).to_be_visible()
    assert reader.problems == []
