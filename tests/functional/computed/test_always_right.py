"""Whatever is done in whatever order, a stored computed value is what it is when worked out from scratch."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from app.records import actions, bulk
from app.records.miscomputed import miscomputed
from tests.functional.computed.oracle import differences
from tests.functional.computed.world import installed
from tests.support.install import Installation

STEPS: Final = 240
_START: Final = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
_STATUS: Final = ("open", "won", "done", "lost")


class Play:
    """Does random things, each in a transaction of its own."""

    def __init__(self, installation: Installation, seed: int) -> None:
        self.installation = installation
        self.chance = random.Random(seed)
        self.ids: dict[str, list[int]] = {key: [] for key in ("group", "firm", "product", "order", "line")}
        self.step = 0

    def some(self, entity: str) -> int | None:
        """Return a random record, or None for none."""
        return self.chance.choice([*self.ids[entity], None]) if self.ids[entity] else None

    def values(self, entity: str) -> Mapping[str, Any]:
        """Return random values."""
        chance = self.chance
        day = date(2026, 1, 1) + timedelta(days=chance.randrange(60))
        return {
            "group": lambda: {"name": f"G{chance.randrange(99)}"},
            "firm": lambda: {"name": f"F{chance.randrange(99)}", "group": self.some("group")},
            "product": lambda: {"name": "P", "price": chance.randrange(0, 9999) / 100},
            "line": lambda: {"order": self.some("order"), **self.line()},
            "order": lambda: {
                "subject": "O",
                "firm": self.some("firm"),
                "status": chance.choice(_STATUS),
                "ordered_on": chance.choice([day.isoformat(), None]),
                "discount": chance.choice([None, 0, 10, 33.33]),
            },
        }[entity]()

    def line(self) -> dict[str, Any]:
        """Return random values of a line."""
        return {"text": "L", "product": self.some("product"), "quantity": self.chance.choice([None, 1, 7, 40])}

    def create(self) -> None:
        """Create a record, an order often with lines."""
        entity = self.chance.choice(list(self.ids))
        raw = dict(self.values(entity))
        if entity == "order":
            raw["lines"] = [self.line() for _ in range(self.chance.randrange(4))]
        with self.installation.ctx(now=self.now()) as ctx:
            self.ids[entity].append(actions.create(ctx, entity, raw))

    def now(self) -> datetime:
        """Return the moment of this step."""
        return _START + timedelta(minutes=self.step)

    def change(self) -> None:
        """Change a few values of a record, which moves it to other parents too."""
        entity, record_id, row = self._any(archived=False)
        if record_id is None:
            return
        values = self.values(entity)
        some = self.chance.sample(sorted(values), self.chance.randrange(1, len(values) + 1))
        raw = {key: values[key] for key in some}
        if entity == "order" and self.chance.random() < 0.3:
            kept = [line["id"] for line in self._rows("line") if line["order"] == record_id and not line["archived_at"]]
            raw["lines"] = [{"id": one} for one in kept if self.chance.random() < 0.6] + [self.line()]
        with self.installation.ctx(now=self.now()) as ctx:
            actions.update(ctx, entity, record_id, raw, row["version"])

    def retire(self) -> None:
        """Put a record into the archive."""
        entity, record_id, row = self._any(archived=False)
        if record_id is not None:
            with self.installation.ctx(now=self.now()) as ctx:
                actions.retire(ctx, entity, record_id, row["version"])

    def restore(self) -> None:
        """Bring a record back; a line of an archived order stays there."""
        entity, record_id, row = self._any(archived=True)
        archived = {one["id"] for one in self._rows("order") if one["archived_at"] is not None}
        if record_id is not None and not (entity == "line" and row["order"] in archived):
            with self.installation.ctx(now=self.now()) as ctx:
                actions.restore(ctx, entity, record_id, row["version"])

    def many(self) -> None:
        """Create or change several records at once."""
        entity = self.chance.choice(list(self.ids))
        with self.installation.ctx(now=self.now()) as ctx:
            if self.chance.random() < 0.5:
                self.ids[entity] += bulk.create_many(ctx, entity, [self.values(entity) for _ in range(5)])
            elif self.ids[entity]:
                some = self.chance.sample(self.ids[entity], min(4, len(self.ids[entity])))
                bulk.update_many(ctx, entity, {one: self.values(entity) for one in some})

    def _rows(self, entity: str) -> list[Mapping[str, Any]]:
        with self.installation.database.read() as connection:
            table = self.installation.store.snapshot(connection).tables[entity]
            return [dict(row) for row in connection.execute(table.select()).mappings()]

    def _any(self, *, archived: bool) -> tuple[str, int | None, Mapping[str, Any]]:
        entity = self.chance.choice(list(self.ids))
        found = [row for row in self._rows(entity) if (row["archived_at"] is not None) is archived]
        row = self.chance.choice(found) if found else {}
        return entity, row.get("id"), row

    def run(self, steps: int) -> None:
        """Do so many things."""
        moves: list[Callable[[], None]] = [self.create] * 4 + [self.change] * 6 + [self.retire, self.restore, self.many]
        for _ in range(steps):
            self.step += 1
            self.chance.choice(moves)()


@pytest.mark.parametrize("seed", [1, 2])
def test_stored_values_are_what_they_are_from_scratch(database_url: str, tmp_path: Path, seed: int) -> None:
    installation = installed(database_url, tmp_path / "docs")
    play = Play(installation, seed)
    for _ in range(STEPS // 8):
        play.run(8)
        assert differences(installation) == []
        with installation.database.read() as connection:
            assert list(miscomputed(connection, installation.store.snapshot(connection))) == []
    installation.close()
