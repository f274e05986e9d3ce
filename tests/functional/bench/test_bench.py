"""The bench runs in small: both applications show the same, every row of the table comes out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from app.access.actor import PRODUCT
from app.context import Context
from app.records import actions
from app.records.plan import plan_of
from app.records.titles import title_formats
from app.runtime.store import Store
from app.storage.database import open_database
from bench import hand_written_data, lotse, runs
from bench.__main__ import main
from bench.data import World
from bench.many import seconds_to_compile
from bench.pages import cases
from bench.profiling import profile

#: What says when and by whom, and not what.
_MOMENTS = frozenset({"id", "created_at", "created_by", "updated_at", "updated_by", "owner_id", "team_id"})


def test_a_small_run_writes_its_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = _written(tmp_path, "sqlite")
    # Nine pages, the deep page beside the first, a publish, two rushes, three pages under narrow rights; and a head.
    assert len(rows) == 2 + 16
    assert any("publish a new field" in row for row in rows)
    assert "twenty field rules" in rows[-1]
    written = (tmp_path / "results.md").read_text(encoding="utf-8")
    assert capsys.readouterr().out.strip() in written
    assert str(tmp_path) not in written


def test_the_same_is_measured_on_postgresql(tmp_path: Path) -> None:
    """What is chosen is measured, and nothing else: every page, which both applications answer alike, and a publish.

    Both are started twice, which is one row all the same.
    """
    pages = [case.key for case in cases(World(100), 1)]
    rows = _written(tmp_path, "postgresql", *pages, "publish", starts="2")
    assert len(rows) == 2 + len(pages) + 2  # the deep page beside the first one, too
    assert all("PostgreSQL" in row for row in rows[2:])


def _written(folder: Path, kind: str, *only: str, starts: str = "1") -> list[str]:
    """Run the bench in small and return the rows of its table."""
    out = folder / "results.md"
    chosen = [part for name in only for part in ("--only", name)]
    small = ["--rows", "200", "--times", "2", "--starts", starts]
    assert main([*small, "--database", kind, "--out", str(out), *chosen]) == 0
    return [line for line in out.read_text(encoding="utf-8").splitlines() if line.startswith("|")]


def test_records_written_in_bulk_are_those_that_the_write_side_writes(tmp_path: Path) -> None:
    metadata = lotse.write_documents(tmp_path / "documents")
    database = open_database(f"sqlite:///{tmp_path / 'x.sqlite'}", create=True)
    store, world = Store(database), World(5)
    lotse.put_in_force(database, store, metadata)
    lotse.load_records(database, store, world)
    contact = next(iter(world.contacts()))
    with database.write() as connection:
        ctx = Context(store.snapshot(connection), PRODUCT, connection)
        plan = plan_of(ctx, "contact")
        values = {key: getattr(contact, key) for key in contact.__slots__ if key not in _MOMENTS}
        raw: dict[str, Any] = {**values, "revenue": float(contact.revenue), "birthday": contact.birthday.isoformat()}
        made = actions.create(ctx, "contact", raw)
        stored = {
            row["id"]: {name: value for name, value in row.items() if name not in _MOMENTS}
            for row in connection.execute(select(plan.table)).mappings()
        }
        bulk = lotse.columns_of(plan, title_formats(ctx), lotse.values_of(contact))
    database.close()
    assert stored[made] == stored[contact.id]
    assert {name: bulk[name] for name in ("title", "title__folded", "search_text")}.items() <= stored[made].items()


def test_copies_are_the_same_records_under_further_ids_in_both_applications(tmp_path: Path) -> None:
    world = World(10, copies=3)
    database = open_database(f"sqlite:///{tmp_path / 'x.sqlite'}", create=True)
    store = Store(database)
    lotse.put_in_force(database, store, lotse.write_documents(tmp_path / "documents"))
    lotse.load_records(database, store, world)
    with database.read() as connection:
        asked = "SELECT id, last_name, company FROM e_contact ORDER BY id"
        mine = [tuple(row) for row in connection.execute(text(asked))]
        after = connection.execute(text("SELECT id, contact FROM e_activity WHERE id > 20 ORDER BY id")).all()
    database.close()
    by_hand = f"sqlite:///{tmp_path / 'y.sqlite'}"
    hand_written_data.prepare(by_hand, world)
    engine = hand_written_data.engine_of(by_hand)
    with engine.connect() as connection:
        asked = "SELECT id, last_name, company_id FROM contacts ORDER BY id"
        theirs = [tuple(row) for row in connection.execute(text(asked))]
    engine.dispose()
    assert len(mine) == world.contacts_count == 30
    assert mine == theirs
    assert [(id_ - 10, name, company - 2) for id_, name, company in mine[10:20]] == mine[:10]
    assert all(20 < contact <= 30 for _, contact in after)
    assert len(after) == 10


def test_many_entities_are_compared_with_few(tmp_path: Path) -> None:
    wanted = runs.Wanted(tmp_path, frozenset(), 2, 1, lambda text: None)
    with runs.databases("sqlite", tmp_path) as make:
        lines = runs.thousand_entities(wanted, "sqlite", make, entities=40)
    assert [line.ratio is None for line in lines] == [True, *[False] * 6]
    assert seconds_to_compile(tmp_path / "documents-sqlite-40") > 0


def test_the_profile_of_a_page_names_its_time(tmp_path: Path) -> None:
    said = profile(f"sqlite:///{tmp_path / 'x.sqlite'}", World(50), "save", "cumtime", times=3)
    assert "ms a page" in said
    assert "(update)" in said
    assert "parse_starttag" not in said
