"""What holds for every request below `/api`: who is let in, what is read, and in which shape it is refused."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import Final

import pytest
from sqlalchemy import event, select, update

from app.system.tables import AuditEntry, User
from app.system.tokens import TOKEN, hashed
from app.web.policy import policy_of
from tests.functional.api.world import CLERK, LOOKER, write_world
from tests.support.program import Program, program, token_of
from tests.support.site import Site, make_site
from tests.support.staff import email_of

#: Programs that ask at the same moment, and how often they do.
_AT_ONCE: Final = 8
_ROUNDS: Final = 200


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Return a site for tests that store nothing but tokens."""
    folder = tmp_path_factory.mktemp("api")
    site = make_site(f"sqlite:///{folder / 'lotse.sqlite'}", write_world(folder / "metadata"))
    yield site
    site.installation.close()


@pytest.fixture(scope="module")
def asking(shared: Site) -> Program:
    """Return a program that may do everything."""
    return program(shared, CLERK)


def test_every_route_of_the_api_names_a_scope(shared: Site) -> None:
    rules = [rule for rule in shared.app.url_map.iter_rules() if rule.endpoint.startswith("api.")]
    scopes = {rule.endpoint: getattr(policy_of(shared.app, rule.endpoint), "scope", None) for rule in rules}
    assert len(scopes) >= 10
    assert None not in scopes.values(), scopes
    others = [r for r in shared.app.url_map.iter_rules() if not r.endpoint.startswith("api.")]
    assert all(getattr(policy_of(shared.app, rule.endpoint), "scope", None) is None for rule in others)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nix/nix/nix/nix", 404),
        ("GET", "", 404),
        ("GET", "/account/0", 404),
        ("GET", "/account/1x", 404),
        ("GET", "/account/99999999999999999999", 404),
        ("PUT", "/account/1", 405),
        ("DELETE", "/account", 405),
        ("POST", "/me", 405),
        ("PATCH", "/account/1", 428),
        ("POST", "/account", 415),
        ("GET", "/account?nix=1", 400),
        ("GET", "/me?nix=1", 400),
        ("GET", "/account/1?fields=name", 400),
    ],
)
@pytest.mark.parametrize("language", ["de", "en", "fr", ""])
def test_every_refusal_is_a_problem_document(
    asking: Program, method: str, path: str, status: int, language: str
) -> None:
    response = asking.send(method, path, Accept_Language=language, HX_Request="true")
    assert response.status_code == status
    assert response.mimetype == "application/problem+json"
    told = response.get_json()
    assert told["status"] == status
    assert told["type"].startswith("urn:lotse:problem:")
    assert told["request"] == response.headers["X-Request-Id"]
    assert told["title"]
    assert told["detail"]
    assert response.headers["Content-Language"] == ("en" if language == "en" else "de")
    if status == 405:
        assert response.headers["Allow"]


def test_a_failure_of_our_own_is_a_problem_too(asking: Program, shared: Site) -> None:
    def fail(*args: object) -> None:
        raise RuntimeError("secret detail")

    event.listen(shared.installation.database.engine, "before_cursor_execute", fail)
    try:
        response = asking.get("/account")
    finally:
        event.remove(shared.installation.database.engine, "before_cursor_execute", fail)
    assert (response.status_code, response.mimetype) == (500, "application/problem+json")
    assert "secret" not in response.text


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b'"x"', b"1", b"{'name': 1}", b'{"name": "a",}', b'{"name": "a"} x', b"\xff\xfe{}",
        b'\xef\xbb\xbf{"name": "a"}', b'{"name": "a", "name": "b"}', b'{"size": NaN}', b'{"size": Infinity}',
        b'{"size": -Infinity}', b'{"size": ' + b"9" * 100 + b"}", b'{"size": 1e999999999}', b'{"size": 1e-999999999}',
        b'{"name": "\\ud800"}', b'{"\\ud800": 1}', b'{"name": ' + b"[" * 30 + b"]" * 30 + b"}",
        b'{"name": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", b'{"name": "a\nb"}', b"name=x",
    ],
)  # fmt: skip
def test_only_strict_json_is_read(asking: Program, body: bytes) -> None:
    response = asking.send("POST", "/account", body)
    assert response.status_code == 400
    assert len(response.get_json()["errors"]) == 1


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "",
                                  "application/json; charset=latin-1", "text/json"])  # fmt: skip
def test_only_json_is_read(asking: Program, kind: str) -> None:
    response = asking.send("POST", "/account", b'{"name": "A"}', Content_Type=kind)
    assert response.status_code == 415
    assert "application/json" in response.headers["Accept-Post"]
    patch = asking.send("PATCH", "/account/1", b'{"name": "A"}', Content_Type=kind, If_Match='"1"')
    assert "merge-patch" in patch.headers["Accept-Patch"]


def test_exact_numbers_and_any_size(asking: Program) -> None:
    assert asking.send("POST", "/account", {"name": "x" * 5_000_000}).status_code == 413
    made = asking.send("POST", "/account", b'{"name": "A", "size": 1234567890123.45}')
    assert b'"size":1234567890123.45,' in made.data
    fine = asking.send("POST", "/account", b'{"name": "A", "size": 0.1000000000000000055}')
    assert [error["code"] for error in fine.get_json()["errors"]] == ["number.digits"]
    assert asking.send("DELETE", "/account/1", b"{}", If_Match='"1"').status_code == 400


def test_without_a_token_in_force_nobody_is_let_in(shared: Site) -> None:
    for header in (None, "", "Bearer", "Bearer ", "Bearer lotse_nix", "Basic Zm9vOmJhcg==", "Bearer " + "x" * 9000,
                   "Bearer ü", "Token x"):  # fmt: skip
        headers = {} if header is None else {"Authorization": header}
        for method, path in (("GET", "/account"), ("POST", "/account"), ("GET", "/me"), ("GET", "/openapi.json")):
            response = Program(shared.app.test_client(), headers).send(method, path)
            assert response.status_code == 401, (header, path)
            assert response.headers["WWW-Authenticate"].startswith("Bearer realm=")
    lost = shared.visitor(CLERK)
    assert lost.client.get("/api/v1/me", headers={"Authorization": "Bearer nix"}).status_code == 401


def test_a_token_opens_the_api_only_and_gets_no_cookie(shared: Site) -> None:
    asking = program(shared, CLERK)
    for path in ("/", "/e/account", "/me/tokens"):
        assert asking.client.get(path, headers=dict(asking.headers)).status_code == 303, path
    for path in ("/me", "/account?locale=de", "/nix", "/openapi.json"):
        assert "Set-Cookie" not in asking.get(path).headers
    made = asking.send("POST", "/account", {"name": "A"}, Origin="https://evil.example")
    assert "Set-Cookie" not in made.headers
    assert not [name for name, _ in made.headers if name.lower().startswith("access-control-")]


@pytest.mark.parametrize("scope", ["read", "write", "bulk", "reports"])
def test_a_scope_opens_what_it_says(shared: Site, scope: str) -> None:
    asking = program(shared, CLERK, [scope])
    answers = {
        "read": asking.get("/account"),
        "write": asking.send("POST", "/account", {"name": "A"}),
        "bulk": asking.send("POST", "/account/bulk", {"create": [{"name": "A"}]}),
        "reports": asking.get("/reports/accounts"),
    }
    assert {name for name, answer in answers.items() if answer.status_code < 300} == {scope}
    assert {answer.status_code for name, answer in answers.items() if name != scope} == {403}
    if scope == "write":
        assert answers["write"].get_json().keys() == {"id"}


def test_a_token_may_be_confined_to_some_kinds(shared: Site, asking: Program) -> None:
    person = asking.create("person", name="P")["id"]
    account = asking.create("account", name="A", person=person)["id"]
    confined = program(shared, CLERK, entities=("account",))
    shown = confined.get(f"/account/{account}?expand=person").get_json()
    assert shown["person"] == {"id": person, "title": None}
    assert confined.get(f"/person/{person}").status_code == 404
    assert confined.get("/account?fields=person.name").status_code == 400
    assert list(confined.get("/me").get_json()["entities"]) == ["account"]
    assert asking.get(f"/account/{account}?expand=person").get_json()["person"]["title"] == "P"
    described = confined.get("/openapi.json").get_json()["paths"]
    assert not [path for path in described if path.startswith("/person")]


def test_a_session_reads_and_needs_the_form_token_to_change(shared: Site) -> None:
    visitor = shared.visitor(CLERK)
    assert visitor.client.get("/api/v1/account").status_code == 200
    for site in ("cross-site", "same-site"):
        foreign = visitor.client.get("/api/v1/account", headers={"Sec-Fetch-Site": site})
        assert (foreign.status_code, foreign.mimetype) == (403, "application/problem+json")
    sent = {"data": b'{"name": "A"}', "content_type": "application/json"}
    refused = visitor.client.post("/api/v1/account", **sent)
    assert (refused.status_code, refused.mimetype) == (400, "application/problem+json")
    token = {"X-CSRFToken": visitor.token()}
    assert visitor.client.post("/api/v1/account", headers=token, **sent).status_code == 201
    foreign = visitor.client.post("/api/v1/account", headers={**token, "Sec-Fetch-Site": "cross-site"}, **sent)
    assert foreign.status_code == 403


def test_a_token_ends_at_once(site: Site) -> None:
    """When it is revoked, when its day comes, when its user is locked, and with the rights that are taken away."""
    database = site.installation.database
    asking = program(site, LOOKER)
    assert asking.get("/me").status_code == 200

    def attempt(change: object) -> int:
        with database.write() as connection:
            connection.execute(change)
        return asking.get("/me").status_code

    user = update(User).where(User.email == email_of(LOOKER))
    past, future = datetime.now(UTC) - timedelta(seconds=1), datetime.now(UTC) + timedelta(days=1)
    assert attempt(TOKEN.update().values(expires_at=past)) == 401
    assert attempt(TOKEN.update().values(expires_at=future)) == 200
    assert attempt(user.values(active=False)) == 401
    assert attempt(user.values(active=True)) == 200
    assert attempt(TOKEN.update().values(revoked_at=past)) == 401


def test_a_request_with_a_token_starts_with_one_statement(site: Site) -> None:
    asking = program(site, CLERK)
    assert asking.get("/me").status_code == 200  # the day's use is noted once
    sent: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        sent.append(statement)

    event.listen(site.installation.database.engine, "before_cursor_execute", note)
    try:
        assert asking.get("/me").status_code == 200
    finally:
        event.remove(site.installation.database.engine, "before_cursor_execute", note)
    assert len([statement for statement in sent if "sys_" in statement]) == 1, sent


def test_people_make_see_and_revoke_their_tokens(site: Site) -> None:
    visitor = site.visitor(CLERK)
    assert 'href="/me/tokens"' in visitor.get("/me").text
    wrong = visitor.post("/me/tokens", {"name": "", "days": "9999", "entities": "nix"})
    assert wrong.status_code == 422
    assert wrong.text.count("<li>") >= 4
    form = {"name": "<b>Import", "days": "30", "scopes": ["read", "write"], "entities": ["account"]}
    made = visitor.post("/me/tokens", form)
    assert made.headers["Cache-Control"] == "no-store"
    found = re.search(r'id="token-secret">(lotse_[\w-]{43})<', made.text)
    assert found is not None
    again = visitor.get("/me/tokens").text
    assert found[1] not in again
    assert "&lt;b&gt;Import" in again
    assert "<b>Import" not in again
    asking = Program(site.app.test_client(), {"Authorization": f"Bearer {found[1]}"})
    assert asking.get("/account").status_code == 200
    assert asking.get("/person").status_code == 404
    with site.installation.database.read() as connection:
        row = connection.execute(select(TOKEN)).mappings().one()
        audited = connection.execute(select(AuditEntry.action, AuditEntry.details)).all()
    assert row["hash"] == hashed(found[1])
    assert row["last_used_on"] == datetime.now(UTC).date()
    assert found[1] not in json.dumps([dict(row), [list(one) for one in audited]], default=str)
    assert "token.create" in [action for action, _ in audited]
    other = site.visitor(LOOKER)
    assert other.post(f"/me/tokens/{row['id']}/revoke").status_code == 404
    assert asking.get("/account").status_code == 200
    assert visitor.post(f"/me/tokens/{row['id']}/revoke").status_code == 303
    assert asking.get("/account").status_code == 401
    assert visitor.post(f"/me/tokens/{row['id']}/revoke").status_code == 404


def test_nobody_has_more_tokens_than_he_can_watch(site: Site) -> None:
    for _ in range(20):
        token_of(site, LOOKER)
    refused = site.visitor(LOOKER).post("/me/tokens", {"name": "x", "days": "1", "scopes": "read"})
    assert refused.status_code == 422
    assert "20" in refused.text


def test_programs_that_ask_at_the_same_moment_are_all_counted(sqlite_url: str, tmp_path: Path) -> None:
    """Counting is for a library that isn't made for threads by itself: two of them once met in its timer."""
    site = make_site(sqlite_url, write_world(tmp_path / "metadata"))
    site.app.config["API_RATE"] = f"{_AT_ONCE * _ROUNDS} per hour"
    asked = program(site, CLERK)
    together, statuses = Barrier(_AT_ONCE), Counter[int]()

    def ask() -> None:
        one = Program(site.app.test_client(), asked.headers)
        for _ in range(_ROUNDS):
            together.wait()
            statuses[one.get("/me").status_code] += 1

    threads = [Thread(target=ask) for _ in range(_AT_ONCE)]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(before)
    assert set(statuses) == {200}
    assert asked.get("/me").status_code == 429
    site.installation.close()


def test_a_token_that_asks_too_often_is_told_to_wait(sqlite_url: str, tmp_path: Path) -> None:
    site = make_site(sqlite_url, write_world(tmp_path / "metadata"))
    site.app.config["API_RATE"] = "5 per hour"
    wild, calm = program(site, CLERK), program(site, CLERK)
    answers = [wild.get("/me") for _ in range(7)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 2
    assert answers[-1].mimetype == "application/problem+json"
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert calm.get("/me").status_code == 200
    site.installation.close()
