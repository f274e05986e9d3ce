"""A value that writers work with and that nobody changes meanwhile: PostgreSQL's lock and look in one statement.

Why that takes a function is said in `app.storage.last_link`. Writers share the lock; whoever changes the value has it
alone, and so waits until everybody who works with the old one has ended. SQLite lets one transaction write at a time.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, Connection, FunctionElement, func, literal, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import ExecutableDDLElement

_NAME: Final = "sys_held"


class HeldFunction(ExecutableDDLElement):
    """The function of PostgreSQL that returns a value once nobody is changing it.

    Args:
        table: a table of one row.
        column: the column with the value.
    """

    def __init__(self, table: str, column: str) -> None:
        self.table = table
        self.column = column


@compiles(HeldFunction, "postgresql")
def _held_function(element: HeldFunction, compiler: Any, **_: object) -> str:
    quote = compiler.preparer.quote
    return (
        f"CREATE OR REPLACE FUNCTION {quote(_NAME)}(key bigint) RETURNS bigint "  # noqa: S608
        "LANGUAGE plpgsql VOLATILE AS $$ BEGIN "
        "PERFORM pg_advisory_xact_lock_shared(key); "
        f"RETURN (SELECT t.{quote(element.column)} FROM {quote(element.table)} t); "
        "END $$"
    )


def held(key: int) -> ColumnElement[int | None]:
    """Return the value, and keep it from being changed until the transaction ends.

    Args:
        key: the advisory lock of whoever changes it.
    """
    call: FunctionElement[Any] = getattr(func, _NAME)(literal(key, BigInteger), type_=BigInteger)
    return select(call).scalar_subquery()


def take(connection: Connection, key: int) -> None:
    """Wait until nobody works with the value any more, and keep everybody out until the transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(key)))
