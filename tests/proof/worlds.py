"""Random worlds for the rights matrix: documents, people, records whose every value tells where it comes from."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Connection, select

from app.access.actor import Actor, Grant
from app.context import Context
from app.records import actions
from app.system.delegations import DELEGATION, DELEGATION_ROLE
from app.system.people import create_user
from app.system.tables import Role, Team, UserRole, now, table_of
from tests.proof.reference import Holding, Reference
from tests.proof.roles import GROUP, STEERED, draw_roles
from tests.proof.trade import Bodies, entity, label, text_field
from tests.proof.trade import field as typed
from tests.support.install import Installation

REGIONS: Final = ("north", "east", "south")
#: Each team with those above it: a lies above b, b above c; d stands alone.
TEAMS: Final[Mapping[str, tuple[str, ...]]] = {"a": (), "b": ("a",), "c": ("b", "a"), "d": ()}
_KINDS: Final = ("text", "searched", "long_text", "integer", "decimal", "date")
#: Each only points to earlier ones. A part is a line of a deal, of a bill, of both or of none, a piece one of a part.
ENTITIES: Final = ("firm", "deal", "bill", "part", "piece")
#: What a reference is asked about, and whose records have it.
REFERENCES: Final = {"deal": ("firm", "firm"), "part": ("bill", "bill")}
GROUPED: Final = ("firm", "part")
#: Sizes that records are made with, each one once per entity, so that nothing collides unless it is meant to.
_SIZES: Final = range(5, 100)
_MOST_ROWS: Final = 14
#: A role of those who may do everything.
EVERYTHING: Final = "everything"
#: How many fields of random kinds.
_DRAWN: Final[Mapping[str, int]] = {"firm": 1, "deal": 2, "bill": 0, "part": 1, "piece": 0}
#: Fields over the record itself, over its lines, over lines of others that point to it, and two references away.
_COMPUTED: Final[Mapping[str, Mapping[str, Mapping[str, Any]]]] = {
    "firm": {
        "twice_integer": {"formula": "2 * size"},
        "deals_integer": {"rollup": {"entity": "deal", "via": "firm", "aggregate": "count"}},
        "parts_integer": {"rollup": {"entity": "part", "via": "firm", "aggregate": "sum", "field": "size"}},
    },
    "deal": {
        "far_integer": {"formula": "size + firm.size"},
        "parts_integer": {"rollup": {"entity": "part", "via": "deal", "aggregate": "sum", "field": "size"}},
    },
    "bill": {"parts_integer": {"rollup": {"entity": "part", "via": "bill", "aggregate": "count"}}},
    "part": {
        "far_integer": {"formula": "deal.far_integer + 1"},
        "pieces_integer": {"rollup": {"entity": "piece", "via": "part", "aggregate": "sum", "field": "size"}},
    },
    "piece": {"far_integer": {"formula": "part.deal.size + 1"}},
}


_LINKS: Final[Mapping[str, Mapping[str, Any]]] = {
    "firm": {},
    "deal": {
        "firm": typed("reference", "Firma", target="firm"),
        "parts": typed("lines", "Teile", entity="part", via="deal"),
    },
    "bill": {"parts": typed("lines", "Teile", entity="part", via="bill")},
    "part": {
        "deal": typed("reference", "Auftrag", target="deal"),
        "bill": typed("reference", "Rechnung", target="bill"),
        "firm": typed("reference", "Firma", target="firm"),
        "pieces": typed("lines", "Stücke", entity="piece", via="part"),
    },
    "piece": {"part": typed("reference", "Teil", target="part")},
}
#: Whose records a part is a line of: of one, of the other, of both, of none.
_BELONGS: Final = (("deal",), ("bill",), ("deal", "bill"), ("deal", "bill"), ())


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who acts in roles."""

    id: int
    team: int
    tree: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """Somebody with a set of roles, as the product sees him and as the reference does."""

    name: str
    me: Person
    actor: Actor
    holdings: tuple[Holding, ...]


@dataclass(slots=True)
class World:
    """Documents, and what is stored under them.

    Args:
        documents: as written.
        rows: every record by entity and id, as the reference takes it.
        people: who there is.
    """

    documents: Bodies
    rows: dict[str, dict[int, dict[str, Any]]] = field(default_factory=lambda: {key: {} for key in ENTITIES})
    people: list[Person] = field(default_factory=list)

    @property
    def reference(self) -> Reference:
        """Return the second reading of the rule for this world."""
        return Reference(self.documents, self.rows)

    def plain_fields(self, key: str) -> list[str]:
        """Return the fields of an entity that hold a value of their own, computed ones too."""
        properties = self.documents["entities", key]["properties"]
        return [name for name, body in properties.items() if body["x-crm"].get("type") not in ("lines", "reference")]

    def given_fields(self, key: str) -> list[str]:
        """Return those of them that people give."""
        properties = self.documents["entities", key]["properties"]
        return [one for one in self.plain_fields(key) if not {"formula", "rollup"} & properties[one]["x-crm"].keys()]

    def references(self, key: str) -> dict[str, str]:
        """Return the fields of an entity that point to one other record, each with whose records these are."""
        said = {name: body["x-crm"] for name, body in self.documents["entities", key]["properties"].items()}
        return {name: one["target"] for name, one in said.items() if one.get("type") == "reference"}

    def compute(self) -> None:
        """Fill in the computed fields of every record, as `_COMPUTED` says them."""
        firms, deals, bills, parts, pieces = (self.rows[key] for key in ENTITIES)
        for row in firms.values():
            row["twice_integer"] = 2 * row["size"]
            row["deals_integer"] = sum(deal["firm"] == row["id"] for deal in deals.values())
            row["parts_integer"] = _total(parts, "firm", row)
        for row in deals.values():
            row["far_integer"] = row["size"] + firms[row["firm"]]["size"]
            row["parts_integer"] = _total(parts, "deal", row)
        for row in bills.values():
            row["parts_integer"] = sum(part["bill"] == row["id"] for part in parts.values())
        for row in parts.values():
            row["far_integer"] = None if row["deal"] is None else deals[row["deal"]]["far_integer"] + 1
            row["pieces_integer"] = _total(pieces, "part", row)
        for row in pieces.values():
            deal = None if row["part"] is None else parts[row["part"]]["deal"]
            row["far_integer"] = None if deal is None else deals[deal]["size"] + 1


def _total(rows: Mapping[int, Mapping[str, Any]], via: str, of: Mapping[str, Any]) -> int:
    return sum(row["size"] for row in rows.values() if row[via] == of["id"])


def draw(chance: random.Random, roles: int) -> World:
    """Draw the documents of a world.

    Args:
        chance: where the randomness comes from.
        roles: how many roles.
    """
    bodies: Bodies = {}
    options = [{"id": one, "label": label(one)} for one in REGIONS]
    bodies["options", "region"] = {"label": label("Region"), "values": options}
    for key in ENTITIES:
        bodies["entities", key] = _entity(chance, key)
        for name in World(bodies).plain_fields(key):
            bodies["reports", f"{key}_{name}"] = _report(key, name)
    draw_roles(chance, bodies, roles)
    everything = {"create": True, "read": True, "update": True, "retire": True}
    bodies["roles", EVERYTHING] = {"label": label("Alles"), "entities": {"*": everything}}
    return World(bodies)


def _entity(chance: random.Random, key: str) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "name": text_field("Name", search=True, unique=True),
        "region": typed("choice", "Region", options="region"),
        "size": {"type": "integer", "x-crm": {"label": label("Größe")}},
    }
    for number in range(_DRAWN[key]):
        kind = chance.choice(_KINDS)
        fields[f"f{number}_{kind}"] = _field(kind)
    fields |= {name: _computed(chance, name, **how) for name, how in _COMPUTED[key].items()}
    fields |= _LINKS[key]
    title = chance.choice(("{name}", "{name} {firm.name}")) if key == "deal" else "{name}"
    return entity(key.title(), title, fields, **({"unique": [list(GROUP)]} if key in GROUPED else {}))


def _field(kind: str) -> dict[str, Any]:
    if kind in ("text", "searched"):
        return text_field(kind, **({"search": True} if kind == "searched" else {}))
    if kind == "integer":
        return {"type": "integer", "x-crm": {"label": label(kind)}}
    if kind == "date":
        return {"type": "string", "format": "date", "x-crm": {"label": label(kind)}}
    return typed(kind, kind, **({"scale": 2} if kind == "decimal" else {}))


def _computed(chance: random.Random, name: str, **how: Any) -> dict[str, Any]:
    """A computed field; one in five is shown whatever it is computed from."""
    shown = {"declassified": True} if chance.random() < 0.2 else {}
    return typed("integer", name, **how, **shown)


def _report(key: str, name: str) -> dict[str, Any]:
    measures = [
        {"id": "n", "aggregate": "count", "label": label("n")},
        {"id": "filled", "aggregate": "count", "condition": f"{name} is not empty", "label": label("filled")},
    ]
    if not name.endswith("long_text"):
        measures.append({"id": "kinds", "aggregate": "distinct", "field": name, "label": label("kinds")})
    dimensions = [{"id": "by", "field": name}]
    return {"entity": key, "label": label(name), "dimensions": dimensions, "measures": measures, "having": "n > 0"}


# -- people and records -----------------------------------------------------------------------------------------------


def populate(installation: Installation, world: World, chance: random.Random) -> None:
    """Make people in teams, and records of everybody, through the product."""
    with installation.ctx(locale="en") as ctx:
        ids: dict[str, int] = {}
        users = {}
        for name in TEAMS:
            users[name] = create_user(ctx.connection, f"{name}@example.com", None, f"Mensch {name}", (), f"Team {name}")
        team = installation.snapshot.tables.team
        for record_id, name in ctx.connection.execute(select(team.c.id, team.c.name)):
            ids[name.removeprefix("Team ")] = record_id
        for name, above in TEAMS.items():
            if above:
                put = table_of(Team).update().where(table_of(Team).c.id == ids[name])
                ctx.connection.execute(put.values(parent_id=ids[above[0]]))
        for name in TEAMS:
            below = tuple(ids[one] for one, above in TEAMS.items() if one == name or name in above)
            world.people.append(Person(users[name], ids[name], below))
    with installation.ctx(locale="en") as ctx:
        for key in ENTITIES:
            for number in range(_MOST_ROWS):
                row = values_of(world, key, chance, 100 * ENTITIES.index(key) + number)
                owner, group = chance.choice(world.people), chance.choice(world.people)
                row |= {"owner": owner.id, "team": group.team}
                raw = {name: raw_of(value) for name, value in row.items()}
                record = actions.create(ctx, key, raw)
                world.rows[key][record] = {**row, "id": record}
        world.compute()
        note_versions(ctx, world)


def note_versions(ctx: Context, world: World) -> None:
    """Note every record's version; it counts the record's lines too."""
    for key, rows in world.rows.items():
        table = ctx.snapshot.tables[key]
        for record, version in ctx.connection.execute(select(table.c.id, table.c.version)):
            rows[record]["version"] = version


def values_of(world: World, key: str, chance: random.Random, number: int) -> dict[str, Any]:
    """Return values for a record; nearly each is found in no other record, field or entity."""
    row: dict[str, Any] = {}
    for place, name in enumerate(world.given_fields(key)):
        unique = 10 * number + place
        if name == "region":
            row[name] = chance.choice((*REGIONS, None))
        elif name == "size":
            taken = {one["size"] for one in world.rows[key].values()}
            row[name] = chance.choice([one for one in _SIZES if one not in taken])
        elif name.endswith("integer"):
            row[name] = 700_000 + unique
        elif name.endswith("decimal"):
            row[name] = Decimal(800_000 + unique) / 100
        elif name.endswith("date"):
            row[name] = date(1950, 1, 1) + timedelta(days=unique)
        else:
            row[name] = f"{key}q{unique}z"
    belongs = chance.choice(_BELONGS)
    for name, target in world.references(key).items():
        left_out = key == "part" and name != "firm" and name not in belongs
        row[name] = None if left_out else chance.choice(list(world.rows[target]))
    return row


def raw_of(value: Any) -> Any:
    """Return a value as a form or JSON would have it."""
    return None if value is None else value if isinstance(value, int) else str(value)


def cases(world: World, chance: random.Random, many: int) -> list[Case]:
    """Draw people with one to three roles: own ones, one with an area, one that somebody has lent."""
    keys = [key for kind, key in world.documents if kind == "roles" and key != EVERYTHING]
    found = []
    for number in range(many):
        me = chance.choice(world.people)
        held: dict[str, Holding] = {}
        with_it = chance.sample(keys, chance.choice((0, 0, 1, 2)))
        for key in [*keys[: number + 1 if number < STEERED else 0], keys[number % len(keys)], *with_it]:
            held.setdefault(key, _holding(chance, world.people, me, key))
        grants = tuple(
            Grant(one.role, one.user, one.team, one.tree, "Kollege" if one.user != me.id else None)
            for one in held.values()
        )
        actor = Actor(id=me.id, name="Mensch", roles=frozenset(held), team_id=me.team, grants=grants)
        found.append(Case("+".join(held), me, actor, tuple(held.values())))
    return found


def give(connection: Connection, case: Case) -> None:
    """Give somebody the roles of a case for real, and nobody any other: his own, with an area, or lent by another."""
    user_role, role = table_of(UserRole), table_of(Role)
    for table in (DELEGATION_ROLE, DELEGATION, user_role):
        connection.execute(table.delete())
    ids = {one.name: one.id for one in connection.execute(select(role.c.id, role.c.name))}
    for one in case.holdings:
        area = one.team if one.user == case.me.id and one.team != case.me.team else None
        held = {"user_id": one.user, "role_id": ids[one.role], "area_team_id": area}
        connection.execute(user_role.insert().values(held))
        if one.user != case.me.id:
            span = {"starts_at": now() - timedelta(1), "ends_at": now() + timedelta(1), "created_at": now()}
            made = DELEGATION.insert().values(from_id=one.user, to_id=case.me.id, reason="Urlaub", **span)
            loan = connection.execute(made.returning(DELEGATION.c.id)).scalar_one()
            connection.execute(DELEGATION_ROLE.insert().values(delegation_id=loan, role_id=ids[one.role]))


def _holding(chance: random.Random, people: Sequence[Person], me: Person, key: str) -> Holding:
    sort = chance.choice(("own", "own", "own", "area", "lent"))
    other = chance.choice([one for one in people if one != me])
    if sort == "area":
        return Holding(key, me.id, other.team, other.tree)
    somebody = other if sort == "lent" else me
    return Holding(key, somebody.id, somebody.team, somebody.tree)
