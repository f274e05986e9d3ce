"""Masks: tabs, sections and elements resolved, and the masks of entities that have none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from app.language import Label
from app.meta.linking.entities import elements
from app.meta.linking.expressions import Expressions, Lookup, entity_of, resolve_path
from app.meta.linking.fields import label_of, optional_label
from app.meta.linking.workshop import At, Desk, Source, under
from app.meta.model import (
    Entity,
    Field,
    FieldElement,
    Mask,
    MaskElement,
    RelatedElement,
    Section,
    Tab,
    TextElement,
)
from app.meta.paths import target_of

_CONDITIONS: Final = ("visible_if", "required_if", "readonly_if")
_MAIN: Final = Label("Stammdaten", "Main data")
_QUICK_FIELDS: Final = 4


class _MaskMaker:
    """Makes one mask out of its document."""

    def __init__(self, desk: Desk, source: Source, entity: Entity) -> None:
        self.desk = desk
        self.source = source
        self.entity = entity
        self.lookup = Lookup(desk)
        self.expressions = Expressions(desk, self.lookup, entity.key)
        self.ids: set[str] = set()
        self.shown: set[str] = set()

    def tabs(self) -> tuple[Tab, ...]:
        """Return the tabs."""
        at = under(self.source.at, "tabs")
        return tuple(
            Tab(
                tab["id"],
                label_of(tab["label"], tab["id"]),
                self._sections(tab, under(at, i)),
                self._if(tab, under(at, i)),
            )
            for i, tab in elements(self.desk, self.source.body["tabs"], at)
        )

    def _sections(self, tab: Mapping[str, Any], at: At) -> tuple[Section, ...]:
        inside = under(at, "sections")
        return tuple(
            Section(
                id=section["id"],
                label=label_of(section["label"], section["id"]),
                help=optional_label(section.get("help")),
                columns=int(section.get("columns", 2)),
                collapsed=section.get("collapsed", False),
                elements=self._elements(section, under(inside, i)),
                visible_if=self._if(section, under(inside, i)),
            )
            for i, section in elements(self.desk, tab["sections"], inside)
        )

    def _elements(self, section: Mapping[str, Any], at: At) -> tuple[MaskElement, ...]:
        inside = under(at, "elements")
        found: list[MaskElement] = []
        for i, element in enumerate(section["elements"]):
            if element["id"] in self.ids:
                self.desk.findings.add("structure.duplicate_id", inside(i, "id"), name=element["id"])
            self.ids.add(element["id"])
            made = self._element(element, under(inside, i))
            if made is not None:
                found.append(made)
        return tuple(found)

    def _element(self, element: Mapping[str, Any], at: At) -> MaskElement | None:
        if "text" in element:
            span = int(element.get("span", 2))
            return TextElement(element["id"], label_of(element["text"]), span, self._if(element, at))
        if "related" in element:
            return self._related(element, at)
        return self._field(element, at)

    def _if(self, element: Mapping[str, Any], at: At, name: str = "visible_if") -> Any:
        return self.expressions.condition(element.get(name), lambda: at(name))

    def _field(self, element: Mapping[str, Any], at: At) -> FieldElement | None:
        key = element["field"]
        path = resolve_path(self.desk, self.lookup, self.entity.key, key, at("field"), 0)
        conditions = {name: self._if(element, at, name) for name in _CONDITIONS}
        if path is None:
            return None
        if key in self.shown:
            self.desk.findings.add("form.field_twice", at("field"), name=key)
        self.shown.add(key)
        rows = element.get("rows")
        return FieldElement(
            id=element["id"],
            field=path.field,
            label=Label.of(element["label"]) if "label" in element else path.field.label,
            help=Label.of(element["help"]) if "help" in element else path.field.help,
            span=int(element.get("span", 1)),
            rows=None if rows is None else int(rows),
            **conditions,
        )

    def _related(self, element: Mapping[str, Any], at: At) -> RelatedElement | None:
        related, inside = element["related"], under(at, "related")
        key, via = related["entity"], related["via"]
        standing = self.desk.ask("standing", key)
        if standing != "normal":
            self.desk.findings.unknown("form.unknown_entity", inside("entity"), key, self.desk.keys("entities"))
            return None
        path = resolve_path(self.desk, self.lookup, key, via, inside("via"), 0)
        if path is not None and not points_to(path.field, self.entity.key):
            values = {"entity": key, "name": via, "owner": self.entity.key}
            self.desk.findings.add("form.related_via", inside("via"), **values)
        columns = [
            resolve_path(self.desk, self.lookup, key, text, inside("columns", i))
            for i, text in enumerate(related["columns"])
        ]
        return RelatedElement(
            id=element["id"],
            entity=key,
            via=via,
            columns=tuple(column for column in columns if column is not None),
            label=label_of(element.get("label"), element["id"]),
            limit=int(related.get("limit", 10)),
            span=int(element.get("span", 2)),
            visible_if=self._if(element, at),
        )

    def check_required(self, *, quick: bool) -> None:
        """Warn of a required field that is neither on the mask nor filled in by itself."""
        filled_in = {via for owner, via in self._back_references()} if not quick else set()
        for field in self.entity.fields.values():
            given = field.default is not None or field.default_expr is not None or field.readonly
            if field.required and not given and field.key not in self.shown | filled_in:
                self.desk.findings.add("form.required_missing", self.source.at("tabs"), name=field.key)

    def _back_references(self) -> list[tuple[str, str]]:
        """Return owner and back reference of an entity whose records are child rows; the owner fills it in."""
        found: list[tuple[str, str]] = []
        for owner, key in self.entity.owners:
            shape = self.lookup.shape(owner)
            field = None if shape is None else shape.entity.fields.get(key)
            rows = None if field is None else field.type.lines()
            if rows is not None:
                found.append((owner, rows.via))
        return found


def points_to(field: Field, entity_key: str) -> bool:
    """Return whether a field can hold a record of an entity, alone or among others."""
    link = field.type.link()
    return (
        entity_key in field.type.spec.targets
        or target_of(field.type) == entity_key
        or (link is not None and link.target == entity_key)
    )


def make_mask(desk: Desk, key: str) -> Mask | None:
    """Return a mask, or None where its document is too broken for use."""
    source = desk.sound("forms", key)
    if source is None:
        return None
    body = source.body
    entity = entity_of(desk, Lookup(desk), source, "form.unknown_entity")
    if entity is None:
        return None
    if not key.startswith(f"{entity.key}."):
        desk.findings.add("form.key", source.at("key"), key=key, entity=entity.key)
    quick = body.get("quick", False)
    if key == f"{entity.key}.quick" and not quick:
        desk.findings.add("form.quick_flag", source.at("key"), name=key)
    maker = _MaskMaker(desk, source, entity)
    tabs = maker.tabs()
    maker.check_required(quick=quick)
    return Mask(key, entity.key, label_of(body["label"], key), tabs, quick=quick)


# -- generated ---------------------------------------------------------------------------------------------------------


def _generated_element(field: Field) -> FieldElement:
    # What has no order is long or has parts: rows, several values, long texts. It gets the whole width.
    wide = field.type.sort_suffixes() is None or not field.type.columns() or len(field.type.inputs()) > 4
    return FieldElement(field.key, field, field.label, field.help, span=2 if wide else 1)


def _generated_mask(entity: Entity, name: str, fields: list[Field], *, quick: bool) -> Mask:
    section = Section("main", entity.label, None, 2, False, tuple(map(_generated_element, fields)))
    tab = Tab("main", _MAIN, (section,))
    return Mask(f"{entity.key}.{name}", entity.key, entity.label, (tab,), quick=quick, generated=True)


def make_generated_main(desk: Desk, key: str) -> Mask | None:
    """Return the mask `<entity>.main` of an entity without one: every field in the document's order, and the owner."""
    entity: Entity | None = desk.ask("entity", key)
    if entity is None:
        return None
    fields = [field for field in entity.fields.values() if not field.system or field.key == "owner"]
    return _generated_mask(entity, "main", fields, quick=False)


def make_generated_quick(desk: Desk, key: str) -> Mask | None:
    """Return the mask `<entity>.quick` of an entity without a quick one: what it needs, and a little more."""
    entity: Entity | None = desk.ask("entity", key)
    if entity is None:
        return None
    own = [
        field for field in entity.fields.values() if not field.system and not field.readonly and field.type.columns()
    ]
    needed = [field for field in own if field.required]
    more = [field for field in own if not field.required and field.type.sort_suffixes() is not None]
    chosen = {field.key for field in needed + more[: max(0, _QUICK_FIELDS - len(needed))]}
    return _generated_mask(entity, "quick", [field for field in own if field.key in chosen], quick=True)
