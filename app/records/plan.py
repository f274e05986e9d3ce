"""What the write side has to know about one entity, worked out once per snapshot and never changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Table

from app.context import Context
from app.errors import FieldError
from app.expr.ast import Expr
from app.expr.deps import paths
from app.expr.environment import Environment
from app.expr.to_python import to_python
from app.fields.base import Value
from app.language import Label
from app.meta.entity import ASSIGNABLE
from app.meta.model import Entity, Field, Lock, Model
from app.meta.paths import lines_named, target_of
from app.meta.scope import EntityScope
from app.meta.volatile import written_out
from app.query.columns import is_plain
from app.records.gathered import names_gathered
from app.records.paths import Need, TitleText, needs_of, title_text, value_at
from app.records.rows import Accessor, Row
from app.storage.names import column_name

#: A condition over a record: TRUE, FALSE or unknown (None), or for a default the value itself.
Condition = Callable[[Row, Environment], Any]
#: Paths that an expression names.
Names = frozenset[tuple[str, ...]]

#: System fields that nobody sets; the product itself sets the others.
_KEPT: Final = frozenset({"id", "title", "version", "archived_at"})


@dataclass(frozen=True, slots=True)
class RulePlan:
    """A rule, ready to be asked; one that looks at something `gathered` is asked after the save.

    Args:
        holds: whether a record keeps it.
        error: what is said where it doesn't.
        at: the field where that is said; None for the record as a whole.
        gathered: whether it looks at a roll-up.
        of_lines: whether it looks at lines of the record.
        names: the paths that it names.
    """

    holds: Condition
    error: FieldError
    at: str | None
    gathered: bool = False
    of_lines: bool = False
    names: Names = frozenset()


@dataclass(frozen=True, slots=True)
class LockPlan:
    """A state in which a record is locked, ready to be asked."""

    holds: Condition
    exempt: frozenset[str]
    error: FieldError


@dataclass(frozen=True, slots=True)
class OwnerPlan:
    """A lines field whose rows are records of an entity: whose field it is, and which of the row's fields says so."""

    entity: str
    field: str
    via: str


@dataclass(frozen=True, slots=True)
class FieldPlan:
    """One field, ready to be written.

    Args:
        columns: column suffix and name of each of its columns.
        unique_columns: those that tell two values apart.
        target: what a single reference points to, or None.
        lines: child entity and its field that points back, or None.
        linked: whether it is an m:n field, kept in a link table.
        writable: by whom: nobody, the product, or everybody.
        formula: computes its value, where it is a stored formula; it looks into the lines of `formula_lines`.
        frozen_if, draw_if: conditions of a computed value and of a number.
        gathered: whether what decides that it has to be filled in looks at something gathered, so that it is asked
            after the save.
        of_lines: whether that looks at lines of the record.
        demanded_by: the paths that it names.
    """

    key: str
    field: Field
    columns: tuple[tuple[str, str], ...]
    unique_columns: tuple[str, ...]
    target: str | None
    lines: tuple[str, str] | None
    linked: bool
    writable: str
    required_if: Condition | None
    visible_if: Condition | None
    readonly_if: Condition | None
    default: Condition | None
    rules: tuple[RulePlan, ...]
    formula: Condition | None = None
    formula_lines: tuple[str, ...] = ()
    frozen_if: Condition | None = None
    draw_if: Condition | None = None
    gathered: bool = False
    of_lines: bool = False
    demanded_by: Names = frozenset()

    def store(self, value: Value, into: dict[str, Any]) -> None:
        """Put a value's columns into a row."""
        stored = self.field.type.to_columns(value)
        for suffix, name in self.columns:
            into[name] = stored[suffix]

    def read(self, row: Mapping[str, Any]) -> Value:
        """Take the value out of a stored row."""
        return self.field.type.from_columns([row[name] for _, name in self.columns])


@dataclass(frozen=True, slots=True)
class UniqueGroup:
    """Values that together may occur once among the records that aren't archived."""

    keys: tuple[str, ...]
    labels: tuple[Label, ...]
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EntityPlan:
    """One entity, ready to be written.

    Args:
        table: its table.
        fields: every field, system fields too, but with columns of their own only.
        own: the fields of documents, in their order.
        accessors: how to look up the paths that its expressions name.
        needs: what has to be loaded before its expressions and titles can be worked out.
        line_needs: the same for the rows of its lines fields.
        line_paths: keys of the lines fields that its rules look into.
        title: the parts of its title.
        locks: states in which its records can't be changed.
        owners: the lines fields whose rows its records are.
        system: names of the system columns that its table has.
        scopes: the conditions under which roles may create records, by their trees.
        computed_needs: what has to be loaded before its formulas can be worked out.
        numbers: fields that are drawn from a range.
        gathered: whether some of its rules and conditions are asked after the save.
    """

    entity: Entity
    table: Table
    fields: Mapping[str, FieldPlan]
    own: tuple[FieldPlan, ...]
    accessors: Mapping[tuple[str, ...], Accessor]
    needs: tuple[Need, ...]
    line_needs: Mapping[str, tuple[Need, ...]]
    line_paths: tuple[str, ...]
    title: tuple[TitleText, ...]
    rules: tuple[RulePlan, ...]
    locks: tuple[LockPlan, ...]
    owners: tuple[OwnerPlan, ...]
    unique: tuple[UniqueGroup, ...]
    searchable: tuple[FieldPlan, ...]
    references: tuple[FieldPlan, ...]
    conditional: tuple[FieldPlan, ...]
    defaults: tuple[FieldPlan, ...]
    linked: tuple[FieldPlan, ...]
    lines: tuple[FieldPlan, ...]
    system: frozenset[str]
    scopes: Mapping[Expr, Condition]
    computed_needs: tuple[Need, ...] = ()
    numbers: tuple[FieldPlan, ...] = ()
    gathered: bool = False

    @property
    def key(self) -> str:
        """Return the entity's key."""
        return self.entity.key


def plan_of(ctx: Context, entity_key: str) -> EntityPlan:
    """Return the plan of an entity, made when it is first asked for."""
    snapshot = ctx.snapshot
    plan: EntityPlan = snapshot.plan(
        ("records.plan", entity_key), lambda: _Builder(snapshot.model, snapshot.tables[entity_key], entity_key).plan()
    )
    return plan


class _Builder:
    def __init__(self, model: Model, table: Table, entity_key: str) -> None:
        self.model = model
        self.table = table
        self.entity = model.entities[entity_key]
        self.scope = EntityScope(model, entity_key, {})
        self.paths: set[tuple[str, ...]] = set()
        self.computed: set[tuple[str, ...]] = set()

    def plan(self) -> EntityPlan:
        fields = {key: self._field(field) for key, field in self.entity.fields.items()}
        own = tuple(plan for plan in fields.values() if not plan.field.system)
        rules = tuple(self._rule(rule.check, rule.message, rule.id, rule.at) for rule in self.entity.rules)
        scopes = self._scopes()
        locks = tuple(self._lock(lock) for lock in self.entity.locks)
        lines = {keys[0] for keys in self.paths if fields[keys[0]].lines is not None}
        return EntityPlan(
            entity=self.entity,
            table=self.table,
            fields=MappingProxyType(fields),
            own=own,
            accessors=MappingProxyType({keys: value_at(self.model, self.entity, keys) for keys in self.paths}),
            needs=self._needs(),
            line_needs=MappingProxyType({key: self._needs_of_lines(key) for key in lines}),
            line_paths=tuple(sorted(lines)),
            title=tuple(title_text(self.model, self.entity, part) for part in self.entity.title),
            rules=rules,
            locks=locks,
            owners=tuple(self._owner(entity, field) for entity, field in self.entity.owners),
            unique=tuple(self._groups(fields)),
            searchable=tuple(plan for plan in own if plan.field.searchable),
            references=tuple(plan for plan in fields.values() if _points(plan)),
            conditional=tuple(p for p in own if p.required_if or p.field.required or p.readonly_if or p.rules),
            defaults=tuple(plan for plan in own if plan.default is not None),
            linked=tuple(plan for plan in own if plan.linked),
            lines=tuple(plan for plan in own if plan.lines is not None),
            system=frozenset(_SYSTEM_NAMES & set(self.table.c.keys())),
            scopes=MappingProxyType(scopes),
            computed_needs=_joined([needs_of(self.model, self.entity, keys) for keys in sorted(self.computed)]),
            numbers=tuple(plan for plan in own if plan.field.number is not None),
            gathered=any(plan.gathered for plan in own)
            or any(rule.gathered for rule in (*rules, *(rule for plan in own for rule in plan.rules))),
        )

    def _field(self, field: Field) -> FieldPlan:
        suffixes = [""] if field.system else [] if field.volatile else [spec.suffix for spec in field.type.columns()]
        formula = None if field.volatile else field.formula
        self.computed |= frozenset() if formula is None else paths(formula)
        columns = tuple((suffix, column_name(field, suffix)) for suffix in suffixes)
        lines = field.type.lines()
        demanding = (field.required_if, field.visible_if) if field.required or field.required_if is not None else ()
        plain = field.system or is_plain(field.type)
        told_apart = columns[:1] if plain else tuple(c for c in columns if not c[0].endswith("folded"))
        return FieldPlan(
            key=field.key,
            field=field,
            columns=columns,
            unique_columns=tuple(name for _, name in told_apart),
            target=target_of(field.type),
            lines=None if lines is None else (lines.entity, lines.via),
            linked=field.type.link() is not None,
            writable=_writable(field),
            required_if=self._condition(field.required_if),
            visible_if=self._condition(field.visible_if),
            readonly_if=self._condition(field.readonly_if),
            default=self._default(field),
            rules=tuple(self._rule(rule.check, rule.message, rule.id, field.key) for rule in field.rules),
            formula=self._condition(formula),
            formula_lines=tuple(lines_named(formula, self.entity.fields)),
            frozen_if=self._condition(field.frozen_if),
            draw_if=None if field.number is None else self._condition(field.number.draw_if),
            gathered=any(names_gathered(self.model, self.entity.key, one) for one in demanding),
            of_lines=any(self._names_lines(one) for one in demanding),
            demanded_by=frozenset(keys for one in demanding if one is not None for keys in paths(one)),
        )

    def _condition(self, expr: Expr | None) -> Condition | None:
        if expr is None:
            return None
        expr = written_out(expr, self.model, self.entity.key)
        self.paths |= paths(expr)
        evaluate = to_python(expr, self.scope)
        return lambda row, environment: evaluate(row.get, environment)

    def _rule(self, check: Expr, message: Label, rule_id: str, at: str | None) -> RulePlan:
        holds = self._condition(check)
        assert holds is not None
        gathered = names_gathered(self.model, self.entity.key, check)
        error, of_lines = FieldError(f"rule.{rule_id}", message), self._names_lines(check)
        return RulePlan(holds, error, at, gathered, of_lines, paths(check))

    def _names_lines(self, expr: Expr | None) -> bool:
        """Return whether an expression looks at lines of the record."""
        return bool(lines_named(expr, self.entity.fields))

    def _lock(self, lock: Lock) -> LockPlan:
        holds = self._condition(lock.condition)
        assert holds is not None
        return LockPlan(holds, frozenset(lock.exempt), FieldError(f"lock.{lock.id}", lock.message))

    def _owner(self, entity: str, field: str) -> OwnerPlan:
        lines = self.model.entities[entity].fields[field].type.lines()
        assert lines is not None
        return OwnerPlan(entity, field, lines.via)

    def _default(self, field: Field) -> Condition | None:
        if field.default is not None:
            literal = field.default
            return lambda row, environment: literal
        return self._condition(field.default_expr)

    def _scopes(self) -> dict[Expr, Condition]:
        conditions = (role.on(self.entity.key).create.where for role in self.model.roles.values())
        return {where: holds for where in conditions if where is not None and (holds := self._condition(where))}

    def _needs(self) -> tuple[Need, ...]:
        of_expressions = [needs_of(self.model, self.entity, keys) for keys in self.paths]
        of_titles = [needs_of(self.model, self.entity, p.path, titles=True) for p in self.entity.title if p.path]
        return _joined([*of_expressions, *of_titles])

    def _needs_of_lines(self, key: str) -> tuple[Need, ...]:
        lines = self.entity.fields[key].type.lines()
        assert lines is not None
        child = self.model.entities[lines.entity]
        return _joined([needs_of(self.model, child, keys[1:]) for keys in self.paths if keys[0] == key and keys[1:]])

    def _groups(self, fields: Mapping[str, FieldPlan]) -> Iterable[UniqueGroup]:
        single = [(plan.key,) for plan in fields.values() if plan.field.unique]
        for keys in dict.fromkeys([*single, *self.entity.unique]):
            members = [fields[key] for key in keys]
            columns = tuple(name for member in members for name in member.unique_columns)
            yield UniqueGroup(keys, tuple(member.field.label for member in members), columns)


def _joined(several: Iterable[Sequence[Need]]) -> tuple[Need, ...]:
    """Put needs together: each chain of references once, short ones first."""
    wide: dict[tuple[str, ...], bool] = {}
    for needs in several:
        for need in needs:
            wide[need.hops] = wide.get(need.hops, False) or need.wide
    return tuple(Need(hops, wide[hops]) for hops in sorted(wide, key=lambda hops: (len(hops), hops)))


def _points(plan: FieldPlan) -> bool:
    return plan.target is not None or bool(plan.field.type.spec.targets)


def _writable(field: Field) -> str:
    if field.system:
        return "everybody" if field.key in ASSIGNABLE else "nobody" if field.key in _KEPT else "product"
    if field.computed or field.number is not None:
        return "nobody"
    return "product" if field.readonly else "everybody"


_SYSTEM_NAMES: Final = frozenset(
    {"owner_id", "team_id", "created_at", "created_by", "updated_at", "updated_by", "archived_at", "position"}
)
