"""How long a statement of a request may take: no question holds a worker for longer.

Only the serving process is bound; a publish, a backup or the demo's loading may take as long as they need.
"""

from __future__ import annotations

import time
from typing import Any, Final

from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError

from app.storage.database import Database

#: Longest time that one statement of a request may take.
MOST_SECONDS: Final = 15.0
#: How many steps SQLite makes before it looks at the clock; some milliseconds.
_STEPS: Final = 200_000
#: Where a pooled connection notes its limit, or its clock.
_BOUND: Final = "lotse_bound"
#: The words of PostgreSQL and of SQLite for a statement that was given up.
_GIVEN_UP: Final = "57014"
_INTERRUPTED: Final = "interrupted"


def bound(database: Database, seconds: float = MOST_SECONDS) -> None:
    """Give up every statement that takes too long, on all connections that are taken from now on.

    Args:
        database: whose.
        seconds: how long a statement may take; where several were said, the last one counts.
    """
    engine = database.engine
    if database.dialect == "postgresql":
        event.listen(engine, "checkout", lambda raw, record, proxy: _tell_server(raw, record, seconds))
        return
    event.listen(engine, "checkout", _hang_clock)
    event.listen(engine, "before_cursor_execute", lambda connection, *rest: _start_clock(connection, seconds))


def _tell_server(raw: Any, record: Any, seconds: float) -> None:
    """Tell the server once for each connection."""
    if record.info.get(_BOUND) == seconds:
        return
    record.info[_BOUND] = seconds
    raw.autocommit = True
    raw.execute(f"SET statement_timeout = {int(seconds * 1000)}")
    raw.autocommit = False


def _hang_clock(raw: Any, record: Any, proxy: object) -> None:
    """Let SQLite ask from time to time whether it is late."""
    if _BOUND in record.info:
        return
    clock = record.info[_BOUND] = [float("inf")]
    raw.set_progress_handler(lambda: time.monotonic() > clock[0], _STEPS)


def _start_clock(connection: Connection, seconds: float) -> None:
    """Start the clock anew with each statement."""
    clock = connection.info.get(_BOUND)
    if clock is not None:
        clock[0] = time.monotonic() + seconds


def took_too_long(failure: OperationalError) -> bool:
    """Return whether a statement was given up for its length."""
    return getattr(failure.orig, "sqlstate", None) == _GIVEN_UP or str(failure.orig) == _INTERRUPTED
