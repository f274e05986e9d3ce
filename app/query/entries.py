"""Entries of the history, read as far as somebody may read them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import BigInteger, ColumnElement, Select, and_, bindparam, select

from app.fields.base import Value
from app.fields.journal import of_journal
from app.meta.model import Field
from app.query.past_values import PastLine, difference
from app.system.history import HISTORY, MARKS, VALUE

#: What the history keeps of lines: id and version of each, in their order; None where there were none.
Kept = Sequence[Sequence[int]] | None
#: Returns the lines that were kept, without those that the reader doesn't see.
LinesThen = Callable[[Kept], tuple[PastLine, ...]]


@dataclass(frozen=True, slots=True)
class Change:
    """What an entry says about one field.

    Args:
        field: the field as it is configured now.
        known: whether the values are still there and can be read by the field's present type.
        before, after: the values; the rows that the reader may see, each a `PastLine`, for lines.
        erased: whether they aren't there because they were erased.
    """

    field: Field
    known: bool
    before: Value = None
    after: Value = None
    erased: bool = False


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One change of one record, as its reader may see it.

    Args:
        id: grows with every entry.
        version: the version that the record had afterwards.
        verb: `create`, `update`, `retire` …
        at: when, UTC; None where that can't be read in this record.
        actor: who, by the name he had then; None where that can't be read in this record.
        origin: through which door it came.
        reason: why, or None.
        changes: what it says about fields that the reader may read; never empty.
        token: names the save that it belongs to; drawn by lot, so that it tells nothing of others as an id does.
    """

    id: int
    version: int
    verb: str
    at: datetime | None
    actor: str | None
    origin: str
    reason: str | None
    changes: tuple[Change, ...]
    token: str


@dataclass(frozen=True, slots=True)
class Signatures:
    """Whose names and which moments of a record's history its reader may know; the rule is in `rights.md`.

    Args:
        readable: keys of those system fields that say who made and last changed a record, and when, which he may read
            in it.
    """

    readable: frozenset[str]

    @classmethod
    def of(cls, keys: Iterable[str]) -> Signatures:
        """Return what follows from the keys of the fields that can be read in a record."""
        return cls(frozenset(keys) & _SIGNATURES)

    @property
    def dated(self) -> bool:
        """Return whether the moments of all entries may be known: only then may a reader ask for a moment."""
        return {"created_at", "updated_at"} <= self.readable

    def who(self, verb: str, name: str) -> str | None:
        """Return who made an entry, or None where that may not be known."""
        return name if ("created_by" if verb == "create" else "updated_by") in self.readable else None

    def when(self, verb: str, at: datetime) -> datetime | None:
        """Return when an entry was made, or None where that may not be known."""
        return at if ("created_at" if verb == "create" else "updated_at") in self.readable else None


_SIGNATURES: Final = frozenset({"created_at", "created_by", "updated_at", "updated_by"})


def _entries(of: ColumnElement[bool]) -> Select[Any]:
    same = and_(VALUE.c.token == HISTORY.c.token, VALUE.c.number == HISTORY.c.number)
    return (
        select(HISTORY, VALUE.c.body)
        .select_from(HISTORY.outerjoin(VALUE, same))
        .where(HISTORY.c.entity == bindparam("entity"), of, HISTORY.c.verb.not_in(MARKS))
    )


#: A record's rows of the history with their values; parameters are `entity` and `record`.
OF_RECORD: Final = _entries(HISTORY.c.record_id == bindparam("record", type_=BigInteger))
#: The same of several records; parameters are `entity` and `records`.
OF_RECORDS: Final = _entries(HISTORY.c.record_id.in_(bindparam("records", expanding=True)))


def bodies_of(rows: Sequence[Any]) -> dict[int, Mapping[str, Sequence[Any]]]:
    """Return what rows of the history have kept: for each id, by field, `[salt, before, after]`."""
    return {row.id: {} if row.body is None else orjson.loads(row.body) for row in rows}


class Reader:
    """Reads rows of the history as far as somebody may read them.

    Args:
        fields: those that he may read.
        bodies: what the rows that will be read have kept, by their id.
        lines: for each field with lines what tells what they were.
        signatures: which of their names and moments he may know.
    """

    def __init__(
        self,
        fields: Mapping[str, Field],
        bodies: Mapping[int, Mapping[str, Sequence[Any]]],
        lines: Mapping[str, LinesThen],
        signatures: Signatures,
    ) -> None:
        self.fields = fields
        self.bodies = bodies
        self._lines = lines
        self._signatures = signatures

    def entry(self, row: Any) -> HistoryEntry:
        """Return what an entry says about the fields that may be read; nothing where that is nothing."""
        body, changed = self.bodies[row.id], frozenset(orjson.loads(row.fields))
        # In the order of the entity, in which masks have them; they are kept by key.
        found = (self.change(key, body.get(key)) for key in self.fields if key in changed)
        changes = tuple(change for change in found if change is not None)
        when, who = self._signatures.when(row.verb, row.at), self._signatures.who(row.verb, row.actor_name)
        return HistoryEntry(row.id, row.version, row.verb, when, who, row.origin, row.reason, changes, row.token)

    def change(self, key: str, kept: Sequence[Any] | None) -> Change | None:
        """Return what was kept about a field; None where nothing was changed in lines that the reader sees."""
        found = self.read(key, kept)
        if key in self._lines and found.known and not difference(found.before, found.after):
            return None
        return found

    def read(self, key: str, kept: Sequence[Any] | None) -> Change:
        """Return what was kept about a field."""
        field = self.fields[key]
        if kept is None:
            return Change(field, known=False, erased=True)
        _, before, after = kept
        if key in self._lines:
            return Change(field, True, self._lines[key](before), self._lines[key](after))
        try:
            return Change(field, True, of_journal(field.type, before), of_journal(field.type, after))
        except ValueError:
            return Change(field, known=False)
