"""Opening a database: what works, and one sentence for each thing that doesn't."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import make_url, select
from sqlalchemy.exc import DBAPIError

from app.errors import CannotStart
from app.storage import refusals
from app.storage.database import Database, open_database
from app.system.tables import Team, table_of

ROOT = Path(__file__).resolve().parents[3]
TEAM = table_of(Team)


def _opened(url: str) -> Database:
    database = open_database(url, create=True)
    with database.write() as connection:
        TEAM.create(connection)
    return database


def _garbage(folder: Path) -> str:
    path = folder / "garbage.sqlite"
    path.write_bytes(b"this is not a database, but it is long enough to be looked at\n" * 40)
    return f"sqlite:///{path}"


def _read_only(folder: Path) -> str:
    """Make a file whose header says that only programs newer than any may write it; root may not either."""
    path = folder / "frozen.sqlite"
    _opened(f"sqlite:///{path}").close()
    content = bytearray(path.read_bytes())
    content[18] = 9
    path.write_bytes(content)
    return f"sqlite:///{path}"


REFUSED: dict[str, tuple[Callable[[Path], str], str]] = {
    "no url": (lambda folder: "nonsense", refusals.BAD_URL.en[:30]),
    "other server": (lambda folder: "mysql://x/y", refusals.BAD_URL.en[:30]),
    "in memory": (lambda folder: "sqlite://", refusals.BAD_URL.en[:30]),
    "missing file": (lambda folder: f"sqlite:///{folder / 'none.sqlite'}", "There is no database"),
    "a folder": (lambda folder: f"sqlite:///{folder}", "is not a file"),
    "garbage": (_garbage, "is not a SQLite database"),
    "read-only": (_read_only, "may only be read"),
    "no server": (lambda folder: f"postgresql+psycopg://x@/y?host={folder}", "doesn't answer"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_database_that_cannot_be_used_is_refused_with_a_sentence_in_both_languages(case: str, tmp_path: Path) -> None:
    make, said = REFUSED[case]
    with pytest.raises(CannotStart) as refused:
        open_database(make(tmp_path))
    assert said in refused.value.message.en
    assert refused.value.message.de != refused.value.message.en


def test_a_file_is_made_only_where_its_folder_is_there_and_belongs_to_its_owner_alone(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match="There is no folder"):
        open_database(f"sqlite:///{tmp_path / 'no' / 'x.sqlite'}", create=True)
    open_database(f"sqlite:///{tmp_path / 'x.sqlite'}", create=True).close()
    assert (tmp_path / "x.sqlite").stat().st_mode & 0o077 == 0


def test_a_full_disk_is_noticed_at_the_start(tmp_path: Path) -> None:
    path = tmp_path / "full.sqlite"
    _opened(f"sqlite:///{path}").close()
    program = (
        "import resource, sys\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))\n"
        "from app.storage.database import open_database\n"
        "open_database(sys.argv[1])\n"
    )
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] == resource.RLIM_INFINITY
    command = [sys.executable, "-B", "-c", program, f"sqlite:///{path}", "1000"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert "is full. Free some space" in ended.stderr


def test_postgresql_refuses_by_name(postgres_url: str) -> None:
    missing = make_url(postgres_url).set(database="there_is_none").render_as_string(hide_password=False)
    with pytest.raises(CannotStart, match="There is no PostgreSQL database"):
        open_database(missing)
    stranger = make_url(postgres_url).set(username="stranger").render_as_string(hide_password=False)
    with pytest.raises(CannotStart, match="doesn't let the user in"):
        open_database(stranger)


def test_a_standby_or_frozen_postgresql_is_refused(postgres_url: str) -> None:
    database = open_database(postgres_url)
    with database.write() as connection:
        name = connection.dialect.identifier_preparer.quote(str(make_url(postgres_url).database))
        connection.exec_driver_sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    database.close()
    with pytest.raises(CannotStart, match="only accepts reads"):
        open_database(postgres_url)


def _fail_in_the_middle(database: Database) -> None:
    with database.write() as connection:
        connection.execute(TEAM.insert(), {"name": "three"})
        connection.exec_driver_sql("CREATE TABLE e_half (id INTEGER)")
        assert 1 / 0


def test_a_write_commits_as_a_whole_and_an_error_leaves_nothing(database_url: str) -> None:
    database = _opened(database_url)
    with database.write() as connection:
        connection.execute(TEAM.insert(), [{"name": "one"}, {"name": "two"}])
    with pytest.raises(ZeroDivisionError):
        _fail_in_the_middle(database)
    with database.read() as connection:
        assert connection.execute(select(TEAM.c.id, TEAM.c.name)).all() == [(1, "one"), (2, "two")]
        assert not connection.dialect.has_table(connection, "e_half")
    database.close()


def test_a_read_sees_one_state_and_cannot_write(database_url: str) -> None:
    database = _opened(database_url)
    with database.read() as reader:
        assert reader.execute(select(TEAM.c.id, TEAM.c.name)).all() == []
        with database.write() as writer:
            writer.execute(TEAM.insert(), {"name": "later"})
        assert reader.execute(select(TEAM.c.id, TEAM.c.name)).all() == []
    with pytest.raises(DBAPIError), database.read() as reader:
        reader.execute(TEAM.insert(), {"name": "never"})
    with database.write() as writer:
        assert writer.execute(select(TEAM.c.id, TEAM.c.name)).all() == [(1, "later")]
    database.close()


def test_what_is_written_is_on_the_disk_when_the_process_is_killed(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'x.sqlite'}"
    _opened(url).close()
    child = os.fork()
    if child == 0:
        database = open_database(url)
        with database.write() as connection:
            connection.execute(TEAM.insert(), {"name": "kept"})
        with database.write() as connection:
            connection.execute(TEAM.insert(), {"name": "lost"})
            os.kill(os.getpid(), 9)
    os.waitpid(child, 0)
    database = open_database(url)
    with database.read() as connection:
        assert connection.execute(select(TEAM.c.id, TEAM.c.name)).all() == [(1, "kept")]
    database.close()
