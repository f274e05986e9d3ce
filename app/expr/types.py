"""The types that a value of an expression can have."""

from __future__ import annotations

from enum import StrEnum


class ValueType(StrEnum):
    """Type of a value in an expression. Durations are NUMBER (minutes); EMPTY is the literal `empty` alone."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    TIME = "time"
    DATETIME = "datetime"
    REFERENCE = "reference"
    LIST = "list"
    EMPTY = "empty"
