"""Who may call a route: every view function says it itself, and what says nothing is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from flask import Flask

View = TypeVar("View", bound=Callable[..., object])

_ATTRIBUTE: Final = "lotse_policy"


@dataclass(frozen=True, slots=True)
class Policy:
    """What a caller of a route must be.

    Args:
        name: how it is called in the route table of the tests.
        signed_in: whether somebody must be signed in.
        capability: capability that one of his roles must have, or None.
        configured: whether the route works with the configuration: it gets a transaction and a snapshot.
    """

    name: str
    signed_in: bool = True
    capability: str | None = None
    configured: bool = True


#: Everybody, without a look at the database: files, health.
PUBLIC: Final = Policy("public", signed_in=False, configured=False)
#: Everybody who is signed in; what he may do with which records is asked further down, at each verb.
SIGNED_IN: Final = Policy("signed in")
#: Signed in, on a page of the sign-in machinery, which opens its own transaction.
OWN_ACCOUNT: Final = Policy("own account", configured=False)


def capability(name: str, *, configured: bool = True) -> Policy:
    """Return the policy that asks for a capability such as `administer`."""
    return Policy(f"capability {name}", capability=name, configured=configured)


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
            app.view_functions[endpoint] = _declared(view, exceptions.get(endpoint.partition(".")[2], granted))


def _declared(view: Callable[..., object], granted: Policy) -> Callable[..., object]:
    """Wrap a foreign view, so that a policy doesn't leak to another application that shares the function."""

    def declared(*args: object, **kwargs: object) -> object:
        return view(*args, **kwargs)

    declared.__name__ = getattr(view, "__name__", "view")
    return policy(granted)(declared)


def policy_of(app: Flask, endpoint: str) -> Policy | None:
    """Return the policy of an endpoint, or None where nobody declared one."""
    found = getattr(app.view_functions.get(endpoint), _ATTRIBUTE, None)
    return found if isinstance(found, Policy) else None
