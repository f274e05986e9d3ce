"""What a path of a condition is in SQL: a column of a joined table, or for lists how to ask what is in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, FromClause, String, Text, cast, exists, false, func, literal, null, select
from sqlalchemy.dialects.postgresql import JSONB

from app.expr.sql_value import SqlOperand
from app.expr.types import ValueType
from app.fields.column import LinesSpec
from app.meta.model import Field
from app.meta.paths import WRITTEN_OUT_HOPS, NoPath, find_path
from app.query.joins import Hops, Joins
from app.storage.names import column_name

Has = Callable[[ColumnElement[Any]], ColumnElement[bool]]


class Operands:
    """Operands of the conditions of one SELECT; asking for one joins what it needs.

    Conditions of documents and of readers were checked before; here a path is only looked up.

    Args:
        joins: the tables of the SELECT.
    """

    def __init__(self, joins: Joins) -> None:
        self._joins = joins
        self._entities = joins.ctx.snapshot.model.entities
        self._dialect = joins.ctx.snapshot.dialect

    def __call__(self, keys: tuple[str, ...]) -> SqlOperand:
        """Return the operand of a path."""
        hops, field, sub = self._found(keys)
        if sub is not None:
            return self._part(hops, field, sub)
        field_type = field.type
        if field_type.link() is not None:
            return self._linked(hops, field)
        if field_type.lines() is not None:
            return self._lines(hops, field)
        column = self._joins.column(hops, field)
        if field_type.value_type is ValueType.LIST:
            return SqlOperand(column, ValueType.LIST, has=self._in_json(column), empty=column.is_(None))
        return SqlOperand(column, field_type.value_type, field_type.scale(), self._folded(hops, field, ""))

    def _found(self, keys: tuple[str, ...]) -> tuple[Hops, Field, str | None]:
        path = find_path(self._entities, self._joins.entity_key, ".".join(keys), WRITTEN_OUT_HOPS)
        if isinstance(path, NoPath):
            raise KeyError(keys)
        return path.hops, path.field, path.sub

    def _folded(self, hops: Hops, field: Field, suffix: str) -> ColumnElement[Any] | None:
        return self._joins.column_if_any(hops, field, f"{suffix}_folded" if suffix else "folded")

    def _part(self, hops: Hops, field: Field, sub: str) -> SqlOperand:
        part = field.type.subs()[sub]
        column = self._joins.column(hops, field, part.suffix)
        return SqlOperand(column, part.value_type, part.scale, self._folded(hops, field, part.suffix))

    def _linked(self, hops: Hops, field: Field) -> SqlOperand:
        """Ask the link table of an m:n field, which stays outside the FROM: one record is one row."""
        link = self._joins.ctx.snapshot.tables.link(field.entity, field.key)
        record_id = self._joins.record_id(hops, field)
        rows = exists(select(1).select_from(link).where(link.c.record_id == record_id))

        def has(item: ColumnElement[Any]) -> ColumnElement[bool]:
            if isinstance(item.type, String):
                return false()  # no text is the id of a record
            return exists(select(1).select_from(link).where(link.c.record_id == record_id, link.c.target_id == item))

        return SqlOperand(null(), ValueType.LIST, has=has, empty=~rows)

    def _lines(self, hops: Hops, field: Field) -> SqlOperand:
        """Ask the child rows; only whether there are any, because conditions don't look into them in SQL."""
        spec = field.type.lines()
        assert spec is not None
        child = self._joins.ctx.snapshot.tables[spec.entity].alias()
        own = self._own(child, spec, hops, field)
        return SqlOperand(null(), ValueType.LIST, has=None, empty=~exists(select(1).select_from(child).where(*own)))

    def _own(self, child: FromClause, spec: LinesSpec, hops: Hops, field: Field) -> tuple[ColumnElement[bool], ...]:
        """Return what makes rows the live children of a record; those that the reader may not see aren't among them."""
        via = child.c[column_name(self._entities[spec.entity].fields[spec.via])]
        own = (via == self._joins.record_id(hops, field), child.c.archived_at.is_(None))
        guard = self._joins.guard
        seen = None if guard is None else guard.rows(spec.entity, child)
        return own if seen is None else (*own, seen)

    def _of_child(self, child: FromClause, field: Field, suffix: str = "") -> ColumnElement[Any]:
        """Return a column of child rows, empty where the reader may not read it."""
        column, guard = child.c[column_name(field, suffix)], self._joins.guard
        return column if guard is None else guard.value(field, child, column)

    def aggregate(self, function: str, keys: tuple[str, ...]) -> SqlOperand:
        """Return a number computed over the live child rows of a record, as a subselect of its own."""
        at = next(place for place in range(1, len(keys) + 1) if self._is_lines(keys[:place]))
        hops, field, _ = self._found(keys[:at])
        spec = field.type.lines()
        assert spec is not None
        child = self._joins.ctx.snapshot.tables[spec.entity].alias()
        fields = self._entities[spec.entity].fields
        own = self._own(child, spec, hops, field)
        rest = keys[at:]
        if not rest or function == "count":
            counted = func.count(self._of_child(child, fields[rest[0]]) if rest else child.c.id)
            return SqlOperand(select(counted).where(*own).scalar_subquery(), ValueType.NUMBER)
        value = fields[rest[0]]
        part = value.type.subs()[rest[1]] if len(rest) > 1 else None
        column = self._of_child(child, value, part.suffix if part is not None else "")
        computed = getattr(func, function)(column, type_=column.type)
        value_type = part.value_type if part is not None else value.type.value_type
        scale = part.scale if part is not None else value.type.scale()
        return SqlOperand(select(computed).where(*own).scalar_subquery(), value_type, scale)

    def _is_lines(self, keys: tuple[str, ...]) -> bool:
        _, field, part = self._found(keys)
        return part is None and field.type.lines() is not None

    def _in_json(self, column: ColumnElement[Any]) -> Has:
        if self._dialect == "postgresql":
            as_binary = cast(column, JSONB)
            return lambda item: as_binary.has_key(cast(item, Text))

        def has(item: ColumnElement[Any]) -> ColumnElement[bool]:
            entries = func.json_each(column).table_valued("value").alias()
            return exists(select(literal(1)).select_from(entries).where(entries.c.value == item))

        return has
