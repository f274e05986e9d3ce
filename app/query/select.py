"""The only builder of SELECTs on entity tables: what is shown, what is asked for, what the reader may see.

A `Selection` is told what to show and which conditions hold; it joins each reference once, brings the labels of
references along, and has the reader's guard look at every table and column it names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

from sqlalchemy import ClauseElement, ColumnElement, Select, select, true

from app.access.rights import Covering
from app.context import Context
from app.errors import FieldError, InvalidQuery
from app.expr.ast import Expr, and_
from app.expr.environment import Environment
from app.expr.messages import ExprError
from app.expr.sql_value import SqlValue
from app.expr.to_sql import SqlCondition, SqlResult, to_sql, to_sql_value
from app.expr.types import ValueType
from app.language import Label
from app.meta.model import FieldPath
from app.meta.paths import target_of
from app.meta.scope import EntityScope
from app.meta.volatile import written_out
from app.query.columns import Shown, value_suffixes
from app.query.environment import environment_of
from app.query.guard import ReaderGuard
from app.query.joins import Joins
from app.query.operands import Operands
from app.query.rows import values_of
from app.query.volatile import VolatileColumns

#: Largest condition that is handed to a database, in parts as they are written out: far above what anybody means.
MAX_PARTS: Final = 20_000
_TOO_COSTLY: Final = Label(
    "Die Bedingung ist zu aufwendig. Bitte weniger Rechenschritte ineinander schachteln.",
    "The condition is too costly. Please nest fewer calculations in each other.",
)
_Found = TypeVar("_Found", SqlCondition, SqlResult)
Values = Callable[[Context], dict[str, Any]]


def written_size(element: ClauseElement) -> int:
    """Return of how many parts an element consists once it is written out.

    In SQL nothing has a name: what a calculation needs twice, such as the divisor that mustn't be zero, is written
    twice. A few steps nested in each other so make millions of words, out of a tree that is small in memory.
    """
    sizes: dict[int, int] = {}
    seen: list[ClauseElement] = []  # held, because the id of an object that is gone may be given to another
    waiting = [(element, False)]
    while waiting:
        part, counted = waiting.pop()
        if id(part) in sizes:
            continue
        below = tuple(part.get_children())
        if counted:
            sizes[id(part)] = 1 + sum(sizes.get(id(one), 1) for one in below)
            continue
        seen.append(part)
        waiting.append((part, True))
        waiting.extend((one, False) for one in below)
    return sizes[id(element)]


def _affordable(found: _Found, element: Callable[[_Found], ClauseElement]) -> _Found:
    """Return what was compiled, unless it is far too long.

    Raises:
        InvalidQuery: it is.
    """
    if written_size(element(found)) > MAX_PARTS:
        raise InvalidQuery((FieldError("query.condition.too_costly", _TOO_COSTLY),))
    return found


class Selection:
    """A SELECT on the records of one entity that is being put together.

    Args:
        ctx: the configuration and the reader; only while the statement is built, nothing of it is kept.
        entity_key: whose records.
        parameters: types of the parameters that conditions may name.
        name: tells the parameters of several SELECTs in one statement apart.
    """

    def __init__(
        self, ctx: Context, entity_key: str, parameters: Mapping[str, ValueType] | None = None, name: str = ""
    ) -> None:
        self.ctx = ctx
        self.entity_key = entity_key
        self.guard = None if ctx.actor.everything else ReaderGuard(ctx, name)
        self.joins = Joins(ctx, entity_key, guard=self.guard)
        self.joins.volatile = VolatileColumns(self.value, ctx.snapshot.dialect)
        self.operand = Operands(self.joins)
        self.scope = EntityScope(ctx.snapshot.model, entity_key, parameters or {})
        self._name = name
        self._columns: list[ColumnElement[Any]] = []
        self._clauses: list[ColumnElement[bool]] = []
        self._environments: list[Callable[[Environment], Mapping[str, Any]]] = []
        if self.guard is not None:
            self.where(self.guard.rows(entity_key, self.joins.base))

    def column(self, element: ColumnElement[Any]) -> int:
        """Add a column to the result and return its index."""
        self._columns.append(element)
        return len(self._columns) - 1

    def show(self, path: FieldPath) -> Shown:
        """Add what a path shows: its stored columns and the label of the record it points to."""
        hops, field = path.hops, path.field
        if field.type.link() is not None or field.type.lines() is not None:
            return Shown(path, start=0, width=0, record=self.column(self.joins.record_id(hops, field)))
        suffixes = value_suffixes(path)
        start = len(self._columns)
        for suffix in suffixes:
            self.column(self.joins.column(hops, field, suffix))
        target = target_of(field.type) if path.sub is None else None
        label = None if target is None else self.column(self.joins.label(hops, field))
        return Shown(path, start, len(suffixes), label, target)

    def condition(self, expr: Expr) -> ColumnElement[bool]:
        """Return a checked expression in SQL, with its values noted; what it needs is joined."""
        found = _affordable(self._compiled(to_sql, expr, "x"), lambda one: one.clause)
        self._environments.append(found.parameters)
        return found.clause

    def value(self, expr: Expr) -> SqlValue:
        """Return a checked expression as a value in SQL, with its values noted; what it needs is joined."""
        found = _affordable(self._compiled(to_sql_value, expr, "v"), lambda one: one.value.element)
        self._environments.append(found.parameters)
        return found.value

    def _compiled(self, compile_: Callable[..., _Found], expr: Expr, kind: str) -> _Found:
        """Compile an expression; its parameters get names of their own.

        Raises:
            InvalidQuery: a reader's condition that no database can compute.
        """
        prefix = f"{self._name}{kind}{len(self._environments)}_"
        dialect = self.ctx.snapshot.dialect
        expr = written_out(expr, self.ctx.snapshot.model, self.entity_key)
        try:
            return compile_(expr, self.scope, self.operand, dialect, prefix=prefix, aggregate=self.operand.aggregate)
        except ExprError as wrong:
            errors = (FieldError(f"query.condition.{one.code}", one.message) for one in wrong.problems)
            raise InvalidQuery(tuple(errors)) from wrong

    def where_expr(self, *conditions: Expr | None) -> None:
        """Demand that conditions are TRUE; None stands for no condition."""
        expr = and_(*conditions)
        if expr is not None:
            self._clauses.append(self.condition(expr))

    def where(self, *clauses: ColumnElement[bool] | None) -> None:
        """Demand that clauses hold; None stands for no clause."""
        self._clauses.extend(clause for clause in clauses if clause is not None)

    def covers(self, covering: Covering) -> ColumnElement[bool]:
        """Return whether a record is one of those that some of the reader's roles cover."""
        if self.guard is None:
            return true()
        return self.guard.covers(self.entity_key, self.joins.base, covering)

    def archived(self, archived: bool | None) -> None:
        """Demand live records (False), those in the archive (True), or take both (None)."""
        if archived is not None:
            column = self.joins.base.c.archived_at
            self.where(column.is_not(None) if archived else column.is_(None))

    def statement(self, columns: Sequence[ColumnElement[Any]] | None = None) -> Select[Any]:
        """Return the SELECT as it is now; `columns` instead of those that were added."""
        chosen = self._columns if columns is None else columns
        return select(*chosen).select_from(self.joins.source).where(*self._clauses)

    def values(self) -> Values:
        """Return a function that gives the values of the statement's parameters for a reader and an instant."""
        environments = tuple(self._environments)
        guarded = None if self.guard is None else tuple(self.guard.values)

        def values(ctx: Context) -> dict[str, Any]:
            environment = environment_of(ctx)
            found = {} if guarded is None else values_of(ctx, guarded)
            for one in environments:
                found.update(one(environment))
            return found

        return values
