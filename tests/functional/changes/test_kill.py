"""A publish is killed at each of its steps, for each kind of change: old or new, never half."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import MetaData, RowMapping

from app.runtime.start import ready
from app.storage.catalogue import read_catalogue
from app.storage.database import Database, open_database
from app.system.tables import Base
from tests.functional.changes.documents import base, chain
from tests.functional.records.desk import Desk
from tests.support.install import write_documents
from tests.support.publisher import FIRST_BUT, Publisher

#: Fewer would mean that the kills miss the transaction.
LEAST_STEPS = 8
LEAST_KILLS = len(chain()) * LEAST_STEPS


@pytest.fixture(scope="module")
def publisher() -> Iterator[Publisher]:
    """Return the other process."""
    with Publisher() as running:
        yield running


def _state(database: Database) -> dict[str, Any]:
    """Return everything that a publish can touch: the catalogue and the rows of every fixed table."""
    fixed: MetaData = Base.metadata
    with database.read() as connection:
        found: dict[str, Any] = {"catalogue": read_catalogue(connection)}
        for table in fixed.sorted_tables:
            rows = connection.execute(table.select()).mappings().all()
            # When something was written is no difference between two publishes.
            found[table.name] = sorted(str(_without_times(row)) for row in rows)
    return found


def _without_times(row: RowMapping) -> dict[str, Any]:
    return {name: value for name, value in row.items() if not name.endswith("_at") and name != "at"}


def test_old_or_new_never_half(database_url: str, tmp_path: Path, publisher: Publisher) -> None:
    folder = write_documents(tmp_path / "documents", base())
    assert publisher.publish(database_url, folder)["failed"] is False
    database = open_database(database_url)
    old, kills = _state(database), 0
    for name, documents in chain():
        write_documents(folder, documents)
        now, more = _killed_until_done(database, database_url, folder, publisher, old, name)
        kills += more
        ready(database)  # compiles, and fits what is in the database
        assert publisher.publish(database_url, folder)["failed"] is False
        assert _state(database) == now, f"{name}: there was something left to do"
        old = now
    database.close()
    assert kills >= LEAST_KILLS


def test_a_range_counts_on_with_its_revision_or_not_at_all(
    database_url: str, tmp_path: Path, publisher: Publisher
) -> None:
    documents = base()
    folder = write_documents(tmp_path / "documents", documents)
    assert publisher.publish(database_url, folder)["failed"] is False
    database = open_database(database_url)
    Desk(database, ready(database)).create("account", name="A", no="A-07")
    for pattern, last, notes in (("A-{##}", "7", 1), ("B-{##}", "7", 2)):
        documents["entities", "account"]["properties"]["no"]["x-crm"]["number"] = {"pattern": pattern, "gapless": True}
        write_documents(folder, documents)
        now, _ = _killed_until_done(database, database_url, folder, publisher, _state(database), pattern)
        assert [f"'last': {last}" in row for row in now["sys_number"]] == [True]
        assert len(now["sys_number_log"]) == notes
    database.close()


def _killed_until_done(
    database: Database, url: str, folder: Path, publisher: Publisher, old: dict[str, Any], name: str
) -> tuple[dict[str, Any], int]:
    """Kill a publish at each of its steps, and return what there is once it was done, and how often it was killed."""
    spared: list[str] = []
    now = old
    while now == old:
        answer = publisher.publish(url, folder, kill_at=FIRST_BUT + ",".join(spared))
        assert answer["killed"], (name, answer)
        spared.append(answer["steps"][-1])
        now = _state(database)
    assert spared[-1] == "after commit", (name, spared)
    assert len(set(spared)) == len(spared) >= LEAST_STEPS, (name, spared)
    assert now["sys_head"] != old["sys_head"], name
    return now, len(spared)
