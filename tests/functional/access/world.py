"""A small installation for rights: two teams below a third, records of each, and a role of every sort."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from app.access.actor import PRODUCT, Actor, Grant
from app.records import actions
from app.system.people import create_user, ensure_team
from tests.support.install import Installation, install, write_documents

NOW: Final = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def _label(name: str) -> dict[str, str]:
    return {"de": name, "en": name}


def _entity(title: str, **properties: Any) -> dict[str, Any]:
    head = {"label": _label("L"), "plural": _label("P"), "title": title}
    return {"type": "object", "x-crm": head, "properties": properties, "required": ["name"]}


def _text(**more: Any) -> dict[str, Any]:
    return {"type": "string", "maxLength": 100, "x-crm": {"label": _label("T"), **more}}


def _field(type_: str, **more: Any) -> dict[str, Any]:
    return {"x-crm": {"type": type_, "label": _label("F"), **more}}


_WHOLE: Final = {"create": True, "read": True, "update": True, "retire": True}
_HEAD: Final = [{"id": key, "field": key} for key in ("name", "region", "lines")]
_SECTIONS: Final = [
    {"id": "head", "label": _label("Kopf"), "elements": _HEAD},
    {"id": "money", "label": _label("Geld"), "elements": [{"id": "margin", "field": "margin"}]},
]

DOCUMENTS: Final[Mapping[tuple[str, str], Any]] = {
    ("entities", "firm"): _entity("{name}", name=_text(search=True), region=_text(),
        deals=_field("integer", rollup={"entity": "deal", "via": "firm", "aggregate": "count"})),
    ("entities", "deal"): _entity(
        "{name}{, firm}",
        name=_text(search=True),
        code=_text(search=True, unique=True),
        region=_text(),
        firm=_field("reference", target="firm"),
        margin=_field("decimal", scale=2),
        double=_field("decimal", scale=2, formula="margin * 2"),
        shown=_field("decimal", scale=2, formula="margin * 3", declassified=True),
        total=_field("decimal", scale=2, formula="sum(lines.net)"),
        place=_text(formula="firm.region"),
        lines=_field("lines", entity="line", via="deal"),
    ),
    ("entities", "line"): _entity(
        "{name}", name=_text(), deal=_field("reference", target="deal"), net=_field("decimal", scale=2)
    ),
    ("forms", "deal.main"): {
        "entity": "deal",
        "label": _label("Maske"),
        "tabs": [{"id": "main", "label": _label("Reiter"), "sections": _SECTIONS}],
    },
    ("roles", "boss"): {"label": _label("Chef"), "entities": {"*": _WHOLE}},
    ("roles", "own"): {
        "label": _label("Eigene"),
        "entities": {"*": {"read": True}, "deal": dict.fromkeys(_WHOLE, "own"), "line": _WHOLE},
    },
    ("roles", "team"): {"label": _label("Team"), "entities": {"deal": {"read": "team"}}},
    ("roles", "tree"): {"label": _label("Baum"), "entities": {"deal": {"read": "team_tree"}, "line": {"read": True}}},
    ("roles", "south"): {
        "label": _label("Süden"),
        "entities": {
            "deal": {
                "read": {"where": 'region = "south"'},
                "update": {"where": 'region = "south" and owner = me()'},
                "create": {"where": 'region = "south"'},
            }
        },
    },
    ("roles", "far"): {"label": _label("Fern"), "entities": {"deal": {"read": {"where": 'firm.region = "north"'}}}},
    ("roles", "blind"): {
        "label": _label("Ohne Marge"),
        "entities": {
            "*": {"read": True, "update": True, "create": True},
            "deal": {
                "read": True, "update": True, "create": True,
                "fields": {"margin": "none", "code": "read"}, "sections": {"deal.main/money": False},
            },
        },
    },
    ("roles", "margin"): {
        "label": _label("Eigene Marge"),
        "entities": {"deal": {"read": "own", "update": "own", "fields": {"margin": "write", "*": "read"}}},
    },
    ("roles", "codeless"): {
        "label": _label("Ohne Nummern"),
        "entities": {"deal": {"read": True, "fields": {"code": "none"}}, "firm": {"read": True}},
    },
    ("roles", "coder"): {"label": _label("Eigene Nummern"), "entities": {"deal": dict.fromkeys(_WHOLE, "own")}},
    ("roles", "counter"): {
        "label": _label("Zählt"),
        "entities": {"firm": {"read": True}, "deal": {"read": True, "fields": {"*": "none", "firm": "read"}}},
    },
    ("roles", "nameless"): {
        "label": _label("Ohne Firma"),
        "entities": {"deal": {"read": True}, "firm": {"read": {"where": 'region = "north"'}}},
    },
}  # fmt: skip


@dataclass(slots=True)
class World:
    """The installation, its people and its records by name."""

    installation: Installation
    teams: dict[str, int] = field(default_factory=dict)
    users: dict[str, int] = field(default_factory=dict)
    firms: dict[str, int] = field(default_factory=dict)
    deals: dict[str, int] = field(default_factory=dict)

    def actor(self, *roles: str, user: str = "anna", extra: tuple[Grant, ...] = ()) -> Actor:
        """Return somebody with roles: Anna of team A, Bert of team B, Head of the team above both."""
        team = {"anna": "a", "bert": "b", "head": "top"}[user]
        below = (team,) if team != "top" else ("top", "a", "b")
        ids = tuple(self.teams[one] for one in below)
        grants = tuple(Grant(role, self.users[user], self.teams[team], ids) for role in sorted(roles))
        keys = frozenset({*roles, *(grant.role for grant in extra)})
        return Actor(self.users[user], user.title(), keys, team_id=self.teams[team], grants=(*grants, *extra))


def make(url: str, folder: Path) -> World:
    """Install the documents and write four deals: anna's and bert's, in the north and in the south."""
    world = World(install(url, write_documents(folder, DOCUMENTS)))
    with world.installation.database.write() as connection:
        world.teams = {name: ensure_team(connection, name) for name in ("top", "a", "b")}
        for name, team in (("anna", "a"), ("bert", "b"), ("head", "top")):
            world.users[name] = create_user(connection, f"{name}@example.com", None, name.title(), (), team)
    with world.installation.ctx(PRODUCT, now=NOW) as ctx:
        for region in ("north", "south"):
            world.firms[region] = actions.create(ctx, "firm", {"name": f"Firma {region}", "region": region})
        for name, team in (("anna", "a"), ("bert", "b")):
            for region in ("north", "south"):
                world.deals[f"{name}.{region}"] = actions.create(
                    ctx,
                    "deal",
                    {
                        "name": f"Deal {name} {region}",
                        "code": f"{name[0]}{region[0]}",
                        "region": region,
                        "firm": world.firms[region],
                        "margin": "12,50" if region == "north" else "99,00",
                        "owner": world.users[name],
                        "team": world.teams[team],
                        "lines": [{"name": "Zeile", "net": "5"}],
                    },
                )
    return world
