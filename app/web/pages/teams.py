"""Teams: the tree, a form for a new one, and one for each that is there."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, abort, request
from werkzeug.wrappers import Response as BaseResponse

from app.context import Context
from app.errors import Conflict, DataErrors, InvalidData
from app.system.teams import TeamRow, change, create, teams
from app.web import shell
from app.web.lifecycle import context
from app.web.pages.people import PEOPLE, number_in, team_in
from app.web.policy import policy
from app.web.render import csrf, render
from app.web.respond import go, respond
from app.web.texts import text

team_pages: Final = Blueprint("team_pages", __name__)

URL: Final = "/teams"
_NO_ERRORS: Final = DataErrors()


@team_pages.get(URL)
@policy(PEOPLE.granted)
def index() -> Response:
    """Show the tree."""
    return _page(context())


@team_pages.post(URL)
@policy(PEOPLE.granted)
def make() -> BaseResponse:
    """Make a team."""
    ctx = context()
    name, parent = request.form.get("name", ""), team_in(request.form.get("parent", ""))
    try:
        create(ctx.connection, ctx.actor, name, parent)
    except InvalidData as invalid:
        return _page(ctx, name=name, parent=parent, errors=invalid.errors)
    return go(URL)


@team_pages.get(f"{URL}/<record:team_id>")
@policy(PEOPLE.granted)
def show(team_id: int) -> Response:
    """Show the form of one team."""
    ctx = context()
    stored = _stored(ctx, team_id)
    return _page(ctx, stored, name=stored.name, parent=stored.parent_id)


@team_pages.post(f"{URL}/<record:team_id>")
@policy(PEOPLE.granted)
def save(team_id: int) -> BaseResponse:
    """Rename a team or hang it below another, where it is still as it was seen."""
    ctx = context()
    stored, form = _stored(ctx, team_id), request.form
    name, parent = form.get("name", ""), team_in(form.get("parent", ""))
    try:
        version = number_in(form.get("version", "")) or 0
        change(ctx.connection, ctx.snapshot.model, ctx.actor, stored, name, parent, version)
    except InvalidData as invalid:
        return _page(ctx, stored, name=name, parent=parent, errors=invalid.errors)
    except Conflict as stale:
        fresh = _stored(ctx, team_id)
        told = stale.message.text(ctx.locale)
        return _page(ctx, fresh, name=fresh.name, parent=fresh.parent_id, stale=told)
    return go(URL)


def _stored(ctx: Context, team_id: int) -> TeamRow:
    found = next((team for team in teams(ctx.connection) if team.id == team_id), None)
    if found is None:
        abort(404)
    return found


def _page(
    ctx: Context,
    stored: TeamRow | None = None,
    *,
    name: str = "",
    parent: int | None = None,
    errors: DataErrors = _NO_ERRORS,
    stale: str = "",
) -> Response:
    title = text("team.edit", ctx.locale, name=stored.name) if stored else text("team.title", ctx.locale)
    seen = number_in(request.form.get("version", "")) if errors else stored and stored.version
    html = render(
        "pages/teams.html",
        ctx.locale,
        csrf=csrf(),
        title=title,
        stored=stored,
        teams=teams(ctx.connection),
        action=f"{URL}/{stored.id}" if stored else URL,
        version=seen or 0,
        team_name=name,
        parent=parent,
        errors={key: " ".join(one.message.text(ctx.locale) for one in found) for key, found in errors.fields.items()},
        stale=stale,
    )
    return respond(shell.answer(ctx, title, html), 422 if errors else 409 if stale else 200)
