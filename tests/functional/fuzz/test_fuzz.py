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
from werkzeug.test import TestResponse

from app.storage.database import open_database
from tests.functional.exchange.desk import hidden
from tests.functional.fuzz.latecomers import BY_API, BY_MASK, Latecomers
from tests.functional.fuzz.oddities import CHECK, KEPT, RUN, Oddities
from tests.functional.fuzz.requests import HOSTILE, Asked, Asker
from tests.functional.fuzz.statements import MARKS, Statements
from tests.support.proof import SEED, Tally, size
from tests.support.site import Visitor, make_site
from tests.support.statements import watched

#: Companies that are asked on each database, each from its own beginning, so that they can run side by side.
PARTS: Final = (1, 2)
#: Requests to each of them; together twenty thousand in CI, a million for a proof.
REQUESTS: Final = {
    "sqlite": size("requests to each company on SQLite", 7_500, 450_000),
    "postgresql": size("on PostgreSQL", 2_500, 50_000),
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
#: Of how many requests one is at least a file that was checked without a refusal, and one that was really imported;
#: and pages that keep a mask, of a thousand.
ONE_FILE: Final = 2_500
LEAST_KEPT: Final = 1
#: Of all requests, how many are odd.
ODD: Final = 0.06
#: Of all requests, how many are made by somebody who saves what he has read a while ago; how many of a thousand
#: requests are at least such saves that were carried out, and such that met what others had saved.
LATE: Final = 0.06
LEAST_LATE: Final = 2
_MASKS: Final = ("POST form_pages.create", "POST form_pages.update")
_API: Final = ("POST api.create", "PATCH api.update")


def _ask(visitor: Visitor, token: str, asked: Asked) -> TestResponse:
    headers = {"Sec-Fetch-Site": "same-origin", **asked.headers}
    if asked.body is not None:
        headers["X-CSRFToken"] = token
    form = {"csrf_token": [token], **asked.form} if asked.body is None else asked.body
    data = form if asked.method not in ("GET", "HEAD", "OPTIONS") else None
    client = visitor.client
    if asked.cookie is not None:
        client = client.application.test_client(use_cookies=False)
        headers["Cookie"] = asked.cookie
    response = client.open(asked.path, method=asked.method, data=data, headers=headers)
    response.get_data()
    response.close()
    # A large body waits in a file of the test client's, which leaves it open.
    response.request.environ["wsgi.input"].close()
    return response


def _count(tally: Tally, asked: Asked, response: TestResponse, odd: Oddities) -> None:
    """Count what a request did, and keep what the next one may need."""
    status = response.status_code
    tally.add("requests")
    tally.add("well answered", status < 400)
    tally.add("saves by mask", status == 303 and asked.endpoint in _MASKS)
    tally.add("saves by API", status in (200, 201) and asked.endpoint in _API)
    tally.add("files checked", status == 200 and asked.endpoint == CHECK)
    tally.add("files imported", status == 303 and asked.endpoint == RUN)
    tally.add("kept pages", asked.endpoint == KEPT and b'class="kept"' in response.data)
    late = asked.endpoint in (BY_MASK, BY_API)
    tally.add("late saves", late and status in (200, 303))
    tally.add("late conflicts", late and status in (409, 412))
    if asked.endpoint == CHECK and status in (200, 422) and (form := hidden(response)):
        odd.remember(asked, form)


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


@pytest.mark.parametrize("part", PARTS)
def test_no_request_makes_it_fail(part: int, database_url: str, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever is asked, the answer is a page, a refusal or a redirect."""
    site = make_site(database_url, roles=(READER,), company=True)
    visitor = site.visitor(READER)
    token = visitor.token()
    chance = random.Random(f"{SEED} {part} odd")
    asker = Asker(site.app, site.installation.snapshot.model, random.Random(f"{SEED} {part}"))
    odd, late = Oddities(asker, chance, {}), Latecomers(asker, random.Random(f"{SEED} {part} late"))
    handled = _count_handled(site.app)
    seen: Counter[int] = Counter()
    reached: Counter[str] = Counter()
    tally = Tally(f"fuzzed requests, {site.installation.database.dialect}, company {part}")
    failed: list[str] = []
    caplog.set_level(logging.ERROR)
    many = REQUESTS[site.installation.database.dialect]
    sent = Statements()
    with watched(site.installation.database.engine, sent.look):
        for number in range(many):
            if number % LOOK == 0 and visitor.get("/me").status_code != 200:
                visitor = site.visitor(READER)  # chance has ended his session
                token = visitor.token()
            kind = chance.random()
            asked = (odd if kind < ODD else late if kind < ODD + LATE else asker).request()
            caplog.clear()
            before = handled.total()
            response = _ask(visitor, token, asked)
            status = response.status_code
            _count(tally, asked, response, odd)
            late.remember(asked, response)
            tally.add("reached a handler", handled.total() > before)
            seen[status] += 1
            reached[asked.endpoint] += status < 400
            if status >= 500:
                why = caplog.text
                what = f"{dict(asked.headers)!r:.200} {asked.body or dict(asked.form)!r:.300}"
                failed.append(f"{status} {asked.method} {asked.path[:300]} {what}\n{why[-1500:]}")
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
        files_checked=many // ONE_FILE,
        files_imported=many // ONE_FILE,
        kept_pages=many * LEAST_KEPT // 1000,
        late_saves=many * LEAST_LATE // 1000,
        late_conflicts=many * LEAST_LATE // 1000,
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
