"""One request, one transaction, one snapshot: opened at its start, committed at its end, at this edge alone.

The transaction is committed only where the answer says that all went well (status below 400); every other answer
rolls it back. What belongs to the request hangs on the request itself, so nothing leaks to the next one.
"""

from __future__ import annotations

import secrets
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

from flask import Flask, Response, current_app, g, request, session
from sqlalchemy import Connection

from app.access.actor import NOBODY, Actor
from app.access.rights import capable
from app.config import Settings
from app.context import Context
from app.errors import Forbidden, LotseError, NotFound
from app.language import LOCALES, Label, Locale
from app.runtime.snapshot import Snapshot
from app.runtime.store import Store
from app.storage.database import Database
from app.storage.limits import bound
from app.system import tokens
from app.system.breaches import NOBODY_KNOWS, Breaches
from app.system.people import asker
from app.system.sessions import Session
from app.system.tokens import Token
from app.web import programs, sessions
from app.web.policy import CLOSED, Policy, policy_of
from app.web.texts import TEXTS

_EXTENSION: Final = "lotse"
_CALL: Final = "lotse.call"
_NUMBER: Final = "lotse.number"
#: How often the request was begun, and how often it is at most.
_TRIES: Final = "lotse.tries"
_MOST_TRIES: Final = 8
#: Name of the extension that lists what has to let go of the transaction before it ends; told whether it is kept.
BEFORE_END: Final = "lotse.before_end"
#: Methods that change nothing.
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
#: Where the second factor is shown, and where it is set up.
PROVE: Final = "/second-factor"
SET_UP: Final = "/me/factors"
#: Where somebody is sent to the provider of sign-ins.
PROVIDER: Final = "/login/oidc"
#: The endpoint at which passwords are tried.
SIGN_IN: Final = "security.login"
#: For error pages of addresses that don't exist: shows who is signed in, demands nothing.
_LOST: Final = Policy("lost", signed_in=False, writes=False)


class SignInFirst(LotseError):
    """Nobody is signed in, and the page is only for those who are."""


class ProveFirst(LotseError):
    """What was sent changes rights, and the reader's last proof of who he is is too old.

    Args:
        wrong: whether he has just given a proof that isn't one.
    """

    def __init__(self, *, wrong: bool = False) -> None:
        super().__init__("a recent proof is needed")
        self.wrong = wrong


class FactorFirst(SignInFirst):
    """The password was right; the second factor is still owed, or has to be set up.

    Args:
        where: the page on which that is done.
    """

    def __init__(self, where: str) -> None:
        super().__init__(where)
        self.where = where


class NotSetUp(LotseError):
    """The database has no configuration yet (HTTP 503)."""


class _Undo(Exception):
    """Thrown into the transaction of a refused request, so that it is rolled back."""


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """Somebody who can be signed in as with one click; only in demo mode.

    Args:
        email: what he signs in with.
        password: his password, shown on the page.
        name: what he is called.
        role: what he does.
    """

    email: str
    password: str
    name: str
    role: Label


@dataclass(frozen=True, slots=True)
class Running:
    """What the application works with for as long as it runs."""

    settings: Settings
    database: Database
    store: Store
    demo_accounts: tuple[DemoAccount, ...] = ()
    breaches: Breaches = NOBODY_KNOWS


@dataclass(slots=True)
class Call:
    """What belongs to one request.

    Args:
        connection: the request's one transaction.
        transaction: what commits or rolls it back.
        actor: who asks.
        snapshot: the configuration it started with, or None where nobody is signed in.
        now: the request's idea of the time.
        token: the API token that he came with, or None for a session.
        closed: whether the transaction has ended.
        session: the reader's session, or None where nobody is signed in.
        has_factor: whether he has set up a second factor; programs that sign in as themselves need none.
    """

    connection: Connection
    transaction: AbstractContextManager[Connection]
    actor: Actor = NOBODY
    snapshot: Snapshot | None = None
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    token: Token | None = None
    closed: bool = False
    session: Session | None = None
    has_factor: bool = False

    @property
    def owes_factor(self) -> bool:
        """Return whether the password was right, but the second factor is still to be shown."""
        return self.has_factor and self.session is not None and self.session.factor_at is None

    def close(self, *, keep: bool) -> None:
        """End the transaction once: commit what was written, or undo it."""
        if self.closed:
            return
        self.closed = True
        if keep:
            self.transaction.__exit__(None, None, None)
        else:
            undo = _Undo()
            self.transaction.__exit__(type(undo), undo, None)


def keep(app: Flask, running: Running) -> None:
    """Hand the application what it works with, and hang the transaction's beginning and end on its requests."""
    app.extensions[_EXTENSION] = running
    bound(running.database)
    app.before_request(begin)
    app.after_request(end)
    app.teardown_request(_abandon)


def running() -> Running:
    """Return what the current application works with."""
    found = current_app.extensions[_EXTENSION]
    assert isinstance(found, Running)
    return found


def database() -> Database:
    """Return the database of the current application."""
    return running().database


def store() -> Store:
    """Return the snapshots of the current application."""
    return running().store


def current() -> Call | None:
    """Return what belongs to this request, or None before its transaction was opened."""
    found = request.environ.get(_CALL)
    return found if isinstance(found, Call) else None


def origin() -> str:
    """Return scheme and host with its port, as the browser sees them; with https there is a proxy in front."""
    return f"{'https' if running().settings.https else 'http'}://{request.host}"


def number() -> str:
    """Return the number by which this request can be found in the log."""
    return str(request.environ.setdefault(_NUMBER, secrets.token_hex(4)))


def context() -> Context:
    """Return the request's context for the rooms below: configuration, reader, transaction, time, language."""
    call = current()
    assert call is not None
    if call.snapshot is None:
        raise NotSetUp
    return Context(call.snapshot, call.actor, call.connection, call.now, locale(), origin="mask", request=number())


def connection() -> Connection:
    """Return the request's transaction."""
    call = current()
    assert call is not None
    return call.connection


def locale() -> Locale:
    """Return the language of whoever reads the answer: his own, else the one he chose here, else his browser's."""
    call = current()
    if programs.ask() and (wanted := programs.language()) is not None:
        return wanted
    if call is not None and call.actor.id is not None:
        return call.actor.locale
    if programs.ask():
        return running().settings.locale
    chosen = request.args.get("locale") or session.get("locale")
    for known in LOCALES:
        if chosen == known:
            return known
    best = request.accept_languages.best_match(LOCALES)
    return next((known for known in LOCALES if known == best), running().settings.locale)


def begin() -> None:
    """Open the request's transaction and find out who asks; refuse whoever may not.

    Raises:
        SignInFirst: the page is only for people who are signed in.
        Forbidden: none of the reader's roles has the capability that the page asks for.
        ProveFirst: what was sent demands a recent proof of who he is.
        NotSetUp: there is no configuration yet.
        NotFound: it is a library's page that the product has no use for.
    """
    if request.endpoint is None:
        return
    granted = policy_of(current_app, request.endpoint)
    if granted is None:
        raise Forbidden(TEXTS["problem.m403"])
    if granted is CLOSED:
        raise NotFound(request.path)
    if granted.transaction:
        _open(granted)


def admit(granted: Policy) -> Call:
    """Find out who asks, and refuse whoever may not, in a reading transaction that has ended again.

    For what takes its time and has to be done before the request's own transaction, which asks once more.

    Raises:
        LotseError: the same as :func:`begin` raises.
    """
    call = _open(replace(granted, writes=False))
    call.close(keep=True)
    del request.environ[_CALL]
    return call


def find_reader() -> Call | None:
    """Return the request's call, opening a reading one where there is none yet, so that an error page has its frame.

    Whoever is sent away before he has signed in has no frame, and is not worth asking the database.
    """
    return current() or (None if request.endpoint == SIGN_IN else _open(_LOST))


def _open(granted: Policy) -> Call:
    writes = request.method not in SAFE if granted.writes is None else granted.writes
    transaction = database().write() if writes else database().read()
    call = Call(transaction.__enter__(), transaction)
    request.environ[_CALL] = call
    actor, head = _reader(call, granted)
    if actor is None:
        sessions.forget()
        if granted.signed_in:
            raise SignInFirst
        return call
    if call.owes_factor and not granted.unproved:
        if granted.signed_in:
            raise FactorFirst(PROVE)
        return call
    call.actor = actor
    if head is not None:
        call.snapshot = store().snapshot_at(call.connection, head)
    elif granted.signed_in:
        raise NotSetUp
    if granted.signed_in and not granted.unset and _lacks_factor(call):
        if call.token is not None:
            raise Forbidden(TEXTS["api.factor"])
        raise FactorFirst(SET_UP)
    if granted.capability and not (call.snapshot and capable(call.snapshot.model, actor, granted.capability)):
        raise Forbidden(TEXTS["problem.m403"])
    if granted.fresh and request.method not in SAFE and not sessions.is_proved(call.session):
        raise ProveFirst
    return call


def _lacks_factor(call: Call) -> bool:
    """Return whether a role demands a second factor that the reader has neither set up nor shown to his provider.

    For his API tokens only what he has set up counts: nobody knows what the provider would say today.
    """
    if call.has_factor or call.snapshot is None or (call.session is not None and call.session.factor_at is not None):
        return False
    roles = call.snapshot.model.roles
    return any(roles[key].second_factor for key in call.actor.roles if key in roles)


def _reader(call: Call, granted: Policy) -> tuple[Actor | None, int | None]:
    """Return who asks, by token or session, and the revision in force.

    Raises:
        Forbidden: the token isn't good for this.
    """
    secret = programs.bearer() if granted.scope is not None else None
    if secret is None:
        asked = asker(call.connection, sessions.token())
        call.session, call.has_factor = asked.session, asked.has_factor
        return asked.actor, asked.head
    actor, head, call.token, call.has_factor = tokens.bearer(call.connection, secret, call.now)
    if call.token is not None and granted.scope not in call.token.scopes:
        raise Forbidden(TEXTS["api.scope"].format(scope=granted.scope))
    return actor, head


def end(response: Response) -> Response:
    """Commit where the answer is a good one, roll back where it isn't.

    What was done may still fail here, at the lock of the history's chain for instance. That is refused as it would have
    been a moment earlier: by the application's own error handlers, which Flask asks only while a view runs.
    """
    call = current()
    if call is None or call.closed:
        return response
    try:
        _finish(call, keep=response.status_code < 400)
    except Exception as failure:  # noqa: BLE001  the handlers know what to say about each
        call.close(keep=False)
        return current_app.make_response(current_app.handle_user_exception(failure))
    return response


def _finish(call: Call, *, keep: bool) -> None:
    for finish in current_app.extensions.get(BEFORE_END, ()):
        finish(keep)
    call.close(keep=keep)
    if call.token is not None:
        tokens.note_use(database(), call.token, call.now)


def begin_again() -> bool:
    """Take back what the request did and open its transaction anew; returns whether it may be tried once more.

    For whoever was overtaken by a publish: all that he has seen of the configuration is of no use any more.
    """
    tries = request.environ.setdefault(_TRIES, 1)
    call = current()
    if call is None or call.closed or tries >= _MOST_TRIES:
        return False
    _finish(call, keep=False)
    request.environ[_TRIES] = tries + 1
    del request.environ[_CALL]
    g.pop("_login_user", None)  # Flask-Login's, loaded in the transaction that has ended
    begin()
    return True


def _abandon(error: BaseException | None) -> None:
    call = current()
    if call is not None:
        call.close(keep=False)
