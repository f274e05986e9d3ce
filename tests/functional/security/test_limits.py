"""What one request may cost: time, length, depth."""

from __future__ import annotations

import time
from typing import Final

import pytest
from sqlalchemy import Connection, literal, select, text

from app.access.actor import PRODUCT
from app.storage.closing import run_last_steps
from app.storage.limits import bound
from app.system import audit
from app.web import lifecycle
from app.web.policy import SIGNED_IN, policy
from tests.support.program import program
from tests.support.site import make_site

#: A statement that takes very long, on each kind of database.
_ENDLESS: Final = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n",
    "postgresql": "SELECT pg_sleep(60)",
}
#: Conditions that are too much for somebody: for a reader, a parser, a database.
_BOMBS: Final = (
    "(" * 900,
    "not " * 400 + "true",
    "-" * 1_500 + "1 = 1",
    " and ".join(['name = "x"'] * 120),
    "employees" + " + employees" * 150 + " > 1",
    "employees" + " * 999999999" * 100 + " > 1",
    'name contains "' + "%" * 1_900 + '"',
    "id in (" + ",".join(map(str, range(400))) + ")",
    "add_days(today(), 99999999999999999999) > today()",
    "1" * 1_900 + " = 1",
    "9" * 400 + " * " + "9" * 400 + " = 1",
    "name" + ".parent" * 200 + ' = "x"',
    '"' + "\\" * 1_000,
    "if(" * 300,
    "employees" + " * 3" * 48 + " > 1",
    "employees" + " / 7" * 48 + " > 1",
    "-(" * 30 + "employees" + " / 7)" * 30 + " > 1",
    "round(" * 38 + "employees" + ", 2)" * 38 + " > 1",
    "add_days(" * 30 + "created_at" + ", 1)" * 30 + " > now()",
    "add_months(" * 30 + "created_at" + ", 1)" * 30 + " > now()",
    "length(" * 200 + "name" + ")" * 200 + " > 1",
)
#: Seconds that a hostile condition may cost, on a busy machine.
_QUICK: Final = 2


@policy(SIGNED_IN)
def _endless() -> str:
    connection: Connection = lifecycle.connection()
    return str(connection.execute(text(_ENDLESS[connection.dialect.name])).scalar())


def test_no_statement_holds_a_worker_for_long(database_url: str) -> None:
    """It is given up with a sentence (503), and the connection works on."""
    site = make_site(database_url)
    site.app.add_url_rule("/endless", "endless", _endless)
    visitor = site.visitor("sales")
    bound(site.installation.database, 0.3)
    for _ in range(2):
        begun = time.monotonic()
        response = visitor.get("/endless")
        assert response.status_code == 503
        assert "Grenzen Sie die Frage ein" in response.text
        assert time.monotonic() - begun < 5
        assert visitor.get("/e/account").status_code == 200
    with site.installation.database.read() as connection:
        assert connection.execute(select(literal(1))).scalar() == 1
    site.installation.close()


def test_what_is_given_up_at_the_very_end_is_refused_like_everything_else(
    postgres_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The last thing that a save waits for is its turn at the history's chain, after its view has answered."""
    site = make_site(postgres_url)
    database = site.installation.database
    visitor, asking = site.visitor("sales"), program(site, "sales")
    account = asking.create("account", name="Am Ende GmbH")
    form = {"csrf_token": visitor.token(), "name": "Anders", "version": account["version"]}
    bound(database, 0.3)
    with database.write() as other:
        audit.append(other, PRODUCT, "test.hold", "", {})
        run_last_steps(other)
        caplog.clear()
        saved = visitor.client.post(f"/r/account/{account['id']}/edit", data=form)
        patched = asking.send("PATCH", f"/account/{account['id']}", {"name": "Anders"}, If_Match='"1"')
    assert (saved.status_code, patched.status_code) == (503, 503)
    assert "es wurde nichts gespeichert" in saved.text
    assert patched.get_json()["type"] == "urn:lotse:problem:unavailable"
    assert "Anders" not in caplog.text
    assert {record.levelname for record in caplog.records} == {"WARNING"}
    bound(database)
    assert asking.get(f"/account/{account['id']}").get_json()["name"] == "Am Ende GmbH"
    site.installation.close()


def test_a_condition_costs_little(database_url: str) -> None:
    """However it is built, a condition of a reader is refused or answered quickly."""
    site = make_site(database_url)
    visitor = site.visitor("crm_manager")
    visitor.get("/e/account")
    statuses = set()
    for bomb in (*_BOMBS, [_BOMBS[3]] * 150):
        begun = time.monotonic()
        response = visitor.client.get("/e/account", query_string={"where": bomb})
        assert time.monotonic() - begun < _QUICK, bomb
        assert response.status_code in (200, 400, 414), bomb
        statuses.add(response.status_code)
    assert statuses == {200, 400, 414}
    site.installation.close()
