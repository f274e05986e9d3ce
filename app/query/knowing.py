"""What somebody may be told about rules, and about whether a record fulfils them.

Rules aren't values. Whoever gives roles to people (`people`) or writes the documents (`configure`) knows every entity,
field and role by name, also those whose records he can't read: he couldn't answer for them otherwise. Everybody else
knows the entities and fields that he may read.

Whether *a record* fulfils a condition is a value. It may be told where the asker can read, in that record, everything
that the condition looks at; else a role's scope would tell him on which side of a value that is hidden from him the
record is. That goes for "own" and "the team's", too: they look at `owner` and `team`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from app.access.rights import access, capable
from app.context import Context
from app.errors import InvalidQuery, NotFound
from app.expr.ast import Expr
from app.expr.deps import paths
from app.meta.model import Entity, Field, Model
from app.meta.paths import target_of
from app.meta.role import Reach, Scope
from app.query.gate import always_reads, readable_fields, sees_all
from app.query.paths import unknown_field
from app.query.record import Record, load_record

Keys = tuple[str, ...]


def knows_rules(ctx: Context) -> bool:
    """Return whether somebody knows the rules of every entity and field."""
    return any(capable(ctx.snapshot.model, ctx.actor, one) for one in ("people", "configure"))


def known_entity(ctx: Context, entity_key: str) -> Entity:
    """Return an entity about whose rules somebody may ask.

    Raises:
        NotFound: it doesn't exist, or not for him; the two look the same.
    """
    entity = ctx.snapshot.model.entities.get(entity_key)
    if entity is None:
        raise NotFound(entity_key)
    granted = access(ctx, entity_key)
    if not (knows_rules(ctx) or granted.read or granted.create):
        raise NotFound(entity_key)
    return entity


def known_fields(ctx: Context, entity_key: str) -> Mapping[str, Field]:
    """Return the fields of an entity about whose rules somebody may ask."""
    return ctx.snapshot.model.entities[entity_key].fields if knows_rules(ctx) else readable_fields(ctx, entity_key)


def known_field(ctx: Context, entity_key: str, field_key: str) -> Field:
    """Return a field about whose rules somebody may ask.

    Raises:
        InvalidQuery: it doesn't exist, or not for him; the two look the same.
    """
    field = known_fields(ctx, entity_key).get(field_key)
    if field is None:
        raise InvalidQuery((unknown_field(field_key),))
    return field


def steps(model: Model, entity_key: str, keys: Keys) -> Iterator[Field]:
    """Yield every field that a path leads over, the last one too; what isn't there ends it."""
    here: str | None = entity_key
    for key in keys:
        entity = model.entities.get(here or "")
        field = None if entity is None else entity.fields.get(key)
        if field is None:
            return
        yield field
        lines = field.type.lines()
        here = target_of(field.type) if lines is None else lines.entity


def knows_names(ctx: Context, entity_key: str, named: Iterable[Keys]) -> bool:
    """Return whether somebody can read, in some record, every field that some paths lead over."""
    model = ctx.snapshot.model
    every = (field for keys in named for field in steps(model, entity_key, keys))
    return all(field.key in readable_fields(ctx, field.entity) for field in every)


def looks_at(scope: Scope) -> frozenset[Keys]:
    """Return what a scope looks at in a record."""
    if scope.where is not None:
        return paths(scope.where)
    fields = {Reach.OWN: "owner", Reach.TEAM: "team", Reach.TEAM_TREE: "team"}
    return frozenset({(fields[scope.reach],)}) if scope.reach in fields else frozenset()


def wording_known(ctx: Context, entity_key: str, where: Expr) -> bool:
    """Return whether somebody may read a condition's wording."""
    return knows_rules(ctx) or knows_names(ctx, entity_key, paths(where))


class Insight:
    """What somebody can read in single records.

    Args:
        ctx: who asks.
    """

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self._records: dict[tuple[str, int], Record | None] = {}

    def record(self, entity_key: str, record_id: int) -> Record | None:
        """Return a record as he sees it, without its lines; None where he doesn't."""
        key = (entity_key, record_id)
        if key not in self._records:
            try:
                self._records[key] = load_record(self.ctx, entity_key, record_id, lines=False)
            except NotFound:
                self._records[key] = None
        return self._records[key]

    def sees_through(self, entity_key: str, record_id: int, scope: Scope) -> bool:
        """Return whether he can read everything in a record that a scope looks at."""
        return all(self.reads(entity_key, record_id, keys) for keys in looks_at(scope))

    def reads(self, entity_key: str, record_id: int, keys: Keys) -> bool:
        """Return whether he can read what a path leads to from a record, and everything on the way."""
        record = self.record(entity_key, record_id)
        field = readable_fields(self.ctx, entity_key).get(keys[0])
        if record is None or field is None or field.key in record.hidden:
            return False
        if field.type.lines() is not None:
            return self._reads_rows(entity_key, field, keys[1:])
        target = target_of(field.type)
        if not keys[1:] or target is None or target.startswith("@"):
            return True
        there = record.values.get(field.key)
        return there is None or self.reads(target, int(there), keys[1:])

    def _reads_rows(self, entity_key: str, field: Field, rest: Keys) -> bool:
        """Return whether he reads something in all rows of a record that he can read, whichever they are."""
        lines = field.type.lines()
        assert lines is not None
        child = self.ctx.snapshot.model.entities[lines.entity]
        alone = child.owners == ((entity_key, field.key),) and access(self.ctx, child.key).read.whole
        if not (alone or sees_all(self.ctx, child.key)):
            return False
        named = child.fields.get(rest[0]) if rest else None
        return named is None or always_reads(self.ctx, named)
