"""The API hung on an application."""

from __future__ import annotations

from flask import Flask

from app.api import about, bulk, records, reports
from app.api.frame import api_pages

#: Every module with routes; importing them registers their views.
ROUTES = (about, bulk, records, reports)


def install(app: Flask) -> None:
    """Register the API; a token needs no form token, a session is asked for it by the API itself."""
    app.extensions["csrf"].exempt(api_pages)
    app.register_blueprint(api_pages)
