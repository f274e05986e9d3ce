"""Names of values in documents resolved: `industry`, `account.industry`, `main_address.city`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from app.expr.ast import Expr
from app.expr.deps import paths
from app.fields.base import FieldType
from app.fields.column import ColumnKind, LinesSpec
from app.meta.model import Entity, Field, FieldPath

#: How many references a path may follow in expressions and reports.
MAX_HOPS: Final = 3
#: How many where date-dependent fields that it names are written out in it; each of them follows `MAX_HOPS` at most.
WRITTEN_OUT_HOPS: Final = 2 * MAX_HOPS
#: How many in the columns of a list, in titles and on masks, where every hop is a join for every row.
SHOWN_HOPS: Final = 2


class Entities(Protocol):
    """Entities by key; a whole model's, or those that are being compiled."""

    def get(self, key: str, /) -> Entity | None:
        """Return an entity, or None where there is none of that key."""


@dataclass(frozen=True, slots=True)
class NoPath:
    """Why a text is no path.

    Args:
        code: key of an issue: `path.unknown`, `path.not_a_reference` or `path.too_long`.
        name: the part that is wrong.
        entity: the entity that it was looked for in.
        known: the names that would have been possible there.
        limit: how many references were allowed.
    """

    code: str
    name: str
    entity: str
    known: Iterable[str] = ()
    limit: int = 0


def target_of(field_type: FieldType) -> str | None:
    """Return what a single reference points to: an entity's key, `@user`, `@team`, or None for any other field."""
    columns = field_type.columns()
    if len(columns) != 1 or columns[0].kind is not ColumnKind.REFERENCE:
        return None
    return columns[0].references


def lines_named(expr: Expr | None, fields: Mapping[str, Field]) -> Mapping[str, LinesSpec]:
    """Return which lines fields of a record an expression looks into, in the order of their keys.

    Args:
        expr: an expression about the records of an entity, or None for nothing.
        fields: the fields of that entity.
    """
    keys = () if expr is None else sorted({keys[0] for keys in paths(expr)})
    return {key: spec for key in keys if (spec := fields[key].type.lines()) is not None}


def find_path(entities: Entities, entity_key: str, text: str, limit: int = SHOWN_HOPS) -> FieldPath | NoPath:
    """Resolve a dotted path that begins at an entity.

    Args:
        entities: where entities are looked up.
        entity_key: where the path begins.
        text: keys separated by dots.
        limit: how many references it may follow.
    """
    keys = text.split(".")
    hops: list[Field] = []
    here = entity_key
    for position, key in enumerate(keys):
        entity = entities.get(here)
        field = None if entity is None else entity.fields.get(key)
        if entity is None or field is None:
            return NoPath("path.unknown", key, here, () if entity is None else tuple(entity.fields))
        rest = keys[position + 1 :]
        if not rest:
            return FieldPath(text, tuple(hops), field, None, field.label)
        part = field.type.subs().get(rest[0]) if len(rest) == 1 else None
        if part is not None:
            return FieldPath(text, tuple(hops), field, rest[0], part.label)
        target = target_of(field.type)
        if target is None or target.startswith("@"):
            subs = field.type.subs()
            return (
                NoPath("path.unknown", rest[0], key, tuple(subs)) if subs else NoPath("path.not_a_reference", key, here)
            )
        if len(hops) == limit:
            return NoPath("path.too_long", text, here, limit=limit)
        hops.append(field)
        here = target
    return NoPath("path.unknown", text, entity_key)
