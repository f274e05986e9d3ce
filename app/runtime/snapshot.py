"""A configuration as it runs: a Model, its tables, and everything that is derived from them once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from app.meta.model import Model
from app.storage.database import DialectName
from app.storage.tables import TableSet

_T = TypeVar("_T")
#: Most derived things that a snapshot keeps; what readers can vary without end may not fill the memory.
_MOST_PLANS: Final = 20_000


class Plans:
    """Derived, immutable things by key; each is made once, even when two threads ask at the same time.

    When there are too many, the oldest are forgotten: they can be made again.
    """

    __slots__ = ("_found", "_lock", "_making")

    def __init__(self) -> None:
        self._found: dict[Hashable, Any] = {}
        self._making: dict[Hashable, threading.RLock] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable, factory: Callable[[], _T]) -> _T:
        """Return what the factory makes, made when it is first asked for."""
        try:
            return self._found[key]  # type: ignore[no-any-return]
        except KeyError:
            return self._make(key, factory)

    def _make(self, key: Hashable, factory: Callable[[], _T]) -> _T:
        with self._lock:
            turn = self._making.setdefault(key, threading.RLock())
        with turn:
            if key in self._found:
                return self._found[key]  # type: ignore[no-any-return]
            made = factory()
            with self._lock:
                while len(self._found) >= _MOST_PLANS:
                    self._found.pop(next(iter(self._found)))
                self._found[key] = made
                self._making.pop(key, None)
            return made

    def __len__(self) -> int:
        return len(self._found)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One revision, ready to serve.

    Args:
        revision: its id, or None for a candidate that isn't published.
        model: the documents, compiled.
        tables: the tables of the entities.
        dialect: which database they are in.
        time_zone: IANA name of the zone in which times are shown.
        plans: what is derived from it; ask by `plan`.
    """

    revision: int | None
    model: Model
    tables: TableSet
    dialect: DialectName
    time_zone: str = "Europe/Berlin"
    plans: Plans = field(default_factory=Plans, repr=False, compare=False)

    def plan(self, key: Hashable, factory: Callable[[], _T]) -> _T:
        """Return something derived from this snapshot, made when it is first asked for and then kept with it.

        Args:
            key: names what is made and everything it depends on beside the snapshot.
            factory: makes it; must not depend on anything the key doesn't name.
        """
        return self.plans.get(key, factory)
