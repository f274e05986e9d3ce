"""Tampering with the history is found and located; the database itself refuses it as long as its triggers stand."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest
from sqlalchemy import (
    Column,
    Connection,
    DateTime,
    Executable,
    Integer,
    String,
    Table,
    delete,
    func,
    literal,
    select,
    text,
)  # fmt: skip
from sqlalchemy.exc import IntegrityError

from app.access.actor import PRODUCT
from app.records import actions
from app.records.altered import altered
from app.records.bulk import create_many, update_many
from app.records.unrecorded import unrecorded
from app.storage.append_only import Deed
from app.system import audit, history
from app.system.history import CHAIN, ERASURE, HISTORY, VALUE
from app.system.numbers import Gap, explain_gap
from app.system.protection import APPEND_ONLY
from app.system.tables import AuditEntry, table_of
from app.system.verify import Flaw, Walked, flaws
from tests.functional.records.desk import METADATA, NOW
from tests.proof.forgeries import FORGERIES, KINDS, Lie, Thief, Told, link_of
from tests.support.install import Installation, install
from tests.support.proof import Tally, size

SEED: Final = 20260302
AUDIT: Final = table_of(AuditEntry)
TABLES: Final = (HISTORY, VALUE, CHAIN, ERASURE, AUDIT)


@pytest.fixture
def written(database_url: str) -> Iterator[Installation]:
    """Return an installation with some history: every verb, batches, lines, erased values."""
    installation = install(database_url, METADATA)
    ids = []
    for number in range(12):
        with installation.ctx(now=NOW) as ctx:
            ids.append(actions.create(ctx, "firm", {"name": f"Firma {number}", "code": f"c{number}"}))
            actions.create(ctx, "deal", {"name": f"D{number}", "items": [{"product": "a", "net": number}]})
    for number in range(5):
        with installation.database.write() as connection:
            audit.append(connection, PRODUCT, "test.deed", f"subject {number}", {"number": number})
            explain_gap(connection, Gap("order.order_no", "2026", number + 1, number + 1), "test", None, NOW)
    with installation.ctx() as ctx:
        many = create_many(ctx, "contact", [{"last_name": f"N{n}", "first_name": "V"} for n in range(40)])
        update_many(ctx, "contact", {one: {"first_name": "W"} for one in many[:10]})
    for number, one in enumerate(ids):
        with installation.ctx() as ctx:
            version = actions.update(ctx, "firm", one, {"name": f"Neu {number}"}, 1)
            if number % 3 == 0:
                actions.retire(ctx, "firm", one, version)
    for one in many[:4]:
        with installation.ctx() as ctx:
            history.erase(ctx.connection, history.Stamp(NOW, None, "Lotse"), "contact", one, 1, ["first_name"])
    yield installation
    installation.close()


def _found(installation: Installation, connection: Connection, anchor: tuple[int, str] | None = None) -> list[Flaw]:
    return list(flaws(connection, installation.database.seal, Walked(), anchor))


def test_an_untouched_history_has_no_flaw(written: Installation) -> None:
    walked = Walked()
    with written.database.read() as connection:
        assert list(flaws(connection, written.database.seal, walked)) == []
        assert list(unrecorded(connection, written.snapshot)) == []
        rows = connection.execute(select(func.count()).select_from(HISTORY)).scalar_one()
        erased = connection.execute(select(func.count()).select_from(ERASURE)).scalar_one()
    assert walked.rows == rows > 100
    assert erased == 8


def test_the_database_itself_refuses_changes(written: Installation) -> None:
    """No UPDATE of any text, no DELETE and no way around them; values go only with their erasure."""
    refused = 0
    for table in (*APPEND_ONLY, VALUE):
        texts = [column for column in table.columns if isinstance(column.type, String)]
        forged = [table.update().values({column.name: _forged(column)}) for column in texts]
        for statement in (*forged, table.delete(), *_around(written, table)):
            with written.database.write() as connection, pytest.raises(IntegrityError), connection.begin_nested():
                connection.execute(statement)
            refused += 1
    with written.database.read() as connection:
        assert _found(written, connection) == []
    assert refused > 30


def _forged(column: Column[Any]) -> str:
    return "{}" if column.name == "body" else "x"


def _around(written: Installation, table: Table) -> Iterator[Executable]:
    """Yield what changes rows without being called so: REPLACE on SQLite, TRUNCATE on PostgreSQL."""
    if written.database.dialect == "postgresql":
        yield text(f"TRUNCATE {table.name} CASCADE")
        return
    column = next(column for column in table.columns if isinstance(column.type, String) and not column.primary_key)
    forged = [literal(_forged(one)) if one is column else one for one in table.columns]
    replacing = table.insert().prefix_with("OR REPLACE")
    yield replacing.from_select([one.name for one in table.columns], select(*forged))


# -- three hundred ways to lie ----------------------------------------------------------------------------------------


def _drop_triggers(connection: Connection) -> None:
    """Do as an attacker does who has the database to himself."""
    for table in TABLES:
        for deed in Deed:
            name = f"{table.name}__no_{deed}"
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
            else:
                connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name} ON {table.name}")
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET CONSTRAINTS ALL DEFERRED")
        connection.exec_driver_sql("SET session_replication_role = replica")
    else:
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")


def _at(table: Table, row: Any) -> Any:
    found = [column == getattr(row, column.name) for column in table.primary_key.columns]
    return found[0] if len(found) == 1 else found[0] & found[1] & (found[2] if len(found) > 2 else found[0])


def _any(connection: Connection, table: Table, chance: random.Random) -> Any:
    rows = connection.execute(select(table).order_by(*table.primary_key.columns)).all()
    return chance.choice(rows)


def _other(column: Column[Any], value: Any) -> Any:
    """Return a value that the column takes and that isn't the one it has."""
    if isinstance(column.type, Integer):
        return (value or 0) + 1_000_003
    if column.name == "at" or isinstance(column.type, DateTime):
        return value.replace(year=value.year - 1)
    if column.name == "details":
        return {"other": 1}
    if value == "{}":
        return '{"x":["00",null,1]}'
    if column.name in {"fields", "body"}:
        at = value.index('"', 1) + 1 if '"' in value else 1
        digits = [place for place, letter in enumerate(value) if letter in "0123456789abcdef" and place > at]
        place = digits[len(digits) // 2]
        return f"{value[:place]}{'1' if value[place] == '0' else '0'}{value[place + 1 :]}"
    return f"{value or ''}0"


def _marks(table: Table, row: Mapping[str, Any]) -> frozenset[str]:
    """Return how a row is named: by its token and number, by its link, by its id in the audit trail."""
    if table is AUDIT:
        return frozenset({f"{audit.AUDIT}/{row['id']}", f"sys_audit/{row['id']}"})
    if table is CHAIN:
        return frozenset({f"link {row['seq']}", f"link {row['seq'] + 1}", f"token {row['token']}"})
    found = {f"{row['token']}/{row['number']}"}
    return frozenset(found | ({f"{row['by_token']}/{row['by_number']}"} if table is ERASURE else set()))


def _modify(connection: Connection, chance: random.Random, table: Table, column: Column[Any]) -> Told:
    row = _any(connection, table, chance)
    new = _other(column, getattr(row, column.name))
    was, now = dict(row._mapping), {**row._mapping, column.name: new}
    marks = _marks(table, was) | _marks(table, now)
    if table is HISTORY and column.name == "id":
        marks = link_of(connection, was)  # a row doesn't say its own id: its link does
    if table is CHAIN and column.name != "seq":
        marks = frozenset({f"link {row.seq}"})
    connection.execute(table.update().where(_at(table, row)).values({column.name: new}))
    return Told(f"modify {table.name}.{column.name}", (marks,))


def _delete(connection: Connection, chance: random.Random, table: Table) -> Told:
    row = _any(connection, table, chance)
    while table is VALUE and row.body == "{}":  # all its values are erased already: nothing is lost with it
        row = _any(connection, table, chance)
    marks = _marks(table, row._mapping)
    if table is HISTORY:
        marks |= link_of(connection, row._mapping)
    connection.execute(delete(table).where(_at(table, row)))
    return Told(f"delete {table.name}", (marks,))


def _insert(connection: Connection, chance: random.Random, table: Table) -> Told:
    row = dict(_any(connection, table, chance)._mapping)
    for column in table.primary_key.columns:
        row[column.name] = _other(column, row[column.name])
    if "token" in row:
        row["token"] = f"{row['token']}0"
    connection.execute(table.insert(), row)
    return Told(f"insert {table.name}", (_marks(table, row),))


def _swap(connection: Connection, chance: random.Random, table: Table) -> Told:
    names = {"sys_history": "digest", "sys_history_value": "body", "sys_chain": "hash", "sys_audit": "subject"}
    column = table.c[names[table.name]]
    rows = connection.execute(select(table).order_by(*table.primary_key.columns)).all()
    one = chance.choice(rows)
    other = chance.choice([row for row in rows if getattr(row, column.name) != getattr(one, column.name)])
    for row, from_ in ((one, other), (other, one)):
        connection.execute(table.update().where(_at(table, row)).values({column.name: getattr(from_, column.name)}))
    return Told(f"swap {table.name}", tuple(_marks(table, row._mapping) for row in (one, other)))


def _truncate(connection: Connection, chance: random.Random, table: Table) -> Told:
    """Cut the end off a table, and only of it."""
    key = next(iter(table.primary_key.columns))
    row = _any(connection, table, chance)
    cut = connection.execute(select(table).where(key >= getattr(row, key.name))).all()
    marks = [_marks(table, one._mapping) for one in cut if getattr(one, "body", "") != "{}"]
    if table is HISTORY:
        marks = [link_of(connection, one._mapping) for one in cut]
    connection.execute(delete(table).where(key >= getattr(row, key.name)))
    return Told(f"truncate {table.name}", tuple(marks))


def _cut_tail(connection: Connection, chance: random.Random) -> Told:
    """Cut links off together with their rows and values, so that what is left is a sound, shorter history."""
    last = connection.execute(select(func.max(CHAIN.c.seq))).scalar_one()
    cut = select(CHAIN.c.token).where(CHAIN.c.seq > chance.randint(1, last - 1))
    tokens = connection.execute(cut).scalars().all()
    for table, column in (
        (ERASURE, ERASURE.c.by_token), (VALUE, VALUE.c.token), (HISTORY, HISTORY.c.token), (CHAIN, CHAIN.c.token)
    ):  # fmt: skip
        connection.execute(delete(table).where(column.in_(tokens)))
    return Told("cut tail", (frozenset({f"link {last}"}),))


def _lies() -> list[Lie]:
    """Return every way to lie: each column of each table, each deed on each table, and what is forged knowingly."""
    ways: list[Lie] = []
    for table in TABLES:
        for column in table.columns:
            ways.append(lambda c, r, t=table, o=column: _modify(c, r, t, o))  # type: ignore[misc]
        for deed in (_delete, _insert, _truncate, *(() if table is ERASURE else (_swap,))):
            ways.append(lambda c, r, t=table, d=deed: d(c, r, t))  # type: ignore[misc]
    return [*ways, *[_cut_tail] * 3, *FORGERIES]


class _Undo(Exception):
    """Takes the lie back."""


def test_tampering_is_found_and_located(written: Installation) -> None:
    """Every row that was lied about is named; where the end was cut off with all of it, the anchor's link is."""
    chance = random.Random(SEED)
    ways = _lies()
    cases = max(size("cases of tampering", 300, 10_000) // 2, len(ways))  # the test runs once on each kind of database
    walked = Walked()
    with written.database.read() as connection:
        assert list(flaws(connection, written.database.seal, walked)) == []
    told: Counter[str] = Counter()
    missed = []
    for case in range(cases):
        try:
            with written.database.write() as connection:
                _drop_triggers(connection)
                lie = ways[case % len(ways)](connection, chance)
                found = _found(written, connection, (walked.seq, walked.hash))
                told[lie.what] += 1
                if unnamed := lie.unnamed(found):
                    missed.append((lie.what, unnamed[0], found[:3]))
                raise _Undo
        except _Undo:
            pass
    assert missed == []
    tally = Tally(f"tampering with the history, {written.database.dialect}")
    tally.counts.update({"cases": sum(told.values()), "kinds of lies": len(told)})
    tally.report(cases=max(cases, 150))
    assert told.keys() >= KINDS | {f"modify {table.name}.{column.name}" for table in TABLES for column in table.columns}
    with written.database.read() as connection:
        assert _found(written, connection, (walked.seq, walked.hash)) == []


@pytest.mark.parametrize("name", ["forge a value", "make up a record"])
def test_only_the_key_keeps_forgeries_from_being_sound(written: Installation, name: str) -> None:
    """The negative control: what a thief of the key forges isn't found, but by an anchor from before."""
    walked, sound = Walked(), 0
    with written.database.read() as connection:
        assert list(flaws(connection, written.database.seal, walked)) == []
    for seed in range(3):
        for lie in FORGERIES:
            try:
                with written.database.write() as connection:
                    _drop_triggers(connection)
                    told = lie(connection, Thief(seed, written.database.seal))
                    if told.what == name:
                        assert _found(written, connection) == []
                        anchored = [one.code for one in _found(written, connection, (walked.seq, walked.hash))]
                        assert anchored == (["anchor.lost"] if name == "forge a value" else [])
                        sound += 1
                    raise _Undo
            except _Undo:
                pass
    assert sound == 3


def test_a_true_value_that_comes_back_is_found_by_its_erasure(written: Installation) -> None:
    """Who kept a value with its salt can put it back so that it fits; the row that says it was erased tells on him."""
    with written.ctx() as ctx:
        one = actions.create(ctx, "contact", {"last_name": "N", "first_name": "geheim"})
    of_it = (HISTORY.c.entity == "contact") & (HISTORY.c.record_id == one)
    at = select(HISTORY.c.token, HISTORY.c.number).where(of_it).order_by(HISTORY.c.id)
    with written.database.write() as connection:
        token, number = connection.execute(at).one()
        value = (VALUE.c.token == token) & (VALUE.c.number == number)
        kept = connection.execute(select(VALUE.c.body).where(value)).scalar_one()
        history.erase(connection, history.Stamp(NOW, None, "Lotse"), "contact", one, 1, ["first_name"])
    with written.database.write() as connection:
        _drop_triggers(connection)
        erased = ERASURE.c.token == token
        by = connection.execute(select(ERASURE.c.by_token, ERASURE.c.by_number).where(erased)).one()
        connection.execute(VALUE.update().where(value).values(body=kept))
        connection.execute(delete(ERASURE).where(erased))
        found = _found(written, connection)
    assert [(flaw.code, flaw.place) for flaw in found] == [("erasure.changed", f"{by.by_token}/{by.by_number}")]


def test_a_record_that_was_changed_past_its_history_is_named(written: Installation) -> None:
    firm = written.snapshot.tables["firm"]
    with written.database.write() as connection:
        connection.execute(firm.update().where(firm.c.id == 2).values(version=firm.c.version + 1))
        connection.execute(firm.delete().where(firm.c.id == 3))
    with written.database.read() as connection:
        past = list(unrecorded(connection, written.snapshot))
    found = [(one.entity, one.record_id, one.version, one.noted) for one in past]
    assert found == [("firm", 2, 3, 2), ("firm", 3, None, 2)]


def test_a_value_that_was_changed_past_its_history_is_named(written: Installation) -> None:
    tables = written.snapshot.tables
    with written.database.read() as connection:
        assert list(altered(connection, written.snapshot)) == []
    with written.database.write() as connection:
        for entity, key, values in (
            ("firm", 2, {"name": "Gefälscht"}),
            ("firm", 3, {"owner_id": None, "code": None}),
            ("deal_item", 4, {"net": 4711}),
            ("contact", 5, {"archived_at": NOW}),
            ("contact", 1, {"first_name": "gelöscht und gefälscht"}),
        ):
            table = tables[entity]
            connection.execute(table.update().where(table.c.id == key).values(values))
        found = [(one.entity, one.record_id, one.field) for one in altered(connection, written.snapshot)]
    assert found == [
        ("contact", 5, "archived_at"), ("deal_item", 4, "net"), ("firm", 2, "name"), ("firm", 3, "code"),
    ]  # fmt: skip


def test_another_key_proves_nothing(written: Installation) -> None:
    with written.database.read() as connection:
        found = list(flaws(connection, b"another", Walked()))
    assert {flaw.code for flaw in found} == {"link.key"}
