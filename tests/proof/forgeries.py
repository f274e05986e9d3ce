"""Lies of somebody who has the database and the source code, and lacks only the key of the seal.

He brings everything into line that he can: commitments, digests, counts, the links that follow. Only the hash of a link
he can't make, so a link from which on nothing fits is what he is found by.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import orjson
from sqlalchemy import Connection, and_, bindparam, delete, func, select

from app.storage.seal import name_of
from app.system import audit, history
from app.system.history import CHAIN, CONTENT, ERASE, ERASURE, FIRST, HISTORY, VALUE
from app.system.verify import Flaw

_SALT_BITS: Final = 128
#: Numbers that no transaction reaches, to make room while rows change places.
_AWAY: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Told:
    """A lie: what sort it is, and by which marks each row it touched has to be named; one mark of each is enough."""

    what: str
    rows: tuple[frozenset[str], ...]

    def unnamed(self, found: list[Flaw]) -> list[frozenset[str]]:
        """Return the rows that no finding names."""
        said = {mark for flaw in found for mark in _marks_of(flaw)}
        return [marks for marks in self.rows if not marks & said]


def _marks_of(flaw: Flaw) -> Iterator[str]:
    place = flaw.place.partition(".")[0]
    yield from (place, f"link {flaw.seq}", flaw.subject, f"token {place.partition('/')[0]}")


Lie = Callable[[Connection, random.Random], Told]


class Thief(random.Random):
    """Chance of somebody who has stolen the key as well: what he forges is sound."""

    def __init__(self, seed: int, key: bytes) -> None:
        super().__init__(seed)
        self.key = key


def link_of(connection: Connection, row: Mapping[str, Any]) -> frozenset[str]:
    """Return the mark of the link that a row of the history belongs to."""
    seq = connection.execute(select(CHAIN.c.seq).where(CHAIN.c.token == row["token"])).scalar_one()
    return frozenset({f"link {seq}"})


# -- what he brings into line -----------------------------------------------------------------------------------------


def _rows(connection: Connection, *conditions: Any) -> list[dict[str, Any]]:
    """Return rows of the history, each with its values as `values`, or None where it has none."""
    same = and_(VALUE.c.token == HISTORY.c.token, VALUE.c.number == HISTORY.c.number)
    source = HISTORY.outerjoin(VALUE, same)
    found = connection.execute(
        select(HISTORY, VALUE.c.body).select_from(source).where(*conditions).order_by(HISTORY.c.id)
    )
    return [
        {**row, "values": None if row["body"] is None else orjson.loads(row["body"])}
        for row in map(dict, found.mappings())
    ]


def _write(connection: Connection, row: Mapping[str, Any]) -> None:
    """Put a row in the place of the one with its id, with a digest that fits it, and its values beside it."""
    stored = {name: row[name] for name in CONTENT}
    stored["digest"] = history.digest_of_content([row[name] for name in CONTENT])
    connection.execute(HISTORY.update().where(HISTORY.c.id == row["id"]).values(stored))
    connection.execute(delete(VALUE).where(VALUE.c.token == row["token"], VALUE.c.number == row["number"]))
    if row["values"] is not None:
        body = {"token": row["token"], "number": row["number"], "body": history.as_text(row["values"])}
        connection.execute(VALUE.insert(), body)


def _committing(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row that commits to the values it has."""
    made = {key: history.commitment_of(key, kept) for key, kept in row["values"].items()}
    return {**row, "fields": history.as_text({**orjson.loads(row["fields"]), **made})}


def _seal(connection: Connection, chance: random.Random, touched: Collection[str]) -> None:
    """Bring the links of some transactions into line with their rows, and those that follow, or not, as he likes."""
    further, hashed, named = (chance.random() < share for share in (0.6, 0.8, 0.3))
    key = chance.randbytes(32)
    if isinstance(chance, Thief):
        further, hashed, key = True, True, chance.key
    first = select(func.min(CHAIN.c.seq)).where(CHAIN.c.token.in_(touched)).scalar_subquery()
    links = [dict(row) for row in connection.execute(select(CHAIN).order_by(CHAIN.c.seq)).mappings()]
    start = connection.execute(select(first)).scalar_one()
    previous, changed = FIRST, []
    for link in links:
        if link["seq"] >= start and (further or link["token"] in touched):
            rows = connection.execute(
                select(HISTORY.c.number, HISTORY.c.id, HISTORY.c.digest)
                .where(HISTORY.c.token == link["token"])
                .order_by(HISTORY.c.number)
            ).all()
            digest = history.digest_of_rows((row.number, row.id, row.digest) for row in rows)
            link.update(count=len(rows), digest=digest, previous=previous)
            link.update({"key": name_of(key)} if named else {})
            link.update({"hash": history.hash_of_link(link, key)} if hashed else {})
            changed.append({"at_seq": link["seq"], **{name: link[name] for name in _LINKED}})
        previous = link["hash"]
    connection.execute(_RELINK, changed)


_LINKED: Final = ("count", "digest", "previous", "key", "hash")
_RELINK: Final = CHAIN.update().where(CHAIN.c.seq == bindparam("at_seq")).values({n: bindparam(n) for n in _LINKED})


def _salt(chance: random.Random) -> str:
    return f"{chance.getrandbits(_SALT_BITS):032x}"


def _with_values(connection: Connection, chance: random.Random) -> dict[str, Any]:
    return chance.choice([row for row in _rows(connection, VALUE.c.body.is_not(None)) if row["values"]])


def _pair(connection: Connection, chance: random.Random, *, together: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return two rows of one transaction, or of two."""
    rows = _rows(connection)
    while True:
        one, other = chance.sample(rows, 2)
        if (one["token"] == other["token"]) is together:
            return one, other


def _place(row: Mapping[str, Any]) -> frozenset[str]:
    return frozenset({f"{row['token']}/{row['number']}"})


# -- his lies ---------------------------------------------------------------------------------------------------------


def _value(connection: Connection, chance: random.Random) -> Told:
    """Change a value, the commitment to it, and everything that follows from it."""
    row = _with_values(connection, chance)
    key = chance.choice(sorted(row["values"]))
    salt, before, _ = row["values"][key]
    row["values"][key] = [chance.choice((salt, _salt(chance))), before, f"forged {chance.random()}"]
    _write(connection, _committing(row))
    _seal(connection, chance, {row["token"]})
    return Told("forge a value", (link_of(connection, row),))


def _value_alone(connection: Connection, chance: random.Random) -> Told:
    """Replace a value together with its salt."""
    row = _with_values(connection, chance)
    key = chance.choice(sorted(row["values"]))
    row["values"][key] = [_salt(chance), None, f"forged {chance.random()}"]
    _write(connection, row)
    return Told("replace salt and value", (_place(row),))


def _content(connection: Connection, chance: random.Random) -> Told:
    """Say something else in a row, with a digest that fits."""
    row = chance.choice(_rows(connection))
    name = chance.choice(("entity", "record_id", "version", "verb", "at", "actor_name", "origin", "reason"))
    forged: dict[str, Any] = {"record_id": row["record_id"] + 1, "version": row["version"] + 1}
    forged["at"] = row["at"] - timedelta(days=1)
    _write(connection, {**row, name: forged.get(name, f"{row[name] or ''}x")})
    _seal(connection, chance, {row["token"]})
    return Told("forge a row", (link_of(connection, row),))


def _exchange(connection: Connection, chance: random.Random, *, together: bool) -> tuple[dict[str, Any], ...]:
    """Have two rows change places, with all that belongs to them."""
    pair = _pair(connection, chance, together=together)
    for row in pair:
        connection.execute(delete(VALUE).where(VALUE.c.token == row["token"], VALUE.c.number == row["number"]))
        away = HISTORY.c.number + _AWAY
        connection.execute(HISTORY.update().where(HISTORY.c.id == row["id"]).values(number=away))
    for row, at in zip(pair, reversed(pair), strict=True):
        _write(connection, {**row, "token": at["token"], "number": at["number"]})
    if chance.random() < 0.5:
        _seal(connection, chance, {row["token"] for row in pair})
    return pair


def _swap(connection: Connection, chance: random.Random) -> Told:
    pair = _exchange(connection, chance, together=False)
    return Told("swap whole rows", tuple(link_of(connection, row) for row in pair))


def _renumber(connection: Connection, chance: random.Random) -> Told:
    pair = _exchange(connection, chance, together=True)
    return Told("renumber rows", (link_of(connection, pair[0]),))


def _replay(connection: Connection, chance: random.Random) -> Told:
    """Put what an older row of a record says in the place of a newer one."""
    rows = [row for row in _rows(connection) if row["values"]]
    newer = chance.choice([row for row in rows if row["version"] > 1])
    about = ("entity", "record_id")
    older = next(row for row in rows if [row[name] for name in about] == [newer[name] for name in about])
    _write(connection, {**newer, "verb": older["verb"], "fields": older["fields"], "values": older["values"]})
    if chance.random() < 0.7:
        _seal(connection, chance, {newer["token"]})
    return Told("replay an older row", (link_of(connection, newer),))


def _unerase(connection: Connection, chance: random.Random) -> Told:
    """Take an erasure back and have the row hold a value again, each in line with its link."""
    lost = chance.choice(connection.execute(select(ERASURE).order_by(*ERASURE.primary_key.columns)).all())
    (row,) = _rows(connection, HISTORY.c.token == lost.token, HISTORY.c.number == lost.number)
    (by,) = _rows(connection, HISTORY.c.token == lost.by_token, HISTORY.c.number == lost.by_number)
    assert by["verb"] == ERASE
    row["values"][lost.field] = [_salt(chance), None, "forged"]
    _write(connection, _committing(row))
    of_it = and_(ERASURE.c.by_token == lost.by_token, ERASURE.c.by_number == lost.by_number)
    connection.execute(delete(ERASURE).where(of_it))
    _write(connection, {**by, "fields": "{}"})
    _seal(connection, chance, {row["token"], by["token"]})
    return Told("take an erasure back", (link_of(connection, row), link_of(connection, by)))


def _whole(connection: Connection, chance: random.Random) -> Told:
    """Make up a record with a history of two versions and a link of its own, or without one."""
    last = dict(connection.execute(select(CHAIN).order_by(CHAIN.c.seq.desc()).limit(1)).mappings().one())
    model = chance.choice(
        [row for row in _rows(connection) if row["entity"] not in (audit.AUDIT, "") and row["values"]]
    )
    token = f"{chance.getrandbits(128):032x}"
    top = connection.execute(select(func.max(HISTORY.c.id))).scalar_one()
    for number, verb in enumerate(("create", "update"), start=1):
        values = {key: [_salt(chance), None, f"made up {number}"] for key in model["values"]}
        made = {**model, "id": top + number, "token": token, "number": number, "verb": verb, "version": number}
        made |= {"record_id": 4_711, "values": values, "fields": "{}"}
        connection.execute(HISTORY.insert(), {**{name: made[name] for name in CONTENT}, "id": made["id"], "digest": ""})
        _write(connection, _committing(made))
    if chance.random() < 0.3 and not isinstance(chance, Thief):
        return Told("make up a record", (frozenset({f"token {token}"}),))
    link = {**last, "seq": last["seq"] + 1, "token": token, "previous": last["hash"]}
    connection.execute(CHAIN.insert(), link)
    _seal(connection, chance, {token})
    return Told("make up a record", (frozenset({f"link {link['seq']}"}),))


#: Every way in which he lies.
FORGERIES: Final[tuple[Lie, ...]] = (
    _value, _value_alone, _content, _swap, _renumber, _replay, _unerase, _whole,
)  # fmt: skip
#: What they call themselves.
KINDS: Final = frozenset(
    {
        "forge a value", "replace salt and value", "forge a row", "swap whole rows", "renumber rows",
        "replay an older row", "take an erasure back", "make up a record",
    }
)  # fmt: skip
