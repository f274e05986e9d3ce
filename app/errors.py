"""What can go wrong, as data: issues of documents, errors of values, and the exceptions that carry them.

Two kinds of mistake are kept apart. An *issue* is the fault of who wrote a document (the CRM manager); a *field
error* is the fault of who typed a value (the end user). Both are collected, never raised one at a time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from app.language import Label


class Severity(StrEnum):
    """How bad an issue is: an error refuses the document set, a warning lets it pass."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Issue:
    """One problem of one document.

    Args:
        code: stable machine name, `kind.problem`, for instance `entity.unknown_target`.
        document: where it stands: the file's relative path when it came from a file, else `kind/key`.
        pointer: JSON pointer (RFC 6901) to the place inside the document; "" is the document itself.
        message: one sentence that says what is wrong.
        hint: one sentence that says what to do next.
        severity: error or warning.
    """

    code: str
    document: str
    pointer: str
    message: Label
    hint: Label
    severity: Severity = Severity.ERROR


@dataclass(frozen=True, slots=True)
class FieldError:
    """One problem of one value, to be shown at its field.

    Args:
        code: stable machine name, for instance `date.invalid`.
        message: one sentence that says what is wrong and what to type instead.
        record: entity and id of the record that is in the way, where the reader may know it.
    """

    code: str
    message: Label
    record: tuple[str, int] | None = None


class LotseError(Exception):
    """Base of every error that the product raises on purpose."""


class InvalidValue(LotseError):
    """A raw value that a field type can't take; raised by `clean`, collected by the caller.

    Args:
        code: see :class:`FieldError`.
        message: see :class:`FieldError`.
    """

    def __init__(self, code: str, message: Label) -> None:
        super().__init__(message.en)
        self.error = FieldError(code, message)


class InvalidMetadata(LotseError):
    """A set of documents that can't be compiled or published; carries every issue."""

    def __init__(self, issues: tuple[Issue, ...]) -> None:
        super().__init__(f"{len(issues)} issue(s) in the documents")
        self.issues = issues


@dataclass(frozen=True, slots=True)
class DataErrors:
    """Everything that is wrong with one submitted record.

    Args:
        fields: field key (or `lines[2].price` for a child row) to its errors.
        record: errors of the record as a whole (rules over several fields).
    """

    fields: Mapping[str, tuple[FieldError, ...]] = field(default_factory=dict)
    record: tuple[FieldError, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.fields) or bool(self.record)


class InvalidData(LotseError):
    """A record that was refused; nothing was written."""

    def __init__(self, errors: DataErrors) -> None:
        super().__init__("the record was refused")
        self.errors = errors


class InvalidQuery(LotseError):
    """A query string, filter or report parameter that names something unknown or unusable (HTTP 400)."""

    def __init__(self, errors: tuple[FieldError, ...]) -> None:
        super().__init__("; ".join(e.message.en for e in errors))
        self.errors = errors


class NotFound(LotseError):
    """A thing that isn't there, or isn't there for this reader; the two look the same (HTTP 404)."""


class Forbidden(LotseError):
    """A verb that this reader's roles don't allow (HTTP 403)."""

    def __init__(self, message: Label) -> None:
        super().__init__(message.en)
        self.message = message


@dataclass(frozen=True, slots=True)
class Clash:
    """A field that two people have changed to something different.

    Args:
        key: the field's key.
        original: its value as both of them had read it.
        mine: what is to be saved.
        theirs: what the other one has saved meanwhile.
        known: whether the original is known; history doesn't reach back for ever.
    """

    key: str
    original: Any
    mine: Any
    theirs: Any
    known: bool = True


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """What others have saved since a record was read.

    Args:
        version: the record's version by now.
        by: id of whoever saved last, None for the product itself.
        at: when.
        clashes: the fields over which people have to agree.
        theirs: keys of the fields that only the others have changed.
        seen: the version that whoever was too slow has seen.
    """

    version: int
    by: int | None
    at: datetime | None
    clashes: tuple[Clash, ...] = ()
    theirs: frozenset[str] = frozenset()
    seen: int = 0


class Conflict(LotseError):
    """A record that somebody else changed since it was read (HTTP 409).

    Args:
        message: one sentence that says what happened and what to do.
        meanwhile: what the other one saved, where it is a record that can be compared.
    """

    def __init__(self, message: Label, meanwhile: Meanwhile | None = None) -> None:
        super().__init__(message.en)
        self.message = message
        self.meanwhile = meanwhile


class Superseded(LotseError):
    """A save that began under a configuration that isn't in force any more; nothing was written (HTTP 503).

    Args:
        message: one sentence that says what happened and what to do.
    """

    def __init__(self, message: Label) -> None:
        super().__init__(message.en)
        self.message = message


class BackupRefused(LotseError):
    """A backup that can't be taken, isn't one, or can't be restored here; nothing was changed (exit code 1)."""

    def __init__(self, message: Label) -> None:
        super().__init__(message.en)
        self.message = message


class CannotStart(LotseError):
    """A database or setting with which the product must not serve (exit code 3).

    Args:
        message: one sentence that says what is wrong and what to do.
    """

    def __init__(self, message: Label) -> None:
        super().__init__(message.en)
        self.message = message
