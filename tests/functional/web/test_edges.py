"""What holds for every route: a policy, headers, tokens, no word about what isn't there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from app.factory import create_app
from app.web.headers import HEADERS
from app.web.lifecycle import running
from app.web.policy import CLOSED, PUBLIC, policy_of
from tests.support.site import Site, make_site

#: Values for the parts of an address.
_PARTS: dict[str, Any] = {
    "entity": "account", "name": "all", "kind": "csv", "key": "forecast", "record_id": 1, "target": "account",
    "board": "sales", "tile_id": "activity_today", "version": "x", "path": "css/lotse.css", "filename": "x.css",
    "export_type": "csv", "token_id": 1, "user_id": 3, "team_id": 1, "session_id": 9999, "delegation_id": 9999,
    "token": "none", "passkey_id": 1,
}  # fmt: skip
#: Pages that somebody may see without being signed in.
_OPEN = {"security.login", "health.healthz", "static_pages.file"}


def _url(app: Flask, rule: Rule) -> str:
    with app.test_request_context():
        return app.url_for(rule.endpoint, **{name: _PARTS[name] for name in rule.arguments})


def test_every_route_has_a_policy(full_site: Site) -> None:
    missing = [r.endpoint for r in full_site.app.url_map.iter_rules() if policy_of(full_site.app, r.endpoint) is None]
    assert missing == []


def test_a_route_without_a_policy_is_refused(sqlite_url: str) -> None:
    app = make_site(sqlite_url).app
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    response = app.test_client().get("/forgotten")
    assert response.status_code == 403
    assert "secret" not in response.text


def test_a_stranger_sees_only_the_open_pages(full_site: Site) -> None:
    stranger = full_site.visitor()
    seen = {}
    for rule in full_site.app.url_map.iter_rules():
        url = _url(full_site.app, rule)
        for method in (rule.methods or set()) & {"GET", "POST"}:
            response = stranger.get(url) if method == "GET" else stranger.post(url)
            seen[rule.endpoint, method] = response.status_code
    opened = {endpoint for (endpoint, _), status in seen.items() if status == 200}
    assert opened == _OPEN
    refused = {status for (endpoint, _), status in seen.items() if endpoint not in _OPEN}
    assert refused <= {303, 401, 404, 302}
    assert len(seen) > 60


def test_headers_are_on_every_answer(full_site: Site) -> None:
    visitor = full_site.visitor("crm_manager")
    for rule in full_site.app.url_map.iter_rules():
        if "GET" not in (rule.methods or set()):
            continue
        response = visitor.get(_url(full_site.app, rule))
        for name, value in HEADERS.items():
            assert response.headers[name] == value, rule.endpoint
        assert response.headers["X-Request-Id"]
        policy = policy_of(full_site.app, rule.endpoint)
        if policy not in (PUBLIC, CLOSED):
            assert response.headers["Cache-Control"] == "no-store", rule.endpoint


def test_static_files_are_kept_for_a_year(full_site: Site) -> None:
    page = full_site.visitor().get("/login").text
    url = next(part.split('"')[0] for part in page.split('href="') if "lotse.css" in part.split('"')[0])
    response = full_site.visitor().get(url, Accept_Encoding="gzip")
    assert "immutable" in response.headers["Cache-Control"]
    assert response.headers["Content-Encoding"] == "gzip"


@pytest.mark.parametrize("headers", [{"Sec_Fetch_Site": "cross-site"}, {"Sec_Fetch_Site": "same-site"}])
def test_what_another_site_sends_is_refused(full_site: Site, headers: dict[str, str]) -> None:
    assert full_site.visitor("sales").post("/me", {"theme": "dark"}, **headers).status_code == 403


def test_an_unsafe_request_without_a_token_is_refused(full_site: Site) -> None:
    visitor = full_site.visitor("sales")
    for url in ("/me", "/r/account/new", "/r/account/1/edit", "/r/account/1/retire", "/quick/account", "/logout"):
        assert visitor.client.post(url, data={"theme": "dark"}).status_code == 400, url
        assert visitor.client.post(url, data={"csrf_token": "forged"}).status_code == 400, url
    assert full_site.actor("sales").theme == "auto"


@pytest.mark.parametrize(
    "url",
    [
        "/e/nope", "/e/account/nope", "/r/account/999999999", "/r/nope/1", "/r/account/0", "/r/account/1x",
        "/report/nope", "/r/account/99999999999999999999", "/tile/sales/nope", "/?board=nope", "/quick/nope",
        "/pick/nope", "/x/../y", "/e/account/all/export/pdf", "/report/forecast/export/pdf", "/verify",
        "/admin/console/users/export/csv/",
    ],
)  # fmt: skip
def test_what_is_not_there_is_not_there(full_site: Site, url: str) -> None:
    response = full_site.visitor("crm_manager").get(url)
    assert response.status_code == 404
    assert "Vorgangsnummer" in response.text


def test_an_error_is_a_region_for_htmx_and_a_page_in_the_frame_otherwise(full_site: Site) -> None:
    visitor = full_site.visitor("sales")
    page, region = visitor.get("/e/nope"), visitor.get("/e/nope", HX_Request="true", HX_Target="div#list")
    assert "<nav" in page.text
    assert "<html" not in region.text
    assert region.headers["HX-Retarget"] == "#problems"


def test_a_wrong_method_says_which_are_right(full_site: Site) -> None:
    response = full_site.visitor("sales").client.get("/logout")
    assert response.status_code == 405
    assert "POST" in response.headers["Allow"]


def test_too_much_is_refused(full_site: Site) -> None:
    response = full_site.visitor("sales").post("/r/account/new", {"name": "x" * 5_000_000})
    assert response.status_code == 413


@pytest.mark.parametrize("url", ["/login", "/r/account/new", "/api/v1/account"])
def test_too_many_fields_are_refused_before_they_are_taken_apart(full_site: Site, url: str) -> None:
    """In a stranger's form, too; a form of one field less is looked at."""
    stranger, kind = full_site.visitor(), "application/x-www-form-urlencoded"
    assert stranger.client.post(url, data="&".join(["a=b"] * 5_001), content_type=kind).status_code == 413
    assert stranger.client.post(url, data="&".join(["a=b"] * 5_000), content_type=kind).status_code != 413


@pytest.mark.parametrize("more", ["", '; filename="x"'])
@pytest.mark.parametrize("url", ["/login", "/r/account/new", "/api/v1/account"])
def test_a_part_without_a_name_is_refused(full_site: Site, url: str, more: str) -> None:
    """Whether it is a field or a file; the same with a name is looked at."""
    visitor, kind = full_site.visitor("sales"), "multipart/form-data; boundary=x"
    head, tail = f"--x\r\nContent-Disposition: form-data{more}", "\r\n\r\nvalue\r\n--x--\r\n"
    assert visitor.client.post(url, data=head + tail, content_type=kind).status_code == 400
    headers = {"X-CSRFToken": visitor.token(), "Sec-Fetch-Site": "same-origin"}
    named = visitor.client.post(url, data=f'{head}; name="name"{tail}', content_type=kind, headers=headers)
    assert named.status_code in (200, 302, 303, 415, 422)


def test_a_foreign_host_name_is_refused(sqlite_url: str) -> None:
    site = make_site(sqlite_url)
    with site.app.app_context():
        settings = replace(running().settings, trusted_hosts=("crm.example.com",))
    app = create_app(settings, database=site.installation.database)
    assert app.test_client().get("/login", headers={"Host": "evil.example.com"}).status_code == 400
    assert app.test_client().get("/login", headers={"Host": "crm.example.com"}).status_code == 200


def test_health_tells_nothing(full_site: Site) -> None:
    assert full_site.visitor().get("/healthz").text == "ok\n"
