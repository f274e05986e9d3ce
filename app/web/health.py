"""Whether the process serves and its database answers; for whatever watches over it."""

from __future__ import annotations

from flask import Blueprint, Response
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from app.errors import CannotStart
from app.system.level import require_level
from app.system.tables import Installation
from app.web.lifecycle import database
from app.web.policy import PUBLIC, policy

health_pages = Blueprint("health", __name__)


@health_pages.get("/healthz")
@policy(PUBLIC)
def healthz() -> Response:
    """Answer `ok`, or 503 where the database doesn't answer or has become another version's. Nothing else is told."""
    try:
        with database().read() as connection:
            require_level(connection.execute(select(Installation.schema_version)).scalar_one())
    except CannotStart:
        return Response("the database belongs to another version of the program\n", 503, mimetype="text/plain")
    except SQLAlchemyError:
        return Response("the database doesn't answer\n", 503, mimetype="text/plain")
    return Response("ok\n", mimetype="text/plain")
