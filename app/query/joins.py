"""The tables of one SELECT: the entity's own, and one LEFT JOIN for each distinct reference that is followed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, false

from app.context import Context
from app.meta.model import Field
from app.meta.paths import target_of
from app.query.gate import readable
from app.query.volatile import VolatileColumns
from app.storage.names import column_name

Hops = tuple[Field, ...]


class Joins:
    """Tables by the references that lead to them, joined when first asked for.

    A table that the reader may not read is joined `ON false`: its columns are empty, whoever names them.

    Args:
        ctx: the configuration and the reader.
        entity_key: the entity that the SELECT is about.
    """

    def __init__(self, ctx: Context, entity_key: str) -> None:
        self.ctx = ctx
        self.entity_key = entity_key
        self.base: FromClause = ctx.snapshot.tables[entity_key]
        self.source: FromClause = self.base
        self._at: dict[tuple[str, ...], FromClause] = {(): self.base}
        self._readable = readable(ctx)
        #: Computes what has no column; set by the SELECT that these tables are of.
        self.volatile: VolatileColumns | None = None

    def at(self, hops: Hops) -> FromClause:
        """Return the table at the end of some references; every one of them is joined once."""
        keys = tuple(field.key for field in hops)
        table = self._at.get(keys)
        if table is None:
            table = self._join(self.at(hops[:-1]), hops[-1])
            self._at[keys] = table
        return table

    def column(self, hops: Hops, field: Field, suffix: str = "") -> ColumnElement[Any]:
        """Return one column of a field at the end of some references."""
        if field.volatile and self.volatile is not None:
            return self.volatile.column(hops, field, suffix)
        return self.at(hops).c[column_name(field, suffix)]

    def label(self, hops: Hops, field: Field) -> ColumnElement[Any]:
        """Return what the record is called that a reference points to."""
        return self.at((*hops, field)).c[self.label_name(field)]

    def label_name(self, field: Field) -> str:
        """Return the column that holds the name of a reference's target."""
        return "name" if (target_of(field.type) or "").startswith("@") else "title"

    def folded_label(self, hops: Hops, field: Field) -> ColumnElement[Any]:
        """Return what a list is sorted by when it is sorted by a reference."""
        columns = self.at((*hops, field)).c
        return columns["title__folded"] if "title__folded" in columns else columns[self.label_name(field)]

    def _join(self, parent: FromClause, field: Field) -> FromClause:
        target = target_of(field.type)
        tables = self.ctx.snapshot.tables
        alias = f"j{len(self._at)}"
        key = parent.c[column_name(field, "")]
        if target in ("@user", "@team"):
            table = (tables.user if target == "@user" else tables.team).alias(alias)
            self.source = self.source.outerjoin(table, table.c.id == key)
            return table
        assert target is not None
        table = tables[target].alias(alias)
        seen = table.c.id == key
        self.source = self.source.outerjoin(table, seen if target in self._readable else and_(seen, false()))
        return table
