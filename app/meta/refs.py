"""Who uses what: which masks, views, reports, rules and fields depend on a field, an entity, a list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from app.expr.ast import Expr
from app.expr.deps import paths
from app.language import Label
from app.meta.model import (
    Entity,
    Field,
    FieldElement,
    FieldPath,
    Mask,
    MenuItem,
    Model,
    RelatedElement,
    Report,
    Rule,
)
from app.meta.paths import target_of
from app.meta.role import VERBS, EntityRights


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """A thing that can be used or uses others.

    Args:
        kind: `entity`, `field`, `options`, `mask`, `view`, `report`, `dashboard`, `menu`, `role`.
        key: its key; `<entity>.<field>` of a field.
    """

    kind: str
    key: str


def subject_label(model: Model, subject: Subject) -> Label:
    """Return what people call a subject."""
    if subject.kind == "field":
        entity, _, key = subject.key.partition(".")
        return model.entities[entity].fields[key].label
    tables: Mapping[str, Mapping[str, object]] = {
        "entity": model.entities,
        "options": model.options,
        "mask": model.masks,
        "view": model.views,
        "report": model.reports,
        "dashboard": model.dashboards,
        "role": model.roles,
    }
    found = tables.get(subject.kind, {}).get(subject.key)
    label = getattr(found, "label", None)
    return label if isinstance(label, Label) else Label.same(subject.key)


def _field(field: Field) -> Subject:
    return Subject("field", f"{field.entity}.{field.key}")


def _of_path(path: FieldPath) -> Iterator[Subject]:
    yield from map(_field, (*path.hops, path.field))


def _of_expr(model: Model, entity_key: str, expr: Expr | None) -> Iterator[Subject]:
    """Yield the fields that an expression about an entity's records names, over references and child rows."""
    for keys in sorted(paths(expr)) if expr is not None else ():
        yield from _of_keys(model, entity_key, keys)


def _of_keys(model: Model, entity_key: str, keys: Iterable[str]) -> Iterator[Subject]:
    here: str | None = entity_key
    for key in keys:
        entity = None if here is None else model.entities.get(here)
        field = None if entity is None else entity.fields.get(key)
        if field is None:
            return
        yield _field(field)
        rows = field.type.lines()
        here = rows.entity if rows is not None else target_of(field.type)


def _of_rules(model: Model, entity: Entity, rules: tuple[Rule, ...]) -> Iterator[Subject]:
    for rule in rules:
        yield from _of_expr(model, entity.key, rule.check)
        if rule.at is not None:
            yield from _of_keys(model, entity.key, (rule.at,))


def _of_computation(model: Model, entity: Entity, field: Field) -> Iterator[Subject]:
    for expr in (field.formula, field.frozen_if, None if field.number is None else field.number.draw_if):
        yield from _of_expr(model, entity.key, expr)
    rollup = field.rollup
    if rollup is not None:
        yield Subject("entity", rollup.entity)
        yield from _of_keys(model, rollup.entity, (rollup.via,))
        if rollup.path is not None:
            yield from _of_path(rollup.path)
        if rollup.by is not None:
            yield from _of_keys(model, rollup.entity, (rollup.by,))
        yield from _of_expr(model, rollup.entity, rollup.condition)


def _of_field(model: Model, entity: Entity, field: Field) -> Iterator[Subject]:
    for expr in (field.required_if, field.visible_if, field.readonly_if, field.default_expr):
        yield from _of_expr(model, entity.key, expr)
    yield from _of_computation(model, entity, field)
    yield from _of_rules(model, entity, field.rules)
    spec = field.type.spec
    if spec.parameters.get("options") in model.options:
        yield Subject("options", str(spec.parameters["options"]))
    for target in spec.targets:
        yield Subject("entity", target)
    rows = field.type.lines()
    if rows is not None:
        yield Subject("entity", rows.entity)
        yield Subject("field", f"{rows.entity}.{rows.via}")
        for summed in spec.parameters.get("sums") or ():
            yield Subject("field", f"{rows.entity}.{summed}")


def _of_entity(model: Model, entity: Entity) -> Iterator[Subject]:
    for part in entity.title:
        yield from _of_keys(model, entity.key, part.path)
    yield from _of_rules(model, entity, entity.rules)
    for lock in entity.locks:
        yield from _of_expr(model, entity.key, lock.condition)
        yield from _of_keys(model, entity.key, lock.exempt)
    for group in entity.unique:
        for key in group:
            yield from _of_keys(model, entity.key, (key,))


def _of_mask(model: Model, mask: Mask) -> Iterator[Subject]:
    yield Subject("entity", mask.entity)
    for tab in mask.tabs:
        yield from _of_expr(model, mask.entity, tab.visible_if)
        for section in tab.sections:
            yield from _of_expr(model, mask.entity, section.visible_if)
            for element in section.elements:
                yield from _of_expr(model, mask.entity, element.visible_if)
                if isinstance(element, FieldElement):
                    yield _field(element.field)
                    yield from _of_expr(model, mask.entity, element.required_if)
                    yield from _of_expr(model, mask.entity, element.readonly_if)
                elif isinstance(element, RelatedElement):
                    yield Subject("entity", element.entity)
                    yield from _of_keys(model, element.entity, (element.via,))
                    for column in element.columns:
                        yield from _of_path(column)


def _of_report(model: Model, report: Report) -> Iterator[Subject]:
    yield Subject("entity", report.entity)
    for dimension in report.dimensions:
        yield from _of_path(dimension.path)
    for measure in report.measures:
        if measure.path is not None:
            yield from _of_path(measure.path)
        yield from _of_expr(model, report.entity, measure.condition)
    yield from _of_expr(model, report.entity, report.filter)
    for role in report.roles:
        yield Subject("role", role)


def _of_items(items: tuple[MenuItem, ...]) -> Iterator[Subject]:
    for item in items:
        if item.target is not None:
            yield Subject(*item.target)
        yield from (Subject("role", role) for role in item.roles)
        yield from _of_items(item.items)


def _users(model: Model) -> Iterator[tuple[Subject, Iterator[Subject]]]:
    for entity in model.entities.values():
        yield Subject("entity", entity.key), _of_entity(model, entity)
        for field in entity.fields.values():
            if not field.system:
                yield _field(field), _of_field(model, entity, field)
    for mask in model.masks.values():
        if not mask.generated:
            yield Subject("mask", mask.key), _of_mask(model, mask)
    for view in model.views.values():
        if not view.generated:
            shown = [subject for path in (*view.columns, *(s.path for s in view.sort)) for subject in _of_path(path)]
            filtered = list(_of_expr(model, view.entity, view.filter))
            others = [Subject("entity", view.entity), *(Subject("role", role) for role in view.roles)]
            yield Subject("view", view.key), iter([*others, *shown, *filtered])
    for report in model.reports.values():
        yield Subject("report", report.key), _of_report(model, report)
    yield from _people(model)


def _of_rights(model: Model, entity_key: str, rights: EntityRights) -> Iterator[Subject]:
    """Yield the fields that a role names, and those that the conditions of its rights look at."""
    if entity_key not in model.entities:
        return
    for key in rights.fields:
        yield from _of_keys(model, entity_key, (key,))
    for verb in VERBS:
        yield from _of_expr(model, entity_key, rights.scope(verb).where)


def _people(model: Model) -> Iterator[tuple[Subject, Iterator[Subject]]]:
    for dashboard in model.dashboards.values():
        tiles = [Subject("view", t.view) if t.view else Subject("report", str(t.report)) for t in dashboard.tiles]
        yield Subject("dashboard", dashboard.key), iter([*tiles, *(Subject("role", r) for r in dashboard.roles)])
    for menu in model.menus.values():
        yield Subject("menu", menu.key), _of_items(menu.items)
    for role in model.roles.values():
        entities = [Subject("entity", key) for key in role.entities if key != "*"]
        entities += [used for key, rights in role.entities.items() for used in _of_rights(model, key, rights)]
        home = [Subject("dashboard", role.home)] if role.home else []
        yield Subject("role", role.key), iter([*entities, *home])


def uses(model: Model) -> Mapping[Subject, tuple[Subject, ...]]:
    """Return for everything that is used who uses it; generated masks and views don't count."""
    found: dict[Subject, set[Subject]] = {}
    for user, used in _users(model):
        for subject in used:
            if subject != user:
                found.setdefault(subject, set()).add(user)
    return MappingProxyType({subject: tuple(sorted(found[subject])) for subject in sorted(found)})
