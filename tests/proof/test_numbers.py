"""Numbers without a gap and without a double, whoever draws at the same time and whoever gives up half-way."""

from __future__ import annotations

import random
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import select
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.access.actor import PRODUCT
from app.errors import Conflict, InvalidData
from app.query.gate import readable
from app.records import actions, bulk
from app.records.ranges import unexplained_gaps
from app.runtime.start import ready
from app.storage.database import open_database
from app.system.numbers import Gap, explain_gap, last_of, move
from tests.functional.computed.world import installed
from tests.proof.callers import Seat, at_work, signed_in
from tests.proof.drawers import RANGES, Drawer, wrongs
from tests.proof.trade import documents
from tests.support.install import Installation, write_documents
from tests.support.nursery import WARM, Nursery
from tests.support.program import token_of
from tests.support.proof import SEED, Tally, size
from tests.support.site import make_site

WRITERS: Final = 32
#: For each database: numbers that threads of one process draw, and numbers that are drawn through HTTP while processes
#: die; together and over both databases 5,000 in CI and 200,000 with `make proof`.
CALM: Final = size("numbers in one process, by database", 2_250, 80_000)
UNDER_KILLS: Final = size("numbers through HTTP, by database", 250, 20_000)
KILLS: Final = size("kills by database", 30, 2_000)
#: More than in the proof of kills, so that more wait for a number.
SERVERS: Final = 6
TOKENS: Final = 8
#: Of a hundred kills, at least so many must hit a process that has drawn a number and not yet committed.
LEAST_DRAWN: Final = 15
_OLD: Final = datetime(2026, 12, 31, 22, 59, 59, tzinfo=UTC)  # a second before midnight in Berlin
_NEW: Final = datetime(2026, 12, 31, 23, 0, 1, tzinfo=UTC)


class _GaveUp(Exception):
    """A writer changed his mind after the number was drawn."""


def _write(installation: Installation, seed: int, share: int, given_up: list[int]) -> None:
    chance = random.Random(seed)
    for done in range(share):
        now = _OLD if done * 2 < share else _NEW
        while True:
            try:
                with installation.ctx(PRODUCT, now=now) as ctx:
                    actions.create(ctx, "order", {"subject": f"{seed}"})
                    if chance.random() < 0.2:
                        given_up.append(seed)
                        raise _GaveUp
                break
            except (_GaveUp, PoolTimeout):  # there are more writers than connections: whoever got none tries again
                continue


def _numbers(installation: Installation) -> list[str]:
    with installation.database.read() as connection:
        table = installation.store.snapshot(connection).tables["order"]
        rows = connection.execute(table.select().order_by(table.c.order_no)).mappings()
        return [row["order_no"] for row in rows]


def test_many_writers_leave_no_gap(database_url: str, tmp_path: Path) -> None:
    installation = installed(database_url, tmp_path / "docs")
    share = -(-CALM // WRITERS // 2) * 2  # half of it in each year
    given_up: list[int] = []
    writers = [threading.Thread(target=_write, args=(installation, seed, share, given_up)) for seed in range(WRITERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    half = share * WRITERS // 2
    expected = [f"A-{year}-{number:04d}" for year in (2026, 2027) for number in range(1, half + 1)]
    assert sorted(_numbers(installation)) == sorted(expected)
    tally = Tally(f"gapless numbers, {installation.database.dialect}")
    tally.counts.update({"numbers": 2 * half, "given up": len(given_up)})
    tally.report(numbers=CALM, given_up=share * WRITERS // 10 + 1)
    with installation.database.read() as connection:
        assert list(unexplained_gaps(connection, installation.store.snapshot(connection))) == []
    installation.close()


def test_kills_leave_no_gap(database_url: str, tmp_path: Path) -> None:
    site = make_site(database_url, write_documents(tmp_path / "documents", documents()))
    browsers = [signed_in(site, "clerk") for _ in range(WRITERS)]
    bearers = [token_of(site, "clerk") for _ in range(TOKENS)]  # nobody has as many as there are writers
    site.installation.close()
    tally = Tally(f"gapless numbers under kill -9, {site.installation.database.dialect}")
    with Nursery(database_url, tmp_path / "next", KILLS, SEED, *browsers[0], servers=SERVERS) as nursery:
        drawers = [
            Drawer(
                number, Seat(nursery.port, *browser, bearers[number // 2 % TOKENS]), SEED, -(-UNDER_KILLS // WRITERS)
            )
            for number, browser in enumerate(browsers)
        ]
        at_work(drawers, nursery, tally)
    database = open_database(database_url)
    with database.read() as connection:
        snapshot = ready(database).snapshot(connection)
        gaps = list(unexplained_gaps(connection, snapshot))
        rows = [dict(row) for row in connection.execute(select(snapshot.tables["order"])).mappings()]
        last = {one: sum(last_of(connection, f"order.{one}").values()) for one in RANGES}
    database.close()
    for drawer in drawers:
        tally.counts.update(drawer.counts)
        tally.add("numbers", len(drawer.drawn))
    assert list(wrongs(drawers, rows)) == []
    assert gaps == []
    for one in RANGES:
        numbers = [row[one] for row in rows if row[one] is not None]
        assert len(numbers) == len(set(numbers)) == last[one]
        # Beside those that were acknowledged, only the parent of the workers has drawn, to warm itself up.
        assert (
            sum(row[one] is not None and not row["name"].startswith(WARM) for row in rows)
            == tally.counts[f"{one} drawn"]
        )
    tally.report(
        kills=KILLS,
        drawn=KILLS * LEAST_DRAWN // 100,
        numbers=UNDER_KILLS,
        numbers_told=UNDER_KILLS // 4,
        refusals=UNDER_KILLS // 20,
        unanswered=KILLS // 10,
    )


def test_a_gap_is_told_until_it_is_explained(database_url: str, tmp_path: Path) -> None:
    installation = installed(database_url, tmp_path / "docs")
    with installation.ctx(now=_OLD) as ctx:
        ids = bulk.create_many(ctx, "order", [{"subject": "O"} for _ in range(6)])
        table = ctx.snapshot.tables["order"]
        ctx.connection.execute(table.delete().where(table.c.id.in_(ids[2:4])))
        gap = Gap("order.order_no", "2026", 3, 4)
        assert list(unexplained_gaps(ctx.connection, ctx.snapshot)) == [gap]
        explain_gap(ctx.connection, Gap("order.order_no", "2026", 3, 3), "erased", None, _OLD)
        assert list(unexplained_gaps(ctx.connection, ctx.snapshot)) == [Gap("order.order_no", "2026", 4, 4)]
        explain_gap(ctx.connection, Gap("order.order_no", "2026", 4, 4), "erased", None, _OLD)
        move(ctx.connection, "order.order_no", "2026", 100, "new booklet", None, _OLD)
        actions.create(ctx, "order", {"subject": "after"})
        assert list(unexplained_gaps(ctx.connection, ctx.snapshot)) == []
        with pytest.raises(Conflict):
            move(ctx.connection, "order.order_no", "2026", 50, "back", None, _OLD)
        assert "order" in readable(ctx)
    assert _numbers(installation)[-1] == "A-2026-0101"
    installation.close()


def test_nobody_sets_or_changes_a_number(database_url: str, tmp_path: Path) -> None:
    installation = installed(database_url, tmp_path / "docs")
    with installation.ctx(now=_OLD) as ctx:
        first = actions.create(ctx, "order", {"subject": "O"})
        for raw in ({"order_no": "A-2026-0009"}, {"order_no": ""}, {"total": 5}, {"lines": [{"net": 3, "text": "L"}]}):
            if any(value != "" for value in raw.values()):
                with pytest.raises(InvalidData):
                    actions.create(ctx, "order", raw)
            with pytest.raises(InvalidData):
                actions.update(ctx, "order", first, {**raw, "subject": "P"}, 1)
        version = actions.retire(ctx, "order", first, 1)
        second = actions.create(ctx, "order", {"subject": "Q"})
        actions.restore(ctx, "order", first, version)
    assert _numbers(installation) == ["A-2026-0001", "A-2026-0002"]
    assert second != first
    installation.close()


def test_a_number_is_drawn_when_its_condition_becomes_true(database_url: str, tmp_path: Path) -> None:
    installation = installed(database_url, tmp_path / "docs")
    with installation.ctx(now=_OLD) as ctx:
        order = actions.create(ctx, "order", {"subject": "O"})
        version = actions.update(ctx, "order", order, {"status": "won"}, 1)
        version = actions.update(ctx, "order", order, {"status": "open"}, version)
        actions.update(ctx, "order", order, {"status": "done"}, version)
        row = ctx.connection.execute(ctx.snapshot.tables["order"].select()).mappings().one()
        assert row["bill_no"] == "R2612/001"
    with installation.ctx(now=_NEW) as ctx:
        other = actions.create(ctx, "order", {"subject": "O", "status": "won"})
        table = ctx.snapshot.tables["order"]
        found = ctx.connection.execute(table.select().where(table.c.id == other)).mappings().one()
        assert found["bill_no"] == "R2701/001"
    installation.close()
