"""Passkeys without a browser: what a site must not take from an authenticator, whatever it says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest

from app.web.lifecycle import PROVE, SET_UP
from tests.functional.people.world import World
from tests.support.authenticator import Authenticator
from tests.support.site import Site, Visitor, make_site

_PASSKEYS: Final = f"{SET_UP}/passkeys"
_TOKEN: Final = {"name": "Auswertung", "scopes": "read", "days": "30"}


@pytest.fixture
def site(database_url: str) -> Iterator[Site]:
    """Yield a site."""
    made = make_site(database_url)
    yield made
    made.installation.close()


def _options(visitor: Visitor, url: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(visitor.post(f"{url}/options").text)
    return found


def _register(visitor: Visitor, key: Authenticator) -> int:
    sent = {"name": "Schlüssel", "credential": key.make(_options(visitor, _PASSKEYS))}
    return visitor.post(_PASSKEYS, sent).status_code


def _owner(site: Site, role: str = "sales", **about: Any) -> tuple[Visitor, Authenticator]:
    """Return somebody who has set up a passkey, in the session in which he did."""
    visitor, key = site.visitor(role), Authenticator(**about)
    assert _register(visitor, key) == 200
    return visitor, key


def _half_way(site: Site, role: str = "sales") -> Visitor:
    """Return somebody who gave the right password and owes his second factor."""
    visitor = site.visitor()
    assert visitor.sign_in(role).status_code == 302
    assert visitor.get("/me").location.startswith(PROVE)
    return visitor


def _show(visitor: Visitor, credential: str) -> int:
    return visitor.post(PROVE, {"credential": credential, "next": "/"}).status_code


def _step_up(visitor: Visitor, credential: str) -> int:
    return visitor.post("/me/tokens", {**_TOKEN, "_credential": credential}).status_code


def test_a_passkey_opens_the_session_and_answers_the_question(site: Site) -> None:
    _, key = _owner(site)
    visitor = _half_way(site)
    assert _show(visitor, key.sign(_options(visitor, PROVE))) == 303
    assert visitor.get("/me").status_code == 200
    World(site).age()
    assert visitor.post("/me/tokens", _TOKEN).status_code == 401
    assert _step_up(visitor, key.sign(_options(visitor, PROVE))) == 200


def test_what_was_signed_counts_once_and_for_its_own_session_only(site: Site) -> None:
    visitor, key = _owner(site)
    first, second, third = (_half_way(site) for _ in range(3))
    signed = key.sign(_options(first, PROVE))
    _options(second, PROVE)
    assert _show(second, signed) == 422
    assert _show(third, signed) == 422
    assert _show(first, signed) == 303
    for other in (first, visitor):
        World(site).age()
        assert _step_up(other, signed) == 401
        _options(other, PROVE)
        assert _step_up(other, signed) == 401
    used = key.sign(_options(first, PROVE))
    assert _step_up(first, used) == 200
    World(site).age()
    assert _step_up(first, used) == 401


def test_a_challenge_is_used_up_by_a_wrong_answer(site: Site) -> None:
    _, key = _owner(site)
    visitor = _half_way(site)
    signed = key.sign(_options(visitor, PROVE))
    assert _show(visitor, "{}") == 422
    assert _show(visitor, signed) == 422


def test_somebody_elses_passkey_is_refused(site: Site) -> None:
    owner, key = _owner(site)
    _, foreign = _owner(site, "service")
    visitor = _half_way(site)
    assert _show(visitor, foreign.sign(_options(visitor, PROVE))) == 422
    forged = Authenticator(credential_id=key.credential_id, count=key.count)
    assert _show(visitor, forged.sign(_options(visitor, PROVE))) == 422
    World(site).age()
    assert _step_up(owner, foreign.sign(_options(owner, PROVE))) == 401
    assert _step_up(owner, forged.sign(_options(owner, PROVE))) == 401
    assert visitor.get("/me").location.startswith(PROVE)


_LIES: Final[dict[str, Callable[[Authenticator], None]]] = {
    "another site": lambda key: setattr(key, "origin", "http://lotse.example"),
    "another port": lambda key: setattr(key, "origin", "http://localhost:8080"),
    "another scheme": lambda key: setattr(key, "origin", "https://localhost"),
    "a longer name": lambda key: setattr(key, "origin", "http://localhost.example"),
    "for another site": lambda key: setattr(key, "host", "lotse.example"),
    "nobody there": lambda key: setattr(key, "present", False),
}


@pytest.mark.parametrize("lie", _LIES)
def test_what_was_signed_elsewhere_or_by_nobody_is_refused(site: Site, lie: str) -> None:
    owner, key = _owner(site)
    visitor = _half_way(site)
    _LIES[lie](key)
    assert _show(visitor, key.sign(_options(visitor, PROVE))) == 422
    World(site).age()
    assert _step_up(owner, key.sign(_options(owner, PROVE))) == 401
    assert visitor.get("/me").location.startswith(PROVE)


@pytest.mark.parametrize("lie", _LIES)
def test_a_passkey_that_was_made_elsewhere_is_not_kept(site: Site, lie: str) -> None:
    visitor, key = site.visitor("sales"), Authenticator()
    _LIES[lie](key)
    assert _register(visitor, key) == 422
    other = site.visitor()
    assert other.sign_in("sales").status_code == 302
    assert other.get("/me").status_code == 200


def test_a_passkey_is_made_for_the_challenge_of_its_session_once(site: Site) -> None:
    visitor, other, key = site.visitor("sales"), site.visitor("service"), Authenticator()
    made = key.make(_options(visitor, _PASSKEYS))
    _options(other, _PASSKEYS)
    assert other.post(_PASSKEYS, {"name": "x", "credential": made}).status_code == 422
    assert visitor.post(_PASSKEYS, {"name": "x", "credential": made}).status_code == 200
    assert visitor.post(_PASSKEYS, {"name": "x", "credential": made}).status_code == 422


def test_a_copied_passkey_is_noticed(site: Site) -> None:
    _, key = _owner(site)
    copy = Authenticator(key=key.key, credential_id=key.credential_id)
    first, second = _half_way(site), _half_way(site)
    key.count = 5
    assert _show(first, key.sign(_options(first, PROVE))) == 303
    assert _show(second, copy.sign(_options(second, PROVE))) == 422


def test_alone_a_passkey_has_to_see_who_uses_it(site: Site) -> None:
    """After a password it is enough that somebody has it; without one, a key in a laptop that was found is not."""
    owner, key = _owner(site, verifies=False)
    visitor = _half_way(site)
    options = _options(visitor, PROVE)
    assert options["userVerification"] == "preferred"
    assert _show(visitor, key.sign(options)) == 303
    World(site).age()
    for asked in (visitor, owner):
        options = _options(asked, PROVE)
        assert options["userVerification"] == "required"
        assert _step_up(asked, key.sign(options)) == 401
    key.verifies = True
    assert _step_up(visitor, key.sign(_options(visitor, PROVE))) == 200
