"""Second factors: what a right password alone opens, and what a code, a recovery code and a role's demand change."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from passlib.totp import TOTP
from sqlalchemy import func, select, update

from app.access.actor import PRODUCT
from app.access.granting import TECHNICAL
from app.factory import create_app
from app.storage.seal import factor_key_from
from app.system.factors import AUTHENTICATOR, CODES, RECOVERY, unreadable
from app.system.people import create_user
from app.system.sessions import FRESH, SESSION
from app.system.tables import AuditEntry, User, now, table_of
from app.system.tokens import Wanted, create
from app.web.lifecycle import PROVE, SET_UP
from tests.support.install import METADATA, PLUGINS
from tests.support.site import SECRET, Site, Visitor, make_site
from tests.support.staff import PASSWORD, email_of

_CHOSEN: Final = "quiet-harbour-lantern-moss"
_SECRET: Final = re.compile(r'id="secret">([A-Z2-7 ]+)<')
_TOKEN: Final = re.compile(r"lotse_[A-Za-z0-9_-]{43}")
_CODE: Final = re.compile(r"<li><code>([a-z2-7-]+)</code>")


@dataclass(frozen=True, slots=True)
class Phone:
    """An authenticator app with one account, and the codes on its owner's paper."""

    app: TOTP
    paper: tuple[str, ...]

    def code(self, steps: int = 0) -> str:
        """Return the code of now, or of so many half minutes later."""
        at = datetime.now(UTC) + timedelta(seconds=30 * steps)
        return str(self.app.generate(at).token)


def set_up(visitor: Visitor) -> Phone:
    visitor.post(f"{SET_UP}/app")
    secret = _SECRET.search(visitor.get(SET_UP).text)
    assert secret is not None
    app = TOTP(key=secret[1].replace(" ", ""))
    # The code of half a minute ago is taken too; the tests then have the one of now.
    code = app.generate(datetime.now(UTC) - timedelta(seconds=30)).token
    answer = visitor.post(f"{SET_UP}/app/confirm", {"code": code})
    assert answer.status_code == 200
    return Phone(app, tuple(_CODE.findall(answer.text)))


def _half_way(site: Site, role: str = "sales") -> Visitor:
    """Return somebody who gave the right password and owes his second factor."""
    visitor = site.visitor()
    assert visitor.sign_in(role).status_code == 302
    return visitor


def _show(visitor: Visitor, code: str, place: str = "/") -> int:
    return visitor.post(PROVE, {"code": code, "next": place}).status_code


def test_the_password_alone_opens_nothing(database_url: str) -> None:
    site = make_site(database_url)
    phone = set_up(site.visitor("sales"))
    visitor = _half_way(site)
    for path in ("/", "/e/account/all", "/me", "/me/tokens", "/change", SET_UP, "/admin/console/"):
        refused = visitor.get(path)
        assert refused.status_code == 303, path
        assert refused.location.startswith(PROVE), path
    assert visitor.get("/e/account/all", HX_Request="true").headers["HX-Redirect"] == PROVE
    assert visitor.get("/api/v1/account", Accept="application/json").status_code == 401
    assert "Test Sales" not in visitor.get("/nothing/here").text
    for sent in ({"_proof": "falsch"}, {"_code": "000000"}):
        refused = visitor.post("/me/tokens", {"name": "x", **sent})
        assert refused.status_code == 401
        assert refused.headers["WWW-Authenticate"] == 'Session realm="Lotse"'
    assert _show(visitor, phone.code(), "/e/account/all") == 303
    assert visitor.get("/e/account/all").status_code == 200


def test_a_code_counts_once_and_a_wrong_one_not_at_all(database_url: str) -> None:
    site = make_site(database_url)
    phone = set_up(site.visitor("sales"))
    first, second = _half_way(site), _half_way(site)
    code = phone.code()
    for wrong in ("", "000000", "abcdef", "x" * 40, "Ä", phone.code(steps=40)):
        assert _show(first, wrong) == 422, wrong
    assert _show(first, code) == 303
    assert _show(second, code) == 422
    assert second.get("/").location.startswith(PROVE)


def test_a_recovery_code_counts_once(database_url: str) -> None:
    site = make_site(database_url)
    owner = site.visitor("sales")
    phone = set_up(owner)
    assert len(phone.paper) == CODES
    assert _show(_half_way(site), phone.paper[0].upper().replace("-", " ")) == 303
    assert _show(_half_way(site), phone.paper[0]) == 422
    fresh = _CODE.findall(owner.post(f"{SET_UP}/codes").text)
    assert not set(fresh) & set(phone.paper)
    assert _show(_half_way(site), phone.paper[1]) == 422
    assert _show(_half_way(site), fresh[0]) == 303


def test_attempts_are_counted_and_end_in_429(database_url: str) -> None:
    site = make_site(database_url)
    phone = set_up(site.visitor("sales"))
    visitor = _half_way(site)
    assert [_show(visitor, "000000") for _ in range(10)] == [422] * 10
    other = _half_way(site)
    assert _show(other, phone.code()) == 429
    assert other.get("/").location.startswith(PROVE)


def test_other_sessions_have_to_show_a_factor_once_there_is_one(database_url: str) -> None:
    site = make_site(database_url)
    here, there = site.visitor("sales"), site.visitor("sales")
    assert there.get("/me").status_code == 200
    phone = set_up(here)
    assert here.get("/me").status_code == 200
    assert there.get("/me").location.startswith(PROVE)
    assert _show(there, phone.code()) == 303
    assert there.get("/me").status_code == 200


def test_the_token_from_before_the_proof_is_worth_nothing(sqlite_url: str) -> None:
    site = make_site(sqlite_url)
    phone = set_up(site.visitor("sales"))
    visitor, thief = _half_way(site), site.visitor()
    with visitor.client.session_transaction() as session:
        stolen = dict(session)
    assert _show(visitor, phone.code()) == 303
    with thief.client.session_transaction() as session:
        session.update(stolen)
    assert thief.get("/me").location.startswith("/login")


def test_somebody_half_way_can_leave(sqlite_url: str) -> None:
    site = make_site(sqlite_url)
    set_up(site.visitor("sales"))
    visitor = _half_way(site)
    visitor.post("/logout")
    assert visitor.get(PROVE).location.startswith("/login")


def test_an_app_counts_only_after_its_first_right_code(database_url: str) -> None:
    site = make_site(database_url)
    visitor = site.visitor("sales")
    visitor.post(f"{SET_UP}/app")
    assert visitor.post(f"{SET_UP}/app/confirm", {"code": "000000"}).status_code == 422
    assert _half_way(site).get("/me").status_code == 200


def test_the_last_factor_takes_its_recovery_codes_along(database_url: str) -> None:
    site = make_site(database_url)
    visitor = site.visitor("sales")
    set_up(visitor)
    assert visitor.post(f"{SET_UP}/app/remove").status_code == 303
    assert _half_way(site).get("/me").status_code == 200
    with site.installation.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(RECOVERY)).scalar_one() == 0
        actions = connection.execute(select(table_of(AuditEntry).c.action)).scalars().all()
    assert "factor.add" in actions
    assert "factor.remove" in actions


def test_what_is_stored_gives_no_codes(sqlite_url: str) -> None:
    site = make_site(sqlite_url)
    phone = set_up(site.visitor("sales"))
    with site.installation.database.read() as connection:
        source = connection.execute(select(AUTHENTICATOR.c.source)).scalar_one()
        hashes = set(connection.execute(select(RECOVERY.c.code_hash)).scalars())
    assert phone.app.base32_key not in source
    assert "enckey" in json.loads(source)
    assert not hashes & set(phone.paper)


def test_an_unlocked_browser_adds_no_factor_of_somebody_elses(sqlite_url: str) -> None:
    site = make_site(sqlite_url)
    visitor = site.visitor("sales")
    with site.installation.database.write() as connection:
        connection.execute(update(SESSION).values(fresh_at=now() - FRESH))
    for path in ("app", "app/confirm", "passkeys"):
        assert visitor.post(f"{SET_UP}/{path}", {"code": "0"}).status_code == 401, path
    assert visitor.post(f"{SET_UP}/app", {"_proof": PASSWORD}).status_code == 303


def test_a_counter_never_goes_back(sqlite_url: str) -> None:
    site = make_site(sqlite_url)
    phone = set_up(site.visitor("sales"))
    with site.installation.database.write() as connection:
        ahead = int(datetime.now(UTC).timestamp()) // 30 + 100
        connection.execute(update(AUTHENTICATOR).values(counter=ahead))
    assert _show(_half_way(site), phone.code()) == 422


def test_another_key_of_the_installation_makes_apps_useless_but_no_error(sqlite_url: str) -> None:
    site = make_site(sqlite_url)
    owner = site.visitor("sales")
    phone = set_up(owner)
    with site.installation.database.read() as connection:
        assert unreadable(connection, factor_key_from(SECRET)) == 0
        assert unreadable(connection, factor_key_from("another" + SECRET)) == 1
    settings = site.app.extensions["lotse"].settings
    other = replace(settings, secret_key="another" + SECRET)
    moved = Site(site.installation, create_app(other, database=site.installation.database))
    visitor = _half_way(moved)
    assert "Die Codes Ihrer App gelten nicht mehr" in visitor.get(PROVE).text
    assert _show(visitor, phone.code()) == 422
    assert _show(visitor, phone.paper[0]) == 303
    assert "Entfernen Sie die App" in visitor.get(SET_UP).text
    assert visitor.post(f"{SET_UP}/app/remove").status_code == 303
    fresh = set_up(visitor)
    assert _show(_half_way(moved), fresh.code()) == 303
    site.installation.close()


def test_a_role_can_demand_a_second_factor(database_url: str, demanding: Path) -> None:
    site = make_site(database_url, METADATA, PLUGINS, demanding)
    visitor = site.visitor("sales")
    for path in ("/", "/e/account/all", "/me/tokens"):
        assert visitor.get(path).location.startswith(SET_UP), path
    assert "verlangt einen zweiten Faktor" in visitor.get(SET_UP).text
    set_up(visitor)
    assert visitor.get("/e/account/all").status_code == 200
    token = _TOKEN.search(visitor.post("/me/tokens", {"name": "Program", "scopes": "read", "days": "1"}).text)
    assert token is not None
    program = {"Authorization": f"Bearer {token[0]}", "Accept": "application/json"}
    assert site.visitor().get("/api/v1/account", **program).status_code == 200
    # Without a factor the token rests; it isn't lost.
    assert visitor.post(f"{SET_UP}/app/remove").status_code == 303
    refused = site.visitor().get("/api/v1/account", **program)
    assert refused.status_code == 403
    assert "zweiten Faktor" in refused.text
    set_up(visitor)
    assert site.visitor().get("/api/v1/account", **program).status_code == 200
    # A program that signs in as itself can't set one up, and needs none.
    with site.installation.database.write() as connection:
        robot = create_user(connection, "robot@example.com", None, "Robot", ["sales"])
        connection.execute(update(User).where(User.id == robot).values(kind=TECHNICAL))
        secret = create(connection, PRODUCT, robot, Wanted("Robot", frozenset({"read"}), (), 1), ())
    program["Authorization"] = f"Bearer {secret}"
    assert site.visitor().get("/api/v1/account", **program).status_code == 200
    assert site.visitor("marketing").get("/e/account/all").status_code == 200


def test_whoever_has_no_password_shows_another_proof_before_he_chooses_one(database_url: str) -> None:
    """Otherwise a browser that somebody left alone would be enough to take his account away."""
    site = make_site(database_url)
    visitor = site.visitor("sales")
    phone = set_up(visitor)
    mine = User.email == email_of("sales")
    with site.installation.database.write() as connection:
        connection.execute(update(User).where(mine).values(password=None))
        connection.execute(update(SESSION).values(fresh_at=now() - timedelta(days=2)))
    chosen = {"new_password": _CHOSEN, "new_password_confirm": _CHOSEN}
    assert visitor.get("/change").status_code == 200
    asked = visitor.post("/change", chosen)
    assert asked.status_code == 401
    assert 'name="_code"' in asked.text
    assert visitor.post("/change", {**chosen, "_code": "000000"}).status_code == 401
    assert visitor.post("/change", {**chosen, "_code": phone.code()}).status_code == 302
    assert site.visitor().sign_in("sales", _CHOSEN).status_code == 302
