"""Writes a screenshot of every page into `screens/`, to be looked at: light and dark, phone to desk, both languages.

    python -m tools.screens [--only PART] [--few] [--readme]

`--only` takes the pages whose name contains PART; `--few` takes German in light; `--readme` takes only the picture that
the README shows, into `docs/images/`.
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy import select, update

from app.demo.load import load_demo
from app.system.tables import User
from tests.support.browser import launched
from tests.support.site import Site, make_site, served
from tests.support.staff import PASSWORD, email_of

ROOT: Final = Path(__file__).resolve().parent.parent
FOLDER: Final = ROOT / "screens"
README_PICTURE: Final = ROOT / "docs" / "images" / "list.png"
#: Who looks at the pages: all that people do, in one person.
READER: Final = "crm_manager+sales+management+administrator+privacy"
WIDTHS: Final = {"phone": 360, "tablet": 820, "desk": 1440}
_HEIGHTS: Final = {"phone": 780, "tablet": 1180, "desk": 900}
THEMES: Final = ("light", "dark")
LOCALES: Final = ("de", "en")
#: A tablet differs in its arrangement only, so it is looked at twice.
_ON_TABLET: Final = frozenset({("de", "light"), ("en", "dark")})
_CONSOLE: Final = (
    "", "users/", "users/new/", "users/edit/?id=1", "roles/", "teams/", "revisions/", "documents/", "audit/",
)  # fmt: skip
#: How long a page may take until its tiles and charts are there, and what the last stroke of a chart takes.
SETTLE_MS: Final = 5_000
_LAST_STROKE_MS: Final = 180
_SETTLED: Final = "() => !document.querySelector('.tile-wait, .htmx-request, [data-chart]:not([data-drawn])')"
_NAME: Final = "Petra Reinhardt"


@dataclass(frozen=True, slots=True)
class Shot:
    """One page to be shown.

    Args:
        name: of the file.
        url: its address.
        signed_in: whether somebody is signed in.
        press: a key to press before the picture, or None.
        click: what to click before the picture, or None.
    """

    name: str
    url: str
    signed_in: bool = True
    press: str | None = None
    click: str | None = None


def shots(site: Site) -> Iterator[Shot]:
    """Yield every page: each kind of screen once, each menu entry, each report."""
    model = site.installation.snapshot.model
    record = _first_ids(site)
    yield Shot("sign-in", "/login", signed_in=False)
    yield Shot("home", "/")
    for key in model.dashboards:
        yield Shot(f"home-{key}", f"/?board={key}")
    yield Shot("palette", "/", press="Control+k")
    yield Shot("account-menu", "/me", click="[data-account]")
    yield Shot("me", "/me")
    yield Shot("tokens", "/me/tokens")
    yield Shot("why", "/why?entity=account&record=1&field=name")
    yield Shot("why-entity", "/why?entity=insight&user=5")
    yield Shot("why-places", "/why/places?place=dashboard:sales&user=5")
    yield Shot("history", "/r/account/1/history")
    yield Shot("history-erase", "/r/person/1/history/erase")
    yield Shot("history-back", "/r/account/1/history?at=now")
    yield Shot("history-differences", "/r/account/1/history?at=2026-01-01T12:00&to=now")
    yield Shot("factors", "/me/factors")
    yield Shot("sessions", "/me/sessions")
    yield Shot("delegation", "/me/delegation")
    yield Shot("people", "/people")
    yield Shot("people-new", "/people/new")
    yield Shot("people-one", "/people/2")
    yield Shot("teams", "/teams")
    yield Shot("technical", "/technical")
    yield Shot("technical-new", "/technical/new")
    yield Shot("change-password", "/change")
    yield Shot("shortcuts", "/shortcuts")
    yield Shot("search", "/search?q=m%C3%BCller")
    yield Shot("search-nothing", "/search?q=xyzxyz")
    yield Shot("list-filtered", "/e/account?f.industry.one_of=maschinenbau&f.name.contains=a&q=gmbh")
    yield Shot("list-asking", "/e/account?ask=industry")
    yield Shot("list-columns", "/e/account?choose=1")
    yield Shot("list-empty", "/e/account?q=xyzxyz")
    yield Shot("list-bin", "/e/account/-?archived=1")
    yield Shot("problem-404", "/e/nothing")
    yield Shot("problem-400", "/e/account?f.nothing.is=1")
    yield Shot("reports", "/reports")
    yield Shot("pick", "/pick/account?q=gmbh")
    for key, entity in model.entities.items():
        if entity.owners:
            continue
        yield Shot(f"list-{key}", f"/e/{key}")
        yield Shot(f"new-{key}", f"/r/{key}/new")
        if key in record:
            yield Shot(f"record-{key}", f"/r/{key}/{record[key]}")
            yield Shot(f"edit-{key}", f"/r/{key}/{record[key]}/edit")
    for key, report in model.reports.items():
        for show in ("chart", "table", *(("pivot",) if report.across else ())):
            yield Shot(f"report-{key}-{show}", f"/report/{key}?show={show}")
    for place in _CONSOLE:
        name = place.partition("?")[0].strip("/").replace("/", "-") or "overview"
        yield Shot(f"console-{name}", f"/admin/console/{place}")


def _first_ids(site: Site) -> dict[str, int]:
    found = {}
    with site.installation.database.read() as connection:
        tables = site.installation.store.snapshot(connection).tables
        for key, table in tables.tables.items():
            live = select(table.c.id).where(table.c.archived_at.is_(None)).limit(40)
            ids = connection.execute(live).scalars().all()
            if ids:
                found[key] = int(ids[len(ids) // 2])
    return found


def _prefer(site: Site, locale: str, theme: str) -> None:
    with site.installation.database.write() as connection:
        chosen = {"locale": locale, "theme": theme, "name": _NAME}
        connection.execute(update(User).where(User.email == email_of(READER)).values(**chosen))


def sign_in(page: Page, base: str) -> None:
    """Sign the reader in."""
    page.goto(f"{base}/login")
    page.fill("form.stack #email", email_of(READER))
    page.fill("form.stack #password", PASSWORD)
    page.click("form.stack button")
    page.wait_for_url(f"{base}/")


def _context(browser: Browser, width: str, theme: str, locale: str) -> BrowserContext:
    return browser.new_context(
        viewport={"width": WIDTHS[width], "height": _HEIGHTS[width]},
        color_scheme="dark" if theme == "dark" else "light",
        locale="de-DE" if locale == "de" else "en-GB",
        reduced_motion="reduce",
    )


def take(site: Site, base: str, browser: Browser, only: str, *, few: bool) -> int:
    """Take the pictures and return how many."""
    FOLDER.mkdir(exist_ok=True)
    wanted = [shot for shot in shots(site) if only in shot.name]
    count = 0
    for locale, theme, width in itertools.product(LOCALES, THEMES, WIDTHS):
        if (few and (locale, theme) != ("de", "light")) or (width == "tablet" and (locale, theme) not in _ON_TABLET):
            continue
        _prefer(site, locale, theme)
        with _context(browser, width, theme, locale) as signed_in, _context(browser, width, theme, locale) as stranger:
            page, outside = signed_in.new_page(), stranger.new_page()
            sign_in(page, base)
            for shot in wanted:
                path = FOLDER / f"{shot.name}.{locale}.{theme}.{width}.png"
                _one(page if shot.signed_in else outside, base, shot, path)
                count += 1
    return count


def _one(page: Page, base: str, shot: Shot, path: Path) -> None:
    page.goto(base + shot.url, wait_until="load")
    if shot.press:
        page.keyboard.press(shot.press)
    if shot.click:
        page.click(shot.click)
    page.wait_for_function(_SETTLED, timeout=SETTLE_MS)
    page.wait_for_timeout(_LAST_STROKE_MS)
    page.screenshot(path=path, full_page=shot.press is None)


def take_for_readme(site: Site, base: str, browser: Browser) -> None:
    """Take the picture that the README shows."""
    _prefer(site, "de", "light")
    with _context(browser, "desk", "light", "de") as signed_in:
        page = signed_in.new_page()
        sign_in(page, base)
        page.goto(f"{base}/e/account", wait_until="networkidle")
        README_PICTURE.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=README_PICTURE)


def main() -> None:
    """Build a site with the demo company, and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--only", default="")
    parser.add_argument("--few", action="store_true")
    parser.add_argument("--readme", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        site = make_site(f"sqlite:///{folder}/screens.sqlite", roles=(READER,), demo=True)
        load_demo(site.installation.database, site.installation.store)
        with served(site) as base, launched() as browser:
            if options.readme:
                take_for_readme(site, base, browser)
                print(README_PICTURE.relative_to(ROOT))
            else:
                print(f"{take(site, base, browser, options.only, few=options.few)} pictures in {FOLDER}")
        site.installation.close()


if __name__ == "__main__":
    main()
