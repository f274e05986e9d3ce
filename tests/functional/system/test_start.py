"""The gate of every start, and who asks: one statement for the person and the revision in force."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, select

from app.errors import CannotStart
from app.runtime.start import ready
from app.storage.database import Database, open_database
from app.system.install import create_schema, require_schema
from app.system.people import Asker, actor_and_head, asker, create_user
from app.system.sessions import begin
from app.system.tables import Document, Installation, Role, User, now, table_of
from tests.functional.changes.documents import base
from tests.support.install import install, write_documents


@pytest.fixture
def database(database_url: str, tmp_path: Path) -> Iterator[Database]:
    """Return a database that is ready to be served."""
    installed = install(database_url, write_documents(tmp_path / "documents", base()))
    yield installed.database
    installed.close()


def _newer(connection: Connection) -> None:
    connection.execute(table_of(Installation).update().values(schema_version=99))


def _newer_documents(connection: Connection) -> None:
    connection.execute(table_of(Document).update().values(body='{"format": 2, "key": "account"}'))


def _no_column(connection: Connection) -> None:
    connection.exec_driver_sql("ALTER TABLE e_account DROP COLUMN city")


def _no_table(connection: Connection) -> None:
    connection.exec_driver_sql("DROP TABLE e_person")


def _no_head(connection: Connection) -> None:
    connection.exec_driver_sql("UPDATE sys_head SET revision_id = NULL")


DAMAGES: dict[str, tuple[Callable[[Connection], None], str]] = {
    "newer tables": (_newer, "newer version of Lotse"),
    "newer documents": (_newer_documents, "can't read the documents"),
    "column missing": (_no_column, "“e_account.city” is missing or different"),
    "table missing": (_no_table, "“e_person” is missing or different"),
    "nothing published": (_no_head, "Nothing is published"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_database_that_does_not_fit_is_not_served(database: Database, damage: str) -> None:
    assert ready(database).database is database
    break_it, said = DAMAGES[damage]
    with database.write() as connection:
        break_it(connection)
    with pytest.raises(CannotStart) as refused:
        ready(database)
    assert said in refused.value.message.en
    assert refused.value.message.de != refused.value.message.en


def test_an_empty_database_is_not_served_and_setting_it_up_twice_is_once(database_url: str) -> None:
    database = open_database(database_url, create=True)
    with database.read() as connection, pytest.raises(CannotStart, match="isn't set up yet"):
        require_schema(connection, database.url)
    create_schema(database)
    create_schema(database)
    with pytest.raises(CannotStart, match="Nothing is published"):
        ready(database)
    database.close()


def test_who_asks_and_the_revision_in_force_come_in_one_statement(database: Database) -> None:
    with database.write() as connection:
        user = create_user(connection, "Eva@Example.org ", "hash", "Eva", ["sales", "boss"], team="Süd", locale="en")
        token = begin(connection, user, now(), "", "", kept=False)
    statements: list[str] = []
    with database.read() as connection:
        event.listen(connection, "before_cursor_execute", lambda *given: statements.append(given[2]))
        asked = asker(connection, token)
        actor, head = asked.actor, asked.head
        assert len(statements) == 1
        assert actor_and_head(connection, user) == (actor, head)
        assert asker(connection, "nobody") == asker(connection, None) == Asker(None, 1)
        assert actor_and_head(connection, None) == (None, 1)
    assert actor is not None
    assert head == 1
    assert (actor.id, actor.name, actor.email, actor.team_id, actor.locale) == (user, "Eva", "eva@example.org", 1, "en")
    assert actor.roles == {"sales", "boss"}
    with database.write() as connection:
        connection.execute(table_of(User).update().values(active=False))
        assert asker(connection, token) == Asker(None, 1)
        assert connection.execute(select(Role.name)).scalars().all() == ["boss", "sales"]
