"""The savepoint of an act: begun with its first write, and shared by all that secures the same writes.

What an act reads before it writes needs none. On PostgreSQL every word about a savepoint is a way to the server and
back; an act that is the first to write in its transaction is secured by the transaction itself, which begins anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Connection, NestedTransaction

from app.storage.written import begin_anew, may_begin_anew

#: Where a transaction notes the act that is under way.
_ACT: Final = "lotse_act"


class _Act:
    """What somebody asked for with one request.

    Args:
        connection: an open transaction.
    """

    __slots__ = ("_connection", "_savepoint", "is_secured")

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._savepoint: NestedTransaction | None = None
        self.is_secured = False

    def secure(self) -> None:
        """See to it that what is written from here on can be taken back."""
        self._savepoint = None if may_begin_anew(self._connection) else self._connection.begin_nested()
        self.is_secured = True

    def take_back(self) -> None:
        """Undo what was written; the act may go on and write again."""
        if not self.is_secured:
            return
        self.is_secured = False
        if self._savepoint is None:
            begin_anew(self._connection)
        elif self._savepoint.is_active:
            self._savepoint.rollback()


@contextmanager
def act(connection: Connection) -> Iterator[None]:
    """Take back what is written within the block, from the first `all_or_nothing` on, where an error leaves the block.

    Where all goes well the savepoint stays open: the commit ends it.

    Args:
        connection: an open transaction.
    """
    outer, mine = connection.info.get(_ACT), _Act(connection)
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

    The first such block of an act is secured as the act is.

    Args:
        connection: an open transaction.
    """
    under_way: _Act | None = connection.info.get(_ACT)
    if under_way is None or under_way.is_secured:
        with connection.begin_nested():
            yield
        return
    under_way.secure()
    try:
        yield
    except BaseException:
        under_way.take_back()
        raise
