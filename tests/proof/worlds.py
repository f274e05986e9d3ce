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
from tests.proof.trade import Bodies, entity, label, text_field
from tests.proof.trade import field as typed
from tests.support.install import Installation

REGIONS: Final = ("north", "east", "south")
#: Each team with those above it: a lies above b, b above c; d stands alone.
TEAMS: Final[Mapping[str, tuple[str, ...]]] = {"a": (), "b": ("a",), "c": ("b", "a"), "d": ()}
_SCOPES: Final[tuple[Any, ...]] = (False, True, "all", "own", "own", "team", "team_tree")
_WHERES: Final = (
    'region = "north"',
    'region = "north" or owner = me()',
    'size > 40 and region != "south"',
    "region is empty or size < 20",
    'size >= 30 and size <= 70 or region = "east"',
)
_LEVELS: Final = ("none", "none", "read", "write")
_KINDS: Final = ("text", "searched", "long_text", "integer", "decimal", "date")
#: Fields that say who made and changed a record, and when.
SIGNATURES: Final = ("created_at", "created_by", "updated_at", "updated_by")
ENTITIES: Final = ("firm", "deal", "part")
#: What a reference is asked about, and whose records have it.
REFERENCES: Final = {"deal": ("firm", "firm")}
_MOST_ROWS: Final = 14
#: A role of those who may do everything.
EVERYTHING: Final = "everything"
#: Fields over the record itself, over records that point to it, and two references away.
_COMPUTED: Final[Mapping[str, Mapping[str, Mapping[str, Any]]]] = {
    "firm": {
        "twice_integer": {"formula": "2 * size"},
        "deals_integer": {"rollup": {"entity": "deal", "via": "firm", "aggregate": "count"}},
    },
    "deal": {
        "far_integer": {"formula": "size + firm.size"},
        "parts_integer": {"rollup": {"entity": "part", "via": "deal", "aggregate": "sum", "field": "size"}},
    },
    "part": {"far_integer": {"formula": "deal.far_integer + 1"}},
}


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

    def compute(self) -> None:
        """Fill in the computed fields of every record, as `_computed` says them."""
        firms, deals, parts = (self.rows[key] for key in ENTITIES)
        for row in firms.values():
            row["twice_integer"] = 2 * row["size"]
            row["deals_integer"] = sum(deal["firm"] == row["id"] for deal in deals.values())
        for row in deals.values():
            row["far_integer"] = row["size"] + firms[row["firm"]]["size"]
            below = [part["size"] for part in parts.values() if part["deal"] == row["id"]]
            row["parts_integer"] = sum(below)
        for row in parts.values():
            row["far_integer"] = deals[row["deal"]]["far_integer"] + 1


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
    for number in range(roles):
        bodies["roles", f"role_{number}"] = _role(chance, bodies, number)
    everything = {"create": True, "read": True, "update": True, "retire": True}
    bodies["roles", EVERYTHING] = {"label": label("Alles"), "entities": {"*": everything}}
    return World(bodies)


def _entity(chance: random.Random, key: str) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "name": text_field("Name", search=True, unique=True),
        "region": typed("choice", "Region", options="region"),
        "size": {"type": "integer", "x-crm": {"label": label("Größe")}},
    }
    for number in range(3):
        kind = chance.choice(_KINDS)
        fields[f"f{number}_{kind}"] = _field(kind)
    fields |= {name: _computed(chance, name, **how) for name, how in _COMPUTED[key].items()}
    title = "{name}"
    if key == "deal":
        fields |= {"firm": typed("reference", "Firma", target="firm")}
        fields |= {"parts": typed("lines", "Teile", entity="part", via="deal")}
        title = chance.choice(("{name}", "{name} {firm.name}"))
    if key == "part":
        fields |= {"deal": typed("reference", "Auftrag", target="deal")}
    return entity(key.title(), title, fields)


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


def _scope(chance: random.Random, key: str) -> Any:
    if key != "*" and chance.random() < 0.4:
        return {"where": chance.choice(_WHERES)}
    return chance.choice(_SCOPES)


def _role(chance: random.Random, bodies: Bodies, number: int) -> dict[str, Any]:
    rights: dict[str, Any] = {}
    for key in chance.sample([*ENTITIES, "*"], chance.randint(1, 4)):
        read = _scope(chance, key)
        if read is False and chance.random() < 0.7:
            read = True
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
        rights[key] = said
    capabilities = ["export"] if chance.random() < 0.5 else []
    return {"label": label(f"Rolle {number}"), "entities": rights, "capabilities": capabilities}


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
            row[name] = chance.randrange(100)
        elif name.endswith("integer"):
            row[name] = 700_000 + unique
        elif name.endswith("decimal"):
            row[name] = Decimal(800_000 + unique) / 100
        elif name.endswith("date"):
            row[name] = date(1950, 1, 1) + timedelta(days=unique)
        else:
            row[name] = f"{key}q{unique}z"
    for name, target in (("firm", "firm"), ("deal", "deal")):
        if name in world.documents["entities", key]["properties"]:
            row[name] = chance.choice(list(world.rows[target]))
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
        for key in [keys[number % len(keys)], *chance.sample(keys, chance.choice((0, 0, 1, 2)))]:
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
