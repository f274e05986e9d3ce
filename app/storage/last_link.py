"""The end of a chain of rows that transactions take turns to lengthen: PostgreSQL's lock and look in one statement.

A statement sees what was committed before it began. So whoever waits for the lock and then looks needs two of them, or
a function: each statement of a VOLATILE one sees what has been committed by then (PostgreSQL, Function Volatility
Categories).
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import BigInteger, FunctionElement, TableValuedAlias, Text, column, func, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import ExecutableDDLElement

_NAME: Final = "sys_last_link"


class LastLinkFunction(ExecutableDDLElement):
    """The function of PostgreSQL that waits for a transaction's turn and returns the last link of the chain.

    Args:
        chain: the table of links, with `seq` and `hash`.
    """

    def __init__(self, chain: str) -> None:
        self.chain = chain


@compiles(LastLinkFunction, "postgresql")
def _last_link_function(element: LastLinkFunction, compiler: Any, **_: object) -> str:
    quote = compiler.preparer.quote
    return (
        f"CREATE OR REPLACE FUNCTION {quote(_NAME)}(turn bigint, OUT seq bigint, OUT hash text) "  # noqa: S608
        "LANGUAGE plpgsql VOLATILE AS $$ BEGIN "
        "PERFORM pg_advisory_xact_lock(turn); "
        f"SELECT c.seq, c.hash INTO seq, hash FROM {quote(element.chain)} c ORDER BY c.seq DESC LIMIT 1; "
        "END $$"
    )


def last_link(turn: int) -> TableValuedAlias:
    """Return one row: `seq` and `hash` of the last link, or nothing in them, once it is the transaction's turn.

    Args:
        turn: the advisory lock of whoever lengthens the chain.
    """
    call: FunctionElement[Any] = getattr(func, _NAME)(literal(turn, BigInteger))
    return call.table_valued(column("seq", BigInteger), column("hash", Text), name="last")
