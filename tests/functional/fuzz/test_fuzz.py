"""No query string, form body or path makes the product fail: twenty thousand random requests, no 5xx."""

from __future__ import annotations

import functools
import logging
import random
from collections import Counter
from collections.abc import Callable
from typing import Any, Final

import pytest
from flask import Flask

from app.storage.database import open_database
from tests.functional.fuzz.requests import HOSTILE, Asked, Asker
from tests.functional.fuzz.statements import MARKS, Statements
from tests.support.proof import SEED, Tally, size
from tests.support.site import Visitor, make_site
from tests.support.statements import watched

#: Requests by database; together twenty thousand in CI, a million for a proof.
REQUESTS: Final = {
    "sqlite": size("requests on SQLite", 15_000, 900_000),
    "postgresql": size("on PostgreSQL", 5_000, 100_000),
}
READER: Final = "crm_manager+sales+administrator"
#: Of every hundred requests, at least so many must reach a handler that answers well.
LEAST_GOOD: Final = 35
#: Of every hundred requests, so many must get past the gate, so that the function behind the address really runs.
LEAST_HANDLED: Final = 70
#: After so many requests it is looked whether the reader is still signed in.
LOOK: Final = 50
#: Routes that answered well at least once, and records that were really saved, of a thousand requests.
LEAST_ROUTES: Final = 25
LEAST_SAVES: Final = 4
_MASKS: Final = ("POST form_pages.create", "POST form_pages.update")
_API: Final = ("POST api.create", "PATCH api.update")


def _ask(visitor: Visitor, token: str, asked: Asked) -> int:
    headers = {"Sec-Fetch-Site": "same-origin", **asked.headers}
    if asked.json is not None:
        headers["X-CSRFToken"] = token
    form = {**asked.form, "csrf_token": [token]} if asked.json is None else asked.json
    data = form if asked.method not in ("GET", "HEAD", "OPTIONS") else None
    response = visitor.client.open(asked.path, method=asked.method, data=data, headers=headers)
    status = response.status_code
    response.close()
    return status


def _count_handled(app: Flask) -> Counter[str]:
    """Count each run of a function behind an address: a request that the gate or the router refused runs none."""
    handled: Counter[str] = Counter()

    def counting(endpoint: str, view: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(view)
        def counted(*args: Any, **more: Any) -> Any:
            handled[endpoint] += 1
            return view(*args, **more)

        return counted

    for endpoint, view in app.view_functions.items():
        app.view_functions[endpoint] = counting(endpoint, view)
    return handled


def test_no_request_makes_it_fail(database_url: str, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever is asked, the answer is a page, a refusal or a redirect."""
    site = make_site(database_url, roles=(READER,), company=True)
    visitor = site.visitor(READER)
    token = visitor.token()
    asker = Asker(site.app, site.installation.snapshot.model, random.Random(SEED))
    handled = _count_handled(site.app)
    seen: Counter[int] = Counter()
    reached: Counter[str] = Counter()
    tally = Tally(f"fuzzed requests, {site.installation.database.dialect}")
    failed: list[str] = []
    caplog.set_level(logging.ERROR)
    many = REQUESTS[site.installation.database.dialect]
    sent = Statements()
    with watched(site.installation.database.engine, sent.look):
        for number in range(many):
            if number % LOOK == 0 and visitor.get("/me").status_code != 200:
                visitor = site.visitor(READER)  # chance has ended his session
                token = visitor.token()
            asked = asker.request()
            caplog.clear()
            before = handled.total()
            status = _ask(visitor, token, asked)
            tally.add("requests")
            tally.add("reached a handler", handled.total() > before)
            seen[status] += 1
            reached[asked.endpoint] += status < 400
            tally.add("well answered", status < 400)
            tally.add("saves by mask", status == 303 and asked.endpoint in _MASKS)
            tally.add("saves by API", status in (200, 201) and asked.endpoint in _API)
            if status >= 500:
                why = caplog.text
                failed.append(f"{status} {asked.method} {asked.path[:300]} {dict(asked.form)!r:.300}\n{why[-1500:]}")
    site.installation.close()
    print(f"{dict(sorted(seen.items()))}; well answered: {dict(reached.most_common())}")
    tally.add("addresses well answered", sum(count > 0 for count in reached.values()))
    tally.add("statements", sent.seen)
    assert failed == []
    assert sent.wrong == set()
    tally.report(
        requests=many,
        statements=many,
        reached_a_handler=many * LEAST_HANDLED // 100,
        well_answered=many * LEAST_GOOD // 100,
        addresses_well_answered=LEAST_ROUTES,
        saves_by_mask=many * LEAST_SAVES // 1000,
        saves_by_API=many * LEAST_SAVES // 1000,
    )


def test_a_value_within_a_statement_would_be_found(sqlite_url: str) -> None:
    """The negative control; and every mark is part of something hostile that is really asked."""
    assert [mark for mark in MARKS if not any(mark in value for value in HOSTILE)] == []
    database = open_database(sqlite_url, create=True)
    bad = ("SELECT 1 FROM sqlite_master WHERE name = 'evil'", "CREATE TABLE x (y)")
    sent = Statements()
    with watched(database.engine, sent.look), database.engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name = ?", ("evil",))
        assert sent.wrong == set()
        for statement in bad:
            connection.exec_driver_sql(statement)
    assert sent.wrong == set(bad)
    database.close()
