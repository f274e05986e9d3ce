"""Making the fixed tables, and refusing a database that a newer program made."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Connection, column, func, inspect, select, table

from app.access.actor import PRODUCT
from app.errors import CannotStart
from app.language import Label
from app.storage.database import Database
from app.storage.decimals import shift_decimals
from app.storage.indexes import make_missing_indexes
from app.storage.ledger import LEDGER
from app.storage.names import ENTITY_PREFIX
from app.storage.statements import AddColumn, LockTable
from app.system import backups, upkeep  # noqa: F401  they declare tables
from app.system.attempts import ATTEMPT
from app.system.delegations import DELEGATION, DELEGATION_ROLE
from app.system.factors import AUTHENTICATOR, PASSKEY, RECOVERY
from app.system.history import BASELINE, HISTORY, Entry, Stamp, append
from app.system.identities import IDENTITY
from app.system.level import SCHEMA_VERSION, require_level
from app.system.numbers import NUMBER, NUMBER_LOG
from app.system.once import ONCE
from app.system.outbox import OUTBOX
from app.system.password_links import PASSWORD_LINK
from app.system.protection import protect, unprotected
from app.system.sessions import SESSION
from app.system.tables import Base, Head, Installation, now, table_of
from app.system.tokens import TOKEN

#: Fixed tables without a mapped class; naming them here is what registers them.
UNMAPPED: Final = (
    ATTEMPT,
    AUTHENTICATOR,
    DELEGATION,
    DELEGATION_ROLE,
    IDENTITY,
    NUMBER,
    NUMBER_LOG,
    ONCE,
    OUTBOX,
    PASSKEY,
    PASSWORD_LINK,
    RECOVERY,
    SESSION,
    TOKEN,
)
#: What published a revision; noted with it.
PROGRAM: Final = "0.1.0"

_EMPTY: Final = Label(
    "Die Datenbank „{url}“ ist noch nicht eingerichtet. Führen Sie „lotse publish“ aus.",
    "The database “{url}” isn't set up yet. Run “lotse publish”.",
)


def create_schema(database: Database) -> None:
    """Make the fixed tables where they are missing, and bring those of an older program up to date.

    Raises:
        CannotStart: a newer program made them.
    """
    with database.write() as connection:
        found = schema_version(connection)
        if found is not None and found < SCHEMA_VERSION:
            _upgrade_alone(connection)
        if found is not None:
            require_schema(connection, database.url)
            if unprotected(connection):
                protect(connection)
            make_missing_indexes(connection)
            return
        Base.metadata.create_all(connection)
        protect(connection)
        row = {"id": 1, "schema_version": SCHEMA_VERSION, "created_at": now()}
        connection.execute(table_of(Installation).insert(), row)
        connection.execute(table_of(Head).insert().values(id=1, revision_id=None))


def _upgrade_alone(connection: Connection) -> None:
    """Bring the tables up to date once nobody who still works with the old ones has a transaction open.

    Every request reads the version with its first statement, so on PostgreSQL those that began before are waited for,
    and those that begin now wait and are then refused. SQLite lets nobody else write anyhow.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(LockTable(table_of(Installation)))
        if schema_version(connection) == SCHEMA_VERSION:
            return  # another one was faster
    _upgrade(connection)


def _upgrade(connection: Connection) -> None:
    """Make what an older program's tables lack: tables, columns, indexes. Like a publish it only expands.

    A column that is added to a table has to be nullable or to have a default that the server knows.
    """
    inspector = inspect(connection)
    there = set(inspector.get_table_names())
    for fixed in Base.metadata.sorted_tables:
        if fixed.name not in there:
            fixed.create(connection)
            continue
        known = {one["name"] for one in inspector.get_columns(fixed.name)}
        for wanted in fixed.columns:
            if wanted.name not in known:
                connection.execute(AddColumn(wanted))
    make_missing_indexes(connection)
    shift_decimals(connection)
    protect(connection)
    if HISTORY.name not in there:
        _begin_history(connection)
    set_schema_version(connection)


def set_schema_version(connection: Connection) -> None:
    """Note that the fixed tables are as this program wants them."""
    connection.execute(table_of(Installation).update().values(schema_version=SCHEMA_VERSION))


def _begin_history(connection: Connection) -> None:
    """Note up to which id every entity has records already: those may be without a history from before."""
    names = connection.execute(select(LEDGER.c.table_name).distinct().order_by(LEDGER.c.table_name)).scalars().all()
    entries = []
    for name in names:
        if not name.startswith(ENTITY_PREFIX):
            continue
        last = connection.execute(select(func.max(column("id", BigInteger))).select_from(table(name))).scalar()
        if last is not None:
            entries.append(Entry(name.removeprefix(ENTITY_PREFIX), int(last), 0, BASELINE, {}))
    if entries:
        append(connection, Stamp(now(), None, PRODUCT.name), entries)


def schema_version(connection: Connection) -> int | None:
    """Return which version of the fixed tables a database has, or None where there are none."""
    if not inspect(connection).has_table(Installation.__tablename__):
        return None
    return connection.execute(select(Installation.schema_version)).scalar_one_or_none()


def require_schema(connection: Connection, url: str) -> None:
    """Make sure that this program can work with the fixed tables.

    Raises:
        CannotStart: they aren't there, or an older or a newer program made them.
    """
    found = schema_version(connection)
    if found is None:
        raise CannotStart(_EMPTY.format(url=url))
    require_level(found)
