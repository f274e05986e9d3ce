"""Many people change the same few records at the same time, through every door: nobody's change is lost."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from sqlalchemy import func, select

from app.api.pace import RATE
from app.system.history import HISTORY
from tests.proof.archivists import Archivist, told
from tests.proof.editors import END, NOTHING, Editor, documents
from tests.support.install import write_documents
from tests.support.program import Program, program
from tests.support.proof import SEED, Tally, size
from tests.support.site import Site, make_site

EDITORS: Final = 32
#: For each database, so that both together make 2,000 in CI and 50,000 with `make proof`.
SAVES: Final = size("saves by database", 1_000, 25_000)
ORDERS: Final = 24
LINES: Final = 3
PARCELS: Final = 18
#: Nobody may have as many tokens as there are editors: several of their programs share one.
_TOKENS: Final = 8


def test_no_change_of_anybody_is_lost(database_url: str, tmp_path: Path) -> None:
    site = make_site(database_url, write_documents(tmp_path / "documents", documents()))
    orders, items, parcels = _begin(site)
    site.app.config[RATE] = "1000000 per minute"
    headers = [program(site, "clerk").headers for _ in range(_TOKENS)]
    editors = [
        Archivist(
            number,
            site.visitor("clerk"),
            Program(site.app.test_client(), headers[number % _TOKENS]),
            orders,
            items,
            parcels,
            SEED,
        )
        for number in range(EDITORS)
    ]
    _at_work(editors)
    tally = Tally(f"lost updates, {site.installation.database.dialect}")
    for editor in editors:
        tally.counts.update(editor.counts)
        tally.add("acknowledged", len(editor.acknowledged))
    found = _stored(site)
    site.installation.close()
    assert [wrong for editor in editors for wrong in editor.wrong] == []
    assert [wrong for editor in editors for wrong in _wrongs(editor, found)] == []
    assert found.wrong == []
    known = Counter(
        (mark, record) for editor in editors for mark, kind, record in editor.acknowledged if kind == "order"
    )
    assert {one: many for one, many in found.moves.items() if known[one] != many} == {}, "nobody knows of these"
    tally.report(
        acknowledged=SAVES * 9 // 10,
        conflicts=SAVES // 50,
        by_dialog=SAVES // 200,
        given_up_in_the_dialog=SAVES // 1000,
        stale_retire_refused=SAVES // 500,
        stale_restore_refused=SAVES // 500,
        **{f"by_{door}": SAVES // 500 for door in Archivist.doors},
    )


def _begin(site: Site) -> tuple[list[int], list[int], list[int]]:
    """Make orders, whose lines lie in parcels: the lines of one order in several, those of several orders in one."""
    clerk = program(site, "clerk")
    parcels = [clerk.create("parcel", name=f"Paket {number}")["id"] for number in range(PARCELS)]
    orders = []
    for number in range(ORDERS):
        lines = [
            {"name": f"Position {line}", "marks": NOTHING, "parcel": parcels[(number * LINES + line) % PARCELS]}
            for line in range(LINES)
        ]
        orders.append(clerk.create("order", name=f"Auftrag {number}", marks=NOTHING, lines=lines)["id"])
    return orders, [one["id"] for one in clerk.get("/item").get_json()["items"]], parcels


def _at_work(editors: list[Editor]) -> None:
    start = threading.Barrier(len(editors))
    share = -(-SAVES // EDITORS)
    threads = [threading.Thread(target=one.work, args=(share, start), daemon=True) for one in editors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


class _Found:
    """What the database has in the end, read past the product."""

    def __init__(self) -> None:
        self.marks: dict[tuple[str, int], Counter[str]] = {}
        self.lines: Counter[tuple[str, int]] = Counter()
        #: What the history tells of orders that were archived and brought back.
        self.moves: Counter[tuple[str, int]] = Counter()
        self.wrong: list[str] = []


def _stored(site: Site) -> _Found:
    found = _Found()
    with site.installation.database.read() as connection:
        tables = site.installation.store.snapshot(connection).tables
        for kind in ("order", "item", "parcel"):
            for row in connection.execute(select(tables[kind])).mappings():
                marks = (row.get("marks") or "").removeprefix(NOTHING).split(END)
                found.marks[kind, row["id"]] = Counter(f"{mark}{END}" for mark in marks if mark)
                found.wrong += _untold(connection, kind, row)
                if row["archived_at"] is not None:
                    found.wrong.append(
                        f"{kind}/{row['id']} is in the archive, and whoever put it there brought it back"
                    )
                elif kind == "item":
                    found.lines[row["name"], row["order"]] += 1
        moves = select(HISTORY.c.entity, HISTORY.c.record_id, HISTORY.c.verb, HISTORY.c.version)
        for kind, record, verb, version in connection.execute(moves.where(HISTORY.c.verb.in_(("retire", "restore")))):
            found.marks[kind, record][told(verb, version)] += 1
            if kind == "order":
                found.moves[told(verb, version), record] += 1
    return found


def _untold(connection: Any, kind: str, row: Any) -> Iterator[str]:
    """Each version has exactly one entry in the history."""
    of_record = (HISTORY.c.entity == kind, HISTORY.c.record_id == row["id"])
    several = connection.execute(select(func.count(), func.max(HISTORY.c.version)).where(*of_record)).one()
    if tuple(several) != (row["version"], row["version"]):
        yield f"{kind}/{row['id']} has version {row['version']}, its history {tuple(several)}"


def _wrongs(editor: Editor, found: _Found) -> Iterator[str]:
    for mark, kind, record in editor.acknowledged:
        many = found.lines[mark, record] if kind == "line of" else found.marks[kind, record][mark]
        if many != 1:
            yield f"{mark} was acknowledged at {kind} {record} and is there {many} times"
    for mark, kind, record in editor.given_up:
        if found.marks[kind, record][mark]:
            yield f"{mark} was given up at {kind} {record} and is there"
