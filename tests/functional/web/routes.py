"""Every route of an application with an address that leads to it, and what each policy promises."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from flask import Flask
from werkzeug.routing import Rule

from app.access.rights import capable
from app.web.policy import CLOSED, Policy, policy_of
from tests.support.site import Site, Visitor

#: Values for the parts of an address.
PARTS: Final[dict[str, Any]] = {
    "entity": "account", "name": "all", "kind": "csv", "key": "forecast", "record_id": 1, "target": "account",
    "board": "sales", "tile_id": "activity_today", "version": "x", "path": "css/lotse.css", "filename": "x.css",
    "export_type": "csv", "user_id": 3, "team_id": 1, "token_id": 1, "session_id": 9999, "delegation_id": 9999,
    "token": "none",
}  # fmt: skip
#: Pages that somebody may see without being signed in; whoever adds one has to add it here, too.
OPEN: Final = frozenset(
    {
        "security.login",
        "health.healthz",
        "static_pages.file",
        "password_link_pages.ask",
        "password_link_pages.choose",
    }
)
#: What a stranger is told everywhere else: sign in first, or that there is nothing.
_TURNED_AWAY: Final = frozenset({302, 303, 401, 404})


@dataclass(frozen=True, slots=True)
class Door:
    """A route with one of its methods.

    Args:
        endpoint: its name.
        method: GET or POST.
        url: an address that leads to it.
        policy: what it declares, or None.
    """

    endpoint: str
    method: str
    url: str
    policy: Policy | None


def address(app: Flask, rule: Rule) -> str:
    """Return an address of a route.

    Raises:
        KeyError: it has a part that `PARTS` has no value for; whoever adds such a route adds the value.
    """
    with app.test_request_context():
        return app.url_for(rule.endpoint, **{name: PARTS[name] for name in rule.arguments})


def doors(app: Flask, methods: tuple[str, ...] = ("GET", "POST")) -> Iterator[Door]:
    """Yield every route of an application, those of libraries included."""
    for rule in app.url_map.iter_rules():
        for method in methods:
            if method in (rule.methods or ()):
                yield Door(rule.endpoint, method, address(app, rule), policy_of(app, rule.endpoint))


def asked(visitor: Visitor, door: Door) -> int:
    """Return the status of an answer."""
    return (visitor.get(door.url) if door.method == "GET" else visitor.post(door.url)).status_code


def census(site: Site, roles: tuple[str, ...]) -> list[str]:
    """Return every route that has no policy, or that answers somebody otherwise than its policy promises.

    Args:
        site: a site that is served.
        roles: of people who try every route.
    """
    found: list[str] = []
    stranger = site.visitor()
    for door in doors(site.app):
        if door.policy is None:
            found.append(f"{door.endpoint} {door.method}: no policy")
        if door.endpoint not in OPEN and asked(stranger, door) not in _TURNED_AWAY:
            found.append(f"{door.endpoint} {door.method}: open to strangers")
    for role in roles:
        found += _as_role(site, role)
    return found


def _as_role(site: Site, role: str) -> Iterator[str]:
    visitor, actor = site.visitor(role), site.actor(role)
    model = site.installation.snapshot.model
    for door in doors(site.app):
        if door.policy is None or door.endpoint in ("security.logout", "security.change_password"):
            continue
        answer = visitor.get(door.url) if door.method == "GET" else visitor.post(door.url)
        status = answer.status_code
        if door.policy is CLOSED and status != 404:
            yield f"{door.endpoint} {door.method}: {status} for {role}, though it is closed"
        needed = door.policy.capability
        if needed and not capable(model, actor, needed) and status != 403:
            yield f"{door.endpoint} {door.method}: {status} for {role}, who isn't capable of {needed}"
        if needed and capable(model, actor, needed) and status in (401, 403):
            yield f"{door.endpoint} {door.method}: {status} for {role}, who may"
        if status == 401 or answer.headers.get("Location", "").startswith("/login"):
            yield f"{door.endpoint} {door.method}: {status} for {role}, who is signed in"
