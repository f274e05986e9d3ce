"""Other sites: their names as ours, their pages that send or load something, their addresses to go on to."""

from __future__ import annotations

import itertools
import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final
from urllib.parse import quote, urljoin, urlsplit

import pytest
from flask import Flask
from markupsafe import escape
from werkzeug.test import EnvironBuilder, run_wsgi_app

from app.factory import create_app
from app.language import Locale
from app.web import headers, log, respond
from app.web.lifecycle import running
from app.web.policy import PUBLIC, policy
from app.web.texts import TEXTS
from tests.support.site import Site, make_site

_NAME: Final = "crm.example.com"
_EVIL: Final = (
    "evil.example", "evil.example:80", "EVIL.example", "evil.example.", "crm.example.com.evil.example",
    "evil.example/crm.example.com", "evil.example#crm.example.com", "evil.example?crm.example.com",
    "crm.example.com@evil.example", "crm.example.com:80@evil.example", "evil.example:crm.example.com",
    "[::1].evil.example",
    "evil.example\\crm.example.com", "evil.example%00crm.example.com", "evilcrm.example.com.evil.example", "1.2.3.4",
    "[2001:db8::1]", "evil.example, crm.example.com", "crm.example.com, evil.example", "crm.example.com evil.example",
    "xn--evil.example", "evil。example", "", "-", "evil.example:99999", "evil.example:-1", "localhost.evil.example",
)  # fmt: skip
_FORWARDED: Final = (
    (), ("X-Forwarded-Host",), ("Forwarded",), ("X-Host",), ("X-Original-Host",), ("X-Forwarded-Server",),
    ("X-Original-URL",), ("X-Rewrite-URL",), ("X-Forwarded-Proto", "X-Forwarded-Prefix"),
)  # fmt: skip
_PATHS: Final = ("/", "/login", "/admin/console", "/e/account", "/nothing")


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Return an application that is reached by one name."""
    site = make_site(f"sqlite:///{tmp_path_factory.mktemp('site') / 'lotse.sqlite'}")
    with site.app.app_context():
        settings = replace(running().settings, trusted_hosts=(_NAME,))
    yield create_app(settings, database=site.installation.database)
    site.installation.close()


def _spoofed() -> Iterator[tuple[str, dict[str, str]]]:
    for host, names in itertools.product(_EVIL, _FORWARDED):
        claimed = {name: f"host={host}" if name == "Forwarded" else host for name in names}
        yield host, {}
        yield _NAME, claimed


def _answer(app: Flask, path: str, host: str, more: dict[str, str]) -> tuple[int, str, str]:
    environ = EnvironBuilder(path=path).get_environ()
    environ["HTTP_HOST"] = host
    environ |= {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in more.items()}
    body, status, sent = run_wsgi_app(app, environ, buffered=True)
    return int(status[:3]), str(sent), b"".join(body).decode()


def test_no_name_but_its_own_comes_back(named: Flask) -> None:
    """However a foreign name is spelt and wherever it stands, it is in no header and in no page."""
    cases = list(_spoofed())
    assert len(cases) > 200
    paths = itertools.cycle(_PATHS)
    for host, more in cases:
        status, sent, page = _answer(named, next(paths), host, more)
        assert "evil" not in (sent + page).lower(), (host, more)
        assert status == 400 or host == _NAME, (host, status)
        assert status < 500


@pytest.mark.parametrize("path", [*_PATHS, "/healthz", "/static/css/lotse.css", "/login?next=/e/account"])
@pytest.mark.parametrize("locale", ["de", "en"])
def test_a_page_under_a_foreign_name_is_refused_like_everything_else(named: Flask, path: str, locale: Locale) -> None:
    """A page that says what to do, with a number to quote; a region for htmx."""
    asked = {"Host": "evil.example", "Accept-Language": locale}
    answer = named.test_client().get(path, headers=asked)
    assert answer.status_code == 400
    assert answer.content_type.startswith("text/html")
    assert str(escape(TEXTS["problem.host"].text(locale))) in answer.text
    number = TEXTS["problem.number"].text(locale).format(number=answer.headers["X-Request-Id"])
    assert number in answer.text
    region = named.test_client().get(path, headers={**asked, "HX-Request": "true"})
    assert (region.status_code, "<html" in region.text) == (400, False)
    assert region.headers["X-Request-Id"] in region.text


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
def test_a_program_under_a_foreign_name_is_told_a_problem_document(named: Flask, method: str) -> None:
    for path in ("/api/v1/account", "/api/v1/account/1", "/api/v1/openapi.json", "/api/v1/nothing/at/all"):
        answer = named.test_client().open(path, method=method, headers={"Host": "evil.example"}, json={})
        assert (answer.status_code, answer.content_type) == (400, "application/problem+json")
        assert answer.json is not None
        assert answer.json["status"] == 400
        assert answer.json["detail"] == TEXTS["problem.host"].text("de")
        assert answer.json["request"] == answer.headers["X-Request-Id"]


def test_without_a_list_a_foreign_name_would_come_back(named: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: Werkzeug completes a missing slash with the name that was asked for."""
    assert "evil" not in _answer(named, "/admin/console", "evil.example", {})[1]
    monkeypatch.setitem(named.config, "TRUSTED_HOSTS", None)
    assert "evil" in _answer(named, "/admin/console", "evil.example", {})[1]


def test_where_nobody_said_a_name_only_loopback_is_one(full_site: Site) -> None:
    assert _answer(full_site.app, "/login", "localhost:8000", {})[0] == 200
    assert _answer(full_site.app, "/login", "127.0.0.1", {})[0] == 200
    assert _answer(full_site.app, "/login", "rebound.example", {})[0] == 400


_HOSTS: Final = ("evil.example", "evil.example:80", "a@evil.example", "evil%2eexample", "ｅvil.example", "127.0.0.1:1")
_BEGINNINGS: Final = (
    "//", "///", "////", "/\\", "\\\\", "\\/", "/\t/", "\t//", "/\n/", "\n//", "/\r/", " //", "http://", "https://",
    "HTTP://", "http:", "http:/", "https:///", "ftp://", "javascript://", "javascript:alert(1)//", "data:text/html,",
    "vbscript:", "/%09/", "/%5c", "/%2f", "//%2f", "/\x00/", "/\x0b/", "/\x1f/", "\ufeff//", "/\u2028/", "/\u00a0/",
    "/.//", "/..//", "/./\\", "//\\", "\\", "?//", "#//", ".", "..//", "@", ":", "/@", "/:", "/;//", "mailto:", "blob:",
    "file:///", "x:", "//[", "//:80@",
)  # fmt: skip


def _targets() -> list[str]:
    return [beginning + host for beginning in _BEGINNINGS for host in _HOSTS]


def _leads_away(location: str) -> bool:
    """Say where a browser would go: it drops tabs and line ends, and reads a backslash as a slash (WHATWG URL)."""
    read = re.sub(r"[\t\r\n]", "", location).strip("".join(map(chr, range(33)))).replace("\\", "/")
    try:
        parts = urlsplit(urljoin("http://localhost/me", re.sub(r"^/{2,}", "//", read)))
    except ValueError:
        return True
    return parts.scheme != "http" or parts.netloc != "localhost"


def test_nobody_is_sent_to_another_site(full_site: Site) -> None:
    """By no spelling of `next`: neither from a form, nor from the sign-in page."""
    targets = _targets()
    assert len(targets) > 300
    assert sum(map(_leads_away, targets)) > 100
    visitor, stranger = full_site.visitor("sales"), full_site.visitor()
    token = visitor.token()
    for target in targets:
        sent = visitor.client.post("/me", data={"csrf_token": token, "theme": "auto", "next": target})
        location = sent.headers.get("Location", "/")
        assert not _leads_away(location), target
        assert not _leads_away(respond.own_place(target)), target
    for target in targets[::4]:
        page = stranger.get(f"/login?next={quote(target)}")
        kept = re.findall(r'name="next" value="([^"]*)"', page.text)
        assert page.status_code == 400 or not any(map(_leads_away, kept)), target


def test_without_the_check_somebody_would_be(full_site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control of the judge above."""
    monkeypatch.setattr("app.web.pages.account.own_place", lambda url: url)
    visitor = full_site.visitor("sales")
    sent = visitor.post("/me", {"theme": "auto", "next": "//evil.example"})
    assert _leads_away(sent.headers["Location"])


@pytest.mark.parametrize(
    ("method", "sent", "status"),
    [
        ("GET", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, 200),
        ("GET", {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}, 200),
        ("GET", {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, 200),
        ("GET", {}, 200),
        ("GET", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}, 403),
        ("GET", {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}, 403),
        ("GET", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}, 403),
        ("GET", {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "object"}, 403),
        ("POST", {"Sec-Fetch-Site": "same-origin"}, 303),
        ("POST", {"Sec-Fetch-Site": "same-site"}, 403),
        ("POST", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, 403),
        ("POST", {"Sec-Fetch-Site": "nonsense"}, 403),
        ("POST", {"Origin": "http://localhost"}, 303),
        ("POST", {"Origin": "http://evil.example"}, 403),
        ("POST", {"Origin": "null"}, 403),
        ("POST", {}, 303),
    ],
)
def test_what_another_site_makes_a_browser_ask(full_site: Site, method: str, sent: dict[str, str], status: int) -> None:
    """A link from elsewhere leads here; a form, a frame, an image and a script from elsewhere don't."""
    visitor = full_site.visitor("sales")
    data = {"csrf_token": visitor.token(), "theme": "auto", "next": "/me"} if method == "POST" else None
    assert visitor.client.open("/me", method=method, data=data, headers=sent).status_code == status


def test_what_is_too_long_is_refused(full_site: Site) -> None:
    visitor = full_site.visitor("sales")
    assert visitor.get("/e/account?q=" + "x" * headers.MOST_QUERY).status_code == 414
    assert visitor.get("/e/account?" + "&".join(["a=1"] * (headers.MOST_ARGUMENTS + 1))).status_code == 414
    assert visitor.get("/e/account", X_Long="x" * headers.MOST_HEADERS).status_code == 431
    assert "Filter" in visitor.get("/e/account?q=" + "x" * headers.MOST_QUERY).text
    assert visitor.get("/me?" + "&".join(["q=1"] * 50)).status_code == 200


@pytest.mark.parametrize(("path", "status"), [("/e/nope", 404), ("/e/account?f.nope.is=1", 400), ("/me", 401)])
def test_a_program_is_told_in_json(full_site: Site, path: str, status: int) -> None:
    """The same words, the same number, another shape (RFC 9457)."""
    visitor = full_site.visitor(None if status == 401 else "sales")
    answer = visitor.get(path, Accept="application/json")
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert answer.json is not None
    assert answer.json["status"] == status
    assert answer.json["request"] == answer.headers["X-Request-Id"]
    page = visitor.get(path, Accept="text/html,application/json;q=0.9")
    assert page.mimetype == "text/html"


@policy(PUBLIC)
def _broken(what: str) -> str:
    secret = "4711-secret-value"
    raise RuntimeError(f"no {what} for {secret}")


def test_nobody_forges_a_line_of_the_log(sqlite_url: str, caplog: pytest.LogCaptureFixture) -> None:
    """One failure is one line, whatever the address holds; the number leads from page and header to it; no value."""
    site = make_site(sqlite_url)
    site.app.add_url_rule("/broken/<path:what>", "broken", _broken)
    assert log.one_line("a\r\nERROR b\x1b[0m\u2029") == "a\\r\\nERROR b\\x1b[0m\\u2029"
    caplog.set_level(logging.DEBUG)
    for nasty in ("a\r2026 ERROR forged", "\x1b[31mred", "\u202eevil", "\u2028line", "x" * 5_000, "a\x00b"):
        caplog.clear()
        answer = site.app.test_client().get("/broken/" + quote(nasty))
        assert answer.status_code == 500
        lines = [record for record in caplog.records if record.name == "lotse.web"]
        assert len(lines) == 1
        line = lines[0].getMessage()
        assert line.isprintable()
        assert len(line) < 2_000
        assert "4711" not in caplog.text
        assert line.startswith(answer.headers["X-Request-Id"])
        assert answer.headers["X-Request-Id"] in answer.text
        assert "RuntimeError at test_foreign.py" in line
        assert lines[0].exc_info is None
    site.installation.close()
