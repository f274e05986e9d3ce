"""What an act wrote is taken back where it fails, what stood before it in the same transaction stays."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import Connection, event, select

from app.records.savepoints import act, all_or_nothing
from app.system.once import ONCE
from app.system.tables import now
from tests.functional.records.desk import METADATA
from tests.support.install import Installation, install


class _Failed(Exception):
    """What makes an act fail."""


@pytest.fixture
def installation(database_url: str) -> Iterator[Installation]:
    """Return an installation whose answers are looked at."""
    made = install(database_url, METADATA)
    yield made
    made.close()


def _write(connection: Connection, key: str) -> None:
    row = {"actor_id": 1, "key": key, "request": "", "answer": {}, "created_at": now()}
    connection.execute(ONCE.insert(), row)


def _acted(connection: Connection, *keys: str, fails: bool) -> None:
    with act(connection):
        for key in keys:
            with all_or_nothing(connection):
                _write(connection, key)
        if fails:
            raise _Failed


def _failing() -> AbstractContextManager[object]:
    return pytest.raises(_Failed)


def _kept(installation: Installation) -> list[str]:
    with installation.database.read() as connection:
        return list(connection.execute(select(ONCE.c.key).order_by(ONCE.c.key)).scalars())


def test_the_first_act_leaves_nothing_and_the_next_one_may_write(installation: Installation) -> None:
    with installation.database.write() as connection:
        with _failing():
            _acted(connection, "a", "b", fails=True)
        _acted(connection, "c", "d", fails=False)
    assert _kept(installation) == ["c", "d"]


def test_what_stood_before_an_act_stays(installation: Installation) -> None:
    with installation.database.write() as connection:
        _write(connection, "a")
        with _failing():
            _acted(connection, "b", fails=True)
        _acted(connection, "c", fails=False)
        with _failing():
            _acted(connection, "d", "e", fails=True)
    assert _kept(installation) == ["a", "c"]


def test_an_act_within_a_savepoint_is_taken_back_alone(installation: Installation) -> None:
    with installation.database.write() as connection:
        with connection.begin_nested():
            with _failing():
                _acted(connection, "a", fails=True)
            _write(connection, "b")
        _write(connection, "c")
    assert _kept(installation) == ["b", "c"]


def test_an_act_within_an_act_is_taken_back_alone(installation: Installation) -> None:
    with installation.database.write() as connection, act(connection):
        with _failing(), all_or_nothing(connection):
            _acted(connection, "a", fails=True)
        with all_or_nothing(connection):
            _write(connection, "b")
        with _failing():
            _acted(connection, "c", fails=True)
    assert _kept(installation) == ["b"]


def test_a_transaction_that_fails_after_a_new_beginning_leaves_nothing(installation: Installation) -> None:
    with _failing(), installation.database.write() as connection:
        with _failing():
            _acted(connection, "a", fails=True)
        _acted(connection, "b", fails=False)
        raise _Failed
    assert _kept(installation) == []


def test_only_postgresql_does_without_a_savepoint(installation: Installation) -> None:
    """The first act of a transaction is secured by the transaction itself; reading before it changes nothing."""
    begun: list[str] = []
    engine = installation.database.engine
    event.listen(engine, "savepoint", lambda connection, name: begun.append(name))
    with installation.database.write() as connection:
        connection.execute(select(ONCE.c.key)).all()
        _acted(connection, "a", fails=False)
        first = len(begun)
        _acted(connection, "b", fails=False)
    assert (first, len(begun)) == ((0, 1) if installation.database.dialect == "postgresql" else (1, 2))
