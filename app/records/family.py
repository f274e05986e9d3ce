"""An entity and whatever is one thing with it: the entities of its lines, and those whose lines its records can be."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from app.meta.model import Entity, Model


def above(model: Model, entity_key: str) -> frozenset[str]:
    """Return the entities whose lines the records of an entity can be, at any depth."""
    return _reach(model, entity_key, lambda entity: (owner for owner, _ in entity.owners))


def below(model: Model, entity_key: str) -> frozenset[str]:
    """Return the entities of the lines of an entity, of their lines and so on."""
    return _reach(model, entity_key, _lines)


def _lines(entity: Entity) -> Iterator[str]:
    several = (field.type.lines() for field in entity.fields.values())
    return (one.entity for one in several if one is not None)


def _reach(model: Model, entity_key: str, step: Callable[[Entity], Iterator[str]]) -> frozenset[str]:
    found: set[str] = set()
    going = [entity_key]
    while going:
        fresh = set(step(model.entities[going.pop()])) - found
        found |= fresh
        going.extend(fresh)
    return frozenset(found)
