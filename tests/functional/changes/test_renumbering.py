"""A publish that makes, changes or ends a number range: no number twice, and no gap that nobody has made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.access.actor import PRODUCT
from app.changes.plan import plan
from app.changes.rollback import rollback
from app.records.ranges import explain, unexplained_gaps
from app.storage.indexes import hanging_drift
from app.system.numbers import Gap, last_of, move, noted
from tests.functional.records.desk import NOW, Desk
from tests.support.documents import entity, of
from tests.support.install import Bodies, Installation, install, read_documents, write_documents

_YEARLY = {"pattern": "AN-{YYYY}-{##}", "restart": "year", "gapless": True}
Begin = Callable[[dict[str, Any] | None], "_Office"]


def _documents(number: dict[str, Any] | None, **more: Any) -> Bodies:
    """Return documents with quotes; `number` is the range that they draw from, or None for a text that people type."""
    no = of("text", **({} if number is None else {"number": number}), **more)
    return {("entities", "quote"): entity("Quote", {"name": of("text"), "no": no})}


class _Office:
    """A database with quotes, in which numbers are drawn and documents published."""

    def __init__(self, installation: Installation, folder: Path) -> None:
        self.installation = installation
        self.folder = folder
        self.desk = Desk(installation.database, installation.store)

    def publish(self, number: dict[str, Any] | None, **more: Any) -> None:
        """Publish another range."""
        self.installation.publish(write_documents(self.folder, _documents(number, **more)))
        with self.installation.database.read() as connection:
            assert hanging_drift(connection, self.installation.store.snapshot(connection).tables) == ()

    def draw(self, count: int = 1) -> None:
        """Create quotes."""
        for _ in range(count):
            self.desk.create("quote", name="Q")

    def numbers(self) -> list[str | None]:
        """Return the numbers of all quotes, in the order in which they were made."""
        return [row["no"] for row in self.desk.rows("quote")]

    def lose(self, number: str) -> None:
        """Delete a quote past the product."""
        with self.desk.ctx() as ctx:
            table = ctx.snapshot.tables["quote"]
            ctx.connection.execute(table.delete().where(table.c.no == number))

    def gaps(self) -> list[Gap]:
        """Return the gaps that nothing explains."""
        with self.installation.database.read() as connection:
            return list(unexplained_gaps(connection, self.installation.store.snapshot(connection)))

    def noted(self) -> list[tuple[str, int, int, str]]:
        """Return what the log explains: period, first and last number, and the first words of the reason."""
        with self.installation.database.read() as connection:
            log = list(noted(connection))
        return [(one.gap.period, one.gap.first, one.gap.last, one.reason.split(" ")[0]) for one in log]


@pytest.fixture
def begin(database_url: str, tmp_path: Path) -> Iterator[Begin]:
    """Return what installs quotes with a range, or with a text that people type."""
    made: list[Installation] = []

    def run(number: dict[str, Any] | None) -> _Office:
        folder = write_documents(tmp_path / "documents", _documents(number))
        made.append(install(database_url, folder))
        return _Office(made[-1], folder)

    yield run
    for one in made:
        one.close()


def test_a_text_that_becomes_a_range_counts_on_after_what_was_typed(begin: Begin) -> None:
    office = begin(None)
    for no in ("AN-2026-01", "AN-2026-04", "AN-2025-17", "AN-2026-6", "see AN-2026-99", "AN-2027-01"):
        office.desk.create("quote", name="Q", no=no)
    archived = office.desk.create("quote", name="Q", no="AN-2026-05")
    with office.desk.ctx() as ctx:
        table = ctx.snapshot.tables["quote"]
        ctx.connection.execute(table.update().where(table.c.id == archived).values(archived_at=NOW))
    office.publish(_YEARLY, unique=True)
    office.draw(2)
    assert office.numbers()[-2:] == ["AN-2026-06", "AN-2026-07"]
    assert office.gaps() == []
    assert office.noted() == [("2025", 1, 16, "Nie"), ("2026", 2, 3, "Nie")]
    with office.installation.database.read() as connection:
        assert last_of(connection, "quote.no") == {"2025": 17, "2026": 7, "2027": 1}
    office.lose("AN-2026-04")
    assert office.gaps() == [Gap("quote.no", "2026", 4, 4)]


@pytest.mark.parametrize(
    ("before", "after", "drawn", "following"),
    [
        (_YEARLY, {**_YEARLY, "restart": "never"}, "AN-2026-0{}", "AN-2026-03"),
        ({**_YEARLY, "restart": "never"}, _YEARLY, "AN-2026-0{}", "AN-2026-03"),
        (
            {**_YEARLY, "pattern": "{YY}{MM}-{##}"},
            {**_YEARLY, "pattern": "{YY}{MM}-{##}", "restart": "month"},
            "2603-0{}",
            "2603-03",
        ),
        (
            {**_YEARLY, "pattern": "{YY}{MM}-{##}", "restart": "month"},
            {**_YEARLY, "pattern": "{YY}{MM}-{##}"},
            "2603-0{}",
            "2603-03",
        ),
        ({**_YEARLY, "restart": "never", "pattern": "A-{##}"}, _YEARLY, "A-0{}", "AN-2026-01"),
        (_YEARLY, {**_YEARLY, "pattern": "RE-{YYYY}-{##}"}, "AN-2026-0{}", "RE-2026-03"),
        (_YEARLY, {**_YEARLY, "pattern": "AN-{YYYY}-{####}"}, "AN-2026-0{}", "AN-2026-0003"),
    ],
)
def test_another_pattern_or_restart_repeats_no_number_and_makes_no_gap(
    begin: Begin, before: dict[str, Any], after: dict[str, Any], drawn: str, following: str
) -> None:
    office = begin(before)
    office.draw(2)
    office.publish(after)
    office.draw()
    expected = [drawn.format(1), drawn.format(2), following]
    assert (office.numbers(), office.gaps()) == (expected, [])
    office.publish(before)
    office.draw()
    office.publish(after)
    office.draw()
    found = office.numbers()
    assert (len(set(found)), office.gaps()) == (5, [])


def test_a_number_that_was_missing_before_stays_missing_until_it_is_explained(begin: Begin) -> None:
    office = begin(_YEARLY)
    office.draw(4)
    office.lose("AN-2026-02")
    gap = Gap("quote.no", "2026", 2, 2)
    other = {**_YEARLY, "pattern": "B-{YYYY}-{##}"}
    for number in (other, {**other, "restart": "never"}, _YEARLY):
        office.publish(number)
        office.draw()
        assert office.gaps() == [gap]
    with office.desk.ctx() as ctx:
        explain(ctx.connection, ctx.snapshot, gap, "Erased", PRODUCT)
    assert office.gaps() == []


def test_what_was_moved_on_or_removed_is_not_drawn_again(begin: Begin) -> None:
    office = begin(_YEARLY)
    office.draw(2)
    with office.desk.ctx() as ctx:
        move(ctx.connection, "quote.no", f"{NOW.year}", 40, "a booklet", None, NOW)
    office.publish({**_YEARLY, "restart": "never"})
    office.draw()
    assert office.numbers()[-1] == "AN-2026-41"
    assert office.gaps() == []


def test_a_counter_from_before_another_pattern_is_over(begin: Begin) -> None:
    office = begin({"pattern": "A-{##}"})
    with office.desk.ctx() as ctx:
        move(ctx.connection, "quote.no", "", 5000, "a booklet", None, NOW)
    by_month = {**_YEARLY, "pattern": "{YYYY}/{MM}-{##}"}
    office.publish(by_month)
    office.draw(2)
    office.publish({**by_month, "restart": "month"})
    office.draw()
    assert office.numbers() == ["2026/03-01", "2026/03-02", "2026/03-03"]
    with office.installation.database.read() as connection:
        assert max(last for period, last in last_of(connection, "quote.no").items() if period) == 3
    assert office.gaps() == []


def test_a_range_that_was_a_text_in_between_counts_on(begin: Begin) -> None:
    office = begin(_YEARLY)
    office.draw(3)
    office.publish(None)
    first, _, last = (row["id"] for row in office.desk.rows("quote"))
    office.desk.update("quote", last, 1, no="")
    office.desk.update("quote", first, 1, no="AN-2026-07")
    office.publish(_YEARLY)
    office.draw()
    assert office.numbers() == ["AN-2026-07", "AN-2026-02", None, "AN-2026-08"]
    assert office.gaps() == []


def test_going_back_to_an_earlier_revision_repeats_no_number(begin: Begin) -> None:
    office = begin(_YEARLY)
    office.draw(2)
    office.publish({**_YEARLY, "restart": "never"})
    office.draw(2)
    rollback(office.installation.database, office.installation.store, 1, PRODUCT)
    office.draw()
    assert office.numbers() == [f"AN-2026-0{number}" for number in range(1, 6)]
    assert office.gaps() == []


def test_the_plan_says_with_which_number_a_range_goes_on(begin: Begin) -> None:
    office = begin(None)
    office.desk.create("quote", name="Q", no="A-0041")
    folder = write_documents(office.folder, _documents({"pattern": "A-{####}"}))
    with office.installation.database.read() as connection:
        changes = plan(connection, office.installation.store, read_documents(folder)).changes
        assert any("the next one is A-0042" in one.words.en for one in changes)
        assert list(noted(connection)) == []
    office.publish({"pattern": "A-{####}"})
    with office.installation.database.read() as connection:
        changes = plan(connection, office.installation.store, read_documents(folder)).changes
    assert changes == ()
