"""Sessions live on the server: what ends one ends it at the next request, and the cookie alone is worth nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

import pytest
from sqlalchemy import func, select, update

from app.factory import create_app
from app.system.sessions import FRESH, IDLE, LONGEST_KEPT, SEEN_EVERY, SESSION, end_all, end_one, open_sessions
from app.system.tables import User, now
from app.web.lifecycle import running
from tests.support.site import Site, Visitor, make_site
from tests.support.staff import PASSWORD, email_of

_NEW: Final = "ein-ganz-anderes-kennwort"


@pytest.fixture
def site(database_url: str) -> Iterator[Site]:
    """Yield a site without records."""
    made = make_site(database_url)
    yield made
    made.installation.database.close()


def _user(site: Site, role: str = "sales") -> int:
    with site.installation.database.read() as connection:
        return int(connection.execute(select(User.id).where(User.email == email_of(role))).scalar_one())


def _set(site: Site, **values: object) -> None:
    with site.installation.database.write() as connection:
        connection.execute(update(SESSION).values(**values))


def _stolen(site: Site, visitor: Visitor) -> Visitor:
    """Return somebody who carries a copy of a visitor's cookie."""
    cookie = visitor.client.get_cookie("lotse")
    assert cookie is not None
    thief = site.visitor()
    thief.client.set_cookie("lotse", cookie.value)
    return thief


def test_signing_in_begins_a_session_whose_token_is_not_stored(site: Site) -> None:
    visitor = site.visitor()
    assert visitor.sign_in("sales").status_code == 302
    with visitor.client.session_transaction() as cookie:
        token = cookie["token"]
    with site.installation.database.read() as connection:
        rows = connection.execute(select(SESSION)).mappings().all()
    assert len(rows) == 1
    assert rows[0]["user_id"] == _user(site)
    assert token not in [str(value) for value in rows[0].values()]
    assert visitor.get("/me").status_code == 200


def test_a_refused_sign_in_begins_nothing(site: Site) -> None:
    assert site.visitor().sign_in("sales", "falsch-falsch-falsch").status_code == 200
    with site.installation.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(SESSION)).scalar_one() == 0


def test_a_copy_of_the_cookie_is_worth_nothing_after_signing_out(site: Site) -> None:
    visitor = site.visitor()
    visitor.sign_in("sales")
    thief = _stolen(site, visitor)
    assert thief.get("/me").status_code == 200
    assert visitor.post("/logout").status_code == 302
    assert thief.get("/me").status_code == visitor.get("/me").status_code == 303
    assert thief.get("/login").status_code == 200


def test_an_ended_session_is_over_in_every_worker(site: Site) -> None:
    with site.app.app_context():
        other_worker = Site(site.installation, create_app(running().settings, database=site.installation.database))
    here = site.visitor("sales")
    there = _stolen(other_worker, here)
    assert here.get("/me").status_code == there.get("/me").status_code == 200
    with site.installation.database.write() as connection:
        assert end_all(connection, _user(site)) == 1
    assert here.get("/me").status_code == there.get("/me").status_code == 303


def test_one_session_is_ended_and_nobody_elses(site: Site) -> None:
    here, there, stranger = site.visitor("sales"), site.visitor("sales"), site.visitor("service")
    with site.installation.database.write() as connection:
        mine = open_sessions(connection, _user(site), now())
        assert len(mine) == 2
        assert not end_one(connection, _user(site, "service"), mine[0].id)
        assert end_one(connection, _user(site), mine[0].id)
    assert sorted(visitor.get("/me").status_code for visitor in (here, there)) == [200, 303]
    assert stranger.get("/me").status_code == 200


@pytest.mark.parametrize("limit", ["idle_at", "expires_at"])
def test_a_session_ends_by_itself(site: Site, limit: str) -> None:
    visitor = site.visitor("sales")
    _set(site, **{limit: now() + timedelta(minutes=1)})
    assert visitor.get("/me").status_code == 200
    _set(site, **{limit: now()})
    assert visitor.get("/me").status_code == 303


def test_use_is_noted_every_five_minutes_and_keeps_a_session_open(site: Site) -> None:
    visitor, user = site.visitor("sales"), _user(site)
    recent = now() - SEEN_EVERY + timedelta(minutes=1)
    _set(site, seen_at=recent)
    visitor.get("/me")
    with site.installation.database.read() as connection:
        assert open_sessions(connection, user, now())[0].seen_at == recent
    _set(site, seen_at=now() - SEEN_EVERY, idle_at=now() + timedelta(minutes=1))
    visitor.get("/me")
    with site.installation.database.read() as connection:
        row = connection.execute(select(SESSION.c.seen_at, SESSION.c.idle_at)).one()
    assert now() - row.seen_at < timedelta(minutes=1)
    assert row.idle_at - row.seen_at == IDLE


def test_staying_signed_in_is_a_longer_session_and_no_second_cookie(site: Site) -> None:
    visitor = site.visitor()
    given = {"email": email_of("sales"), "password": PASSWORD, "remember": "y"}
    cookies = visitor.post("/login", given).headers.getlist("Set-Cookie")
    assert [cookie.partition("=")[0] for cookie in cookies] == ["lotse"]
    assert "Expires=" in cookies[0]
    with site.installation.database.read() as connection:
        row = connection.execute(select(SESSION.c.kept, SESSION.c.created_at, SESSION.c.expires_at)).one()
    assert row.kept
    assert row.expires_at - row.created_at == LONGEST_KEPT


def test_a_new_password_ends_every_session_but_the_one_it_was_chosen_in(site: Site) -> None:
    here, there = site.visitor(), site.visitor()
    here.sign_in("sales")
    there.sign_in("sales")
    thief = _stolen(site, here)
    here.post("/change", {"password": PASSWORD, "new_password": _NEW, "new_password_confirm": _NEW})
    assert here.get("/me").status_code == 200
    assert there.get("/me").status_code == thief.get("/me").status_code == 303
    with site.installation.database.read() as connection:
        assert len(open_sessions(connection, _user(site), now())) == 1


def test_a_proof_is_fresh_for_fifteen_minutes(site: Site) -> None:
    site.visitor("sales")
    with site.installation.database.read() as connection:
        (session,) = open_sessions(connection, _user(site), now())
    assert session.is_fresh(session.fresh_at + FRESH - timedelta(seconds=1))
    assert not session.is_fresh(session.fresh_at + FRESH)
