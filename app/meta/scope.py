"""What the names in an expression mean at one place: the fields of an entity, over references, and parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from app.expr.scope import PathInfo
from app.expr.types import ValueType
from app.meta.model import Field, FieldPath, Model
from app.meta.paths import WRITTEN_OUT_HOPS, Entities, NoPath, find_path, target_of

_NO_PARAMETERS: Final[Mapping[str, ValueType]] = MappingProxyType({})


def info_of(path: FieldPath) -> PathInfo:
    """Return what the expression language has to know about a path."""
    field_type = path.field.type
    if path.sub is not None:
        part = field_type.subs()[path.sub]
        folded = any(column.suffix == f"{part.suffix}_folded" for column in field_type.columns())
        return PathInfo(part.value_type, part.scale, folded=folded)
    return PathInfo(
        field_type.value_type,
        field_type.scale(),
        folded=any(column.suffix == "folded" for column in field_type.columns()),
        entity=target_of(field_type),
    )


class EntityScope:
    """The names that an expression about a record may use; implements `app.expr.scope.Scope`.

    A path follows at most three references and may end in a part of a composite value (`amount.currency`). A field of
    child rows may be named alone (`lines`) or with a field of the rows (`lines.net`).

    Args:
        entities: a Model, or entities by key.
        entity_key: the entity that the record is of.
        parameters: types of the parameters, by name without `$`.
    """

    __slots__ = ("_entities", "_entity_key", "_parameters")

    def __init__(
        self, entities: Model | Entities, entity_key: str, parameters: Mapping[str, ValueType] = _NO_PARAMETERS
    ) -> None:
        self._entities: Entities = entities.entities if isinstance(entities, Model) else entities
        self._entity_key = entity_key
        self._parameters = parameters

    def resolve(self, keys: tuple[str, ...]) -> PathInfo | None:
        """Return what a path means, or None when there is no such path."""
        lines = self._lines(keys)
        if lines is not None:
            return lines
        path = self.path(keys)
        return None if path is None else info_of(path)

    def parameter(self, name: str) -> ValueType | None:
        """Return the type of a parameter, or None when there is none of that name."""
        return self._parameters.get(name)

    def names(self) -> Iterable[str]:
        """Return the keys of the entity's fields."""
        entity = self._entities.get(self._entity_key)
        return () if entity is None else tuple(entity.fields)

    def path(self, keys: tuple[str, ...]) -> FieldPath | None:
        """Return the fields that a path leads over, or None when there is no such path; not for child rows."""
        found = find_path(self._entities, self._entity_key, ".".join(keys), WRITTEN_OUT_HOPS)
        return None if isinstance(found, NoPath) else found

    def _lines(self, keys: tuple[str, ...]) -> PathInfo | None:
        """Return what a path over child rows means: `lines`, or a field of the rows."""
        field = self._field(self._entity_key, keys[0])
        rows = None if field is None else field.type.lines()
        if rows is None or len(keys) > 2 + 1:
            return None
        if len(keys) == 1:
            return PathInfo(ValueType.LIST, lines=True, entity=rows.entity)
        path = find_path(self._entities, rows.entity, ".".join(keys[1:]), 0)
        if isinstance(path, NoPath) or path.field.type.lines() is not None:
            return None
        info = info_of(path)
        return PathInfo(info.type, info.scale, lines=True, folded=info.folded, entity=info.entity)

    def _field(self, entity_key: str, key: str) -> Field | None:
        entity = self._entities.get(entity_key)
        return None if entity is None else entity.fields.get(key)


class NumbersScope:
    """The names that a condition over a report's groups may use: its measures and dimensions.

    Args:
        types: type of each, by id.
        parameters: types of the report's parameters.
    """

    __slots__ = ("_parameters", "_types")

    def __init__(self, types: Mapping[str, PathInfo], parameters: Mapping[str, ValueType] = _NO_PARAMETERS) -> None:
        self._types = types
        self._parameters = parameters

    def resolve(self, keys: tuple[str, ...]) -> PathInfo | None:
        """Return what a measure is."""
        return self._types.get(keys[0]) if len(keys) == 1 else None

    def parameter(self, name: str) -> ValueType | None:
        """Return the type of a parameter."""
        return self._parameters.get(name)

    def names(self) -> Iterable[str]:
        """Return the ids of the measures and dimensions."""
        return tuple(self._types)


class NoNames:
    """The scope of an expression that may name nothing: a default value, computed before there is a record."""

    __slots__ = ()

    def resolve(self, keys: tuple[str, ...]) -> Any:
        """Return None."""
        return None

    def parameter(self, name: str) -> ValueType | None:
        """Return None."""
        return None

    def names(self) -> Iterable[str]:
        """Return nothing."""
        return ()
