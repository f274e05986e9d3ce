"""The reader's API tokens: make one (its secret is shown once), see them, revoke them."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, abort, request
from werkzeug.wrappers import Response as BaseResponse

from app.context import Context
from app.errors import DataErrors, InvalidData
from app.fields.formats import formats_for
from app.query.gate import readable
from app.system import tokens
from app.system.tokens import SCOPES, Token, Wanted
from app.web import shell
from app.web.lifecycle import context
from app.web.places import listed
from app.web.policy import SIGNED_IN, policy
from app.web.render import csrf, render
from app.web.respond import go, respond
from app.web.texts import text

token_pages: Final = Blueprint("token_pages", __name__)

URL: Final = "/me/tokens"
#: Days that the form offers.
_USUAL: Final = 90
_NO_ERRORS: Final = DataErrors()


@token_pages.get(URL)
@policy(SIGNED_IN)
def index() -> Response:
    """Show the reader's tokens and the form for a new one."""
    ctx = context()
    return _page(ctx, Wanted("", frozenset({"read"}), (), _USUAL))


@token_pages.post(URL)
@policy(SIGNED_IN)
def make() -> Response:
    """Make a token and show its secret, this once."""
    ctx = context()
    wanted = _wanted()
    assert ctx.actor.id is not None
    try:
        secret = tokens.create(ctx.connection, ctx.actor, ctx.actor.id, wanted, readable(ctx))
    except InvalidData as invalid:
        return _page(ctx, wanted, errors=invalid.errors)
    return _page(ctx, Wanted("", frozenset({"read"}), (), _USUAL), secret=secret)


@token_pages.post(f"{URL}/<record:token_id>/revoke")
@policy(SIGNED_IN)
def revoke(token_id: int) -> BaseResponse:
    """End one of the reader's own tokens at once."""
    ctx = context()
    assert ctx.actor.id is not None
    if not tokens.revoke(ctx.connection, ctx.actor, ctx.actor.id, token_id):
        abort(404)
    return go(URL)


def _wanted() -> Wanted:
    form = request.form
    days = form.get("days", "")
    return Wanted(
        name=form.get("name", ""),
        scopes=frozenset(form.getlist("scopes")),
        entities=tuple(form.getlist("entities")),
        days=int(days) if days.isascii() and days.isdigit() and len(days) < 5 else 0,
    )


def _page(ctx: Context, wanted: Wanted, *, secret: str = "", errors: DataErrors = _NO_ERRORS) -> Response:
    assert ctx.actor.id is not None
    locale = ctx.locale
    formats = formats_for(locale, ctx.snapshot.time_zone)
    found = [*errors.record, *(one for several in errors.fields.values() for one in several)]

    model = ctx.snapshot.model

    def kind(key: str) -> str:
        return model.entities[key].plural.text(locale) if key in model.entities else key

    def row(token: Token) -> dict[str, object]:
        state = token.state(ctx.now)
        return {
            "id": token.id,
            "name": token.name,
            "scopes": ", ".join(text(f"api.scope_{scope}", locale) for scope in SCOPES if scope in token.scopes),
            "entities": ", ".join(kind(key) for key in token.entities or ()),
            "until": formats.datetime(token.expires_at),
            "used": formats.date(token.last_used_on) if token.last_used_on else text("api.never", locale),
            "state": text(f"api.state_{state}", locale),
            "good": state == "good",
        }

    html = render(
        "pages/tokens.html",
        locale,
        csrf=csrf(),
        wanted=wanted,
        secret=secret,
        errors=[one.message.text(locale) for one in found],
        wrong=set(errors.fields),
        scopes=[(scope, text(f"api.scope_{scope}", locale)) for scope in SCOPES],
        entities=[(place.id, place.label.text(locale)) for place in listed(ctx)],
        tokens=[row(token) for token in tokens.tokens_of(ctx.connection, ctx.actor.id)],
        longest=tokens.LONGEST,
    )
    status = 422 if found else 200
    return respond(shell.answer(ctx, text("api.tokens", locale), html), status)
