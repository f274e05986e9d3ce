"""Signing in with a provider in a real browser, which is strict about cookies and addresses of other sites."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Reader
from tests.support.provider import CLIENT, SECRET, Provider, provider
from tests.support.site import make_site, served
from tests.support.staff import email_of


@pytest.fixture
def there() -> Iterator[Provider]:
    """Return a provider on another site than the product's."""
    with provider("localhost") as made:
        made.person = {"sub": "17", "email": email_of("sales"), "email_verified": True}
        yield made


def test_somebody_signs_in_over_there_and_comes_back_to_where_he_wanted_to_go(
    browser: Browser, sqlite_url: str, there: Provider
) -> None:
    given = {"oidc_issuer": there.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET, "oidc_label": "Firma"}
    site = make_site(sqlite_url, oidc=given)
    with served(site) as base:
        context = browser.new_context(locale="de-DE")
        reader = Reader(context.new_page(), base)
        page = reader.open("/e/account/all")
        reader.arrive("/login")
        page.get_by_role("link", name="Firma").click()
        expect(page).to_have_title("Provider")
        assert there.issuer in page.url
        page.get_by_role("link", name="It is me").click()
        reader.arrive("/e/account/all$")
        expect(page.locator("body")).to_contain_text("Test Sales")
        there.person = {**there.person, "sub": "somebody else"}
        stranger = browser.new_context(locale="de-DE")
        other = Reader(stranger.new_page(), base)
        other.open("/login").get_by_role("link", name="Firma").click()
        other.page.get_by_role("link", name="It is me").click()
        other.arrive("/login/oidc/back")
        expect(other.page.locator("body")).to_contain_text("Die Anmeldung ging nicht")
        assert reader.problems == other.problems == []
        for one in (context, stranger):
            one.close()
    site.installation.close()
