"""Layers put together: base < plugins < company, element by element, without losing where each element stands.

Objects merge by key. Lists of elements with an `id` merge by id: an element with a known id changes that element, a
new one is appended or follows the one it names with `"after"`, and `"retired": true` takes one away (the values of an
option list excepted, whose `retired` is a state of its own). Other lists and values replace.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from app.errors import Issue
from app.meta.documents import BASE, COMPANY, Document
from app.meta.findings import Findings, Place, Step
from app.meta.grammar.published import PLUGIN
from app.meta.structure import check_structure, document_checker

Steps = tuple[Step, ...]

#: Kinds whose elements' `retired` is a property that stays, not the wish to take an element away.
_RETIRED_STAYS: Final = frozenset({"options"})


@dataclass(frozen=True, slots=True)
class EffectiveDocument:
    """A document as it counts: all layers merged.

    Args:
        kind, key: see :class:`Document`.
        body: what it says; never changed.
        layer: the layer that it comes from first.
        source: the file it comes from first; `kind/key` where it comes from no file.
        origins: where parts of it stand that come from another file, or elsewhere in it.
        checked: whether its form has been held against these very schemas before, as that of what is published has.
    """

    kind: str
    key: str
    body: Mapping[str, Any] = field(hash=False)
    layer: str = BASE
    source: str = ""
    origins: Mapping[Steps, tuple[str, Steps]] = field(default_factory=dict, hash=False)
    checked: bool = field(default=False, compare=False)

    def place(self, *steps: Step) -> Place:
        """Return the place in a file of a spot in the merged body."""
        for length in range(len(steps), 0, -1) if self.origins else ():
            found = self.origins.get(steps[:length])
            if found is not None:
                return Place(found[0], (*found[1], *steps[length:]))
        return Place(self.source or f"{self.kind}/{self.key}", steps)


@dataclass(frozen=True, slots=True)
class _Node:
    """A JSON value that remembers where it stands."""

    value: Any  # dict[str, _Node] | list[_Node] | a scalar
    source: str
    steps: Steps

    @property
    def place(self) -> Place:
        return Place(self.source, self.steps)

    def scalar(self, key: str) -> Any:
        """Return the plain value of a property that is no object and no list."""
        child = self.value.get(key) if isinstance(self.value, dict) else None
        return child.value if child is not None and not isinstance(child.value, (dict, list)) else None

    def without(self, *keys: str) -> _Node:
        return _Node({k: v for k, v in self.value.items() if k not in keys}, self.source, self.steps)


def _annotate(value: Any, source: str, steps: Steps) -> _Node:
    if isinstance(value, Mapping):
        return _Node({key: _annotate(child, source, (*steps, key)) for key, child in value.items()}, source, steps)
    if isinstance(value, list):
        return _Node([_annotate(child, source, (*steps, i)) for i, child in enumerate(value)], source, steps)
    return _Node(value, source, steps)


def _strip(node: _Node, origins: dict[Steps, tuple[str, Steps]], at: Steps, expected: tuple[str, Steps]) -> Any:
    """Return the plain value of a node and remember what doesn't stand where its parent would make one look."""
    if (node.source, node.steps) != expected:
        origins[at] = (node.source, node.steps)
    if isinstance(node.value, dict):
        return {k: _strip(v, origins, (*at, k), (node.source, (*node.steps, k))) for k, v in node.value.items()}
    if isinstance(node.value, list):
        return [_strip(v, origins, (*at, i), (node.source, (*node.steps, i))) for i, v in enumerate(node.value)]
    return node.value


def _is_elements(nodes: list[_Node]) -> bool:
    return bool(nodes) and all(isinstance(node.scalar("id"), str) for node in nodes)


class _Merger:
    """Merges the layers of one document."""

    def __init__(self, findings: Findings, *, retired_stays: bool) -> None:
        self._findings = findings
        self._retired_stays = retired_stays

    def merge(self, low: _Node, high: _Node) -> _Node:
        if isinstance(low.value, dict) and isinstance(high.value, dict):
            merged = dict(low.value)
            for key, child in high.value.items():
                merged[key] = self.merge(low.value[key], child) if key in low.value else self.clean(child)
            return _Node(merged, low.source, low.steps)
        if (
            isinstance(low.value, list)
            and isinstance(high.value, list)
            and _is_elements(low.value)
            and _is_elements(high.value)
        ):
            return _Node(self._elements(low.value, high.value), low.source, low.steps)
        return self.clean(high)

    def _elements(self, low: list[_Node], high: list[_Node]) -> list[_Node]:
        result, seen = list(low), set[str]()
        for element in high:
            name = str(element.scalar("id"))
            index = _index(result, name)
            if name in seen:
                self._findings.add("structure.duplicate_id", element.place / "id", name=name)
            seen.add(name)
            if element.scalar("retired") is True and not self._retired_stays:
                if index is None:
                    self._findings.add("layer.nothing_to_retire", element.place, name=name)
                else:
                    del result[index]
            elif index is not None:
                result[index] = self.merge(result[index], element.without("after"))
            else:
                self._insert(result, element, name)
        return result

    def _insert(self, result: list[_Node], element: _Node, name: str) -> None:
        after = element.scalar("after")
        index = _index(result, str(after)) if after is not None else len(result) - 1
        if index is None:
            self._findings.add("layer.unknown_after", element.place, name=name, after=after)
            index = len(result) - 1
        result.insert(index + 1, self.clean(element.without("after")))

    def clean(self, node: _Node) -> _Node:
        """Take out of a single layer what only means something to a layer below."""
        if isinstance(node.value, dict):
            return _Node({key: self.clean(child) for key, child in node.value.items()}, node.source, node.steps)
        if isinstance(node.value, list):
            if not _is_elements(node.value):
                return _Node([self.clean(child) for child in node.value], node.source, node.steps)
            return _Node(
                [self.clean(child.without("after")) for child in self._living(node.value)], node.source, node.steps
            )
        return node

    def _living(self, nodes: list[_Node]) -> list[_Node]:
        """Return the elements of a single layer; there is nothing below that one of them could take away."""
        living = [node for node in nodes if node.scalar("retired") is not True or self._retired_stays]
        for node in nodes:
            if not any(node is other for other in living):
                self._findings.add("layer.nothing_to_retire", node.place, name=node.scalar("id"))
        return living


def _index(nodes: list[_Node], name: str) -> int | None:
    return next((i for i, node in enumerate(nodes) if node.scalar("id") == name), None)


def _rank(layer: str) -> tuple[int, str]:
    return ({BASE: 0, COMPANY: 2}.get(layer, 1), layer)


def _wants_merging(value: Any) -> bool:
    """Return whether a single layer holds a word that only layers understand: `after`, or a retired element."""
    if isinstance(value, dict):
        return "after" in value or value.get("retired") is True or any(map(_wants_merging, value.values()))
    return isinstance(value, list) and any(map(_wants_merging, value))


def _merge_one(documents: list[Document], findings: Findings) -> EffectiveDocument | None:
    first = documents[0]
    if len(documents) == 1 and not _wants_merging(first.body):
        if first.body.get("retired") is True:
            return None
        return EffectiveDocument(first.kind, first.key, first.body, first.layer, first.source)
    merger = _Merger(findings, retired_stays=first.kind in _RETIRED_STAYS)
    nodes = [_annotate(document.body, document.source, ()) for document in documents]
    merged = merger.clean(nodes[0])
    for node in nodes[1:]:
        merged = merger.merge(merged, node)
    if merged.scalar("retired") is True:
        return None
    origins: dict[Steps, tuple[str, Steps]] = {}
    body = _strip(merged, origins, (), (first.source, ()))
    return EffectiveDocument(first.kind, first.key, body, first.layer, first.source, origins)


def _check_plugins(manifests: list[Document], findings: Findings) -> None:
    names = {manifest.key for manifest in manifests}
    for manifest in manifests:
        place = Place(manifest.source)
        body = check_structure(
            document_checker(PLUGIN), manifest.body, lambda *steps, at=place: Place(at.document, steps), findings
        )
        if body is None:
            continue
        if body.body["name"] != manifest.key:
            findings.add("plugin.name", place / "name", name=body.body["name"], folder=manifest.key)
        for index, needed in enumerate(body.body.get("requires", ())):
            if needed not in names:
                findings.unknown("plugin.requires", place / "requires" / index, needed, names, plugin=manifest.key)


def merge(documents: Iterable[Document]) -> tuple[tuple[EffectiveDocument, ...], tuple[Issue, ...]]:
    """Merge documents of all layers; plugin manifests are checked and left out.

    Returns:
        The effective documents by kind and key, and what is wrong with how the layers fit together.
    """
    findings = Findings()
    stacks: dict[tuple[str, str], list[Document]] = {}
    manifests: list[Document] = []
    for document in sorted(documents, key=lambda d: (d.kind, d.key, _rank(d.layer), d.source)):
        if document.kind == PLUGIN:
            manifests.append(document)
            continue
        stack = stacks.setdefault((document.kind, document.key), [])
        if stack and stack[-1].layer == document.layer:
            place = Place(document.source, ("key",))
            findings.add("document.twice", place, key=document.key, other=stack[-1].source)
        else:
            stack.append(document)
    _check_plugins(manifests, findings)
    merged = [_merge_one(stack, findings) for stack in stacks.values()]
    return tuple(document for document in merged if document is not None), findings.issues()
