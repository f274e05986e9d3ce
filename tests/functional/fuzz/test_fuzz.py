"""No query string, form body or path makes the product fail: ten thousand random requests, no 5xx."""

from __future__ import annotations

import functools
import logging
import random
from collections import Counter
from collections.abc import Callable
from typing import Any, Final

import pytest
from flask import Flask

from app.demo.load import load_demo
from tests.functional.fuzz.requests import Asked, Asker
from tests.support.proof import size
from tests.support.site import Visitor, make_site

#: Requests by database; together ten thousand in CI, where the whole suite has to end in time, a million for a proof.
REQUESTS: Final = {"sqlite": size(7_500, 900_000), "postgresql": size(2_500, 100_000)}
SEED: Final = 20261124
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
    site = make_site(database_url, roles=(READER,))
    load_demo(site.installation.database, site.installation.store)
    visitor = site.visitor(READER)
    token = visitor.token()
    asker = Asker(site.app, site.installation.snapshot.model, random.Random(SEED))
    handled = _count_handled(site.app)
    seen: Counter[int] = Counter()
    reached: Counter[str] = Counter()
    saved = saved_by_api = ran = 0
    failed: list[str] = []
    caplog.set_level(logging.ERROR)
    for number in range(REQUESTS[site.installation.database.dialect]):
        if number % LOOK == 0 and visitor.get("/me").status_code != 200:
            visitor = site.visitor(READER)  # chance has ended his session
            token = visitor.token()
        asked = asker.request()
        caplog.clear()
        before = handled.total()
        status = _ask(visitor, token, asked)
        ran += handled.total() > before
        seen[status] += 1
        reached[asked.endpoint] += status < 400
        saved += status == 303 and asked.endpoint in ("POST form_pages.create", "POST form_pages.update")
        saved_by_api += status in (200, 201) and asked.endpoint in ("POST api.create", "PATCH api.update")
        if status >= 500:
            why = caplog.text
            failed.append(f"{status} {asked.method} {asked.path[:300]} {dict(asked.form)!r:.300}\n{why[-1500:]}")
    site.installation.close()
    good = sum(count for status, count in seen.items() if status < 400)
    print(f"{sum(seen.values())} requests, {ran} reached one of {len(handled)} handlers: {dict(sorted(seen.items()))}")
    assert failed == []
    print(f"{saved} saves by mask, {saved_by_api} by the API; well answered: {dict(reached.most_common())}")
    assert ran * 100 >= LEAST_HANDLED * sum(seen.values()), ran
    assert good * 100 >= LEAST_GOOD * sum(seen.values()), seen
    assert sum(count > 0 for count in reached.values()) >= LEAST_ROUTES, reached
    assert saved * 1000 >= LEAST_SAVES * sum(seen.values()), saved
    assert saved_by_api * 1000 >= LEAST_SAVES * sum(seen.values()), saved_by_api
