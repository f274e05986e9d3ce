"""Who asks: the person behind a request, with the roles he has."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.language import DEFAULT_LOCALE, Locale


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in person, a technical account, or the product itself.

    Args:
        id: the user's id, or None for the product itself (publishing, demo data) and for nobody.
        name: what colleagues call him.
        roles: keys of his roles; a key without a role document grants nothing.
        email: what he signs in with.
        team_id: the team he belongs to, if any.
        locale: the language he reads.
        theme: `light`, `dark` or `auto`.
        density: `normal` or `compact`.
        everything: whether all rights are his; only for the product itself.
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


#: Somebody who isn't signed in; no role, no right.
NOBODY = Actor(id=None, name="")

#: The product itself: loads demo data, publishes shipped documents. Never the actor of a web request.
PRODUCT = Actor(id=None, name="Lotse", everything=True)
