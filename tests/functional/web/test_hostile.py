"""Whatever somebody types into an address or a form, the answer is a sentence and never a crash."""

from __future__ import annotations

import random
from typing import Final
from urllib.parse import quote

import pytest

from tests.support.site import Site, make_site

_NASTY: Final = (
    "", " ", "'", '"', "<script>alert(1)</script>", "\0", "\x02value\x03", "%", "_", "\\", "a" * 3000, "-1", "0",
    "999999999999999999999999", "1e999", "NaN", "Infinity", "2026-13-45", "0000-00-00", "9999-12-31", "٣", "💥",
    "\ud7ff", "\u202e", "null", "true", "[]", "{}", "1;drop table e_account", "a.b.c.d.e.f", "id", "title", "..", "$x",
    "owner = me() and (", "name = name = name", "not " * 60, "(" * 200, "1" * 400, "{0.__class__}", "\ue000q\ue001",
)  # fmt: skip
_ARGS: Final = (
    "q", "sort", "columns", "after", "limit", "archived", "where", "ask", "op", "at", "find", "add", "value", "until",
    "choose", "column", "show", "board", "field", "prefix", "p.months", "locale", "next", "version", "_action", "_sent",
    "f.name.is", "f.name.contains", "f.industry.one_of", "f.employees.from_to", "f.created_at.last_days", "f..",
    "f.owner.one_of", "f.account.name.is", "f.main_address.city.is", "f.tags.has_one_of", "f.x.y", "name", "account",
    "roles", "amount", "amount__currency", "lines-0-quantity", "lines-99999-x", "due_at", "search", "page", "id", "url",
)  # fmt: skip
_PATHS: Final = (
    "/", "/e/account", "/e/account/all", "/e/opportunity/-", "/e/activity", "/e/account/all/count", "/r/account/new",
    "/r/opportunity/new", "/r/account/1", "/r/account/1/edit", "/pick/account", "/pick/@user", "/quick/person",
    "/report/forecast", "/report/pipeline_by_stage", "/search", "/palette", "/me", "/login",
    "/tile/sales/activity_today",
    "/e/account/all/export/csv", "/admin/console/users/", "/admin/console/users/edit/", "/admin/console/documents/",
    "/admin/console/users/details/",
)  # fmt: skip
_FORMS: Final = (
    "/r/account/new", "/r/opportunity/new", "/r/activity/new", "/r/account/1/edit", "/r/opportunity/1/edit",
    "/r/account/new/refresh", "/r/opportunity/1/refresh", "/quick/person", "/me", "/r/account/1/retire",
    "/r/account/1/restore", "/admin/console/users/new/", "/admin/console/users/edit/?id=1", "/admin/console/teams/new/",
)  # fmt: skip


@pytest.fixture
def loaded_site(database_url: str) -> Site:
    """Return a site with the demo company, once on each kind of database."""
    return make_site(database_url, roles=("crm_manager+administrator",), company=True)


def test_no_address_and_no_form_breaks_the_product(loaded_site: Site) -> None:
    visitor = loaded_site.visitor("crm_manager+administrator")
    rng = random.Random(2)
    token = visitor.token()
    handled, statuses = 0, set()
    for turn in range(700):
        names = rng.sample(_ARGS, rng.randint(1, 4))
        values = {name: rng.choice(_NASTY) for name in names}
        partial = {"HX-Request": "true", "HX-Target": rng.choice(("div#list", "tbody#more", "\x80", ""))}
        headers = partial if turn % 3 == 0 else {}
        if turn % 2:
            query = "&".join(f"{name}={quote(value, safe='')}" for name, value in values.items())
            url = f"{rng.choice(_PATHS)}?{query}"
            response = visitor.client.get(url, headers=headers)
        else:
            url = rng.choice(_FORMS)
            response = visitor.client.post(url, data={"csrf_token": token, **values}, headers=headers)
        assert response.status_code < 500, (url, values, response.text[-300:])
        statuses.add(response.status_code)
        handled += response.status_code not in (404, 405)
    assert handled > 500
    assert {200, 303, 400, 422} <= statuses
    loaded_site.installation.close()


@pytest.mark.parametrize("nasty", _NASTY)
def test_a_path_of_anything_is_not_there(full_site: Site, nasty: str) -> None:
    visitor = full_site.visitor("crm_manager")
    part = quote(nasty, safe="") or "x"
    for path in ("/e/{}", "/e/account/{}", "/r/{}/1", "/report/{}", "/pick/{}", "/tile/x/{}"):
        assert visitor.get(path.format(part)).status_code in (404, 400, 308), path


def test_what_is_typed_never_becomes_markup(site: Site) -> None:
    visitor = site.visitor("crm_manager")
    nasty = '"><img src=x onerror=alert(1)>'
    made = visitor.post("/r/account/new", {"name": nasty, "roles": "kunde", "_sent": "roles"})
    url = made.headers["Location"]
    query = quote(nasty)
    pages = ["/e/account", url, f"{url}/edit", f"/e/account?q={query}", f"/search?q={query}", "/palette?q=img", "/"]
    pages += [f"/e/account?f.{query}.is=1", f"/e/account?ask=name&value={query}", f"/r/account/new?name={query}"]
    for page in pages:
        assert "<img" not in visitor.get(page).text, page
