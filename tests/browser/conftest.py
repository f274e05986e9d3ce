"""A served site with the demo company, and a reader who is signed in in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.support.browser import RUN_AXE
from tests.support.site import Site, make_site, served

#: All that people do, in one person.
EVERYTHING = "crm_manager+sales+management+administrator+privacy"
Enter = Callable[..., "Reader"]
#: What a page says of itself, which costs half a second less than a network that is silent for half a second: what it
#: fetches once it is there stands in for itself with a `noscript`, what is under way has a class, a chart is marked.
_SETTLED: Final = """() => document.readyState === "complete" && !document.querySelector(
  "[hx-trigger=load] > noscript, .tile-wait, .htmx-request, [data-chart]:not([data-drawn])")"""
_GLANCE_MS: Final = 20


class Reader:
    """Somebody at a browser; remembers everything that went wrong in it.

    Args:
        page: the browser's page.
        base: the site's address.
        script: whether the browser runs scripts.
    """

    def __init__(self, page: Page, base: str, *, script: bool = True) -> None:
        self.page = page
        self.base = base
        self.script = script
        self.problems: list[str] = []
        page.on("console", lambda message: self._note(message.type, message.text))
        page.on("pageerror", lambda error: self.problems.append(str(error)))

    def _note(self, kind: str, text: str) -> None:
        if kind in ("error", "warning") and "status of 4" not in text:
            self.problems.append(f"{kind}: {text}")

    def open(self, path: str) -> Page:
        """Go to a page and wait until it has settled."""
        self.page.goto(self.base + path)
        self.settle()
        return self.page

    def settle(self) -> None:
        """Wait until the page's scripts have run, htmx has nothing under way and every chart is drawn."""
        self.page.wait_for_load_state("load")
        if self.script:
            self.page.wait_for_function(_SETTLED, polling=_GLANCE_MS)

    def arrive(self, address: str) -> None:
        """Wait until a step has led to another page, and that page listens to keys and clicks.

        Args:
            address: a regular expression that is found in the page's address.
        """
        expect(self.page).to_have_url(re.compile(address))
        # The address changes before the page is read, and its scripts run at the end of that.
        self.settle()

    def looks_well(self, axe: str) -> None:
        """Make sure that the page as it stands is accessible, and fits, in both colours on the phone and on the desk.

        Args:
            axe: the text of the program that looks.
        """
        self.page.evaluate(axe)
        for theme in ("light", "dark"):
            for width in (360, 1440):
                self.page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]  # a str out of the tuple
                self.page.set_viewport_size({"width": width, "height": 900})
                self.settle()
                assert self.page.evaluate(RUN_AXE) == [], (theme, width)
                assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width


@pytest.fixture(scope="session")
def web_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, str]]:
    """Return a site with the demo company and its address."""
    site = make_site(
        f"sqlite:///{tmp_path_factory.mktemp('web') / 'lotse.sqlite'}", roles=(EVERYTHING,), demo=True, company=True
    )
    with served(site) as base:
        yield site, base
    site.installation.close()


@pytest.fixture
def enter(browser: Browser, web_site: tuple[Site, str]) -> Iterator[Enter]:
    """Return a function that opens a browser window for somebody, signed in where a role is given."""
    site, base = web_site
    contexts: list[BrowserContext] = []

    def open_window(
        role: str | None = EVERYTHING, *, width: int = 1440, theme: str = "light", script: bool = True
    ) -> Reader:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if theme == "dark" else "light",
            reduced_motion="reduce",
            locale="de-DE",
            timezone_id="Europe/Berlin",
            java_script_enabled=script,
        )
        contexts.append(context)
        if role is not None:
            context.add_cookies([{"name": "lotse", "value": _cookie(site, role), "url": base}])
        return Reader(context.new_page(), base, script=script)

    yield open_window
    for context in contexts:
        context.close()


def _cookie(site: Site, role: str) -> str:
    """Return the session cookie of somebody who has signed in."""
    serializer = site.app.session_interface.get_signing_serializer(site.app)  # type: ignore[attr-defined]
    return str(serializer.dumps(site.session_of(role)))
