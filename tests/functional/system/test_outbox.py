"""Events: written with the deed, handed to one worker at a time, given up after a while, never kept for ever."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from app.access.actor import PRODUCT
from app.context import Context
from app.records import actions
from app.system import outbox
from app.system.outbox import MOST_TRIES, OUTBOX
from tests.functional.records.desk import METADATA
from tests.support.install import Installation, install

_NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
_TOPICS = ("record.create", "record.update", "record.retire", "record.restore")
_LEASE = timedelta(minutes=1)


def _written(installation: Installation) -> list[tuple[str, str, int]]:
    with installation.database.read() as connection:
        columns = (OUTBOX.c.topic, OUTBOX.c.entity, OUTBOX.c.version)
        return [tuple(row) for row in connection.execute(select(*columns).order_by(OUTBOX.c.id))]


def _act(installation: Installation) -> None:
    with installation.database.write() as connection:
        ctx = Context(installation.store.snapshot(connection), PRODUCT, connection, _NOW, "en")
        deal = actions.create(ctx, "deal", {"name": "x", "items": [{"product": "a", "net": 1}]})
        actions.update(ctx, "deal", deal, {"name": "y"}, 1)
        actions.update(ctx, "deal", deal, {"name": "y"}, 2)
        actions.retire(ctx, "deal", deal, 2)
        actions.restore(ctx, "deal", deal, 3)


def test_every_verb_and_every_line_is_told(database_url: str) -> None:
    installation = install(database_url, METADATA)
    _act(installation)
    assert _written(installation) == [
        ("record.create", "deal_item", 1),
        ("record.create", "deal", 1),
        ("record.update", "deal", 2),
        ("record.retire", "deal", 3),
        ("record.retire", "deal_item", 2),
        ("record.restore", "deal", 4),
        ("record.restore", "deal_item", 3),
    ]
    installation.close()


def test_an_event_is_one_workers_until_his_lease_ends(database_url: str) -> None:
    installation = install(database_url, METADATA)
    _act(installation)
    with installation.database.write() as connection:
        mine = outbox.claim(connection, "a", _TOPICS, 3, _LEASE, _NOW)
        others = outbox.claim(connection, "b", _TOPICS, 9, _LEASE, _NOW)
        assert (len(mine), len(others)) == (3, 4)
        assert [event.id for event in mine] < [event.id for event in others]
        assert outbox.claim(connection, "c", _TOPICS, 9, _LEASE, _NOW) == ()
        later = _NOW + 2 * _LEASE
        assert outbox.finish(connection, "b", [event.id for event in others], _NOW) == 4
        again = outbox.claim(connection, "c", _TOPICS, 9, _LEASE, later)
        assert [event.id for event in again] == [event.id for event in mine]
        assert outbox.finish(connection, "a", [mine[0].id], later) == 0, "it is somebody else's by now"
    installation.close()


def test_what_fails_is_given_up_and_what_is_old_goes(database_url: str) -> None:
    installation = install(database_url, METADATA)
    _act(installation)
    with installation.database.write() as connection:
        moment = _NOW
        for left in reversed(range(MOST_TRIES)):
            moment += 2 * _LEASE
            event = outbox.claim(connection, "a", ("record.update",), 1, _LEASE, moment)[0]
            assert outbox.fail(connection, "a", event.id, moment) is (left > 0)
        assert outbox.claim(connection, "a", ("record.update",), 1, _LEASE, moment + _LEASE) == ()
        assert [dead.topic for dead in outbox.dead_letters(connection, 9)] == ["record.update"]
        assert outbox.trim(connection, _NOW, ("record.update",)) == 0
        assert outbox.trim(connection, _NOW + _LEASE, ("record.update",)) == 6
        assert connection.execute(select(func.count()).select_from(OUTBOX)).scalar_one() == 1
    installation.close()
