"""Models made by hand, for tests of rooms that only need a Model and no documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from app.fields.base import FieldType
from app.fields.registry import REGISTRY
from app.language import Label
from app.meta.model import Entity, Field, Model, Report, View


def field(entity: str, key: str, type_name: str = "text", **flags: Any) -> Field:
    """Make a field of a type, bound to the type's own sample; `target` changes what a reference points to."""
    field_type = REGISTRY[type_name]
    target = flags.pop("target", None)
    spec = replace(field_type.sample, entity=entity, key=key)
    if target is not None:
        spec = replace(spec, targets=(target,), parameters={**spec.parameters, "target": target})
    bound: FieldType = field_type(spec)
    return Field(key, entity, Label.same(key), bound, **flags)


def entity(key: str, fields: Iterable[Field] = (), **more: Any) -> Entity:
    """Make an entity."""
    found: Mapping[str, Field] = MappingProxyType({one.key: one for one in fields})
    return Entity(key, Label.same(key), Label.same(key), "x", found, (), **more)


def model(*entities: Entity, views: Iterable[View] = (), reports: Iterable[Report] = ()) -> Model:
    """Make a Model of some entities."""
    return Model(
        fingerprint="test",
        entities=MappingProxyType({one.key: one for one in entities}),
        masks={},
        views={one.key: one for one in views},
        reports={one.key: one for one in reports},
        options={},
        menus={},
        roles={},
        dashboards={},
    )


def every_type() -> Model:
    """Make a Model with one entity that has a field of every registered type, and what those point to."""
    fields = [field("sample", f"f_{name}", name, searchable=name == "text") for name in REGISTRY]
    keys = {target for one in fields for spec in one.type.columns() if (target := spec.references) is not None}
    keys |= {link.target for one in fields if (link := one.type.link()) is not None}
    keys |= {lines.entity for one in fields if (lines := one.type.lines()) is not None}
    others = sorted(key for key in keys if not key.startswith("@"))
    return model(entity("sample", fields), *(entity(key) for key in others))
