"""What an actor may do with the records of an entity, out of the roles' documents.

Roles add up, grant by grant; the rule in words is `docs/explanation/rights.md`. What is worked out here depends on the
roles alone, not on who has them: which records are somebody's own is filled in where it is asked (`app.query.gate`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Final

from app.access.actor import Actor, Shape
from app.access.derived import Derivation
from app.context import Context
from app.errors import Forbidden, NotFound
from app.language import Label
from app.meta.model import EntityRights, Model
from app.meta.role import ALL_RECORDS, POWERS, VERBS, FieldLevel, Power, Reach, Scope, Verb
from app.meta.role_words import VERB_WORDS

#: Capabilities that nobody can lend to a colleague.
NEVER_LENT: Final = frozenset({"administer", "people", "configure"})
_ALL: Final = EntityRights(ALL_RECORDS, ALL_RECORDS, ALL_RECORDS, ALL_RECORDS, ALL_RECORDS, frozenset(POWERS))
_REFUSED: Final = Label(
    "Sie dürfen in „{entity}“ nichts {verb}. Fragen Sie Ihren CRM-Manager, wenn Sie das brauchen.",
    "You may not {verb} anything in “{entity}”. Ask your CRM manager if you need to.",
)
_NOT_THIS: Final = Label(
    "Diesen Datensatz in „{entity}“ dürfen Sie nicht {verb}. Fragen Sie den Zuständigen oder Ihren CRM-Manager.",
    "You may not {verb} this record in “{entity}”. Ask its owner or your CRM manager.",
)


@dataclass(frozen=True, slots=True)
class Covering:
    """The records that somebody's roles cover together; false where it is none.

    Args:
        whole: whether it is all of them.
        parts: else the scopes, each with the number of the identity that it means.
    """

    whole: bool = False
    parts: tuple[tuple[Scope, int], ...] = ()

    def __bool__(self) -> bool:
        return self.whole or bool(self.parts)


NOTHING: Final = Covering()
EVERYTHING: Final = Covering(whole=True)


def _covering(scopes: Iterable[tuple[Scope, int]]) -> Covering:
    parts = dict.fromkeys((scope, identity) for scope, identity in scopes if scope)
    if any(scope.reach is Reach.ALL for scope, _ in parts):
        return EVERYTHING
    return Covering(parts=tuple(parts))


@dataclass(frozen=True, slots=True)
class EntityAccess:
    """What somebody may do with the records of one entity, all his roles together.

    Args:
        held: the rights of each role, with the number of the identity that its scopes mean.
        create, read, update, retire, restore: with which records; false where with none.
        powers: what he may do with many at once.
        hidden: computed fields whose sources he may not all read; see `app.access.derived`.
    """

    held: tuple[tuple[EntityRights, int], ...]
    create: Covering
    read: Covering
    update: Covering
    retire: Covering
    restore: Covering
    powers: frozenset[Power]
    hidden: frozenset[str] = frozenset()
    _known: dict[tuple[str, Verb, FieldLevel], Covering] = field(default_factory=dict, repr=False, compare=False)

    def covering(self, verb: Verb) -> Covering:
        """Return the records that a verb is about."""
        found: Covering = getattr(self, verb)
        return found

    def reading(self, key: str) -> Covering:
        """Return the records in which the values of a field can be read: `read` itself where it is in all of them."""
        if key in self.hidden:
            return NOTHING
        return self._field(key, "read", FieldLevel.READ)

    def writing(self, key: str, verb: Verb) -> Covering:
        """Return the records in which a field may be given a value when they are created or updated."""
        return self._field(key, verb, FieldLevel.WRITE)

    def _field(self, key: str, verb: Verb, least: FieldLevel) -> Covering:
        """Return where a field has a level; worked out once, because a save asks for every field it is given."""
        found = self._known.get((key, verb, least))
        if found is None:
            found = self._known[key, verb, least] = self._worked_out(key, verb, least)
        return found

    def _worked_out(self, key: str, verb: Verb, least: FieldLevel) -> Covering:
        every = self.covering(verb)
        found = _covering((rights.scope(verb), who) for rights, who in self.held if rights.level(key) >= least)
        same = found.whole or (not every.whole and set(found.parts) == set(every.parts))
        return every if same else found

    def shows_section(self, name: str) -> bool:
        """Return whether some role has a use for a section of a mask."""
        return any(name not in rights.hidden_sections for rights, _ in self.held if rights.read or rights.create)


def access_of(model: Model, shape: Shape, entity_key: str) -> EntityAccess:
    """Return what somebody with some roles may do with the records of one entity."""
    bare = _bare_access(model, shape, entity_key)
    entity = model.entities.get(entity_key)
    if shape[0] or entity is None or not bare.read:
        return bare
    derivation = Derivation(
        model, lambda key: sees_all(model, shape, key), lambda key, field: _always_reads(model, shape, key, field)
    )
    hidden = derivation.hidden(entity)
    return replace(bare, hidden=hidden, _known={}) if hidden else bare


def _always_reads(model: Model, shape: Shape, entity_key: str, field_key: str) -> bool:
    """Return whether a field can be read wherever its record can; without a key, whether all records can."""
    granted = _bare_access(model, shape, entity_key)
    return granted.reading(field_key) == granted.read and bool(granted.read) if field_key else granted.read.whole


def sees_all(model: Model, shape: Shape, entity_key: str) -> bool:
    """Return whether somebody may read every record of an entity; everybody knows users and teams by name."""
    if entity_key.startswith("@"):
        return True
    owners = model.entities[entity_key].owners
    whole = _bare_access(model, shape, entity_key).read.whole
    return whole and all(sees_all(model, shape, owner) for owner, _ in owners if owner != entity_key)


def _bare_access(model: Model, shape: Shape, entity_key: str) -> EntityAccess:
    """Return what the roles say by themselves."""
    everything, roles, only = shape
    if only is not None and entity_key not in only:
        return _access(())
    if everything:
        held: tuple[tuple[EntityRights, int], ...] = ((_ALL, 0),)
    else:
        held = tuple((model.roles[key].on(entity_key), who) for key, who in roles if key in model.roles)
    return _access(held)


def _access(held: tuple[tuple[EntityRights, int], ...]) -> EntityAccess:
    coverings = {verb: _covering((rights.scope(verb), who) for rights, who in held) for verb in VERBS}
    powers = reduce(frozenset.union, (rights.powers for rights, _ in held), frozenset[Power]())
    create, read, update, retire, restore = (coverings[verb] for verb in VERBS)
    return EntityAccess(held, create, read, update, retire, restore, powers)


def rights(model: Model, actor: Actor, entity_key: str) -> EntityAccess:
    """Return what an actor may do with the records of one entity, all his roles together."""
    return access_of(model, actor.shape, entity_key)


def access(ctx: Context, entity_key: str) -> EntityAccess:
    """Return the same, worked out once per snapshot for everybody who has these roles."""
    shape = ctx.actor.shape
    return ctx.snapshot.plan(("access", shape, entity_key), lambda: access_of(ctx.snapshot.model, shape, entity_key))


def capable(model: Model, actor: Actor, capability: str) -> bool:
    """Return whether one of the actor's roles has a capability: `configure`, `people`, `administer`, `export`.

    What is in `NEVER_LENT` counts in a role of his own only, also where the role got it after it was lent.
    """
    if actor.everything:
        return True
    roles = actor.roles
    if capability in NEVER_LENT:
        roles = frozenset(grant.role for grant in actor.acting_in() if grant.lent_by is None)
    return any(capability in model.roles[key].capabilities for key in roles if key in model.roles)


def meant_for(actor: Actor, roles: tuple[str, ...]) -> bool:
    """Return whether something that names roles is meant for somebody; naming none, it is for everybody."""
    return actor.everything or not roles or not actor.roles.isdisjoint(roles)


def readable_entities(model: Model, actor: Actor) -> frozenset[str]:
    """Return the keys of the entities of which the actor may read some records."""
    return frozenset(key for key in model.entities if access_of(model, actor.shape, key).read)


def require(ctx: Context, entity_key: str, verb: Verb) -> EntityAccess:
    """Return the actor's rights on an entity, having made sure that a verb is allowed for some of its records.

    Raises:
        NotFound: the entity doesn't exist or isn't readable; the two look the same.
        Forbidden: the entity is readable, but the verb isn't allowed.
    """
    granted = _known(ctx, entity_key, seen=verb == "create")
    if not granted.covering(verb):
        raise refusal(ctx, entity_key, verb)
    return granted


def require_power(ctx: Context, entity_key: str, power: Power) -> EntityAccess:
    """Return the actor's rights on an entity, having made sure that he may do something with many records at once.

    Raises:
        NotFound, Forbidden: see `require`.
    """
    granted = _known(ctx, entity_key)
    if power not in granted.powers:
        raise refusal(ctx, entity_key, power)
    return granted


def _known(ctx: Context, entity_key: str, *, seen: bool = False) -> EntityAccess:
    granted = access(ctx, entity_key)
    if entity_key not in ctx.snapshot.model.entities or not (granted.read or (seen and granted.create)):
        raise NotFound(entity_key)
    return granted


def refusal(ctx: Context, entity_key: str, verb: Verb | Power, *, record: bool = False) -> Forbidden:
    """Return what somebody is told who may not do something, with any record or with this one."""
    entity = ctx.snapshot.model.entities[entity_key]
    words = _NOT_THIS if record else _REFUSED
    return Forbidden(words.format(entity=entity.plural, verb=VERB_WORDS[verb]))
