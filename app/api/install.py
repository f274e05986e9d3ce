"""The API hung on an application."""

from __future__ import annotations

from flask import Flask
from werkzeug.routing import BaseConverter

from app.api import about, bulk, pace, records, reports
from app.api.frame import api_pages

#: Every module with routes; importing them registers their views.
ROUTES = (about, bulk, records, reports)


class EntityKey(BaseConverter):
    """The key of an entity in an address, but not the names of the API's own places."""

    regex = r"(?!(?:me|reports)\Z)[a-z][a-z0-9_]{0,40}"


def install(app: Flask) -> None:
    """Register the API; a token needs no form token, a session is asked for it by the API itself."""
    app.extensions["csrf"].exempt(api_pages)
    pace.install(app)
    app.url_map.converters["entity"] = EntityKey
    app.register_blueprint(api_pages)
