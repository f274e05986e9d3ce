"""Signing in with a provider (OpenID Connect): there, back, and in, for people who have an account already."""

from __future__ import annotations

import hmac
import secrets
import time
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from flask import Blueprint, Flask, abort, current_app, redirect, request, session
from flask_security import login_user
from werkzeug.wrappers import Response as BaseResponse

from app.config import Settings
from app.errors import LotseError
from app.system import attempts
from app.system.identities import Identity, account_of
from app.system.sessions import end_one
from app.system.tables import now
from app.web import gate, lifecycle, log, problems, sessions
from app.web.lifecycle import PROVIDER
from app.web.limiting import Turns, count_failure, require_few_failures
from app.web.policy import ASKING_OUTSIDE, policy
from app.web.problems import Problem
from app.web.provider import NoAnswer, NotVouched, Provider, Ticket
from app.web.respond import own_place
from app.web.texts import TEXTS

oidc_pages: Final = Blueprint("oidc_pages", __name__)

BACK: Final = f"{PROVIDER}/back"
_PROVIDER: Final = "lotse.oidc"
_TURNS: Final = "lotse.oidc.turns"
#: Where the cookie keeps what a sign-in was begun with, and for how many seconds it can be ended.
_BEGUN: Final = "oidc"
_LASTS: Final = 600
#: Visitors for whom the provider is asked at the same time; it may take seconds, and a worker has few threads.
_AT_ONCE: Final = 2
_WAITING: Final = 1
_LONGEST_CODE: Final = 4096
_LONG_AGO: Final = datetime(1970, 1, 1)


def install(app: Flask, settings: Settings) -> None:
    """Set up the provider, where one is configured."""
    if settings.oidc_issuer:
        app.extensions[_PROVIDER] = Provider(settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret)
        app.extensions[_TURNS] = Turns(_AT_ONCE, _WAITING)


@oidc_pages.get(PROVIDER)
@policy(ASKING_OUTSIDE)
def there() -> BaseResponse:
    """Send the browser to the provider."""
    provider = _provider()
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    ticket = Ticket(state, nonce, verifier, f"{lifecycle.origin()}{BACK}")
    with current_app.extensions[_TURNS].turn(gate.address()) as mine:
        if not mine:
            abort(429)
        try:
            address = provider.address(ticket, anew="anew" in request.args)
        except NoAnswer as gone:
            return _no_answer(gone)
    place = own_place(request.args.get("next", "/"))
    session[_BEGUN] = {**asdict(ticket), "next": place, "at": int(time.time())}
    return redirect(address, 303)


@oidc_pages.get(BACK)
@policy(ASKING_OUTSIDE)
def back() -> BaseResponse:
    """Let in whom the provider vouches for. Every refusal sounds the same: it tells nobody which accounts exist."""
    provider, begun = _provider(), session.pop(_BEGUN, None)
    limits = ((gate.BY_ADDRESS, f"oidc {gate.address()}"),)
    require_few_failures(current_app, *limits)
    try:
        identity = _vouched(provider, begun)
        user_id = _account(identity)
    except NoAnswer as gone:
        return _no_answer(gone)
    except NotVouched as refused:
        log.warn(lifecycle.number(), f"a sign-in with the provider was refused ({refused})", refused)
        count_failure(current_app, *limits)
        return problems.answer(Problem(403, TEXTS["oidc.refused"], TEXTS["oidc.refused_hint"]))
    _let_in(user_id, identity)
    return redirect(own_place(str(begun["next"])), 303)


def _vouched(provider: Provider, begun: Any) -> Identity:
    """Return whom the provider vouches for in its answer to what this browser was sent away with.

    Raises:
        NotVouched: for nobody.
        NoAnswer: it can't be asked.
    """
    state, code = request.args.get("state", ""), request.args.get("code", "")
    if not isinstance(begun, dict) or not hmac.compare_digest(state.encode(), str(begun["state"]).encode()):
        raise NotVouched("state")
    if time.time() - begun["at"] > _LASTS or not 0 < len(code) <= _LONGEST_CODE:
        raise NotVouched("too late, or without a code")
    if request.args.get("iss", provider.issuer) != provider.issuer:
        raise NotVouched("another provider")
    # A cookie can be copied and sent again; whether a state was used already, the database knows.
    with lifecycle.database().write() as writing:
        used = attempts.count_up(writing, f"oidc state {state}", _LASTS)
    if used > 1:
        raise NotVouched("used already")
    ticket = Ticket(*(begun[name] for name in ("state", "nonce", "verifier", "redirect_uri")))
    with current_app.extensions[_TURNS].turn(gate.address()) as mine:
        if not mine:
            abort(429)
        return provider.vouched(ticket, code)


def _account(identity: Identity) -> int:
    """Return whose account it is.

    Raises:
        NotVouched: there is none that may be entered.
    """
    with lifecycle.database().write() as writing:
        found = account_of(writing, identity)
    if found is None:
        raise NotVouched("no account")
    return found


def _let_in(user_id: int, identity: Identity) -> None:
    """Begin a session like the one after a password; one that this browser had before ends."""
    call = lifecycle.find_reader()
    if call is not None and call.session is not None:
        with lifecycle.database().write() as writing:
            end_one(writing, call.session.user_id, call.session.id)
    user = current_app.extensions["security"].datastore.find_user(id=user_id)
    login_user(user, remember=False, authn_via=["oidc"])
    proved_at = min(identity.proved_at or _LONG_AGO, now())
    sessions.vouched(factor=identity.several_factors, proved_at=proved_at)


def _provider() -> Provider:
    found = current_app.extensions.get(_PROVIDER)
    if not isinstance(found, Provider):
        abort(404)
    return found


def _no_answer(error: LotseError) -> BaseResponse:
    log.warn(lifecycle.number(), f"the sign-in provider doesn't answer ({error})", error)
    return problems.answer(Problem(503, TEXTS["oidc.no_answer"], TEXTS["oidc.no_answer_hint"]))
