"""A whole site: shipped documents in a fresh database, people of every role, the application."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from flask import Flask
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.access.actor import Actor
from app.config import Settings
from app.factory import create_app
from app.language import Label, Locale
from app.system.people import actor_and_head
from app.system.sessions import begin
from app.system.tables import User, now
from app.web.lifecycle import DemoAccount
from app.web.limiting import TURNS, Turns
from tests.support.install import METADATA, PLUGINS, Installation, install
from tests.support.serving import listening
from tests.support.staff import PASSWORD, Staff, email_of, name_of

SECRET: Final = "tests-only-" + "x" * 32
#: Compiled templates by the cache's key; an application compiles a template once, and tests make hundreds of them.
_COMPILED: Final[dict[str, bytes]] = {}
_ANY_TOKEN: Final = re.compile(r'name="csrf_token"[^>]*?value="([^"]+)"')


class Visitor:
    """Somebody with a browser that knows no JavaScript.

    Args:
        client: Flask's test client.
    """

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, url: str, **headers: str) -> TestResponse:
        """Fetch a page; header names are written with underscores."""
        return self.client.get(url, headers=_headers(headers))

    def token(self) -> str:
        """Return a token for forms."""
        found = _ANY_TOKEN.search(self.client.get("/me", follow_redirects=True).text)
        assert found is not None
        return found[1]

    def post(self, url: str, data: Mapping[str, object] | None = None, **headers: str) -> TestResponse:
        """Send a form with its token."""
        return self.client.post(url, data={"csrf_token": self.token(), **(data or {})}, headers=_headers(headers))

    def sign_in(self, role: str, password: str = PASSWORD) -> TestResponse:
        """Sign in as the person with a role."""
        return self.post("/login", {"email": email_of(role), "password": password})


def _headers(given: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in given.items()}


@dataclass(frozen=True, slots=True)
class Site:
    """An installation with its application."""

    installation: Installation
    app: Flask

    def visitor(self, role: str | None = None) -> Visitor:
        """Return somebody new, signed in where a role is given."""
        visitor = Visitor(self.app.test_client())
        if role is not None:
            signed_in = self.session_of(role)
            with visitor.client.session_transaction() as session:
                session.update(signed_in)
        return visitor

    def session_of(self, role: str) -> dict[str, object]:
        """Begin a session of the person with a role; returns what his cookie holds."""
        with self.installation.database.write() as connection:
            who = connection.execute(select(User.id, User.fs_uniquifier).where(User.email == email_of(role))).one()
            token = begin(connection, who.id, now(), "127.0.0.1", "tests", kept=False)
        return {"_user_id": who.fs_uniquifier, "_fresh": True, "token": token}

    def actor(self, role: str) -> Actor:
        """Return the person with a role."""
        with self.installation.database.read() as connection:
            user_id = connection.execute(select(User.id).where(User.email == email_of(role))).scalar_one()
            actor, _ = actor_and_head(connection, int(user_id))
        assert actor is not None
        return actor


def make_site(
    url: str,
    *folders: Path,
    roles: tuple[str, ...] = (),
    locale: Locale = "de",
    demo: bool = False,
    company: bool = False,
    oidc: Mapping[str, Any] | None = None,
    more: Mapping[str, Any] | None = None,
) -> Site:
    """Build a site.

    Args:
        url: where the database goes.
        folders: the documents; the shipped ones where none is given.
        roles: who is made beside one person for every role; several roles of one person are joined by `+`.
        locale: what everybody reads.
        demo: whether the sign-in page offers the people.
        company: whether the database holds the demo company.
        oidc: settings of a provider of sign-ins.
        more: other settings.
    """
    installation = install(url, *(folders or (METADATA, PLUGINS)), company=company, staff=Staff(roles, locale))
    known = installation.snapshot.model.roles
    accounts = [DemoAccount(email_of(role), PASSWORD, name_of(role), Label.same(role)) for role in known]
    settings = Settings(url, METADATA, PLUGINS, SECRET, demo=demo, locale=locale, **(oidc or {}), **(more or {}))
    app = create_app(settings, demo_accounts=accounts, database=installation.database)
    # Here people fail by the hundred; how long that keeps others waiting is a test of its own.
    app.extensions[TURNS] = Turns(rest=0)
    # Another process would compile the documents again, and the templates.
    app.extensions["lotse"].store.adopt(installation.store)
    remember_templates(app)
    return Site(installation, app)


class _Templates(BytecodeCache):
    """Keeps compiled templates for every application of this process."""

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill in a template that was compiled before."""
        known = _COMPILED.get(bucket.key)
        if known is not None:
            bucket.bytecode_from_string(known)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template that was just compiled; its checksum is part of it."""
        _COMPILED[bucket.key] = bucket.bytecode_to_string()


def remember_templates(app: Flask) -> None:
    """Have an application take over what others have compiled of the same templates."""
    app.jinja_env.bytecode_cache = _Templates()


@contextmanager
def served(site: Site) -> Iterator[str]:
    """Serve a site on loopback for as long as the block lasts; yields its address."""
    with listening(site.app) as port:
        yield f"http://127.0.0.1:{port}"
