"""Passkeys in a real browser, with an authenticator that the browser plays itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from tests.functional.people.world import World
from tests.support.browser import RUN_AXE
from tests.support.site import Site, make_site, served
from tests.support.staff import PASSWORD, email_of


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Return a site."""
    made = make_site(f"sqlite:///{tmp_path / 'lotse.sqlite'}")
    yield made
    made.installation.close()


@pytest.fixture
def base(site: Site) -> Iterator[str]:
    """Return the site's address; a passkey is for a name, never for a number."""
    with served(site) as address:
        yield address.replace("127.0.0.1", "localhost")


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Return a page of somebody new."""
    context = browser.new_context(locale="de-DE")
    yield context.new_page()
    context.close()


def _authenticator(page: Page) -> tuple[CDPSession, str]:
    """Plug a security key into the browser."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session, str(made["authenticatorId"])


def _sign_in(page: Page, base: str) -> None:
    page.goto(f"{base}/login")
    page.fill("#email", email_of("sales"))
    page.fill("#password", PASSWORD)
    page.click("form.stack button.btn-primary")
    expect(page).not_to_have_url(re.compile("/login"))


def test_a_passkey_is_made_and_opens_the_next_session(page: Page, site: Site, base: str, axe: str) -> None:
    session, key = _authenticator(page)
    _sign_in(page, base)
    page.goto(f"{base}/me/factors")
    page.wait_for_selector("[data-passkey][data-bound]")
    page.fill("#passkey-name", "Laptop")
    page.get_by_role("button", name="Passkey hinzufügen").click()
    expect(page.locator("#recovery-codes li")).to_have_count(10)
    expect(page.get_by_text("Laptop seit")).to_be_visible()

    page.context.clear_cookies()
    _sign_in(page, base)
    expect(page).to_have_url(f"{base}/second-factor")
    page.wait_for_selector("[data-passkey][data-bound]")
    page.evaluate(axe)
    assert page.evaluate(RUN_AXE) == []
    page.get_by_role("button", name="Passkey verwenden").click()
    page.wait_for_url(f"{base}/")

    # It answers the question before what changes rights, too, and what was sent isn't lost.
    page.goto(f"{base}/me/tokens")
    World(site).age()
    page.fill("#token-name", "Auswertung")
    page.get_by_role("button", name="Token erstellen").click()
    page.wait_for_selector("[data-passkey][data-bound]")
    page.evaluate(axe)
    assert page.evaluate(RUN_AXE) == []
    page.get_by_role("button", name="Passkey verwenden").click()
    expect(page.locator("#token-secret")).to_be_visible()

    # Without the key it is of no use, and the page says so.
    session.send("WebAuthn.clearCredentials", {"authenticatorId": key})
    session.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": key})
    _authenticator(page)
    page.context.clear_cookies()
    _sign_in(page, base)
    page.wait_for_selector("[data-passkey][data-bound]")
    page.get_by_role("button", name="Passkey verwenden").click()
    expect(page.locator("[data-failed]")).to_be_visible()
    page.goto(f"{base}/me")
    expect(page).to_have_url(f"{base}/second-factor?next=/me")
