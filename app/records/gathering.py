"""Roll-ups worked out by the database: one statement for a field and any number of records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, bindparam, func, select

from app.access.actor import PRODUCT
from app.context import Context
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


def _made(ctx: Context, field: Field) -> _Gathering:
    rollup = field.rollup
    assert rollup is not None
    selection = Selection(ctx, rollup.entity, name="g_")
    base = selection.joins.base
    via = base.c[column_name(ctx.snapshot.model.entities[rollup.entity].fields[rollup.via])]
    selection.where(via.in_(bindparam(_IDS, expanding=True)))
    selection.archived(False)
    selection.where_expr(rollup.condition)
    number = rollup.path is None or info_of(rollup.path).type is ValueType.NUMBER
    return _Gathering(_statement(ctx, selection, rollup, via), selection.values(), number)


def _statement(ctx: Context, selection: Selection, rollup: Rollup, via: ColumnElement[Any]) -> Select[Any]:
    if rollup.path is None:
        return selection.statement([via, func.count()]).group_by(via)
    sub, fields = rollup.path.sub, ctx.snapshot.model.entities[rollup.entity].fields
    suffix = "" if sub is None else rollup.path.field.type.subs()[sub].suffix
    column = selection.joins.column((), rollup.path.field, suffix)
    if rollup.aggregate != "latest":
        return selection.statement([via, getattr(func, rollup.aggregate)(column, type_=column.type)]).group_by(via)
    by, base = selection.joins.column((), fields[rollup.by]), selection.joins.base
    newest = func.row_number().over(partition_by=via, order_by=(by.desc().nulls_last(), base.c.id.desc()))
    ranked = selection.statement([via.label("parent"), column.label("value"), newest.label("place")]).subquery()
    return select(ranked.c.parent, ranked.c.value).where(ranked.c.place == 1)
