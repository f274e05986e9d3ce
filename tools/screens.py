"""Takes a picture of every page into `screens/`, to be looked at: `python -m tools.screens [--only TEXT]`.

Starts the product on a database of its own with the demo company, signs in as everybody whom the sign-in page offers,
and follows every link. Each page is shown in both languages, light and dark, as wide as a phone and as a desk. What
answers with an error, or complains in the browser's console, is told at the end.
"""

from __future__ import annotations

import argparse
import itertools
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from tests.support.browser import launched
from tools.setup import ROOT, VENV

SCREENS: Final = ROOT / "screens"
THEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
WIDTHS: Final = (360, 1440)
LANGUAGES: Final = ("de", "en")
#: Addresses that aren't pages, or end the session.
_NO_PAGE: Final = re.compile(r"^/(static|logout)|/export|\.(csv|xlsx|json)$")
_STARTS_WITHIN: Final = 120.0
#: More pages than a person looks at, and a bound in case links grow without end.
_MOST: Final = 400


@dataclass(slots=True)
class Tour:
    """What was found on the way.

    Args:
        seen: shapes of addresses that were visited, records' numbers left out.
        complaints: what was wrong, each one once.
    """

    seen: set[str] = field(default_factory=set)
    complaints: dict[str, None] = field(default_factory=dict)

    def complain(self, text: str) -> None:
        """Remember a complaint."""
        self.complaints[text] = None


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _STARTS_WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=2):  # noqa: S310 - our own server on this machine
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError("Lotse didn't start; what it says stands above.")


@contextmanager
def _served() -> Iterator[str]:
    """Run the product with demo data on a database of its own, and yield its address."""
    folder, port = Path(tempfile.mkdtemp(prefix="lotse-screens-")), _free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LOTSE_")}
    given = {"DATABASE_URL": f"sqlite:///{folder / 'lotse.sqlite'}", "PORT": str(port)}
    environment = {**kept, **{f"LOTSE_{name}": value for name, value in given.items()}}
    command: list[str | Path] = [VENV / "bin" / "lotse", "run", "--demo"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL)
    try:
        _wait_for(f"http://127.0.0.1:{port}", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


def _context(browser: Browser, language: str, theme: Literal["light", "dark"], width: int) -> BrowserContext:
    return browser.new_context(
        locale={"de": "de-DE", "en": "en-GB"}[language],
        timezone_id="Europe/Berlin",
        color_scheme=theme,
        viewport={"width": width, "height": 800},
        reduced_motion="reduce",
    )


def _shape(path: str) -> str:
    """Return an address without the numbers of records: of many records, one is looked at."""
    return re.sub(r"(?<=/)\d+(?=/|$)", "1", path)


def _name(path: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", _shape(path).lower()).strip("-")


def _links(page: Page) -> list[str]:
    found = page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
    here = urlsplit(page.url).netloc
    paths = [urlsplit(link).path for link in found if urlsplit(link).netloc == here]
    return [path for path in dict.fromkeys(paths) if not _NO_PAGE.search(path)]


def _walk(page: Page, start: str, tour: Tour) -> list[str]:
    """Follow links from the home page; return the addresses that nobody has visited yet."""
    found: list[str] = []
    waiting = ["/"]
    while waiting and len(found) < _MOST:
        path = waiting.pop(0)
        if _shape(path) in tour.seen:
            continue
        tour.seen.add(_shape(path))
        answer = page.goto(start + path)
        if answer is None or answer.status >= 400:
            tour.complain(f"{path}: answers with {answer.status if answer else 'nothing'}")
            continue
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        found.append(path)
        waiting += _links(page)
    return found


def _sign_in(page: Page, start: str, number: int) -> None:
    page.goto(f"{start}/login")
    page.locator(".gate-card").nth(number).click()
    page.wait_for_load_state("load")


def _speak(page: Page, start: str, language: str) -> None:
    """Choose a language, as a person does in the menu of the account."""
    page.goto(start)
    button = page.locator(f'button[name="locale"][value="{language}"]')
    if button.get_attribute("aria-pressed") != "true":
        button.evaluate("button => button.form.requestSubmit(button)")
        page.wait_for_load_state("load")


def _picture(page: Page, start: str, path: str, name: str, tour: Tour) -> None:
    heard: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error":
            heard.append(message.text)

    page.on("console", listen)
    page.goto(start + path)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=SCREENS / f"{name}.png", full_page=True)
    page.remove_listener("console", listen)
    for text in heard:
        tour.complain(f"{path}: {text}")


def _pictures(browser: Browser, start: str, number: int | None, paths: Sequence[str], tour: Tour) -> None:
    """Show some pages in every way, as one person or as nobody."""
    for language, theme, width in itertools.product(LANGUAGES, THEMES, WIDTHS):
        context = _context(browser, language, theme, width)
        page = context.new_page()
        if number is not None:
            _sign_in(page, start, number)
            _speak(page, start, language)
        for path in paths:
            name = _name(path) if path != "/" else f"home-{(number or 0) + 1}"
            _picture(page, start, path, f"{name}.{language}.{theme}.{width}", tour)
        context.close()


def _tour(browser: Browser, start: str, only: str) -> Tour:
    tour = Tour()
    context = _context(browser, "de", "light", 1440)
    page = context.new_page()
    page.goto(f"{start}/login")
    people = page.locator(".gate-card").count()
    context.close()
    tour.seen.add("/login")
    if only in "/login":
        _pictures(browser, start, None, ["/login"], tour)
    for number in range(people):
        context = _context(browser, "de", "light", 1440)
        page = context.new_page()
        _sign_in(page, start, number)
        tour.seen.discard("/")  # everybody has a home of his own
        paths = [path for path in _walk(page, start, tour) if only in path]
        context.close()
        print(f"Person {number + 1} of {people}: {len(paths)} new pages", flush=True)
        _pictures(browser, start, number, paths, tour)
    if people == 0:
        tour.complain("/login: offers nobody to sign in as")
    return tour


def main(arguments: Sequence[str]) -> int:
    """Take the pictures; return 1 where a page had something to complain about."""
    parser = argparse.ArgumentParser(prog="make screens", description="Takes a picture of every page.")
    parser.add_argument("--only", default="", help="only pages whose address contains this text")
    only = parser.parse_args(arguments).only
    shutil.rmtree(SCREENS, ignore_errors=True)
    SCREENS.mkdir()
    with _served() as start, launched() as browser:
        tour = _tour(browser, start, only)
    print(f"{len(list(SCREENS.glob('*.png')))} pictures in {SCREENS.name}/")
    for complaint in tour.complaints:
        print(f"! {complaint}")
    return 1 if tour.complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
