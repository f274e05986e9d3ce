"""People and technical accounts: list, create, change, end sessions, hand out a one-time link.

The same pages twice: for whoever manages people, and for whoever administers, who alone makes accounts for programs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, Response, abort, request
from werkzeug.wrappers import Response as BaseResponse

from app.access.granting import PERSON, TECHNICAL, may_admit, may_grant, may_hold
from app.context import Context
from app.errors import Conflict, DataErrors, InvalidData
from app.fields.formats import formats_for
from app.system import accounts, admission, audit, delegations, password_links, sessions
from app.system.accounts import Account, Held, Wanted
from app.system.factors import factors_of
from app.system.identities import is_linked
from app.system.tables import now
from app.system.teams import teams
from app.web import shell, toasts
from app.web.days import end_of, last_day
from app.web.devices import session_rows
from app.web.lifecycle import context, origin
from app.web.policy import Policy, capability, policy
from app.web.render import csrf, render
from app.web.respond import go, respond
from app.web.texts import text
from app.web.toasts import Toast
from app.web.token_rows import token_rows

people_pages: Final = Blueprint("people_pages", __name__)

_PAGE: Final = 100
_LONGEST_SEARCH: Final = 200
_DIGITS: Final = 18
#: Stands for a team that was chosen and isn't one.
_NO_TEAM: Final = -1
_NO_ERRORS: Final = DataErrors()


@dataclass(frozen=True, slots=True)
class Section:
    """Accounts of one kind, with the pages about them.

    Args:
        kind: `person` or `technical`.
        url: where its list is.
        granted: who may see and change them.
    """

    kind: str
    url: str
    granted: Policy


PEOPLE: Final = Section(PERSON, "/people", capability("people", fresh=True))
PROGRAMS: Final = Section(TECHNICAL, "/technical", capability("administer", fresh=True))


def _index(section: Section) -> Response:
    """Show the accounts of a kind, page by page."""
    ctx = context()
    find = request.args.get("q", "").replace("\0", " ")[:_LONGEST_SEARCH]
    active = request.args.get("active") != "0"
    page = number_in(request.args.get("page", "")) or 0
    found = accounts.accounts(ctx.connection, section.kind, find, active=active)
    names = {team.id: team.name for team in teams(ctx.connection)}
    rows = [
        {
            "url": f"{section.url}/{one.id}",
            "name": one.name,
            "email": one.email,
            "team": names.get(one.team_id or 0, ""),
            "roles": ", ".join(role_name(ctx, held.role) for held in one.roles if held.is_valid(now())),
        }
        for one in found[page * _PAGE : (page + 1) * _PAGE]
    ]
    html = render(
        "pages/people.html",
        ctx.locale,
        section=section,
        rows=rows,
        q=find,
        active=active,
        count=len(found),
        page=page,
        more=len(found) > (page + 1) * _PAGE,
    )
    return respond(shell.answer(ctx, text(f"people.{section.kind}", ctx.locale), html))


def _new(section: Section) -> Response:
    """Show the form for a new account."""
    ctx = context()
    return _form(ctx, section, None, Wanted("", "", locale=ctx.locale))


def _make(section: Section) -> BaseResponse:
    """Make an account."""
    ctx = context()
    wanted = _wanted(ctx, None)
    try:
        user_id = accounts.create(ctx.connection, ctx.snapshot.model, ctx.actor, section.kind, wanted)
    except InvalidData as invalid:
        return _form(ctx, section, None, wanted, errors=invalid.errors)
    toasts.leave(Toast(text("people.saved", ctx.locale, name=wanted.name.strip())))
    return go(f"{section.url}/{user_id}")


def _show(section: Section, user_id: int) -> Response:
    """Show one account."""
    ctx = context()
    stored = _stored(ctx, section, user_id)
    return _form(ctx, section, stored, wanted_of(stored))


def _save(section: Section, user_id: int) -> BaseResponse:
    """Change one account, where it is still as it was seen."""
    ctx = context()
    stored = _stored(ctx, section, user_id)
    wanted, version = _wanted(ctx, stored), number_in(request.form.get("version", "")) or 0
    try:
        handed_on = accounts.change(ctx.connection, ctx.snapshot.model, ctx.actor, stored, wanted, version)
    except InvalidData as invalid:
        return _form(ctx, section, stored, wanted, errors=invalid.errors)
    except Conflict as stale:
        fresh = _stored(ctx, section, user_id)
        return _form(ctx, section, fresh, wanted_of(fresh), stale=stale.message.text(ctx.locale))
    told = "people.saved"
    if handed_on:
        keys = _stored(ctx, section, user_id).acts_in
        beyond = may_admit(ctx.snapshot.model, ctx.actor, user_id, keys) is not None
        told = "people.handed_beyond" if beyond else "people.handed_on"
    toasts.leave(Toast(text(told, ctx.locale, name=wanted.name.strip())))
    return go(f"{section.url}/{user_id}")


def _end_sessions(section: Section, user_id: int) -> BaseResponse:
    """End one session of somebody, or all of them."""
    ctx = context()
    stored = _stored(ctx, section, user_id)
    chosen = number_in(request.form.get("session", ""))
    if chosen is None:
        ended = sessions.end_all(ctx.connection, stored.id)
    else:
        ended = int(sessions.end_one(ctx.connection, stored.id, chosen))
    if ended:
        audit.append(ctx.connection, ctx.actor, "session.end", stored.email, {"user": stored.id, "count": ended})
    toasts.leave(Toast(text("sessions.ended", ctx.locale)))
    return go(f"{section.url}/{user_id}")


def _link(section: Section, user_id: int) -> Response:
    """Make a one-time link and show it, this once."""
    ctx = context()
    stored = _stored(ctx, section, user_id)
    model, keys = ctx.snapshot.model, stored.acts_in
    token = password_links.make(ctx.connection, model, ctx.actor, stored.id, stored.email, keys)
    url = f"{origin()}/password/{token}"
    return _form(ctx, section, stored, wanted_of(stored), link=url)


def _take_factors_off(section: Section, user_id: int) -> BaseResponse:
    """Take the second factors of somebody off who lost them."""
    ctx = context()
    stored = _stored(ctx, section, user_id)
    admission.take_factors_off(ctx.connection, ctx.snapshot.model, ctx.actor, stored)
    toasts.leave(Toast(text("people.factors_off", ctx.locale, name=stored.name)))
    return go(f"{section.url}/{user_id}")


def _unlink(section: Section, user_id: int) -> BaseResponse:
    """Forget who somebody is at the provider of sign-ins."""
    ctx = context()
    stored = _stored(ctx, section, user_id)
    admission.unlink(ctx.connection, ctx.snapshot.model, ctx.actor, stored)
    toasts.leave(Toast(text("people.unlinked", ctx.locale, name=stored.name)))
    return go(f"{section.url}/{user_id}")


def _end_delegation(section: Section, user_id: int, delegation_id: int) -> BaseResponse:
    """End what somebody has lent or been lent."""
    ctx = context()
    stored = _stored(ctx, section, user_id)
    if not delegations.end(ctx.connection, ctx.actor, stored.id, delegation_id):
        abort(404)
    return go(f"{section.url}/{user_id}")


def _stored(ctx: Context, section: Section, user_id: int) -> Account:
    found = accounts.account(ctx.connection, section.kind, user_id)
    if found is None:
        abort(404)
    return found


def wanted_of(stored: Account) -> Wanted:
    """Return an account as a form shows it before anything is changed."""
    return Wanted(stored.email, stored.name, stored.active, stored.team_id, stored.locale, stored.roles)


def number_in(given: str) -> int | None:
    """Return the number that an input holds, None for a blank one or one that is none."""
    return int(given) if given.isascii() and given.isdigit() and len(given) <= _DIGITS else None


def team_in(given: str) -> int | None:
    """Return the team that was chosen, or None; what is no number is no team."""
    return None if not given else number_in(given) or _NO_TEAM


def role_name(ctx: Context, key: str) -> str:
    """Return what a role is called; one without a document has its key."""
    known = ctx.snapshot.model.roles.get(key)
    return key if known is None else known.label.text(ctx.locale)


def _wanted(ctx: Context, stored: Account | None) -> Wanted:
    """Return what was sent. What the actor can't give isn't in his form, and stays as it is."""
    form = request.form
    own = stored is not None and stored.id == ctx.actor.id
    before = {held.role: held for held in (stored.roles if stored else ())}
    user_id = None if stored is None else stored.id
    roles: list[Held] = []
    for key in dict.fromkeys((*before, *ctx.snapshot.model.roles)):
        if f"role.{key}" in form:
            roles.append(_held(ctx, key, before.get(key)))
        elif key in before and may_grant(ctx.snapshot.model, ctx.actor, user_id, key) is not None:
            roles.append(before[key])
    return Wanted(
        email=form.get("email", ""),
        name=form.get("name", ""),
        active=stored.active if own and stored else stored is None or "active" in form,
        team_id=stored.team_id if own and stored and "team" not in form else team_in(form.get("team", "")),
        locale=form.get("locale", ""),
        roles=tuple(roles),
    )


def _held(ctx: Context, key: str, before: Held | None) -> Held:
    zone = formats_for(ctx.locale, ctx.snapshot.time_zone).zone
    until = end_of(request.form.get(f"until.{key}", ""), zone)
    if until is not None and before is not None and before.until is not None:
        same = last_day(before.until, zone).isoformat() == request.form[f"until.{key}"].strip()
        until = before.until if same else until
    return Held(key, team_in(request.form.get(f"area.{key}", "")), until)


def _form(
    ctx: Context,
    section: Section,
    stored: Account | None,
    wanted: Wanted,
    *,
    errors: DataErrors = _NO_ERRORS,
    stale: str = "",
    link: str = "",
) -> Response:
    locale = ctx.locale
    title = stored.name if stored else text(f"people.new_{section.kind}", locale)
    html = render(
        "pages/person.html",
        locale,
        csrf=csrf(),
        section=section,
        stored=stored,
        wanted=wanted,
        title=title,
        own=stored is not None and stored.id == ctx.actor.id,
        action=f"{section.url}/{stored.id}" if stored else f"{section.url}/new",
        version=(number_in(request.form.get("version", "")) or 0) if errors and stored else stored and stored.version,
        teams=teams(ctx.connection),
        roles=_role_rows(ctx, section, stored, wanted),
        errors={name: " ".join(one.message.text(locale) for one in found) for name, found in errors.fields.items()},
        stale=stale,
        link=link,
        **(_about(ctx, stored) if stored else {}),
    )
    return respond(shell.answer(ctx, title, html), 422 if errors else 409 if stale else 200)


def _about(ctx: Context, stored: Account) -> Mapping[str, Any]:
    """Return what stands below the form of somebody who is there already."""
    admits = stored.kind == PERSON and stored.active
    refused = may_admit(ctx.snapshot.model, ctx.actor, stored.id, stored.acts_in) if admits else None
    return {
        "sessions": session_rows(ctx, sessions.open_sessions(ctx.connection, stored.id, now())),
        "tokens": token_rows(ctx, stored.id) if stored.kind == PERSON else [],
        "delegations": delegation_rows(ctx, stored.id),
        "factors": factors_of(ctx.connection, stored.id),
        "linked": is_linked(ctx.connection, stored.id),
        "takes_off": admission.may_take_off(ctx.snapshot.model, ctx.actor, stored) is None,
        "admits": admits and refused is None,
        "refused": refused.text(ctx.locale) if refused else "",
    }


def delegation_rows(ctx: Context, user_id: int) -> list[dict[str, object]]:
    """Return what a page shows of what somebody has lent and been lent."""
    formats = formats_for(ctx.locale, ctx.snapshot.time_zone)
    return [
        {
            "id": one.id,
            "who": text("lend.from_to", ctx.locale, lender=one.lender, borrower=one.borrower),
            "roles": ", ".join(role_name(ctx, key) for key in one.roles),
            "until": formats.date(last_day(one.ends_at, formats.zone)),
            "reason": one.reason,
        }
        for one in delegations.delegations_of(ctx.connection, user_id)
    ]


def _role_rows(ctx: Context, section: Section, stored: Account | None, wanted: Wanted) -> list[dict[str, object]]:
    """Return one row for each role that somebody has or could be given."""
    model, user_id = ctx.snapshot.model, None if stored is None else stored.id
    has = {held.role: held for held in wanted.roles}
    zone = formats_for(ctx.locale, ctx.snapshot.time_zone).zone
    rows: list[dict[str, object]] = []
    for key in dict.fromkeys((*model.roles, *has)):
        held = has.get(key)
        if held is None and may_hold(model, section.kind, key) is not None:
            continue
        refused = may_grant(model, ctx.actor, user_id, key)
        if held is None and refused is not None:
            continue
        until = None if held is None else held.until
        rows.append(
            {
                "key": key,
                "label": role_name(ctx, key),
                "held": held is not None,
                "area": held.area_team_id if held else None,
                "until": last_day(until, zone).isoformat() if until is not None and until.year > 1 else "",
                "ended": until is not None and until <= now(),
                "refused": refused.text(ctx.locale) if refused else "",
            }
        )
    return rows


def _bound(section: Section, view: Callable[..., BaseResponse]) -> Callable[..., BaseResponse]:
    """Return a view of a section, under the section's policy."""

    def bound(**values: Any) -> BaseResponse:
        return view(section, **values)

    return policy(section.granted)(bound)


def _register(section: Section) -> None:
    one = f"{section.url}/<record:user_id>"
    views: list[tuple[str, str, str, Callable[..., BaseResponse]]] = [
        ("GET", section.url, "index", _index),
        ("GET", f"{section.url}/new", "new", _new),
        ("POST", f"{section.url}/new", "make", _make),
        ("GET", one, "show", _show),
        ("POST", one, "save", _save),
        ("POST", f"{one}/sessions/end", "end_sessions", _end_sessions),
    ]
    if section.kind == PERSON:
        views.append(("POST", f"{one}/link", "link", _link))
        views.append(("POST", f"{one}/factors/remove", "take_factors_off", _take_factors_off))
        views.append(("POST", f"{one}/identity/remove", "unlink", _unlink))
        views.append(("POST", f"{one}/delegation/<record:delegation_id>/end", "end_delegation", _end_delegation))
    for method, url, name, view in views:
        endpoint = f"{section.kind}_{name}"
        people_pages.add_url_rule(url, endpoint, _bound(section, view), methods=[method])


_register(PEOPLE)
_register(PROGRAMS)
