"""The demo company: complete, the same every time, valid, and with the flaws that data-quality pages live on."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from argon2 import PasswordHasher
from sqlalchemy import MetaData, Table, func, select

from app.access.actor import PRODUCT
from app.context import Context
from app.demo.accounts import BOUNCED_DOMAIN
from app.demo.load import DemoRefused, load_demo
from app.demo.people import DEMO_PASSWORD, DEMO_USERS
from app.fields.formats import formats_for
from app.records.bulk import update_many
from app.records.plan import plan_of
from app.records.stored import Targets, load
from app.system.people import actor_and_head
from app.system.tables import User
from tests.support.install import Installation, install

TODAY: Final = date(2026, 3, 2)
NOON: Final = datetime(2026, 3, 2, 8)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Return an installation with the demo company, loaded once for all tests that only look at it."""
    installation = _fresh(tmp_path_factory.mktemp("demo") / "one.sqlite")
    load_demo(installation.database, installation.store, today=TODAY)
    yield installation
    installation.close()


def _fresh(path: Path) -> Installation:
    return install(f"sqlite:///{path}")


def _rows(company: Installation, entity: str) -> list[dict[str, Any]]:
    with company.database.read() as connection:
        table = company.store.snapshot(connection).tables[entity]
        return [dict(row) for row in connection.execute(select(table).order_by(table.c.id)).mappings()]


def test_there_is_as_much_as_the_plan_says(company: Installation) -> None:
    expected = {
        "account": 220, "person": 480, "employment": 520, "lead": 60, "opportunity": 140, "activity": 1800,
        "consent": 350, "privacy_request": 4, "insight": 260,
    }  # fmt: skip
    assert {entity: len(_rows(company, entity)) for entity in expected} == expected
    # Every entity of the shipped documents that people fill has something in it.
    empty = [key for key in company.snapshot.model.entities if not _rows(company, key)]
    assert empty == []


def test_the_same_day_gives_the_same_records(company: Installation, tmp_path: Path) -> None:
    other = _fresh(tmp_path / "other.sqlite")
    counts = load_demo(other.database, other.store, today=TODAY)
    assert _hash(other) == _hash(company)
    other.close()
    later = _fresh(tmp_path / "later.sqlite")
    assert load_demo(later.database, later.store, today=TODAY, seed=1).keys() == counts.keys()
    assert _hash(later) != _hash(company)
    later.close()


def _hash(company: Installation) -> str:
    """Return a hash of every record; users aside, whose passwords are salted."""
    digest = hashlib.sha256()
    for key in sorted(company.snapshot.model.entities):
        for row in _rows(company, key):
            digest.update(repr(row).encode())
    return digest.hexdigest()


def test_every_record_is_valid(company: Installation) -> None:
    """Saving every record again, with all its values as JSON, refuses nothing and changes nothing."""
    before = _hash(company)
    saved = 0
    with company.database.write() as connection:
        ctx = Context(company.store.snapshot(connection), PRODUCT, connection, NOON)
        for key in ctx.snapshot.model.entities:
            plan = plan_of(ctx, key)
            stored = load(ctx, plan, Targets(ctx), [row["id"] for row in _rows(company, key)])
            written = [field for field in plan.own if field.lines is None and field.columns]
            update_many(
                ctx,
                key,
                {
                    one: {f.key: f.field.type.to_json(found.row.values[f.key]) for f in written}
                    for one, found in stored.items()
                },
            )
            saved += len(stored)
    assert saved > 4500
    assert _hash(company) == before


def test_the_deliberate_flaws_are_there(company: Installation) -> None:
    accounts, people = _rows(company, "account"), _rows(company, "person")
    near = sum(row["main_address__state"] == "Baden-Württemberg" for row in accounts)
    assert 0.5 < near / len(accounts) < 0.85
    classes = Counter(row["abc_class"] for row in accounts)
    assert classes["a"] < classes["b"] < classes["c"]
    assert sum(row["main_address__country"] in ("AT", "CH") for row in accounts) >= 8
    assert sum(row["legal_form"] in ("behoerde", "koer") for row in accounts) >= 12
    doubles = Counter((row["main_address__postcode"], row["match_code"]) for row in accounts)
    assert sum(count - 1 for count in doubles.values()) >= len(accounts) * 7 // 100
    assert len({row["parent"] for row in accounts if row["parent"]}) >= 9
    assert any(row["last_contact_at"] and row["last_contact_at"] < NOON - timedelta(days=365) for row in accounts)

    assert 0.08 < sum(row["email"] is None for row in people) / len(people) < 0.25
    assert any((row["email"] or "").endswith(BOUNCED_DOMAIN) for row in people)
    assert sum(row["salutation"] == "ohne" for row in people) >= 6
    assert all(row["main_employment"] for row in people)
    former = [row for row in _rows(company, "employment") if row["until"]]
    assert len({row["person"] for row in former}) == 25
    jobs = Counter(row["person"] for row in _rows(company, "employment") if not row["until"])
    assert sum(count > 1 for count in jobs.values()) == 12
    assert any(row["valid_to"] and row["valid_to"] < TODAY for row in _rows(company, "address"))


def test_sales_and_service_have_their_loose_ends(company: Installation) -> None:
    deals = _rows(company, "opportunity")
    closed = [row for row in deals if row["stage"] in ("gewonnen", "verloren")]
    rate = sum(row["stage"] == "gewonnen" for row in closed) / len(closed)
    assert 0.31 < rate < 0.37
    going = [row for row in deals if row["stage"] not in ("gewonnen", "verloren", "zurueckgestellt")]
    assert sum(row["next_step"] is None for row in going) == 15
    assert sum(row["close_date"] < TODAY for row in going) == 8
    waiting = [row for row in _rows(company, "lead") if row["first_response_at"] is None]
    assert len(waiting) == 10
    assert all(row["received_at"] < NOON - timedelta(days=3) for row in waiting)
    assert sum((row["request"] or "").startswith("A?") for row in _rows(company, "lead")) == 2
    todo = [row for row in _rows(company, "activity") if row["done_at"] is None]
    assert sum(row["due_at"] < NOON for row in todo) >= 45
    assert {row["status"] for row in _rows(company, "consent")} == {
        "angefragt", "erteilt", "widerrufen", "abgelehnt", "abgelaufen"
    }  # fmt: skip
    open_requests = [row for row in _rows(company, "privacy_request") if row["kind"] == "auskunft"]
    assert [row["due_on"] - TODAY for row in open_requests] == [timedelta(days=5)]
    spares = [row["observed_on"] for row in _rows(company, "insight") if "Ersatzteilverfügbarkeit" in row["headline"]]
    complaints = Counter((TODAY - day).days // 90 for day in spares)
    assert complaints[0] > complaints[1] > complaints[3]


def test_numbers_and_addresses_can_belong_to_nobody(company: Installation) -> None:
    texts = [
        str(value)
        for entity in ("account", "person", "lead")
        for row in _rows(company, entity)
        for value in row.values()
    ]
    domains = {text.rpartition("@")[2] for text in texts if "@" in text and " " not in text}
    assert domains
    assert all(domain.endswith(".example") for domain in domains)
    phones = {row["phone"] for row in _rows(company, "account") if row["phone"]}
    assert all(
        phone.startswith(("+493023125", "+496990009", "+494066969", "+492214710", "+498999998")) for phone in phones
    )


def test_every_role_has_somebody_who_can_sign_in(company: Installation) -> None:
    with company.database.read() as connection:
        table = User.__table__
        assert isinstance(table, Table)
        people = connection.execute(select(table.c.id, table.c.email, table.c.password)).all()
        actors = [actor_and_head(connection, row.id)[0] for row in people]
    assert len(people) == len(DEMO_USERS)
    assert {role for actor in actors if actor is not None for role in actor.roles} == set(company.snapshot.model.roles)
    assert {user.roles[0] for user in DEMO_USERS if user.shown} >= {"sales", "service", "marketing", "administrator"}
    assert all(PasswordHasher().verify(stored, DEMO_PASSWORD) for stored in {row.password for row in people})


def test_a_database_with_records_is_left_alone(company: Installation) -> None:
    before = _hash(company)
    with pytest.raises(DemoRefused) as refused:
        load_demo(company.database, company.store, today=TODAY)
    for locale in ("de", "en"):
        assert len(refused.value.message.text(locale)) > 60
    assert _hash(company) == before


def test_scale_multiplies(tmp_path: Path) -> None:
    twice = _fresh(tmp_path / "twice.sqlite")
    told: list[str] = []
    started = time.perf_counter()
    counts = load_demo(
        twice.database, twice.store, today=TODAY, scale=2, progress=lambda what, n: told.append(f"{what.de} {n}")
    )
    assert time.perf_counter() - started < 60
    assert (counts["account"], counts["activity"], counts["opportunity"]) == (440, 3600, 280)
    assert formats_for("de").text(twice.snapshot.model.entities["account"].plural) + " 440" in told
    with twice.database.read() as connection:
        links = Table("l_activity__participants", MetaData(), autoload_with=connection)
        assert connection.execute(select(func.count()).select_from(links)).scalar_one() > 1000
    twice.close()
