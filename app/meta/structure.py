"""The form of a document held against its schema: every deviation said in a sentence, and what is sound kept.

What doesn't fit the schema is cut out of a copy, so that the rest can still be looked at: a misspelt property of one
element doesn't hide an unknown field in another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

import jsonschema_rs

from app.fields.base import FieldType
from app.language import Label
from app.meta.findings import Findings, Place, Step, shorten
from app.meta.grammar.entity import FIELD_DEFINITIONS, field_schema
from app.meta.grammar.published import plain, skeleton
from app.meta.grammar.screens import parameter_schema
from app.meta.grammar.words import DEFINITIONS, DOTTED_PATTERN, KEY_PATTERN, PATH_PATTERN, Schema

Steps = tuple[Step, ...]
#: From steps in the body to the place that an issue names.
Locate = Callable[..., Place]

_ROUNDS: Final = 6
_TYPES: Final[Mapping[str, Label]] = {
    "object": Label("ein Objekt", "an object"),
    "array": Label("eine Liste", "a list"),
    "string": Label("ein Text", "a text"),
    "integer": Label("eine ganze Zahl", "a whole number"),
    "number": Label("eine Zahl", "a number"),
    "boolean": Label("true oder false", "true or false"),
    "null": Label("nichts (null)", "nothing (null)"),
}
_PYTHON: Final = (
    (bool, "boolean"),
    (str, "string"),
    (int, "integer"),
    (float, "number"),
    (dict, "object"),
    (list, "array"),
)
#: Patterns that are told in words; any other is shown.
_PATTERNS: Final = {
    KEY_PATTERN: "structure.key",
    DOTTED_PATTERN: "structure.key",
    PATH_PATTERN: "structure.path",
}
#: What is missing most often, and what everything else can be looked at without.
_LABELS: Final = frozenset({"label", "plural", "message"})
_LENGTHS: Final = frozenset({"maxLength", "minLength", "maxItems", "minItems", "maxProperties", "minProperties"})
_SIZES: Final = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"})


@dataclass(frozen=True, slots=True)
class Sound:
    """What of a document fits its schema.

    Args:
        body: the document, or a copy without what doesn't fit.
        whole: whether nothing had to be cut out.
        moves: steps in the copy to steps in the document, where cutting has moved the elements of a list.
    """

    body: Mapping[str, Any]
    whole: bool = True
    moves: Mapping[Steps, Steps] = field(default_factory=dict)

    def steps(self, *steps: Step) -> Steps:
        """Return the steps in the document that lead to a spot of the copy."""
        for length in range(len(steps), 0, -1) if self.moves else ():
            found = self.moves.get(steps[:length])
            if found is not None:
                return (*found, *steps[length:])
        return steps


class Checker:
    """A schema, compiled.

    Args:
        schema: JSON Schema 2020-12.
    """

    __slots__ = ("schema", "validator")

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.validator = jsonschema_rs.Draft202012Validator(plain(schema))


@cache
def document_checker(kind: str) -> Checker:
    """Return the checker of a kind of document; fields of entities have their own."""
    return Checker(skeleton(kind))


@cache
def field_checker(field_type: type[FieldType]) -> Checker:
    """Return the checker of a field of one type."""
    return Checker({**field_schema(field_type), "$defs": {**DEFINITIONS, **FIELD_DEFINITIONS}})


@cache
def parameter_checker(field_type: type[FieldType]) -> Checker:
    """Return the checker of a report's parameter of one type."""
    return Checker({**parameter_schema(field_type), "$defs": DEFINITIONS})


def forget_checkers() -> None:
    """Let go of every compiled schema; whoever needs one again compiles it anew, in a millisecond or two."""
    for kept in (document_checker, field_checker, parameter_checker):
        kept.cache_clear()


def check_structure(checker: Checker, body: Any, locate: Locate, findings: Findings) -> Sound | None:
    """Report everything in which a value deviates from a schema.

    Args:
        checker: what it should look like.
        body: the value, JSON.
        locate: from steps to places.
        findings: where to report.

    Returns:
        What is left when everything unsound is cut out, or None when that is nothing.
    """
    validator = checker.validator
    if validator.is_valid(body):
        return Sound(body)
    for error in validator.iter_errors(body):
        _report(error, checker.schema, locate, findings)
    current: Any = body
    moves: dict[Steps, Steps] = {}
    for _ in range(_ROUNDS):
        errors: list[Any] = list(validator.iter_errors(current))
        if not errors:
            return Sound(current, whole=False, moves=moves)
        cut = {steps for error in errors for steps in _to_cut(error)}
        if () in cut:
            return None
        before, moves = moves, {}
        named = {(tuple(error.instance_path), error.kind.property) for error in errors if _lacks_label(error)}
        current = _without(_with_labels(current, (), named), (), (), cut, moves)
        moves = {new: Sound(body, moves=before).steps(*old) for new, old in moves.items()}
    return None


def _without(value: Any, old: Steps, new: Steps, cut: set[Steps], moves: dict[Steps, Steps]) -> Any:
    """Return a copy without what is to be cut, remembering where the elements of lists were."""
    if isinstance(value, dict):
        return {
            key: _without(child, (*old, key), (*new, key), cut, moves)
            for key, child in value.items()
            if (*old, key) not in cut
        }
    if not isinstance(value, list):
        return value
    kept: list[Any] = []
    for index, child in enumerate(value):
        if (*old, index) in cut:
            continue
        here = (*new, len(kept))
        moves[here] = (*old, index)
        kept.append(_without(child, (*old, index), here, cut, moves))
    return kept


def _lacks_label(error: Any) -> bool:
    return bool(error.kind.name == "required" and error.kind.property in _LABELS)


def _with_labels(value: Any, at: Steps, named: set[tuple[Steps, str]]) -> Any:
    """Return a copy with the labels that are missing; the rest of what they name can be looked at then."""
    if not named:
        return value
    if isinstance(value, dict):
        found = {key: _with_labels(child, (*at, key), named) for key, child in value.items()}
        return found | {name: {"de": "?"} for steps, name in named if steps == at}
    if isinstance(value, list):
        return [_with_labels(child, (*at, index), named) for index, child in enumerate(value)]
    return value


def _to_cut(error: Any) -> list[Steps]:
    at: Steps = tuple(error.instance_path)
    kind = error.kind
    if _lacks_label(error):
        return []
    if kind.name == "additionalProperties":
        return [(*at, name) for name in kind.unexpected]
    if kind.name == "propertyNames":
        return [(*at, _bad_name(error))]
    return [at]


def _bad_name(error: Any) -> str:
    return str(error.kind.error.instance)


def _type_of(value: Any) -> Label:
    return _TYPES[next((name for python, name in _PYTHON if isinstance(value, python)), "null")]


def _expected(schema_types: Any) -> Label:
    names = [schema_types] if isinstance(schema_types, str) else sorted(schema_types)
    words = [_TYPES.get(name, Label.same(name)) for name in names]
    return Label(" oder ".join(w.de for w in words), " or ".join(w.en for w in words))


def _report(error: Any, schema: Schema, locate: Locate, findings: Findings) -> None:
    """Say one deviation in a sentence."""
    kind, at = error.kind, tuple(error.instance_path)
    place = locate(*at)
    match kind.name:
        case "additionalProperties":
            known = _known_properties(error, schema)
            for name in kind.unexpected:
                findings.unknown("structure.unknown_property", locate(*at, name), name, known)
        case "required":
            findings.add("structure.missing_property", place, name=kind.property)
        case "type":
            findings.add("structure.type", place, given=_type_of(error.instance), expected=_expected(kind.types))
        case "enum":
            names = [str(option) for option in kind.options]
            findings.unknown("structure.value", place, _shown(error.instance), names)
        case "const":
            _report_constant(error, place, findings)
        case "propertyNames":
            findings.add("structure.key", locate(*at, _bad_name(error)), name=_bad_name(error))
        case "pattern":
            _report_pattern(error, place, findings)
        case "oneOf":
            findings.add("form.element", place)
        case "anyOf":
            findings.add("role.scope", place)
        case "uniqueItems":
            findings.add("structure.twice", place)
        case name if name in _LENGTHS:
            findings.add("structure.length", place, limit=kind.limit)
        case name if name in _SIZES:
            findings.add("structure.size", place, limit=kind.limit)
        case _:
            findings.add("structure.invalid", place, text=error.message)


def _report_constant(error: Any, place: Place, findings: Findings) -> None:
    if place.pointer == "/format":
        findings.add("structure.format", place, given=_shown(error.instance))
    else:
        findings.unknown("structure.value", place, _shown(error.instance), [_shown(error.kind.expected_value)])


def _report_pattern(error: Any, place: Place, findings: Findings) -> None:
    pattern = error.kind.pattern
    code = _PATTERNS.get(pattern, "structure.pattern")
    findings.add(code, place, name=_shown(error.instance), pattern=pattern)


def _shown(value: Any) -> str:
    return shorten(value if isinstance(value, str) else repr(value).replace("True", "true").replace("False", "false"))


def _known_properties(error: Any, schema: Schema) -> list[str]:
    """Return the names that would have been right, out of the part of the schema that refused."""
    part: Any = schema
    for step in error.schema_path[:-1]:
        part = part[step] if isinstance(part, (list, tuple)) or step in part else {}
    return list(part.get("properties", ())) if isinstance(part, Mapping) else []
