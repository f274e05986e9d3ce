"""What happened to every record, appended and never changed, and the chain that proves it.

One row of `sys_history` is one change of one record. What the values were stands beside it in `sys_history_value`; the
row itself holds a commitment to each value, a hash over a random salt and the value. So values can be erased, with
their salts, without a trace, and the row stays what it was. The rows of a transaction are sealed by one link of
`sys_chain`, right before the transaction commits: a keyed hash over them and over the link before.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import orjson
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    ForeignKeyConstraint,
    Index,
    Insert,
    Integer,
    Select,
    Table,
    UniqueConstraint,
    and_,
    bindparam,
    select,
    true,
)

from app.storage import closing
from app.storage.last_link import last_link
from app.storage.ledger import FIXED
from app.storage.seal import name_of
from app.storage.types import ID, TEXT, UtcDateTime
from app.system.outbox import NEW, OUTBOX, Event, row_of

#: One row is one change of one record; `token` names the transaction, `number` counts its rows.
HISTORY: Final = Table(
    "sys_history",
    FIXED,
    Column("id", ID, primary_key=True),
    Column("token", TEXT, nullable=False),
    Column("number", Integer, nullable=False),
    Column("entity", TEXT, nullable=False),
    Column("record_id", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Column("verb", TEXT, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("actor_id", BigInteger, nullable=True),
    Column("actor_name", TEXT, nullable=False),
    Column("origin", TEXT, nullable=False),
    Column("reason", TEXT, nullable=True),
    Column("request", TEXT, nullable=True),
    Column("fields", TEXT, nullable=False),
    Column("digest", TEXT, nullable=False),
    UniqueConstraint("token", "number"),
    Index(None, "entity", "record_id", "id"),
)
#: The values of a row, by field: `[salt, before, after]`; what was erased is missing.
VALUE: Final = Table(
    "sys_history_value",
    FIXED,
    Column("token", TEXT, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("body", TEXT, nullable=False),
    sqlite_with_rowid=False,
)
#: One link for each transaction that wrote something.
CHAIN: Final = Table(
    "sys_chain",
    FIXED,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("token", TEXT, nullable=False, unique=True),
    Column("at", UtcDateTime, nullable=False),
    Column("count", Integer, nullable=False),
    Column("digest", TEXT, nullable=False),
    Column("previous", TEXT, nullable=False),
    Column("key", TEXT, nullable=False),
    Column("hash", TEXT, nullable=False),
)
#: Which values were erased, and by which row of the history.
ERASURE: Final = Table(
    "sys_erasure",
    FIXED,
    Column("token", TEXT, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("field", TEXT, primary_key=True),
    Column("by_token", TEXT, nullable=False),
    Column("by_number", Integer, nullable=False),
    ForeignKeyConstraint(["by_token", "by_number"], ["sys_history.token", "sys_history.number"]),
    Index(None, "by_token", "by_number"),
)

#: The columns of a row that its digest is made of, in this order; what is missing is what the database adds.
CONTENT: Final = (
    "token", "number", "entity", "record_id", "version", "verb",
    "at", "actor_id", "actor_name", "origin", "reason", "request", "fields",
)  # fmt: skip
#: The verb of a row that says which values were erased; its commitments are to the list of them, by field.
ERASE: Final = "erase"
#: The verb of a row that says what computing changed in a record that nobody saved; its version isn't a new one.
COMPUTE: Final = "compute"
#: The verb of a row that says up to which id an entity had records when its history began.
BASELINE: Final = "baseline"
#: The verb of a row that says that values of some fields of an entity were computed anew, for all of its records at
#: once: what earlier rows say about them isn't what is stored any more. Its record is none. Beside each field stands
#: the condition under which its values were left alone; nothing where there is none.
FILL: Final = "fill"
#: Rows that are about an entity and not about one of its records.
MARKS: Final = (BASELINE, FILL)
#: What stands before the first link.
FIRST: Final = "0" * 64
#: Where a transaction keeps what will become its link.
_STEP: Final = "history.chain"
#: The lock that writers take on PostgreSQL before they read the last link; any number, the same in every process.
_LOCK: Final = 0x6C6F7473_65636861
#: Hexadecimal digits of a salt: 128 bits.
_SALT: Final = 32


@dataclass(frozen=True, slots=True)
class Stamp:
    """Who did something, when, from where and why.

    Args:
        at: when, UTC.
        actor_id, actor_name: who; the name is kept as it was then.
        origin: through which door it came.
        reason: why, or None.
        request: the number of the request, or None.
    """

    at: datetime
    actor_id: int | None
    actor_name: str
    origin: str = "product"
    reason: str | None = None
    request: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One change of one record, on its way into the history.

    Args:
        entity, record_id: which record.
        version: the version it has afterwards.
        verb: `create`, `update`, `retire`, `restore`, `compute`, `erase` …
        fields: what the value was before and is now, each as JSON, by field key.
        commitments: what is committed to beside that, by a name; for rows without values.
        topic: under which topic whoever waits for events is told of it, for instance `record.create`; None tells
            nobody.
    """

    entity: str
    record_id: int
    version: int
    verb: str
    fields: Mapping[str, tuple[Any, Any]]
    commitments: Mapping[str, str] | None = None
    topic: str | None = None


class Link:
    """The link of the transaction that is open: written at its end, out of whatever has not been taken back by then."""

    __slots__ = ("number", "token")

    def __init__(self) -> None:
        self.token = secrets.token_hex(16)
        self.number = 0

    def __call__(self, connection: Connection) -> None:
        """Seal the transaction's rows with the link before; a transaction of which no row is left gets none."""
        rows = connection.execute(_SEALED[connection.dialect.name], {"own": self.token}).all()
        if not rows:
            return
        last = None if rows[0].seq is None else rows[0]
        seal = closing.seal_of(connection)
        link = {
            "seq": 1 if last is None else last.seq + 1,
            "token": self.token,
            "at": datetime.now(UTC).replace(tzinfo=None),
            "count": len(rows),
            "digest": digest_of_rows((row.number, row.id, row.digest) for row in rows),
            "previous": FIRST if last is None else last.hash,
            "key": name_of(seal),
        }
        connection.execute(_LINKED, {**link, "hash": hash_of_link(link, seal)})


def _sealed(dialect: str) -> Select[Any]:
    """Build the SELECT of a transaction's rows with the last link; on PostgreSQL it waits for its turn."""
    columns = (HISTORY.c.number, HISTORY.c.id, HISTORY.c.digest)
    own = HISTORY.c.token == bindparam("own")
    last = last_link(_LOCK) if dialect == "postgresql" else _LAST.subquery()
    source = HISTORY.outerjoin(last, true())
    return select(*columns, last.c.seq, last.c.hash).select_from(source).where(own).order_by(HISTORY.c.number)


_LINKED: Final = CHAIN.insert().inline()
_LAST: Final = select(CHAIN.c.seq, CHAIN.c.hash).order_by(CHAIN.c.seq.desc()).limit(1)
_SEALED: Final = {dialect: _sealed(dialect) for dialect in ("sqlite", "postgresql")}


def _together(*, told: bool) -> Insert:
    """Build the INSERT of a row with its values, and with its event, which PostgreSQL takes in one statement."""
    given: dict[str, Any] = {name: bindparam(f"row_{name}") for name in (*CONTENT, "digest")}
    row = HISTORY.insert().inline().values(given).returning(HISTORY.c.token, HISTORY.c.number).cte("row")
    values = select(row.c.token, row.c.number, bindparam("row_body", type_=TEXT))
    statement = VALUE.insert().inline().from_select(["token", "number", "body"], values)
    if not told:
        return statement
    event: dict[str, Any] = {name: bindparam(f"event_{name}") for name in NEW}
    return statement.add_cte(OUTBOX.insert().inline().values(event).cte("event"))


_TOGETHER: Final = {told: _together(told=told) for told in (False, True)}
#: The same one after the other.
_ONE_BY_ONE: Final = tuple(table.insert().inline() for table in (HISTORY, VALUE, OUTBOX))


def append(connection: Connection, stamp: Stamp, entries: Sequence[Entry]) -> tuple[str, int]:
    """Write rows of the history and the events that tell of them, in as many statements for one as for a thousand.

    Args:
        connection: the transaction of what is done, opened by `Database.write`, which chains them at its end.
        stamp: who, when, from where, why.
        entries: what was done.

    Returns:
        The transaction's token and the number of the last row.
    """
    link = closing.at_the_end(connection, _STEP, Link())
    rows: list[dict[str, Any]] = []
    bodies: list[dict[str, Any]] = []
    events: list[dict[str, Any]] = []
    common = (stored_instant(stamp.at), stamp.actor_id, stamp.actor_name, stamp.origin, stamp.reason, stamp.request)
    for entry in entries:
        link.number += 1
        commitments, body = _committed(entry)
        row = _row((link.token, link.number), entry, common, commitments)
        rows.append(row)
        if body is not None:
            bodies.append({"token": link.token, "number": link.number, "body": body})
        if entry.topic is not None:
            events.append(row_of(_event(stamp, entry, entry.topic)))
    if len(rows) == len(bodies) == 1 and connection.dialect.name == "postgresql":
        given = {f"row_{name}": value for name, value in {**rows[0], "body": bodies[0]["body"]}.items()}
        given |= {f"event_{name}": value for event in events for name, value in event.items()}
        connection.execute(_TOGETHER[bool(events)], given)
        return link.token, link.number
    for insert, found in zip(_ONE_BY_ONE, (rows, bodies, events), strict=True):
        if found:
            connection.execute(insert, found)
    return link.token, link.number


def _event(stamp: Stamp, entry: Entry, topic: str) -> Event:
    fields = tuple(sorted(entry.fields))
    return Event(stamp.at, topic, entry.entity, entry.record_id, entry.version, stamp.actor_id, stamp.origin, fields)


def _committed(entry: Entry) -> tuple[str, str | None]:
    """Return the commitments and the values of an entry, both as text."""
    if not entry.fields:
        return as_text(entry.commitments or {}), None
    salts = secrets.token_hex(_SALT // 2 * len(entry.fields))
    commitments: dict[str, str] = {}
    body: dict[str, list[Any]] = {}
    for place, (key, (before, after)) in enumerate(entry.fields.items()):
        kept = [salts[place * _SALT : (place + 1) * _SALT], before, after]
        body[key] = kept
        commitments[key] = commitment_of(key, kept)
    return as_text(commitments), as_text(body)


def _row(at: tuple[str, int], entry: Entry, common: tuple[Any, ...], commitments: str) -> dict[str, Any]:
    content = (*at, entry.entity, entry.record_id, entry.version, entry.verb, *common, commitments)
    return dict(zip(CONTENT, content, strict=True)) | {"digest": digest_of_content(content)}


# -- what is hashed ---------------------------------------------------------------------------------------------------


def stored_instant(at: datetime) -> datetime:
    """Return an instant as both databases keep it: UTC without a zone."""
    return at if at.tzinfo is None else at.astimezone(UTC).replace(tzinfo=None)


def as_text(value: Any) -> str:
    """Return JSON as the one text that is hashed and stored."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def commitment_of(key: str, kept: Sequence[Any]) -> str:
    """Return the commitment to a value: a hash over its salt, its field, what it was and what it is."""
    return hashlib.sha256(orjson.dumps([key, *kept], option=orjson.OPT_SORT_KEYS)).hexdigest()


def commitments_to(erased: Iterable[tuple[str, int, str]]) -> dict[str, str]:
    """Return what a row of the history commits to that erases values: for each field, which rows they stood in.

    Args:
        erased: token, number and field of each.
    """
    rows: dict[str, list[tuple[str, int]]] = {}
    for token, number, field in sorted(erased):
        rows.setdefault(field, []).append((token, number))
    return {field: hashlib.sha256(orjson.dumps(found)).hexdigest() for field, found in rows.items()}


def digest_of_content(content: Sequence[Any]) -> str:
    """Return the digest of a row, out of the columns in `CONTENT`."""
    return hashlib.sha256(orjson.dumps(content)).hexdigest()


def digest_of_rows(rows: Iterable[tuple[int, int, str]]) -> str:
    """Return the digest of a transaction: over number, id and digest of each of its rows, in their order."""
    every = hashlib.sha256()
    for number, row_id, digest in rows:
        every.update(f"{number} {row_id} {digest}\n".encode())
    return every.hexdigest()


def hash_of_link(link: Mapping[str, Any], seal: bytes) -> str:
    """Return the keyed hash of a link: HMAC with SHA-256 (RFC 2104) over everything else in it."""
    content = [link[name] for name in ("seq", "token", "at", "count", "digest", "previous", "key")]
    return hmac.new(seal, orjson.dumps(content), hashlib.sha256).hexdigest()


# -- erasing values ---------------------------------------------------------------------------------------------------


def erase(
    connection: Connection, stamp: Stamp, entity: str, record_id: int, version: int, fields: Iterable[str]
) -> int:
    """Erase values of a record from its history, with their salts; the chain stays provable, the values are gone.

    The row that says so is written first, then which values, then they go: the database lets them go in this order
    only.

    Args:
        connection: a transaction of `Database.write`.
        stamp: who erases, when, and why.
        entity, record_id, version: which record, and the version it has.
        fields: keys of the fields whose values go, earlier and present ones alike.

    Returns:
        How many rows of the history have lost values.
    """
    wanted = set(fields)
    same = and_(VALUE.c.token == HISTORY.c.token, VALUE.c.number == HISTORY.c.number)
    found = connection.execute(
        select(VALUE.c.token, VALUE.c.number, VALUE.c.body)
        .select_from(HISTORY.join(VALUE, same))
        .where(HISTORY.c.entity == entity, HISTORY.c.record_id == record_id)
        .order_by(HISTORY.c.id)
    ).all()
    bodies = [(row.token, row.number, orjson.loads(row.body)) for row in found]
    erased = [(token, number, key) for token, number, body in bodies for key in sorted(body.keys() & wanted)]
    if not erased:
        return 0
    entry = Entry(entity, record_id, version, ERASE, {}, commitments_to(erased))
    by_token, by_number = append(connection, stamp, [entry])
    rows = [
        {"token": token, "number": number, "field": key, "by_token": by_token, "by_number": by_number}
        for token, number, key in erased
    ]
    connection.execute(ERASURE.insert(), rows)
    changed = [
        {"at_token": token, "at_number": number, "left": as_text({k: v for k, v in body.items() if k not in wanted})}
        for token, number, body in bodies
        if body.keys() & wanted
    ]
    at = and_(VALUE.c.token == bindparam("at_token"), VALUE.c.number == bindparam("at_number"))
    connection.execute(VALUE.update().where(at).values(body=bindparam("left")), changed)
    return len(changed)
