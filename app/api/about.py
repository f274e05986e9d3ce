"""Who asks, what he may do here, and how that is written down for programs."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from app.access.rights import EntityAccess, access
from app.api.description import description
from app.api.frame import answer as answered
from app.api.frame import api_pages, arguments
from app.meta.role import POWERS, VERBS
from app.web.lifecycle import context, current
from app.web.places import reports_for
from app.web.policy import by_token, policy


@api_pages.get("/me")
@policy(by_token("read"))
def me() -> Response:
    """Answer with who asks, by which token, and what he may do with which records."""
    arguments(())
    ctx, call = context(), current()
    model, actor = ctx.snapshot.model, ctx.actor
    granted = {key: access(ctx, key) for key in model.entities}
    allowed = {key: _verbs(one) for key, one in granted.items()}
    token = None if call is None else call.token
    body: dict[str, Any] = {
        "id": actor.id,
        "name": actor.name,
        "email": actor.email,
        "locale": actor.locale,
        "team": actor.team_id,
        "roles": sorted(actor.roles),
        "token": None,
        "entities": {key: verbs for key, verbs in allowed.items() if any(verbs.values())},
        "reports": [report.key for report in reports_for(ctx)],
    }
    if token is not None:
        body["token"] = {
            "name": token.name,
            "scopes": sorted(token.scopes),
            "entities": token.entities,
            "expires_at": f"{token.expires_at.isoformat()}Z",
        }
    return answered(body)


def _verbs(granted: EntityAccess) -> dict[str, bool]:
    """Return what may be done with some records of an entity."""
    return {
        **{verb: bool(granted.covering(verb)) for verb in VERBS},
        **{power: power in granted.powers for power in POWERS},
    }


@api_pages.get("/openapi.json")
@policy(by_token("read"))
def openapi() -> Response:
    """Answer with the description of the API as this reader can use it."""
    arguments(())
    ctx, call = context(), current()
    scopes = None if call is None or call.token is None else call.token.scopes
    found = description(ctx, scopes)
    response = Response(found.body, mimetype="application/json")
    response.set_etag(found.etag)
    response.make_conditional(request)
    return response
