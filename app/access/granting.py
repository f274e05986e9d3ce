"""Who may give which role to whom: people's roles and technical ones are kept in different hands.

Whoever runs the technology decides who else does; whoever answers for the people decides who sees data. Neither can
give himself, or get by a detour, what belongs to the other. The people's pages and the console ask here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from app.access.actor import Actor
from app.access.rights import capable
from app.language import Label
from app.meta.model import Model
from app.meta.role import VERBS, Reach

#: What a person is, and what a program that signs in is.
PERSON: Final = "person"
TECHNICAL: Final = "technical"
#: Capabilities that decide over people's data.
_OF_PEOPLE: Final = frozenset({"configure", "people", "export"})

_NOT_YOURSELF: Final = Label(
    "Niemand ändert seine eigenen Rollen. Bitten Sie einen Kollegen, der das darf.",
    "Nobody changes his own roles. Ask a colleague who may.",
)
_NOT_YOUR_TEAM: Final = Label(
    "Niemand wechselt sein eigenes Team: es entscheidet, was er sieht. Bitten Sie einen Kollegen, der das darf.",
    "Nobody changes his own team: it decides what he sees. Ask a colleague who may.",
)
_NOT_YOUR_TREE: Final = Label(
    "Niemand hängt ein Team unter seines: er sähe dadurch mehr. Bitten Sie einen Kollegen, der das darf.",
    "Nobody hangs a team below his own: he would see more by it. Ask a colleague who may.",
)
_ADMINISTERS: Final = Label(
    "Die Rolle „{role}“ kann nur geben oder nehmen, wer selbst verwaltet. Bitten Sie einen Administrator.",
    "Only somebody who administers can give or take the role “{role}”. Ask an administrator.",
)
_MANAGES: Final = Label(
    "Die Rolle „{role}“ kann nur geben oder nehmen, wer Benutzer führt. Bitten Sie einen CRM-Manager.",
    "Only somebody who manages people can give or take the role “{role}”. Ask a CRM manager.",
)
_NO_DATA: Final = Label(
    "Ein technisches Konto bekommt keine Rolle wie „{role}“, die an Daten reicht. Nehmen Sie sie wieder weg.",
    "A technical account gets no role such as “{role}” that reaches data. Take it away again.",
)
_WITHOUT_ROLES: Final = Label(
    "Wer noch keine Rolle hat, bekommt sein Passwort über einen Einmal-Link vom CRM-Manager. Geben Sie zuerst eine "
    "Rolle, die Sie geben können, oder bitten Sie einen CRM-Manager.",
    "Somebody without a role gets a password by a one-time link from the CRM manager. Give a role first that you can "
    "give, or ask a CRM manager.",
)


def is_about_data(model: Model, role_key: str) -> bool:
    """Return whether a role gives any right on records, or a capability that decides over them."""
    role = model.roles.get(role_key)
    return role is not None and (bool(role.entities) or bool(role.capabilities & _OF_PEOPLE))


def _administers(model: Model, role_key: str) -> bool:
    role = model.roles.get(role_key)
    return role is not None and "administer" in role.capabilities


def _is_technical(model: Model, role_key: str) -> bool:
    """Return whether a role is given by whoever administers, without anybody who manages people."""
    return _administers(model, role_key) and not is_about_data(model, role_key)


def may_grant(model: Model, actor: Actor, user_id: int | None, role_key: str) -> Label | None:
    """Return why somebody may not give a role to a user, or take it from him; None where he may.

    Args:
        model: what the roles say.
        actor: who wants to.
        user_id: the user who gets or loses the role; None for one who is just being made.
        role_key: which role; one without a document is treated like one with rights, since a publish may give it some.
    """
    if actor.everything:
        return None
    if user_id is not None and actor.id == user_id:
        return _NOT_YOURSELF
    role = model.roles.get(role_key)
    label = Label.same(role_key) if role is None else role.label
    if _administers(model, role_key) and not capable(model, actor, "administer"):
        return _ADMINISTERS.format(role=label)
    if not _is_technical(model, role_key) and not capable(model, actor, "people"):
        return _MANAGES.format(role=label)
    return None


def may_hold(model: Model, kind: str, role_key: str) -> Label | None:
    """Return why an account of a kind (`PERSON`, `TECHNICAL`) can't have a role; None where it can."""
    if kind == TECHNICAL and (role_key not in model.roles or is_about_data(model, role_key)):
        role = model.roles.get(role_key)
        return _NO_DATA.format(role=Label.same(role_key) if role is None else role.label)
    return None


def may_admit(model: Model, actor: Actor, user_id: int | None, role_keys: Iterable[str]) -> Label | None:
    """Return why somebody may not decide whether and how a user signs in (address, password); None where he may.

    Whoever could would act in that user's roles; so it takes what giving them would take. Somebody without a role is in
    the hands of whoever manages people: a password that an administrator knows would open what is given later.

    Args:
        model: what the roles say.
        actor: who wants to.
        user_id: whose address or password it is; one's own may be changed.
        role_keys: the roles that the user has, and those that are lent to him.
    """
    if user_id is not None and user_id == actor.id:
        return None
    keys = tuple(role_keys)
    if not keys and not capable(model, actor, "people"):
        return _WITHOUT_ROLES
    return next((why for key in keys if (why := may_grant(model, actor, user_id, key)) is not None), None)


def may_place(model: Model, actor: Actor, user_id: int, role_keys: Iterable[str]) -> Label | None:
    """Return why somebody may not put a user into another team; None where he may.

    The team decides which records the user's roles reach; so it takes what giving those that reach any would take.

    Args:
        model: what the roles say.
        actor: who wants to.
        user_id: who is to change teams.
        role_keys: the roles that the user has.
    """
    if user_id == actor.id:
        return _NOT_YOUR_TEAM
    about_data = (key for key in role_keys if is_about_data(model, key))
    return next((why for key in about_data if (why := may_grant(model, actor, user_id, key)) is not None), None)


def may_hang(model: Model, actor: Actor, moved: Iterable[int], above: Iterable[int]) -> Label | None:
    """Return why somebody may not hang teams below others; None where he may.

    Where he acts in a role that reaches a team and those below it, he would widen that role himself.

    Args:
        model: what the roles say.
        actor: who wants to.
        moved: the team, and all below it.
        above: the teams that would be above it.
    """
    teams, tops = set(moved), set(above)
    widened = (
        grant.team_id in tops and not teams <= set(grant.team_ids) and _reaches_trees(model, grant.role)
        for grant in actor.acting_in()
    )
    return _NOT_YOUR_TREE if not actor.everything and any(widened) else None


def _reaches_trees(model: Model, role_key: str) -> bool:
    """Return whether any right of a role is about a team and those below it."""
    role = model.roles.get(role_key)
    if role is None:
        return False
    return any(rights.scope(verb).reach is Reach.TEAM_TREE for rights in role.entities.values() for verb in VERBS)


def is_handed_on(model: Model, kind: str, before: Iterable[str], after: Iterable[str]) -> bool:
    """Return whether an account comes out of the hands of those who may know how to get into it, into others' hands.

    Whoever manages people vouches for accounts with a role that is his to give, and for those without any; whoever
    administers, for those with technical roles alone. What an account was opened with in the hands of the one may not
    open what the other gives: not data with a password that an administrator has set, and no administration with a
    link that whoever manages people has used himself.

    Args:
        model: what the roles say.
        kind: `PERSON` or `TECHNICAL`; a program stays in the hands of whoever administers.
        before, after: the roles that the user had and is to have.
    """
    if kind == TECHNICAL:
        return False
    had, has = tuple(before), tuple(after)
    if had and all(_is_technical(model, key) for key in had):
        return not has or not all(_is_technical(model, key) for key in has)
    return not had and any(_administers(model, key) for key in has)
