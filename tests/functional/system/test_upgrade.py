"""A database that an older program made becomes one of today, with every value as it was."""

from __future__ import annotations

from threading import Event, Thread

import pytest
from sqlalchemy import Connection, Numeric, column, func, select, table

from app.errors import CannotStart
from app.runtime.start import ready
from app.storage.drift import DriftKind, find_drift
from app.storage.indexes import hanging_drift
from app.storage.ledger import LEDGER
from app.storage.logical import logical_hash
from app.storage.types import ExactDecimal
from app.system.install import create_schema
from app.system.level import SCHEMA_VERSION
from app.system.people import asker
from app.system.tables import Installation, table_of
from tests.support.install import install


def _decimals(connection: Connection) -> list[tuple[str, str, int]]:
    wanted = select(LEDGER.c.table_name, LEDGER.c.column_name, LEDGER.c.scale).where(LEDGER.c.kind == "decimal")
    return [tuple(row) for row in connection.execute(wanted)]


def _to_numeric(connection: Connection) -> None:
    """Store decimals as level 4 did, with their point."""
    for name, key, scale in _decimals(connection):
        kind = f"NUMERIC(18,{scale}) USING {key} / 1{'0' * scale}::numeric"
        connection.exec_driver_sql(f"ALTER TABLE {name} ALTER COLUMN {key} TYPE {kind}")
    connection.execute(table_of(Installation).update().values(schema_version=4))


def _filled(connection: Connection, *, numeric: bool) -> int:
    """Count the decimals that stand in the database."""
    found = 0
    for name, key, scale in _decimals(connection):
        one = column(key, Numeric(18, scale) if numeric else ExactDecimal(scale))
        found += connection.execute(select(func.count(one)).select_from(table(name))).scalar_one()
    return found


def test_decimals_of_level_4_become_whole_numbers(postgres_url: str) -> None:
    installed = install(postgres_url, company=True)
    database, snapshot = installed.database, installed.snapshot
    with database.write() as connection:
        before, filled = logical_hash(connection, snapshot.tables), _filled(connection, numeric=False)
        assert filled > 500
        _to_numeric(connection)
        drift = find_drift(connection, snapshot.tables)
        assert {one.kind for one in drift} == {DriftKind.OTHER_TYPE}
        assert len(drift) == len(_decimals(connection))
    with pytest.raises(CannotStart, match="older version of Lotse"):
        ready(database)
    create_schema(database)
    with database.read() as connection:
        assert find_drift(connection, snapshot.tables) == ()
        assert hanging_drift(connection, snapshot.tables) == ()
        assert _filled(connection, numeric=False) == filled
        assert logical_hash(connection, snapshot.tables) == before
    installed.close()


def test_an_upgrade_waits_for_whoever_still_works_with_the_old_tables(postgres_url: str) -> None:
    installed = install(postgres_url)
    database, level = installed.database, table_of(Installation).c.schema_version
    done = Event()

    def upgrade() -> None:
        create_schema(database)
        done.set()

    upgrading = Thread(target=upgrade)
    with database.write() as connection:
        asker(connection, None)
        with database.write() as other:
            other.execute(table_of(Installation).update().values(schema_version=4))
        upgrading.start()
        assert not done.wait(0.3)
    upgrading.join(timeout=30)
    assert done.is_set()
    with database.read() as connection:
        assert connection.execute(select(level)).scalar_one() == SCHEMA_VERSION
    installed.close()
