"""A second reading of `docs/explanation/rights.md`, as plain as can be; what the product does is compared with it.

It knows documents as they are written, records as plain mappings, and nothing of the product's code. A record is a
mapping with `id`, `owner`, `team`, `archived` and the field's values; what points to another record holds its id.
"""

from __future__ import annotations

import operator as comparing
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

Row = Mapping[str, Any]
Documents = Mapping[tuple[str, str], Mapping[str, Any]]

_ATOM: Final = re.compile(r"(\w+) (=|!=|>=|<=|>|<|is empty|is not empty) ?(.*)")
_PART: Final = re.compile(r"\{[^{}]*?(\w+(?:\.\w+)*)[^{}\w]*\}")
_COMPARE: Final = {
    "=": comparing.eq,
    "!=": comparing.ne,
    ">": comparing.gt,
    "<": comparing.lt,
    ">=": comparing.ge,
    "<=": comparing.le,
}
_NAME: Final = re.compile(r"(?<![\w.])[a-z_]\w*(?:\.[a-z_]\w*)*(?![\w.(])")
_SYSTEM: Final = ("owner", "team", "created_at", "created_by", "updated_at", "updated_by", "archived_at")
#: Can always be read.
OPEN: Final = ("id", "version")


@dataclass(frozen=True, slots=True)
class Holding:
    """A role together with whom its scopes mean: oneself, a lender, or an area's team.

    Args:
        role: its key.
        user: whose records "own" are, and who `me()` is.
        team: which team "team" is.
        tree: that team and every one below it.
    """

    role: str
    user: int | None
    team: int | None
    tree: tuple[int, ...]


def holds(condition: str, row: Row, me: int | None) -> bool:
    """Return whether a condition is TRUE for a record; it may only join comparisons by `and` and `or`."""
    return any(all(_atom(part, row, me) for part in one.split(" and ")) for one in condition.split(" or "))


def _atom(text: str, row: Row, me: int | None) -> bool:
    found = _ATOM.fullmatch(text)
    assert found is not None, text
    value, operator, written = row[found[1]], found[2], found[3]
    if operator.startswith("is"):
        return (value is None) is (operator == "is empty")
    other: Any = me if written == "me()" else written[1:-1] if written.startswith('"') else int(written)
    if operator not in ("=", "!=") and (value is None or other is None):
        return False  # only `=` and `!=` take empty for a value (docs/explanation/expressions.md)
    return bool(_COMPARE[operator](value, other))


class Reference:
    """Says what somebody may do in a world of records.

    Args:
        documents: every role and entity, as written.
        rows: every record, by entity and id.
    """

    def __init__(self, documents: Documents, rows: Mapping[str, Mapping[int, Row]]) -> None:
        self.roles = {key: body for (kind, key), body in documents.items() if kind == "roles"}
        self.entities = {key: body for (kind, key), body in documents.items() if kind == "entities"}
        self.rows = rows
        #: Whose lines an entity's records are: (entity, the field of the line that points to it).
        self.owners: dict[str, list[tuple[str, str]]] = {}
        for key, body in self.entities.items():
            for field in body["properties"].values():
                if field["x-crm"].get("type") == "lines":
                    self.owners.setdefault(field["x-crm"]["entity"], []).append((key, field["x-crm"]["via"]))

    def fields(self, entity: str) -> list[str]:
        """Return the keys of all fields of an entity, system fields too."""
        return [*self.entities[entity]["properties"], *_SYSTEM]

    # -- what a role says ---------------------------------------------------------------------------------------------

    def said_by(self, role: str, entity: str) -> Mapping[str, Any]:
        """Return what a role says about an entity."""
        named = self.roles[role].get("entities", {})
        said: Mapping[str, Any] = named.get(entity, named.get("*", {}))
        return said

    def _scope(self, said: Mapping[str, Any], verb: str) -> Any:
        return said.get("restore", said.get("retire", False)) if verb == "restore" else said.get(verb, False)

    def _covers(self, holding: Holding, verb: str, entity: str, row: Row) -> bool:
        scope = self._scope(self.said_by(holding.role, entity), verb)
        if isinstance(scope, dict):
            return holds(scope["where"], row, holding.user)
        if scope == "own":
            return row["owner"] is not None and row["owner"] == holding.user
        if scope == "team":
            return row["team"] is not None and row["team"] == holding.team
        if scope == "team_tree":
            return row["team"] in holding.tree
        return scope is True or scope == "all"

    def covers(self, holdings: Iterable[Holding], entity: str, row: Row) -> bool:
        """Return whether some role's `read` covers a record by itself, whosever line it is."""
        return any(self._covers(one, "read", entity, row) for one in holdings)

    def said(self, holdings: Iterable[Holding], verb: str, entity: str) -> bool:
        """Return whether some role has a use for a verb, whatever the record."""
        return any(self._scope(self.said_by(one.role, entity), verb) is not False for one in holdings)

    def _level(self, holding: Holding, entity: str, field: str) -> str:
        levels = self.said_by(holding.role, entity).get("fields", {})
        level: str = levels.get(field, levels.get("*", "write"))
        return level

    # -- the five rules -----------------------------------------------------------------------------------------------

    def reads(self, holdings: Iterable[Holding], entity: str, row: Row) -> bool:
        """Return whether a record can be read (1); a child row only where its record can be (what follows)."""
        some = tuple(holdings)
        return self.covers(some, entity, row) and self._parents(some, "read", entity, row)

    def _parents(self, holdings: tuple[Holding, ...], verb: str, entity: str, row: Row) -> bool:
        for owner, via in self.owners.get(entity, ()):
            if row[via] is None:
                continue
            parent = self.rows[owner][row[via]]
            allowed = (
                self.reads(holdings, owner, parent)
                if verb == "read"
                else self.changes(holdings, "update", owner, parent)
            )
            if not allowed:
                return False
        return True

    def shows(self, holdings: Iterable[Holding], entity: str, row: Row, field: str) -> bool:
        """Return whether a value can be read (2)."""
        some = tuple(holdings)
        if not self.reads(some, entity, row):
            return False
        if field in OPEN:
            return True
        if not self.derivable(some, entity, field):
            return False
        return any(self._covers(h, "read", entity, row) and self._level(h, entity, field) != "none" for h in some)

    def sees(self, holdings: Iterable[Holding], entity: str, row: Row, field: str) -> Any:
        """Return a value as somebody sees it: empty where he can't read it."""
        return row[field] if self.shows(holdings, entity, row, field) else None

    def signs(self, holdings: Iterable[Holding], entity: str, row: Row, *, first: bool) -> tuple[bool, bool]:
        """Return whether the history tells who made an entry, and when; `first`: the record began with it."""
        some, which = tuple(holdings), "created" if first else "updated"
        by, at = (self.shows(some, entity, row, f"{which}_{what}") for what in ("by", "at"))
        return by, at

    def knows(self, holdings: Iterable[Holding], entity: str, field: str) -> bool:
        """Return whether a field exists for somebody: whether he could read it in some record."""
        some = tuple(holdings)
        return self.derivable(some, entity, field) and any(
            self.said_by(h.role, entity).get("read", False) is not False and self._level(h, entity, field) != "none"
            for h in some
        )

    def changes(self, holdings: Iterable[Holding], verb: str, entity: str, row: Row) -> bool:
        """Return whether a record can be updated, retired or restored (3)."""
        some = tuple(holdings)
        covered = any(self._covers(one, verb, entity, row) for one in some)
        return covered and self.reads(some, entity, row) and self._parents(some, "update", entity, row)

    def goes(self, holdings: Iterable[Holding], verb: str, entity: str, record: int) -> bool:
        """Return whether a record can be archived or brought back with its lines (5).

        A line of it that is also one of a record that stays changes that one, too.
        """
        some, going = tuple(holdings), self._going(entity, record)
        others = (
            (owner, parent)
            for child, one in going - {(entity, record)}
            for owner, via in self.owners.get(child, ())
            if (parent := self.rows[child][one][via]) is not None and (owner, parent) not in going
        )
        own = self.changes(some, verb, entity, self.rows[entity][record])
        return own and all(self.changes(some, "update", owner, self.rows[owner][one]) for owner, one in others)

    def _going(self, entity: str, record: int) -> set[tuple[str, int]]:
        """Return a record, its lines, the lines of these and so on."""
        found: set[tuple[str, int]] = set()
        open_ = [(entity, record)]
        while open_:
            key, one = open_.pop()
            if (key, one) in found:
                continue
            found.add((key, one))
            vias = [(child, via) for child, several in self.owners.items() for owner, via in several if owner == key]
            open_ += [(child, id_) for child, via in vias for id_, row in self.rows[child].items() if row[via] == one]
        return found

    def writes(self, holdings: Iterable[Holding], entity: str, row: Row, field: str) -> bool:
        """Return whether a value can be written in an update of a record (4)."""
        some = tuple(holdings)
        if not self.changes(some, "update", entity, row) or not self.shows(some, entity, row, field):
            return False
        return any(self._covers(h, "update", entity, row) and self._level(h, entity, field) == "write" for h in some)

    def creates(self, holdings: Iterable[Holding], entity: str, row: Row, given: Iterable[str]) -> bool:
        """Return whether a record can be created with some fields given a value (5)."""
        some = tuple(holdings)
        covered = any(self._covers(one, "create", entity, row) for one in some)
        if not covered or not self._parents(some, "update", entity, row):
            return False
        creating = [one for one in some if self._covers(one, "create", entity, row)]
        return all(any(self._level(one, entity, field) == "write" for one in creating) for field in given)

    # -- computed values ----------------------------------------------------------------------------------------------

    def derivable(self, holdings: tuple[Holding, ...], entity: str, field: str) -> bool:
        """Return whether everything that a field is computed from can be read; a field that isn't computed is itself.

        Sources are asked about as such, not one by one: what a role lets be read in some records only doesn't count.
        """
        said = self.entities[entity]["properties"].get(field, {}).get("x-crm", {})
        if said.get("declassified"):
            return True
        if "formula" in said:
            return all(self._path(holdings, entity, path.split(".")) for path in _NAME.findall(said["formula"]))
        if "rollup" in said:
            rollup = said["rollup"]
            child, via = rollup["entity"], rollup["via"]
            named = [via, *([rollup["field"]] if "field" in rollup else [])]
            named += [rollup.get("by", "created_at")] if rollup["aggregate"] == "latest" else []
            # Lines of a record that can be read can be read if nothing but their own rights stands in the way.
            whole = self._everything(holdings, child)
            others = [owner for owner, back in self.owners.get(child, ()) if (owner, back) != (entity, via)]
            if (entity, via) not in self.owners.get(child, ()):
                whole = whole and self._all_of(holdings, child)
            whole = whole and all(self._all_of(holdings, owner) for owner in others)
            return whole and all(self._path(holdings, child, [one]) for one in named)
        return True

    def _path(self, holdings: tuple[Holding, ...], entity: str, path: list[str]) -> bool:
        if not self.always(holdings, entity, path[0]) or not self.derivable(holdings, entity, path[0]):
            return False
        if len(path) == 1:
            return True
        target = self.entities[entity]["properties"][path[0]]["x-crm"]["target"]
        return self._all_of(holdings, target) and self._path(holdings, target, path[1:])

    def _reading(self, holdings: tuple[Holding, ...], entity: str) -> list[tuple[Any, Holding]]:
        every = [(self._scope(self.said_by(one.role, entity), "read"), one) for one in holdings]
        return [(scope, one) for scope, one in every if scope is not False]

    def _everything(self, holdings: tuple[Holding, ...], entity: str) -> bool:
        return any(scope is True or scope == "all" for scope, _ in self._reading(holdings, entity))

    def _all_of(self, holdings: tuple[Holding, ...], entity: str) -> bool:
        """Return whether every record of an entity can be read, whatever it is; lines with those they belong to."""
        owners = [owner for owner, _ in self.owners.get(entity, ())]
        return self._everything(holdings, entity) and all(self._all_of(holdings, owner) for owner in owners)

    def always(self, holdings: tuple[Holding, ...], entity: str, field: str) -> bool:
        """Return whether a field can be read in every record that can be read, whatever that record is."""

        def meant(scope: Any, one: Holding) -> tuple[str, Any]:
            whom = (one.user, one.team, one.tree)
            return str(scope), whom

        reading = self._reading(holdings, entity)
        shown = [(scope, one) for scope, one in reading if self._level(one, entity, field) != "none"]
        if any(scope is True or scope == "all" for scope, _ in shown):
            return True
        whole = any(scope is True or scope == "all" for scope, _ in reading)
        return bool(reading) and not whole and {meant(*a) for a in reading} == {meant(*a) for a in shown}

    # -- what follows -------------------------------------------------------------------------------------------------

    def titled(self, holdings: Iterable[Holding], entity: str, row: Row) -> bool:
        """Return whether somebody can read what a record is called."""
        some = tuple(holdings)
        if not self.shows(some, entity, row, "title"):
            return False  # a system field is a field, too
        for path in _PART.findall(self.entities[entity]["x-crm"]["title"]):
            here, at = entity, row
            for key in path.split("."):
                if not self.shows(some, here, at, key):
                    return False
                target = self.entities[here]["properties"].get(key, {}).get("x-crm", {}).get("target")
                if target is not None and at[key] is not None:
                    here, at = target, self.rows[target][at[key]]
                elif target is not None:
                    break
        return True

    def imports(self, holdings: Iterable[Holding], entity: str) -> bool:
        """Return whether records of an entity can be imported by somebody who may read some of them."""
        some = tuple(holdings)
        return self.said(some, "read", entity) and any(self.said_by(one.role, entity).get("import") for one in some)

    def exports_over(self, holdings: Iterable[Holding], entity: str, target: str) -> bool:
        """Return whether a value of a record that another points to can be exported with that other."""
        some = tuple(holdings)
        return self.exports(some, entity) and self.exports(some, target)

    def exports(self, holdings: Iterable[Holding], entity: str) -> bool:
        """Return whether records of an entity can be exported."""
        for one in holdings:
            if not self.said_by(one.role, entity):
                continue
            capable = "export" in self.roles[one.role].get("capabilities", ())
            if self.said_by(one.role, entity).get("export", capable):
                return True
        return False
