"""Publishing: what is in force afterwards, what is refused, what comes back, and who is told."""

from __future__ import annotations

import copy
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from app.access.actor import PRODUCT, Actor
from app.changes.export import export
from app.changes.plan import plan
from app.changes.publish import Published, publish
from app.changes.rollback import rollback
from app.errors import Conflict, Forbidden, InvalidMetadata, NotFound
from app.meta.documents import load_directory
from app.runtime.store import Store
from app.storage.database import open_database
from app.storage.indexes import hanging_drift
from app.system.head import head_id
from app.system.tables import AuditEntry, Role, table_of
from tests.functional.changes.documents import Set, after, base, label, text, typed
from tests.support.install import Installation, install, read_documents, write_documents
from tests.support.publisher import Publisher

STAMPS = {"created_at": datetime.now(UTC), "updated_at": datetime.now(UTC)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the first documents."""
    return write_documents(tmp_path / "documents", base())


@pytest.fixture
def installed(database_url: str, folder: Path) -> Iterator[Installation]:
    """Return a database with the first documents in force."""
    found = install(database_url, folder)
    yield found
    found.close()


def _change(installed: Installation, folder: Path, documents: Set) -> Published:
    write_documents(folder, documents)
    done = publish(installed.database, installed.store, read_documents(folder), PRODUCT, "Test")
    with installed.database.read() as connection:
        assert hanging_drift(connection, installed.store.snapshot(connection).tables) == ()
    return done


def _add(connection: Connection, installed: Installation, **values: Any) -> int:
    table = installed.store.snapshot(connection).tables["account"]
    return int(connection.execute(table.insert().returning(table.c.id), {**STAMPS, **values}).scalar_one())


def _codes(refused: pytest.ExceptionInfo[InvalidMetadata]) -> list[str]:
    return [issue.code for issue in refused.value.issues]


def test_a_plan_says_what_a_publish_then_does_and_is_empty_after_it(installed: Installation, folder: Path) -> None:
    write_documents(folder, after("new entity", "new field", "role"))
    with installed.database.read() as connection:
        planned = plan(connection, installed.store, read_documents(folder))
    done = _change(installed, folder, after("new entity", "new field", "role"))
    assert [step.sql for step in done.ddl] == [step.sql for step in planned.ddl]
    assert done.changes == planned.changes
    assert {step.kind for step in done.ddl} >= {"create_table", "add_column", "create_index"}
    with installed.database.read() as connection:
        again = plan(connection, installed.store, read_documents(folder))
        assert again.empty
        assert connection.execute(select(table_of(Role).c.name)).scalars().all() == ["boss", "guest"]
        audit = connection.execute(select(AuditEntry.action, AuditEntry.subject)).all()
    assert audit == [("revision.publish", "revision 1"), ("revision.publish", "revision 2")]
    assert _change(installed, folder, after("new entity", "new field", "role")).revision == done.revision


def test_another_process_serves_the_new_revision_at_its_next_look(database_url: str, folder: Path) -> None:
    installed = install(database_url, folder)
    with Publisher() as other:
        assert "industry" not in other.look(database_url)["fields"]["account"]
        done = _change(installed, folder, after("new field"))
        seen = other.look(database_url)
        assert seen["revision"] == done.revision
        assert "industry" in seen["fields"]["account"]
        write_documents(folder, after("new entity", "new field"))
        assert other.publish(database_url, folder)["failed"] is False
    assert "ticket" in installed.snapshot.model.entities
    installed.close()


def test_a_request_keeps_the_revision_it_began_with(installed: Installation, folder: Path) -> None:
    before = installed.snapshot
    _change(installed, folder, after("new field"))
    assert "industry" not in before.model.entities["account"].fields
    assert "industry" in installed.snapshot.model.entities["account"].fields
    assert installed.snapshot.tables["person"] is before.tables["person"]
    with installed.database.read() as connection:
        assert before.revision is not None
        assert installed.store.snapshot_at(connection, before.revision).tables["account"] is before.tables["account"]


def test_what_is_removed_comes_back_with_its_values(installed: Installation, folder: Path) -> None:
    with installed.database.write() as connection:
        record = _add(connection, installed, city="Esslingen")
    smaller = base()
    del smaller["entities", "account"]["properties"]["city"]
    smaller["views", "account.all"]["columns"] = ["name"]
    _change(installed, folder, smaller)
    assert "city" not in installed.snapshot.tables["account"].c
    done = _change(installed, folder, base())
    assert done.ddl == ()
    table = installed.snapshot.tables["account"]
    with installed.database.read() as connection:
        assert connection.execute(select(table.c.city).where(table.c.id == record)).scalar_one() == "Esslingen"


def test_an_entity_that_is_removed_comes_back_with_its_records(installed: Installation, folder: Path) -> None:
    _change(installed, folder, after("new entity"))
    table = installed.snapshot.tables["ticket"]
    with installed.database.write() as connection:
        connection.execute(table.insert(), {**STAMPS, "name": "Pumpe"})
    _change(installed, folder, base())
    assert "ticket" not in installed.snapshot.model.entities
    _change(installed, folder, after("new entity"))
    with installed.database.read() as connection:
        assert connection.execute(select(installed.snapshot.tables["ticket"].c.name)).scalar_one() == "Pumpe"


def test_rollback_publishes_an_earlier_revision_again(installed: Installation, folder: Path) -> None:
    first = installed.snapshot
    _change(installed, folder, after("new entity", "view", "option"))
    assert first.revision is not None
    back = rollback(installed.database, installed.store, first.revision, PRODUCT)
    assert back.revision == 3
    assert back.ddl == ()
    assert installed.snapshot.model.fingerprint == first.model.fingerprint
    with pytest.raises(NotFound):
        rollback(installed.database, installed.store, 4711, PRODUCT)


def test_export_and_publish_again_is_an_empty_plan(installed: Installation, folder: Path, tmp_path: Path) -> None:
    _change(installed, folder, after("new entity", "mask", "view", "report"))
    target = tmp_path / "exported"
    with installed.database.read() as connection:
        files = export(connection, installed.store, target)
        first = {path: path.read_bytes() for path in files}
        (target / "views" / "left.over.json").write_text("{}")
        assert export(connection, installed.store, target) == files
        assert {path: path.read_bytes() for path in target.rglob("*.json")} == first
        documents, issues = load_directory(target, "base")
        assert issues == ()
        assert plan(connection, installed.store, documents).empty


def test_the_shipped_documents_are_exported_and_published_again_without_a_change(
    sqlite_url: str, tmp_path: Path
) -> None:
    installed = install(sqlite_url)
    with installed.database.read() as connection:
        export(connection, installed.store, tmp_path / "exported")
        documents, issues = load_directory(tmp_path / "exported", "base")
        found = plan(connection, installed.store, documents)
    assert issues == ()
    assert (found.changes, found.ddl, found.empty) == ((), (), True)
    installed.close()


def _required(documents: Set) -> None:
    documents["entities", "account"]["required"] = ["city"]


def _unique(documents: Set) -> None:
    documents["entities", "account"]["properties"]["no"]["x-crm"]["unique"] = True


def _other_type(documents: Set) -> None:
    documents["entities", "account"]["properties"]["no"] = {"type": "integer", "x-crm": {"label": label("No")}}


def _same_storage(documents: Set) -> None:
    documents["entities", "account"]["properties"]["no"] = typed("No", "choice", options="status")


def _other_target(documents: Set) -> None:
    documents["entities", "person"]["properties"]["account"] = typed("Account", "reference", target="person")


def _new_required(documents: Set) -> None:
    documents["entities", "account"]["properties"]["must"] = text("Must")
    documents["entities", "account"]["required"] = ["must"]


OBJECTIONS = {
    "data.required_empty": (_required, _new_required),
    "data.not_unique": (_unique,),
    "data.other_storage": (_other_type,),
    "data.other_type": (_same_storage,),
    "data.other_target": (_other_target,),
}


@pytest.mark.parametrize("code", OBJECTIONS)
def test_data_that_stand_against_a_change_refuse_it_as_a_whole(
    installed: Installation, folder: Path, code: str
) -> None:
    with installed.database.write() as connection:
        for values in ({"no": "1", "city": "Ulm"}, {"no": "1"}):
            _add(connection, installed, **values)
    for change in OBJECTIONS[code]:
        documents = after("new entity")
        change(documents)
        with pytest.raises(InvalidMetadata) as refused:
            _change(installed, folder, documents)
        assert _codes(refused) == [code]
        assert refused.value.issues[0].message.de != refused.value.issues[0].message.en
    assert "ticket" not in installed.snapshot.model.entities
    with installed.database.read() as connection:
        assert not connection.dialect.has_table(connection, "e_ticket")
        assert head_id(connection) == 1


def test_the_same_changes_pass_where_no_data_stand_against_them(installed: Installation, folder: Path) -> None:
    documents = base()
    for change in (_required, _unique, _new_required):
        change(documents)
    assert _change(installed, folder, documents).revision == 2


def test_broken_documents_change_nothing_and_every_problem_is_named(installed: Installation, folder: Path) -> None:
    documents = after("new entity")
    documents["entities", "person"]["properties"]["account"]["x-crm"]["target"] = "nobody"
    documents["views", "account.all"]["columns"] = ["colour"]
    with pytest.raises(InvalidMetadata) as refused:
        _change(installed, folder, documents)
    assert {issue.document.rpartition("/")[2] for issue in refused.value.issues} >= {"person.json", "account.all.json"}
    assert installed.snapshot.revision == 1


def test_of_two_publishers_one_wins_and_the_other_is_told(database_url: str, folder: Path) -> None:
    installed = install(database_url, folder)
    other = Store(open_database(database_url))
    meet = threading.Barrier(2)
    outcomes: list[str] = []

    def wait(step: str) -> None:
        if step == "before commit":
            meet.wait(timeout=9)

    def run(store: Store, name: str) -> None:
        documents = copy.deepcopy(base())
        documents["entities", "account"]["properties"][name] = text(name)
        found = read_documents(write_documents(folder.parent / name, documents))
        try:
            publish(store.database, store, found, PRODUCT, name, on_step=wait)
            outcomes.append("won")
        except Conflict as told:
            outcomes.append(told.message.en[:13])

    both = ((installed.store, "a"), (other, "b"))
    threads = [threading.Thread(target=run, args=given) for given in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["Somebody else", "won"]
    assert installed.snapshot.revision == 2
    with pytest.raises(Conflict):
        publish(installed.database, installed.store, read_documents(folder), PRODUCT, "late", base=1)
    other.database.close()
    installed.close()


def test_only_who_may_configure_publishes(installed: Installation, folder: Path) -> None:
    write_documents(folder, after("new field"))
    documents = read_documents(folder)
    with pytest.raises(Forbidden):
        publish(installed.database, installed.store, documents, Actor(None, "Guest", frozenset({"guest"})), "x")
    boss = Actor(None, "Boss", frozenset({"boss"}))
    assert publish(installed.database, installed.store, documents, boss, "x").revision == 2


def test_a_damaged_database_is_mended_by_publishing_what_is_in_force(installed: Installation, folder: Path) -> None:
    with installed.database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE e_account DROP COLUMN city")
    done = _change(installed, folder, base())
    assert (done.revision, [step.kind for step in done.ddl]) == (1, ["add_column"])
    with installed.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(table_of(AuditEntry))).scalar_one() == 2
