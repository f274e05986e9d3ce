"""How often argon2 is asked, and whether a transaction that may write is open meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import pytest
from argon2 import _password_hasher, low_level
from sqlalchemy import Connection, event

from app.storage.database import ACCESS_OPTION, Database

_DEAR: Final = ("hash_secret", "verify_secret")


@dataclass(slots=True)
class Hashing:
    """What was seen.

    Args:
        writers: the transactions that may write and are open now.
        checks: for every time argon2 was asked, whether one was open.
    """

    writers: set[int] = field(default_factory=set)
    checks: list[bool] = field(default_factory=list)

    def writing(self) -> bool:
        """Return whether a transaction that may write is open."""
        return bool(self.writers)

    def wrapped(self, dear: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function of argon2 that notes that it was called."""

        def noted(*args: Any, **options: Any) -> Any:
            self.checks.append(self.writing())
            return dear(*args, **options)

        return noted

    def _begun(self, connection: Connection) -> None:
        if connection.get_execution_options().get(ACCESS_OPTION) != "read":
            self.writers.add(id(connection.connection.dbapi_connection))

    def _ended(self, connection: Connection) -> None:
        self.writers.discard(id(connection.connection.dbapi_connection))

    @contextmanager
    def look(self, database: Database) -> Iterator[None]:
        """Look for as long as the block lasts."""
        seen = (("begin", self._begun), ("commit", self._ended), ("rollback", self._ended))
        with pytest.MonkeyPatch.context() as patch:
            for name in _DEAR:
                wrapped = self.wrapped(getattr(low_level, name))
                patch.setattr(low_level, name, wrapped)
                patch.setattr(_password_hasher, name, wrapped)
            for name, note in seen:
                event.listen(database.engine, name, note)
            try:
                yield
            finally:
                for name, note in seen:
                    event.remove(database.engine, name, note)
