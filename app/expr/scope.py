"""What the names in an expression mean, asked of whoever knows the documents."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from app.expr.types import ValueType


@dataclass(frozen=True, slots=True)
class PathInfo:
    """What a path leads to.

    Args:
        type: the type of its value; for lines, the type of the value in each row.
        scale: digits after the point of a number as it is stored.
        lines: whether it leads to child rows, so that it stands for many values.
        folded: whether the database keeps the text folded too, so that it can be looked through.
        entity: for a reference, the key of the entity it points to, `@user` or `@team`.
    """

    type: ValueType
    scale: int = 0
    lines: bool = False
    folded: bool = False
    entity: str | None = None


class Scope(Protocol):
    """The names that an expression may use at one place."""

    def resolve(self, keys: tuple[str, ...]) -> PathInfo | None:
        """Return what a path means, or None when there is no such path."""

    def parameter(self, name: str) -> ValueType | None:
        """Return the type of a parameter, or None when there is none of that name."""

    def names(self) -> Iterable[str]:
        """Return the names that a path may begin with, for hints at a misspelt one."""
