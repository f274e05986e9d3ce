"""Whose rights the pages that explain rights are about, and how a role is named on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from flask import request

from app.access.actor import Actor
from app.access.granting import PERSON, TECHNICAL
from app.access.rights import capable
from app.context import Context
from app.errors import Forbidden, NotFound
from app.fields.formats import formats_for
from app.language import Label
from app.system.accounts import account
from app.system.people import actor_and_head
from app.web.days import last_day
from app.web.people import people
from app.web.texts import TEXTS, text

#: An id has fewer digits than this.
DIGITS = 19


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a list to choose from."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose rights are explained.

    Args:
        actor: he, with the roles that he acts in now.
        own: whether he is who asks.
        active: whether he may sign in; who may not has no rights.
        users: whom one may ask about; empty where one asks for oneself only.
    """

    actor: Actor
    own: bool
    active: bool
    users: tuple[Choice, ...]

    def url(self, path: str, **more: str) -> str:
        """Return an address on which the same person is asked about."""
        given = {**({} if self.own else {"user": str(self.actor.id)}), **more}
        return f"{path}?{urlencode(given)}" if given else path


def subject(ctx: Context) -> Subject:
    """Return whose rights are asked for: one's own, or anybody's for whoever manages people.

    Raises:
        Forbidden: somebody else's, by somebody who doesn't manage people.
        NotFound: there is no such user.
    """
    given, manages = request.args.get("user", ""), capable(ctx.snapshot.model, ctx.actor, "people")
    if given in ("", str(ctx.actor.id)):
        return Subject(ctx.actor, True, True, _users(ctx, ctx.actor) if manages else ())
    if not manages:
        raise Forbidden(TEXTS["problem.m403"])
    if not is_number(given):
        raise NotFound(given)
    actor, _ = actor_and_head(ctx.connection, int(given))
    if actor is not None:
        return Subject(actor, False, True, _users(ctx, actor))
    gone = _deactivated(ctx, int(given))
    return Subject(gone, False, False, (*_users(ctx, gone), Choice(given, gone.name, True)))


def is_number(given: str) -> bool:
    """Return whether a text is the number of something."""
    return given.isascii() and given.isdigit() and len(given) < DIGITS


def _deactivated(ctx: Context, user_id: int) -> Actor:
    """Return somebody who may not sign in, as what he then is: somebody without any role."""
    for kind in (PERSON, TECHNICAL):
        found = account(ctx.connection, kind, user_id)
        if found is not None:
            return Actor(id=found.id, name=found.name)
    raise NotFound(str(user_id))


def _users(ctx: Context, chosen: Actor) -> tuple[Choice, ...]:
    return tuple(Choice(str(id_), name, id_ == chosen.id) for id_, name in people(ctx, "@user"))


def role_words(ctx: Context, role: Label, lent_by: str | None, until: datetime | None) -> str:
    """Say a role: what it is called, for whom one acts in it, and until which day."""
    locale, name = ctx.locale, role.text(ctx.locale)
    said = text("why.role", locale, role=name) if lent_by is None else text("why.lent", locale, role=name, name=lent_by)
    if until is None:
        return said
    formats = formats_for(locale, ctx.snapshot.time_zone)
    return text("why.until", locale, role=said, day=formats.date(last_day(until, formats.zone)))
