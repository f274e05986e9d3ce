"""The tables may be brought to another version while a program serves: it notices with the next request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import func, select

from app.system.level import SCHEMA_VERSION
from app.system.tables import Installation, table_of
from tests.support.program import program
from tests.support.site import Site, make_site


@pytest.fixture
def site(database_url: str) -> Iterator[Site]:
    """Return a site of its own, on either database."""
    made = make_site(database_url)
    yield made
    made.installation.close()


@contextmanager
def _at_level(site: Site, level: int) -> Iterator[None]:
    table = table_of(Installation)
    with site.installation.database.write() as connection:
        connection.execute(table.update().values(schema_version=level))
    yield
    with site.installation.database.write() as connection:
        connection.execute(table.update().values(schema_version=SCHEMA_VERSION))


def _accounts(site: Site) -> int:
    with site.installation.database.read() as connection:
        table = site.installation.snapshot.tables["account"]
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


@pytest.mark.parametrize(
    ("level", "said"), [(SCHEMA_VERSION + 1, "newer version of Lotse"), (SCHEMA_VERSION - 1, "older version of Lotse")]
)
def test_nothing_is_read_or_written_with_tables_of_another_version(site: Site, level: int, said: str) -> None:
    visitor, asking = site.visitor("sales"), program(site, "sales")
    before, form = _accounts(site), {"csrf_token": visitor.token(), "name": "Zu spät GmbH"}
    with _at_level(site, level):
        page = visitor.get("/e/account", Accept_Language="en")
        assert page.status_code == 503
        assert asking.get("/account").status_code == 503
        saved = visitor.client.post("/r/account/new", data=form)
        assert saved.status_code == 503
        created = asking.send("POST", "/account", {"name": form["name"]})
        assert created.status_code == 503
        assert said in created.get_json()["detail"]
        health = visitor.get("/healthz")
        assert (health.status_code, health.text) == (503, "the database belongs to another version of the program\n")
    assert _accounts(site) == before
    assert visitor.get("/e/account").status_code == 200
    assert visitor.get("/healthz").status_code == 200
