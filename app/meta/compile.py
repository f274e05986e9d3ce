"""The compiler: a complete set of effective documents becomes a Model, or a list of everything that is wrong.

Pure and deterministic: the same documents make the same Model, whatever order they come in. Bad metadata never raises.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, TypeVar

import orjson

from app.errors import Issue, Severity
from app.meta.canonical import canonical, fingerprint_of
from app.meta.computed import Computations
from app.meta.findings import Findings
from app.meta.grammar.published import KINDS
from app.meta.layers import EffectiveDocument
from app.meta.linking import calculations, entities, masks, people, reports, roles, shapes, views
from app.meta.linking.workshop import Desk, Name, Part, Source, Workshop
from app.meta.model import Dashboard, Entity, Mask, Menu, Model, OptionList, Report, Role, View
from app.meta.structure import Sound, check_structure, document_checker

_T = TypeVar("_T")
_DocumentName = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Written:
    """A document, the digest of its text as it came, to see quickly whether it changed, and its canonical bytes."""

    document: EffectiveDocument
    digest: bytes
    canonical: bytes


@dataclass(frozen=True, slots=True)
class Compiled:
    """What came out of a compilation.

    Args:
        model: the Model, or None where there is an error.
        issues: every error and warning, by document and place.
        fingerprint: of the documents, also where they make no Model.
        parts, written: what the next compilation can keep; nobody else's business.
    """

    model: Model | None
    issues: tuple[Issue, ...]
    fingerprint: str = ""
    parts: Mapping[Name, Part] = field(default_factory=dict, repr=False, compare=False)
    written: Mapping[_DocumentName, Written] = field(default_factory=dict, repr=False, compare=False)


# -- units -------------------------------------------------------------------------------------------------------------


def _sound_maker(kind: str) -> Callable[[Desk, str], Source | None]:
    def make(desk: Desk, key: str) -> Source | None:
        document = desk.document(kind, key)
        if document is None:
            return None
        if document.checked:
            return Source(document, Sound(document.body))
        sound = check_structure(document_checker(kind), document.body, document.place, desk.findings)
        if sound is not None and sound.body["key"] != key:
            desk.findings.add("document.key_differs", document.place("key"), key=sound.body["key"], name=f"{key}.json")
        return None if sound is None else Source(document, sound)

    return make


def _make_masks_of(desk: Desk, key: str) -> tuple[str, ...]:
    """Return the keys of an entity's masks: the main one first, quick ones last, generated ones included."""
    found: dict[str, bool] = {}
    for mask in _of_entity(desk, "forms", key):
        source = desk.sound("forms", mask)
        found[mask] = source is not None and source.body.get("quick") is True
    found.setdefault(f"{key}.main", False)
    if not any(found.values()):
        found.setdefault(f"{key}.quick", True)
    return tuple(sorted(found, key=lambda mask: (found[mask], not mask.endswith(".main"), mask)))


def _of_entity(desk: Desk, kind: str, key: str) -> tuple[str, ...]:
    grouped: Mapping[str, tuple[str, ...]] = desk.ask(f"by_entity:{kind}", "")
    return grouped.get(key, ())


def _by_entity_maker(kind: str) -> Callable[[Desk, str], Mapping[str, tuple[str, ...]]]:
    def make(desk: Desk, _: str) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for key in desk.keys(kind):
            entity = key.partition(".")[0]
            found[entity] = (*found.get(entity, ()), key)
        return MappingProxyType(found)

    return make


def _make_views_of(desk: Desk, key: str) -> tuple[str, ...]:
    """Return the keys of an entity's views in their order; the generated one where there is no other."""
    found = _of_entity(desk, "views", key)
    return tuple(sorted(found, key=lambda view: views.view_order(desk, view))) or (f"{key}.all",)


_MAKERS: Final[Mapping[str, Callable[[Desk, str], Any]]] = {
    **{f"sound:{kind}": _sound_maker(kind) for kind in KINDS},
    **{f"by_entity:{kind}": _by_entity_maker(kind) for kind in ("forms", "views")},
    "options": people.make_options,
    "standing": shapes.make_standing,
    "shape": shapes.make_shape,
    "lines": entities.make_lines,
    "all_owners": entities.make_all_owners,
    "owners": entities.make_owners,
    "calculations": calculations.make_calculations,
    "computations": calculations.make_computations,
    "volatile": calculations.make_volatile,
    "gathered": calculations.make_gathered,
    "entity": entities.make_entity,
    "mask": masks.make_mask,
    "generated_main": masks.make_generated_main,
    "generated_quick": masks.make_generated_quick,
    "masks_of": _make_masks_of,
    "view": views.make_view,
    "generated_view": views.make_generated_view,
    "generated_owner": people.make_generated_owner,
    "views_of": _make_views_of,
    "report": reports.make_report,
    "menu": people.make_menu,
    "role": roles.make_role,
    "dashboard": people.make_dashboard,
}


# -- reading in --------------------------------------------------------------------------------------------------------


def _write(document: EffectiveDocument, previous: Written | None) -> Written | None:
    """Return a document with its bytes, the previous object where nothing changed; None where it isn't JSON."""
    if previous is not None and document.body is previous.document.body and _stands_alike(document, previous.document):
        return previous
    try:
        digest = hashlib.sha256(orjson.dumps(document.body)).digest()
        if previous is not None and digest == previous.digest and _stands_alike(document, previous.document):
            return previous
        return Written(document, digest, canonical(document.body))
    except (orjson.JSONEncodeError, RecursionError, TypeError):
        return None


def _stands_alike(one: EffectiveDocument, other: EffectiveDocument) -> bool:
    return (one.layer, one.source, one.origins) == (other.layer, other.source, other.origins)


def _read_in(
    documents: Iterable[EffectiveDocument], previous: Mapping[_DocumentName, Written], findings: Findings
) -> dict[_DocumentName, Written]:
    found: dict[_DocumentName, Written] = {}
    for document in sorted(documents, key=lambda d: (d.kind, d.key)):
        name = (document.kind, document.key)
        if document.kind not in KINDS:
            findings.unknown("document.unknown_kind", document.place(), document.kind, KINDS)
            continue
        if name in found:
            other = found[name].document.place().document
            findings.add("document.twice", document.place("key"), key=document.key, other=other)
            continue
        written = _write(document, previous.get(name))
        if written is None:
            findings.add("document.not_json", document.place())
        else:
            found[name] = written
    return found


# -- putting together --------------------------------------------------------------------------------------------------


class _Assembly:
    """Asks a workshop for everything that a Model is made of."""

    def __init__(self, workshop: Workshop) -> None:
        self.workshop = workshop
        self.live = [key for key in workshop.keys("entities") if workshop.get(("standing", key)) == "normal"]

    def each(self, kind: str, unit: str) -> dict[str, Any]:
        """Return everything that a unit makes of the documents of a kind; broken ones left out."""
        made = {key: self.workshop.get((unit, key)) for key in self.workshop.keys(kind)}
        return {key: thing for key, thing in made.items() if thing is not None}

    def entities(self) -> dict[str, Entity]:
        """Return every entity; abstract ones are checked but aren't part of a Model."""
        made = self.each("entities", "entity")
        return {key: made[key] for key in self.live if key in made}

    def masks(self, masks_of: Mapping[str, tuple[str, ...]]) -> dict[str, Mask]:
        """Return every mask, generated ones included."""
        made: dict[str, Mask] = self.each("forms", "mask")
        for entity, keys in masks_of.items():
            for key in keys:
                if key not in made and self.workshop.get(("document:forms", key)) is None:
                    unit = "generated_main" if key == f"{entity}.main" else "generated_quick"
                    generated = self.workshop.get((unit, entity))
                    if generated is not None:
                        made[key] = generated
        return made

    def views(self, views_of: Mapping[str, tuple[str, ...]]) -> dict[str, View]:
        """Return every view, generated ones included."""
        made: dict[str, View] = self.each("views", "view")
        for entity, keys in views_of.items():
            for key in keys:
                if key not in made and self.workshop.get(("document:views", key)) is None:
                    generated = self.workshop.get(("generated_view", entity))
                    if generated is not None:
                        made[key] = generated
        return made

    def of(self, unit: str) -> dict[str, tuple[str, ...]]:
        """Return a list of keys for every live entity."""
        return {key: self.workshop.get((unit, key)) for key in self.live}


def _frozen(things: Mapping[str, _T]) -> Mapping[str, _T]:
    return MappingProxyType(dict(sorted(things.items())))


def _reports_of(found: Mapping[str, Report]) -> Mapping[str, tuple[str, ...]]:
    grouped: dict[str, tuple[str, ...]] = {}
    for key in sorted(found):
        grouped[found[key].entity] = (*grouped.get(found[key].entity, ()), key)
    return _frozen(grouped)


def _assemble(workshop: Workshop, fingerprint: str) -> Callable[[tuple[Issue, ...]], Model]:
    """Make every unit; return how to make the Model of them once the issues are known."""
    assembly = _Assembly(workshop)
    options: dict[str, OptionList] = assembly.each("options", "options")
    found_entities = assembly.entities()
    masks_of, views_of = assembly.of("masks_of"), assembly.of("views_of")
    found_masks, found_views = assembly.masks(masks_of), assembly.views(views_of)
    found_reports: dict[str, Report] = assembly.each("reports", "report")
    dashboards: dict[str, Dashboard] = assembly.each("dashboards", "dashboard")
    menus: dict[str, Menu] = assembly.each("menus", "menu")
    found_roles: dict[str, Role] = assembly.each("roles", "role")
    computations: Computations = workshop.get(("computations", ""))
    return lambda issues: Model(
        fingerprint=fingerprint,
        entities=_frozen(found_entities),
        masks=_frozen(found_masks),
        views=_frozen(found_views),
        reports=_frozen(found_reports),
        options=_frozen(options),
        menus=_frozen(menus),
        roles=_frozen(found_roles),
        dashboards=_frozen(dashboards),
        issues=issues,
        masks_of=_frozen(masks_of),
        views_of=_frozen(views_of),
        reports_of=_reports_of(found_reports),
        computations=computations,
    )


def compile_model(documents: Iterable[EffectiveDocument], previous: Compiled | None = None) -> Compiled:
    """Compile a complete set of documents.

    Args:
        documents: every effective document (see `layers.merge`).
        previous: the compilation before; what doesn't depend on anything that changed is taken over from it.

    Returns:
        The Model, unless there is an error, and every issue.
    """
    findings = Findings()
    written = _read_in(documents, {} if previous is None else previous.written, findings)
    fingerprint = fingerprint_of({name: one.canonical for name, one in written.items()})
    parts = {} if previous is None else previous.parts
    workshop = Workshop({name: one.document for name, one in written.items()}, _MAKERS, parts)
    model = _assemble(workshop, fingerprint)
    for part in workshop.parts.values():
        if part.issues:
            findings.take(part.issues)
    issues = tuple(sorted(findings.issues(), key=lambda i: (i.document, i.pointer, i.code, i.message.en)))
    broken = any(issue.severity is Severity.ERROR for issue in issues)
    return Compiled(None if broken else model(issues), issues, fingerprint, workshop.parts, written)
