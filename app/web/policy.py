"""Who may call a route: every view function says it itself, and what says nothing is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from flask import Flask

View = TypeVar("View", bound=Callable[..., object])

_ATTRIBUTE: Final = "lotse_policy"


@dataclass(frozen=True, slots=True)
class Policy:
    """What a caller of a route must be, and what the route gets.

    Args:
        name: how it is called in the route table of the tests.
        signed_in: whether somebody must be signed in.
        capability: capability that one of his roles must have, or None.
        transaction: whether the route gets a transaction; without it the database isn't looked at.
        writes: whether that transaction may write; None for what the method says (GET reads, POST writes).
        scope: what an API token must be good for to be taken here; None where only a session is.
        fresh: whether what is sent here demands a recent proof of who one is (see `app.web.proof`).
        unproved: whether it is open to somebody who still owes his second factor.
        unset: whether it is open to somebody who still has to set up the second factor that a role of his demands.
        chooses: the input in which a password is chosen, which is judged and hashed before the transaction (see
            `app.web.choosing`); blank where none is.
        keeps: whether a refusal shows what was sent again (see `app.web.kept`).
    """

    name: str
    signed_in: bool = True
    capability: str | None = None
    transaction: bool = True
    writes: bool | None = None
    scope: str | None = None
    fresh: bool = False
    unproved: bool = False
    unset: bool = False
    chooses: str = ""
    keeps: bool = False


#: Nobody: a page that a library brings along and the product has no use for; it isn't there (404).
CLOSED: Final = Policy("closed", signed_in=False, transaction=False)
#: Everybody, without a look at the database: files, health.
PUBLIC: Final = Policy("public", signed_in=False, transaction=False)
#: Everybody; reads only. Signing in: a password is checked, nothing is stored.
GATE: Final = Policy("gate", signed_in=False, writes=False)
#: Everybody; another server is asked first, so that no transaction waits for it, and the page opens its own afterwards.
ASKING_OUTSIDE: Final = Policy("asks outside", signed_in=False, transaction=False)
#: Everybody who is signed in; what he may do with which records is asked further down, at each verb.
SIGNED_IN: Final = Policy("signed in")
#: The same, for a mask: whatever it is refused for, what was typed isn't lost.
TYPING: Final = Policy("signed in, typing", keeps=True)
#: Everybody whose password was right: showing the second factor (what is used up has a transaction of its own).
PROVING: Final = Policy("second factor owed", writes=False, unproved=True)
#: Everybody whose password was right: leaving.
LEAVING: Final = Policy("leaving", unproved=True, unset=True)
#: Everybody who is signed in, even where a role demands a second factor and he has none yet: setting it up.
SETTING_UP: Final = Policy("setting up factors", unset=True)
#: The same, for what adds a factor, takes one away or makes new codes: an unlocked browser isn't enough.
SETTING_UP_PROVED: Final = Policy("setting up factors, proved", unset=True, fresh=True)
#: The same, for a POST that only looks: a mask that is shown anew while somebody types.
READING: Final = Policy("signed in, reads", writes=False)
#: Everybody who is signed in and has proved lately who he is: what gives others, or programs, a part of one's rights.
PROVED: Final = Policy("signed in, proved", fresh=True)
#: Everybody who comes with a one-time link; the page asks for that first, and hashes before it opens a transaction.
WITH_LINK: Final = Policy("with link", signed_in=False, transaction=False)
#: Everybody who is signed in and knows his present password: choosing another one.
CHANGING: Final = Policy("changes the password", chooses="new_password")


def capability(name: str, *, fresh: bool = False) -> Policy:
    """Return the policy that asks for a capability such as `administer`, and for a recent proof where it says so."""
    return Policy(f"capability {name}{', proved' if fresh else ''}", capability=name, fresh=fresh)


def by_token(scope: str) -> Policy:
    """Return the policy of a route of the API: a session, or a token that is good for a scope such as `read`."""
    return Policy(f"token {scope}", scope=scope)


def policy(granted: Policy) -> Callable[[View], View]:
    """Declare the policy of a view function."""

    def declare(view: View) -> View:
        setattr(view, _ATTRIBUTE, granted)
        return view

    return declare


def declare_blueprint(app: Flask, name: str, granted: Policy, **exceptions: Policy) -> None:
    """Declare the policy of all view functions of a blueprint that somebody else wrote.

    Args:
        app: the application in which it is registered.
        name: the blueprint's name; its endpoints are `<name>.<view>`.
        granted: the policy of its views.
        exceptions: other policies, by the view's name.
    """
    for endpoint, view in list(app.view_functions.items()):
        if endpoint.startswith(f"{name}."):
            app.view_functions[endpoint] = declared(view, exceptions.get(endpoint.partition(".")[2], granted))


def declared(view: Callable[..., Any], granted: Policy) -> Callable[..., Any]:
    """Wrap a foreign view, so that a policy doesn't leak to another application that shares the function."""

    def wrapped(*args: object, **kwargs: object) -> Any:
        return view(*args, **kwargs)

    wrapped.__name__ = getattr(view, "__name__", "view")
    return policy(granted)(wrapped)


def policy_of(app: Flask, endpoint: str) -> Policy | None:
    """Return the policy of an endpoint, or None where nobody declared one."""
    found = getattr(app.view_functions.get(endpoint), _ATTRIBUTE, None)
    return found if isinstance(found, Policy) else None
