"""Tables out of Models: every field type's values come back, plans end empty, drift is found, nothing is dropped."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, event, select
from sqlalchemy.exc import IntegrityError

from app.expr.parse import parse
from app.fields.pointing import Unresolved
from app.fields.registry import REGISTRY
from app.language import Label
from app.meta.model import FieldPath, Model, SortKey, View
from app.storage.database import open_database
from app.storage.ddl import apply, conflicts, ddl_plan
from app.storage.drift import DriftKind, find_drift
from app.storage.indexes import hanging_drift
from app.storage.names import column_name
from app.storage.tables import TableSet, build_tables
from app.system.tables import Base
from tests.support.models import entity, every_type, field, model

STAMPS = {"created_at": datetime.now(UTC), "updated_at": datetime.now(UTC)}


@pytest.fixture
def connection(database_url: str) -> Iterator[Connection]:
    """Return an open transaction on a database that has the fixed tables."""
    database = open_database(database_url, create=True)
    with database.write() as opened:
        Base.metadata.create_all(opened)
        yield opened
    database.close()


def _made(connection: Connection, wanted: Model, previous: TableSet | None = None) -> TableSet:
    tables = build_tables(wanted, previous)
    apply(connection, ddl_plan(connection, tables, previous))
    assert ddl_plan(connection, tables) == ()
    assert find_drift(connection, tables) == ()
    assert hanging_drift(connection, tables) == ()
    assert conflicts(connection, tables) == ()
    return tables


def _insert(connection: Connection, tables: TableSet, key: str, **values: Any) -> int:
    table = tables[key]
    return int(connection.execute(table.insert().returning(table.c.id), {**STAMPS, **values}).scalar_one())


def test_every_field_type_gets_its_values_back(connection: Connection) -> None:
    wanted = every_type()
    tables = _made(connection, wanted)
    users = [{"id": n, "email": f"{n}", "name": "x", "fs_uniquifier": f"{n}"} for n in range(1, 20)]
    for name, rows in (("sys_user", users), ("sys_team", [{"id": row["id"], "name": row["email"]} for row in users])):
        connection.execute(Base.metadata.tables[name].insert(), rows)
    for other in wanted.entities.keys() - {"sample"}:
        connection.execute(tables[other].insert(), [{**STAMPS, "id": n} for n in range(1, 20)])
    seen = 0
    for name in REGISTRY:
        one = wanted.entities["sample"].fields[f"f_{name}"]
        specs = one.type.columns()
        for value in {repr(good): good for _, good in one.type.examples.good if good is not None}.values():
            stored = one.type.to_columns(value)
            values = {spec.name(one.key): stored.get(spec.suffix) for spec in specs}
            if isinstance(value, Unresolved) or all(part is None for part in values.values()):
                continue  # what was typed and not found yet is never stored; links and lines have no columns
            record = _insert(connection, tables, "sample", **values)
            table = tables["sample"]
            columns = [table.c[column_name(one, spec.suffix)] for spec in specs]
            row = connection.execute(select(*columns).where(table.c.id == record)).one()
            assert one.type.equal(one.type.from_columns(tuple(row)), value), (name, value)
            seen += 1
    assert seen > len(REGISTRY)


def test_only_what_changed_is_made_anew_and_nothing_is_dropped(connection: Connection) -> None:
    account, person = entity("account", [field("account", "name")]), entity("person")
    tables = _made(connection, model(account, person))
    _insert(connection, tables, "account", name="Neckarwerk")
    wider = _made(connection, model(entity("account", [field("account", "city")]), person), tables)
    assert wider["person"] is tables["person"]
    assert wider["account"] is not tables["account"]
    assert "name" not in wider["account"].c
    back = _made(connection, model(account, person), wider)
    assert connection.execute(select(back["account"].c.name)).scalar_one() == "Neckarwerk"


def test_a_key_that_comes_back_with_another_storage_is_a_conflict(connection: Connection) -> None:
    _made(connection, model(entity("account", [field("account", "name")]), entity("person")))
    tables = build_tables(model(entity("account", [field("account", "name", "integer")]), entity("person")))
    found = conflicts(connection, tables)
    assert [(one.table, one.column) for one in found] == [("e_account", "name")]


def test_two_entities_may_point_to_each_other_and_to_what_comes_later(connection: Connection) -> None:
    one = entity("one", [field("one", "other", "reference", target="two")])
    pointing = (("other", "reference"), ("all", "references"))
    two = entity("two", [field("two", key, name, target="one") for key, name in pointing])
    tables = _made(connection, model(one, two))
    first = _insert(connection, tables, "one")
    second = _insert(connection, tables, "two", other=first)
    connection.execute(tables.link("two", "all").insert(), {"record_id": second, "target_id": first})
    with pytest.raises(IntegrityError):
        _insert(connection, tables, "two", other=4711)


def test_unique_ignores_empty_values_and_archived_records(connection: Connection) -> None:
    unique = model(entity("account", [field("account", "no", unique=True)]))
    tables = _made(connection, unique)
    for values in ({}, {}, {"no": "1"}, {"no": "1", "archived_at": datetime.now(UTC)}, {"no": "2"}):
        _insert(connection, tables, "account", **values)
    with connection.begin_nested() as savepoint:
        with pytest.raises(IntegrityError):
            _insert(connection, tables, "account", no="2")
        savepoint.rollback()
    freed = _made(connection, model(entity("account", [field("account", "no")])), tables)
    assert _insert(connection, freed, "account", no="2")


def test_a_field_that_is_searched_finds_rows_that_were_there_before(connection: Connection) -> None:
    tables = _made(connection, model(entity("account", [field("account", "name")])))
    record = _insert(connection, tables, "account", search_text="neckarwerk servicetechnik")
    tables = _made(connection, model(entity("account", [field("account", "name", searchable=True)])), tables)
    table, search = tables["account"], tables.search("account")
    assert search is not None
    connection.execute(table.update().values(search_text="neckarwerk technik"))
    gone = _insert(connection, tables, "account", search_text="neckarwerk")
    connection.execute(table.delete().where(table.c.id == gone))
    if connection.dialect.name == "sqlite":
        found = select(search.c.rowid).where(search.c.search_text.match('"werk tech"'))
        connection.exec_driver_sql("INSERT INTO f_account(f_account) VALUES('integrity-check')")
    else:
        found = select(table.c.id).where(table.c.search_text.contains("werk tech"))
    assert connection.execute(found).scalars().all() == [record]


def test_a_view_is_read_from_an_index_in_its_order(connection: Connection) -> None:
    status, due = field("task", "status", "choice"), field("task", "due", "date")
    one = entity("task", [status, due])
    paths = [FieldPath(each.key, (), each, None, each.label) for each in (status, due)]
    view = View("task.open", "task", Label.same("x"), tuple(paths), parse('status = "a"'), (SortKey(paths[1]),))
    table = _made(connection, model(one, views=[view]))["task"]
    statement = (
        select(table.c.id)
        .where(table.c.status == "a", table.c.archived_at.is_(None), table.c.due.is_not(None))
        .order_by(table.c.due, table.c.id)
        .limit(50)
    )
    compiled = statement.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
    if connection.dialect.name == "sqlite":
        plan = str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}").all())
        assert "TEMP B-TREE" not in plan
    else:
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        connection.exec_driver_sql("SET LOCAL enable_bitmapscan = off")
        connection.exec_driver_sql("SET LOCAL enable_sort = off")
        plan = str(connection.exec_driver_sql(f"EXPLAIN {compiled}").all())
        assert "Sort" not in plan
    assert "ix_e_task" in plan


DRIFTS = {
    "DROP TABLE e_account": DriftKind.NO_TABLE,
    "ALTER TABLE e_account DROP COLUMN city": DriftKind.NO_COLUMN,
    "ALTER TABLE e_account RENAME COLUMN plz TO city_": DriftKind.NO_COLUMN,
}


@pytest.mark.parametrize("damage", DRIFTS)
def test_drift_is_found_and_a_plan_mends_it(connection: Connection, damage: str) -> None:
    fields = [field("account", "city", "integer"), field("account", "plz", "decimal")]
    tables = _made(connection, model(entity("account", fields)))
    connection.exec_driver_sql(damage)
    assert [one.kind for one in find_drift(connection, tables)] == [DRIFTS[damage]]
    assert ddl_plan(connection, tables)


def test_a_column_of_another_type_is_drift(connection: Connection) -> None:
    tables = _made(connection, model(entity("account", [field("account", "city", "integer")])))
    other = build_tables(model(entity("account", [field("account", "city", "boolean")])))
    assert [one.kind for one in find_drift(connection, other)] == [DriftKind.OTHER_TYPE]
    assert find_drift(connection, tables) == ()


def test_a_plan_takes_one_statement_however_many_entities_there_are(connection: Connection) -> None:
    wanted = model(*(entity(f"entity_{n}", [field(f"entity_{n}", "amount", "money")]) for n in range(60)))
    tables = build_tables(wanted)
    apply(connection, ddl_plan(connection, tables))
    statements: list[str] = []
    event.listen(connection, "before_cursor_execute", lambda *given: statements.append(given[2]))
    assert ddl_plan(connection, tables) == ()
    assert find_drift(connection, tables) == ()
    assert len(statements) == 2
