"""Expressions of documents: parsed, checked where they stand, and every problem reported there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from app.expr import deps
from app.expr.ast import Expr
from app.expr.check import check
from app.expr.messages import ExprError
from app.expr.scope import Scope
from app.expr.types import ValueType
from app.meta.findings import Place
from app.meta.linking.shapes import Shape
from app.meta.linking.workshop import At, Desk, Source
from app.meta.model import Entity, FieldPath
from app.meta.paths import SHOWN_HOPS, NoPath, find_path, target_of
from app.meta.scope import EntityScope


class Lookup:
    """Entities by key, as one unit asks for them: their shapes, or the finished entities.

    Args:
        desk: who asks.
        phase: `shape` while entities are being made, `entity` afterwards.
    """

    __slots__ = ("_desk", "_phase")

    def __init__(self, desk: Desk, phase: str = "entity") -> None:
        self._desk = desk
        self._phase = phase

    def get(self, key: str, /) -> Entity | None:
        """Return an entity, or None where there is none that can be used."""
        shape = self.shape(key)
        if shape is None or self._phase == "shape":
            return None if shape is None else shape.entity
        found: Entity | None = self._desk.ask("entity", key)
        return found

    def shape(self, key: str) -> Shape | None:
        """Return an entity's shape, or None where there is none that can be used."""
        if self._desk.document("entities", key) is None:
            return None
        found: Shape | None = self._desk.ask("shape", key)
        return found

    def exists(self, key: str) -> bool:
        """Return whether there is such a document at all, however broken."""
        return self._desk.document("entities", key) is not None


def walk(lookup: Lookup, entity_key: str, keys: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield entity and field key of every step of a path, as far as it can be followed."""
    here = entity_key
    for key in keys:
        yield here, key
        entity = lookup.get(here)
        field = None if entity is None else entity.fields.get(key)
        if field is None:
            return
        rows = field.type.lines()
        target = rows.entity if rows is not None else target_of(field.type)
        if target is None or target.startswith("@"):
            return
        here = target


def stumbles(lookup: Lookup, entity_key: str, keys: tuple[str, ...]) -> bool:
    """Return whether a path leads over something broken, which has been reported already."""
    for entity, key in walk(lookup, entity_key, keys):
        shape = lookup.shape(entity)
        if (shape is None and lookup.exists(entity)) or (shape is not None and key in shape.broken):
            return True
    return False


class Expressions:
    """Compiles the expressions of one document.

    Args:
        desk: who asks and reports.
        lookup: where entities are found.
        entity_key: the entity whose records the expressions are about.
        scope: the names they may use; by default the entity's.
        query: whether a database computes them.
    """

    __slots__ = ("_desk", "_entity_key", "_lookup", "_query", "scope")

    def __init__(
        self, desk: Desk, lookup: Lookup, entity_key: str, scope: Scope | None = None, *, query: bool = False
    ) -> None:
        self._desk = desk
        self._lookup = lookup
        self._entity_key = entity_key
        self._query = query
        self.scope: Scope = EntityScope(lookup, entity_key) if scope is None else scope

    def condition(self, text: str | None, place: Callable[[], Place]) -> Expr | None:
        """Return a condition's tree, or None where there is none or it is wrong."""
        return self.compile(text, place, ValueType.BOOLEAN)

    def compile(self, text: str | None, place: Callable[[], Place], expect: ValueType | None) -> Expr | None:
        """Return an expression's tree, or None where there is none or it is wrong.

        Args:
            text: the expression as it was written.
            place: where it stands; asked for only when something is wrong.
            expect: the type it must have.
        """
        if text is None:
            return None
        expr = self._desk.parse(text)
        if isinstance(expr, ExprError):
            for problem in expr.problems:
                self._desk.findings.expression(problem, place(), text)
            return None
        return expr if self._is_sound(expr, text, place, expect) else None

    def _is_sound(self, expr: Expr, text: str, place: Callable[[], Place], expect: ValueType | None) -> bool:
        paths = sorted(deps.paths(expr))
        problems = check(expr, self.scope, expect, query=self._query)
        if not problems:
            return self._options_exist(expr, place)
        if any(stumbles(self._lookup, self._entity_key, keys) for keys in paths):
            return False
        retired = [name for keys in paths for name in self._retired(keys)]
        for name in retired:
            self._desk.findings.add("expression.retired_field", place(), name=name)
        for problem in () if retired else problems:
            self._desk.findings.expression(problem, place(), text)
        return False

    def _retired(self, keys: tuple[str, ...]) -> Iterator[str]:
        for entity, key in walk(self._lookup, self._entity_key, keys):
            shape = self._lookup.shape(entity)
            if shape is not None and key in shape.entity.retired:
                yield key

    def _options_exist(self, expr: Expr, place: Callable[[], Place]) -> bool:
        """Report texts that a choice is compared with and that its list doesn't have."""
        sound = True
        for keys, text in deps.options(expr):
            path = self.scope.path(keys) if isinstance(self.scope, EntityScope) else None
            if path is None or path.sub is not None:
                continue
            known = [option.key for option in path.field.type.spec.options]
            if known and text not in known:
                values = {"field": path.field.label}
                self._desk.findings.unknown("expression.unknown_option", place(), text, known, **values)
                sound = False
        return sound


def report_no_path(desk: Desk, lookup: Lookup, entity_key: str, wrong: NoPath, place: Place, text: str) -> None:
    """Report why a text is no path, unless something broken that is reported elsewhere is the reason."""
    keys = tuple(text.split("."))
    if stumbles(lookup, entity_key, keys):
        return
    if wrong.known:
        desk.findings.unknown(wrong.code, place, wrong.name, wrong.known, entity=wrong.entity)
    else:
        desk.findings.add(wrong.code, place, name=wrong.name, entity=wrong.entity, limit=wrong.limit)


def is_retired(lookup: Lookup, entity_key: str, text: str) -> bool:
    """Return whether a path names a field that has been retired."""
    for entity, key in walk(lookup, entity_key, tuple(text.split("."))):
        shape = lookup.shape(entity)
        if shape is not None and key in shape.entity.retired:
            return True
    return False


def resolve_path(
    desk: Desk, lookup: Lookup, entity_key: str, text: str, place: Place, limit: int = SHOWN_HOPS
) -> FieldPath | None:
    """Return a path, or None having reported why it is none; a retired field only hides itself, with a warning."""
    found = find_path(lookup, entity_key, text, limit)
    if isinstance(found, FieldPath):
        return found
    if is_retired(lookup, entity_key, text):
        desk.findings.add("field.retired_used", place, name=text)
    else:
        report_no_path(desk, lookup, entity_key, found, place, text)
    return None


def entity_of(desk: Desk, lookup: Lookup, source: Source, code: str) -> Entity | None:
    """Return the entity that a mask, view or report is about, or None having reported that there is none."""
    key = source.body["entity"]
    standing = desk.ask("standing", key)
    if standing == "missing":
        desk.findings.unknown(code, source.at("entity"), key, desk.keys("entities"))
    elif standing == "abstract":
        desk.findings.add("field.abstract_target", source.at("entity"), name=key)
    return lookup.get(key) if standing == "normal" else None


def check_roles(desk: Desk, roles: Sequence[str], at: At) -> tuple[str, ...]:
    """Return role keys, having reported those that don't exist."""
    for index, role in enumerate(roles):
        if desk.document("roles", role) is None:
            desk.findings.unknown("roles.unknown", at(index), role, desk.keys("roles"))
    return tuple(roles)
