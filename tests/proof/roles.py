"""Random roles for the rights matrix: any, and some that make the shapes of its worlds come about."""

from __future__ import annotations

import random
from typing import Any, Final

from tests.proof.trade import Bodies, label

_SCOPES: Final[tuple[Any, ...]] = (False, True, "all", "own", "own", "team", "team_tree")
_WHERES: Final = (
    'region = "north"',
    'region = "north" or owner = me()',
    'size > 40 and region != "south"',
    "region is empty or size < 20",
    'size >= 30 and size <= 70 or region = "east"',
)
_LEVELS: Final = ("none", "none", "read", "write")
#: Fields that say who made and changed a record, and when.
SIGNATURES: Final = ("created_at", "created_by", "updated_at", "updated_by")
#: One in so many roles may not import; of so many entities a role says of one whether it may be exported.
_MANY: Final = 3
#: Fields that together may occur only once.
GROUP: Final = ("region", "size")
#: The first roles of a world, that are drawn so that its shapes come about.
STEERED: Final = 2


def draw_roles(chance: random.Random, bodies: Bodies, many: int) -> None:
    """Add roles to the documents of a world.

    Args:
        chance: where the randomness comes from.
        bodies: the documents, with every entity.
        many: how many.
    """
    for number in range(many):
        rights = _steered(chance, bodies, number) if number < STEERED else _rights(chance, bodies)
        for place, said in enumerate(rights.values(), number):
            said["import"] = bool(number % _MANY)
            if place % _MANY == 0:
                said["export"] = bool(place % 2)
        capabilities = ["export"] if chance.random() < 0.5 else []
        role = {"label": label(f"Rolle {number}"), "entities": rights, "capabilities": capabilities}
        bodies["roles", f"role_{number}"] = role


def _scope(chance: random.Random, key: str) -> Any:
    if key != "*" and chance.random() < 0.4:
        return {"where": chance.choice(_WHERES)}
    return chance.choice(_SCOPES)


def _rights(chance: random.Random, bodies: Bodies) -> dict[str, Any]:
    keys = [key for kind, key in bodies if kind == "entities"]
    rights: dict[str, Any] = {}
    for key in chance.sample([*keys, "*"], chance.randint(1, len(keys))):
        read = _scope(chance, key)
        if read is False and chance.random() < 0.7:
            read = True
        rights[key] = _said(chance, bodies, key, read)
    return rights


def _steered(chance: random.Random, bodies: Bodies, number: int) -> dict[str, Any]:
    """Return rights in which lines are hidden by their records alone, and some of these by what isn't shown itself.

    Together the two such roles may make firms of which they see whether they are there, but not all that is unique.
    """
    some = chance.choice(("own", "team", "team_tree"))
    deals, bills = chance.sample(({"where": chance.choice(_WHERES)}, some), 2)
    reads = {"firm": number == 0 or "own", "deal": deals, "bill": bills, "part": True, "piece": True}
    rights = {key: _said(chance, bodies, key, read) for key, read in reads.items()}
    for key in ("part", "piece"):
        rights[key]["fields"] |= dict.fromkeys(("size", *_references(bodies, key)), "read")
    for key in ("deal", "bill"):
        rights[key]["fields"] |= dict.fromkeys(GROUP, "none")
    rights["firm"]["create"] = True
    rights["firm"]["fields"] |= (
        dict.fromkeys(("name", *GROUP), "write") if number else {"name": "read", "region": "none"}
    )
    return rights


def _said(chance: random.Random, bodies: Bodies, key: str, read: Any) -> dict[str, Any]:
    said = {
        "read": read,
        "create": _scope(chance, key),
        "update": _scope(chance, key),
        "retire": _scope(chance, key),
    }
    if chance.random() < 0.5:
        said["restore"] = _scope(chance, key)
    if key != "*":
        names = [*bodies["entities", key]["properties"], *SIGNATURES]
        levels = {one: chance.choice(_LEVELS) for one in chance.sample(names, chance.randint(0, len(names) - 1))}
        if chance.random() < 0.2:
            levels["*"] = chance.choice(_LEVELS)
        said["fields"] = levels
    return said


def _references(bodies: Bodies, key: str) -> list[str]:
    properties = bodies["entities", key]["properties"]
    return [name for name, body in properties.items() if body["x-crm"].get("type") == "reference"]
