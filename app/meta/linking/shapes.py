"""What an entity looks like before anything refers to anything: its fields with their types, system fields at the end.

Expressions, paths and masks of one entity need to know the fields of others, also in circles. So every entity is made
in two steps: its shape asks only for option lists and for which entities exist; the entity then asks for shapes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

from app.fields.base import FieldSpec, FieldType
from app.fields.datetime import Datetime
from app.fields.integer import Integer
from app.fields.team import Team
from app.fields.text import Text
from app.fields.user import User
from app.language import Label
from app.meta.linking.fields import build_field, label_of, optional_label
from app.meta.linking.workshop import At, Desk, Source, under
from app.meta.model import Entity, Field

_MOST_PARENTS: Final = 10
DEFAULT_ICON: Final = "card-list"
#: Fields that every record has: key, type, label, whether only the product writes it.
_SYSTEM: Final[tuple[tuple[str, type[FieldType], Label, bool], ...]] = (
    ("id", Integer, Label("Nr.", "No."), True),
    ("title", Text, Label("Titel", "Title"), True),
    ("owner", User, Label("Zuständig", "Owner"), False),
    ("team", Team, Label("Team", "Team"), False),
    ("created_at", Datetime, Label("Angelegt am", "Created at"), True),
    ("created_by", User, Label("Angelegt von", "Created by"), True),
    ("updated_at", Datetime, Label("Geändert am", "Changed at"), True),
    ("updated_by", User, Label("Geändert von", "Changed by"), True),
    ("version", Integer, Label("Version", "Version"), True),
    ("archived_at", Datetime, Label("Archiviert am", "Archived at"), True),
)


@dataclass(frozen=True, slots=True)
class Property:
    """The `x-crm` of a live field, out of its own document or an abstract one's, and the way to places in it."""

    x_crm: Mapping[str, Any]
    at: At


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """An entity before linking.

    Args:
        entity: with its fields, but without conditions, rules, title and owners.
        broken: keys of fields that exist but are too broken for use.
        properties: where the fields come from, by key.
        sources: the documents it is made of: abstract ones first, its own last.
    """

    entity: Entity
    broken: frozenset[str]
    properties: Mapping[str, Property]
    sources: tuple[Source, ...]


def make_standing(desk: Desk, key: str) -> str:
    """Return whether an entity is `missing`, `abstract` or `normal`; broken ones count as normal."""
    if desk.document("entities", key) is None:
        return "missing"
    source = desk.sound("entities", key)
    abstract = source is not None and source.body["x-crm"].get("abstract") is True
    return "abstract" if abstract else "normal"


def _chain(desk: Desk, source: Source) -> tuple[Source, ...]:
    """Return the abstract documents that an entity extends, the farthest first, and itself last."""
    chain = [source]
    seen = [source.document.key]
    while True:
        current = chain[0]
        parent = current.body["x-crm"].get("extends")
        if parent is None:
            return tuple(chain)
        place = current.at("x-crm", "extends")
        if parent in seen or len(chain) > _MOST_PARENTS:
            desk.findings.add("entity.cyclic_extends", place, chain=" → ".join([*reversed(seen), parent]))
            return tuple(chain)
        if desk.document("entities", parent) is None:
            desk.findings.unknown("entity.unknown_parent", place, parent, desk.keys("entities"))
            return tuple(chain)
        found = desk.sound("entities", parent)
        if found is None:
            return tuple(chain)
        if found.body["x-crm"].get("abstract") is not True:
            desk.findings.add("entity.parent_not_abstract", place, name=parent)
            return tuple(chain)
        chain.insert(0, found)
        seen.insert(0, parent)


def _system_fields(entity_key: str, taken: set[str]) -> dict[str, Field]:
    return {
        key: Field(
            key=key,
            entity=entity_key,
            label=label,
            type=field_type(FieldSpec(entity=entity_key, key=key, label=label)),
            readonly=readonly,
            system=True,
        )
        for key, field_type, label, readonly in _SYSTEM
        if key not in taken
    }


def make_shape(desk: Desk, key: str) -> Shape | None:
    """Return an entity's shape, or None where its document is too broken for use."""
    source = desk.sound("entities", key)
    if source is None:
        return None
    sources = _chain(desk, source)
    required = {name for one in sources for name in one.body.get("required", ())}
    fields: dict[str, Field] = {}
    properties: dict[str, Property] = {}
    broken: set[str] = set()
    retired: list[str] = []
    for one in sources:
        for name, json in one.body["properties"].items():
            at = under(one.at, "properties", name)
            if _is_retired(json):
                retired.append(name)
                fields.pop(name, None)
                continue
            if name == "id" or "__" in name:
                desk.findings.add("field.reserved", at(), name=name)
                continue
            checked = one.document.checked
            built = build_field(desk, key, name, json, at, required=name in required, checked=checked)
            properties[name] = Property({} if built is None else built.x_crm, under(at, "x-crm"))
            if built is None:
                broken.add(name)
            else:
                fields[name] = built.field
    fields.update(_system_fields(key, broken.union(fields)))
    entity = replace(_bare(source, key, fields, retired), asks_reason=_asks_reason(sources))
    return Shape(entity, frozenset(broken), MappingProxyType(properties), sources)


def _is_retired(json: Mapping[str, Any]) -> bool:
    x_crm = json.get("x-crm")
    return isinstance(x_crm, dict) and x_crm.get("retired") is True


def _asks_reason(sources: tuple[Source, ...]) -> bool:
    """Return what the nearest of the documents says that an entity is made of."""
    said = [one.body["x-crm"].get("history", {}).get("reason") for one in sources]
    return next((bool(one) for one in reversed(said) if one is not None), False)


def _bare(source: Source, key: str, fields: Mapping[str, Field], retired: list[str]) -> Entity:
    x_crm = source.body["x-crm"]
    return Entity(
        key=key,
        label=label_of(x_crm["label"], key),
        plural=label_of(x_crm["plural"], key),
        icon=x_crm.get("icon", DEFAULT_ICON),
        fields=MappingProxyType(dict(fields)),
        title=(),
        retired=tuple(retired),
        layer=source.document.layer,
        help=optional_label(x_crm.get("help")),
    )
