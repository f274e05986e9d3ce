"""Who depends on whom: in which order fields are computed, and which way leads from a value to what it feeds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

#: Stands for a record itself: that it is there, archived or not.
EXISTENCE = ""

#: An entity's key and a field's key, or `EXISTENCE`.
Node = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Step:
    """One step back from records to those that look at them.

    Args:
        entity: key of the entity that the step leads to.
        owner: key of the entity whose field it is.
        field: key of the reference that is followed, backwards (`parents` False: records of `entity` that point to the
            ones at hand) or forwards (`parents` True: what the ones at hand point to).
    """

    entity: str
    owner: str
    field: str
    parents: bool


@dataclass(frozen=True, slots=True)
class Dependant:
    """A computed field that looks at a value, and the way back to its records.

    Args:
        entity, field: the computed field.
        way: the steps; empty where it looks at its own record.
        lines: whether a formula looks at its record's lines, one step away.
    """

    entity: str
    field: str
    way: tuple[Step, ...]
    lines: bool = False


@dataclass(frozen=True, slots=True)
class Stage:
    """Fields of one entity that are computed together, in this order."""

    entity: str
    fields: tuple[str, ...]


def _nothing() -> Mapping[Any, Any]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Computations:
    """Everything about the computed fields of a configuration that isn't said at one of them.

    Args:
        stages: stored computed fields in the order in which they are computed; each only looks at stages before it.
        dependants: who looks at a field, by entity and field.
        volatile: the fields that depend on the day or the time.
        gathered: the roll-ups, and the formulas that look at one, here or behind references and lines.
    """

    stages: tuple[Stage, ...] = ()
    dependants: Mapping[Node, tuple[Dependant, ...]] = field(default_factory=_nothing)
    volatile: frozenset[Node] = frozenset()
    gathered: frozenset[Node] = frozenset()

    def of(self, entity: str) -> tuple[str, ...]:
        """Return the stored computed fields of an entity in order."""
        return tuple(key for stage in self.stages if stage.entity == entity for key in stage.fields)

    def feeds(self, entity: str, keys: Iterable[str]) -> bool:
        """Return whether anything depends on one of some fields of an entity."""
        return any((entity, key) in self.dependants for key in keys)
