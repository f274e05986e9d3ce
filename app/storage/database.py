"""The database: one handle with two doors, `read` and `write`, each one transaction.

SQLite's driver would commit before DDL by itself; so its own transaction control is switched off and BEGIN is said
here. A writer says BEGIN IMMEDIATE: it waits for its turn at the start instead of failing in the middle.
"""

from __future__ import annotations

import errno
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

import orjson
from pysqlite3 import dbapi2 as sqlite
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import QueuePool

from app.errors import CannotStart
from app.expr.sqlite_functions import register
from app.storage import closing, refusals, written

DialectName = Literal["sqlite", "postgresql"]

#: Oldest versions that the product is tested against.
MIN_SQLITE: Final = (3, 45, 0)
MIN_POSTGRESQL: Final = (14, 0)
#: How long a writer waits for another one.
BUSY_MILLISECONDS: Final = 10_000
_POOL: Final = 5
_POOL_MORE: Final = 20
_CACHE_KIB: Final = 16_384
_JOURNAL_LIMIT: Final = 64 * 1024 * 1024
#: Execution option with which a connection of the engine reads only; without it a transaction may write.
ACCESS_OPTION: Final = "lotse_access"
#: Where a pooled connection notes whether it currently refuses writes.
_QUERY_ONLY: Final = "lotse_query_only"


@dataclass(frozen=True, slots=True)
class Database:
    """An open database.

    Args:
        engine: the SQLAlchemy engine, for what needs one of its own (Flask-Security, Flask-Admin); a transaction on it
            may write.
        dialect: `sqlite` or `postgresql`.
        url: where it is, without the password.
        seal: the key that seals the history of what is written; see `app.storage.seal`.
    """

    engine: Engine
    dialect: DialectName
    url: str
    _reader: Engine
    seal: bytes = field(default=closing.UNSEALED, repr=False)
    _turn: Any = field(default_factory=threading.RLock, repr=False)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a transaction that sees one state of the data from its first statement to its end."""
        # It ends with a commit, though it wrote nothing: after a rollback psycopg forgets every prepared statement, so
        # that PostgreSQL would plan each SELECT anew in each request.
        with self._reader.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a transaction that may write; it commits at the end, and rolls back when an error leaves the block.

        What was asked for by `app.storage.closing.at_the_end` is done right before the commit.
        """
        # SQLite lets one writer in at a time and wakes waiting ones unfairly; within a process they queue up here.
        with self._turn if self.dialect == "sqlite" else nullcontext(), self.engine.connect() as connection:
            connection.begin()  # an act may end this transaction and begin another: what counts is the one at the end
            closing.clear(connection, self.seal)
            written.clear(connection)
            yield connection
            closing.run_last_steps(connection)
            connection.commit()

    def close(self) -> None:
        """Close every connection that isn't in use."""
        self.engine.dispose()


def open_database(url: str, *, create: bool = False, seal: bytes = closing.UNSEALED) -> Database:
    """Open a database and make sure that it can be worked with.

    Args:
        url: `sqlite:///PATH` or `postgresql+psycopg://…`.
        create: whether a SQLite file that doesn't exist is made.
        seal: the installation's key for the history, out of `app.storage.seal.seal_from`.

    Raises:
        CannotStart: it isn't there, can't be written, is full, or is too old; the message says what to do.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as wrong:
        raise CannotStart(refusals.BAD_URL) from wrong
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(parsed, create=create, seal=seal)
    if parsed.get_backend_name() == "postgresql":
        return _open_postgresql(parsed.set(drivername="postgresql+psycopg"), seal=seal)
    raise CannotStart(refusals.BAD_URL)


def _handle(engine: Engine, dialect: DialectName, seal: bytes) -> Database:
    reader = engine.execution_options(**{ACCESS_OPTION: "read"})
    if dialect == "postgresql":
        reader = reader.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return Database(engine, dialect, engine.url.render_as_string(), reader, seal)


def _dumps(value: Any) -> str:
    return orjson.dumps(value).decode()


# -- SQLite -----------------------------------------------------------------------------------------------------------


def _open_sqlite(url: URL, *, create: bool, seal: bytes) -> Database:
    if sqlite.sqlite_version_info < MIN_SQLITE:
        raise CannotStart(refusals.OLD_SQLITE.format(version=sqlite.sqlite_version, least=_dotted(MIN_SQLITE)))
    path = _sqlite_path(url, create=create)
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        module=sqlite,
        poolclass=QueuePool,
        pool_size=_POOL,
        max_overflow=_POOL_MORE,
        connect_args={"check_same_thread": False, "isolation_level": None, "timeout": BUSY_MILLISECONDS / 1000},
        json_serializer=_dumps,
        json_deserializer=orjson.loads,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    database = _handle(engine, "sqlite", seal)
    try:
        _probe_sqlite(database)
    except DBAPIError as failure:
        engine.dispose()
        raise CannotStart(refusals.of_sqlite(failure, path)) from failure
    return database


def _sqlite_path(url: URL, *, create: bool) -> Path:
    if not url.database or url.database == ":memory:":
        raise CannotStart(refusals.BAD_URL)
    path = Path(url.database).expanduser().resolve()
    if path.exists() and not path.is_file():
        raise CannotStart(refusals.NOT_A_FILE.format(path=path))
    if not path.exists():
        if not create:
            raise CannotStart(refusals.MISSING_FILE.format(path=path))
        if not path.parent.is_dir():
            raise CannotStart(refusals.MISSING_FOLDER.format(path=path.parent))
        try:
            path.touch(mode=0o600)  # customers' data are nobody else's on this machine
        except OSError as failure:
            sentence = refusals.FULL if failure.errno == errno.ENOSPC else refusals.READ_ONLY
            raise CannotStart(sentence.format(path=path)) from failure
    return path


def _wal_is_sound(version: tuple[int, ...]) -> bool:
    """Return whether this SQLite is free of the WAL-reset bug, which can corrupt a file that two processes write."""
    return version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51, 0)


def _prepare_sqlite(connection: Any, record: object) -> None:
    connection.isolation_level = None
    register(connection)
    cursor = connection.cursor()
    mode = "WAL" if _wal_is_sound(sqlite.sqlite_version_info) else "DELETE"
    for pragma in (
        f"busy_timeout={BUSY_MILLISECONDS}",
        f"journal_mode={mode}",
        "synchronous=FULL",
        "foreign_keys=ON",
        "trusted_schema=OFF",
        "recursive_triggers=ON",  # else REPLACE deletes rows without asking the triggers that forbid it
        "cell_size_check=ON",
        f"cache_size=-{_CACHE_KIB}",
        "temp_store=MEMORY",
        f"journal_size_limit={_JOURNAL_LIMIT}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def reads_only(connection: Connection) -> bool:
    """Return whether a transaction is one of `Database.read`."""
    return connection.get_execution_options().get(ACCESS_OPTION) == "read"


def _begin_sqlite(connection: Connection) -> None:
    reads = reads_only(connection)
    if connection.info.get(_QUERY_ONLY, False) is not reads:
        connection.exec_driver_sql(f"PRAGMA query_only = {int(reads)}")
        connection.info[_QUERY_ONLY] = reads
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def look_at_keys_later(connection: Connection) -> None:
    """Let SQLite look at foreign keys when the transaction commits, so that rows may come in any order.

    PostgreSQL has no such word for keys that weren't declared so; there they are added when the rows are in.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")


def _probe_sqlite(database: Database) -> None:
    """Write a page and commit it, so that a read-only or full disk is noticed before anybody works."""
    with database.write() as connection:
        version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
        connection.exec_driver_sql(f"PRAGMA user_version = {int(version)}")


# -- PostgreSQL -------------------------------------------------------------------------------------------------------


def _open_postgresql(url: URL, *, seal: bytes) -> Database:
    engine = create_engine(
        url,
        pool_size=_POOL,
        max_overflow=_POOL_MORE,
        pool_pre_ping=False,
        connect_args={"connect_timeout": 5, "application_name": "lotse", "options": "-c timezone=UTC"},
        json_serializer=_dumps,
        json_deserializer=orjson.loads,
    )
    written.watch(engine)
    database = _handle(engine, "postgresql", seal)
    try:
        _probe_postgresql(database)
    except DBAPIError as failure:
        engine.dispose()
        raise CannotStart(refusals.of_postgresql(failure, engine.url)) from failure
    except CannotStart:
        engine.dispose()
        raise
    return database


_SERVER = """
SELECT current_setting('server_version_num')::int AS version, current_setting('server_version') AS text,
       current_setting('server_encoding') AS encoding,
       pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on' AS frozen,
       has_schema_privilege(current_schema(), 'CREATE') AS may_create
"""


def _probe_postgresql(database: Database) -> None:
    with database.write() as connection:
        server = connection.exec_driver_sql(_SERVER).one()
    if server.version < MIN_POSTGRESQL[0] * 10_000:
        raise CannotStart(refusals.OLD_POSTGRESQL.format(version=server.text, least=MIN_POSTGRESQL[0]))
    if server.encoding != "UTF8":
        raise CannotStart(refusals.NOT_UTF8.format(database=database.engine.url.database))
    if server.frozen:
        raise CannotStart(refusals.FROZEN.format(database=database.engine.url.database))
    if not server.may_create:
        raise CannotStart(refusals.MAY_NOT_CREATE.format(database=database.engine.url.database))


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
