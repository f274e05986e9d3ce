"""A program that talks to the API: with a token or a session, in JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.system.tokens import SCOPES, Wanted, create
from tests.support.site import Site

_ETAG: Final = re.compile(r'"([1-9][0-9]*)-[0-9a-f]{32}"')


@dataclass(slots=True)
class Program:
    """Sends requests below `/api/v1`.

    Args:
        client: Flask's test client.
        headers: sent with each request.
    """

    client: FlaskClient
    headers: Mapping[str, str] = field(default_factory=dict)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        """Send a request; header names are written with underscores, a body is JSON."""
        named = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        if body is None:
            return self.client.open(f"/api/v1{path}", method=method, headers=named)
        named.setdefault("Content-Type", "application/json")
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.open(f"/api/v1{path}", method=method, headers=named, data=data)

    def get(self, path: str, **headers: str) -> TestResponse:
        """Read."""
        return self.send("GET", path, **headers)

    def create(self, entity: str, **values: Any) -> Mapping[str, Any]:
        """Create a record and return it."""
        response = self.send("POST", f"/{entity}", values)
        assert response.status_code == 201, response.text
        return dict(response.get_json())


def version_in(response: TestResponse) -> int:
    """Return the version in the ETag of an answer that has a body."""
    found = _ETAG.fullmatch(response.headers["ETag"])
    assert found is not None, response.headers["ETag"]
    return int(found[1])


def token_of(
    site: Site, role: str, scopes: Iterable[str] = SCOPES, entities: tuple[str, ...] = (), days: int = 30
) -> str:
    """Make a token for the person with a role."""
    actor = site.actor(role)
    assert actor.id is not None
    with site.installation.database.write() as connection:
        wanted = Wanted("Test", frozenset(scopes), entities, days)
        return create(connection, actor, actor.id, wanted, site.installation.snapshot.model.entities)


def program(
    site: Site, role: str, scopes: Iterable[str] = SCOPES, entities: tuple[str, ...] = (), language: str = "en"
) -> Program:
    """Return a program that acts as the person with a role, by a token."""
    secret = token_of(site, role, scopes, entities)
    return Program(site.app.test_client(), {"Authorization": f"Bearer {secret}", "Accept-Language": language})
