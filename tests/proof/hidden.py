"""What the two sites of non-interference hold: documents, and records whose hidden values differ from site to site."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import select, update

from app.access.actor import PRODUCT
from app.context import Context
from app.records import actions
from app.system.tables import User
from tests.proof.trade import Bodies, entity, label, text_field
from tests.proof.trade import field as typed
from tests.support.site import Site
from tests.support.staff import email_of

READER: Final = "outsider+helper"
#: What every hidden text contains, in the one site and in the other.
SALTS: Final = ("kanaria", "kanarib")
ROWS: Final = 16
BILLS: Final = 8
KEYS: Final = ("firm", "deal", "bill", "part", "piece", "vault", "seat")
REPORTS: Final = ("margins", "secrets", "deals", "parts")
SLOTS: Final = ("one", "two", "three")
_GRADES: Final = 3
SEATS: Final = len(SLOTS) * _GRADES
#: No sum of costs comes near it.
_LIMIT: Final = 10**6
#: Bills of this level and above may be read, but not their level.
_LEVEL: Final = 50
#: When records were made, and when their hidden values were changed.
_MADE: Final = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
_CHANGED: Final = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
_REGIONS: Final = ("north", "east", "south")
#: Whose line a part is that is made with a deal.
_BELONGS: Final = (("deal",), ("deal",), ("deal", "bill"), ("bill",), ())


def _options(*ids: str) -> dict[str, Any]:
    return {"label": label("Auswahl"), "values": [{"id": one, "label": label(one)} for one in ids]}


def _number(name: str) -> dict[str, Any]:
    return {"type": "integer", "x-crm": {"label": label(name)}}


def _rolled(name: str, via: str, aggregate: str, **more: Any) -> dict[str, Any]:
    return typed("integer", name, rollup={"entity": "part", "via": via, "aggregate": aggregate, **more})


def documents(*, open_to_all: bool = False) -> Bodies:
    """Return the documents.

    Args:
        open_to_all: whether the reader may still read everything, as in the revision before.
    """
    roles: dict[str, Any] = {"*": _EVERYTHING} if open_to_all else _outsider()
    helper = {"firm": {"read": "own", "fields": {"*": "none", "name": "read", "title": "read", "margin": "read"}}}
    return {
        ("options", "region"): _options(*_REGIONS),
        ("options", "stage"): _options("open", "won", "lost"),
        ("options", "slot"): _options(*SLOTS),
        **_entities(),
        ("roles", "outsider"): {
            "label": label("Außen"),
            "home": "board",
            "entities": roles,
            "capabilities": ["export"],
        },
        ("roles", "helper"): {"label": label("Hilfe"), "entities": {} if open_to_all else helper},
        **_screens(),
    }


_MANY: Final = {"bulk": True, "import": True}
_EVERYTHING: Final = {"create": True, "read": True, "update": True, "retire": True, **_MANY}


def _outsider() -> dict[str, Any]:
    north = {"where": 'region = "north"'}
    opened = {"where": 'stage = "open"'}
    high = {"where": f"level >= {_LEVEL}"}
    own = {"margin": "none", "secret": "none"}
    return {
        "firm": {**_EVERYTHING, "read": north, "update": north, "fields": own},
        "deal": {**_EVERYTHING, "read": opened, "update": opened, "fields": {"amount": "none", "memo": "none"}},
        "bill": {"read": high, "update": high, "retire": True, "fields": {"level": "none"}, **_MANY},
        "part": {**_EVERYTHING, "fields": {"cost": "none"}},
        "piece": {**_EVERYTHING, "fields": {"weight": "none"}},
        "seat": {"read": True, "update": True, "fields": {"grade": "none"}, **_MANY},
    }


def _entities() -> Bodies:
    firm = {
        "name": text_field("Name", search=True),
        "code": text_field("Kürzel", unique=True),
        "region": typed("choice", "Region", options="region"),
        "margin": _number("Marge"),
        "secret": text_field("Geheimnis", search=True),
        # By another reference than that by which parts are lines: some of them are hidden by their deal or bill.
        "parts_count": _rolled("Teile", "firm", "count"),
        "costs": _rolled("Kosten", "firm", "sum", field="cost"),
    }
    deal = {
        "name": text_field("Name", search=True),
        "firm": typed("reference", "Firma", target="firm"),
        "stage": typed("choice", "Phase", options="stage"),
        "amount": _number("Wert"),
        "memo": text_field("Notiz", search=True),
        "parts": typed("lines", "Teile", entity="part", via="deal"),
        "limit": _number("Grenze"),
        "total": _rolled("Summe", "deal", "sum", field="cost"),
    }
    bill = {
        "name": text_field("Name"),
        "level": _number("Stufe"),
        "parts": typed("lines", "Teile", entity="part", via="bill"),
        "many": _rolled("Anzahl", "bill", "count"),
    }
    part = {
        "name": text_field("Name"),
        "deal": typed("reference", "Auftrag", target="deal"),
        "bill": typed("reference", "Rechnung", target="bill"),
        "firm": typed("reference", "Firma", target="firm"),
        "cost": _number("Kosten"),
        "pieces": typed("lines", "Stücke", entity="piece", via="part"),
    }
    piece = {
        "name": text_field("Name"),
        "part": typed("reference", "Teil", target="part"),
        "weight": _number("Gewicht"),
        "reach": typed("integer", "Reichweite", formula="part.deal.amount + weight"),
    }
    vault = {"name": text_field("Name", search=True), "deal": typed("reference", "Auftrag", target="deal")}
    seat = {"name": text_field("Name"), "slot": typed("choice", "Platz", options="slot"), "grade": _number("Rang")}
    small = {"id": "small", "check": "total <= limit", "message": label("Das ist über der Grenze.")}
    return {
        ("entities", "firm"): entity("Firma", "{name}", firm),
        ("entities", "deal"): entity("Auftrag", "{name}", deal, rules=[small]),
        ("entities", "bill"): entity("Rechnung", "{name}", bill),
        ("entities", "part"): entity("Teil", "{name}", part),
        ("entities", "piece"): entity("Stück", "{name}", piece),
        ("entities", "vault"): entity("Tresor", "{name}", vault),
        ("entities", "seat"): entity("Sitz", "{name}", seat, unique=[["slot", "grade"]]),
    }


def _screens() -> Bodies:
    """Return views, reports and a dashboard that look where the reader may not."""
    count = {"id": "n", "aggregate": "count", "label": label("n")}
    large = {"id": "large", "aggregate": "count", "condition": "margin > 50", "label": label("große")}
    rich = {"id": "rich", "aggregate": "count", "condition": "sum(parts.cost) > 50", "label": label("reich")}

    def total(name: str) -> dict[str, Any]:
        return {"id": name, "aggregate": "sum", "field": name, "label": label("Summe")}

    def by(entity_key: str, name: str, *paths: str, measures: list[Any], **more: Any) -> dict[str, Any]:
        dimensions = [{"id": path.rpartition(".")[2], "field": path} for path in paths]
        return {"entity": entity_key, "label": label(name), "dimensions": dimensions, "measures": measures, **more}

    return {
        **_views(),
        ("reports", "margins"): by(
            "firm", "Margen", "region", measures=[count, large, total("margin"), total("parts_count")], having="n > 0"
        ),
        ("reports", "secrets"): by("firm", "Geheimnisse", "secret", measures=[count]),
        ("reports", "deals"): by("deal", "Aufträge", "firm", "firm.secret", measures=[count, total("amount"), rich]),
        ("reports", "parts"): by("part", "Teile", "bill", "deal.stage", measures=[count, total("cost")]),
        ("dashboards", "board"): {
            "label": label("Tafel"),
            "tiles": [{"id": "firms", "view": "firm.leaky"}, {"id": "margins", "report": "margins"}],
        },
    }


def _views() -> Bodies:
    def leaky(entity_key: str, columns: list[str], where: str, *sort: str) -> dict[str, Any]:
        order = [{"field": one} for one in sort]
        return {"entity": entity_key, "label": label("Undicht"), "columns": columns, "filter": where, "sort": order}

    return {
        ("views", "firm.leaky"): leaky(
            "firm",
            ["name", "secret", "margin", "parts_count", "costs"],
            "margin > 50 or secret is empty or name is not empty",
            "margin",
            "secret",
        ),
        ("views", "deal.leaky"): leaky(
            "deal",
            ["name", "firm", "firm.secret", "firm.margin", "parts"],
            'firm.secret contains "a1" or sum(parts.cost) > 50 or count(parts) > 1 or amount < 40 or total > 60',
            "firm.margin",
            "firm",
        ),
        ("views", "part.leaky"): leaky(
            "part",
            ["name", "deal", "bill", "firm", "bill.level", "pieces"],
            "bill.level > 70 or sum(pieces.weight) > 50 or bill is empty or deal.amount > 40",
            "bill.level",
            "firm",
        ),
        ("views", "piece.leaky"): leaky(
            "piece", ["name", "part", "part.bill", "reach"], "reach > 90 or part.bill is empty", "reach", "part"
        ),
    }


# -- records -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Filling:
    """Makes the records of one site.

    Args:
        ctx, later: when they are made, and when their hidden values are changed.
        salt: what hidden texts begin with.
        plain, hidden: choose what is the same in both sites, and what isn't.
    """

    ctx: Context
    later: Context
    salt: str
    plain: random.Random
    hidden: random.Random

    def firms(self, me: int, other: int) -> None:
        """Some may be read for their region, some for their owner, the others not at all."""
        plain, hidden, salt = self.plain, self.hidden, self.salt
        for number in range(ROWS):
            north, own = plain.random() < 0.35, plain.random() < 0.25
            margin, secret_margin = plain.randrange(100), hidden.randrange(100)
            raw = {
                "name": f"Firma {number}" if north or own else f"{salt}f{number}",
                "code": f"C{number}",
                "region": "north" if north else hidden.choice(_REGIONS[1:]),
                "margin": margin if own else secret_margin,
                "secret": f"{salt}a{hidden.randrange(100)}",
                "owner": me if own else other,
            }
            firm = actions.create(self.ctx, "firm", raw)
            actions.update(self.later, "firm", firm, {"secret": f"{salt}a{hidden.randrange(100)}"}, 1)

    def bills(self) -> None:
        """Every other one may be read, by a level that may not."""
        for number in range(BILLS):
            level = self.hidden.randrange(_LEVEL) + (_LEVEL if _is_high(number + 1) else 0)
            name = f"Rechnung {number}" if _is_high(number + 1) else f"{self.salt}b{number}"
            actions.create(self.ctx, "bill", {"name": name, "level": level})

    def deals(self, owner: int) -> None:
        """Open ones may be read; each is made with two parts, and a vault that nobody sees."""
        plain, hidden, salt = self.plain, self.hidden, self.salt
        for number in range(ROWS):
            opened, firm, secret_firm = plain.random() < 0.75, plain.randrange(ROWS), hidden.randrange(ROWS)
            raw = {
                "name": f"Auftrag {number}" if opened else f"{salt}d{number}",
                "stage": "open" if opened else hidden.choice(("won", "lost")),
                "firm": 1 + (firm if opened else secret_firm),
                "amount": hidden.randrange(100),
                "memo": f"{salt}m{hidden.randrange(100)}",
                "limit": _LIMIT,
                "owner": owner,
            }
            deal = actions.create(self.ctx, "deal", raw)
            actions.update(self.later, "deal", deal, {"memo": f"{salt}m{hidden.randrange(100)}"}, 1)
            for _ in range(2):  # as many in each site: a record's version counts its lines, and is no secret
                self._part(deal, opened=opened)
            actions.create(self.ctx, "vault", {"name": f"{salt}v{number}", "deal": deal})

    def _part(self, deal: int, *, opened: bool) -> None:
        """Make a part with a piece; it is hidden where one of those is whose line it is."""
        belongs, bill = self.plain.choice(_BELONGS), 1 + self.plain.randrange(BILLS)
        firms = 1 + self.plain.randrange(ROWS), 1 + self.hidden.randrange(ROWS)
        whose = {name: record for name, record in (("deal", deal), ("bill", bill)) if name in belongs}
        is_hidden = ("deal" in whose and not opened) or ("bill" in whose and not _is_high(bill))
        name = f"{self.salt}p" if is_hidden else "Teil"
        raw = {"name": name, "cost": self.hidden.randrange(100), "firm": firms[is_hidden], **whose}
        part = actions.create(self.ctx, "part", raw)
        piece = f"{self.salt}s" if is_hidden else f"Stück {part}"
        actions.create(self.ctx, "piece", {"name": piece, "part": part, "weight": self.hidden.randrange(100)})

    def seats(self) -> None:
        """In each slot there is one of each grade; which is whose differs."""
        for slot in SLOTS:
            for number, grade in enumerate(self.hidden.sample(range(_GRADES), _GRADES)):
                actions.create(self.ctx, "seat", {"name": f"Sitz {slot} {number}", "slot": slot, "grade": grade})


def _is_high(bill: int) -> bool:
    """Return whether a bill may be read."""
    return bill % 2 == 0


def fill(site: Site, salt: str) -> None:
    """Make records whose visible values are the same everywhere, and whose hidden ones begin with the salt.

    Hidden ones are changed once, so that the history knows what they were.

    Args:
        site: where.
        salt: what hidden texts begin with, and hidden numbers are drawn from.
    """
    with site.installation.database.write() as connection:
        someone = update(User).where(User.email == email_of("helper"))
        connection.execute(someone.values(password=f"{salt}password"))
        me = connection.execute(select(User.id).where(User.email == email_of(READER))).scalar_one()
        other = connection.execute(select(User.id).where(User.email == email_of("helper"))).scalar_one()
    with site.installation.ctx(PRODUCT) as now:
        made, changed = replace(now, now=_MADE), replace(now, now=_CHANGED)
        filling = _Filling(made, changed, salt, random.Random("the same"), random.Random(salt))
        filling.firms(me, other)
        filling.bills()
        filling.deals(other)
        filling.seats()
