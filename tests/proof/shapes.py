"""How often a world's shapes came about for somebody: a matrix that doesn't hold them proves nothing of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tests.proof.reference import Holding, Reference, Row
from tests.proof.worlds import ENTITIES, Case, World
from tests.support.proof import Tally


def note_shapes(world: World, case: Case, tally: Tally) -> None:
    """Count what one person meets in a world.

    Args:
        world: the documents and records.
        case: the person.
        tally: counts.
    """
    reference = world.reference
    for key in ENTITIES:
        rows = world.rows[key].values()
        tally.add("scopes on hidden fields", sum(_parts(reference, one, key, rows) for one in case.holdings))
        own = [row for row in rows if reference.covers(case.holdings, key, row)]
        above = [[reference.reads(case.holdings, *one) for one in _owners(reference, key, row)] for row in own]
        tally.add("rows that their record hides", sum(bool(seen) and not any(seen) for seen in above))
        tally.add("rows that one of two records hides", sum(any(seen) and not all(seen) for seen in above))
        if key == "piece":
            tally.add("lines of hidden lines", sum(False in seen for seen in above))
    tally.add("sums over rows that others hide", sum(_hidden_sums(world, reference, case)))


def _owners(reference: Reference, key: str, row: Row) -> Iterator[tuple[str, Row]]:
    for owner, via in reference.owners.get(key, ()):
        if row[via] is not None:
            yield owner, reference.rows[owner][row[via]]


def _parts(reference: Reference, holding: Holding, key: str, rows: Any) -> bool:
    """Return whether a role shows some records and not others by a field that it doesn't show itself."""
    said: Mapping[str, Any] = reference.said_by(holding.role, key)
    scope, levels = said.get("read", False), said.get("fields", {})
    if not isinstance(scope, dict):
        return False
    named = re.findall(r"\b(?:region|size)\b", scope["where"])
    hidden = any(levels.get(one, levels.get("*", "write")) == "none" for one in named)
    return hidden and len({reference.covers((holding,), key, row) for row in rows}) == 2


def _hidden_sums(world: World, reference: Reference, case: Case) -> Iterator[bool]:
    """Yield for each roll-up whether it is hidden although its fields and its rows' own rights would show it."""
    for key in ENTITIES:
        for name, body in world.documents["entities", key]["properties"].items():
            said = body["x-crm"].get("rollup")
            if said is None or body["x-crm"].get("declassified"):
                continue
            named = [said["via"], *([said["field"]] if "field" in said else [])]
            whole = all(
                reference.covers(case.holdings, said["entity"], row) for row in world.rows[said["entity"]].values()
            )
            fields = all(reference.always(case.holdings, said["entity"], one) for one in named)
            yield whole and fields and not reference.derivable(case.holdings, key, name)
