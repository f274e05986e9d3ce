"""Enquiries and opportunities over two years, won, lost and open, with their lines and contacts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from app.demo import identity
from app.demo.names import (
    FEMALE,
    FORMS,
    LEADING_TRADES,
    MALE,
    NEEDS,
    NEXT_STEPS,
    OFFERS,
    PROBLEMS,
    PUBLIC_BODIES,
    SURNAMES,
    TRADE_NAMES,
)
from app.demo.places import TOWNS
from app.demo.world import Firm, World

_LEADS: Final = 60
_UNANSWERED: Final = 10
_OPPORTUNITIES: Final = 140
_OPEN: Final = 58
_SHELVED: Final = 6
_WIN_PERCENT: Final = 34
_NO_NEXT_STEP: Final = 15
_OVERDUE: Final = 8
#: Stage of an open opportunity and how likely it is to be won.
_OPEN_STAGES: Final = {
    "erkannt": 10,
    "qualifiziert": 20,
    "analyse": 35,
    "angebot": 50,
    "verhandlung": 70,
    "muendlich": 90,
}
#: In how many days an opportunity of a stage should be decided: the further it has got, the sooner.
_CLOSING: Final = {
    "erkannt": (90, 190),
    "qualifiziert": (60, 160),
    "analyse": (40, 130),
    "angebot": (15, 90),
    "verhandlung": (8, 50),
    "muendlich": (5, 25),
}
_REGULAR_TYPES: Final = {"bestand": 52, "verlaengerung": 28, "ersatz": 20}
_LOSSES: Final = {
    "preis": 34,
    "wettbewerb": 24,
    "kein_budget": 14,
    "zeit": 10,
    "kein_bedarf": 8,
    "produkt": 6,
    "intern": 4,
}
#: What we learn from a loss, by its reason.
_LESSONS: Final = {
    "preis": "Der Mitbewerber war günstiger; den Nutzen früher vorrechnen.",
    "wettbewerb": "Der Mitbewerber war schon im Haus; früher das Gespräch suchen.",
    "kein_budget": "Das Budget war vergeben; im Herbst zur Planung anrufen.",
    "zeit": "Wir konnten den Termin nicht halten; Kapazität vorher klären.",
    "kein_bedarf": "Die Anlage wird stillgelegt.",
    "produkt": "Gefragt war eine Marke, die wir nicht führen.",
    "intern": "Die eigene Instandhaltung übernimmt die Arbeit.",
}
_LEAD_SOURCES: Final = {"website": 40, "messe": 20, "empfehlung": 18, "telefon": 12, "kampagne": 10}


def make_leads(world: World) -> None:
    """Make the enquiries: all grades, a few that nobody has answered for days, two that still have to be judged."""
    raws = [_lead(world, number) for number in range(world.number(_LEADS))]
    raws.sort(key=lambda raw: raw["received_at"])
    world.leads = world.add("lead", raws)


def _lead(world: World, number: int) -> dict[str, Any]:
    woman, town = world.chance(40), world.pick(TOWNS)
    first, last = world.pick(FEMALE if woman else MALE), world.pick(SURNAMES)
    trade, owner = world.pick(TRADE_NAMES), world.pick(SURNAMES)
    company = f"{trade} {owner}" if trade in LEADING_TRADES else f"{owner} {trade}"
    company = f"{company} {world.pick(FORMS)[0]}"
    unanswered = number < world.number(_UNANSWERED)
    doubtful = world.number(_UNANSWERED) <= number < world.number(_UNANSWERED) + world.number(2)
    received = world.moment(world.day(-world.random.randint(4, 12)) if unanswered else world.past(330))
    status = "neu" if unanswered else world.weighted(
        {"kontaktiert": 18, "qualifizierung": 14, "qualifiziert": 14, "umgewandelt": 26, "wiedervorlage": 12,
         "disqualifiziert": 16}
    )  # fmt: skip
    grade = "a" if doubtful else world.weighted({"a": 18, "b": 34, "c": 32, "d": 16})
    mail = f"{identity.slug(first)}.{identity.slug(last)}@{identity.domain(company)}.example"
    known = world.pick(world.firms) if status == "umgewandelt" else None
    reached = received + timedelta(hours=world.random.randint(1, 60))
    return {
        "company_name": known.name if known else company,
        "account": known.id if known else None,
        "salutation": "frau" if woman else "herr",
        "first_name": first,
        "last_name": last,
        "email": mail,
        "phone": identity.landline(world.random) if world.chance(65) else None,
        "postcode": town.postcode,
        "city": town.name,
        "request": ("A? Budget und Zeitplan sind noch offen. " if doubtful else "") + world.pick(PROBLEMS) + ".",
        "source": world.weighted(_LEAD_SOURCES),
        "status": "qualifizierung" if doubtful else status,
        "score": None if doubtful else {"a": 88, "b": 66, "c": 42, "d": 18}[grade] + world.random.randint(-9, 9),
        "temperature": grade,
        "target_group": world.pick(world.segments.get("zielgruppe", [None])) if world.chance(70) else None,
        "received_at": received,
        "first_response_at": None if unanswered else min(reached, _now(world)),
        "disqualify_reason": world.weighted(_LOSSES) if status == "disqualifiziert" and not doubtful else None,
        "converted_to": {"entity": "account", "id": known.id} if known else None,
        "privacy_informed_at": None if unanswered else reached.date().isoformat(),
        "owner": world.user("inside_sales", "marketing"),
        "team": world.team("Innendienst"),
        "created_at": received,
        "updated_at": received if unanswered else min(reached, _now(world)),
    }


def _now(world: World) -> datetime:
    return world.ctx.now


def make_opportunities(world: World) -> None:
    """Make the opportunities with lines and contacts."""
    firms = [firm for firm in world.firms if {"kunde", "interessent"} & set(firm.roles)]
    total = world.number(_OPPORTUNITIES)
    closed = total - world.number(_OPEN) - world.number(_SHELVED)
    raws, hosts = [], []
    for number in range(total):
        firm = world.pick(firms)
        if number < closed:
            raw = _closed(world, firm, won=number * 100 < closed * _WIN_PERCENT)
        elif number < closed + world.number(_SHELVED):
            raw = _open(world, firm) | {"stage": "zurueckgestellt", "probability": 5, "next_step": None}
            raw |= {"next_step_on": None, "loss_note": "Investition auf das nächste Geschäftsjahr verschoben."}
        else:
            raw = _open(world, firm)
            _spoil(world, raw, number - closed - world.number(_SHELVED))
        raws.append(raw)
        hosts.append(firm)
    for raw, firm, row_id in zip(raws, hosts, world.add("opportunity", raws), strict=True):
        world.opportunities.append((row_id, firm, raw["created_at"].date()))
    for entity, field in (("opportunity_line", "products"), ("opportunity_contact", "contacts")):
        world.counts[entity] = sum(len(raw[field]) for raw in raws)


def _frame(world: World, firm: Firm, began: date) -> dict[str, Any]:
    offer, parts = world.pick(OFFERS)
    lines = _lines(world, parts)
    created = world.moment(began)
    return {
        "name": f"{offer} {_short(firm.name)}",
        "account": firm.id,
        "type": world.weighted(_REGULAR_TYPES) if "kunde" in firm.roles else "neu",
        "amount": round(_worth(lines), 2),
        "recurring_amount": round(_worth(lines) / 2, -2) if "vertrag" in offer else None,
        "need": NEEDS[offer][0] if world.chance(80) else None,
        "benefit": NEEDS[offer][1] if world.chance(60) else None,
        "competitor": _rival(world) if world.chance(30) else None,
        "owner": firm.owner or world.user("sales"),
        "team": firm.team,
        "products": lines,
        "contacts": _contacts(world, firm),
        "created_at": created,
    }


def _closed(world: World, firm: Firm, *, won: bool) -> dict[str, Any]:
    ended = world.day(-world.random.randint(3, 720))
    raw = _frame(world, firm, ended - timedelta(days=world.random.randint(20, 160)))
    raw |= {
        "close_date": ended.isoformat(),
        "updated_at": max(raw["created_at"], world.moment(ended)),
        "stage_since": world.moment(ended),
        "won_at": ended.isoformat(),
    }
    if won:
        return raw | {"stage": "gewonnen", "probability": 100}
    reason = world.weighted(_LOSSES)
    note = _LESSONS.get(reason) if world.chance(70) else None
    return raw | {"stage": "verloren", "probability": 0, "loss_reason": reason, "loss_note": note}


def _open(world: World, firm: Firm) -> dict[str, Any]:
    began = world.past(240)
    stage = world.weighted(
        {"erkannt": 20, "qualifiziert": 22, "analyse": 18, "angebot": 22, "verhandlung": 12, "muendlich": 6}
    )
    since = began + (world.today - began) * world.random.random()
    raw = _frame(world, firm, began)
    return raw | {
        "stage": stage,
        "probability": _OPEN_STAGES[stage],
        "close_date": world.day(world.random.randint(*_CLOSING[stage])).isoformat(),
        "next_step": world.pick(NEXT_STEPS),
        "next_step_on": world.day(world.random.randint(1, 30)).isoformat(),
        "stage_since": world.moment(since),
        "updated_at": max(raw["created_at"], world.moment(world.past(60))),
    }


def _spoil(world: World, raw: dict[str, Any], number: int) -> None:
    """Make some open opportunities what they shouldn't be: without a next step, or past their date."""
    if number < world.number(_NO_NEXT_STEP):
        raw |= {"next_step": None, "next_step_on": None}
    elif number < world.number(_NO_NEXT_STEP + _OVERDUE):
        raw["close_date"] = world.day(-world.random.randint(5, 70)).isoformat()
        raw["next_step_on"] = world.day(-world.random.randint(3, 40)).isoformat()


def _rival(world: World) -> int | None:
    rivals = [firm.id for firm in world.firms if "wettbewerber" in firm.roles]
    return world.pick(rivals) if rivals else None


def _short(name: str) -> str:
    """Return what colleagues call a company: its first word that isn't a trade."""
    words = name.split()
    return next((word for word in words if word not in LEADING_TRADES and word not in PUBLIC_BODIES), words[0])


def _worth(lines: Sequence[Mapping[str, Any]]) -> float:
    """Return what some lines are worth together; the product computes each line's total itself."""
    return float(sum(round(line["quantity"] * line["price"], 2) for line in lines))


def _lines(world: World, parts: Sequence[tuple[str, int, int]]) -> list[dict[str, Any]]:
    lines = []
    for sku, low, high in parts:
        product, price = world.products[sku]
        quantity = world.random.randint(low, high)
        asked = round(price * world.random.uniform(0.88, 1.05), 2)
        lines.append({"product": product, "quantity": quantity, "price": asked})
    return lines


def _contacts(world: World, firm: Firm) -> list[dict[str, Any]]:
    there = [person for person in world.people if person.firm.id == firm.id]
    roles = {"gf": "entscheider", "einkauf": "einkaeufer", "technik": "beeinflusser", "buchhaltung": "budget"}
    return [
        {
            "person": person.id,
            "buying_role": roles.get(person.function) or world.pick(("nutzer", "foerderer", "torwaechter", "gegner")),
            "attitude": world.weighted({"p2": 15, "p1": 35, "n0": 35, "m1": 12, "m2": 3}),
            "influence": world.random.randint(1, 5),
        }
        for person in world.some(there, 0, 3)
    ]
