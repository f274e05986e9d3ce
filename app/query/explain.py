"""Why may somebody do something, or why not: every role he acts in, what it says, and whether this record is meant."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import BigInteger, bindparam, select

from app.access.actor import Actor, Grant
from app.access.rights import Covering, access
from app.context import Context
from app.language import Label
from app.meta.model import EntityRights, Field
from app.meta.role import POWERS, VERBS, FieldLevel, Power, Reach, Scope, Verb
from app.meta.role_words import LEVEL_WORDS, THOSE_WITH, VERB_WORDS, scope_words
from app.query.guard import ReaderGuard
from app.query.reach import reached
from app.query.rows import values_of
from app.query.words import condition_words


@dataclass(frozen=True, slots=True)
class Reason:
    """What one role says about one verb.

    Args:
        role: what the role is called.
        lent_by: who has lent it, or None.
        records: which records it means.
        field: what it says about the field that was asked for, or None where none was.
        met: whether it means the record that was asked for; None where none was.
    """

    role: Label
    lent_by: str | None
    records: Label
    field: Label | None
    met: bool | None


@dataclass(frozen=True, slots=True)
class Answer:
    """May he or not, and why.

    Args:
        verb: what was asked for: a verb or a power.
        words: the verb in words.
        allowed: whether he may, for this record, or for some record where none was asked for.
        only_some: whether he may only for some records.
        reasons: what each of his roles says.
    """

    verb: Verb | Power
    words: Label
    allowed: bool
    only_some: bool
    reasons: tuple[Reason, ...]


def explain(
    ctx: Context, actor: Actor, entity_key: str, record_id: int | None = None, field_key: str | None = None
) -> tuple[Answer, ...]:
    """Explain what somebody may do with an entity, a record, a field.

    Args:
        ctx: the configuration and the moment.
        actor: whose rights are explained.
        entity_key: an entity that exists.
        record_id: a record that the asker may see; None for the entity as a whole.
        field_key: a field of the entity; None for the record as a whole.
    """
    return _Explanation(replace(ctx, actor=actor), entity_key, record_id, field_key).answers()


class _Explanation:
    def __init__(self, ctx: Context, entity_key: str, record_id: int | None, field_key: str | None) -> None:
        self.ctx = ctx
        self.entity = ctx.snapshot.model.entities[entity_key]
        self.record_id = record_id
        self.field: Field | None = None if field_key is None else self.entity.fields.get(field_key)
        self.access = access(ctx, entity_key)
        self.held = self._held()

    def _held(self) -> tuple[tuple[Grant, EntityRights, int], ...]:
        roles, actor = self.ctx.snapshot.model.roles, self.ctx.actor
        numbers = {identity: number for number, identity in enumerate(actor.identities)}
        grants = (grant for grant in actor.acting_in() if grant.role in roles)
        return tuple((one, roles[one.role].on(self.entity.key), numbers[one.identity]) for one in grants)

    def answers(self) -> tuple[Answer, ...]:
        visible = self._visible()
        met = self._met()
        verbs = tuple(self._verb(verb, met, visible=visible) for verb in VERBS)
        return verbs if self.record_id is not None or self.field is not None else (*verbs, *map(self._power, POWERS))

    def _verb(self, verb: Verb, met: dict[tuple[Scope, int], bool], *, visible: bool) -> Answer:
        covering = self._covering(verb)
        inside = any(met.get(part, False) for part in covering.parts)
        asked = self.record_id is not None and verb != "create"
        allowed = (covering.whole or inside) and visible if asked else bool(covering)
        return Answer(verb, VERB_WORDS[verb], allowed, bool(covering) and not covering.whole, self._reasons(verb, met))

    def _covering(self, verb: Verb) -> Covering:
        if self.field is None:
            return self.access.covering(verb)
        return self.access.reading(self.field.key) if verb == "read" else self.access.writing(self.field.key, verb)

    def _reasons(self, verb: Verb, met: dict[tuple[Scope, int], bool]) -> tuple[Reason, ...]:
        roles = self.ctx.snapshot.model.roles
        found = []
        for grant, rights, who in self.held:
            scope = rights.scope(verb)
            level = None if self.field is None else LEVEL_WORDS[rights.level(self.field.key)]
            is_met = None if self.record_id is None or verb == "create" else self._is_met(scope, who, met)
            found.append(Reason(roles[grant.role].label, grant.lent_by, self._records(scope), level, is_met))
        return tuple(found)

    def _records(self, scope: Scope) -> Label:
        if scope.where is None:
            return scope_words(scope)
        return THOSE_WITH.format(condition=condition_words(self.ctx, self.entity.key, scope.where))

    def _is_met(self, scope: Scope, who: int, met: dict[tuple[Scope, int], bool]) -> bool:
        return scope.reach is Reach.ALL or met.get((scope, who), False)

    def _power(self, power: Power) -> Answer:
        roles = self.ctx.snapshot.model.roles
        yes, no = scope_words(Scope(Reach.ALL)), scope_words(Scope())
        reasons = tuple(
            Reason(roles[grant.role].label, grant.lent_by, yes if power in rights.powers else no, None, None)
            for grant, rights, _ in self.held
        )
        return Answer(power, VERB_WORDS[power], power in self.access.powers, False, reasons)

    def _visible(self) -> bool:
        if self.record_id is None:
            return True
        return self.record_id in reached(self.ctx, self.entity.key, [self.record_id])

    def _met(self) -> dict[tuple[Scope, int], bool]:
        """Ask which scopes mean the record, whether he may see it or not."""
        scopes = dict.fromkeys(
            (rights.scope(verb), who)
            for _, rights, who in self.held
            for verb in VERBS
            if rights.scope(verb) and rights.scope(verb).reach is not Reach.ALL
        )
        if self.record_id is None or not scopes:
            return {}
        guard = ReaderGuard(self.ctx)
        table = self.ctx.snapshot.tables[self.entity.key]
        columns: list[Any] = [guard.covers(self.entity.key, table, Covering(parts=(one,))) for one in scopes]
        statement = select(*columns).where(table.c.id == bindparam("record_id", type_=BigInteger))
        values = {**values_of(self.ctx, tuple(guard.values)), "record_id": self.record_id}
        row = self.ctx.connection.execute(statement, values).first()
        return {} if row is None else dict(zip(scopes, map(bool, row), strict=True))


def levels(ctx: Context, actor: Actor, entity_key: str) -> dict[str, FieldLevel]:
    """Return what somebody may do with each field in some records of an entity."""
    granted = access(replace(ctx, actor=actor), entity_key)
    found = {}
    for key in ctx.snapshot.model.entities[entity_key].fields:
        writes = granted.writing(key, "update") or granted.writing(key, "create")
        found[key] = FieldLevel.WRITE if writes else FieldLevel.READ if granted.reading(key) else FieldLevel.NONE
    return found
