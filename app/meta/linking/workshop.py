"""The compiler's engine: units of work that ask each other and are kept where nothing they asked for has changed.

Each unit makes one thing out of documents: a shape, an entity, a mask. Whatever it looks at, it asks the workshop for;
so the workshop knows what a result depends on. When the next set of documents is compiled, a unit is made again only
if something that it asked for has become another object. Publishing one field among a thousand entities thus costs
what depends on that field.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from app.errors import Issue
from app.expr.ast import Expr
from app.expr.messages import ExprError
from app.expr.parse import parse
from app.meta.findings import Findings, Place, Step
from app.meta.layers import EffectiveDocument
from app.meta.structure import Sound

#: Phase and key, for instance `("entity", "account")`.
Name = tuple[str, str]
#: From steps in a body to the place in a file.
At = Callable[..., Place]

#: Phases whose result is the documents themselves.
DOCUMENT: Final = "document:"
KEYS: Final = "keys:"


@dataclass(frozen=True, slots=True)
class Part:
    """What a unit made.

    Args:
        used: what it asked for, and what it got.
        result: what it made; None where the document is too broken for anything.
        issues: what it found wrong.
    """

    used: tuple[tuple[Name, Any], ...]
    result: Any
    issues: tuple[Issue, ...]


class Desk:
    """Where one unit is made: it asks for what it needs and reports what is wrong."""

    __slots__ = ("_used", "_workshop", "findings")

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        self._used: dict[Name, Any] = {}
        self.findings = Findings()

    def ask(self, phase: str, key: str) -> Any:
        """Return what another unit made."""
        name = (phase, key)
        if name not in self._used:
            self._used[name] = self._workshop.get(name)
        return self._used[name]

    def document(self, kind: str, key: str) -> EffectiveDocument | None:
        """Return a document, or None where there is none."""
        found: EffectiveDocument | None = self.ask(DOCUMENT + kind, key)
        return found

    def keys(self, kind: str) -> tuple[str, ...]:
        """Return the keys of all documents of a kind; for suggestions, and for what looks at everything."""
        found: tuple[str, ...] = self.ask(KEYS + kind, "")
        return found

    def sound(self, kind: str, key: str) -> Source | None:
        """Return a document whose form has been checked, or None where it is missing or beyond use."""
        found: Source | None = self.ask("sound:" + kind, key)
        return found

    def parse(self, text: str) -> Expr | ExprError:
        """Return the tree of an expression, each text parsed once."""
        return self._workshop.parse(text)

    def part(self, result: Any) -> Part:
        """Return what was made, with what it was made of."""
        return Part(tuple(self._used.items()), result, self.findings.issues())


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A document whose form is sound, and the way back to its files.

    Compared by identity: Python takes the JSON values 1, 1.0 and true for equal.

    Args:
        document: the effective document.
        sound: what of it can be used.
    """

    document: EffectiveDocument
    sound: Sound

    @property
    def body(self) -> Mapping[str, Any]:
        """Return what can be used."""
        return self.sound.body

    def at(self, *steps: Step) -> Place:
        """Return the place in a file of a spot in the body."""
        return self.document.place(*self.sound.steps(*steps))


def under(at: At, *prefix: Step) -> At:
    """Return the way to places below a spot."""
    return lambda *steps: at(*prefix, *steps)


class Workshop:
    """All units of one compilation.

    Args:
        documents: every document by kind and key.
        makers: how to make a unit, by phase.
        previous: the parts of the compilation before, to be kept where they still hold.
    """

    __slots__ = ("_documents", "_keys", "_makers", "_parsed", "_previous", "parts")

    def __init__(
        self,
        documents: Mapping[tuple[str, str], EffectiveDocument],
        makers: Mapping[str, Callable[[Desk, str], Any]],
        previous: Mapping[Name, Part],
    ) -> None:
        self._documents = documents
        self._makers = makers
        self._previous = previous
        self._parsed: dict[str, Expr | ExprError] = {}
        self._keys: dict[str, tuple[str, ...]] = {}
        self.parts: dict[Name, Part] = {}

    def get(self, name: Name) -> Any:
        """Return what a unit makes, made or kept."""
        phase, key = name
        if phase.startswith(DOCUMENT):
            return self._documents.get((phase.removeprefix(DOCUMENT), key))
        if phase.startswith(KEYS):
            return self.keys(phase.removeprefix(KEYS))
        part = self.parts.get(name)
        if part is None:
            part = self._kept(name) or self._made(name)
            self.parts[name] = part
        return part.result

    def keys(self, kind: str) -> tuple[str, ...]:
        """Return the keys of all documents of a kind, sorted."""
        if kind not in self._keys:
            self._keys[kind] = tuple(sorted(key for of, key in self._documents if of == kind))
        return self._keys[kind]

    def parse(self, text: str) -> Expr | ExprError:
        """Return the tree of an expression, or why it is none."""
        found = self._parsed.get(text)
        if found is None:
            try:
                found = parse(text)
            except ExprError as wrong:
                found = wrong
            self._parsed[text] = found
        return found

    def _kept(self, name: Name) -> Part | None:
        previous = self._previous.get(name)
        if previous is not None and all(_same(self.get(used), got) for used, got in previous.used):
            return previous
        return None

    def _made(self, name: Name) -> Part:
        phase, key = name
        desk = Desk(self)
        part = desk.part(self._makers[phase](desk, key))
        previous = self._previous.get(name)
        if previous is not None and previous.result == part.result:
            # Made again, but nothing came out differently: whoever depends on it needn't be made again.
            return Part(part.used, previous.result, part.issues)
        return part


def _same(new: Any, old: Any) -> bool:
    """Return whether an answer is still the same; plain answers are compared, things by identity."""
    return new is old or (isinstance(new, (str, tuple)) and new == old)
