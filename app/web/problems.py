"""Everything that is refused, in one shape: what happened, what to do next, and a number to quote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

from flask import Flask, Response, current_app, redirect, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.wrappers import Response as BaseResponse

from app.access.rights import access
from app.context import Context
from app.errors import (
    CannotStart,
    Conflict,
    DataErrors,
    FieldError,
    Forbidden,
    InvalidData,
    InvalidQuery,
    NotFound,
    Superseded,
)
from app.language import Label
from app.storage.limits import took_too_long
from app.web import lifecycle, log, programs, shell
from app.web.kept import kept
from app.web.lifecycle import FactorFirst, NotSetUp, SignInFirst
from app.web.render import here, preferences, render
from app.web.respond import htmx, respond
from app.web.texts import TEXTS

_FORBIDDEN: Final = 403
_SIGNED_OUT: Final = 401
_PROBLEM: Final = "application/problem+json"
#: Seconds after which somebody who tried too often is told to try again.
_PATIENCE: Final = 60
_TOO_LONG: Final = Label(
    "Die Antwort hätte zu lange gedauert und wurde abgebrochen. Grenzen Sie die Frage ein, etwa mit einem Filter.",
    "The answer would have taken too long and was given up. Please narrow the question down, perhaps by a filter.",
)
_NOT_DONE: Final = Label(
    "Andere Änderungen haben zu lange aufgehalten, es wurde nichts gespeichert. Bitte versuchen Sie es noch einmal.",
    "Other changes were in the way for too long, and nothing was saved. Please try again.",
)


@dataclass(frozen=True, slots=True)
class Problem:
    """What a reader is told.

    Args:
        status: the HTTP status.
        title: what happened.
        message: what to do next.
        details: one sentence for each thing that is wrong.
        errors: the same for programs: the JSON pointer of what is wrong, or None, and what is wrong with it.
        more: further members for programs.
    """

    status: int
    title: Label
    message: Label
    details: tuple[Label, ...] = ()
    errors: tuple[tuple[str | None, FieldError], ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)


def of_status(status: int) -> Problem:
    """Return the usual words for a status; those that have none of their own share the words of their kind."""
    known = status if f"problem.t{status}" in TEXTS else 500 if status >= 500 else 400
    return Problem(status, TEXTS[f"problem.t{known}"], _words(known))


def _words(status: int) -> Label:
    """Return what to do next; a program is told something else than somebody with a browser."""
    told = TEXTS.get(f"api.m{status}") if programs.ask() else None
    return told or TEXTS.get(f"problem.m{status}") or TEXTS["problem.m400"]


def named(errors: DataErrors, below: str = "") -> tuple[tuple[str | None, FieldError], ...]:
    """Return everything that is wrong with some data, each with the JSON pointer of what it is about.

    Args:
        errors: by field, as `lines[2].price`.
        below: pointer of the record in what was sent.
    """
    fields = [(below + programs.pointer(name), one) for name, found in errors.fields.items() for one in found]
    return (*fields, *((below, one) for one in errors.record))


def install(app: Flask) -> None:
    """Answer every error of an application in this shape."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CSRFError, lambda error: answer(Problem(400, *_title_of(400), TEXTS["problem.csrf"])))
    app.register_error_handler(
        SecurityError, lambda error: answer(Problem(400, *_title_of(400), TEXTS["problem.host"]))
    )
    app.register_error_handler(NotFound, lambda error: answer(of_status(404)))
    app.register_error_handler(Forbidden, lambda error: answer(Problem(403, *_title_of(403), error.message)))
    app.register_error_handler(Conflict, lambda error: answer(Problem(409, *_title_of(409), error.message)))
    app.register_error_handler(InvalidQuery, _query)
    app.register_error_handler(InvalidData, _data)
    app.register_error_handler(SignInFirst, _sign_in)
    app.register_error_handler(
        NotSetUp, lambda error: answer(Problem(503, TEXTS["problem.setup"], TEXTS["problem.setup_hint"]))
    )
    app.register_error_handler(CannotStart, lambda error: answer(Problem(503, *_title_of(503), error.message)))
    app.register_error_handler(Superseded, _superseded)
    app.register_error_handler(OperationalError, _database)
    app.register_error_handler(PoolTimeout, _database)
    app.register_error_handler(DataError, _unfit)
    app.register_error_handler(Exception, _unexpected)


def _title_of(status: int) -> tuple[Label]:
    return (TEXTS[f"problem.t{status}"],)


def _superseded(error: Superseded) -> BaseResponse:
    """Carry the request out under the configuration that is in force by now; nobody need notice."""
    try:
        if lifecycle.begin_again():
            return current_app.make_response(current_app.dispatch_request())
    except Exception as failure:  # noqa: BLE001  the handlers know what to say about each
        return current_app.make_response(current_app.handle_user_exception(failure))
    return answer(Problem(503, *_title_of(503), error.message))


def _http(error: HTTPException) -> BaseResponse:
    if error.response is not None or error.code is None or error.code < 400:
        return BaseResponse(error.get_response().get_data(), headers=error.get_response().headers)
    response = answer(of_status(error.code))
    if error.code == 429:
        response.headers.setdefault("Retry-After", str(_PATIENCE))
    if error.code == 405 and (methods := getattr(error, "valid_methods", None)):
        response.headers["Allow"] = ", ".join(sorted(methods))
    return response


def _query(error: InvalidQuery) -> Response:
    errors = tuple((None, one) for one in error.errors)
    return answer(Problem(400, *_title_of(400), _words(400), tuple(e.message for e in error.errors), errors))


def _data(error: InvalidData) -> Response:
    """Tell what is wrong where there is no mask to show it in."""
    found = [e.message for errors in error.errors.fields.values() for e in errors]
    found.extend(e.message for e in error.errors.record)
    return answer(Problem(422, *_title_of(422), _words(422), tuple(found), named(error.errors)))


def _sign_in(error: SignInFirst) -> BaseResponse:
    """Send the reader to the page on which he signs in or shows his second factor, and back if he only looked.

    Whoever types in a mask isn't sent away from it: he is told.
    """
    where = error.where if isinstance(error, FactorFirst) else "/login"
    if programs.ask():
        response = answer(of_status(401))
        response.headers["WWW-Authenticate"] = programs.challenge()
        return response
    if htmx and request.method in lifecycle.SAFE:
        response = respond("", 401)
        response.headers["HX-Redirect"] = where
        return response
    if request.method == "GET":
        return redirect(where if here() == "/" else f"{where}?next={quote(here(), safe='/')}", 303)
    return answer(of_status(401))


def _database(error: OperationalError | PoolTimeout) -> Response:
    """The database is busy or gone: said as what it is; everything else of it is our own mistake."""
    log.warn(lifecycle.number(), "the database refused", error)
    if isinstance(error, OperationalError) and took_too_long(error):
        sentence = _TOO_LONG if request.method in lifecycle.SAFE else _NOT_DONE
        return answer(Problem(503, *_title_of(503), sentence))
    return answer(of_status(503))


def _unfit(error: DataError) -> Response:
    """A value that no column of this database can hold, such as a number of thirty digits."""
    log.warn(lifecycle.number(), "a value doesn't fit", error)
    return answer(of_status(400))


def _unexpected(error: Exception) -> Response:
    kind = "database error" if isinstance(error, DBAPIError) else "unexpected error"
    log.fail(lifecycle.number(), kind, request.method, request.path, error)
    return answer(of_status(500))


def answer(problem: Problem) -> Response:
    """Return a problem as JSON for a program, as a region for htmx, as a page in the reader's frame or of its own."""
    locale = lifecycle.locale()
    if programs.ask():
        return programs.document(problem, locale, lifecycle.number())
    title = problem.title.text(locale)
    values: dict[str, object] = {
        "title": title,
        "message": problem.message.text(locale),
        "details": [detail.text(locale) for detail in problem.details],
        "number": lifecycle.number(),
        "back": "/",
    }
    if htmx.partial:
        region = render("parts/_problem.html", locale, **values)
        return respond(region, problem.status, target="#problems", swap="innerHTML")
    ctx = _reader()
    values["kept"], values["signs_in"] = kept(ctx, problem.status), problem.status == _SIGNED_OUT
    if ctx is None:
        page: str = render("problem_gate.html", locale, preferences=preferences(), **values)
    else:
        why = _why_url(ctx) if problem.status == _FORBIDDEN else ""
        page = shell.page(ctx, title, render("pages/problem.html", locale, why_url=why, **values))
    return respond(page, problem.status)


def _why_url(ctx: Context) -> str:
    """Return where whoever was refused is told what his roles say: about the record or entity that he asked for."""
    parts = request.view_args or {}
    entity, record = parts.get("entity"), parts.get("record_id")
    granted = access(ctx, entity) if isinstance(entity, str) and entity in ctx.snapshot.model.entities else None
    if granted is None or not (granted.read or granted.create):
        return "/why"
    return f"/why?entity={entity}" if record is None else f"/why?entity={entity}&record={record}"


def _reader() -> Context | None:
    """Return the context of whoever is signed in, as far as the database can still say."""
    try:
        call = lifecycle.find_reader()
    except Exception:  # noqa: BLE001  whatever is wrong, the problem itself has to be told
        return None
    if call is None or call.snapshot is None or call.actor.id is None:
        return None
    return Context(call.snapshot, call.actor, call.connection, call.now, call.actor.locale)
