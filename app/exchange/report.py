"""What is said about a file: what it would do, what speaks against it, how it was read."""

from __future__ import annotations

from dataclasses import dataclass

from app.errors import DataErrors, FieldError, InvalidData
from app.language import Label, Locale


@dataclass(frozen=True, slots=True)
class Refusal:
    """One thing that speaks against a file.

    Args:
        line: number of the line in the file, None where it is about the file as a whole.
        column: the heading of the column, "" where it is about the whole line.
        error: what is wrong, and what to do.
    """

    line: int | None
    column: str
    error: FieldError


@dataclass(frozen=True, slots=True)
class Skipped:
    """A column that isn't imported.

    Args:
        heading: what stands over it.
        why: why not.
    """

    heading: str
    why: Label


@dataclass(frozen=True, slots=True)
class Manner:
    """How a file is written.

    Args:
        separator: what stands between its cells.
        encoding: `UTF-8` or `Windows-1252`.
        spelling: the language whose spelling its numbers have.
    """

    separator: str
    encoding: str
    spelling: Locale


@dataclass(frozen=True, slots=True)
class Report:
    """What a file does, or would do.

    Args:
        manner: how it is written.
        created, changed, unchanged: numbers of records.
        skipped: columns that aren't imported.
    """

    manner: Manner
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    skipped: tuple[Skipped, ...] = ()


class Refused(InvalidData):
    """A file that was refused; nothing was written.

    Args:
        refusals: everything that speaks against it, by line.
    """

    def __init__(self, refusals: tuple[Refusal, ...]) -> None:
        super().__init__(DataErrors(record=tuple(one.error for one in refusals)))
        self.refusals = refusals


def refused(code: str, message: Label, line: int | None = None, column: str = "") -> Refused:
    """Return the refusal of a file that isn't looked at any further."""
    return Refused((Refusal(line, column, FieldError(code, message)),))
