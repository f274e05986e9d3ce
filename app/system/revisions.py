"""Revisions: complete sets of documents, kept for ever, each text once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import orjson
from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from app.access.actor import Actor
from app.meta.grammar.published import grammar_digest
from app.meta.layers import EffectiveDocument
from app.system.tables import Document, Revision, RevisionDocument, now, table_of

_DOCUMENT: Final = table_of(Document)
_REVISION: Final = table_of(Revision)
_MEMBER: Final = table_of(RevisionDocument)
#: Most values of one IN.
_BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class Member:
    """Which text a document has in a revision.

    Args:
        kind, key, layer: as in the document that was published.
        sha256: the hash of its text.
    """

    kind: str
    key: str
    layer: str
    sha256: str


@dataclass(frozen=True, slots=True)
class RevisionInfo:
    """What is known about a revision beside its documents."""

    id: int
    parent_id: int | None
    fingerprint: str
    message: str
    created_at: datetime
    created_by: int | None
    program: str
    grammar: str | None
    time_zone: str | None


def info(connection: Connection, revision_id: int) -> RevisionInfo | None:
    """Return what is known about a revision, or None where there is none."""
    row = connection.execute(select(_REVISION).where(_REVISION.c.id == revision_id)).mappings().one_or_none()
    return None if row is None else RevisionInfo(**row)


def newest(connection: Connection, limit: int) -> tuple[RevisionInfo, ...]:
    """Return the newest revisions, newest first."""
    rows = connection.execute(select(_REVISION).order_by(_REVISION.c.id.desc()).limit(limit)).mappings()
    return tuple(RevisionInfo(**row) for row in rows)


def members(connection: Connection, revision_id: int) -> tuple[Member, ...]:
    """Return which documents a revision has, by kind and key, without their texts."""
    statement = (
        select(_MEMBER.c.kind, _MEMBER.c.key, _MEMBER.c.layer, _MEMBER.c.sha256)
        .where(_MEMBER.c.revision_id == revision_id)
        .order_by(_MEMBER.c.kind, _MEMBER.c.key)
    )
    return tuple(Member(*row) for row in connection.execute(statement))


def load(
    connection: Connection, revision_id: int, known: Mapping[Member, EffectiveDocument] | None = None
) -> Mapping[Member, EffectiveDocument]:
    """Return every document of a revision, by kind and key.

    Nothing is published that its schemas refuse. So the form of a text that still has its hash needn't be looked at
    again, unless this program has other schemas than the one that published it.

    Args:
        connection: an open transaction.
        revision_id: which revision.
        known: documents that needn't be read again, because their texts are the same.
    """
    found = dict(known or {})
    wanted = members(connection, revision_id)
    missing = [member for member in wanted if member not in found]
    texts: dict[str, str] = {}
    for start in range(0, len(missing), _BATCH):
        digests = [member.sha256 for member in missing[start : start + _BATCH]]
        rows = connection.execute(select(_DOCUMENT.c.sha256, _DOCUMENT.c.body).where(_DOCUMENT.c.sha256.in_(digests)))
        texts.update({row.sha256: row.body for row in rows})
    published = bool(missing) and _grammar(connection, revision_id) == grammar_digest()
    for member in missing:
        text = texts[member.sha256]
        checked = published and _digest(member.kind, member.key, text.encode()) == member.sha256
        found[member] = EffectiveDocument(member.kind, member.key, orjson.loads(text), member.layer, checked=checked)
    return {member: found[member] for member in wanted}


def _grammar(connection: Connection, revision_id: int) -> str | None:
    """Return the digest of the schemas that a revision was held against; None where an older program published it."""
    return connection.execute(select(_REVISION.c.grammar).where(_REVISION.c.id == revision_id)).scalar_one_or_none()


def add(
    connection: Connection,
    documents: Sequence[EffectiveDocument],
    *,
    fingerprint: str,
    time_zone: str,
    parent_id: int | None,
    message: str,
    actor: Actor,
    program: str,
) -> int:
    """Write a revision with its documents; it isn't in force yet.

    Returns:
        Its id.
    """
    texts = [(one, *_text(one)) for one in documents]
    _add_texts(connection, texts)
    values = {
        "parent_id": parent_id,
        "fingerprint": fingerprint,
        "message": message,
        "created_at": now(),
        "created_by": actor.id,
        "program": program,
        "grammar": grammar_digest(),
        "time_zone": time_zone,
    }
    revision_id = int(connection.execute(_REVISION.insert().returning(_REVISION.c.id), values).scalar_one())
    members = [
        {"revision_id": revision_id, "kind": one.kind, "key": one.key, "layer": one.layer, "sha256": digest}
        for one, digest, _ in texts
    ]
    if members:
        connection.execute(_MEMBER.insert(), members)
    return revision_id


def member_of(document: EffectiveDocument) -> Member:
    """Return as what a document stands in a revision."""
    return Member(document.kind, document.key, document.layer, _text(document)[0])


def _text(document: EffectiveDocument) -> tuple[str, str]:
    """Return a document's hash and its text; keys keep their order, which is the order of an entity's fields."""
    text = orjson.dumps(document.body)
    return _digest(document.kind, document.key, text), text.decode()


def _digest(kind: str, key: str, text: bytes) -> str:
    return hashlib.sha256(f"{kind}/{key} {len(text)}\n".encode() + text).hexdigest()


def _add_texts(connection: Connection, texts: Iterable[tuple[EffectiveDocument, str, str]]) -> None:
    rows = [{"sha256": digest, "kind": one.kind, "key": one.key, "body": text} for one, digest, text in texts]
    if not rows:
        return
    digests = [row["sha256"] for row in rows]
    known: set[str] = set()
    for start in range(0, len(digests), _BATCH):
        batch = digests[start : start + _BATCH]
        known |= set(connection.execute(select(_DOCUMENT.c.sha256).where(_DOCUMENT.c.sha256.in_(batch))).scalars())
    missing = [row for row in rows if row["sha256"] not in known]
    if missing:
        insert = insert_sqlite(_DOCUMENT) if connection.dialect.name == "sqlite" else insert_postgresql(_DOCUMENT)
        connection.execute(insert.on_conflict_do_nothing(index_elements=["sha256"]), missing)
