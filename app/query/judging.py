"""Whether a record fulfils what somebody's roles say, as far as whoever asks may know: yes, no, or it can't be told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import BigInteger, bindparam, select

from app.access.rights import Covering, access
from app.context import Context
from app.meta.role import VERBS, Reach, Scope, Verb
from app.query.gate import readable, sees_all
from app.query.guard import ReaderGuard
from app.query.knowing import Insight
from app.query.rows import values_of

#: Yes, no, or None where it can't be told.
Verdict = bool | None
#: A scope and the number of the identity that it means.
Part = tuple[Scope, int]


def some(verdicts: Iterable[Verdict]) -> Verdict:
    """Return whether one of them is yes; it can't be told where that hangs on one that can't be."""
    found = tuple(verdicts)
    return True if True in found else None if None in found else False


def every(*verdicts: Verdict) -> Verdict:
    """Return whether all of them are yes; it can't be told where that hangs on one that can't be."""
    return False if False in verdicts else None if None in verdicts else True


class Judging:
    """Judges single records by the rights of one person, for another one or for himself.

    What the product shows somebody anyway isn't kept from him: which records he sees, and what he may do with one that
    he sees (it offers to, or doesn't). So a verdict on a verb is always told to whoever asks for himself. Which of his
    scopes a record fulfils isn't (`told`): where it looks at a hidden field, that says more than the outcome does.

    Whoever asks for somebody else is told no more than he could work out by himself from what he reads in the record.

    Args:
        asker: who asks.
        subject: the person whose rights they are, as a reader.
    """

    def __init__(self, asker: Context, subject: Context) -> None:
        self.insight = Insight(asker)
        self.subject = subject
        self.own = asker.actor.id == subject.actor.id
        self._facts: dict[tuple[str, int], dict[Part, bool]] = {}

    def told(self, entity_key: str, record_id: int, part: Part) -> Verdict:
        """Return whether a record is among those that a scope means, as far as that may be told of the scope alone."""
        scope = part[0]
        if scope.reach in (Reach.ALL, Reach.NONE):
            return scope.reach is Reach.ALL
        return self._fact(entity_key, record_id, part) if self._open(entity_key, record_id, scope) else None

    def covers(self, entity_key: str, record_id: int, covering: Covering) -> Verdict:
        """Return whether a record is among those that some scopes mean together."""
        if covering.whole or not covering:
            return covering.whole
        if self.own:
            return any(self._fact(entity_key, record_id, part) for part in covering.parts)
        return some(self.told(entity_key, record_id, part) for part in covering.parts)

    def sees(self, entity_key: str, record_id: int) -> Verdict:
        """Return whether he can read a record that the asker can read."""
        if self.own:
            return True
        covered = self.covers(entity_key, record_id, access(self.subject, entity_key).read)
        return every(covered, *self._owners(entity_key, record_id, "read"))

    def reaches_owners(self, entity_key: str, record_id: int) -> Verdict:
        """Return whether he can change every record whose line this one is; for himself the write side says it."""
        return True if self.own else every(*self._owners(entity_key, record_id, "update"))

    def _owners(self, entity_key: str, record_id: int, verb: Verb) -> Iterable[Verdict]:
        entities = self.subject.snapshot.model.entities
        for owner, field_key in entities[entity_key].owners:
            lines = entities[owner].fields[field_key].type.lines()
            assert lines is not None
            if not (verb == "read" and sees_all(self.subject, owner)):
                yield self._owner(entity_key, record_id, lines.via, owner, verb)

    def _owner(self, entity_key: str, record_id: int, via: str, owner: str, verb: Verb) -> Verdict:
        record = self.insight.record(entity_key, record_id)
        if record is None or not self.insight.reads(entity_key, record_id, (via,)):
            return None
        there = record.values.get(via)
        if there is None:
            return True
        if owner not in readable(self.subject):
            return False
        seen = self.sees(owner, int(there))
        if verb == "read":
            return seen
        covered = self.covers(owner, int(there), access(self.subject, owner).covering(verb))
        return every(seen, covered, *self._owners(owner, int(there), verb))

    def _open(self, entity_key: str, record_id: int, scope: Scope) -> bool:
        return self.insight.sees_through(entity_key, record_id, scope)

    def _fact(self, entity_key: str, record_id: int, part: Part) -> bool:
        key = (entity_key, record_id)
        if key not in self._facts:
            self._facts[key] = self._asked(entity_key, record_id)
        return self._facts[key].get(part, False)

    def _asked(self, entity_key: str, record_id: int) -> dict[Part, bool]:
        """Ask which of his scopes mean a record, whether he may see it or not; one statement."""
        held = access(self.subject, entity_key).held
        scopes = ((rights.scope(verb), who) for rights, who in held for verb in VERBS)
        parts = tuple(dict.fromkeys(part for part in scopes if part[0] and part[0].reach is not Reach.ALL))
        if not parts:
            return {}
        guard = ReaderGuard(self.subject)
        table = self.subject.snapshot.tables[entity_key]
        columns: list[Any] = [guard.covers(entity_key, table, Covering(parts=(one,))) for one in parts]
        statement = select(*columns).where(table.c.id == bindparam("record_id", type_=BigInteger))
        values = {**values_of(self.subject, tuple(guard.values)), "record_id": record_id}
        row = self.subject.connection.execute(statement, values).first()
        return {} if row is None else dict(zip(parts, map(bool, row), strict=True))
