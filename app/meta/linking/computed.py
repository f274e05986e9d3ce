"""Computed fields linked: formulas, roll-ups, number ranges, and what they may not do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Final

from app.expr.ast import Aggregate, Expr
from app.expr.check import type_of
from app.expr.deps import functions, paths, walk
from app.expr.types import ValueType
from app.meta.linking.expressions import Expressions, Lookup, report_no_path
from app.meta.linking.expressions import walk as walk_path
from app.meta.linking.fields import COMPUTED
from app.meta.linking.shapes import Property, Shape
from app.meta.linking.workshop import At, Desk
from app.meta.model import Field, FieldPath, NumberRange, Rollup
from app.meta.numbering import InvalidPattern, parse_pattern
from app.meta.paths import NoPath, find_path, target_of
from app.meta.scope import info_of

#: System fields that change with every save, are themselves computed from others, or aren't known before the save.
_RESTLESS: Final = frozenset({"id", "title", "version", "updated_at", "updated_by", "archived_at"})
_READER: Final = frozenset({"me", "my_team"})
_ORDERED: Final = frozenset({ValueType.TEXT, ValueType.NUMBER, ValueType.DATE, ValueType.TIME, ValueType.DATETIME})


class Computed:
    """Links the computed fields of one entity.

    Args:
        desk: who asks and reports.
        lookup: where shapes are found.
        shape: the entity.
        expressions: compiles expressions about its records.
    """

    __slots__ = ("desk", "expressions", "lookup", "shape", "volatile")

    def __init__(self, desk: Desk, lookup: Lookup, shape: Shape, expressions: Expressions) -> None:
        self.desk = desk
        self.lookup = lookup
        self.shape = shape
        self.expressions = expressions
        abstract = desk.ask("standing", shape.entity.key) == "abstract"
        self.volatile: frozenset[str] = frozenset(() if abstract else desk.ask("volatile", shape.entity.key))

    def changes(self, field: Field, source: Property) -> Mapping[str, Any]:
        """Return what is different about a field because it is computed; nothing where it isn't."""
        x_crm, at = source.x_crm, source.at
        kinds = [kind for kind in COMPUTED if kind in x_crm]
        if not kinds:
            for name in ("frozen_if", "declassified"):
                if name in x_crm:
                    self.desk.findings.add("computed.nothing_to", at(name), name=name)
            return {}
        if len(kinds) > 1:
            self.desk.findings.add("computed.several", at(kinds[1]), one=kinds[0], other=kinds[1])
            return {}
        if "default" in x_crm:
            self.desk.findings.add("computed.default", at("default"), name=field.key)
        if kinds[0] == "number":
            return {"number": self._number(field, x_crm, at)}
        if not field.type.computable:
            self.desk.findings.add("computed.type", at(kinds[0]), type=field.type.label)
            return {}
        changes: dict[str, Any] = {"declassified": x_crm.get("declassified", False)}
        if kinds[0] == "formula":
            changes["formula"] = self._formula(field, x_crm["formula"], partial(at, "formula"))
        else:
            changes["rollup"] = self._rollup(field, x_crm["rollup"], at)
        changes["frozen_if"] = self._frozen(x_crm.get("frozen_if"), partial(at, "frozen_if"))
        if field.key in self.volatile:
            changes["volatile"] = True
            self._check_volatile(field, at)
        return changes

    # -- formulas -----------------------------------------------------------------------------------------------------

    def _formula(self, field: Field, text: str, at: At) -> Expr | None:
        expr = self.expressions.compile(text, at, field.type.value_type)
        if expr is None:
            return None
        found = type_of(expr, self.expressions.scope)
        if found is ValueType.DATE and field.type.value_type is ValueType.DATETIME:
            self.desk.findings.add("computed.day_for_moment", at())
        self._common(expr, at)
        return expr

    def _common(self, expr: Expr, at: At, entity_key: str | None = None) -> None:
        """Report what no computed value may look at; the expression is about records of an entity, or of this one."""
        for name in sorted(functions(expr) & _READER):
            self.desk.findings.add("computed.reader", at(), name=name)
        for keys in sorted(paths(expr)):
            if self._is_restless(entity_key or self.shape.entity.key, keys):
                self.desk.findings.add("computed.restless", at(), name=".".join(keys))

    def _is_restless(self, entity_key: str, keys: tuple[str, ...]) -> bool:
        here = entity_key
        for key in keys:
            entity = self.lookup.get(here)
            field = None if entity is None else entity.fields.get(key)
            if field is None:
                return False
            if field.system and key in _RESTLESS:
                return True
            rows = field.type.lines()
            here = rows.entity if rows is not None else target_of(field.type) or ""
        return False

    def _frozen(self, text: str | None, at: At) -> Expr | None:
        expr = self.expressions.condition(text, at)
        if expr is None:
            return None
        own = self.shape.entity.fields
        for keys in sorted(paths(expr)):
            field = own.get(keys[0])
            far = field is not None and len(keys) > 1 and keys[1] not in field.type.subs()
            if field is None or far or field.type.lines() is not None or keys[0] in self.volatile:
                self.desk.findings.add("computed.frozen_path", at(), name=".".join(keys))
        self._common(expr, at)
        if functions(expr) & {"today", "now"}:
            self.desk.findings.add("computed.frozen_moment", at())
        return expr

    # -- roll-ups -----------------------------------------------------------------------------------------------------

    def _rollup(self, field: Field, given: Mapping[str, Any], at: At) -> Rollup | None:
        child = given["entity"]
        place = partial(at, "rollup")
        if not self._points_here(child, given["via"], place):
            return None
        entity, aggregate = self.lookup.get(child), given["aggregate"]
        assert entity is not None
        path = self._gathered(child, given, aggregate, place)
        by = given.get("by", "created_at") if aggregate == "latest" else None
        if by is not None and by not in entity.fields:
            self.desk.findings.unknown("computed.unknown_by", place("by"), by, tuple(entity.fields), entity=child)
        if aggregate != "count" and path is None:
            return None
        self._check_result(field, aggregate, path, place)
        where = Expressions(self.desk, self.lookup, child).condition(given.get("where"), partial(place, "where"))
        if where is not None:
            self._common(where, partial(place, "where"), child)
        return Rollup(child, given["via"], aggregate, path, by, where)

    def _points_here(self, child: str, via: str, place: At) -> bool:
        standing = self.desk.ask("standing", child)
        if standing != "normal":
            code = "field.unknown_target" if standing == "missing" else "field.abstract_target"
            if standing == "missing":
                self.desk.findings.unknown(code, place("entity"), child, self.desk.keys("entities"))
            else:
                self.desk.findings.add(code, place("entity"), name=child)
            return False
        shape = self.lookup.shape(child)
        if shape is None:
            return False
        found = shape.entity.fields.get(via)
        if found is None:
            if via not in shape.broken:
                known = tuple(shape.properties)
                self.desk.findings.unknown("field.unknown_via", place("via"), via, known, entity=child)
            return False
        if target_of(found.type) != self.shape.entity.key:
            owner = self.shape.entity.key
            self.desk.findings.add("field.via_elsewhere", place("via"), entity=child, name=via, owner=owner)
            return False
        return True

    def _gathered(self, child: str, given: Mapping[str, Any], aggregate: str, place: At) -> FieldPath | None:
        text = given.get("field")
        if text is None or aggregate == "count":
            if (text is None) != (aggregate == "count"):
                self.desk.findings.add("computed.rollup_field", place(), aggregate=aggregate)
            return None
        found = find_path(self.lookup, child, text, 0)
        if isinstance(found, NoPath):
            report_no_path(self.desk, self.lookup, child, found, place("field"), text)
            return None
        if self._is_restless(child, found.keys):
            self.desk.findings.add("computed.restless", place("field"), name=text)
        return found

    def _check_result(self, field: Field, aggregate: str, path: FieldPath | None, place: At) -> None:
        given = ValueType.NUMBER if path is None else info_of(path).type
        usable = {
            "sum": given is ValueType.NUMBER,
            "min": given in _ORDERED,
            "max": given in _ORDERED,
        }.get(aggregate, path is None or bool(path.field.type.columns()))
        if not usable or given is not field.type.value_type:
            at = place("aggregate" if path is None else "field")
            self.desk.findings.add("computed.rollup_type", at, aggregate=aggregate, type=field.type.label)

    # -- number ranges ------------------------------------------------------------------------------------------------

    def _number(self, field: Field, x_crm: Mapping[str, Any], at: At) -> NumberRange | None:
        given = x_crm["number"]
        place = partial(at, "number")
        for name in ("frozen_if", "declassified"):
            if name in x_crm:
                self.desk.findings.add("computed.nothing_to", at(name), name=name)
        if field.type.value_type is not ValueType.TEXT or field.type.spec.options or not field.type.computable:
            self.desk.findings.add("computed.number_type", place(), type=field.type.label)
            return None
        restart = given.get("restart", "never")
        try:
            pieces = parse_pattern(given["pattern"], restart)
        except InvalidPattern as wrong:
            self.desk.findings.add(f"computed.pattern_{wrong.code}", place("pattern"), text=wrong.text, restart=restart)
            return None
        draw_if = self.expressions.condition(given.get("draw_if"), partial(place, "draw_if"))
        self._check_draw(draw_if, partial(place, "draw_if"))
        return NumberRange(pieces, restart, given.get("gapless", False), draw_if)

    def _check_draw(self, draw_if: Expr | None, at: At) -> None:
        """Report what is gathered only after the number would have been drawn."""
        for keys in sorted(paths(draw_if)) if draw_if is not None else ():
            steps = walk_path(self.lookup, self.shape.entity.key, keys)
            if any(key in self.desk.ask("gathered", entity) for entity, key in steps):
                self.desk.findings.add("computed.draw_gathered", at(), name=".".join(keys))

    # -- values that depend on the day --------------------------------------------------------------------------------

    def _check_volatile(self, field: Field, at: At) -> None:
        if field.type.value_type is ValueType.TEXT and not field.type.spec.options:
            self.desk.findings.add("computed.volatile_text", at("formula"))
        for name, used in (("unique", field.unique), ("search", field.searchable)):
            if used:
                self.desk.findings.add("computed.volatile_kept", at(name), name=name)

    def check_gathered(self, expr: Expr | None, at: At) -> None:
        """Report sums over lines of a value that isn't stored."""
        for keys in _gathered_paths(expr):
            field = self.shape.entity.fields.get(keys[0])
            rows = None if field is None else field.type.lines()
            if rows is not None and len(keys) > 1 and keys[1] in self.desk.ask("volatile", rows.entity):
                self.desk.findings.add("computed.volatile_line", at(), name=".".join(keys))


def _gathered_paths(expr: Expr | None) -> Iterator[tuple[str, ...]]:
    for node in walk(expr) if expr is not None else ():
        if isinstance(node, Aggregate):
            yield node.path.keys
