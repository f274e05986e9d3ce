"""A small installation and short words for the verbs, for the tests of the write side."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Select, event, select

from app.access.actor import PRODUCT, Actor
from app.context import Context
from app.errors import InvalidData
from app.records import actions
from app.runtime.store import Store
from app.storage.database import Database
from app.system.people import create_user

METADATA: Final = Path(__file__).parent / "metadata"
_TABLE: Final = re.compile(r"\b[el]_(?:firm|contact|deal)")
NOW: Final = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@dataclass(slots=True)
class Desk:
    """Where a test writes: each verb is a transaction of its own."""

    database: Database
    store: Store
    actor: Actor = field(default=PRODUCT)

    @contextmanager
    def ctx(self) -> Iterator[Context]:
        """Open a transaction that may write."""
        with self.database.write() as connection:
            yield self.context(connection)

    def context(self, connection: Connection) -> Context:
        """Make the context of a verb."""
        return Context(self.store.snapshot(connection), self.actor, connection, NOW, "en")

    def as_user(self, role: str) -> Desk:
        """Return the same desk with a user of one role at it."""
        with self.database.write() as connection:
            row_id = create_user(connection, f"{role}@example.com", None, role.title(), [role])
        return Desk(self.database, self.store, Actor(row_id, role.title(), frozenset({role})))

    def create(self, entity: str, **raw: Any) -> int:
        """Create a record."""
        with self.ctx() as ctx:
            return actions.create(ctx, entity, raw)

    def update(self, entity: str, record_id: int, version: int, **raw: Any) -> int:
        """Change a record."""
        with self.ctx() as ctx:
            return actions.update(ctx, entity, record_id, raw, version)

    def refused(self, entity: str, **raw: Any) -> Mapping[str, tuple[str, ...]]:
        """Return the codes with which a new record is refused, by field; those of the record as a whole under ""."""
        return refusal(lambda: self.create(entity, **raw))

    def row(self, entity: str, record_id: int) -> Mapping[str, Any]:
        """Return a stored row."""
        found = self.rows(entity, lambda statement, table: statement.where(table.c.id == record_id))
        assert len(found) == 1
        return found[0]

    def rows(
        self, entity: str, narrow: Callable[[Select[Any], Any], Select[Any]] | None = None
    ) -> list[dict[str, Any]]:
        """Return stored rows, in the order of their ids."""
        with self.database.read() as connection:
            table = self.store.snapshot(connection).tables[entity]
            statement = select(table).order_by(table.c.id)
            narrowed = statement if narrow is None else narrow(statement, table)
            return [dict(row) for row in connection.execute(narrowed).mappings()]

    def links(self, entity: str, field_key: str, record_id: int) -> list[int]:
        """Return what an m:n field of a record points to, in its order."""
        with self.database.read() as connection:
            table = self.store.snapshot(connection).tables.link(entity, field_key)
            statement = select(table.c.target_id).where(table.c.record_id == record_id).order_by(table.c.position)
            return list(connection.execute(statement).scalars())

    @contextmanager
    def counting(self) -> Iterator[list[str]]:
        """Collect the statements that are sent to the tables of entities."""
        sent: list[str] = []

        def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
            if _TABLE.search(statement):
                sent.append(statement)

        event.listen(self.database.engine, "before_cursor_execute", note)
        try:
            yield sent
        finally:
            event.remove(self.database.engine, "before_cursor_execute", note)


def refusal(act: Callable[[], object]) -> Mapping[str, tuple[str, ...]]:
    """Return the codes with which something is refused, by field; those of the record as a whole under ""."""
    try:
        act()
    except InvalidData as invalid:
        errors = invalid.errors
        codes = {key: tuple(error.code for error in found) for key, found in errors.fields.items()}
        return codes | ({"": tuple(error.code for error in errors.record)} if errors.record else {})
    raise AssertionError("it was not refused")
