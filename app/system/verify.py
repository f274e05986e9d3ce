"""Whether the history is what was written: every link, every row, every value, every erasure, in order and complete.

One walk over chain, rows and values, in the order of the links, as a stream. What is wrong is said with its place.
Records of the company's entities are held against their last rows by `app.records.unrecorded`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

import orjson
from sqlalchemy import Connection, and_, func, select

from app.language import Label
from app.storage.seal import name_of
from app.system import audit
from app.system.history import (
    CHAIN,
    CONTENT,
    ERASE,
    ERASURE,
    FILL,
    FIRST,
    HISTORY,
    VALUE,
    commitment_of,
    commitments_to,
    digest_of_content,
    digest_of_rows,
    hash_of_link,
)
from app.system.tables import AuditEntry, table_of

#: Rows that are fetched at once.
_BATCH: Final = 2_000
_LINK: Final = ("seq", "token", "at", "count", "digest", "previous", "key", "hash")
_AUDIT: Final = table_of(AuditEntry)
#: Where a row of the walk has what stands behind its content.
_ID: Final = len(CONTENT)
_DIGEST: Final = _ID + 1
_BODY: Final = _ID + 2

_TEXTS: Final[dict[str, Label]] = {
    "link.gap": Label("Hier fehlen Glieder der Kette.", "Links of the chain are missing here."),
    "link.previous": Label(
        "Das Glied schließt nicht an das vorige an.", "The link doesn't follow from the one before."
    ),
    "link.key": Label(
        "Das Glied wurde mit einem anderen Schlüssel versiegelt als dem dieser Installation (LOTSE_SECRET_KEY).",
        "The link was sealed with another key than this installation's (LOTSE_SECRET_KEY).",
    ),
    "link.hash": Label("Das Glied wurde verändert.", "The link was changed."),
    "link.rows": Label(
        "Einträge dieses Glieds fehlen, kamen hinzu oder wurden vertauscht.",
        "Rows of this link are missing, were added or swapped.",
    ),
    "row.changed": Label("Der Eintrag wurde verändert.", "The row was changed."),
    "row.unlinked": Label("Der Eintrag gehört zu keinem Glied der Kette.", "The row belongs to no link of the chain."),
    "value.changed": Label("Ein Wert wurde verändert.", "A value was changed."),
    "value.missing": Label(
        "Ein Wert fehlt, ohne dass seine Löschung vermerkt ist.", "A value is missing without a record of its erasure."
    ),
    "value.stray": Label("Ein Wert gehört zu keinem Eintrag.", "A value belongs to no row."),
    "erasure.changed": Label("Der Vermerk einer Löschung wurde verändert.", "The record of an erasure was changed."),
    "audit.changed": Label(
        "Ein Eintrag des Protokolls wurde verändert oder gelöscht.", "An audit entry was changed or deleted."
    ),
    "audit.stray": Label(
        "Ein Eintrag des Protokolls steht nicht in der Kette.", "An entry of the audit trail isn't in the chain."
    ),
    "anchor.lost": Label(
        "Der hinterlegte Kopf der Kette ist nicht mehr da: Ihr Ende wurde abgeschnitten oder ersetzt.",
        "The head of the chain that was anchored is gone: its end was cut off or replaced.",
    ),
}


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something that isn't as it was written.

    Args:
        code: what sort it is.
        seq: the link, or None.
        place: what exactly: a row as `token/number`, with the field where it is one.
        subject: the record it is about, `account/17`, or "".
        at: when it was written, as the database says, or "".
    """

    code: str
    seq: int | None = None
    place: str = ""
    subject: str = ""
    at: str = ""

    @property
    def message(self) -> Label:
        """Return what is wrong, in a sentence."""
        return _TEXTS[self.code]


@dataclass(slots=True)
class Walked:
    """How far a walk has come.

    Args:
        rows, links: how many were looked at.
        seq, hash: the last link.
    """

    rows: int = 0
    links: int = 0
    seq: int = 0
    hash: str = FIRST


def flaws(connection: Connection, seal: bytes, walked: Walked, anchor: tuple[int, str] | None = None) -> Iterator[Flaw]:
    """Walk over the whole history and yield what is wrong, in the order of the links.

    Args:
        connection: a transaction that sees one state of the data.
        seal: the installation's key.
        walked: is told how far the walk has come.
        anchor: the head of the chain, as it was noted outside the database.
    """
    erasures = _Erasures(connection)
    trail = {row["id"]: row for row in connection.execute(select(_AUDIT)).mappings()}
    anchored = anchor is None or anchor == (0, FIRST)
    for link, rows in _links(connection):
        yield from _flaws_of_link(link, rows, seal, walked)
        for row in rows:
            yield from _flaws_of_row(row, link["seq"], erasures, trail)
        walked.links, walked.rows = walked.links + 1, walked.rows + len(rows)
        walked.seq, walked.hash = link["seq"], link["hash"]
        anchored = anchored or anchor == (link["seq"], link["hash"])
    for by_token, by_number in erasures.by_entry:
        yield Flaw("erasure.changed", place=f"{by_token}/{by_number}")
    yield from (Flaw("audit.stray", place=f"sys_audit/{one}") for one in trail)
    yield from _strays(connection)
    if anchor is not None and not anchored:
        yield Flaw("anchor.lost", anchor[0])


def recent_flaws(connection: Connection, seal: bytes, walked: Walked, most: int) -> Iterator[Flaw]:
    """Walk over the last links only, and yield what is wrong with them and their rows; values aren't looked at.

    Args:
        connection, seal, walked: see `flaws`.
        most: how many links.
    """
    newest = connection.execute(select(func.max(CHAIN.c.seq))).scalar() or 0
    before = connection.execute(select(CHAIN.c.seq, CHAIN.c.hash).where(CHAIN.c.seq == newest - most)).one_or_none()
    if before is not None:
        walked.seq, walked.hash = before
    for link, rows in _links(connection, after=newest - most):
        yield from _flaws_of_link(link, rows, seal, walked)
        for row in rows:
            if digest_of_content(row[:_ID]) != row[_DIGEST]:
                yield Flaw("row.changed", link["seq"], f"{row[0]}/{row[1]}", f"{row[2]}/{row[3]}", str(row[6]))
        walked.links, walked.rows = walked.links + 1, walked.rows + len(rows)
        walked.seq, walked.hash = link["seq"], link["hash"]


class _Erasures:
    """Which values are said to be erased, and by which rows; a row that was met is taken out of `by_entry`."""

    def __init__(self, connection: Connection) -> None:
        self.fields: set[tuple[str, int, str]] = set()
        self.by_entry: dict[tuple[str, int], list[tuple[str, int, str]]] = {}
        for row in connection.execute(select(ERASURE)):
            value = (row.token, row.number, row.field)
            self.fields.add(value)
            self.by_entry.setdefault((row.by_token, row.by_number), []).append(value)


def _links(connection: Connection, after: int = 0) -> Iterator[tuple[dict[str, Any], list[Any]]]:
    """Yield each link with its rows, in the order of their numbers."""
    columns = [HISTORY.c[name] for name in (*CONTENT, "id", "digest")]
    links = [CHAIN.c[name].label(f"link_{name}") for name in _LINK]
    same = and_(VALUE.c.token == HISTORY.c.token, VALUE.c.number == HISTORY.c.number)
    source = CHAIN.outerjoin(HISTORY, HISTORY.c.token == CHAIN.c.token).outerjoin(VALUE, same)
    statement = (
        select(*links, *columns, VALUE.c.body)
        .select_from(source)
        .where(CHAIN.c.seq > after)
        .order_by(CHAIN.c.seq, HISTORY.c.number)
    )
    found = connection.execute(statement, execution_options={"yield_per": _BATCH})
    for _, group in groupby(found, key=itemgetter(0)):
        rows = list(group)
        link = dict(zip(_LINK, rows[0][: len(_LINK)], strict=True))
        yield link, [row[len(_LINK) :] for row in rows if row.number is not None]


def _flaws_of_link(link: dict[str, Any], rows: list[Any], seal: bytes, walked: Walked) -> Iterator[Flaw]:
    seq, at = link["seq"], str(link["at"])
    if seq != walked.seq + 1:
        yield Flaw("link.gap", seq, at=at)
    elif link["previous"] != walked.hash:
        yield Flaw("link.previous", seq, at=at)
    if link["key"] != name_of(seal):
        yield Flaw("link.key", seq, at=at)
    elif link["hash"] != hash_of_link(link, seal):
        yield Flaw("link.hash", seq, at=at)
    of_rows = digest_of_rows((row[1], row[_ID], row[_DIGEST]) for row in rows)
    if link["count"] != len(rows) or link["digest"] != of_rows:
        yield Flaw("link.rows", seq, at=at)


def _flaws_of_row(row: Sequence[Any], seq: int, erasures: _Erasures, trail: dict[int, Any]) -> Iterator[Flaw]:
    content = row[:_ID]
    token, number, entity, record_id, _, verb, at = content[:7]
    place, subject, when = f"{token}/{number}", f"{entity}/{record_id}", str(at)
    if digest_of_content(content) != row[_DIGEST]:
        yield Flaw("row.changed", seq, place, subject, when)
        return
    commitments: dict[str, str] = orjson.loads(content[-1])
    if verb == ERASE:
        if commitments != commitments_to(erasures.by_entry.pop((token, number), [])):
            yield Flaw("erasure.changed", seq, place, subject, when)
    elif entity == audit.AUDIT:
        entry = trail.pop(record_id, None)
        if entry is None or audit.commitment_to(entry) != commitments.get("entry"):
            yield Flaw("audit.changed", seq, place, subject, when)
    elif verb == FILL:
        if row[_BODY] is not None:
            yield Flaw("value.changed", seq, place, subject, when)
    else:
        for code, field in _wrong_values(commitments, row[_BODY], (token, number), erasures):
            yield Flaw(code, seq, f"{place}.{field}", subject, when)


def _wrong_values(
    commitments: dict[str, str], body: str | None, at: tuple[str, int], erasures: _Erasures
) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the values of a row: a code and the field."""
    try:
        values = {} if body is None else orjson.loads(body)
    except orjson.JSONDecodeError:
        values = None
    if not isinstance(values, dict):
        yield "value.changed", "*"
        return
    for field, commitment in commitments.items():
        if field not in values:
            if (*at, field) not in erasures.fields:
                yield "value.missing", field
        elif commitment_of(field, values[field]) != commitment:
            yield "value.changed", field
    yield from (("value.changed", field) for field in values.keys() - commitments.keys())


def _strays(connection: Connection) -> Iterator[Flaw]:
    """Yield rows that no link knows, and values that no row knows."""
    unlinked = (
        select(HISTORY.c.token, HISTORY.c.number, HISTORY.c.entity, HISTORY.c.record_id, HISTORY.c.at)
        .select_from(HISTORY.outerjoin(CHAIN, CHAIN.c.token == HISTORY.c.token))
        .where(CHAIN.c.token.is_(None))
        .order_by(HISTORY.c.id)
    )
    for row in connection.execute(unlinked):
        yield Flaw("row.unlinked", None, f"{row.token}/{row.number}", f"{row.entity}/{row.record_id}", str(row.at))
    same = and_(VALUE.c.token == HISTORY.c.token, VALUE.c.number == HISTORY.c.number)
    stray = (
        select(VALUE.c.token, VALUE.c.number)
        .select_from(VALUE.outerjoin(HISTORY, same))
        .where(HISTORY.c.token.is_(None))
        .order_by(VALUE.c.token, VALUE.c.number)
    )
    for value in connection.execute(stray):
        yield Flaw("value.stray", None, f"{value.token}/{value.number}")
