"""Delegation: the reader lends roles of his own to a colleague until a day, and sees what is lent."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, abort, request
from werkzeug.wrappers import Response as BaseResponse

from app.context import Context
from app.errors import DataErrors, InvalidData
from app.fields.formats import formats_for
from app.system.accounts import accounts
from app.system.delegations import Loan, end, lend, lendable
from app.web import shell, toasts
from app.web.days import end_of
from app.web.lifecycle import context
from app.web.pages.people import PEOPLE, delegation_rows, number_in, role_name
from app.web.policy import PROVED, policy
from app.web.render import csrf, render
from app.web.respond import go, respond
from app.web.texts import text
from app.web.toasts import Toast

delegation_pages: Final = Blueprint("delegation_pages", __name__)

URL: Final = "/me/delegation"
_NO_ERRORS: Final = DataErrors()
_NOTHING: Final = Loan(None, None, (), "")


@delegation_pages.get(URL)
@policy(PROVED)
def index() -> Response:
    """Show what is lent, and the form."""
    return _page(context())


@delegation_pages.post(URL)
@policy(PROVED)
def make() -> BaseResponse:
    """Lend."""
    ctx, form = context(), request.form
    until = end_of(form.get("until", ""), formats_for(ctx.locale, ctx.snapshot.time_zone).zone)
    loan = Loan(number_in(form.get("to", "")), until, tuple(form.getlist("roles")), form.get("reason", ""))
    try:
        lend(ctx.connection, ctx.snapshot.model, ctx.actor, loan)
    except InvalidData as invalid:
        return _page(ctx, loan, until=form.get("until", ""), errors=invalid.errors)
    name = next(name for id_, name in _colleagues(ctx) if id_ == loan.to_id)
    toasts.leave(Toast(text("lend.done", ctx.locale, name=name)))
    return go(URL)


@delegation_pages.post(f"{URL}/<record:delegation_id>/end")
@policy(PROVED)
def stop(delegation_id: int) -> BaseResponse:
    """End what the reader has lent or been lent, at once."""
    ctx = context()
    assert ctx.actor.id is not None
    if not end(ctx.connection, ctx.actor, ctx.actor.id, delegation_id):
        abort(404)
    return go(URL)


def _colleagues(ctx: Context) -> list[tuple[int, str]]:
    return [(one.id, one.name) for one in accounts(ctx.connection, PEOPLE.kind) if one.id != ctx.actor.id]


def _page(ctx: Context, loan: Loan = _NOTHING, *, until: str = "", errors: DataErrors = _NO_ERRORS) -> Response:
    assert ctx.actor.id is not None
    locale = ctx.locale
    html = render(
        "pages/delegation.html",
        locale,
        csrf=csrf(),
        rows=delegation_rows(ctx, ctx.actor.id),
        roles=[(key, role_name(ctx, key)) for key in lendable(ctx.connection, ctx.snapshot.model, ctx.actor.id)],
        colleagues=_colleagues(ctx),
        loan=loan,
        until=until,
        errors={key: " ".join(one.message.text(locale) for one in found) for key, found in errors.fields.items()},
    )
    return respond(shell.answer(ctx, text("lend.title", locale), html), 422 if errors else 200)
