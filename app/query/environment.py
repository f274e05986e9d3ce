"""What `today()`, `now()`, `me()` and parameters mean in this request."""

from __future__ import annotations

from app.access.actor import Identity
from app.context import Context
from app.expr.environment import Environment


def environment_of(ctx: Context) -> Environment:
    """Return the environment of a request's expressions: its instant, its reader, its parameters."""
    actor = ctx.actor
    return Environment.at(ctx.now, ctx.snapshot.time_zone, me=actor.id, team=actor.team_id, parameters=ctx.parameters)


def environment_as(ctx: Context, identity: Identity) -> Environment:
    """Return the environment of a right's condition, in which `me()` is whom the role means."""
    return Environment.at(ctx.now, ctx.snapshot.time_zone, me=identity.user_id, team=identity.team_id)
