"""What is refused changes nothing: the whole database says the same before and after.

Every test of the suite is held to it by the witness (`tests/support/refused.py`); here it is shown to be one.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import abort

from app.storage.logical import logical_hash
from app.system import backups
from app.web import lifecycle
from app.web.policy import SIGNED_IN, policy
from tests.support.refused import MAY_MOVE, Witness
from tests.support.site import Site, make_site


@pytest.fixture
def site(database_url: str) -> Iterator[Site]:
    """Return a fresh site, once on each kind of database."""
    made = make_site(database_url)
    yield made
    made.installation.close()


def _hash(site: Site) -> str:
    with site.installation.database.read() as connection:
        return logical_hash(connection, site.installation.snapshot.tables, without=MAY_MOVE).root


def test_a_refused_request_leaves_the_database_as_it_was(site: Site, witness: Witness) -> None:
    sales, reader = site.visitor("sales"), site.visitor("administrator")
    full = {"name": "Nordwind GmbH", "roles": ["kunde"], "_sent": ["roles"]}
    empty = _hash(site)
    url = sales.post("/r/account/new", full).headers["Location"]
    assert _hash(site) != empty, "a hash that never changes proves nothing"
    assert sales.post(f"{url}/edit", {**full, "name": "Neu", "version": 1}).status_code == 303
    before, judged = _hash(site), witness.counts["refused"]
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
    assert witness.counts["refused"] == judged + len(refused)


@policy(SIGNED_IN)
def _leaves() -> str:
    """Write past the request's transaction, as a refusal mustn't."""
    with lifecycle.database().write() as connection:
        backups.note(connection, backups.BackupNote(lifecycle.context().now, None, 0, 0, "x"))
    abort(409)


def test_a_refusal_that_leaves_something_would_be_noticed(site: Site, witness: Witness) -> None:
    """The negative control: the witness names the request and the table."""
    site.app.add_url_rule("/leaves", "leaves", _leaves)
    assert site.visitor("sales").get("/leaves").status_code == 409
    assert witness.taken() == ["409 GET /leaves? left something in sys_backup"]
