"""API tokens, one's own and those of technical accounts: make one (its secret is shown once), see them, revoke them.

Whoever manages people sees and revokes those of people on their pages.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from flask import Blueprint, Response, abort, request
from werkzeug.wrappers import Response as BaseResponse

from app.access.actor import Actor
from app.access.rights import readable_entities
from app.context import Context
from app.errors import DataErrors, InvalidData
from app.system import tokens
from app.system.accounts import account
from app.system.people import actor_and_head
from app.system.tokens import SCOPES, Wanted
from app.web import shell, toasts
from app.web.lifecycle import context
from app.web.pages.people import PEOPLE, PROGRAMS
from app.web.places import listed
from app.web.policy import PROVED, SIGNED_IN, policy
from app.web.render import csrf, render
from app.web.respond import go, respond
from app.web.texts import text
from app.web.toasts import Toast
from app.web.token_rows import token_rows

token_pages: Final = Blueprint("token_pages", __name__)

URL: Final = "/me/tokens"
_PROGRAM_URL: Final = f"{PROGRAMS.url}/<record:user_id>/tokens"
_PERSON_URL: Final = f"{PEOPLE.url}/<record:user_id>/tokens"
#: What the form offers.
_USUAL: Final = Wanted("", frozenset({"read"}), (), 90)
_NO_ERRORS: Final = DataErrors()


@dataclass(frozen=True, slots=True)
class Owner:
    """As whom the programs will act.

    Args:
        actor: the user, in his roles.
        url: where his tokens are.
    """

    actor: Actor
    url: str

    @property
    def id(self) -> int:
        """Return the user's id."""
        assert self.actor.id is not None
        return self.actor.id


@token_pages.get(URL)
@policy(PROVED)
def index() -> Response:
    """Show the reader's tokens and the form for a new one."""
    ctx = context()
    return _page(ctx, Owner(ctx.actor, URL), _USUAL)


@token_pages.post(URL)
@policy(PROVED)
def make() -> Response:
    """Make a token and show its secret, this once."""
    ctx = context()
    return _make(ctx, Owner(ctx.actor, URL))


@token_pages.post(f"{URL}/<record:token_id>/revoke")
@policy(SIGNED_IN)
def revoke(token_id: int) -> BaseResponse:
    """End one of the reader's own tokens at once."""
    ctx = context()
    return _revoke(ctx, Owner(ctx.actor, URL), token_id)


@token_pages.get(_PROGRAM_URL)
@policy(PROGRAMS.granted)
def index_of(user_id: int) -> Response:
    """Show a technical account's tokens and the form for a new one."""
    ctx = context()
    return _page(ctx, _program(ctx, user_id), _USUAL)


@token_pages.post(_PROGRAM_URL)
@policy(PROGRAMS.granted)
def make_for(user_id: int) -> Response:
    """Make a token for a technical account and show its secret, this once."""
    ctx = context()
    return _make(ctx, _program(ctx, user_id))


@token_pages.post(f"{_PROGRAM_URL}/<record:token_id>/revoke")
@policy(PROGRAMS.granted)
def revoke_of(user_id: int, token_id: int) -> BaseResponse:
    """End one of a technical account's tokens at once."""
    ctx = context()
    return _revoke(ctx, _program(ctx, user_id), token_id)


@token_pages.post(f"{_PERSON_URL}/<record:token_id>/revoke")
@policy(PEOPLE.granted)
def revoke_for(user_id: int, token_id: int) -> BaseResponse:
    """End one of a person's tokens at once; only he makes new ones."""
    ctx = context()
    if account(ctx.connection, PEOPLE.kind, user_id) is None:
        abort(404)
    if not tokens.revoke(ctx.connection, ctx.actor, user_id, token_id):
        abort(404)
    return _revoked(ctx, user_id)


@token_pages.post(f"{_PERSON_URL}/revoke")
@policy(PEOPLE.granted)
def revoke_all_for(user_id: int) -> BaseResponse:
    """End all of a person's tokens at once."""
    ctx = context()
    if account(ctx.connection, PEOPLE.kind, user_id) is None:
        abort(404)
    tokens.revoke_all(ctx.connection, ctx.actor, user_id)
    return _revoked(ctx, user_id)


def _revoked(ctx: Context, user_id: int) -> BaseResponse:
    toasts.leave(Toast(text("api.revoked", ctx.locale)))
    return go(f"{PEOPLE.url}/{user_id}")


def _program(ctx: Context, user_id: int) -> Owner:
    """Return a technical account that is active."""
    found = account(ctx.connection, PROGRAMS.kind, user_id)
    actor, _ = actor_and_head(ctx.connection, user_id) if found is not None else (None, None)
    if actor is None:
        abort(404)
    return Owner(actor, f"{PROGRAMS.url}/{user_id}/tokens")


def _make(ctx: Context, owner: Owner) -> Response:
    wanted = _wanted()
    known = readable_entities(ctx.snapshot.model, owner.actor)
    try:
        secret = tokens.create(ctx.connection, ctx.actor, owner.id, wanted, known)
    except InvalidData as invalid:
        return _page(ctx, owner, wanted, errors=invalid.errors)
    return _page(ctx, owner, _USUAL, secret=secret)


def _revoke(ctx: Context, owner: Owner, token_id: int) -> BaseResponse:
    if not tokens.revoke(ctx.connection, ctx.actor, owner.id, token_id):
        abort(404)
    return go(owner.url)


def _wanted() -> Wanted:
    form = request.form
    days = form.get("days", "")
    return Wanted(
        name=form.get("name", ""),
        scopes=frozenset(form.getlist("scopes")),
        entities=tuple(form.getlist("entities")),
        days=int(days) if days.isascii() and days.isdigit() and len(days) < 5 else 0,
    )


def _page(ctx: Context, owner: Owner, wanted: Wanted, *, secret: str = "", errors: DataErrors = _NO_ERRORS) -> Response:
    locale = ctx.locale
    found = [*errors.record, *(one for several in errors.fields.values() for one in several)]
    html = render(
        "pages/tokens.html",
        locale,
        csrf=csrf(),
        url=owner.url,
        owner=owner.actor.name if owner.id != ctx.actor.id else "",
        wanted=wanted,
        secret=secret,
        errors=[one.message.text(locale) for one in found],
        wrong=set(errors.fields),
        scopes=[(scope, text(f"api.scope_{scope}", locale)) for scope in SCOPES],
        entities=[(place.id, place.label.text(locale)) for place in listed(replace(ctx, actor=owner.actor))],
        tokens=token_rows(ctx, owner.id),
        longest=tokens.LONGEST,
    )
    status = 422 if found else 200
    return respond(shell.answer(ctx, text("api.tokens", locale), html), status)
