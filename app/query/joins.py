"""The tables of one SELECT: the entity's own, and one LEFT JOIN for each distinct reference that is followed."""

from __future__ import annotations

from functools import partial
from typing import Any, Protocol

from sqlalchemy import ColumnElement, FromClause, and_

from app.context import Context
from app.meta.model import Entity, Field
from app.meta.paths import target_of
from app.query.volatile import VolatileColumns
from app.storage.names import column_name

Hops = tuple[Field, ...]


def _named(table: FromClause, name: str) -> FromClause:
    """Return a table under another name, made up to its columns, so that statements of all threads may share it."""
    alias = table.alias(name)
    _ = alias.c
    return alias


class Guard(Protocol):
    """Whoever says what of a table may be read."""

    def rows(self, entity_key: str, table: FromClause) -> ColumnElement[bool] | None:
        """Return which rows of a table are seen, or None for all."""

    def value(self, field: Field, table: FromClause, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """Return a column of a field, empty in rows in which the field isn't readable."""

    def title(self, joins: Joins, hops: Hops, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """Return a title, empty where what it shows isn't readable."""


class Joins:
    """Tables by the references that lead to them, joined when first asked for.

    Rows that the guard doesn't let through are joined as if they weren't there: their columns are empty, whoever names
    them. So every column that is asked for here is one that may be read.

    Args:
        ctx: the configuration and the reader.
        entity_key: the entity that the SELECT is about.
        base: its table, or an alias of it; the table itself where not given.
        guard: says what may be read; None for a statement of the product itself, which reads everything.
        prefix: begins the names of joined tables.
    """

    def __init__(
        self,
        ctx: Context,
        entity_key: str,
        *,
        base: FromClause | None = None,
        guard: Guard | None = None,
        prefix: str = "",
    ) -> None:
        self.ctx = ctx
        self.entity_key = entity_key
        self.base: FromClause = ctx.snapshot.tables[entity_key] if base is None else base
        self.source: FromClause = self.base
        self.guard = guard
        self._prefix = prefix
        self._at: dict[tuple[str, ...], FromClause] = {(): self.base}
        #: Computes what has no column; set by the SELECT that these tables are of.
        self.volatile: VolatileColumns | None = None

    def at(self, hops: Hops) -> FromClause:
        """Return the table at the end of some references; every one of them is joined once."""
        keys = tuple(field.key for field in hops)
        table = self._at.get(keys)
        if table is None:
            table = self._join(hops)
            self._at[keys] = table
        return table

    def entity_at(self, hops: Hops) -> Entity:
        """Return the entity at the end of some references."""
        key = self.entity_key if not hops else target_of(hops[-1].type)
        return self.ctx.snapshot.model.entities[key or ""]

    def column(self, hops: Hops, field: Field, suffix: str = "") -> ColumnElement[Any]:
        """Return one column of a field at the end of some references."""
        if field.system and field.key == "title":
            return self.title(hops, folded=suffix == "folded")
        if field.volatile and self.volatile is not None:
            return self._guarded(hops, field, self.volatile.column(hops, field, suffix))
        return self._guarded(hops, field, self.at(hops).c[column_name(field, suffix)])

    def column_if_any(self, hops: Hops, field: Field, suffix: str) -> ColumnElement[Any] | None:
        """Return one column of a field, or None where it has no such column."""
        if field.volatile:
            known = any(spec.suffix == suffix for spec in field.type.columns())
        else:
            known = column_name(field, suffix) in self.at(hops).c
        return self.column(hops, field, suffix) if known else None

    def record_id(self, hops: Hops, field: Field) -> ColumnElement[Any]:
        """Return the id under which the links or child rows of a field are found."""
        return self._guarded(hops, field, self.at(hops).c.id)

    def _guarded(self, hops: Hops, field: Field, column: ColumnElement[Any]) -> ColumnElement[Any]:
        return column if self.guard is None else self.guard.value(field, self.at(hops), column)

    def title(self, hops: Hops = (), *, folded: bool = False) -> ColumnElement[Any]:
        """Return what a record is called."""
        column = self.at(hops).c["title__folded" if folded else "title"]
        return column if self.guard is None else self.guard.title(self, hops, column)

    def label(self, hops: Hops, field: Field) -> ColumnElement[Any]:
        """Return what the record is called that a reference points to."""
        there = (*hops, field)
        return self.at(there).c["name"] if self._is_person(field) else self.title(there)

    def folded_label(self, hops: Hops, field: Field) -> ColumnElement[Any]:
        """Return what a list is sorted by when it is sorted by a reference."""
        there = (*hops, field)
        return self.at(there).c["name"] if self._is_person(field) else self.title(there, folded=True)

    def _is_person(self, field: Field) -> bool:
        return (target_of(field.type) or "").startswith("@")

    def _join(self, hops: Hops) -> FromClause:
        parent, field = self.at(hops[:-1]), hops[-1]
        target = target_of(field.type)
        tables = self.ctx.snapshot.tables
        alias = f"{self._prefix}j{len(self._at)}"
        key = self._guarded(hops[:-1], field, parent.c[column_name(field, "")])
        table: FromClause
        if target in ("@user", "@team"):
            table = (tables.user if target == "@user" else tables.team).alias(alias)
            self.source = self.source.outerjoin(table, table.c.id == key)
            return table
        assert target is not None
        table = self.ctx.snapshot.plan(("joined", target, alias), partial(_named, tables[target], alias))
        seen = None if self.guard is None else self.guard.rows(target, table)
        same = table.c.id == key
        self.source = self.source.outerjoin(table, same if seen is None else and_(same, seen))
        return table
