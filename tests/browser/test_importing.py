"""Importing a file in a real browser: what is wrong, what it would do, done; at every width and in both colours."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import Enter

_WRONG = "Firmenname;Branche;Website\r\n;it;\r\nFirma B;unbekannt;\r\nFirma C;;keine Adresse\r\n"
_RIGHT = "Firmenname;Website;created_at\r\nGut gelandet GmbH;https://gut.example;1.1.2020\r\nNoch eine AG;;\r\n"


def _choose(page: Page, text: str) -> None:
    content = text.encode("cp1252")
    page.set_input_files("#import-file", {"name": "firmen.csv", "mimeType": "text/csv", "buffer": content})


def test_a_file_is_refused_corrected_checked_and_imported(enter: Enter, axe: str) -> None:
    reader = enter()
    page = reader.open("/e/account")
    page.get_by_text("Import und Export").click()
    page.get_by_role("link", name="Importieren").click()
    reader.arrive("/e/account/-/import$")
    _choose(page, _WRONG)
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Prüfen").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#refused")).to_contain_text("3 Stellen passen nicht")
    expect(page.locator("table.told tbody tr")).to_have_count(3)
    expect(page.locator("table.told tbody tr").nth(1)).to_contain_text("Branche")
    reader.looks_well(axe)
    page.get_by_role("button", name="Noch einmal prüfen").click()
    reader.settle()
    expect(page.locator("#refused")).to_contain_text("3 Stellen passen nicht")
    _choose(page, _RIGHT)
    page.get_by_role("button", name="Noch einmal prüfen").click()
    reader.settle()
    expect(page.locator("#checked li").first).to_have_text("Neue Datensätze: 2")
    expect(page.locator("#content, main").first).to_contain_text("created_at: füllt das Programm selbst")
    reader.looks_well(axe)
    page.get_by_role("button", name="Jetzt importieren").click()
    reader.arrive("/e/account$")
    expect(page.locator(".toast-note")).to_have_text("Importiert: 2 neu, 0 geändert.")
    page = reader.open("/e/account/all?q=gelandet")
    expect(page.get_by_text("Gut gelandet GmbH").first).to_be_visible()
    assert reader.problems == []
