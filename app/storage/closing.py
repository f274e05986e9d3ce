"""What a transaction does last, right before it commits: steps with locks that everybody needs, kept short.

The link that chains a transaction's history to the one before it is such a step: whoever holds it makes all other
writers wait, so nobody takes it before his work is done, and nobody waits for anything else while he holds it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, Final

from sqlalchemy import Connection

Step = Callable[[Connection], None]

#: Where an open transaction notes its last steps.
_STEPS: Final = "lotse_last_steps"


def clear(connection: Connection) -> None:
    """Forget the steps of whatever transaction the pooled connection had before."""
    connection.info.pop(_STEPS, None)


def at_the_end(connection: Connection, key: Hashable, step: Step) -> None:
    """Have a step run right before the transaction commits; it runs once, however often it is asked for.

    A step must cope with what it was asked for having been taken back by a savepoint.

    Args:
        connection: a transaction of `Database.write`.
        key: names the step.
        step: gets the connection.
    """
    steps: dict[Hashable, Any] = connection.info.setdefault(_STEPS, {})
    steps.setdefault(key, step)


def run_last_steps(connection: Connection) -> None:
    """Run the steps, in the order in which they were first asked for."""
    steps: dict[Hashable, Step] = connection.info.pop(_STEPS, {})
    for step in steps.values():
        step(connection)
