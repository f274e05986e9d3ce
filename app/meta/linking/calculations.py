"""Which values a computed field looks at, and the order in which computed fields of all entities have to be computed.

Made before the entities themselves: whether a field depends on the day decides about the fields that look at it, over
any number of entities.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from app.expr.ast import Expr
from app.expr.deps import functions, paths, walk
from app.expr.messages import ExprError
from app.meta.computed import EXISTENCE, Computations, Dependant, Node, Stage, Step
from app.meta.linking.expressions import Lookup
from app.meta.linking.shapes import Shape
from app.meta.linking.workshop import Desk
from app.meta.paths import MAX_HOPS, target_of

#: Longest chain of computed fields of which each looks at the one before.
MAX_DEPTH: Final = 12
#: Most parts that a date-dependent expression may have once those it looks at are written out in it.
MAX_PARTS: Final = 300
#: Functions whose result is another one tomorrow.
_MOMENT: Final = frozenset({"today", "now"})


@dataclass(frozen=True, slots=True)
class Source:
    """A value that a computed field looks at, and the way back from it."""

    node: Node
    way: tuple[Step, ...]
    lines: bool = False


@dataclass(frozen=True, slots=True)
class Calculation:
    """One computed field.

    Args:
        kind: `formula` or `rollup`.
        sources: what it looks at.
        moment: whether it asks for the day or the time itself.
        parts: how many parts its expression has.
        frozen: whether it stays as it is in some states, and so has to be stored.
    """

    node: Node
    kind: str
    sources: tuple[Source, ...]
    moment: bool
    parts: int
    frozen: bool


class _Reader:
    """Finds the sources of the computed fields of one entity."""

    def __init__(self, desk: Desk, entity_key: str) -> None:
        self.desk = desk
        self.lookup = Lookup(desk, "shape")
        self.key = entity_key

    def formula(self, key: str, x_crm: Mapping[str, Any]) -> Calculation | None:
        """Return what a formula looks at, or None where it can't be read."""
        expr = self._tree(x_crm["formula"])
        if expr is None:
            return None
        sources = [source for keys in sorted(paths(expr)) for source in self._path(self.key, keys, ())]
        frozen = self._tree(x_crm.get("frozen_if"))
        sources += self._own(frozen)
        moment = bool(functions(expr) & _MOMENT)
        parts = sum(1 for _ in walk(expr))
        return Calculation((self.key, key), "formula", tuple(dict.fromkeys(sources)), moment, parts, frozen is not None)

    def rollup(self, key: str, x_crm: Mapping[str, Any]) -> Calculation | None:
        """Return what a roll-up looks at, or None where it can't be read."""
        given = x_crm["rollup"]
        child, via = given["entity"], given["via"]
        back = (Step(self.key, child, via, parents=True),)
        sources = [Source((child, EXISTENCE), back), Source((child, via), back)]
        where = self._tree(given.get("where"))
        named = sorted(paths(where)) if where is not None else []
        if isinstance(given.get("field"), str):
            named.append(tuple(given["field"].split(".")))
        if given["aggregate"] == "latest":
            named.append((given.get("by", "created_at"),))
        for keys in named:
            sources += self._path(child, keys, back)
        frozen = self._tree(x_crm.get("frozen_if"))
        sources += self._own(frozen)
        moment = where is not None and bool(functions(where) & _MOMENT)
        return Calculation((self.key, key), "rollup", tuple(dict.fromkeys(sources)), moment, 1, frozen is not None)

    def _own(self, frozen: Expr | None) -> list[Source]:
        return [Source((self.key, keys[0]), ()) for keys in sorted(paths(frozen))] if frozen is not None else []

    def _tree(self, text: Any) -> Expr | None:
        found = self.desk.parse(text) if isinstance(text, str) else None
        return None if isinstance(found, ExprError) else found

    def _path(self, entity_key: str, keys: tuple[str, ...], way: tuple[Step, ...]) -> Iterator[Source]:
        """Yield every value that a path leads over, with the way back; `way` leads on from the path's beginning."""
        entity = self.lookup.get(entity_key)
        field = None if entity is None else entity.fields.get(keys[0])
        if field is None:
            return
        rows = field.type.lines()
        if rows is not None:
            back = (Step(entity_key, rows.entity, rows.via, parents=True), *way)
            yield Source((rows.entity, EXISTENCE), back, lines=True)
            yield Source((rows.entity, rows.via), back, lines=True)
            for key in keys[1:2]:
                yield Source((rows.entity, key), back, lines=True)
            return
        yield Source((entity_key, keys[0]), way)
        target = target_of(field.type)
        if len(keys) > 1 and target is not None and not target.startswith("@"):
            yield from self._path(target, keys[1:], (Step(entity_key, entity_key, keys[0], parents=False), *way))


def make_calculations(desk: Desk, key: str) -> tuple[Calculation, ...]:
    """Return the computed fields of an entity, as far as they can be read."""
    shape: Shape | None = desk.ask("shape", key)
    if shape is None or desk.ask("standing", key) == "abstract":
        return ()
    reader, found = _Reader(desk, key), []
    for name, source in shape.properties.items():
        if name not in shape.entity.fields:
            continue
        if "formula" in source.x_crm:
            found.append(reader.formula(name, source.x_crm))
        elif "rollup" in source.x_crm:
            found.append(reader.rollup(name, source.x_crm))
    return tuple(one for one in found if one is not None)


class _Order:
    """Puts the computed fields of all entities in order."""

    def __init__(self, desk: Desk, known: Sequence[Calculation]) -> None:
        self.desk = desk
        self.known = {one.node: one for one in known}
        self.depth: dict[Node, int] = {}
        self.sorted: list[Node] = []
        self.circles: list[list[Node]] = []

    def needs(self, node: Node) -> list[Node]:
        """Return the computed fields that one looks at."""
        return sorted({source.node for source in self.known[node].sources if source.node in self.known})

    def arrange(self) -> None:
        """Sort by depth-first search, without recursion; whatever leads back to itself is a circle."""
        state: dict[Node, int] = {}
        for start in sorted(self.known):
            if state.get(start):
                continue
            trail, waiting = [start], [iter(self.needs(start))]
            state[start] = 1
            while trail:
                following = next(waiting[-1], None)
                if following is None:
                    node = trail.pop()
                    waiting.pop()
                    state[node] = 2
                    self.depth[node] = 1 + max((self.depth.get(one, 0) for one in self.needs(node)), default=0)
                    self.sorted.append(node)
                elif state.get(following) == 1:
                    self.circles.append([*trail[trail.index(following) :], following])
                elif following not in state:
                    state[following] = 1
                    trail.append(following)
                    waiting.append(iter(self.needs(following)))

    def report(self) -> None:
        """Report every circle and every chain that is too long, each at its first field."""
        for circle in self.circles:
            self._add(circle[0], "computed.circle", chain=" → ".join(".".join(node) for node in circle))
        if self.circles:
            return
        for node in self.sorted:
            if self.depth[node] == MAX_DEPTH + 1:
                self._add(node, "computed.too_deep", limit=MAX_DEPTH, name=".".join(node))

    def _add(self, node: Node, code: str, **values: object) -> None:
        shape: Shape = self.desk.ask("shape", node[0])
        kind = self.known[node].kind
        self.desk.findings.add(code, shape.properties[node[1]].at(kind), **values)

    def volatile(self) -> frozenset[Node]:
        """Return the fields that depend on the moment; report those that can't."""
        found: dict[Node, tuple[int, int]] = {}
        for node in self.sorted:
            one = self.known[node]
            inner = [source for source in one.sources if source.node in found]
            if not one.moment and not inner:
                continue
            if one.kind == "rollup" or any(source.lines for source in inner):
                self._add(node, "computed.volatile_gathered", name=".".join(node))
            elif one.frozen:
                self._add(node, "computed.volatile_frozen", name=".".join(node))
            else:
                parts = one.parts + sum(found[source.node][0] for source in inner) * 2
                hops = max((len(s.way) + found.get(s.node, (0, 0))[1] for s in one.sources), default=0)
                if parts > MAX_PARTS or hops > MAX_HOPS:
                    self._add(node, "computed.volatile_large", name=".".join(node), limit=MAX_PARTS, hops=MAX_HOPS)
                found[node] = parts, hops
        return frozenset(found)

    def gathered(self) -> frozenset[Node]:
        """Return the roll-ups, and the fields that look at one."""
        found: set[Node] = set()
        for node in self.sorted:
            one = self.known[node]
            if one.kind == "rollup" or any(source.node in found for source in one.sources):
                found.add(node)
        return frozenset(found)

    def stages(self, volatile: frozenset[Node]) -> tuple[Stage, ...]:
        """Return the stored fields as stages: as few changes between entities as a simple choice gives."""
        left = [node for node in self.sorted if node not in volatile]
        done, stages = set(volatile), []
        while left:
            entity, taken, before = left[0][0], [], frozenset(done)
            for node in left:
                if node[0] == entity and self._ready(node, done, before):
                    taken.append(node)
                    done.add(node)
            if not taken:
                break  # a circle, which is reported
            stages.append(Stage(entity, tuple(key for _, key in taken)))
            left = [node for node in left if node not in done]
        return tuple(stages)

    def _ready(self, node: Node, done: set[Node], before: frozenset[Node]) -> bool:
        """Return whether all is computed that a field looks at; what belongs to other records before this stage."""
        sources = (source for source in self.known[node].sources if source.node in self.known)
        return all(source.node in (before if source.way else done) for source in sources)

    def dependants(self, volatile: frozenset[Node]) -> Mapping[Node, tuple[Dependant, ...]]:
        """Return who looks at each value; fields that are computed when they are read needn't be told anything."""
        found: dict[Node, dict[Dependant, None]] = {}
        for node in self.sorted:
            for source in self.known[node].sources if node not in volatile else ():
                dependant = Dependant(node[0], node[1], source.way, source.lines)
                found.setdefault(source.node, {})[dependant] = None
        return MappingProxyType({node: tuple(found[node]) for node in sorted(found)})


def make_computations(desk: Desk, _: str) -> Computations:
    """Return the order of all computed fields, having reported what can't be ordered."""
    known = [one for key in desk.keys("entities") for one in desk.ask("calculations", key)]
    order = _Order(desk, known)
    order.arrange()
    order.report()
    if order.circles:
        return Computations()
    volatile = order.volatile()
    return Computations(order.stages(volatile), order.dependants(volatile), volatile, order.gathered())


def make_volatile(desk: Desk, key: str) -> tuple[str, ...]:
    """Return the fields of an entity that depend on the day or the time."""
    found: Computations = desk.ask("computations", "")
    return tuple(sorted(field for entity, field in found.volatile if entity == key))


def make_gathered(desk: Desk, key: str) -> tuple[str, ...]:
    """Return the fields of an entity that are gathered from other records, or look at one that is."""
    found: Computations = desk.ask("computations", "")
    return tuple(sorted(field for entity, field in found.gathered if entity == key))
