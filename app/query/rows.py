"""Which rows of an entity's table somebody's roles are about, as clauses in SQL.

The same clause stands wherever a table is named: on the table of a list, in the ON of a join, in a subselect over child
rows. A clause's parameters are filled in when the statement runs: whoever has the same roles shares the statement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from sqlalchemy import ColumnElement, FromClause, and_, bindparam, false, or_, select

from app.access.rights import Covering, access
from app.context import Context
from app.expr.ast import Expr
from app.expr.environment import Environment
from app.expr.to_sql import SqlCondition, to_sql
from app.meta.role import Reach, Scope
from app.meta.scope import EntityScope
from app.meta.volatile import written_out
from app.query.environment import environment_as
from app.query.gate import readable, sees_all
from app.query.joins import Joins
from app.query.operands import Operands
from app.storage.names import column_name
from app.storage.types import ID

#: Gives the values of parameters for a request.
Values = Callable[[Context], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Clause:
    """A condition on a table that says which of its rows something is about.

    Args:
        element: the condition, or None where it is every row.
        values: give the values of its parameters, beside those of the identities.
    """

    element: ColumnElement[bool] | None = None
    values: tuple[Values, ...] = ()


ALWAYS: Final = Clause()


def identity_values(ctx: Context) -> dict[str, Any]:
    """Return whom the reader's roles mean, as values of the parameters of clauses."""
    found: dict[str, Any] = {}
    for number, identity in enumerate(ctx.actor.identities):
        found[f"reader_user_{number}"] = identity.user_id
        found[f"reader_team_{number}"] = identity.team_id
        found[f"reader_teams_{number}"] = list(identity.team_ids)
    return found


def values_of(ctx: Context, values: tuple[Values, ...]) -> dict[str, Any]:
    """Return the values of all parameters of some clauses."""
    found = identity_values(ctx)
    for one in values:
        found.update(one(ctx))
    return found


def visible(ctx: Context, entity_key: str, table: FromClause, name: str) -> Clause:
    """Return which rows of an entity's table the reader may see: by its own rights, and by those on its owners.

    Args:
        ctx: the reader.
        entity_key: which entity.
        table: its table, or an alias of it.
        name: tells the parameters of this clause apart from others of the statement.
    """
    own = covered(ctx, entity_key, table, access(ctx, entity_key).read, name)
    clauses = [own, *_below_visible(ctx, entity_key, table, name)]
    elements = [clause.element for clause in clauses if clause.element is not None]
    return Clause(and_(*elements), tuple(v for clause in clauses for v in clause.values)) if elements else ALWAYS


def _below_visible(ctx: Context, entity_key: str, table: FromClause, name: str) -> Iterator[Clause]:
    """Demand of child rows that the reader may see the record whose lines they are."""
    entities = ctx.snapshot.model.entities
    for number, (owner, field_key) in enumerate(entities[entity_key].owners):
        if sees_all(ctx, owner):
            continue
        lines = entities[owner].fields[field_key].type.lines()
        assert lines is not None
        via = table.c[column_name(entities[entity_key].fields[lines.via])]
        if owner not in readable(ctx):
            yield Clause(via.is_(None))
            continue
        parent = ctx.snapshot.tables[owner].alias(f"{name}p{number}")
        seen = visible(ctx, owner, parent, f"{name}o{number}")
        assert seen.element is not None
        yield Clause(or_(via.is_(None), via.in_(select(parent.c.id).where(seen.element))), seen.values)


def covered(ctx: Context, entity_key: str, table: FromClause, covering: Covering, name: str) -> Clause:
    """Return which rows of a table a covering is about.

    Args:
        ctx: the reader.
        entity_key, table, name: see `visible`.
        covering: what his roles cover together.
    """
    if covering.whole:
        return ALWAYS
    if not covering:
        return Clause(false())
    parts = [
        _scope(ctx, entity_key, table, scope, who, f"{name}s{number}_")
        for number, (scope, who) in enumerate(covering.parts)
    ]
    elements = [part.element for part in parts if part.element is not None]
    return Clause(or_(*elements), tuple(v for part in parts for v in part.values))


_REACHES: Final[Mapping[Reach, Callable[[FromClause, int], ColumnElement[bool]]]] = {
    Reach.OWN: lambda table, who: table.c.owner_id == bindparam(f"reader_user_{who}", type_=ID),
    Reach.TEAM: lambda table, who: table.c.team_id == bindparam(f"reader_team_{who}", type_=ID),
    Reach.TEAM_TREE: lambda table, who: table.c.team_id.in_(bindparam(f"reader_teams_{who}", type_=ID, expanding=True)),
}


def _scope(ctx: Context, entity_key: str, table: FromClause, scope: Scope, who: int, name: str) -> Clause:
    if scope.where is None:
        return Clause(_REACHES[scope.reach](table, who))
    element, parameters = _where(ctx, entity_key, table, scope.where, name)
    return Clause(element, (partial(_parameters, parameters, who),))


def _parameters(parameters: Callable[[Environment], Mapping[str, Any]], who: int, ctx: Context) -> Mapping[str, Any]:
    return parameters(environment_as(ctx, ctx.actor.identities[who]))


def _where(
    ctx: Context, entity_key: str, table: FromClause, where: Expr, name: str
) -> tuple[ColumnElement[bool], Callable[[Environment], Mapping[str, Any]]]:
    """Compile the condition of a right; it is asked with all rights: it may look at what its people can't see."""
    joins, found = _compiled(ctx, entity_key, table, where, name)
    if joins.source is table:
        return found.clause, found.parameters
    # It follows references: asked beside the statement, so that none of its joins gets into it.
    inner = ctx.snapshot.tables[entity_key].alias(f"{name}r")
    joins, found = _compiled(ctx, entity_key, inner, where, name)
    ids = select(inner.c.id).select_from(joins.source).where(found.clause)
    return table.c.id.in_(ids), found.parameters


def _compiled(ctx: Context, entity_key: str, table: FromClause, where: Expr, name: str) -> tuple[Joins, SqlCondition]:
    where = written_out(where, ctx.snapshot.model, entity_key)
    joins = Joins(ctx, entity_key, base=table, prefix=name)
    operand = Operands(joins)
    scope = EntityScope(ctx.snapshot.model, entity_key, {})
    dialect = ctx.snapshot.dialect
    return joins, to_sql(where, scope, operand, dialect, prefix=name, aggregate=operand.aggregate)
