"""Entities linked: conditions, rules, titles, unique groups, child lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Any

from app.expr.deps import paths
from app.expr.messages import ExprError
from app.meta.linking.computed import Computed
from app.meta.linking.expressions import Expressions, Lookup, report_no_path
from app.meta.linking.fields import is_computed, label_of
from app.meta.linking.shapes import Property, Shape
from app.meta.linking.workshop import At, Desk, Source, under
from app.meta.model import Entity, Field, Lock, Rule, TitlePart
from app.meta.paths import SHOWN_HOPS, NoPath, find_path, target_of
from app.meta.scope import NoNames
from app.meta.titles import InvalidTitle, parse_title

_CONDITIONS = ("required_if", "visible_if", "readonly_if")


def make_lines(desk: Desk, key: str) -> tuple[tuple[str, str], ...]:
    """Return the child entities of an entity, each with the field whose rows they are."""
    shape: Shape | None = desk.ask("shape", key)
    if shape is None or desk.ask("standing", key) == "abstract":
        return ()
    found = ((field.type.lines(), field.key) for field in shape.entity.fields.values())
    return tuple((rows.entity, field) for rows, field in found if rows is not None)


def make_owners(desk: Desk, key: str) -> tuple[tuple[str, str], ...]:
    """Return the `(entity, field)` pairs whose rows are records of this entity."""
    owners: Mapping[str, tuple[tuple[str, str], ...]] = desk.ask("all_owners", "")
    return owners.get(key, ())


def make_all_owners(desk: Desk, key: str) -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Return the owners of every entity that is somebody's child."""
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    for entity in desk.keys("entities"):
        for child, field in desk.ask("lines", entity):
            found[child] = (*found.get(child, ()), (entity, field))
    return MappingProxyType(found)


class _Linker:
    """Makes one entity out of its shape."""

    def __init__(self, desk: Desk, shape: Shape) -> None:
        self.desk = desk
        self.shape = shape
        self.key = shape.entity.key
        self.lookup = Lookup(desk, "shape")
        self.expressions = Expressions(desk, self.lookup, self.key)
        self.computed = Computed(desk, self.lookup, shape, self.expressions)

    def fields(self) -> Mapping[str, Field]:
        """Return the fields with their conditions, rules and computed defaults."""
        return MappingProxyType(
            {
                key: self._field(field, self.shape.properties[key]) if not field.system else field
                for key, field in self.shape.entity.fields.items()
            }
        )

    def _field(self, field: Field, source: Property) -> Field:
        x_crm, at = source.x_crm, source.at
        self._check_lines(field, at)
        changes: dict[str, Any] = {}
        for name in _CONDITIONS:
            if isinstance(x_crm.get(name), str):
                changes[name] = self.expressions.condition(x_crm[name], partial(at, name))
        if x_crm.get("rules"):
            changes["rules"] = self.rules(x_crm["rules"], under(at, "rules"))
        if is_computed(x_crm.get("default")):
            changes["default_expr"] = self._default(field, x_crm["default"]["expr"], under(at, "default", "expr"))
        changes |= self.computed.changes(field, source)
        for name in (*_CONDITIONS, "formula"):
            self.computed.check_gathered(changes.get(name), partial(at, name))
        return replace(field, **changes) if changes else field

    def _default(self, field: Field, text: str, at: At) -> Any:
        expr = self.desk.parse(text)
        named = () if isinstance(expr, ExprError) else sorted(paths(expr))
        for keys in named:
            self.desk.findings.add("expression.default_field", at(), name=".".join(keys))
        if named:
            return None
        return Expressions(self.desk, self.lookup, self.key, NoNames()).compile(text, at, field.type.value_type)

    def rules(self, given: list[Mapping[str, Any]], at: At) -> tuple[Rule, ...]:
        """Return rules, those with a broken condition left out."""
        found: list[Rule] = []
        for index, rule in elements(self.desk, given, at):
            check = self.expressions.condition(rule["check"], partial(at, index, "check"))
            shown = rule.get("at")
            if shown is not None and shown not in self.shape.entity.fields and shown not in self.shape.broken:
                known = tuple(self.shape.entity.fields)
                self.desk.findings.unknown("entity.rule_at", at(index, "at"), shown, known)
            self.computed.check_gathered(check, partial(at, index, "check"))
            if check is not None:
                found.append(Rule(rule["id"], check, label_of(rule["message"], rule["id"]), shown))
        return tuple(found)

    def locks(self) -> Iterator[Lock]:
        """Yield the states in which records are locked, those with a broken condition left out."""
        for source in self.shape.sources:
            at = under(source.at, "x-crm", "locks")
            for index, lock in elements(self.desk, source.body["x-crm"].get("locks", []), at):
                condition = self.expressions.condition(lock["if"], partial(at, index, "if"))
                exempt = tuple(lock.get("except", ()))
                for place, key in enumerate(exempt):
                    if key not in self.shape.entity.fields and key not in self.shape.broken:
                        known = tuple(self.shape.entity.fields)
                        self.desk.findings.unknown("entity.lock_except", at(index, "except", place), key, known)
                if condition is not None:
                    yield Lock(lock["id"], condition, exempt, label_of(lock["message"], lock["id"]))

    # -- child lines ------------------------------------------------------------------------------------------------

    def _check_lines(self, field: Field, at: At) -> None:
        rows = field.type.lines()
        if rows is None or self.desk.ask("standing", self.key) == "abstract":
            return
        if not self._entity_exists(rows.entity, at("entity")):
            return
        child = self.lookup.shape(rows.entity)
        if child is None:
            return
        via = child.entity.fields.get(rows.via)
        if via is None or via.system:
            if rows.via not in child.broken:
                known = tuple(child.properties)
                self.desk.findings.unknown("field.unknown_via", at("via"), rows.via, known, entity=rows.entity)
        elif target_of(via.type) != self.key:
            place = at("via")
            self.desk.findings.add("field.via_elsewhere", place, entity=rows.entity, name=rows.via, owner=self.key)
        elif (other := self._same_rows(field)) is not None:
            self.desk.findings.add("field.same_lines", at("via"), name=other, entity=rows.entity)
        self._check_sums(field, child, at)

    def _same_rows(self, field: Field) -> str | None:
        """Return the key of a field above that has the very same rows: each save would give them by half."""
        for key, other in self.shape.entity.fields.items():
            if key == field.key:
                return None
            if other.type.lines() is not None and other.type.lines() == field.type.lines():
                return key
        return None

    def _check_sums(self, field: Field, child: Shape, at: At) -> None:
        for index, name in enumerate(field.type.spec.parameters.get("sums") or ()):
            summed = child.entity.fields.get(name)
            if summed is None and name not in child.broken:
                known = tuple(child.properties)
                values = {"entity": child.entity.key}
                self.desk.findings.unknown("field.unknown_sum", at("sums", index), name, known, **values)
            elif summed is not None and "sum" not in summed.type.aggregates:
                self.desk.findings.add("field.sum_unusable", at("sums", index), name=name)

    def _entity_exists(self, key: str, place: Any) -> bool:
        standing = self.desk.ask("standing", key)
        if standing == "missing":
            self.desk.findings.unknown("field.unknown_target", place, key, self.desk.keys("entities"))
        elif standing == "abstract":
            self.desk.findings.add("field.abstract_target", place, name=key)
        return bool(standing == "normal")

    # -- the record as a whole --------------------------------------------------------------------------------------

    def title(self) -> tuple[TitlePart, ...]:
        """Return the title's parts; without a template, the first field that can be a title."""
        for source in reversed(self.shape.sources):
            template = source.body["x-crm"].get("title")
            if template is not None:
                return self._title(template, source)
        return self._usual_title()

    def _title(self, template: str, source: Source) -> tuple[TitlePart, ...]:
        place = source.at("x-crm", "title")
        try:
            parts = parse_title(template)
        except InvalidTitle as wrong:
            self.desk.findings.add("entity.title", place, position=wrong.position)
            return ()
        for part in parts:
            if part.path:
                self._check_title_path(".".join(part.path), place)
        return parts

    def _check_title_path(self, text: str, place: Any) -> None:
        path = find_path(self.lookup, self.key, text, SHOWN_HOPS)
        if isinstance(path, NoPath):
            if path.code == "path.unknown":
                path = replace(path, code="entity.title_field")
            report_no_path(self.desk, self.lookup, self.key, path, place, text)
        elif path.field.key in self.desk.ask("volatile", path.field.entity):
            self.desk.findings.add("entity.title_volatile", place, name=text)
        elif not path.field.type.columns() or (path.field.key == "title" and path.field.system):
            self.desk.findings.add("entity.title_unusable", place, name=text)

    def _usual_title(self) -> tuple[TitlePart, ...]:
        own = [
            field
            for field in self.shape.entity.fields.values()
            if not field.system and field.type.columns() and field.key not in self.computed.volatile
        ]
        ranked = sorted(own, key=lambda field: (not field.searchable, not field.required))
        return (TitlePart("", (ranked[0].key,), ""),) if ranked else ()

    def unique(self) -> Iterator[tuple[str, ...]]:
        """Yield the groups of fields that are unique together."""
        for source in self.shape.sources:
            for number, group in enumerate(source.body["x-crm"].get("unique", ())):
                at = under(source.at, "x-crm", "unique", number)
                sound = [self._unique_field(name, at(index)) for index, name in enumerate(group)]
                if all(sound):
                    yield tuple(group)

    def _unique_field(self, name: str, place: Any) -> bool:
        field = self.shape.entity.fields.get(name)
        if name in self.shape.broken:
            return False
        if field is None:
            self.desk.findings.unknown("entity.unique_unknown", place, name, tuple(self.shape.entity.fields))
        elif not field.type.columns() or name in self.computed.volatile:
            self.desk.findings.add("entity.unique_unusable", place, name=name)
        return field is not None and bool(field.type.columns())

    def check_required(self) -> None:
        """Report names in `required` that are no fields; retired fields may stay there."""
        known = {*self.shape.properties, *self.shape.entity.retired}
        for source in self.shape.sources:
            for index, name in enumerate(source.body.get("required", ())):
                if name not in known:
                    place = source.at("required", index)
                    self.desk.findings.unknown("entity.required_unknown", place, name, tuple(self.shape.properties))


def elements(desk: Desk, given: list[Mapping[str, Any]], at: At) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield elements with their index; an id that stands twice is reported, and only its first element counts."""
    seen: set[str] = set()
    for index, element in enumerate(given):
        if element["id"] in seen:
            desk.findings.add("structure.duplicate_id", at(index, "id"), name=element["id"])
            continue
        seen.add(element["id"])
        yield index, element


def make_entity(desk: Desk, key: str) -> Entity | None:
    """Return an entity, or None where its document is too broken for use."""
    shape: Shape | None = desk.ask("shape", key)
    if shape is None:
        return None
    linker = _Linker(desk, shape)
    linker.check_required()
    fields, title, unique = linker.fields(), linker.title(), tuple(linker.unique())
    rules = [
        rule
        for source in shape.sources
        if source.body["x-crm"].get("rules")
        for rule in linker.rules(source.body["x-crm"]["rules"], under(source.at, "x-crm", "rules"))
    ]
    owners = desk.ask("owners", key)
    entity = replace(shape.entity, locks=tuple(linker.locks()), owners=owners)
    return replace(entity, fields=fields, title=title, rules=tuple(rules), unique=unique)
