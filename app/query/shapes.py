"""Statements that were built before, by what decides how they look; kept per snapshot, the least used ones go.

What readers type decides shapes too, so their number is bounded.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, Final, TypeVar

from app.context import Context

_MOST: Final = 400
_T = TypeVar("_T")


class Shapes:
    """Built plans by key; safe to share between threads, which at worst build the same plan twice.

    Args:
        most: how many are kept.
    """

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._plans: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, factory: Callable[[], _T]) -> _T:
        """Return the plan with a key; it is built when it isn't there."""
        with self._lock:
            if key in self._plans:
                self._plans.move_to_end(key)
                found: _T = self._plans[key]
                return found
        plan = factory()
        with self._lock:
            self._plans[key] = plan
            while len(self._plans) > self._most:
                self._plans.popitem(last=False)
        return plan


def shaped(ctx: Context, key: Hashable, factory: Callable[[], _T]) -> _T:
    """Return a plan for this reader's rights and language.

    Args:
        ctx: the configuration and the reader.
        key: everything else that decides how the plan looks.
        factory: builds it; it must not keep the connection.
    """
    shapes: Shapes = ctx.snapshot.plan("query.shapes", Shapes)
    reader = (ctx.actor.shape, ctx.locale)
    return shapes.get((reader, key), factory)
