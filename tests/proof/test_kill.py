"""Processes of the server are killed under load: what was acknowledged is there, once; nothing is there by halves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select, text

from app.records.altered import altered
from app.records.miscomputed import miscomputed
from app.records.ranges import unexplained_gaps
from app.records.unrecorded import unrecorded
from app.runtime.start import ready
from app.storage.database import open_database
from app.system import history
from app.system.history import HISTORY
from app.system.outbox import OUTBOX
from app.system.verify import Walked, flaws
from tests.proof.allrounders import Allrounder
from tests.proof.callers import Seat, at_work, signed_in
from tests.proof.clerks import CUSTOMERS, Order
from tests.proof.trade import documents
from tests.support.install import write_documents
from tests.support.nursery import WARM, Nursery
from tests.support.program import token_of
from tests.support.proof import SEED, Tally, size
from tests.support.site import Site, make_site

#: For each database, so that both together make 200 in CI and 10,000 with `make proof`.
KILLS: Final = size("kills by database", 100, 5_000)
CLERKS: Final = 8
#: Of a hundred kills, at least so many must hit a process that is inside of a writing transaction, and so many one
#: that has written already and not yet committed.
LEAST_INSIDE: Final = 20
LEAST_WRITTEN: Final = 15
#: A dead process mustn't keep anybody waiting for longer, on however slow a machine.
LONGEST_WAIT: Final = 45.0


@dataclass(frozen=True, slots=True)
class Stored:
    """What the database has in the end, read past the product."""

    orders: Mapping[str, list[Mapping[str, Any]]]
    items: Mapping[int, list[Mapping[str, Any]]]
    watchers: Mapping[int, list[int]]
    history: Mapping[int, list[int]]
    events: Mapping[int, list[int]]


def test_nothing_acknowledged_is_lost_and_nothing_is_half_done(database_url: str, tmp_path: Path) -> None:
    site = make_site(database_url, write_documents(tmp_path / "documents", documents()))
    seats = _prepare(site)
    with Nursery(database_url, tmp_path / "next", KILLS, SEED, *seats[0][:2]) as nursery:
        clerks = [Allrounder(number, Seat(nursery.port, *seat), SEED) for number, seat in enumerate(seats)]
        tally = Tally(f"kill -9 under load, {site.installation.database.dialect}")
        at_work(clerks, nursery, tally)
    _count(tally, clerks)
    database = open_database(database_url)
    store = ready(database)  # compiles what is in force, and the database fits it
    with database.read() as connection:
        snapshot, walked = store.snapshot(connection), Walked()
        stored = _read(connection, snapshot.tables)
        assert list(flaws(connection, database.seal, walked)) == []
        assert list(unrecorded(connection, snapshot)) == []
        assert list(altered(connection, snapshot)) == []
        assert list(miscomputed(connection, snapshot)) == []
        assert list(unexplained_gaps(connection, snapshot)) == []
        if database.dialect == "sqlite":
            assert connection.execute(text("PRAGMA integrity_check")).scalars().all() == ["ok"]
            assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
    database.close()
    assert [wrong for clerk in clerks for wrong in clerk.wrong] == []
    assert [wrong for clerk in clerks for wrong in _wrongs(clerk, stored)] == []
    known = {order.name for clerk in clerks for order in clerk.orders}
    assert {name for name in stored.orders if not name.startswith(WARM)} <= known
    tally.add("links", walked.links)
    tally.report(
        links=KILLS,
        kills=KILLS,
        inside=KILLS * LEAST_INSIDE // 100,
        written=KILLS * LEAST_WRITTEN // 100,
        creates=KILLS // 3,
        edits=KILLS // 6,
        unanswered=KILLS // 10,
        api_creates=KILLS // 25,
        api_edits=KILLS // 25,
        api_retires=KILLS // 50,
        api_restores=KILLS // 100,
        api_refusals=KILLS // 50,
        bulks=KILLS // 25,
        refused_bulks=KILLS // 100,
        imports=KILLS // 25,
        refused_imports=KILLS // 100,
    )
    assert max(clerk.longest for clerk in clerks) < LONGEST_WAIT


def _prepare(site: Site) -> list[tuple[str, str, str]]:
    """Make the customers, sign everybody in, and close the database, so that nobody but the nursery has it open."""
    visitor = site.visitor("clerk")
    for number in range(CUSTOMERS):
        assert visitor.post("/r/customer/new", {"name": f"Kunde {number}"}).status_code == 303
    seats = [(*signed_in(site, "clerk"), token_of(site, "clerk")) for _ in range(CLERKS)]
    site.installation.close()
    return seats


def _count(tally: Tally, clerks: list[Allrounder]) -> None:
    for clerk in clerks:
        for what, many in clerk.counts.items():
            tally.add(what, many)
        tally.add("acknowledged", sum(order.version for order in clerk.orders if order.id is not None))


def _read(connection: Any, tables: Any) -> Stored:
    def grouped(table: Any, key: str) -> dict[Any, list[Any]]:
        found: dict[Any, list[Any]] = {}
        for row in connection.execute(select(table).order_by(table.c.id)).mappings():
            found.setdefault(row[key], []).append(row)
        return found

    link = tables.link("order", "watchers")
    watchers: dict[int, list[int]] = {}
    for row in connection.execute(select(link).order_by(link.c.record_id, link.c.position)).mappings():
        watchers.setdefault(row["record_id"], []).append(row["target_id"])
    told = []
    # What is computed is told, too, but makes no version.
    for table, saved in ((HISTORY, HISTORY.c.verb != history.COMPUTE), (OUTBOX, OUTBOX.c.topic != "record.compute")):
        versions: dict[int, list[int]] = {}
        of_orders = select(table.c.record_id, table.c.version).where(table.c.entity == "order", saved)
        for record_id, version in connection.execute(of_orders.order_by(table.c.record_id, table.c.version)):
            versions.setdefault(record_id, []).append(version)
        told.append(versions)
    return Stored(grouped(tables["order"], "name"), grouped(tables["item"], "order"), watchers, *told)


def _wrongs(clerk: Allrounder, stored: Stored) -> Iterator[str]:
    """Return everything that shouldn't be as it is, in words."""
    for name in clerk.refused:
        if name in stored.orders:
            yield f"{name} was refused and is there"
    for order in clerk.orders:
        rows = stored.orders.get(order.name, [])
        if len(rows) > 1:
            yield f"{order.name} is there {len(rows)} times"
        elif [row["id"] for row in rows] != [order.id]:
            yield f"{order.name} was acknowledged as {order.id}; there is {[row['id'] for row in rows]}"
        elif rows:
            yield from _halves(order, rows[0], stored)
            yield from _stale(order, rows[0])
            yield from _told(order, rows[0], stored)


def _halves(order: Order, row: Mapping[str, Any], stored: Stored) -> Iterator[str]:
    """Compare an order with its lines, links and computed columns."""
    items = stored.items.get(row["id"], [])
    names = [(item["name"], item["amount"], item["title"]) for item in items]
    if names != [(f"{order.name}l{n}", n + 1, f"{order.name}l{n}") for n in range(order.lines)]:
        yield f"{order.name} has the lines {names}"
    if tuple(stored.watchers.get(row["id"], [])) != order.watchers:
        yield f"{order.name} has the watchers {stored.watchers.get(row['id'])}"
    if any(item["archived_at"] != row["archived_at"] for item in items):
        yield f"{order.name} is archived at {row['archived_at']}, its lines aren't"
    if row["title"] != f"{order.name} Kunde 0" or order.name not in row["search_text"]:
        yield f"{order.name} is called {row['title']}"


def _stale(order: Order, row: Mapping[str, Any]) -> Iterator[str]:
    """Compare what is stored with what was acknowledged last."""
    stored = (row["note"], row["archived_at"] is not None, row["version"])
    if stored != (order.note, order.archived, order.version):
        yield f"{order.name} is {stored}, acknowledged was {(order.note, order.archived, order.version)}"


def _told(order: Order, row: Mapping[str, Any], stored: Stored) -> Iterator[str]:
    """Each version of an order has exactly one entry in the history, and one event."""
    versions = list(range(1, row["version"] + 1))
    for name, found in (("history", stored.history), ("outbox", stored.events)):
        if found.get(row["id"], []) != versions:
            yield f"{order.name} has version {row['version']}; its {name} tells of {found.get(row['id'])}"
