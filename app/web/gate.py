"""Signing in and out and the own password: Flask-Security, inside the request's one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from types import MappingProxyType
from typing import Any, Final

from email_validator import EmailNotValidError
from flask import Flask, Response, abort, current_app, g, request, session
from flask_limiter import Limiter, RateLimitExceeded
from flask_limiter.util import get_remote_address
from flask_login import user_logged_in, user_logged_out
from flask_security import Security, password_changed
from flask_security.datastore import SQLAlchemyUserDatastore
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from sqlalchemy import Connection, Engine

from app.language import LOCALES
from app.system.entrance import end_access
from app.system.sessions import LONGEST_KEPT, end_one
from app.system.spelling import spelled
from app.system.tables import Role, User
from app.web import lifecycle, sessions, shell, toasts
from app.web.choosing import Hashing, Passwords
from app.web.lifecycle import SIGN_IN, running
from app.web.limiting import URI, doors, turns
from app.web.passwords import COST, SHORTEST
from app.web.policy import CHANGING, CLOSED, GATE, LEAVING, SIGNED_IN, declare_blueprint, declared
from app.web.respond import own_place
from app.web.texts import text
from app.web.toasts import Toast

#: Failed attempts to sign in from one address, and with one e-mail address; more are answered with 429.
BY_ADDRESS: Final = "30 per minute; 300 per hour"
BY_ACCOUNT: Final = "10 per minute; 60 per hour"
_LONGEST_EMAIL: Final = 254
_LONGEST_ADDRESS: Final = 64
#: Bits of an IPv6 address that are a network of its own, whatever follows.
_SITE_BITS: Final = 64
#: What a session keeps when somebody signs in.
_KEPT: Final = frozenset({"locale"})

#: Flask-Security's settings that are the same everywhere.
SECURITY: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "API_ENABLED_METHODS": ["session"],
        "CHANGEABLE": True,
        "CHANGE_URL": "/change",
        "CSRF_IGNORE_UNAUTH_ENDPOINTS": False,
        "EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},
        "JOIN_USER_ROLES": False,
        "LOGIN_URL": "/login",
        "LOGOUT_METHODS": ["POST"],
        "LOGOUT_URL": "/logout",
        "PASSWORD_HASH": "argon2",
        "PASSWORD_HASH_PASSLIB_OPTIONS": {f"argon2__{name}": value for name, value in COST.items()},
        "PASSWORD_LENGTH_MIN": SHORTEST,
        "PASSWORD_SCHEMES": ["argon2"],
        "PASSWORD_SINGLE_HASH": ["argon2"],
        "POST_CHANGE_VIEW": "/",
        "POST_LOGIN_VIEW": "/",
        "POST_LOGOUT_VIEW": "/login",
        "REGISTERABLE": False,
        "RETURN_GENERIC_RESPONSES": True,
        "SEND_PASSWORD_CHANGE_EMAIL": False,
        "TRACKABLE": False,
        "FLASH_MESSAGES": False,
        # Whether a proof is recent is asked by `app.web.proof`, of the session's row and not of a cookie.
        "FRESHNESS": timedelta(minutes=-1),
    }
)


class CallSession(Session):
    """An ORM session inside the request's transaction: its commit is a savepoint, the edge commits."""

    def get_bind(self, *args: Any, **kwargs: Any) -> Engine | Connection:
        """Return the request's connection; outside a request, the engine."""
        call = lifecycle.current() if request else None
        return lifecycle.database().engine if call is None else call.connection


class Accounts(SQLAlchemy):
    """Flask-SQLAlchemy, as Flask-Admin wants it, over the product's own engine."""

    def _make_engine(self, bind_key: str | None, options: dict[str, Any], app: Flask) -> Engine:
        return lifecycle.database().engine


#: How an ORM session is made.
SESSION: Final = {"class_": CallSession, "join_transaction_mode": "create_savepoint"}


def settings_of(app: Flask, *, https: bool) -> None:
    """Set what sessions and the sign-in need.

    Args:
        app: the application.
        https: whether it is reached by https.
    """
    app.config.update(
        SESSION_COOKIE_NAME="__Host-lotse" if https else "lotse",
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_NAME="__Host-lotse-remember" if https else "lotse-remember",
        REMEMBER_COOKIE_SECURE=https,
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=LONGEST_KEPT,
        # Sent only where it has changed: else a slow answer would bring back the note that another page has shown.
        SESSION_REFRESH_EACH_REQUEST=False,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        RATELIMIT_STORAGE_URI=URI,
        RATELIMIT_STORAGE_OPTIONS={"database": lifecycle.database},
        RATELIMIT_HEADERS_ENABLED=False,
        SQLALCHEMY_DATABASE_URI="sqlite://",
        **{f"SECURITY_{name}": value for name, value in SECURITY.items()},
    )


def install(app: Flask, accounts: Accounts) -> None:
    """Set up signing in, its page's texts and its limits.

    Args:
        app: the application; its extensions already know the database.
        accounts: the ORM's door to the request's transaction.
    """
    store = SQLAlchemyUserDatastore(accounts, User, Role)
    security = Security(app, store, register_blueprint=True, password_util_cls=Passwords)
    security.pwd_context = Hashing.from_string(security.pwd_context.to_string())
    security.want_json(lambda answered: False)
    security.login_context_processor(_login_values)
    # Flask-Principal would load the user a second time for every request; the product has its own idea of rights.
    app.extensions["security"].principal.identity_loaders.clear()
    app.extensions.setdefault(lifecycle.BEFORE_END, []).append(lambda keep: _let_go(accounts, keep=keep))
    own = {"change_password": CHANGING, "login": GATE, "logout": LEAVING, "static": CLOSED, "verify": CLOSED}
    declare_blueprint(app, "security", SIGNED_IN, **own)
    _limit(app)
    user_logged_in.connect(_begin_anew, app)
    user_logged_out.connect(_end_this, app)
    password_changed.connect(_end_others, app)
    app.before_request(_keep_language)
    app.before_request(_refuse_foreign_next)


def _let_go(accounts: Accounts, *, keep: bool) -> None:
    """End the ORM's savepoint before the request's transaction ends; what nobody committed in it is dropped."""
    session = accounts.session
    if not session.registry.has():
        return
    if keep and not (session.new or session.dirty or session.deleted):
        session.commit()
    session.remove()


def keep_door(app: Flask) -> None:
    """Send away whoever has used up his attempts or would find no turn; to be installed before all that costs more."""

    def look() -> None:
        if request.endpoint != SIGN_IN or request.method != "POST":
            return
        if doors(app).are_shut(address()) or turns(app).is_full(address()):
            abort(429)

    app.before_request(look)


def note_sessions(app: Flask) -> None:
    """Write down after each request what is to be known of sessions; to be installed before the transaction's end.

    What is installed first is called last: the request's own transaction has ended by then.
    """

    def settle(response: Response) -> Response:
        call = lifecycle.current()
        seen = call.session if call is not None else None
        sessions.settle(lifecycle.database(), address, seen, kept=response.status_code < 400)
        return response

    app.after_request(settle)


def _end_this(app: Flask, **about: object) -> None:
    """End the session of whoever signs out."""
    call = lifecycle.current()
    if call is not None and call.session is not None:
        end_one(call.connection, call.session.user_id, call.session.id)
    session.pop(sessions.TOKEN, None)


def _end_others(app: Flask, user: User, **about: object) -> None:
    """End all sessions and tokens of whoever changed his password; the session that he did it in begins anew."""
    ctx = lifecycle.context()
    ended = end_access(ctx.connection, ctx.actor, user.id)
    toasts.leave(Toast(text("gate.changed_tokens" if ended else "gate.changed", ctx.locale)))


def _begin_anew(app: Flask, user: User, **about: object) -> None:
    """Forget what a session held before somebody signed in, so that a planted cookie gives its maker nothing.

    The next page makes another token for forms; the one of the sign-in page is worth nothing from here on.
    """
    for name in [name for name in session if not name.startswith("_") and name not in _KEPT]:
        del session[name]
    g.pop("csrf_token", None)
    sessions.signed_in(user.id)


def _limit(app: Flask) -> None:
    limiter = Limiter(address, app=app)
    limiter.request_filter(lambda: request.endpoint != SIGN_IN)  # else it looks for limits of every page
    view = app.view_functions[SIGN_IN]
    limited = limiter.limit(BY_ADDRESS, methods=["POST"], deduct_when=_refused)(view)
    limited = limiter.limit(BY_ACCOUNT, methods=["POST"], key_func=_account, deduct_when=_refused)(limited)
    app.view_functions[SIGN_IN] = declared(_in_turn(limited), GATE)


def _in_turn(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let few at a time have their password checked."""

    def waiting(*args: object, **kwargs: object) -> Any:
        if request.method != "POST":
            return view(*args, **kwargs)
        with turns(current_app).turn(address()) as mine:
            if not mine:
                abort(429)
            try:
                answered = current_app.make_response(view(*args, **kwargs))
            except RateLimitExceeded as exceeded:
                if exceeded.limit.key_func is address:
                    doors(current_app).shut(address())
                raise
            if _refused(answered):
                turns(current_app).note_failure(address())
            return answered

    waiting.__name__ = view.__name__
    return waiting


def _refused(response: Response) -> bool:
    """Count attempts that failed; whoever knows his password is never slowed down."""
    return response.status_code != 302


def address() -> str:
    """Return who asks. With https there is a proxy in front, whose own address all have in common: it says for whom.

    Only the last entry counts, which that proxy added; what stands before it was sent by the visitor.
    """
    told = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip() if running().settings.https else ""
    return _neighbourhood(told[:_LONGEST_ADDRESS] or get_remote_address() or "unknown")


def _neighbourhood(given: str) -> str:
    """Return an address as it is counted: of IPv6 everybody has 2^64 (RFC 6177), so the network of a site counts."""
    try:
        found = ip_address(given)
    except ValueError:
        return given
    if isinstance(found, IPv6Address) and found.ipv4_mapped is None:
        return str(ip_network((found, _SITE_BITS), strict=False))
    return given


def _account() -> str:
    """Return whose password is being tried, written as the account is found."""
    given = request.form.get("email", "")[:_LONGEST_EMAIL]
    try:
        return f"account {spelled(given)}"
    except EmailNotValidError:
        return f"account {given.strip().casefold()}"  # nobody's, but guessed all the same


def _keep_language() -> None:
    """Remember the language that somebody chose before signing in."""
    chosen = request.args.get("locale")
    if chosen in LOCALES and request.method == "GET":
        session["locale"] = chosen


def _refuse_foreign_next() -> None:
    """Refuse to send anybody to another site after signing in; Flask-Security lets a backslash pass."""
    if request.blueprint == "security":
        for asked in request.values.getlist("next"):
            if own_place(asked) != asked:
                abort(400)


def _login_values() -> dict[str, object]:
    """Return what the sign-in page shows beside its form: a note, the way by a provider, in demo mode its people."""
    locale = lifecycle.locale()
    shown = running().demo_accounts if running().settings.demo else ()
    users = [
        {
            "email": account.email,
            "password": account.password,
            "name": account.name,
            "role": account.role.text(locale),
            "initials": shell.initials(account.name),
        }
        for account in shown
    ]
    settings = running().settings
    return {
        "toast": toasts.take(locale),
        "demo_users": users,
        "demo_password": users[0]["password"] if users else "",
        "oidc_label": settings.oidc_label if settings.oidc_issuer else "",
    }
