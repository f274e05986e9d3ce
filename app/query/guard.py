"""The reader's guard: it stands at every table and column that a SELECT names, and lets through what he may read.

A table is joined with the clause of its visible rows; a column of a field that he may read in some of them only becomes
`CASE WHEN … THEN column END`; what he may not read at all is empty. Whoever may read everything pays for none of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, FromClause, and_, case, false, func, or_, true

from app.access.rights import Covering
from app.context import Context
from app.meta.model import Entity, Field
from app.meta.paths import target_of
from app.query.gate import always_reads, readable, reading, sees_all
from app.query.joins import Hops, Joins
from app.query.rows import Values, covered, visible
from app.storage.names import column_name

#: Titles that show titles that show titles: as far as they are followed; further on only whoever sees all sees them.
_DEEPEST: Final = 3


@dataclass(frozen=True, slots=True)
class TitleNeed:
    """Something that must be readable in a record for its title to be.

    Args:
        hops: the references that lead there.
        field: a field whose value is shown, or None where it is about the record that the last reference points to.
    """

    hops: Hops
    field: Field | None = None


class ReaderGuard:
    """Guards the SELECTs of one statement; remembers which parameters its clauses have.

    Args:
        ctx: the reader.
        name: tells the parameters apart from those of other statements that are put together with this one.
    """

    def __init__(self, ctx: Context, name: str = "") -> None:
        self.ctx = ctx
        self.values: list[Values] = []
        self._name = name or "g"
        self._clauses = 0

    def _next(self) -> str:
        self._clauses += 1
        return f"{self._name}{self._clauses}_"

    def rows(self, entity_key: str, table: FromClause) -> ColumnElement[bool] | None:
        """Return which rows of a table are seen, or None for all; none where the entity isn't readable."""
        if entity_key not in readable(self.ctx):
            return false()
        clause = visible(self.ctx, entity_key, table, self._next())
        self.values.extend(clause.values)
        return clause.element

    def value(self, field: Field, table: FromClause, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """Return a column of a field, empty in rows in which the field isn't readable."""
        condition = self._condition(field, table)
        return column if condition is None else case((condition, column), else_=None)

    def _condition(self, field: Field, table: FromClause) -> ColumnElement[bool] | None:
        if always_reads(self.ctx, field):
            return None
        clause = covered(self.ctx, field.entity, table, reading(self.ctx, field), self._next())
        self.values.extend(clause.values)
        return clause.element

    def covers(self, entity_key: str, table: FromClause, covering: Covering) -> ColumnElement[bool]:
        """Return whether rows of a table are covered, as TRUE or FALSE."""
        clause = covered(self.ctx, entity_key, table, covering, self._next())
        self.values.extend(clause.values)
        return true() if clause.element is None else func.coalesce(clause.element, false())

    def title(self, joins: Joins, hops: Hops, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """Return the title of the record at the end of some references, empty where what it shows isn't readable."""
        entity = joins.entity_at(hops)
        needs = title_needs(self.ctx, entity.key)
        if needs is None:
            return case((false(), column), else_=None)
        conditions = [self._met(joins, hops, need) for need in needs]
        return column if not conditions else case((and_(*conditions), column), else_=None)

    def _met(self, joins: Joins, hops: Hops, need: TitleNeed) -> ColumnElement[bool]:
        at = (*hops, *need.hops)
        table = joins.at(at)
        if need.field is None:
            parent = joins.at(at[:-1])
            return or_(parent.c[column_name(at[-1])].is_(None), table.c.id.is_not(None))
        condition = self._condition(need.field, table)
        assert condition is not None
        return or_(table.c.id.is_(None), condition) if need.hops else condition


def title_needs(ctx: Context, entity_key: str) -> tuple[TitleNeed, ...] | None:
    """Return what must be readable for a title of an entity to be, beyond what always is; None where it never is."""
    return ctx.snapshot.plan(("query.title_needs", ctx.actor.shape, entity_key), lambda: _title_needs(ctx, entity_key))


def _title_needs(ctx: Context, entity_key: str) -> tuple[TitleNeed, ...] | None:
    if entity_key.startswith("@") or ctx.actor.everything:
        return ()
    analysis = _Analysis(ctx)
    analysis.entity(ctx.snapshot.model.entities[entity_key], ())
    return None if analysis.never else tuple(dict.fromkeys(analysis.needs))


class _Analysis:
    """Walks what a title shows."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.never = False
        self.needs: list[TitleNeed] = []

    def entity(self, entity: Entity, hops: Hops) -> None:
        title = entity.fields.get("title")
        if title is not None and title.system:
            self._field(title, hops)
        for part in entity.title:
            if part.path:
                self._path(entity, part.path, hops)

    def _path(self, entity: Entity, path: tuple[str, ...], hops: Hops) -> None:
        field = entity.fields.get(path[0])
        if field is None:
            return
        self._field(field, hops)
        targets = field.type.spec.targets or ((target_of(field.type) or "@"),)
        if all(target.startswith("@") for target in targets):
            return
        target = target_of(field.type)
        if target is None or len(hops) >= _DEEPEST:
            # One of several entities, or several records: shown to whoever sees all of them.
            self.never |= not all(self._whole(one) for one in targets)
            return
        if target not in readable(self.ctx):
            self.never = True
            return
        if not sees_all(self.ctx, target):
            self.needs.append(TitleNeed((*hops, field)))
        there = self.ctx.snapshot.model.entities[target]
        if path[1:]:
            self._path(there, path[1:], (*hops, field))
        else:
            self.entity(there, (*hops, field))

    def _field(self, field: Field, hops: Hops) -> None:
        if not reading(self.ctx, field):
            self.never = True
        elif not always_reads(self.ctx, field):
            self.needs.append(TitleNeed(hops, field))

    def _whole(self, entity_key: str) -> bool:
        return sees_all(self.ctx, entity_key) and title_needs(self.ctx, entity_key) == ()
