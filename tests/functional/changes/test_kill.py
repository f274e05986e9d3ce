"""A publish is killed at each of its steps, for each kind of change: old or new, never half."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import MetaData, RowMapping

from app.runtime.start import ready
from app.storage.catalogue import read_catalogue
from app.storage.database import open_database
from app.system.tables import Base
from tests.functional.changes.documents import base, chain
from tests.support.install import write_documents
from tests.support.publisher import FIRST_BUT, Publisher

#: What a person would call "it came to a step": fewer would mean that the kills miss the transaction.
LEAST_STEPS = 14
LEAST_KILLS = 17 * LEAST_STEPS


@pytest.fixture(scope="module")
def publisher() -> Iterator[Publisher]:
    """Return the other process."""
    with Publisher() as running:
        yield running


def _state(url: str) -> dict[str, Any]:
    """Return everything that a publish can touch: the catalogue and the rows of every fixed table."""
    database = open_database(url)
    fixed: MetaData = Base.metadata
    with database.read() as connection:
        found: dict[str, Any] = {"catalogue": read_catalogue(connection)}
        for table in fixed.sorted_tables:
            rows = connection.execute(table.select()).mappings().all()
            # When something was written is no difference between two publishes.
            found[table.name] = sorted(str(_without_times(row)) for row in rows)
    ready(database)
    database.close()
    return found


def _without_times(row: RowMapping) -> dict[str, Any]:
    return {name: value for name, value in row.items() if not name.endswith("_at") and name != "at"}


def test_old_or_new_never_half(database_url: str, tmp_path: Path, publisher: Publisher) -> None:
    folder = write_documents(tmp_path / "documents", base())
    assert publisher.publish(database_url, folder)["failed"] is False
    old, kills = _state(database_url), 0
    for name, documents in chain():
        write_documents(folder, documents)
        done: set[str] = set()
        outcomes: list[str] = []
        while "new" not in outcomes:
            step = _next_step(publisher, database_url, folder, done)
            kills += 1
            now = _state(database_url)
            outcomes.append("old" if now == old else "new")
            if now != old:
                assert step == "after commit", (name, step)
                assert now["sys_head"] != old["sys_head"]
        old = now
        assert outcomes.count("new") == 1, (name, outcomes)
        assert len(outcomes) >= LEAST_STEPS, (name, outcomes)
        again = publisher.publish(database_url, folder)
        assert again["failed"] is False
        assert _state(database_url) == old, name
    assert kills >= LEAST_KILLS


def _next_step(publisher: Publisher, url: str, folder: Path, done: set[str]) -> str:
    """Kill a publish at the first step where none was killed yet, and return its name."""
    answer = publisher.publish(url, folder, kill_at=FIRST_BUT + ",".join(sorted(done)))
    assert answer["killed"], answer
    step = str(answer["steps"][-1])
    assert step not in done
    done.add(step)
    return step

