"""Why may somebody do something, or why not: every role he acts in, what it says, and whether this record is meant.

What may be told to whom is decided in `app.query.knowing` (rules) and `app.query.judging` (single records).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

from app.access.actor import Actor, Grant
from app.access.rights import EntityAccess, access
from app.context import Context
from app.expr.to_words import to_words
from app.language import Label
from app.meta.model import EntityRights, Field
from app.meta.naming import ModelNames
from app.meta.role import POWERS, VERBS, Power, Reach, Scope, Verb
from app.meta.role_words import LEVEL_WORDS, THOSE_WITH, VERB_WORDS, scope_words
from app.query.judging import Judging, Verdict, every
from app.query.knowing import known_entity, known_field, looks_at, wording_known
from app.query.paths import resolve
from app.query.words import condition_words

#: Whether a scope means a record; `hidden` where it looks at something that the asker can't read in it.
Met = Literal["met", "unmet", "hidden"]
#: Verbs that say something about one field.
_ON_FIELDS: Final[tuple[Verb, ...]] = ("create", "read", "update")
#: Verbs that change a record that there is.
_CHANGING: Final[frozenset[str]] = frozenset({"update", "retire", "restore"})
_HIDDEN_CONDITION: Final = Label(
    "einer Bedingung an Felder, die Sie nicht sehen", "a condition on fields that you can't see"
)
_COMPUTED: Final = Label(
    "Das Feld wird aus Werten berechnet, die nicht alle gelesen werden dürfen; deshalb ist es auch nicht zu lesen.",
    "The field is computed from values that may not all be read; that is why it can't be read either.",
)
_NOT_TYPED: Final = Label(
    "Niemand trägt dieses Feld ein: Lotse schreibt oder berechnet es.",
    "Nobody fills in this field: Lotse writes or computes it.",
)
_UNREAD: Final = Label(
    "Geschrieben wird ein Feld nur, wo es auch gelesen werden darf.",
    "A field can be written only where it may be read, too.",
)
_UNSEEN: Final = Label(
    "Ändern kann man nur, was man sieht, und diesen Datensatz darf diese Person nicht lesen.",
    "One can change only what one sees, and this person may not read this record.",
)
_ROWS: Final = Label(
    "Das sind Zeilen: Lesen kann man sie nur, wo man den Datensatz lesen darf, zu dem sie gehören, und ändern nur, wo "
    "man ihn ändern darf.",
    "These are rows: they can be read only where the record that they belong to may be read, and changed only where it "
    "may be changed.",
)
_OWNER: Final = Label(
    "Der Datensatz, zu dem diese Zeile gehört, erlaubt es dieser Person nicht.",
    "The record that this row belongs to doesn't let this person.",
)
_UNTOLD: Final = Label(
    "Es hängt von etwas ab, das Sie in diesem Datensatz nicht sehen.",
    "It depends on something that you can't see in this record.",
)


@dataclass(frozen=True, slots=True)
class Reason:
    """What one role says about one verb.

    Args:
        role: what the role is called.
        lent_by: who has lent it, or None.
        until: when he no longer has it, UTC without a zone, or None.
        records: which records it means.
        field: what it says about the field that was asked for, or None where none was.
        met: whether it means the record that was asked for; None where none was.
    """

    role: Label
    lent_by: str | None
    until: datetime | None
    records: Label
    field: Label | None
    met: Met | None


@dataclass(frozen=True, slots=True)
class Answer:
    """May he or not, and why.

    Args:
        verb: what was asked for: a verb or a power.
        words: the verb in words.
        allowed: whether he may, for this record, or for some record where none was asked for; None where that hangs on
            something that the asker can't read in the record.
        only_some: whether he may only for some records; false where a record was asked for.
        reasons: what each of his roles says.
        besides: sentences about what doesn't hang on a single role.
    """

    verb: Verb | Power
    words: Label
    allowed: Verdict
    only_some: bool
    reasons: tuple[Reason, ...]
    besides: tuple[Label, ...] = ()


def explain(
    ctx: Context, actor: Actor, entity_key: str, record_id: int | None = None, field_key: str | None = None
) -> tuple[Answer, ...]:
    """Explain what somebody may do with an entity, a record, a field.

    Args:
        ctx: who asks: he is told what he may know.
        actor: whose rights are explained.
        entity_key: which entity.
        record_id: a record that the asker can read; None for the entity as a whole.
        field_key: a field of the entity; None for the record as a whole.

    Raises:
        NotFound: there is no such entity, or not for the asker.
        InvalidQuery: there is no such field, or not for the asker.
    """
    known_entity(ctx, entity_key)
    field = None if field_key is None else known_field(ctx, entity_key, field_key)
    return _Explanation(ctx, actor, entity_key, record_id, field).answers()


def roles_of(ctx: Context, actor: Actor) -> tuple[Grant, ...]:
    """Return the roles that somebody acts in and that say something."""
    return tuple(grant for grant in actor.acting_in() if grant.role in ctx.snapshot.model.roles)


class _Explanation:
    def __init__(self, ctx: Context, actor: Actor, entity_key: str, record_id: int | None, field: Field | None) -> None:
        self.ctx = ctx
        self.subject = replace(ctx, actor=actor)
        self.entity = ctx.snapshot.model.entities[entity_key]
        self.record_id = record_id
        self.field = field
        self.judging = Judging(ctx, self.subject)
        self.access: EntityAccess = access(self.subject, entity_key)
        self.held = self._held(actor)

    def _held(self, actor: Actor) -> tuple[tuple[Grant, EntityRights, int], ...]:
        roles = self.ctx.snapshot.model.roles
        numbers = {identity: number for number, identity in enumerate(actor.identities)}
        grants = roles_of(self.ctx, actor)
        return tuple((one, roles[one.role].on(self.entity.key), numbers[one.identity]) for one in grants)

    def answers(self) -> tuple[Answer, ...]:
        if self.field is not None:
            return tuple(self._verb(verb) for verb in _ON_FIELDS)
        verbs = tuple(self._verb(verb) for verb in VERBS)
        return verbs if self.record_id is not None else (*verbs, *map(self._power, POWERS))

    # -- verdicts -----------------------------------------------------------------------------------------------------

    def _verb(self, verb: Verb) -> Answer:
        allowed: Verdict = self._at_all(verb)
        only_some = self._only_some(verb)
        besides = list(self._besides(verb))
        if allowed and self.record_id is not None and verb != "create":
            allowed, only_some = self._here(verb, self.record_id), False
            besides += self._besides_here(verb, self.record_id, allowed)
        reasons = tuple(self._reason(verb, *held) for held in self.held)
        return Answer(verb, VERB_WORDS[verb], allowed, bool(allowed) and only_some, reasons, tuple(besides))

    def _at_all(self, verb: Verb) -> bool:
        """Return whether he may with some record, so far as that hangs on his roles."""
        field, granted = self.field, self.access
        if field is None:
            return bool(granted.covering(verb)) and (verb not in _CHANGING or bool(granted.read))
        if verb == "read":
            return bool(granted.reading(field.key))
        if not field.given or not granted.writing(field.key, verb):
            return False
        return verb == "create" or bool(granted.reading(field.key))

    def _only_some(self, verb: Verb) -> bool:
        field, granted = self.field, self.access
        if field is None:
            whole = granted.covering(verb).whole and (verb not in _CHANGING or granted.read.whole)
        elif verb == "read":
            whole = granted.reading(field.key).whole
        else:
            whole = granted.writing(field.key, verb).whole and (verb == "create" or granted.reading(field.key).whole)
        return not whole

    def _here(self, verb: Verb, record_id: int) -> Verdict:
        key, field, judging = self.entity.key, self.field, self.judging
        verdicts = [judging.sees(key, record_id)]
        if field is not None:
            verdicts.append(judging.covers(key, record_id, self.access.reading(field.key)))
        if verb in _CHANGING:
            asked = self.access.covering(verb) if field is None else self.access.writing(field.key, verb)
            verdicts += [judging.covers(key, record_id, asked), judging.reaches_owners(key, record_id)]
        return every(*verdicts)

    # -- reasons ------------------------------------------------------------------------------------------------------

    def _besides(self, verb: Verb) -> Iterator[Label]:
        field = self.field
        if self.entity.owners and self.record_id is None:
            yield _ROWS
        if field is None:
            return
        if verb == "read" and field.key in self.access.hidden:
            yield _COMPUTED
        if verb != "read" and not field.given:
            yield _NOT_TYPED
        elif verb == "update" and self.access.writing(field.key, verb) and not self.access.reading(field.key):
            yield _UNREAD

    def _besides_here(self, verb: Verb, record_id: int, allowed: Verdict) -> Iterator[Label]:
        key, judging = self.entity.key, self.judging
        if allowed is None:
            yield _UNTOLD
        elif allowed:
            return
        elif verb in _CHANGING:
            if judging.sees(key, record_id) is False:
                yield _UNSEEN
            elif judging.reaches_owners(key, record_id) is False:
                yield _OWNER
        elif self.field is None and judging.covers(key, record_id, self.access.read):
            yield _OWNER

    def _reason(self, verb: Verb, grant: Grant, rights: EntityRights, who: int) -> Reason:
        scope = rights.scope(verb)
        if not scope:
            return self._said(grant, self._records(scope))  # what it says of the field is of no use to anybody
        level = None if self.field is None else LEVEL_WORDS[rights.level(self.field.key)]
        met = None if self.record_id is None or verb == "create" else self._met(self.record_id, scope, who)
        return self._said(grant, self._records(scope), level, met)

    def _said(self, grant: Grant, records: Label, level: Label | None = None, met: Met | None = None) -> Reason:
        label = self.ctx.snapshot.model.roles[grant.role].label
        return Reason(label, grant.lent_by, grant.until, records, level, met)

    def _met(self, record_id: int, scope: Scope, who: int) -> Met:
        told = self.judging.told(self.entity.key, record_id, (scope, who))
        return "hidden" if told is None else "met" if told else "unmet"

    def _records(self, scope: Scope) -> Label:
        """Say which records a scope means: in the document's words, as far as the asker may know them."""
        where, key, ctx = scope.where, self.entity.key, self.ctx
        if where is None:
            return scope_words(scope)
        if not wording_known(ctx, key, where):
            return THOSE_WITH.format(condition=_HIDDEN_CONDITION)
        if all(resolve(ctx, key, ".".join(keys)) is not None for keys in looks_at(scope)):
            return THOSE_WITH.format(condition=condition_words(ctx, key, where))
        return THOSE_WITH.format(condition=to_words(where, ModelNames(ctx.snapshot.model, key)))

    def _power(self, power: Power) -> Answer:
        yes, no = scope_words(Scope(Reach.ALL)), scope_words(Scope())
        reasons = tuple(self._said(grant, yes if power in rights.powers else no) for grant, rights, _ in self.held)
        allowed = power in self.access.powers and bool(self.access.read)
        return Answer(power, VERB_WORDS[power], allowed, False, reasons)
