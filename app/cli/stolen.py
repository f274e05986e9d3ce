"""Who is asked whether a password was stolen: told by `lotse doctor`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from app.cli.finding import Finding, error, fine, told, warning
from app.config import Settings
from app.errors import CannotStart
from app.language import Label
from app.system.breach_list import BreachList
from app.system.breach_service import RangeService, Unreachable
from app.system.breaches import breaches_of

#: A hash of nobody's password, with which the service is tried.
_NOBODYS: Final = "0" * 40
_GUESSED_ONLY: Final = Label(
    "Neue Passwörter werden nur darauf geprüft, ob man sie errät. Mit LOTSE_BREACH_LIST oder LOTSE_BREACH_SERVICE "
    "werden auch gestohlene abgelehnt.",
    "New passwords are only checked for being guessed. With LOTSE_BREACH_LIST or LOTSE_BREACH_SERVICE, stolen ones are "
    "refused, too.",
)
_LISTED: Final = Label(
    "Gestohlene werden abgelehnt; die Liste „{path}“ ist {days} Tage alt ({size} MiB)",
    "stolen ones are refused; the list “{path}” is {days} days old ({size} MiB)",
)
_SERVED: Final = Label(
    "Gestohlene werden abgelehnt; „{address}“ antwortet", "stolen ones are refused; {address} answers"
)
_SILENT: Final = Label(
    "„{address}“ antwortet nicht ({reason}); bis dahin werden auch gestohlene Passwörter genommen. Prüfen Sie "
    "LOTSE_BREACH_SERVICE und den Weg dorthin.",
    "{address} doesn't answer ({reason}); until it does, stolen passwords are taken, too. Check LOTSE_BREACH_SERVICE "
    "and the way there.",
)


def who_is_asked(settings: Settings) -> Iterator[Finding]:
    """Yield whether there is a list, how old it is, and whether a service answers; or that nobody is asked."""
    try:
        breaches = breaches_of(settings)
    except CannotStart as refused:
        yield error("passwords", refused.message)
        return
    if breaches.list is None and breaches.service is None:
        yield told("passwords", _GUESSED_ONLY)
    if breaches.list is not None:
        yield _listed(breaches.list)
    if breaches.service is not None:
        yield _served(breaches.service)


def _listed(known: BreachList) -> Finding:
    age = known.age(datetime.now(UTC))
    size = known.path.stat().st_size // (1024 * 1024)
    return fine("passwords", _LISTED.format(path=known.path, days=age.days, size=size))


def _served(service: RangeService) -> Finding:
    try:
        service.holds(_NOBODYS)
    except Unreachable as failure:
        return warning("passwords", _SILENT.format(address=service.address, reason=failure))
    return fine("passwords", _SERVED.format(address=service.address))
