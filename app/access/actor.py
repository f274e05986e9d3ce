"""Who asks: the person behind a request, with the roles he acts in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from app.language import DEFAULT_LOCALE, Locale


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom the scopes of a role mean.

    Args:
        user_id: whose records "own" are; what `me()` is in the role's conditions.
        team_id: the team that "team" is.
        team_ids: that team and all teams below it.
    """

    user_id: int | None
    team_id: int | None = None
    team_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Grant:
    """One role that somebody acts in, with the identity that its scopes mean.

    A role of one's own means oneself and one's own team. A role that somebody else has lent (a delegation) means him:
    "own records" are then the lender's. A role with an area (a Lotse's) means that area instead of one's team.

    Args:
        role: key of the role.
        user_id, team_id, team_ids: see :class:`Identity`.
        lent_by: what the lender is called, or None for a role of one's own.
        until: when he no longer acts in it, UTC without a zone, or None where no end is known; it decides nothing: who
            acts in what is looked up anew with every request.
    """

    role: str
    user_id: int | None
    team_id: int | None = None
    team_ids: tuple[int, ...] = ()
    lent_by: str | None = None
    until: datetime | None = field(default=None, compare=False)

    @property
    def identity(self) -> Identity:
        """Return whom the role's scopes mean."""
        return Identity(self.user_id, self.team_id, self.team_ids)


#: What decides which rights somebody has, without who he is: whether all are his, each role with the number of its
#: identity, and the entities that he is confined to. Whoever has the same shape gets the same plans; only the values of
#: their parameters differ.
Shape = tuple[bool, tuple[tuple[str, int], ...], frozenset[str] | None]


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in person, a technical account, or the product itself.

    Args:
        id: the user's id, or None for the product itself (publishing, demo data) and for nobody.
        name: what colleagues call him.
        roles: keys of all roles he acts in, lent ones too; a key without a role document grants nothing.
        email: what he signs in with.
        team_id: the team he belongs to, if any.
        locale: the language he reads.
        theme: `light`, `dark` or `auto`.
        density: `normal` or `compact`.
        everything: whether all rights are his; only for the product itself.
        only: keys of the entities that he is confined to, or None; an API token may confine whoever acts by it.
        grants: the same roles, each with the identity that its scopes mean, in the order of their keys; empty for
            "every role means the actor himself" (see `acting_in`).
        identities: whom his roles mean, each once.
        shape: what decides which rights he has; part of the key of everything that is planned for readers.
    """

    id: int | None
    name: str
    roles: frozenset[str] = field(default_factory=frozenset)
    email: str = ""
    team_id: int | None = None
    locale: Locale = DEFAULT_LOCALE
    theme: str = "auto"
    density: str = "normal"
    everything: bool = False
    grants: tuple[Grant, ...] = ()
    only: frozenset[str] | None = None
    identities: tuple[Identity, ...] = field(init=False, repr=False, compare=False)
    shape: Shape = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        grants = self.acting_in()
        found = tuple(dict.fromkeys(grant.identity for grant in grants))
        numbers = {identity: number for number, identity in enumerate(found)}
        object.__setattr__(self, "identities", found)
        shape = (self.everything, tuple((grant.role, numbers[grant.identity]) for grant in grants), self.only)
        object.__setattr__(self, "shape", shape)

    def acting_in(self) -> tuple[Grant, ...]:
        """Return the roles he acts in, with the identity that each one's scopes mean."""
        if self.grants:
            return self.grants
        teams = () if self.team_id is None else (self.team_id,)
        return tuple(Grant(role, self.id, self.team_id, teams) for role in sorted(self.roles))


#: Somebody who isn't signed in; no role, no right.
NOBODY = Actor(id=None, name="")

#: The product itself: loads demo data, publishes shipped documents. Never the actor of a web request.
PRODUCT = Actor(id=None, name="Lotse", everything=True)
