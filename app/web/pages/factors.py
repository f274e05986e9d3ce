"""Second factors: showing one after the password, and setting up one's own."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, abort, request, session
from werkzeug.wrappers import Response as BaseResponse

from app.context import Context
from app.fields.formats import formats_for
from app.lazily import lazily
from app.system import audit, factors
from app.system.factors import Passkey
from app.system.sessions import Session
from app.web import passkeys, shell
from app.web.lifecycle import PROVE, SET_UP, Call, connection, context, current, database
from app.web.policy import PROVING, SETTING_UP, SETTING_UP_PROVED, policy
from app.web.render import csrf, preferences, render
from app.web.respond import go, own_place, respond
from app.web.sessions import TOKEN
from app.web.showing import factor_key, is_shown, party
from app.web.texts import text

_QR: Final = lazily("segno")
factor_pages: Final = Blueprint("factor_pages", __name__)

_PASSKEYS: Final = f"{SET_UP}/passkeys"
_JSON: Final = "application/json"


@factor_pages.get(PROVE)
@policy(PROVING)
def ask() -> BaseResponse:
    """Ask whoever gave the right password for his second factor."""
    place = own_place(request.args.get("next", "/"))
    return _asked(place) if _call().owes_factor else go(place)


@factor_pages.post(f"{PROVE}/options")
@policy(PROVING)
def challenge() -> Response:
    """Hand the browser what a passkey has to sign."""
    user_id, mine = _who()
    there, alone = factors.passkeys_of(connection(), user_id), not _call().owes_factor
    options, wanted = passkeys.to_prove(party(), there, alone=alone)
    with database().write() as writing:
        factors.remember_challenge(writing, mine.id, wanted)
    return Response(options, mimetype=_JSON)


@factor_pages.post(PROVE)
@policy(PROVING)
def prove() -> BaseResponse:
    """Check a second factor; what is used up by it is written at once, whatever becomes of the request."""
    place = own_place(request.form.get("next", "/"))
    if not _call().owes_factor:
        return go(place)
    _, mine = _who()
    code, answer = request.form.get("code", ""), request.form.get("credential", "")
    if not is_shown(mine, code, answer, _call().now, alone=False):
        return _asked(place, wrong=True)
    with database().write() as writing:
        session[TOKEN] = factors.let_through(writing, mine.id, _call().now)
    return go(place)


def _asked(place: str, *, wrong: bool = False) -> Response:
    call = _call()
    found = factors.factors_of(call.connection, _who()[0])
    locale = call.actor.locale
    html = render(
        "pages/second_factor.html",
        locale,
        csrf=csrf(),
        next=own_place(place),
        wrong=wrong,
        factors=found,
        unreadable=not factors.can_read(call.connection, factor_key(), _who()[0]),
        preferences=preferences(),
    )
    return respond(html, 422 if wrong else 200)


@factor_pages.get(SET_UP)
@policy(SETTING_UP)
def index() -> Response:
    """Show the reader's second factors."""
    return _page(context())


@factor_pages.post(f"{SET_UP}/app")
@policy(SETTING_UP_PROVED)
def begin_app() -> BaseResponse:
    """Make a secret for an authenticator app."""
    ctx = context()
    user_id, _ = _who()
    if factors.factors_of(ctx.connection, user_id).authenticator:
        abort(409)
    factors.begin_authenticator(ctx.connection, factor_key(), user_id, ctx.actor.email)
    return go(SET_UP)


@factor_pages.post(f"{SET_UP}/app/confirm")
@policy(SETTING_UP_PROVED)
def confirm_app() -> Response:
    """Let the app count, now that it has shown a right code."""
    ctx = context()
    user_id, _ = _who()
    if not factors.confirm_authenticator(ctx.connection, factor_key(), user_id, request.form.get("code", ""), ctx.now):
        return _page(ctx, error="factor.wrong_code")
    return _added(ctx, "authenticator")


@factor_pages.post(f"{SET_UP}/app/remove")
@policy(SETTING_UP_PROVED)
def remove_app() -> BaseResponse:
    """Take the app away."""
    ctx = context()
    factors.remove_authenticator(ctx.connection, _who()[0])
    return _removed(ctx, "authenticator")


@factor_pages.post(f"{_PASSKEYS}/options")
@policy(SETTING_UP)
def passkey_options() -> Response:
    """Hand the browser what it needs to make a passkey."""
    ctx = context()
    user_id, mine = _who()
    there = factors.passkeys_of(ctx.connection, user_id)
    options, wanted = passkeys.to_register(party(), user_id, ctx.actor.email, ctx.actor.name, there)
    factors.remember_challenge(ctx.connection, mine.id, wanted)
    return Response(options, mimetype=_JSON)


@factor_pages.post(_PASSKEYS)
@policy(SETTING_UP_PROVED)
def add_passkey() -> Response:
    """Keep a passkey that the browser has made."""
    ctx = context()
    user_id, mine = _who()
    wanted = factors.take_challenge(ctx.connection, mine.id)
    answer, name = request.form.get("credential", ""), request.form.get("name", "")
    made = None if wanted is None else passkeys.registered(party(), wanted, answer, name, ctx.now)
    if made is None:
        return _page(ctx, error="factor.wrong_passkey")
    factors.add_passkey(ctx.connection, user_id, made)
    return _added(ctx, "passkey")


@factor_pages.post(f"{_PASSKEYS}/<record:passkey_id>/remove")
@policy(SETTING_UP_PROVED)
def remove_passkey(passkey_id: int) -> BaseResponse:
    """Take one of the reader's own passkeys away."""
    ctx = context()
    if not factors.remove_passkey(ctx.connection, _who()[0], passkey_id):
        abort(404)
    return _removed(ctx, "passkey")


@factor_pages.post(f"{SET_UP}/codes")
@policy(SETTING_UP_PROVED)
def renew_codes() -> Response:
    """Make the recovery codes anew and show them, this once."""
    ctx = context()
    user_id, _ = _who()
    if not factors.factors_of(ctx.connection, user_id):
        abort(409)
    audit.append(ctx.connection, ctx.actor, "factor.codes", f"user/{user_id}")
    return _page(ctx, codes=factors.new_codes(ctx.connection, user_id))


def _added(ctx: Context, kind: str) -> Response:
    """Note a new factor; whoever gets his first one gets recovery codes, and his other sessions have to show it."""
    user_id, mine = _who()
    audit.append(ctx.connection, ctx.actor, "factor.add", f"user/{user_id}", {"kind": kind})
    session[TOKEN] = factors.let_through(ctx.connection, mine.id, ctx.now)
    has_codes = factors.factors_of(ctx.connection, user_id).codes > 0
    return _page(ctx, codes=() if has_codes else factors.new_codes(ctx.connection, user_id))


def _removed(ctx: Context, kind: str) -> BaseResponse:
    user_id, _ = _who()
    audit.append(ctx.connection, ctx.actor, "factor.remove", f"user/{user_id}", {"kind": kind})
    if not factors.factors_of(ctx.connection, user_id):
        factors.remove_all(ctx.connection, user_id)
    return go(SET_UP)


def _page(ctx: Context, *, codes: tuple[str, ...] = (), error: str = "") -> Response:
    user_id, _ = _who()
    found = factors.factors_of(ctx.connection, user_id)
    begun = None if found.authenticator else factors.unconfirmed(ctx.connection, factor_key(), user_id, ctx.actor.email)
    formats = formats_for(ctx.locale, ctx.snapshot.time_zone)

    def row(passkey: Passkey) -> dict[str, object]:
        return {"id": passkey.id, "name": passkey.name, "since": formats.datetime(passkey.created_at)}

    html = render(
        "pages/factors.html",
        ctx.locale,
        csrf=csrf(),
        factors=found,
        passkeys=[row(one) for one in found.passkeys],
        image=_QR.make(begun[0], micro=False).svg_data_uri(scale=4, border=4, light="#fff") if begun else "",
        secret=begun[1] if begun else "",
        codes=codes,
        error=text(error, ctx.locale) if error else "",
        demanded=_demanded(ctx),
        unreadable=found.authenticator and not factors.can_read(ctx.connection, factor_key(), user_id),
    )
    return respond(shell.answer(ctx, text("factor.title", ctx.locale), html), 422 if error else 200)


def _demanded(ctx: Context) -> bool:
    roles = ctx.snapshot.model.roles
    return any(roles[key].second_factor for key in ctx.actor.roles if key in roles)


def _call() -> Call:
    call = current()
    assert call is not None
    return call


def _who() -> tuple[int, Session]:
    """Return the reader's id and his session; these pages are for sessions only."""
    call = _call()
    assert call.actor.id is not None
    assert call.session is not None
    return call.actor.id, call.session
