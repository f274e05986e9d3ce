"""Which elements of a mask are visible, required and read-only, judged on the values at hand.

The same judgement makes the HTML and decides what of a submitted form is taken; so nothing can be written through a
mask that the mask wouldn't have shown as an input.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.context import Context
from app.expr.ast import Expr
from app.expr.deps import paths
from app.expr.environment import Environment
from app.expr.scope import Scope
from app.expr.to_python import Getter, condition
from app.fields.pointing import Unresolved
from app.language import Label
from app.meta.model import Entity, Field, Model

#: Gives the value at a path of another record: entity key, id, path. The caller reads; this room never selects.
Follow = Callable[[str, int, tuple[str, ...]], Any]
Judge = Callable[[Getter, Environment], bool]

#: How an expression sees a record that isn't known yet: there is one, but no record has this id.
_UNKNOWN_ID = 0


@dataclass(frozen=True, slots=True)
class Conditions:
    """The conditions of one kind on one thing, compiled.

    Args:
        judges: one for each condition.
        names: keys of the fields that they look at.
    """

    judges: tuple[Judge, ...] = ()
    names: frozenset[str] = frozenset()

    @classmethod
    def of(cls, scope: Scope, *expressions: Expr | None) -> Conditions:
        """Compile the conditions that there are."""
        given = [expr for expr in expressions if expr is not None]
        names = frozenset(keys[0] for expr in given for keys in paths(expr))
        return cls(tuple(condition(expr, scope) for expr in given), names)

    def all(self, get: Getter, environment: Environment) -> bool:
        """Return whether all hold; without any, they do."""
        return all(judge(get, environment) for judge in self.judges)

    def any(self, get: Getter, environment: Environment) -> bool:
        """Return whether one holds."""
        return any(judge(get, environment) for judge in self.judges)

    def __bool__(self) -> bool:
        return bool(self.judges)


@dataclass(frozen=True, slots=True)
class FieldRules:
    """What decides about one field of a mask.

    Args:
        visible: all must hold; those of its section and tab are among them.
        required: one is enough.
        readonly: one is enough, on the values at hand.
        locked: one is enough, on the record as it is stored.
        always_required, always_readonly: whatever the conditions say.
        kinds: entities that a reference to one of several may point to here, or None for no such field.
    """

    visible: Conditions = Conditions()
    required: Conditions = Conditions()
    readonly: Conditions = Conditions()
    locked: Conditions = Conditions()
    always_required: bool = False
    always_readonly: bool = False
    kinds: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class MaskState:
    """The judgement over a whole mask.

    Args:
        hidden: ids of the things that aren't shown: `tab:main`, `section:main/head`, `element:subject`.
        required: keys of the fields that must be filled in.
        readonly: keys of the fields that are shown but not typed.
        writable: keys of the fields whose submitted values are taken.
    """

    hidden: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()
    readonly: frozenset[str] = frozenset()
    writable: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class MaskRules:
    """Everything that decides about a mask, compiled once.

    Args:
        things: conditions of everything that can be hidden, by id.
        fields: what decides about each field, by key.
        locks: the states in which the record is locked, with the sentence that says so.
    """

    things: Mapping[str, Conditions] = field(default_factory=dict)
    fields: Mapping[str, FieldRules] = field(default_factory=dict)
    locks: tuple[tuple[Conditions, Label], ...] = ()

    @property
    def watched(self) -> frozenset[str]:
        """Return the keys of the fields that a condition looks at: a change of one may change the mask."""
        rules = self.fields.values()
        several = [
            *self.things.values(),
            *(one for rule in rules for one in (rule.visible, rule.required, rule.readonly)),
        ]
        return frozenset(name for conditions in several for name in conditions.names)

    def judge(
        self,
        get: Getter,
        stored: Getter | None,
        environment: Environment,
        denied: frozenset[str] = frozenset(),
    ) -> MaskState:
        """Judge a mask.

        Args:
            get: gives the values at hand.
            stored: gives the values of the record as it is stored; None for a new one.
            environment: the day, the reader.
            denied: fields that the reader may not write in this record.
        """
        hidden = {key for key, conditions in self.things.items() if not conditions.all(get, environment)}
        required, readonly, writable = set(), set(), set()
        for key, rule in self.fields.items():
            visible = rule.visible.all(get, environment)
            locked = rule.always_readonly or key in denied or rule.readonly.any(get, environment)
            if not locked and stored is not None and rule.locked:
                locked = rule.locked.any(stored, environment)
            if rule.kinds is not None and not locked:
                found = {source((key, "entity")) for source in (get, stored) if source is not None}
                locked = not found <= {None, *rule.kinds}
            if locked:
                readonly.add(key)
            elif visible:
                writable.add(key)
            if visible and (rule.always_required or rule.required.any(get, environment)):
                required.add(key)
        return MaskState(frozenset(hidden), frozenset(required), frozenset(readonly), frozenset(writable))


def environment_of(ctx: Context) -> Environment:
    """Return what conditions may know beside the values."""
    actor = ctx.actor
    zone = ctx.snapshot.time_zone
    return Environment.at(ctx.now, zone, me=actor.id, team=actor.team_id, parameters=ctx.parameters)


def getter(
    model: Model,
    entity: Entity,
    values: Mapping[str, Any],
    *,
    record_id: int | None = None,
    follow: Follow | None = None,
) -> Getter:
    """Return a function that gives the value at a path of a record in memory.

    Args:
        model, entity: what the record is.
        values: its values by field key.
        record_id: its id, or None for a new one.
        follow: reads values of the records that it points to; without it they are empty.
    """
    asked: dict[tuple[str, int, tuple[str, ...]], Any] = {}

    def once(target: str, target_id: int, rest: tuple[str, ...]) -> Any:
        if follow is None:
            return None
        key = (target, target_id, rest)
        if key not in asked:
            asked[key] = follow(*key)
        return asked[key]

    def get(keys: tuple[str, ...]) -> Any:
        known = entity.fields.get(keys[0])
        if known is None:
            return None
        if known.system and known.key == "id":
            return record_id
        value = values.get(keys[0])
        lines = known.type.lines()
        if lines is not None:
            return _of_lines(model.entities[lines.entity], value or (), keys[1:])
        return _at(known, value, keys[1:], once)

    return get


def _at(known: Field, value: Any, rest: tuple[str, ...], follow: Follow | None) -> Any:
    if isinstance(value, Unresolved):
        return None if rest else _UNKNOWN_ID
    if isinstance(value, tuple):
        value = tuple(one for one in value if not isinstance(one, Unresolved))
    if not rest:
        return known.type.expression_value(value)
    if rest[0] in known.type.subs():
        return known.type.expression_value(value, rest[0])
    target = known.type.expression_value(value)
    columns = known.type.columns()
    if follow is None or target is None or not columns or columns[0].references is None:
        return None
    return follow(columns[0].references, target, rest)


def _of_lines(child: Entity, rows: Iterable[Any], rest: tuple[str, ...]) -> tuple[Any, ...]:
    if not rest:
        return tuple(row_id(row) or _UNKNOWN_ID for row in rows)
    known = child.fields[rest[0]]
    return tuple(_at(known, row_values(row).get(known.key), rest[1:], None) for row in rows)


def row_values(row: Any) -> Mapping[str, Any]:
    """Return the values of a child row: a record, or a mapping with its `id` among the values."""
    return row if isinstance(row, Mapping) else row.values


def row_labels(row: Any) -> Mapping[str, Any]:
    """Return the labels of the records that a child row points to."""
    return {} if isinstance(row, Mapping) else row.labels


def row_id(row: Any) -> int | None:
    """Return the id of a child row, or None of a new one."""
    found = row.get("id") if isinstance(row, Mapping) else row.id
    return None if found is None else int(found)
