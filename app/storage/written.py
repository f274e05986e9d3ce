"""Whether a transaction of PostgreSQL has written yet: one that hasn't needs no savepoint, it can begin anew.

Every word about a savepoint is a way to the server and back. Whatever isn't plainly a SELECT counts as writing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import Connection, Engine, event
from sqlalchemy.sql import Select

#: Where an open transaction notes that it has written.
_WRITTEN: Final = "lotse_written"
#: Where it notes what has to be done should it begin anew.
_OPENING: Final = "lotse_opening"


def watch(engine: Engine) -> None:
    """Note of each transaction of an engine whether it has written."""
    event.listen(engine, "begin", _begin)
    event.listen(engine, "before_cursor_execute", _note)


def _begin(connection: Connection) -> None:
    connection.info[_WRITTEN] = False


def _note(connection: Connection, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
    if context is None or context.compiled is None or not isinstance(context.compiled.statement, Select):
        connection.info[_WRITTEN] = True


def may_begin_anew(connection: Connection) -> bool:
    """Return whether nothing would be lost if the transaction were rolled back and begun again.

    Args:
        connection: an open transaction of `Database.write`.
    """
    written: bool = connection.info.get(_WRITTEN, True)
    return not written and not connection.in_nested_transaction()


def clear(connection: Connection) -> None:
    """Forget what whatever transaction the pooled connection had before wanted done at each beginning."""
    connection.info.pop(_OPENING, None)


def at_each_beginning(connection: Connection, step: Callable[[Connection], None]) -> None:
    """Have a step run first should the transaction begin anew: locks end with a rollback, say.

    Args:
        connection: an open transaction of `Database.write`.
        step: gets the connection; it only reads.
    """
    connection.info[_OPENING] = step


def begin_anew(connection: Connection) -> None:
    """Roll the transaction back, and begin another one on the same connection.

    Raises:
        LotseError: whatever the step that was asked for raises.
    """
    connection.rollback()
    if connection.invalidated:  # a lost connection is to be told of by whoever meets it, not looked for here
        return
    _begin(connection)
    if (step := connection.info.get(_OPENING)) is not None:
        step(connection)
