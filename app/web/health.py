"""Whether the process serves and its database answers; for whatever watches over it."""

from __future__ import annotations

from flask import Blueprint, Response
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from app.web.lifecycle import database
from app.web.policy import PUBLIC, policy

health_pages = Blueprint("health", __name__)


@health_pages.get("/healthz")
@policy(PUBLIC)
def healthz() -> Response:
    """Answer `ok`, or 503 where the database doesn't answer. Nothing about the installation is told."""
    try:
        with database().read() as connection:
            connection.execute(select(1))
    except SQLAlchemyError:
        return Response("the database doesn't answer\n", 503, mimetype="text/plain")
    return Response("ok\n", mimetype="text/plain")
