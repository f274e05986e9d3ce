"""The savepoint of an act: begun with its first write, and shared by all that secures the same writes.

On PostgreSQL every word about a savepoint is a way to the server and back; an ordinary save needs one of them instead
of four. What an act reads before it writes needs none.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Connection, NestedTransaction

#: Where a transaction notes the act that is under way.
_ACT: Final = "lotse_act"


class _Act:
    """What somebody asked for with one request.

    Attributes:
        savepoint: what takes back everything that it has written; None before it writes.
    """

    __slots__ = ("savepoint",)

    def __init__(self) -> None:
        self.savepoint: NestedTransaction | None = None

    def take_back(self) -> None:
        """Undo what was written; the act may go on and write again."""
        savepoint, self.savepoint = self.savepoint, None
        if savepoint is not None and savepoint.is_active:
            savepoint.rollback()


@contextmanager
def act(connection: Connection) -> Iterator[None]:
    """Take back what is written within the block, from the first `all_or_nothing` on, where an error leaves the block.

    Where all goes well the savepoint stays open: the commit ends it.

    Args:
        connection: an open transaction.
    """
    outer, mine = connection.info.get(_ACT), _Act()
    connection.info[_ACT] = mine
    try:
        yield
    except BaseException:
        mine.take_back()
        raise
    finally:
        connection.info[_ACT] = outer


@contextmanager
def all_or_nothing(connection: Connection) -> Iterator[None]:
    """Take back whatever is written within the block where an error leaves it.

    The first such block of an act is secured by the act's own savepoint.

    Args:
        connection: an open transaction.
    """
    under_way: _Act | None = connection.info.get(_ACT)
    if under_way is None or under_way.savepoint is not None:
        with connection.begin_nested():
            yield
        return
    under_way.savepoint = connection.begin_nested()
    try:
        yield
    except BaseException:
        under_way.take_back()
        raise
