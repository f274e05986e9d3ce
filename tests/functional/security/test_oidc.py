"""Signing in with a provider of OpenID Connect: who is let in, and every lie that isn't believed."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from joserfc.jwk import OctKey, RSAKey
from sqlalchemy import func, select, update

from app.access.granting import TECHNICAL
from app.config import ROOT, read_settings
from app.errors import CannotStart
from app.system.identities import IDENTITY
from app.system.people import create_user
from app.system.sessions import SESSION
from app.system.tables import AuditEntry, Role, User, now
from app.web import lifecycle
from app.web.lifecycle import PROVE, SET_UP
from tests.functional.security.test_factors import set_up
from tests.support.install import METADATA, PLUGINS
from tests.support.provider import CLIENT, SECRET, Provider, provider, signed
from tests.support.site import Site, Visitor, make_site
from tests.support.staff import email_of

_START: Final = "/login/oidc"
_BOTH: Final = "crm_manager+administrator"
_BACK: Final = f"{_START}/back"
_KEY: Final = "0123456789abcdef" * 4


def _site(url: str, there: Provider, *folders: Path) -> Site:
    given = {"oidc_issuer": there.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET, "oidc_label": "Firma"}
    return make_site(url, *folders, roles=(_BOTH,), oidc=given)


def _person(role: str, subject: str = "", **more: object) -> dict[str, object]:
    return {"sub": subject or f"subject of {role}", "email": email_of(role), "email_verified": True, **more}


@pytest.fixture(scope="module")
def there() -> Iterator[Provider]:
    with provider() as served:
        yield served


@pytest.fixture(scope="module")
def one_site(tmp_path_factory: pytest.TempPathFactory, there: Provider) -> Iterator[Site]:
    """A site for refusals, which change nothing."""
    site = _site(f"sqlite:///{tmp_path_factory.mktemp('oidc') / 'lotse.sqlite'}", there)
    yield site
    site.installation.close()


@pytest.fixture(autouse=True)
def honest(there: Provider) -> None:
    """Every test begins with a provider that doesn't lie."""
    fresh = Provider(there.issuer, person=_person("sales"))
    for name in ("person", "twist", "sign", "document", "address_elsewhere", "status", "asked"):
        setattr(there, name, getattr(fresh, name))


def _sign_in(visitor: Visitor, there: Provider, place: str = "") -> Any:
    """Go to the provider and come back; returns the answer to coming back."""
    sent = visitor.get(f"{_START}?next={place}" if place else _START)
    assert sent.status_code == 303
    assert sent.location.startswith(f"{there.issuer}/authorize?")
    state, code = there.consent(sent.location)
    return visitor.get(f"{_BACK}?state={state}&code={code}")


def _assert_refused(visitor: Visitor, answer: Any) -> None:
    assert answer.status_code == 403
    assert "Die Anmeldung ging nicht" in answer.text
    assert visitor.get("/me").location.startswith("/login")


def test_whoever_has_an_account_is_let_in_and_linked_once(database_url: str, there: Provider) -> None:
    site = _site(database_url, there)
    visitor = site.visitor()
    assert f'href="{_START}?next=/e/account/all"' in visitor.get("/login?next=/e/account/all").text
    answer = _sign_in(visitor, there, "/e/account/all")
    assert (answer.status_code, answer.location) == (303, "/e/account/all")
    assert "Test Sales" in visitor.get("/me").text
    with site.installation.database.read() as connection:
        rows = connection.execute(select(SESSION.c.factor_at, SESSION.c.kept)).all()
        assert [tuple(row) for row in rows] == [(None, False)]
        assert "identity.link" in connection.execute(select(AuditEntry.action)).scalars().all()
    # From here on the subject counts: another address changes nothing, and the address alone opens nothing.
    there.person = _person("sales", email="anders@example.com", email_verified=False)
    assert _sign_in(site.visitor(), there).status_code == 303
    there.person = _person("sales", subject="somebody new with an old address")
    stranger = site.visitor()
    _assert_refused(stranger, _sign_in(stranger, there))
    with site.installation.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(IDENTITY)).scalar_one() == 1
    # Where the provider has given somebody another name, whoever manages people undoes the link; nobody else does.
    with site.installation.database.read() as connection:
        user, team = connection.execute(select(User.id, User.team_id).where(User.email == email_of("sales"))).one()
        role = connection.execute(select(Role.id).where(Role.name == "sales")).scalar_one()
    undo = f"/people/{user}/identity/remove"
    assert site.visitor("marketing").post(undo).status_code == 403
    assert undo in site.visitor("crm_manager").get(f"/people/{user}").text
    assert site.visitor("crm_manager").post(undo).status_code == 303
    assert visitor.get("/me").location.startswith("/login")
    assert _sign_in(stranger, there).status_code == 303
    # A new address by whoever manages people makes it count anew, on the page and in the console.
    given = {"name": "Sales", "active": "y", "role.sales": "1", "roles": role, "team": team, "locale": "de"}
    for number, (manager, url) in enumerate(
        (("crm_manager", f"/people/{user}"), (_BOTH, f"/admin/console/users/edit/?id={user}")), start=1
    ):
        address = f"new{number}@example.com"
        answer = site.visitor(manager).post(url, {**given, "email": address, "version": number})
        assert answer.status_code in (302, 303), url
        there.person = _person("sales", subject=address, email=address)
        assert _sign_in(visitor, there).status_code == 303
    assert visitor.post("/logout").status_code == 302
    assert visitor.get("/me").location.startswith("/login")
    site.installation.close()


def test_an_address_that_only_the_userinfo_endpoint_tells_counts_too(one_site: Site, there: Provider) -> None:
    there.person, there.address_elsewhere = _person("service"), True
    assert _sign_in(one_site.visitor(), there).status_code == 303


_OTHER_KEY: Final = RSAKey.generate_key(2048, auto_kid=False)
_LIES: Final[dict[str, Any]] = {
    "issuer": {"twist": lambda claims: {**claims, "iss": "https://elsewhere.example"}},
    "audience": {"twist": lambda claims: {**claims, "aud": "another product"}},
    "audience, asked for by us": {"twist": lambda claims: {**claims, "aud": "another product", "azp": CLIENT}},
    "authorized party": {"twist": lambda claims: {**claims, "aud": [CLIENT, "other"], "azp": "other"}},
    "nonce": {"twist": lambda claims: {**claims, "nonce": "of another sign-in"}},
    "no nonce": {"twist": lambda claims: {k: v for k, v in claims.items() if k != "nonce"}},
    "expired": {"twist": lambda claims: {**claims, "iat": int(time.time()) - 900, "exp": int(time.time()) - 120}},
    "no end": {"twist": lambda claims: {k: v for k, v in claims.items() if k != "exp"}},
    "not begun": {"twist": lambda claims: {**claims, "nbf": int(time.time()) + 600}},
    "signature": {"sign": lambda claims: signed(claims, _OTHER_KEY)},
    "shared key": {"sign": lambda claims: signed(claims, OctKey.import_key(SECRET * 3), "HS256")},
    "no signature": {"sign": lambda claims: f"eyJhbGciOiJub25lIn0.{signed(claims).split('.')[1]}."},
    "no token": {"sign": lambda claims: "nonsense"},
    "address not verified": {"person": _person("sales", "new", email_verified=False)},
    "address verified in words": {"person": _person("sales", "new", email_verified="true")},
    "address of somebody else": {"person": _person("nobody")},
    "address with a sign that turns into a k": {"person": _person("", "new", email="mar\u212aeting@example.com")},
    "without an address": {"person": {"sub": "x"}},
    "without a subject": {"person": _person("sales", sub="")},
    "the code is used up": {"status": 400, "sign": lambda claims: ""},
}


@pytest.mark.parametrize("lie", _LIES)
def test_a_lie_is_refused_in_the_same_words(one_site: Site, there: Provider, lie: str) -> None:
    for name, value in _LIES[lie].items():
        setattr(there, name, value)
    visitor = one_site.visitor()
    # Each lie is told from another place, so that no limit on attempts gets in the way of its refusal.
    visitor.client.environ_base["REMOTE_ADDR"] = f"127.0.1.{list(_LIES).index(lie) + 1}"
    _assert_refused(visitor, _sign_in(visitor, there))


def test_an_answer_counts_once_and_only_in_the_browser_that_asked(one_site: Site, there: Provider) -> None:
    visitor, thief = one_site.visitor(), one_site.visitor()
    state, code = there.consent(visitor.get(_START).location)
    assert thief.get(f"{_BACK}?state={state}&code={code}").status_code == 403
    with visitor.client.session_transaction() as session:
        begun = dict(session["oidc"])
    for wrong in (f"state=other&code={code}", f"state={state}", f"state={state}&error=access_denied"):
        assert visitor.get(f"{_BACK}?{wrong}").status_code == 403
        with visitor.client.session_transaction() as session:
            session["oidc"] = begun
    assert visitor.get(f"{_BACK}?state={state}&code={code}&iss=https://elsewhere.example").status_code == 403
    with visitor.client.session_transaction() as session:
        session["oidc"] = begun
    asked = there.asked
    assert visitor.get(f"{_BACK}?state={state}&code={code}").status_code == 303
    with thief.client.session_transaction() as session:
        session["oidc"] = begun
    assert thief.get(f"{_BACK}?state={state}&code={code}").status_code == 403
    assert there.asked == asked + 1
    late = one_site.visitor()
    state, code = there.consent(late.get(_START).location)
    with late.client.session_transaction() as session:
        session["oidc"] = {**session["oidc"], "at": int(time.time()) - 601}
    _assert_refused(late, late.get(f"{_BACK}?state={state}&code={code}"))


def test_it_leads_to_no_other_site(one_site: Site, there: Provider) -> None:
    for place in ("https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example"):
        assert _sign_in(one_site.visitor(), there, place).location == "/"


def test_who_has_left_and_who_is_a_program_stay_out(one_site: Site, there: Provider) -> None:
    with one_site.installation.database.write() as connection:
        gone = create_user(connection, "gone@example.com", None, "Gone", ["sales"])
        program = create_user(connection, "program@example.com", None, "Program", [])
        connection.execute(update(User).where(User.id == program).values(kind=TECHNICAL))
        connection.execute(IDENTITY.insert(), {
            "issuer": there.issuer, "subject": "linked and gone", "user_id": gone, "linked_at": now()
        })  # fmt: skip
        connection.execute(update(User).where(User.id == gone).values(active=False))
    for person in (
        _person("gone", subject="linked and gone"),
        _person("gone", subject="not linked"),
        _person("program"),
    ):
        there.person = person
        visitor = one_site.visitor()
        _assert_refused(visitor, _sign_in(visitor, there))


def test_failures_are_counted_and_end_in_429(one_site: Site, there: Provider) -> None:
    visitor = one_site.visitor()
    visitor.client.environ_base["REMOTE_ADDR"] = "127.0.2.1"
    assert {visitor.get(f"{_BACK}?state=x&code=y").status_code for _ in range(30)} == {403}
    assert visitor.get(f"{_BACK}?state=x&code=y").status_code == 429


def test_a_session_from_before_ends_with_the_new_one(one_site: Site, there: Provider) -> None:
    visitor, copy = one_site.visitor("marketing"), one_site.visitor()
    with visitor.client.session_transaction() as old, copy.client.session_transaction() as copied:
        copied.update(old)
    assert copy.get("/me").status_code == 200
    assert _sign_in(visitor, there).status_code == 303
    assert "Test Sales" in visitor.get("/me").text
    assert copy.get("/me").location.startswith("/login")


def test_a_demanded_second_factor_is_the_providers_or_the_own_one(
    sqlite_url: str, there: Provider, demanding: Path
) -> None:
    site = _site(sqlite_url, there, METADATA, PLUGINS, demanding)
    visitor = site.visitor()
    assert _sign_in(visitor, there).status_code == 303
    assert visitor.get("/e/account/all").location.startswith(SET_UP)
    there.person = _person("sales", amr=["pwd", "mfa"], auth_time=int(time.time()))
    trusted = site.visitor()
    assert _sign_in(trusted, there).status_code == 303
    assert trusted.get("/e/account/all").status_code == 200
    phone = set_up(trusted)
    assert trusted.get("/e/account/all").status_code == 200
    there.person = _person("sales", amr=["pwd"])
    own = site.visitor()
    assert _sign_in(own, there, "/e/account/all").status_code == 303
    assert own.get("/e/account/all").location.startswith(PROVE)
    assert own.post(PROVE, {"code": phone.code(), "next": "/e/account/all"}).status_code == 303
    assert own.get("/e/account/all").status_code == 200
    # Whoever takes his only factor away has shown none any more, also where the provider had seen one.
    assert trusted.post(f"{SET_UP}/app/remove").status_code == 303
    assert trusted.get("/e/account/all").location.startswith(SET_UP)
    site.installation.close()


def test_a_provider_that_says_what_cant_be_used_is_not_used(sqlite_url: str, there: Provider) -> None:
    site = _site(sqlite_url, there)
    for document in (
        {"issuer": "https://elsewhere.example"},
        {"authorization_endpoint": "http://elsewhere.example/authorize"},
        {"token_endpoint": "javascript:alert(1)"},
        {"userinfo_endpoint": "https://a@elsewhere.example"},
        {"jwks_uri": None},
    ):
        there.document = document
        answer = site.visitor().get(_START)
        assert answer.status_code == 503, document
        assert "antwortet nicht" in answer.text
    there.document = {}
    assert site.visitor().get(_START).status_code == 303
    site.installation.close()


def test_a_provider_that_fails_is_told_apart_from_a_refusal(one_site: Site, there: Provider) -> None:
    there.status = 502
    visitor = one_site.visitor()
    assert _sign_in(visitor, there).status_code == 503
    assert visitor.get("/me").location.startswith("/login")


def test_only_a_fresh_sign_in_at_the_provider_is_a_fresh_proof(one_site: Site, there: Provider) -> None:
    """A provider lets people in for hours without asking; an unlocked browser isn't enough for what changes rights."""
    wanted = {"name": "Program", "scopes": "read", "days": "1"}
    for ago in (None, 20 * 60):
        there.person = _person("sales", **({} if ago is None else {"auth_time": int(time.time()) - ago}))
        visitor = one_site.visitor()
        assert _sign_in(visitor, there).status_code == 303
        asked = visitor.post("/me/tokens", wanted)
        assert asked.status_code == 401
        assert f'href="{_START}?anew=1"' in asked.text
    sent = visitor.get(f"{_START}?anew=1").location
    assert "prompt=login" in sent
    assert "max_age=0" in sent
    there.person = _person("sales", auth_time=int(time.time()))
    state, code = there.consent(sent)
    assert visitor.get(f"{_BACK}?state={state}&code={code}").status_code == 303
    assert visitor.post("/me/tokens", wanted).status_code == 200


def test_without_a_provider_there_is_neither_button_nor_page(sqlite_url: str) -> None:
    site = make_site(sqlite_url)
    assert _START not in site.visitor().get("/login").text
    assert site.visitor().get(_START).status_code == 404
    assert site.visitor().get(_BACK).status_code == 404
    site.installation.close()


_GIVEN: Final = {
    "LOTSE_SECRET_KEY": _KEY,
    "LOTSE_OIDC_ISSUER": "https://login.example.com",
    "LOTSE_OIDC_CLIENT_ID": "lotse",
    "LOTSE_OIDC_CLIENT_SECRET": "geheim",
}


def test_settings_of_a_provider_are_whole_safe_and_never_shown() -> None:
    settings = read_settings(_GIVEN)
    assert settings.oidc_issuer == "https://login.example.com"
    assert "geheim" not in repr(settings)
    for name in ("LOTSE_OIDC_ISSUER", "LOTSE_OIDC_CLIENT_ID", "LOTSE_OIDC_CLIENT_SECRET"):
        with pytest.raises(CannotStart, match=name):
            read_settings({key: value for key, value in _GIVEN.items() if key != name})
    for wrong in ("http://login.example.com", "login.example.com", "https://", "https://a@b.example", "https://x/?a=1"):
        with pytest.raises(CannotStart, match="LOTSE_OIDC_ISSUER"):
            read_settings({**_GIVEN, "LOTSE_OIDC_ISSUER": wrong})


def test_without_the_package_the_product_runs_and_a_provider_is_refused_in_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for package in ("authlib", "requests"):
        with monkeypatch.context() as missing:
            missing.setitem(sys.modules, package, None)
            with pytest.raises(CannotStart, match=package):
                read_settings(_GIVEN)
    without = "import sys; sys.modules.update(dict.fromkeys(('authlib', 'joserfc', 'requests'))); import app.factory"
    assert subprocess.run([sys.executable, "-c", without], cwd=ROOT, check=False).returncode == 0


def test_the_server_is_named_as_the_browser_sees_it(one_site: Site, there: Provider) -> None:
    with one_site.app.test_request_context("/", base_url="http://localhost:8000"):
        assert lifecycle.origin() == "http://localhost:8000"
    assert "redirect_uri=http%3A%2F%2Flocalhost%2Flogin%2Foidc%2Fback" in one_site.visitor().get(_START).location
