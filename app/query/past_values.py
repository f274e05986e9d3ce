"""Values of a moment that is past, lines among them, and what is different between two of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.fields.base import Value
from app.meta.model import Field


@dataclass(frozen=True, slots=True)
class PastValue:
    """The value of a field at a moment.

    Args:
        field: the field as it is configured now.
        known: whether the value can be told.
        value: the value; the rows that the reader may see, each a `PastLine`, for lines.
        erased: whether it isn't known because it was erased.
        since: id of the entry that gave it this value, 0 where none did; tells two unknown values apart.
    """

    field: Field
    known: bool
    value: Value = None
    erased: bool = False
    since: int = 0

    @property
    def empty(self) -> bool:
        """Return whether it is known that there was nothing."""
        return self.known and (self.value is None or (self.field.type.lines() is not None and not self.value))

    def same(self, other: PastValue) -> bool:
        """Return whether two values of the same field are known to be the same."""
        if not (self.known and other.known):
            return False
        if self.field.type.lines() is not None:
            return not difference(self.value or (), other.value or ())
        if self.value is None or other.value is None:
            return self.value is other.value
        return self.field.type.equal(self.value, other.value)


@dataclass(frozen=True, slots=True)
class PastLine:
    """A child row at one of its versions, as far as its reader may read it now.

    Args:
        id: which row.
        values: by the key of the row's field; what he may not read in this row isn't there.
    """

    id: int
    values: Mapping[str, PastValue]


@dataclass(frozen=True, slots=True)
class LineChange:
    """A row that came, went or was changed.

    Args:
        number: its place among the rows that the reader sees, from 1: afterwards, or before where it went.
        before: its values before, by field key; only those that differ where it was changed, None where it came.
        after: its values afterwards; None where it went.
    """

    number: int
    before: Mapping[str, PastValue] | None
    after: Mapping[str, PastValue] | None


@dataclass(frozen=True, slots=True)
class LinesDifference:
    """What is different between the rows of two moments; false where that is nothing.

    Args:
        changes: rows that came or were changed in their order, then those that went.
        reordered: whether rows that were there both times stand in another order.
    """

    changes: tuple[LineChange, ...]
    reordered: bool

    def __bool__(self) -> bool:
        return self.reordered or bool(self.changes)


def difference(before: Sequence[PastLine], after: Sequence[PastLine]) -> LinesDifference:
    """Return what is different between the rows of two moments."""
    was, now = {line.id: line for line in before}, {line.id: line for line in after}
    changes: list[LineChange] = []
    for number, line in enumerate(after, 1):
        if line.id not in was:
            changes.append(LineChange(number, None, line.values))
            continue
        old = was[line.id]
        keys = () if old is line else [key for key in line.values if not _unchanged(old.values[key], line.values[key])]
        if keys:
            values = ({key: one.values[key] for key in keys} for one in (old, line))
            changes.append(LineChange(number, *values))
    gone = ((number, line) for number, line in enumerate(before, 1) if line.id not in now)
    changes += [LineChange(number, line.values, None) for number, line in gone]
    return LinesDifference(tuple(changes), [one for one in was if one in now] != [one for one in now if one in was])


def _unchanged(one: PastValue, other: PastValue) -> bool:
    """Return whether two values are the same; unknown ones are when nothing happened between them."""
    return one.same(other) or (not one.known and not other.known and one.since == other.since)
