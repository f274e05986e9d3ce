"""What is refused changes nothing: the whole database says the same before and after."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.logical import logical_hash
from tests.support.site import Site, make_site


@pytest.fixture
def site(database_url: str) -> Iterator[Site]:
    """Return a fresh site, once on each kind of database."""
    made = make_site(database_url)
    yield made
    made.installation.close()


def _hash(site: Site) -> str:
    return logical_hash(site.installation.database, site.installation.store)


def test_a_refused_request_leaves_the_database_as_it_was(site: Site) -> None:
    sales, reader = site.visitor("sales"), site.visitor("administrator")
    full = {"name": "Nordwind GmbH", "roles": ["kunde"], "_sent": ["roles"]}
    empty = _hash(site)
    url = sales.post("/r/account/new", full).headers["Location"]
    assert _hash(site) != empty, "a hash that never changes proves nothing"
    assert sales.post(f"{url}/edit", {**full, "name": "Neu", "version": 1}).status_code == 303
    before = _hash(site)
    key = "k" * 20
    refused = {
        "no name": sales.post("/r/account/new", {**full, "name": "", "_once": key}),
        "a bad address": sales.post("/r/account/new", {**full, "email": "kein-at", "_once": key}),
        "a stale version": sales.post(f"{url}/edit", {**full, "name": "Alt", "version": 1, "_once": key}),
        "no version": sales.post(f"{url}/edit", full),
        "a malformed key": sales.post("/r/account/new", {**full, "_once": "?"}),
        "a stale archive": sales.post(f"{url}/retire", {"version": 1, "_once": key}),
        "a stranger's create": reader.post("/r/account/new", full),
        "a stranger's edit": reader.post(f"{url}/edit", {**full, "version": 2}),
        "a stranger's archive": reader.post(f"{url}/retire", {"version": 2}),
        "nothing there": sales.post("/r/account/999/edit", {**full, "version": 1}),
        "no such entity": sales.post("/r/nothing/new", full),
    }
    assert {name: answer.status_code for name, answer in refused.items() if answer.status_code < 400} == {}
    assert _hash(site) == before
