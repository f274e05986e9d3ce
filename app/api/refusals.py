"""What only this edge can refuse: the form of a request, and a version that is missing or stale."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response

from app.api.pace import TooFast
from app.errors import Conflict, DataErrors, FieldError, InvalidData, InvalidQuery, LotseError
from app.language import Label
from app.web.problems import Problem, answer, of_status
from app.web.texts import TEXTS


class MediaType(LotseError):
    """A body of a content type that isn't read (HTTP 415)."""

    def __init__(self, wanted: tuple[str, ...]) -> None:
        super().__init__("content type")
        self.wanted = wanted


class VersionMissing(LotseError):
    """A change that doesn't say which version of the record it was made from (HTTP 428)."""


class Stale(Conflict):
    """A change that was made from another version than the one that is stored (HTTP 412).

    Args:
        cause: what the write side said.
        version: the stored version, or None where the reader can't be told.
        conflict: what was saved meanwhile, as JSON, or None where there is nothing that he may be told.
    """

    def __init__(self, cause: Conflict, version: int | None, conflict: Mapping[str, Any] | None = None) -> None:
        super().__init__(cause.message, cause.meanwhile)
        self.version = version
        self.conflict = conflict


class Refused(InvalidData):
    """Many records of which some are refused; nothing was written (HTTP 422).

    Args:
        pointed: the JSON pointer of what is wrong, and what is wrong with it.
    """

    def __init__(self, pointed: tuple[tuple[str, FieldError], ...]) -> None:
        super().__init__(DataErrors(record=tuple(error for _, error in pointed)))
        self.pointed = pointed


def unreadable(code: str, message: Label) -> InvalidQuery:
    """Return the refusal of a request that can't be read."""
    return InvalidQuery((FieldError(code, message),))


def of_media_type(error: MediaType) -> Response:
    """Answer 415 and say what would be read."""
    types = ", ".join(error.wanted)
    response = answer(Problem(415, TEXTS["problem.t415"], TEXTS["api.m415"].format(types=types)))
    response.headers["Accept-Patch" if len(error.wanted) > 1 else "Accept-Post"] = types
    return response


def of_missing_version(error: VersionMissing) -> Response:
    """Answer 428."""
    return answer(of_status(428))


def of_stale(error: Stale) -> Response:
    """Answer 412 with what the write side said, the version that is stored, and what was saved meanwhile."""
    more = {} if error.conflict is None else {"conflict": error.conflict}
    response = answer(Problem(412, TEXTS["problem.t412"], error.message, more=more))
    if error.version is not None:
        response.set_etag(str(error.version))
    return response


def of_many(error: Refused) -> Response:
    """Answer 422 with what is wrong with which record."""
    problem = of_status(422)
    return answer(Problem(422, problem.title, problem.message, errors=error.pointed))


def of_haste(error: TooFast) -> Response:
    """Answer 429 and say how long to wait."""
    response = answer(of_status(429))
    response.headers["Retry-After"] = str(error.seconds)
    return response
