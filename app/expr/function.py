"""What a function of the expression language is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.expr.types import ValueType
from app.language import Label


class Kind(StrEnum):
    """What an argument may be."""

    TEXT = "text"
    NUMBER = "number"
    CONDITION = "boolean"
    DAY = "date"  # a moment is taken as its local day
    MOMENT = "moment"  # a day or a moment
    ANY = "any"  # anything, but the same type in every place
    SCALAR = "scalar"  # text, number, day: what can be written


class Given(StrEnum):
    """What a function without arguments answers with, out of the environment."""

    TODAY = "today"
    NOW = "now"
    ME = "me"
    TEAM = "team"


@dataclass(frozen=True, slots=True)
class Function:
    """One function.

    Args:
        name: as it is written.
        parameters: what each argument may be; the last one is repeated when `most` is larger.
        least, most: how many arguments.
        result: the type of the result, or None for that of the arguments of kind ANY or MOMENT.
        apply: the implementation; takes values, none of them empty when `strict`.
        words: how it is told, with `{0}`, `{1}` for the arguments and `{all}` for all of them.
        help: one sentence for the reference.
        example: an expression that uses it.
        strict: whether an empty argument makes an empty result.
        given: the environment's value that it stands for, or None.
    """

    name: str
    parameters: tuple[Kind, ...]
    least: int
    most: int
    result: ValueType | None
    apply: Callable[..., Any]
    words: Label
    help: Label
    example: str
    strict: bool = True
    given: Given | None = None

    def kind(self, position: int) -> Kind:
        """Return what the argument at a position (from 0) may be."""
        return self.parameters[min(position, len(self.parameters) - 1)]
