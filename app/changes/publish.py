"""Publishing: one transaction for the DDL, the documents, the revision, the audit entry and the head.

Whatever happens to the process, the database holds the old configuration or the new one, never half of either.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from app.access.actor import Actor
from app.access.rights import capable
from app.changes.filling import fill
from app.changes.naming import rename
from app.changes.plan import Documents, Plan, finish, prepare
from app.changes.renumbering import renumber
from app.errors import CannotStart, Conflict, Forbidden, InvalidMetadata
from app.language import Label
from app.meta.diff import Change
from app.meta.layers import EffectiveDocument
from app.runtime.snapshot import Snapshot
from app.runtime.store import Store
from app.storage import refusals
from app.storage.database import Database
from app.storage.ddl import DdlStep, apply, ddl_plan
from app.system import audit, revisions
from app.system.head import head_id, set_head, take
from app.system.install import PROGRAM, create_schema
from app.system.people import sync_roles

#: PostgreSQL's words for a statement that has waited too long, and for two transactions that wait for each other.
_WAITED: Final = frozenset({"55P03", "40P01"})

_MOVED: Final = Label(
    "Inzwischen hat jemand anderes veröffentlicht. Prüfen Sie den neuen Stand und versuchen Sie es dann noch einmal.",
    "Somebody else has published in the meantime. Look at what is in force now, then try again.",
)
_IN_USE: Final = Label(
    "Die Datenbank war zu lange beschäftigt; es wurde nichts geändert. Versuchen Sie es in einem ruhigeren Moment.",
    "The database was busy for too long; nothing was changed. Try again at a calmer moment.",
)
_NOT_ALLOWED: Final = Label(
    "Sie dürfen keine Änderungen veröffentlichen. Bitten Sie Ihren CRM-Manager darum.",
    "You may not publish changes. Ask your CRM manager to.",
)

OnStep = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Published:
    """What a publish did.

    Args:
        revision: the revision in force now.
        changes: what is different, in words; empty where there was nothing to do.
        ddl: what was made in the database.
        seconds: how long it took.
    """

    revision: int
    changes: tuple[Change, ...]
    ddl: tuple[DdlStep, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class _Steps:
    """Tells an observer before and after each step; the tests that kill the process listen here."""

    observer: OnStep | None

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        if self.observer is not None:
            self.observer(f"before {name}")
        yield
        if self.observer is not None:
            self.observer(f"after {name}")


def publish(
    database: Database,
    store: Store,
    documents: Documents,
    actor: Actor,
    message: str,
    *,
    base: int | None = None,
    on_step: OnStep | None = None,
) -> Published:
    """Put a complete set of documents in force.

    Args:
        database: where; the fixed tables are made where they are missing.
        store: knows the revision in force, and keeps the new one.
        documents: the set, in layers or merged.
        actor: who publishes; needs the capability `configure`.
        message: what this change is, for whoever reads the list of revisions.
        base: the revision that the actor has looked at; None for the one that is in force now.
        on_step: called with the name of each step, before and after it.

    Raises:
        InvalidMetadata: the documents have errors, or data stand against them; nothing was changed.
        Conflict: somebody else published in the meantime, or the database was busy.
        Forbidden: the actor may not publish.
    """
    started = time.perf_counter()
    steps = _Steps(on_step)
    create_schema(database)
    with steps.step("compile"):
        with database.read() as connection:
            head = head_id(connection)
            before = None if head is None else store.snapshot_at(connection, head)
        if base is not None and base != head:
            raise Conflict(_MOVED)
        _authorise(before, actor)
        prepared = prepare(store, documents, before)
    try:
        with steps.step("commit"), database.write() as connection:
            with steps.step("lock"):
                take(connection)
                if head_id(connection) != head:
                    raise Conflict(_MOVED)
            made = finish(connection, before, prepared, thorough=_is_same(before, prepared.snapshot))
            if made.objections:
                raise InvalidMetadata(made.objections)
            revision = _write(connection, before, made, actor, message, steps) if not made.empty else head
            members = {} if revision is None else revisions.load(connection, revision, _known(made))
    except OperationalError as failure:
        raise _told(failure, database) from failure
    assert revision is not None  # a first publish is never empty
    if revision != head:
        store.keep(revision, prepared.candidate, members)
    return Published(revision, made.changes, made.ddl, time.perf_counter() - started)


def _is_same(before: Snapshot | None, found: Snapshot) -> bool:
    """Return whether nothing is changed, so that the whole database is looked at: something may have to be mended."""
    return before is None or before.model.fingerprint == found.model.fingerprint


def _known(made: Plan) -> dict[revisions.Member, EffectiveDocument]:
    return {revisions.member_of(document): document for document in made.documents}


def _authorise(before: Snapshot | None, actor: Actor) -> None:
    allowed = actor.everything if before is None else capable(before.model, actor, "configure")
    if not allowed:
        raise Forbidden(_NOT_ALLOWED)


def _write(
    connection: Connection, before: Snapshot | None, made: Plan, actor: Actor, message: str, steps: _Steps
) -> int | None:
    for number, ddl in enumerate(made.ddl, start=1):
        with steps.step(f"ddl {number}"):
            apply(connection, (ddl,))
    if made.differs:
        with steps.step("fill"):
            fill(connection, before, made.candidate)
        with steps.step("numbers"):
            renumber(connection, before, made.candidate, actor)
        with steps.step("names"):
            rename(connection, before, made.candidate)
    if not made.differs:
        audit.append(connection, actor, "database.mend", f"revision {made.base}", [ddl.sql for ddl in made.ddl])
        return made.base
    with steps.step("revision"):
        revision = revisions.add(
            connection,
            made.documents,
            fingerprint=made.candidate.model.fingerprint,
            time_zone=made.candidate.time_zone,
            parent_id=made.base,
            message=message,
            actor=actor,
            program=PROGRAM,
        )
    with steps.step("roles"):
        sync_roles(connection, {key: role.label.de for key, role in made.candidate.model.roles.items()})
    with steps.step("audit"):
        details = {"parent": made.base, "message": message, "ddl": len(made.ddl), "changes": len(made.changes)}
        audit.append(connection, actor, "revision.publish", f"revision {revision}", details)
    with steps.step("head"):
        set_head(connection, revision)
    with steps.step("verify"):
        _verify(connection, before, made)
    return revision


def _verify(connection: Connection, before: Snapshot | None, made: Plan) -> None:
    """Make sure, before the commit, that the database holds what the new revision needs."""
    missing = ddl_plan(connection, made.candidate.tables, None if before is None else before.tables)
    if missing:
        raise RuntimeError(f"a publish left something undone: {missing[0].sql}")


def _told(failure: OperationalError, database: Database) -> CannotStart | Conflict:
    """Return what a person is told when the database itself refuses in the middle of a publish."""
    said = str(failure.orig).lower()
    if "locked" in said or "lock timeout" in said or getattr(failure.orig, "sqlstate", None) in _WAITED:
        return Conflict(_IN_USE)
    return CannotStart(refusals.of_failure(failure, database.engine.url))
