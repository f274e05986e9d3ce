"""The application, put together: the one place that knows all its parts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from flask import Flask
from flask_babel import Babel
from flask_wtf import CSRFProtect
from werkzeug.routing import BaseConverter

from app.admin.console import install as install_console
from app.api.install import install as install_api
from app.config import Settings
from app.runtime.start import ready
from app.runtime.store import Store
from app.storage.database import Database, open_database
from app.storage.seal import seal_from
from app.system.breaches import breaches_of
from app.web import gate, headers, lifecycle, problems, proof, render, static
from app.web.health import health_pages
from app.web.lifecycle import DemoAccount, Running
from app.web.pages.account import account_pages
from app.web.pages.delegation import delegation_pages
from app.web.pages.directory import directory_pages
from app.web.pages.erasing import erasing_pages
from app.web.pages.exports import export_pages
from app.web.pages.factors import factor_pages
from app.web.pages.finding import finding_pages
from app.web.pages.forms import form_pages
from app.web.pages.history import history_pages
from app.web.pages.home import home_pages
from app.web.pages.importing import import_pages
from app.web.pages.lists import list_pages
from app.web.pages.oidc import install as install_oidc
from app.web.pages.oidc import oidc_pages
from app.web.pages.password_links import password_link_pages
from app.web.pages.people import people_pages
from app.web.pages.picking import picking_pages
from app.web.pages.records import record_pages
from app.web.pages.reports import report_pages
from app.web.pages.sessions import session_pages
from app.web.pages.teams import team_pages
from app.web.pages.tokens import token_pages
from app.web.pages.why import why_pages
from app.web.respond import htmx

#: Longest form, longest field of one, most fields; a mask with many child lines stays well below.
_MAX_BODY: Final = 4 * 1024 * 1024
_MAX_FIELD_MEMORY: Final = 2 * 1024 * 1024
_MAX_PARTS: Final = 5_000
#: By which names the product is reached where nobody said; a page elsewhere that names itself otherwise is refused.
_LOOPBACK: Final = ("127.0.0.1", "localhost")
_BLUEPRINTS: Final = (
    static.static_pages,
    health_pages,
    account_pages,
    factor_pages,
    home_pages,
    list_pages,
    record_pages,
    erasing_pages,
    history_pages,
    form_pages,
    picking_pages,
    report_pages,
    export_pages,
    import_pages,
    finding_pages,
    directory_pages,
    why_pages,
    token_pages,
    people_pages,
    team_pages,
    session_pages,
    delegation_pages,
    password_link_pages,
    oidc_pages,
)


class RecordId(BaseConverter):
    """A record's id in an address; what a database couldn't hold isn't there."""

    regex = "[1-9][0-9]{0,17}"

    def to_python(self, value: str) -> int:
        """Return the number."""
        return int(value)


def create_app(
    settings: Settings, *, demo_accounts: Sequence[DemoAccount] = (), database: Database | None = None
) -> Flask:
    """Build the application.

    Args:
        settings: what differs between installations.
        demo_accounts: people the sign-in page offers; shown in demo mode only.
        database: an open database that the caller has made ready; otherwise it is opened and checked here.

    Raises:
        CannotStart: the database can't be worked with, isn't set up, or has drifted from its revision; the list of
            stolen passwords isn't one.
    """
    breaches = breaches_of(settings)
    opened = database or open_database(settings.database_url, seal=seal_from(settings.secret_key))
    store = Store(opened, settings.time_zone) if database is not None else ready(opened, settings.time_zone)
    app = Flask("app", static_folder=None, template_folder="templates")
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=_MAX_BODY,
        MAX_FORM_MEMORY_SIZE=_MAX_FIELD_MEMORY,
        MAX_FORM_PARTS=_MAX_PARTS,
        TRUSTED_HOSTS=list(settings.trusted_hosts or _LOOPBACK),
        PROVIDE_AUTOMATIC_OPTIONS=False,
        TEMPLATES_AUTO_RELOAD=False,
        BABEL_DEFAULT_LOCALE=settings.locale,
        BABEL_DEFAULT_TIMEZONE=settings.time_zone,
    )
    gate.settings_of(app, https=settings.https)
    app.url_map.converters["record"] = RecordId
    shown = tuple(demo_accounts) if settings.demo else ()
    _put_together(app, Running(settings, opened, store, shown, breaches))
    return app


def _put_together(app: Flask, running: Running) -> None:
    """Install every part; the order is the order in which they look at a request."""
    headers.install(app, https=running.settings.https)
    gate.keep_door(app)
    CSRFProtect(app)
    gate.note_sessions(app)
    proof.install(app)
    lifecycle.keep(app, running)
    render.install(app, static.collect())
    problems.install(app)
    htmx.init_app(app)
    Babel(app, locale_selector=lifecycle.locale)
    with app.app_context():
        accounts = gate.Accounts(app, session_options=gate.SESSION)
    gate.install(app, accounts)
    install_oidc(app, running.settings)
    install_console(app, accounts)
    for blueprint in _BLUEPRINTS:
        app.register_blueprint(blueprint)
    install_api(app)
