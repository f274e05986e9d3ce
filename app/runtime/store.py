"""Where snapshots are kept: the last few revisions, each loaded and compiled once per process.

There is no other cache of metadata. A request asks for the head by its id, so another process's publish is seen at the
next request, and what is kept under an id never changes.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from app.errors import CannotStart, InvalidMetadata
from app.language import Label
from app.meta.compile import Compiled, compile_model
from app.meta.layers import EffectiveDocument
from app.meta.model import Model
from app.runtime.snapshot import Snapshot
from app.storage.database import Database
from app.storage.tables import build_tables
from app.system import revisions
from app.system.head import head_id
from app.system.revisions import Member

#: Revisions that are kept: requests that began before a publish end with the one they began with.
_KEPT: Final = 4
_NOTHING_PUBLISHED: Final = Label(
    "In der Datenbank ist noch nichts veröffentlicht. Führen Sie „lotse publish“ aus.",
    "Nothing is published in the database yet. Run “lotse publish”.",
)
_NO_REVISION: Final = Label(
    "Die Revision {revision} gibt es in dieser Datenbank nicht. Wählen Sie eine aus der Liste der Revisionen.",
    "There is no revision {revision} in this database. Choose one of the list of revisions.",
)


@dataclass(frozen=True, slots=True)
class _Kept:
    """A revision in memory."""

    snapshot: Snapshot
    documents: Mapping[Member, EffectiveDocument]
    compiled: Compiled


@dataclass(frozen=True, slots=True)
class Candidate:
    """Documents that were compiled and could be published.

    Args:
        snapshot: the configuration without a revision, or None where the documents have errors.
        compiled: the compiler's answer.
    """

    snapshot: Snapshot | None
    compiled: Compiled


class Store:
    """Snapshots by revision id.

    Args:
        database: where the revisions are.
        time_zone: IANA name of the zone in which times are shown, for what is published from here on. A revision keeps
            the zone with which it was published: values are stored that were computed in it.
    """

    def __init__(self, database: Database, time_zone: str = "Europe/Berlin") -> None:
        self.database = database
        self.time_zone = time_zone
        self._kept: OrderedDict[int, _Kept] = OrderedDict()
        self._lock = threading.Lock()
        self._compiling = threading.Lock()

    def snapshot(self, connection: Connection) -> Snapshot:
        """Return the snapshot of the revision in force.

        Raises:
            CannotStart: nothing is published yet.
        """
        return self.snapshot_at(connection, head_id(connection))

    def snapshot_at(self, connection: Connection, revision_id: int | None) -> Snapshot:
        """Return the snapshot of a revision, compiled where it isn't kept.

        Args:
            connection: an open transaction.
            revision_id: which one; None, as a head before the first publish, is refused.

        Raises:
            CannotStart: there is no such revision.
            InvalidMetadata: this program can't compile it; an older or newer one could.
        """
        if revision_id is None:
            raise CannotStart(_NOTHING_PUBLISHED)
        kept = self._get(revision_id)
        if kept is None:
            with self._compiling:  # two threads that see a new head make one snapshot of it
                kept = self._get(revision_id) or self._load(connection, revision_id)
        return kept.snapshot

    def documents(self, connection: Connection, revision_id: int) -> tuple[EffectiveDocument, ...]:
        """Return the documents of a revision, by kind and key."""
        kept = self._get(revision_id)
        found = kept.documents if kept is not None else revisions.load(connection, revision_id, self._known())
        return tuple(found.values())

    def candidate(self, documents: Sequence[EffectiveDocument], base: Snapshot | None) -> Candidate:
        """Compile documents that aren't published.

        Args:
            documents: a complete set.
            base: the snapshot they are compared with; what is the same in it is taken over.
        """
        kept = None if base is None or base.revision is None else self._get(base.revision)
        compiled = compile_model(documents, None if kept is None else kept.compiled)
        if compiled.model is None:
            return Candidate(None, compiled)
        return Candidate(self._snapshot(None, compiled.model, base, self.time_zone), compiled)

    def keep(self, revision_id: int, candidate: Candidate, documents: Mapping[Member, EffectiveDocument]) -> None:
        """Keep a candidate under the revision that it was just published as."""
        made = candidate.snapshot
        assert made is not None
        snapshot = Snapshot(revision_id, made.model, made.tables, made.dialect, made.time_zone)
        self._put(revision_id, _Kept(snapshot, documents, candidate.compiled))

    def adopt(self, other: Store) -> None:
        """Take over what another store keeps, of a database that is a copy; nothing is compiled again."""
        for revision_id, kept in other._kept.items():
            self._put(revision_id, kept)

    def _get(self, revision_id: int) -> _Kept | None:
        with self._lock:
            found = self._kept.get(revision_id)
            if found is not None:
                self._kept.move_to_end(revision_id)
            return found

    def _put(self, revision_id: int, kept: _Kept) -> None:
        with self._lock:
            self._kept[revision_id] = kept
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)

    def _latest(self) -> _Kept | None:
        with self._lock:
            return next(reversed(self._kept.values()), None)

    def _known(self) -> Mapping[Member, EffectiveDocument]:
        latest = self._latest()
        return {} if latest is None else latest.documents

    def _load(self, connection: Connection, revision_id: int) -> _Kept:
        info = revisions.info(connection, revision_id)
        if info is None:
            raise CannotStart(_NO_REVISION.format(revision=revision_id))
        documents = revisions.load(connection, revision_id, self._known())
        latest = self._latest()
        compiled = compile_model(tuple(documents.values()), None if latest is None else latest.compiled)
        if compiled.model is None:
            raise InvalidMetadata(compiled.issues)
        base = None if latest is None else latest.snapshot
        zone = info.time_zone or self.time_zone
        kept = _Kept(self._snapshot(revision_id, compiled.model, base, zone), documents, compiled)
        self._put(revision_id, kept)
        return kept

    def _snapshot(self, revision_id: int | None, model: Model, base: Snapshot | None, zone: str) -> Snapshot:
        tables = build_tables(model, None if base is None else base.tables)
        return Snapshot(revision_id, model, tables, self.database.dialect, zone)
