"""What an actor may do with the records of an entity, out of the roles' documents.

Roles add up: a verb is allowed when one of the actor's roles allows it. A role says it per entity, or for every entity
it doesn't name under `*`. What no role allows is refused.
"""

from __future__ import annotations

from typing import Literal

from app.access.actor import Actor
from app.context import Context
from app.errors import Forbidden, NotFound
from app.language import Label
from app.meta.model import EntityRights, Model, Role

Verb = Literal["create", "read", "update", "retire"]

_NONE = EntityRights()
_ALL = EntityRights(create=True, read=True, update=True, retire=True)
#: Verbs in words, for the sentence of a refusal: (German, English).
_VERBS: dict[Verb, Label] = {
    "create": Label("anlegen", "create"),
    "read": Label("lesen", "read"),
    "update": Label("ändern", "change"),
    "retire": Label("archivieren", "archive"),
}
_REFUSED = Label(
    "Sie dürfen in „{entity}“ nichts {verb}. Fragen Sie Ihren CRM-Manager, wenn Sie das brauchen.",
    "You may not {verb} anything in “{entity}”. Ask your CRM manager if you need to.",
)


def _of_role(role: Role, entity_key: str) -> EntityRights:
    return role.entities.get(entity_key) or role.entities.get("*") or _NONE


def rights(model: Model, actor: Actor, entity_key: str) -> EntityRights:
    """Return the sum of what the actor's roles allow with the records of one entity."""
    if actor.only is not None and entity_key not in actor.only:
        return _NONE
    if actor.everything:
        return _ALL
    granted = [_of_role(model.roles[key], entity_key) for key in actor.roles if key in model.roles]
    return EntityRights(
        create=any(g.create for g in granted),
        read=any(g.read for g in granted),
        update=any(g.update for g in granted),
        retire=any(g.retire for g in granted),
    )


def capable(model: Model, actor: Actor, capability: str) -> bool:
    """Return whether one of the actor's roles has a capability such as `configure`, `administer`, `export`."""
    if actor.everything:
        return True
    return any(capability in model.roles[key].capabilities for key in actor.roles if key in model.roles)


def readable_entities(model: Model, actor: Actor) -> frozenset[str]:
    """Return the keys of the entities whose records the actor may read."""
    return frozenset(key for key in model.entities if rights(model, actor, key).read)


def require(ctx: Context, entity_key: str, verb: Verb) -> EntityRights:
    """Return the actor's rights on an entity, having made sure that a verb is among them.

    Raises:
        NotFound: the entity doesn't exist or isn't readable; the two look the same.
        Forbidden: the entity is readable, but the verb isn't allowed.
    """
    model = ctx.snapshot.model
    entity = model.entities.get(entity_key)
    granted = rights(model, ctx.actor, entity_key)
    if entity is None or not (granted.read or getattr(granted, verb)):
        raise NotFound(entity_key)
    if not getattr(granted, verb):
        raise Forbidden(_REFUSED.format(entity=entity.plural, verb=_VERBS[verb]))
    return granted
