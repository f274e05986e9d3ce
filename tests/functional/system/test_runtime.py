"""Snapshots: made once, however many threads ask, and shared as far as nothing changed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from app.errors import InvalidMetadata
from app.runtime.snapshot import Plans
from app.runtime.store import Store
from app.system.head import head_id
from app.system.tables import Document, Revision, table_of
from tests.functional.changes.documents import after, base
from tests.support.install import install, read_documents, write_documents


def _together(work: Callable[[], None], count: int = 8) -> None:
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_plan_is_made_once_however_many_threads_ask(tmp_path: Path) -> None:
    plans, made, seen = Plans(), [], []
    meet = threading.Barrier(8)

    def factory() -> object:
        made.append(1)
        return object()

    def work() -> None:
        meet.wait(timeout=9)
        seen.append(plans.get("key", factory))

    _together(work)
    assert len(made) == 1
    assert len(seen) == 8
    assert len(set(map(id, seen))) == 1


def test_a_plan_may_ask_for_another_one_and_an_error_is_no_plan() -> None:
    plans = Plans()
    assert plans.get("outer", lambda: (1, plans.get("inner", lambda: 2))) == (1, 2)
    divisors = iter((0, 0, 4))
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            plans.get("ratio", lambda: 8 // next(divisors))
    assert plans.get("ratio", lambda: 8 // next(divisors)) == 2
    assert len(plans) == 3


def test_two_threads_that_see_a_new_head_make_one_snapshot_of_it(database_url: str, tmp_path: Path) -> None:
    installed = install(database_url, write_documents(tmp_path / "documents", base()))
    store, seen = Store(installed.database), []

    def work() -> None:
        with installed.database.read() as connection:
            seen.append(store.snapshot(connection))

    _together(work)
    assert len(seen) == 8
    assert len(set(map(id, seen))) == 1
    installed.close()


def test_an_old_revision_is_still_served_when_many_came_after_it(database_url: str, tmp_path: Path) -> None:
    folder = write_documents(tmp_path / "documents", base())
    installed = install(database_url, folder)
    first = installed.snapshot
    for documents in (after("new field"), base(), after("new field", "role"), base(), after("view")):
        write_documents(folder, documents)
        installed.publish(folder)
    assert first.revision is not None
    with installed.database.read() as connection:
        again = installed.store.snapshot_at(connection, first.revision)
        assert len(installed.store.documents(connection, first.revision)) == len(read_documents(folder))
    assert again.model.fingerprint == first.model.fingerprint
    assert installed.snapshot.revision == 6
    installed.close()


def test_what_is_published_is_not_held_to_its_schemas_again(database_url: str, tmp_path: Path) -> None:
    installed = install(database_url, write_documents(tmp_path / "documents", base()))
    with installed.database.read() as connection:
        head = head_id(connection)
        assert head is not None
        found = Store(installed.database).documents(connection, head)
    assert found
    assert all(document.checked for document in found)
    installed.close()


def test_a_text_that_was_changed_past_the_product_is_held_to_its_schemas(database_url: str, tmp_path: Path) -> None:
    installed = install(database_url, write_documents(tmp_path / "documents", base()))
    with installed.database.write() as connection:
        texts = table_of(Document)
        body = orjson.dumps({"key": "x", "label": 7, "odd": 1}).decode()
        connection.execute(texts.update().where(texts.c.kind == "options").values(body=body))
    with installed.database.read() as connection, pytest.raises(InvalidMetadata) as refused:
        Store(installed.database).snapshot(connection)
    assert {issue.code for issue in refused.value.issues} >= {"structure.unknown_property", "structure.type"}
    installed.close()


def test_another_program_holds_every_text_to_its_own_schemas(database_url: str, tmp_path: Path) -> None:
    installed = install(database_url, write_documents(tmp_path / "documents", base()))
    with installed.database.write() as connection:
        connection.execute(table_of(Revision).update().values(grammar="of another program"))
    with installed.database.read() as connection:
        head = head_id(connection)
        assert head is not None
        assert not any(document.checked for document in Store(installed.database).documents(connection, head))
        assert Store(installed.database).snapshot(connection).revision == head
    installed.close()
