"""Companies with their addresses, channels and figures, groups with subsidiaries, and the flaws a real list has."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from app.demo import identity
from app.demo.names import FORMS, LEADING_TRADES, PUBLIC_BODIES, SPELLINGS, SURNAMES, TAGS, TRADE_NAMES, TRADES
from app.demo.places import STATES, STREETS, TOWNS, Town
from app.demo.world import Firm, World

_ACCOUNTS: Final = 220
_PUBLIC: Final = 12
_GROUPS: Final = 9
_ABROAD: Final = 8
_RELATIONS: Final = {"partner": 45, "zulieferer": 35, "empfehler": 20}
#: Percent of the companies of which nobody has noted the industry.
_NO_INDUSTRY: Final = 6
#: Percent of the companies that are somebody else's double, spelled a little differently.
_DOUBLES: Final = 8
_ROLES: Final = {"kunde": 58, "interessent": 27, "ehemalig": 6, "lieferant": 4, "partner": 3, "multiplikator": 2}
_ABC: Final = {"a": 12, "b": 30, "c": 58}
_RHYTHM: Final = {"a": ("w2", "m1"), "b": ("m3", "m6"), "c": ("m12", "ohne")}
_INDUSTRY_OF: Final = {
    "Lebensmittel": "lebensmittel", "Brauerei": "lebensmittel", "Molkerei": "lebensmittel", "Pharma": "chemie",
    "Chemie": "chemie", "Logistik": "logistik", "Spedition": "logistik", "Großhandel": "handel", "Klinik": "gesundheit",
    "Seniorenzentrum": "gesundheit", "Medizintechnik": "gesundheit", "Präzisionsteile": "automotive",
    "Fahrzeugteile": "automotive", "Druckguss": "automotive", "Kunststofftechnik": "chemie", "Metallbau": "bau",
    "Optik": "elektro", "Sensorik": "elektro", "Rechenzentrum": "it", "Akademie": "bildung", "Energie": "energie",
    "Möbelwerke": "handel",
}  # fmt: skip
_RIVALS: Final = (
    "Albklima Service GmbH",
    "Rhein-Druckluft AG",
    "Frostwerk Kältetechnik GmbH & Co. KG",
    "ProLuft Süd GmbH",
)
#: The mail domain of one customer that has been given up: every mail to it comes back.
BOUNCED_DOMAIN: Final = "filderguss-alt.example"
_BOUNCED_NAME: Final = "Filderguss Druckguss GmbH"
#: How the same name is spelled by the next person who types it.
_DOUBLE_SPELLINGS: Final = (
    ("Meier", "Mayer"), ("Maier", "Meyer"), ("straße", "str."), ("GmbH & Co. KG", "GmbH&Co.KG"), ("GmbH", "Gmbh"),
    ("ß", "ss"), ("ü", "ue"), ("ä", "ae"), (" AG", " Aktiengesellschaft"),
)  # fmt: skip


def make_accounts(world: World) -> None:
    """Make the companies."""
    raws = [_public(world, number) for number in range(world.number(_PUBLIC))]
    raws += [_rival(world, name) for name in _RIVALS]
    raws.append(_bounced(world))
    doubles = world.number(_ACCOUNTS) * _DOUBLES // 100
    abroad = world.number(_ABROAD)
    while len(raws) < world.number(_ACCOUNTS) - doubles:
        raws.append(_company(world, _town(world, abroad=len(raws) % 25 == 0 and abroad > 0)))
        abroad -= len(raws) % 25 == 1
    raws += [_double(world, raws[world.random.randrange(len(raws))]) for _ in range(doubles)]
    world.random.shuffle(raws)
    for raw, row_id in zip(raws, world.add("account", raws), strict=True):
        world.firms.append(_firm(raw, row_id))
    _join_groups(world)


def _firm(raw: dict[str, Any], row_id: int) -> Firm:
    domain = str(raw.get("website") or f"https://{identity.domain(raw['name'])}.example").removeprefix("https://www.")
    domain = BOUNCED_DOMAIN if raw["name"] == _BOUNCED_NAME else domain.removeprefix("https://")
    return Firm(
        row_id,
        raw["name"],
        domain,
        raw["main_address"]["country"] if raw.get("main_address") else "DE",
        tuple(raw["roles"]),
        raw.get("abc_class"),
        raw["industry"] or "",
        raw["owner"],
        raw["team"],
    )


def _town(world: World, *, abroad: bool = False) -> Town:
    if abroad:
        return world.pick([town for town in TOWNS if town.country != "de"])
    near = world.chance(72)
    return world.pick([town for town in TOWNS if town.near == near and town.country == "de"])


def _address(world: World, town: Town) -> dict[str, str]:
    street = f"{world.pick(STREETS)} {world.random.randint(1, 120)}{world.pick(('', '', '', 'a'))}"
    if world.chance(15):
        street = street.replace("straße", "str.")
    state = STATES[town.state] if town.country == "de" else ""
    return {
        "street": street,
        "postcode": town.postcode,
        "city": town.name,
        "state": state,
        "country": town.country.upper(),
    }


def _frame(world: World, name: str, town: Town, role: str) -> dict[str, Any]:
    """Return what every company has."""
    abc = world.weighted(_ABC) if role in ("kunde", "interessent") else None
    since = world.moment(world.day(-world.random.randint(60, 2400)))
    domain = identity.domain(name)
    return {
        "name": name,
        "match_code": identity.slug(name)[:12].upper(),
        "roles": [role],
        "abc_class": abc,
        "phone": identity.landline(world.random) if world.chance(94) else None,
        "email": f"info@{domain}.example" if world.chance(88) else None,
        "website": f"https://www.{domain}.example" if world.chance(80) else None,
        "main_address": _address(world, town),
        "care_rhythm": world.pick(_RHYTHM[abc]) if abc else None,
        "owner": world.user("sales"),
        "team": world.team("Vertrieb"),
        "inside_sales": world.user("inside_sales"),
        "source": world.pick(("empfehlung", "messe", "website", "telefon", "altdaten", "bestand", "kampagne")),
        "tags": world.some(TAGS, 0, 3),
        "created_at": since,
        "updated_at": max(since, world.moment(world.past(500))),
    }


def _company(world: World, town: Town) -> dict[str, Any]:
    form, form_key = world.pick(FORMS)
    low, high = 10, 300
    if world.chance(55):
        trade, industry, low, high = world.pick(TRADES)
    else:
        trade = world.pick(TRADE_NAMES)
        industry = _INDUSTRY_OF.get(trade, "sonstige")
    first = world.pick((world.pick(SURNAMES), world.pick(SURNAMES), town.name.removeprefix("St. ").split()[0]))
    name = f"{trade} {first} {form}" if trade in LEADING_TRADES else f"{first} {trade} {form}"
    role = world.weighted(_ROLES)
    staff = int(low + (high - low) * world.random.random() ** 2)
    raw = _frame(world, name, town, role)
    raw |= {
        "legal_form": form_key if town.country == "de" else "ausland",
        "industry": None if world.chance(_NO_INDUSTRY) else industry,
        "employees": staff if world.chance(85) else None,
        "annual_revenue": staff * world.random.randint(90, 210) * 1000 if world.chance(60) else None,
        "credit_index": world.random.randint(130, 330) if world.chance(50) else None,
        "customer_group": world.pick(world.segments.get("kundengruppe", [None])) if role == "kunde" else None,
        "target_group": world.pick(world.segments.get("zielgruppe", [None])) if world.chance(60) else None,
        "block": "werbung" if world.chance(3) else "keine",
    }
    if role == "kunde" and town.country == "de" and world.chance(80):
        raw["vat_id"] = identity.vat_id(world.random.randrange(1000))
        raw["register"] = f"Amtsgericht {town.name} HRB {world.random.randint(1000, 99999)}"
    if world.chance(30):
        raw["addresses"] = _further_addresses(world, town)
    if world.chance(35):
        raw["channels"] = _channels(world)
    if raw["abc_class"] in ("a", "b") and role == "kunde":
        raw["figures"] = _figures(world, staff)
    return raw


def _public(world: World, number: int) -> dict[str, Any]:
    body = PUBLIC_BODIES[number % len(PUBLIC_BODIES)]
    # Large cities have no district office of their own; the towns nearby have one.
    town = world.pick([town for town in TOWNS if town.country == "de" and (town.near or body != "Landratsamt")])
    raw = _frame(world, f"{body} {town.name}", town, "kunde")
    buyer = f"08{world.random.randint(100, 999)}-{world.random.randint(10000, 99999)}"
    return raw | {
        "legal_form": "behoerde" if number % 2 else "koer",
        "industry": "oeffentlich",
        "employees": world.random.randint(40, 2500),
        "notes": f"Rechnung nur als E-Rechnung, Leitweg-ID {buyer}-{world.random.randint(10, 99)}.",
        "addresses": _further_addresses(world, town),
    }


def _rival(world: World, name: str) -> dict[str, Any]:
    raw = _frame(world, name, _town(world), "wettbewerber")
    return raw | {"legal_form": "gmbh", "industry": "gebaeude", "employees": world.random.randint(30, 400)}


def _bounced(world: World) -> dict[str, Any]:
    raw = _frame(world, _BOUNCED_NAME, _town(world), "kunde")
    mail = f"E-Mails an @{BOUNCED_DOMAIN} kommen zurück; neue Adressen erfragen."
    return raw | {
        "legal_form": "gmbh",
        "industry": "maschinenbau",
        "employees": 140,
        "email": f"info@{BOUNCED_DOMAIN}",
        "notes": mail,
    }


def _double(world: World, original: dict[str, Any]) -> dict[str, Any]:
    """Return the same company once more, as somebody typed it who didn't look first."""
    raw = {key: value for key, value in original.items() if key not in ("addresses", "channels", "figures", "vat_id")}
    name = raw["name"]
    variants = SPELLINGS.get("GmbH & Co. KG", ()) if "GmbH & Co. KG" in name else ()
    if variants:
        name = name.replace("GmbH & Co. KG", world.pick(variants[1:]))
    for one, other in world.some(_DOUBLE_SPELLINGS, 4, len(_DOUBLE_SPELLINGS)):
        name = name.replace(one, other)
    address = dict(raw["main_address"])
    address["street"] = address["street"].replace("straße", "str.").replace("Straße", "Str.")
    created = world.moment(world.past(700))
    raw |= {"name": name if name != raw["name"] else name.upper(), "main_address": address, "created_at": created}
    raw |= {"updated_at": created, "source": "altdaten", "abc_class": None, "care_rhythm": None}
    return raw | {"employees": None, "phone": raw["phone"] if world.chance(60) else None}


def _further_addresses(world: World, town: Town) -> list[dict[str, Any]]:
    rows = []
    for kind in world.some(("rechnung", "liefer", "einsatz", "postfach"), 1, 2):
        place = town if world.chance(60) else _town(world)
        address = _address(world, place)
        rows.append(
            {
                "kind": kind,
                "street": "Postfach " + str(world.random.randint(1000, 9999))
                if kind == "postfach"
                else address["street"],
                "postcode": place.postcode,
                "city": place.name,
                "country": place.country,
                # Some addresses are long out of date and still there.
                "valid_to": world.day(-world.random.randint(30, 900)).isoformat() if world.chance(20) else None,
            }
        )
    return rows


def _channels(world: World) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {"kind": "telefon", "value": identity.landline(world.random), "is_main": True},
        {"kind": "fax", "value": identity.landline(world.random), "no_marketing": True},
    ]
    return rows[: world.random.randint(1, 2)]


def _figures(world: World, staff: int) -> list[dict[str, Any]]:
    first: date = world.today
    return [
        {
            "year": first.year - back,
            "revenue": staff * world.random.randint(90, 210) * 1000,
            "employees": max(1, staff - back * world.random.randint(0, 6)),
            "our_share": world.random.randint(5, 80),
        }
        for back in (1, 2, 3)
    ]


def _join_groups(world: World) -> None:
    """Put companies together to groups: a parent with two or three subsidiaries each."""
    candidates = [firm for firm in world.firms if "kunde" in firm.roles and firm.industry != "oeffentlich"]
    changes: dict[int, dict[str, Any]] = {}
    free = world.random.sample(candidates, min(len(candidates), world.number(_GROUPS) * 4))
    for start in range(0, len(free) - 3, 4):
        parent, *children = free[start : start + 4]
        for child in children[: world.random.randint(2, 3)]:
            changes[child.id] = {"parent": parent.id}
    world.change("account", changes)
    if world.has("relation"):
        _relate(world, changes)


def _relate(world: World, groups: dict[int, dict[str, Any]]) -> None:
    raws: list[dict[str, Any]] = [
        {
            "from": {"entity": "account", "id": change["parent"]},
            "to": {"entity": "account", "id": child},
            "type": "mutter_tochter",
        }
        for child, change in groups.items()
    ]
    for _ in range(world.number(35)):
        one, other = world.random.sample(world.firms, 2)
        raws.append(
            {
                "from": {"entity": "account", "id": one.id},
                "to": {"entity": "account", "id": other.id},
                "type": world.weighted(_RELATIONS),
                "valid_to": world.day(-world.random.randint(20, 700)).isoformat() if world.chance(15) else None,
            }
        )
    world.add("relation", raws)
