"""Every route says who may call it, and keeps to it, however its address is spelt; reading changes nothing."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import pytest
from flask import request, request_finished

from app.storage.logical import logical_hash
from app.system import backups
from app.web import lifecycle
from app.web.policy import CLOSED, PUBLIC, SIGNED_IN, Policy, policy, policy_of
from tests.functional.web.routes import OPEN, census, doors
from tests.support.proof import Tally, size
from tests.support.site import Site, make_site

_LOWEST: Final = "sales"
_HIGHEST: Final = "crm_manager+administrator"
#: What a request moves by itself: when a session was last used, and how often somebody has tried.
_MOVES: Final = ("sys_session", "sys_attempt")
_METHODS: Final = ("GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get")


@pytest.fixture
def small_site(sqlite_url: str) -> Iterator[Site]:
    """Return a site without records, to which a test may add routes."""
    made = make_site(sqlite_url, roles=(_HIGHEST,))
    yield made
    made.installation.close()


@pytest.fixture(scope="module")
def filled_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Return a site with the demo company, for tests of this module."""
    made = make_site(f"sqlite:///{tmp_path_factory.mktemp('site') / 'lotse.sqlite'}", roles=(_HIGHEST,), company=True)
    yield made
    made.installation.close()


def test_every_route_keeps_to_its_policy(small_site: Site) -> None:
    """Of the product's own routes and of those that libraries bring along, the console's included."""
    found = list(doors(small_site.app))
    assert len(found) > 70
    assert sum(door.endpoint.startswith("console") for door in found) > 10
    assert census(small_site, (_LOWEST, _HIGHEST)) == []


@pytest.mark.parametrize(
    ("granted", "complaint"),
    [(None, "no policy"), (PUBLIC, "open to strangers"), (CLOSED, None), (SIGNED_IN, None)],
)
def test_a_route_that_somebody_forgot_is_found(small_site: Site, granted: Policy | None, complaint: str | None) -> None:
    """The negative control: without a policy, or with too open a one, the census complains."""

    def forgotten() -> str:
        return "secret"

    view: Callable[[], str] = forgotten if granted is None else policy(granted)(forgotten)
    small_site.app.add_url_rule("/forgotten", "forgotten", view)
    found = [line for line in census(small_site, ()) if line.startswith("forgotten")]
    if complaint is None:
        assert found == []
    else:
        assert any(complaint in line for line in found), found


#: Of every so many spellings one is tried: a quarter of them in CI, all with `make proof`.
_STEP: Final = 100 // size("addresses in a hundred", 25, 100)
#: Ways to spell an address that a proxy, a router or a check of a text could take for another one.
_ENDS: Final = (
    "/", "//", "/.", "/..", "/./", "/..;/", ";", ";x", ";x=y", ";/", "?", "??", "?x", "?/healthz", "?/static/x",
    "?_method=GET", "?next=/login", "#", "%23", "%3f", "%2f", "%2F", "%5c", "%00", "%0a", "%0d%0a", "%20", "%09",
    ".", "..", ".json", ".html", ".css", "~", "*", "%2e", "%2e%2e", "%252e", "%c0%af", "%u002f", "/healthz",
    "/../healthz", "/..%2fhealthz", "/%2e%2e/healthz", "&", "=", "'", '"', "%ff",
)  # fmt: skip
_STARTS: Final = (
    "/", "//", "/.", "/./", "/../", "/..;", "/%2e", "/%2f", "/;", "/;x", "/healthz/..", "/static/..", "/login/..",
    "/static/x/css/..", "/healthz;", "http://localhost", "http://evil.example", "/%00", "/ ", "\\",
)  # fmt: skip
_REPLACED: Final = (("/", "//"), ("/", "\\"), ("/", "%2f"), ("e", "%65"), ("a", "ａ"), ("i", "ı"), ("o", "%6f"))


def _spellings(url: str) -> Iterator[str]:
    yield from (url + end for end in _ENDS)
    yield from (start + url for start in _STARTS)
    yield from (url.replace(old, new) for old, new in _REPLACED)
    yield from (url.upper(), url.title(), url[:-1] + f"%{ord(url[-1]):02x}")


@contextmanager
def _reached(site: Site) -> Iterator[list[tuple[str | None, int]]]:
    """Note which route gave each answer, and with which status."""
    found: list[tuple[str | None, int]] = []

    def note(sender: Any, response: Any, **more: Any) -> None:
        found.append((request.endpoint, response.status_code))

    with request_finished.connected_to(note, site.app):
        yield found


def _mutations(site: Site, step: int) -> Iterator[tuple[str, str]]:
    """Yield addresses and methods: every spelling of every door, the methods taking turns; every `step`th of them."""
    methods = itertools.cycle(_METHODS)
    every = ((next(methods), spelt) for door in doors(site.app) for spelt in _spellings(door.url))
    yield from itertools.islice(every, 0, None, step)


def _try_all(site: Site, role: str | None, step: int) -> list[tuple[str | None, int]]:
    visitor = site.visitor(role)
    with _reached(site) as found:
        for method, url in _mutations(site, step):
            try:
                visitor.client.open(url, method=method).close()
            except (UnicodeError, ValueError):
                continue  # an address that the client itself can't send
    return found


def test_no_spelling_of_an_address_lets_a_stranger_in(small_site: Site) -> None:
    """Whatever is asked and however, what answers with success is a page that is open to all."""
    assert len(set(_spellings("/e/account"))) >= 60
    found = _try_all(small_site, None, _STEP)
    assert [one for one in found if 200 <= one[1] < 300 and one[0] not in OPEN] == []
    assert [one for one in found if one[1] >= 500] == []
    met = {endpoint for endpoint, _ in found if endpoint}
    tally = Tally("spellings of addresses, a stranger")
    tally.add("requests", len(found))
    tally.add("routes met", len(met))
    tally.report(requests=4_000 // _STEP, routes_met=41)


def test_no_spelling_of_an_address_gives_more_than_the_roles_do(small_site: Site) -> None:
    found = _try_all(small_site, _LOWEST, _STEP)
    tally = Tally("spellings of addresses, signed in with little")
    for endpoint, status in found:
        granted = policy_of(small_site.app, endpoint or "")
        tally.add("requests")
        tally.add("answered" if status == 200 else "refused or led elsewhere")
        if 200 <= status < 300:
            assert granted is not None, endpoint
            assert granted is not CLOSED, endpoint
            assert granted.capability is None, endpoint
        assert status < 500, endpoint
    tally.report(answered=21)


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_no_header_turns_a_get_into_a_post(small_site: Site, header: str) -> None:
    visitor = small_site.visitor(_LOWEST)
    with _reached(small_site) as found:
        visitor.client.get("/logout", headers={header: "POST"})
        visitor.client.post("/me?_method=GET", headers={header: "GET"})
    assert [status for _, status in found] == [405, 400]
    assert visitor.get("/me").status_code == 200


def test_only_declared_methods_are_answered(small_site: Site) -> None:
    visitor, map_ = small_site.visitor(_HIGHEST), small_site.app.url_map.bind("localhost")
    for door in doors(small_site.app, ("GET",)):
        declared = map_.allowed_methods(door.url.partition("?")[0])
        for method in {"OPTIONS", "TRACE", "PUT", "DELETE", "PATCH"}.difference(declared):
            answer = visitor.client.open(door.url, method=method)
            assert answer.status_code in (404, 405), (method, door.url)
            assert "TRACE" not in answer.headers.get("Allow", "")


def _hash(site: Site) -> str:
    with site.installation.database.read() as connection:
        return logical_hash(connection, site.installation.snapshot.tables, without=_MOVES).root


def test_reading_changes_nothing(filled_site: Site) -> None:
    """After every GET of every role, signed in or not, the database holds what it held before."""
    before, asked_for = _hash(filled_site), 0
    for role in (None, *filled_site.installation.snapshot.model.roles, _HIGHEST):
        visitor = filled_site.visitor(role)
        for door in doors(filled_site.app, ("GET",)):
            visitor.client.get(door.url).close()
            asked_for += 1
        assert _hash(filled_site) == before, role
    assert asked_for > 300


@policy(Policy("writes on GET", writes=True))
def _writes() -> str:
    backups.note(lifecycle.connection(), backups.BackupNote(lifecycle.context().now, None, 0, 0, "x"))
    return "written"


@policy(SIGNED_IN)
def _writes_unsaid() -> str:
    return _writes()


def test_a_get_that_writes_would_be_noticed(small_site: Site) -> None:
    """The negative control; and where a policy doesn't say that it writes, the database itself refuses."""
    small_site.app.add_url_rule("/writes", "writes", _writes)
    small_site.app.add_url_rule("/refused", "refused", _writes_unsaid)
    visitor, before = small_site.visitor(_LOWEST), _hash(small_site)
    assert visitor.get("/refused").status_code in (500, 503)
    assert _hash(small_site) == before
    assert visitor.get("/writes").status_code == 200
    assert _hash(small_site) != before
