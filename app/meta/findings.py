"""Problems of documents being collected: where they stand, what they are called, what one may have meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from app.errors import FieldError, Issue, Severity
from app.expr.messages import Problem
from app.language import Label
from app.meta.messages import MESSAGES

_SUGGESTION: Final = Label("Meinten Sie „{near}“?", "Did you mean “{near}”?")
_KNOWN: Final = Label("Bekannt sind hier: {names}.", "Known here are: {names}.")
_NOTHING_KNOWN: Final = Label(
    "Legen Sie es an, oder nehmen Sie die Angabe heraus.", "Create it, or take the entry out."
)
_CORRECT_VALUE: Final = Label("Korrigieren Sie die Angabe im Dokument.", "Correct the entry in the document.")
_CORRECT_EXPRESSION: Final = Label("Korrigieren Sie den Ausdruck „{text}“.", "Correct the expression “{text}”.")
_SHOWN: Final = 60
_LISTED: Final = 12

Step = str | int


@dataclass(frozen=True, slots=True)
class Place:
    """A spot in a document.

    Args:
        document: the file's relative path, or `kind/key`.
        steps: keys and indexes that lead there.
    """

    document: str
    steps: tuple[Step, ...] = ()

    def __truediv__(self, step: Step) -> Place:
        return Place(self.document, (*self.steps, step))

    @property
    def pointer(self) -> str:
        """Return the JSON pointer (RFC 6901)."""
        return pointer_of(self.steps)


def pointer_of(steps: Iterable[Step]) -> str:
    """Write steps as a JSON pointer (RFC 6901)."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


def shorten(text: object, limit: int = _SHOWN) -> str:
    """Return a text for a sentence: one line, not too long, and printable whatever was written."""
    line = " ".join(str(text).split()).encode("utf-8", "replace").decode()
    return line if len(line) <= limit else line[: limit - 1] + "…"


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that somebody who wrote `name` probably meant."""
    found = difflib.get_close_matches(name[:_SHOWN], list(known), n=1, cutoff=0.6)
    return found[0] if found else None


def _suggestion(name: str, known: Iterable[str]) -> Label:
    names = sorted(set(known))
    near = nearest(name, names)
    if near is not None:
        return _SUGGESTION.format(near=near)
    if not names:
        return _NOTHING_KNOWN
    listed = ", ".join(names[:_LISTED]) + (" …" if len(names) > _LISTED else "")
    return _KNOWN.format(names=listed)


class Findings:
    """A list of issues that grows while documents are looked at."""

    __slots__ = ("_issues",)

    def __init__(self) -> None:
        self._issues: dict[Issue, None] = {}

    def __bool__(self) -> bool:
        return bool(self._issues)

    def issues(self) -> tuple[Issue, ...]:
        """Return every issue once, in the order in which they were found."""
        return tuple(self._issues)

    def take(self, issues: Iterable[Issue]) -> None:
        """Add issues that were made elsewhere."""
        self._issues.update(dict.fromkeys(issues))

    def add(self, code: str, place: Place, **values: object) -> None:
        """Add an issue of the catalogue.

        Args:
            code: key of `MESSAGES`.
            place: where.
            values: what to fill into the sentences.
        """
        self._add(code, place, None, values)

    def _add(self, code: str, place: Place, hint: Label | None, values: Mapping[str, object]) -> None:
        entry = MESSAGES[code]
        filled = {name: value if isinstance(value, (Label, int)) else shorten(value) for name, value in values.items()}
        message = entry.message.format(**filled)
        advice = entry.hint.format(**filled) if hint is None else hint
        self._issues[Issue(code, place.document, place.pointer, message, advice, entry.severity)] = None

    def unknown(self, code: str, place: Place, name: str, known: Iterable[str], **values: object) -> None:
        """Add an issue about a name that doesn't exist, with what may have been meant as the hint."""
        self._add(code, place, _suggestion(name, known), {"name": name, **values})

    def expression(self, problem: Problem, place: Place, text: str) -> None:
        """Add a problem of an expression."""
        code = f"expression.{problem.code}"
        hint = _CORRECT_EXPRESSION.format(text=shorten(text, 120))
        self._issues[Issue(code, place.document, place.pointer, problem.message, hint, Severity.ERROR)] = None

    def value(self, error: FieldError, place: Place) -> None:
        """Add what a field type has to say about a parameter or a default value."""
        issue = Issue(f"field.{error.code}", place.document, place.pointer, error.message, _CORRECT_VALUE)
        self._issues[issue] = None
