"""A small company's records on a real database, written straight into the tables, so that only reading is tried."""

from __future__ import annotations

import html
import io
import random
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, event

from app.access.actor import Actor
from app.context import Context
from app.expr.fold import fold, search_text
from app.fields.address import Address
from app.fields.money import Money
from app.fields.pointing import AnyRef
from app.storage.names import column_name
from tests.support.install import Installation

SALES = Actor(id=1, name="Vera", roles=frozenset({"sales"}))
GUEST = Actor(id=2, name="Gast", roles=frozenset({"guest"}))
NOW = datetime(2026, 3, 15, 9, 30, tzinfo=UTC)
DEALS = 60
_PEOPLE = ("Anna", "Björn", "Cem")


@dataclass
class World:
    """An installation with records in it; `ids` are the records' ids by entity, `deals` what was written."""

    installation: Installation
    ids: dict[str, list[int]] = field(default_factory=dict)
    deals: list[dict[str, Any]] = field(default_factory=list)

    @contextmanager
    def ctx(self, actor: Actor = SALES, locale: Any = "de") -> Iterator[Context]:
        """Open a transaction as one of the people."""
        with self.installation.ctx(actor, locale, now=NOW) as ctx:
            yield ctx


def add(ctx: Context, entity_key: str, values: dict[str, Any], title: str, **system: Any) -> int:
    """Write a record and return its id."""
    entity, table = ctx.snapshot.model.entities[entity_key], ctx.snapshot.tables[entity_key]
    row: dict[str, Any] = {
        "title": title,
        "title__folded": fold(title),
        "search_text": search_text(title),
        "created_at": NOW,
        "updated_at": NOW,
        "version": 1,
        **system,
    }
    for key, value in values.items():
        one = entity.fields[key]
        for suffix, stored in one.type.to_columns(value).items():
            row[column_name(one, suffix)] = stored
    record_id = int(ctx.connection.execute(table.insert().returning(table.c.id), row).scalar_one())
    for key, value in values.items():
        if entity.fields[key].type.link() is not None and value:
            link = ctx.snapshot.tables.link(entity_key, key)
            rows = [{"record_id": record_id, "target_id": one, "position": at} for at, one in enumerate(value)]
            ctx.connection.execute(link.insert(), rows)
    return record_id


_INDUSTRIES = ("retail", "it", None, "it", "fax", "retail")
_NAMES = ("Äpfel AG", "zeta", "Öl & Söhne", "Beta GmbH", "alpha KG", "Übermut")


def fill(world: World) -> World:
    """Write companies, people, deals with lines; every kind of column is empty somewhere."""
    with world.installation.ctx(now=NOW) as ctx:
        companies: list[int] = []
        for at, name in enumerate(_NAMES):
            values = {
                "name": name,
                "industry": _INDUSTRIES[at],
                "employees": (10, 49, 50, None, 120, 101)[at],
                "parent": companies[at - 2] if at > 1 else None,
                "home": Address("Weg 1", "10115", "Berlin", None, "DE") if at % 2 else None,
            }
            companies.append(add(ctx, "company", values, name))
        people = [add(ctx, "person", {"name": name, "company": companies[0]}, name) for name in _PEOPLE]
        secret = add(ctx, "secret", {"name": "Pssst"}, "Pssst")
        world.ids = {"company": companies, "person": people, "secret": [secret], "deal": []}
        chance = random.Random(7)
        for at in range(DEALS):
            values = _deal(chance, at, world)
            archived = {"archived_at": NOW} if at % 20 == 19 else {}
            record = add(ctx, "deal", values, str(values["name"]), **archived)
            world.ids["deal"].append(record)
            world.deals.append({**values, "id": record, "archived": bool(archived)})
            for line in range(at % 3):
                net = Decimal(line + 1)
                add(ctx, "deal_line", {"name": f"L{line}", "deal": record, "net": net}, "L", position=line)
    return world


def _deal(chance: random.Random, at: int, world: World) -> dict[str, Any]:
    companies, people = world.ids["company"], world.ids["person"]
    amount = Money(Decimal(chance.randrange(100, 90_000)) / 100, "CHF" if at % 7 == 0 else "EUR")
    targets = (AnyRef("company", companies[at % 6]), AnyRef("person", people[at % 3]), None)
    return {
        "name": f"{chance.choice('AaÄBb1Zz')}uftrag {at:02d}",
        "company": chance.choice([*companies, None]),
        "contact": chance.choice([*people, None]),
        "secret": world.ids["secret"][0],
        "stage": chance.choice(["open", "won", "lost", None]),
        "amount": chance.choice([amount, amount, None]),
        "weight": chance.choice([None, Decimal(chance.randrange(-5000, 5000)) / 1000]),
        "close_date": chance.choice([None, date(2025, 11, 3) + timedelta(days=chance.randrange(150))]),
        "starts_at": chance.choice([None, datetime(2026, 3, 28, 20, tzinfo=UTC) + timedelta(hours=at * 9)]),
        "hot": chance.choice([True, False, None]),
        "tags": chance.choice([None, ("Messe",), ("Messe", "VIP")]),
        "topics": chance.choice([None, ("it",), ("retail", "it")]),
        "people": chance.choice([None, (people[1], people[0]), (people[2],)]),
        "about": targets[at % 3],
    }


@contextmanager
def statements(connection: Connection) -> Iterator[list[str]]:
    """Collect the statements that a connection runs."""
    found: list[str] = []

    def note(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
        found.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    yield found
    event.remove(connection, "before_cursor_execute", note)


def sheet_rows(book: bytes) -> list[list[str]]:
    """Read the cells of a workbook's sheet as they are written in its XML; a formula fails."""
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    rows = re.findall(r"<row [^>]*>(.*?)</row>", sheet, re.DOTALL)
    return [[html.unescape(text) for text in re.findall(r"<(?:t|v)(?: [^>]*)?>(.*?)</(?:t|v)>", row)] for row in rows]
