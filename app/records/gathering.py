"""Roll-ups worked out by the database: one statement for a field and any number of records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Subquery, bindparam, func, select

from app.access.actor import PRODUCT
from app.context import Context
from app.expr.postgres_form import PostgresForm
from app.expr.scope import PathInfo
from app.expr.sql_value import SqlOperand, SqlValue
from app.expr.sqlite_form import SqliteForm
from app.expr.types import ValueType
from app.meta.model import Field, Rollup
from app.meta.scope import info_of
from app.query.select import Selection, Values
from app.records.stored import chunks
from app.storage.names import column_name

_IDS: Final = "at__parents"


@dataclass(frozen=True, slots=True)
class _Gathering:
    statement: Select[Any]
    values: Values
    number: bool


def gather(ctx: Context, field: Field, ids: Sequence[int]) -> Mapping[int, Any]:
    """Return what a roll-up gathers for some records, as expressions see it; records without anything are missing.

    Args:
        ctx: the connection and the configuration; everything is seen, whoever asks.
        field: a field with a roll-up.
        ids: the records that are gathered for.
    """
    everything = replace(ctx, actor=PRODUCT)
    name = ("records.gather", field.entity, field.key)
    gathering: _Gathering = ctx.snapshot.plan(name, lambda: _made(everything, field))
    found: dict[int, Any] = {}
    for some in chunks(ids):
        values = {**gathering.values(everything), _IDS: list(some)}
        for parent, value in ctx.connection.execute(gathering.statement, values):
            exact = gathering.number and value is not None and not isinstance(value, Decimal)
            found[parent] = Decimal(value) if exact else value
    return found


def gathered_for_all(ctx: Context, field: Field) -> tuple[Subquery, SqlValue, Values]:
    """Return what a roll-up gathers for every record: a table of `parent` and `value`, its value, its parameters.

    The value is meant for a SELECT that joins the table to the records, so that those without anything have one too.
    """
    rollup = field.rollup
    assert rollup is not None
    selection, via = _selection(replace(ctx, actor=PRODUCT), rollup)
    gathered = _statement(ctx, selection, rollup, via).subquery()
    element: ColumnElement[Any] = gathered.c.value
    if rollup.aggregate in ("sum", "count"):
        element = func.coalesce(element, 0, type_=element.type)
    info = PathInfo(ValueType.NUMBER) if rollup.path is None else info_of(rollup.path)
    operand = SqlOperand(element, info.type, info.scale)
    form = SqliteForm() if ctx.snapshot.dialect == "sqlite" else PostgresForm()
    return gathered, form.operand(operand), selection.values()


def _selection(ctx: Context, rollup: Rollup) -> tuple[Selection, ColumnElement[Any]]:
    selection = Selection(ctx, rollup.entity, name="g_")
    via = selection.joins.base.c[column_name(ctx.snapshot.model.entities[rollup.entity].fields[rollup.via])]
    selection.archived(False)
    selection.where(via.is_not(None))
    selection.where_expr(rollup.condition)
    return selection, via


def _made(ctx: Context, field: Field) -> _Gathering:
    rollup = field.rollup
    assert rollup is not None
    selection, via = _selection(ctx, rollup)
    selection.where(via.in_(bindparam(_IDS, expanding=True)))
    number = rollup.path is None or info_of(rollup.path).type is ValueType.NUMBER
    return _Gathering(_statement(ctx, selection, rollup, via), selection.values(), number)


def _statement(ctx: Context, selection: Selection, rollup: Rollup, via: ColumnElement[Any]) -> Select[Any]:
    if rollup.path is None:
        return selection.statement([via.label("parent"), func.count().label("value")]).group_by(via)
    sub, fields = rollup.path.sub, ctx.snapshot.model.entities[rollup.entity].fields
    suffix = "" if sub is None else rollup.path.field.type.subs()[sub].suffix
    column = selection.joins.column((), rollup.path.field, suffix)
    if rollup.by is None:
        gathered = getattr(func, rollup.aggregate)(column, type_=column.type).label("value")
        return selection.statement([via.label("parent"), gathered]).group_by(via)
    by, base = selection.joins.column((), fields[rollup.by]), selection.joins.base
    newest = func.row_number().over(partition_by=via, order_by=(by.desc().nulls_last(), base.c.id.desc()))
    ranked = selection.statement([via.label("parent"), column.label("value"), newest.label("place")]).subquery()
    return select(ranked.c.parent, ranked.c.value).where(ranked.c.place == 1)
