"""What publishing a set of documents would do: the changes in words, the DDL, and what the data say against it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from app.changes import filling, renumbering
from app.changes.objections import objections, repeated_meanwhile
from app.errors import InvalidMetadata, Issue, Severity
from app.language import Label
from app.meta.compare.change import Weight
from app.meta.diff import Change, diff
from app.meta.documents import Document
from app.meta.layers import EffectiveDocument, merge
from app.runtime.snapshot import Snapshot
from app.runtime.store import Candidate, Store
from app.storage.ddl import DdlStep, ddl_plan
from app.system.head import head_id

Documents = Iterable[Document | EffectiveDocument]
_ZONE: Final = Label(
    "Die Zeitzone ist {now} statt {was}: Was berechnet ist, wird neu berechnet, und Titel werden neu gebildet.",
    "The time zone is {now} instead of {was}: what is computed is computed anew, and titles are made anew.",
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What would happen.

    Args:
        base: the revision in force when the plan was made, or None before the first publish.
        documents: the complete set, layers merged.
        candidate: the configuration as it would be.
        changes: differences to the revision in force, in words.
        ddl: what would be made in the database.
        objections: why it is refused; empty where it isn't.
        warnings: what the compiler found worth saying.
        differs: whether the documents, or the time zone, aren't those in force.
    """

    base: int | None
    documents: tuple[EffectiveDocument, ...]
    candidate: Snapshot
    changes: tuple[Change, ...]
    ddl: tuple[DdlStep, ...]
    objections: tuple[Issue, ...]
    warnings: tuple[Issue, ...] = ()
    differs: bool = True

    @property
    def empty(self) -> bool:
        """Return whether there is nothing to do."""
        return not self.differs and not self.ddl


def settled(documents: Documents) -> tuple[tuple[EffectiveDocument, ...], tuple[Issue, ...]]:
    """Merge the layers of documents; those that are merged already are taken as they are.

    Returns:
        The effective documents and what is wrong with how the layers fit together.
    """
    given = tuple(documents)
    done = tuple(document for document in given if isinstance(document, EffectiveDocument))
    if len(done) == len(given):
        return done, ()
    merged, issues = merge(document for document in given if isinstance(document, Document))
    return (*done, *merged), issues


@dataclass(frozen=True, slots=True)
class Prepared:
    """Documents that compile, and so could be published.

    Args:
        candidate: what the store keeps once they are.
        snapshot: the configuration as it would be.
        documents: the complete set, layers merged.
        warnings: what the compiler found worth saying.
    """

    candidate: Candidate
    snapshot: Snapshot
    documents: tuple[EffectiveDocument, ...]
    warnings: tuple[Issue, ...]


def prepare(store: Store, documents: Documents, base: Snapshot | None) -> Prepared:
    """Compile documents into a configuration that could be published.

    Raises:
        InvalidMetadata: the documents have errors; it carries every one.
    """
    effective, issues = settled(documents)
    candidate = store.candidate(effective, base)
    found = (*issues, *candidate.compiled.issues)
    if candidate.snapshot is None or any(issue.severity is Severity.ERROR for issue in found):
        raise InvalidMetadata(found)
    return Prepared(candidate, candidate.snapshot, effective, found)


def plan(connection: Connection, store: Store, documents: Documents, *, thorough: bool = True) -> Plan:
    """Say what publishing a complete set of documents would do; nothing is changed.

    Args:
        connection: an open transaction.
        store: knows the revision in force.
        documents: the set, in layers or merged.
        thorough: whether the whole database is compared, or only what differs from the revision in force.

    Raises:
        InvalidMetadata: the documents have errors.
    """
    head = head_id(connection)
    base = None if head is None else store.snapshot_at(connection, head)
    return finish(connection, base, prepare(store, documents, base), thorough=thorough)


def finish(connection: Connection, base: Snapshot | None, prepared: Prepared, *, thorough: bool) -> Plan:
    """Make the plan of documents that were compiled; see `plan`."""
    found = prepared.snapshot
    differs = base is None or _state(base) != _state(found)
    previous = None if base is None or thorough else base.tables
    ddl = ddl_plan(connection, found.tables, previous)
    against = objections(connection, base, found) if differs else ()
    against = against or tuple(repeated_meanwhile(connection, found, ddl))
    return Plan(
        base=None if base is None else base.revision,
        documents=prepared.documents,
        candidate=found,
        changes=_changes(connection, base, found, refused=bool(against)) if differs else (),
        ddl=ddl,
        objections=against,
        warnings=prepared.warnings,
        differs=differs,
    )


def _state(snapshot: Snapshot) -> tuple[str, str]:
    return snapshot.model.fingerprint, snapshot.time_zone


def _moved(base: Snapshot | None, found: Snapshot) -> Iterator[Change]:
    """Yield in words that days begin at another moment."""
    if base is not None and base.time_zone != found.time_zone:
        words = _ZONE.format(was=base.time_zone, now=found.time_zone)
        yield Change("installation.time_zone", "installation/time_zone", Weight.ATTENTION, words)


def _changes(connection: Connection, base: Snapshot | None, found: Snapshot, *, refused: bool) -> tuple[Change, ...]:
    old = None if base is None else base.model
    said = (*diff(old, found.model), *_moved(base, found), *filling.changes(connection, base, found))
    # Values that stand against the candidate may be of another kind than numbers that are written.
    return said if refused else (*said, *renumbering.changes(connection, base, found))
