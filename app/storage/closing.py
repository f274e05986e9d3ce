"""What a transaction does last, right before it commits: steps with locks that everybody needs, kept short.

The link that chains a transaction's history to the one before it is such a step: whoever holds it makes all other
writers wait, so nobody takes it before his work is done, and nobody waits for anything else while he holds it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, Final, TypeVar

from sqlalchemy import Connection

Step = Callable[[Connection], None]
_Step = TypeVar("_Step", bound=Step)

#: The key of a handle that was opened without one; `lotse verify` tells what was sealed with it.
UNSEALED: Final = b""
#: Where an open transaction notes its last steps, and the key of its installation.
_STEPS: Final = "lotse_last_steps"
_SEAL: Final = "lotse_seal"


def clear(connection: Connection, seal: bytes) -> None:
    """Forget the steps of whatever transaction the pooled connection had before.

    Args:
        connection: a transaction that begins.
        seal: the key of the installation.
    """
    connection.info.pop(_STEPS, None)
    connection.info[_SEAL] = seal


def seal_of(connection: Connection) -> bytes:
    """Return the key with which the installation seals what its transactions did."""
    seal: bytes = connection.info.get(_SEAL, UNSEALED)
    return seal


def at_the_end(connection: Connection, key: Hashable, step: _Step) -> _Step:
    """Have a step run right before the transaction commits; it runs once, however often it is asked for.

    A step must cope with what it was asked for having been taken back by a savepoint.

    Args:
        connection: a transaction of `Database.write`.
        key: names the step.
        step: gets the connection.

    Returns:
        The step that will run: the one that was asked for first under this key.
    """
    steps: dict[Hashable, Any] = connection.info.setdefault(_STEPS, {})
    found: _Step = steps.setdefault(key, step)
    return found


def run_last_steps(connection: Connection) -> None:
    """Run the steps, in the order in which they were first asked for."""
    steps: dict[Hashable, Step] = connection.info.pop(_STEPS, {})
    for step in steps.values():
        step(connection)
