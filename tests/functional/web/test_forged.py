"""A request that another site has forged is refused by every route that changes something, before it does anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import pytest
from flask_wtf.csrf import CSRFProtect
from werkzeug.test import TestResponse

from app.storage.logical import LogicalHash, logical_hash
from app.system import backups
from app.web import lifecycle
from app.web.policy import CLOSED, Policy, policy
from app.web.texts import TEXTS
from tests.functional.web.routes import Door, doors
from tests.support.proof import Tally
from tests.support.site import Site, Visitor, make_site

_EVERYTHING: Final = "crm_manager+administrator"
_UNSAFE: Final = ("POST", "PUT", "PATCH", "DELETE")
#: Routes that take a request without a token, each with a reason: none. The API answers a caller without a cookie and
#: with a token of its own, and asks whoever sends a cookie for this one like every page.
_EXEMPT: Final[dict[str, str]] = {}
#: What a request moves by itself: when a session was last used, and how often somebody has tried.
_MOVES: Final = ("sys_session", "sys_attempt")


@pytest.fixture
def site(sqlite_url: str) -> Iterator[Site]:
    """Return a site to which a test may add routes."""
    made = make_site(sqlite_url, roles=(_EVERYTHING,))
    yield made
    made.installation.close()


def _hashed(site: Site) -> LogicalHash:
    with site.installation.database.read() as connection:
        return logical_hash(connection, site.installation.snapshot.tables, without=_MOVES)


def _forged(visitor: Visitor, door: Door, token: str | None) -> TestResponse:
    headers = {} if token is None else {"X-CSRFToken": token}
    form = {} if token is None else {"csrf_token": token}
    return visitor.client.open(door.url, method=door.method, data=form, headers=headers)


def _accepted(site: Site, tally: Tally) -> Iterator[str]:
    """Yield every route that takes a request without a token or with somebody else's, and what that changed."""
    visitor, other, before = site.visitor(_EVERYTHING), site.visitor("sales"), _hashed(site)
    words = TEXTS["problem.csrf"].text("de")
    for token in (None, other.token()):
        for door in doors(site.app, _UNSAFE):
            answer = _forged(visitor, door, token)
            if door.endpoint in _EXEMPT:
                continue
            tally.add("refused")
            tally.add("closed" if door.policy is CLOSED else "open", 1)
            if answer.status_code != 400 or words not in answer.text:
                yield f"{door.method} {door.endpoint}: {answer.status_code}"
        changed = _hashed(site).different(before)
        yield from (f"changed {name}" for name in changed)
    assert visitor.get("/me").status_code == 200


def test_no_route_takes_a_forged_request(site: Site) -> None:
    """Signed in with every right, without a token and with one of another session, closed routes included."""
    tally = Tally("forged requests")
    assert list(_accepted(site, tally)) == []
    known = {door.endpoint for door in doors(site.app, _UNSAFE)}
    assert known >= _EXEMPT.keys() | {"api.create", "security.login", "console_users.action_view"}
    tally.report(refused=150, open=80)


@policy(Policy("writes without a token", writes=True))
def _writes() -> str:
    backups.note(lifecycle.connection(), backups.BackupNote(lifecycle.context().now, None, 0, 0, "x"))
    return "written"


def test_a_route_without_the_check_is_found(site: Site) -> None:
    """The negative control."""
    protection: CSRFProtect = site.app.extensions["csrf"]
    exempt: Callable[[], str] = protection.exempt(_writes)
    site.app.add_url_rule("/forgotten", "forgotten", exempt, methods=["POST"])
    found = list(_accepted(site, Tally("forged requests, one route without the check")))
    assert found == ["POST forgotten: 200", "changed sys_backup"] * 2
