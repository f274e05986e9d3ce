"""Nobody is shut out: every kind of page, in both colours, on a phone and on a desk, without a finding."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Enter
from tests.support.browser import RUN_AXE

#: Each kind of screen once.
_PAGES = (
    "/", "/?board=management", "/me", "/me/tokens", "/me/factors", "/why?entity=account&record=1",
    "/why/places?place=dashboard:sales",
    "/change", "/shortcuts",
    "/search?q=gmbh", "/e/account/all", "/e/account/all?ask=industry", "/e/account/all?ask=created_at",
    "/e/account/all?choose=1",
    "/e/account/all?f.industry.one_of=it&q=gmbh", "/e/account/all?q=xyzxyz", "/e/opportunity/-",
    "/e/account/-?archived=1", "/r/account/1",
    "/r/account/1/edit", "/r/account/1/history",
    "/r/opportunity/1", "/r/opportunity/1/edit", "/r/account/new", "/r/activity/new", "/reports",
    "/report/forecast?show=chart", "/report/forecast?show=pivot", "/report/customers_by_class?show=table",
    "/pick/account?q=gmbh", "/quick/account", "/e/nothing", "/e/account?f.nothing.is=1", "/admin/console/",
    "/admin/console/users/", "/admin/console/users/new/", "/admin/console/users/edit/?id=1",
    "/admin/console/documents/", "/admin/console/audit/", "/people", "/people?active=0&q=xyzxyz", "/people/new",
    "/e/account/-/import",
    "/people/1", "/teams", "/teams/1", "/technical", "/technical/new", "/me/sessions", "/me/delegation",
)  # fmt: skip
_WIDTHS = (360, 1440)
_THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
#: The pages are dealt to so many tests, which may run at the same time.
_HANDS = 4


@pytest.mark.parametrize("hand", range(_HANDS))
def test_every_page_is_accessible(enter: Enter, axe: str, hand: int) -> None:
    """A page is loaded once; the window's width and the reader's colours change while it is open."""
    reader = enter(width=_WIDTHS[0])
    findings = {}
    for path in _PAGES[hand::_HANDS]:
        page = reader.open(path)
        page.evaluate(axe)
        for width in _WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            for theme in _THEMES:
                page.emulate_media(color_scheme=theme)
                reader.settle()
                expect(page.locator("html")).to_have_attribute("data-bs-theme", theme)
                if found := page.evaluate(RUN_AXE):
                    findings[f"{path} {width} {theme}"] = found[:6]
            fits = page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            assert fits, f"{path} is wider than a window of {width}"
    assert findings == {}
    assert reader.problems == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_the_gate_and_what_opens_above_a_page_are_accessible(enter: Enter, axe: str, theme: str, width: int) -> None:
    stranger, reader = enter(None, width=width, theme=theme), enter(width=width, theme=theme)
    page = stranger.open("/login")
    page.evaluate(axe)
    assert page.evaluate(RUN_AXE) == []
    page = reader.open("/e/account/all")
    page.evaluate(axe)
    page.keyboard.press("Control+k")
    page.keyboard.type("gmbh")
    reader.settle()
    page.wait_for_selector("#palette-results a")
    assert page.evaluate(RUN_AXE) == []
    page.keyboard.press("Escape")
    page.wait_for_selector("#palette", state="hidden")
    page.keyboard.press("?")
    page.wait_for_selector("#dialog[open]")
    assert page.evaluate(RUN_AXE) == []
    page.keyboard.press("Escape")
    page.wait_for_selector("#dialog", state="hidden")
    page.locator("[data-account]").click()
    assert page.evaluate(RUN_AXE) == []
    assert stranger.problems + reader.problems == []
