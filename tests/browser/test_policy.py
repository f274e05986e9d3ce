"""The content security policy holds on every page of the product: nothing on it is refused by the browser."""

from __future__ import annotations

from typing import Final

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Enter, Reader
from tests.support.site import Site
from tools.screens import Shot, shots

_HANDS: Final = 4
#: Has a page remember what its policy refused; runs before anything of the page does.
_LISTEN: Final = """
window.refused = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.refused.push(`${event.violatedDirective} ${event.blockedURI}`);
});
"""


def _refused(page: Page) -> list[str]:
    found: list[str] = page.evaluate("() => window.refused")
    return found


def _visit(reader: Reader, shot: Shot) -> list[str]:
    page = reader.open(shot.url)
    if shot.press:
        page.keyboard.press(shot.press)
    if shot.click:
        page.click(shot.click)
    reader.settle()
    return [f"{shot.name}: {line}" for line in (*_refused(page), *reader.problems)]


@pytest.mark.parametrize("hand", range(_HANDS))
def test_no_page_needs_what_the_policy_forbids(enter: Enter, web_site: tuple[Site, str], hand: int) -> None:
    """Light on even pages, dark on odd ones; nothing in the console either."""
    found: list[str] = []
    every = list(shots(web_site[0]))
    assert len(every) > 60
    for theme in ("light", "dark"):
        reader = enter(theme=theme)
        reader.page.add_init_script(_LISTEN)
        for shot in every[hand::_HANDS][theme == "dark" :: 2]:
            found += _visit(reader, shot)
            reader.problems.clear()
    assert found == []


def test_what_the_policy_forbids_is_noticed(enter: Enter) -> None:
    """The negative control: an inline handler, a style, a frame, a picture from elsewhere: each refused, each heard."""
    reader = enter()
    reader.page.add_init_script(_LISTEN)
    page = reader.open("/me")
    assert _refused(page) == []
    page.evaluate(
        """async () => {
          const box = document.createElement("div");
          box.innerHTML = `<img src="http://127.0.0.2:9/x.png"><p style="color: red">x</p>
            <iframe src="/me"></iframe><button id="inline" onclick="window.ran = true">x</button>`;
          document.body.append(box);
          document.getElementById("inline").click();
          await new Promise((done) => setTimeout(done, 200));
        }"""
    )
    heard = " ".join(_refused(page))
    for directive in ("img-src", "style-src", "frame-src", "script-src"):
        assert directive in heard
    assert page.evaluate("() => window.ran") is None
