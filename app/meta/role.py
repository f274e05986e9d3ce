"""Roles: what people may do, and with which records; the rule in words is `docs/explanation/rights.md`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Final, Literal

from app.expr.ast import Expr
from app.language import Label

#: What can be done with one record; each verb has a scope of its own.
Verb = Literal["create", "read", "update", "retire", "restore"]
VERBS: Final[tuple[Verb, ...]] = ("create", "read", "update", "retire", "restore")
#: What can be done with many at once, or with the past of one; yes or no.
Power = Literal["export", "import", "bulk", "erase"]
POWERS: Final[tuple[Power, ...]] = ("export", "import", "bulk", "erase")
#: Fields that whoever reads a record always reads: what it is addressed by, and which state of it was seen.
ALWAYS_READ: Final = frozenset({"id", "version"})


class Reach(StrEnum):
    """Which records a right is about; the values are the words of role documents."""

    NONE = "none"
    OWN = "own"
    TEAM = "team"
    TEAM_TREE = "team_tree"
    ALL = "all"
    WHERE = "where"


@dataclass(frozen=True, slots=True)
class Scope:
    """The records that a right is about; false where it is about none.

    Args:
        reach: which ones.
        where: the condition of `Reach.WHERE`, else None.
    """

    reach: Reach = Reach.NONE
    where: Expr | None = None

    def __bool__(self) -> bool:
        return self.reach is not Reach.NONE


NO_RECORDS: Final = Scope()
ALL_RECORDS: Final = Scope(Reach.ALL)


class FieldLevel(IntEnum):
    """What may be done with the values of a field."""

    NONE = 0
    READ = 1
    WRITE = 2


@dataclass(frozen=True, slots=True)
class EntityRights:
    """What one role may do with the records of one entity.

    Args:
        create, read, update, retire, restore: with which records.
        powers: what it may do with many at once.
        fields: levels of the fields that are named.
        others: level of every other field.
        hidden_sections: sections of masks that are taken away, as `<mask>/<section>`.
    """

    create: Scope = NO_RECORDS
    read: Scope = NO_RECORDS
    update: Scope = NO_RECORDS
    retire: Scope = NO_RECORDS
    restore: Scope = NO_RECORDS
    powers: frozenset[Power] = frozenset()
    fields: Mapping[str, FieldLevel] = field(default_factory=lambda: MappingProxyType({}))
    others: FieldLevel = FieldLevel.WRITE
    hidden_sections: frozenset[str] = frozenset()

    def scope(self, verb: Verb) -> Scope:
        """Return the records that a verb is about."""
        found: Scope = getattr(self, verb)
        return found

    def level(self, key: str) -> FieldLevel:
        """Return what may be done with a field."""
        level = self.fields.get(key, self.others)
        return max(level, FieldLevel.READ) if key in ALWAYS_READ else level


@dataclass(frozen=True, slots=True)
class Role:
    """A set of rights under a name.

    Args:
        entities: rights by entity key; `*` stands for every entity that isn't named.
        home: key of the dashboard that its people start on, or None.
        capabilities: rights that aren't about records: `configure`, `people`, `administer`, `export`.
        second_factor: whether its people have to show a second factor when they sign in.
    """

    key: str
    label: Label
    entities: Mapping[str, EntityRights]
    home: str | None = None
    capabilities: frozenset[str] = frozenset()
    help: Label | None = None
    second_factor: bool = False

    def on(self, entity_key: str) -> EntityRights:
        """Return the rights on the records of an entity."""
        return self.entities.get(entity_key) or self.entities.get("*") or NO_RIGHTS


NO_RIGHTS: Final = EntityRights()
