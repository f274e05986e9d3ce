"""People and where they work, with the changes of company, doubles and gaps that a real address list has."""

from __future__ import annotations

from typing import Any, Final

from app.demo import identity
from app.demo.names import DEPARTMENTS, FEMALE, HOBBIES, MALE, PREFIXES, SURNAMES, TITLES
from app.demo.world import Firm, Someone, World

_PEOPLE: Final = 480
_CHANGED: Final = 25
_CHANGED_TWICE: Final = 3
_TWO_FIRMS: Final = 12
_NEUTRAL: Final = 6
_DOUBLES: Final = 8
_NO_MAIL: Final = 12
_WRONG_SALUTATION: Final = 2
_FUNCTIONS: Final = {
    "gf": 12, "einkauf": 20, "technik": 26, "produktion": 14, "service": 10, "buchhaltung": 6, "assistenz": 6, "it": 3,
    "sonstige": 3,
}  # fmt: skip
_JOBS: Final = {
    "gf": "Geschäftsführung", "einkauf": "Leitung Einkauf", "technik": "Technische Leitung", "it": "IT-Leitung",
    "produktion": "Produktionsleitung", "service": "Leitung Instandhaltung", "buchhaltung": "Buchhaltung",
    "assistenz": "Assistenz der Geschäftsführung", "sonstige": "Sachbearbeitung",
}  # fmt: skip
_BUYING: Final = {
    "gf": "entscheider", "einkauf": "einkaeufer", "technik": "beeinflusser", "produktion": "nutzer", "service": "nutzer"
}  # fmt: skip
_SPELLINGS: Final = {
    "Meier": "Mayer", "Maier": "Meyer", "Mayer": "Meier", "Meyer": "Maier", "Schmidt": "Schmitt", "Schmitt": "Schmid",
    "Hoffmann": "Hofmann", "Weiß": "Weiss", "Groß": "Gross", "Wolf": "Wolff", "Kuhn": "Kühn", "Schäfer": "Schaefer",
}  # fmt: skip


def make_contacts(world: World) -> None:
    """Make the people with their jobs."""
    hosts = [firm for firm in world.firms for _ in range(3 if "kunde" in firm.roles else 1)]
    doubles = world.number(_PEOPLE) * _DOUBLES // 100
    plain = world.number(_PEOPLE) - doubles
    # Every company has at least one contact, the larger customers have several.
    firms = [*world.firms[:plain], *(world.pick(hosts) for _ in range(plain - len(world.firms)))]
    raws = [_person(world, firm) for firm in firms]
    for raw in raws[: world.number(_NEUTRAL)]:
        raw["salutation"] = "ohne"
    for number in range(doubles):
        origin = number * 7 % plain
        raws.append(_double(world, raws[origin]))
        firms.append(firms[origin])
    jobs = _jobs(world, raws, firms)
    for raw, mine, row_id, firm in zip(raws, jobs, world.add("person", raws), firms, strict=True):
        name = f"{raw.get('first_name') or ''} {raw['last_name']}".strip()
        world.people.append(Someone(row_id, firm, name, mine[0]["function"], raw.get("email")))
        for job in mine:
            job["person"] = row_id
    every = [job for mine in jobs for job in mine]
    ids = world.add("employment", every)
    # Only now do the jobs have ids.
    main = {job["person"]: row_id for job, row_id in zip(every, ids, strict=True) if job["is_primary"]}
    world.change("person", {person: {"main_employment": job} for person, job in main.items()})


def _person(world: World, firm: Firm) -> dict[str, Any]:
    woman = world.chance(42)
    first, last = world.pick(FEMALE if woman else MALE), world.pick(SURNAMES)
    right = "frau" if woman else "herr"
    wrong = "herr" if woman else "frau"
    address = f"{identity.slug(first)}.{identity.slug(last)}@{firm.domain}"
    created = world.moment(world.past(1800))
    return {
        "salutation": wrong if world.chance(_WRONG_SALUTATION) else right,
        "academic_title": world.pick(TITLES) if world.chance(14) else None,
        "first_name": first,
        "name_prefix": world.pick(PREFIXES) if world.chance(3) else None,
        "last_name": last,
        "email": None if world.chance(_NO_MAIL) else address,
        "mobile": identity.mobile(world.random) if world.chance(45) else None,
        "phone": identity.landline(world.random) if world.chance(78) else None,
        "language": "en" if world.chance(4) else "de",
        "birthday": world.day(-world.random.randint(9000, 22000)).isoformat() if world.chance(18) else None,
        "attitude": world.weighted({"p2": 12, "p1": 34, "n0": 36, "m1": 10, "m2": 3, "u": 5}),
        "interests": world.some(HOBBIES, 1, 2) if world.chance(22) else [],
        "source": world.pick(("empfehlung", "messe", "website", "telefon", "bestand", "altdaten")),
        "block": "werbung" if world.chance(4) else "keine",
        "owner": firm.owner,
        "team": firm.team,
        "created_at": created,
        "updated_at": max(created, world.moment(world.past(400))),
    }


def _double(world: World, original: dict[str, Any]) -> dict[str, Any]:
    """Return the same person once more: Meier or Mayer, with half of what is known."""
    last = str(original["last_name"])
    raw = dict(original)
    raw |= {"last_name": _SPELLINGS.get(last, last), "academic_title": None, "mobile": None, "interests": []}
    raw |= {"birthday": None, "email": original["email"] if world.chance(50) else None, "source": "altdaten"}
    if world.chance(30):
        raw["first_name"] = f"{original['first_name'][:1]}."
    return raw


def _jobs(world: World, raws: list[dict[str, Any]], firms: list[Firm]) -> list[list[dict[str, Any]]]:
    """Return everybody's jobs, the present main one first."""
    jobs = [[_job(world, raw, firm)] for raw, firm in zip(raws, firms, strict=True)]
    chosen = world.random.sample(range(len(raws)), world.number(_CHANGED + _TWO_FIRMS))
    for position, index in enumerate(chosen):
        others = [firm for firm in world.some(world.firms, 3, 3) if firm.id != firms[index].id]
        if position >= world.number(_CHANGED):
            jobs[index].append(_job(world, raws[index], others[0]) | {"is_primary": False})
            continue
        twice = position < world.number(_CHANGED_TWICE)
        _changed(world, raws[index], jobs[index], others[: 2 if twice else 1])
    return jobs


def _job(world: World, raw: dict[str, Any], firm: Firm) -> dict[str, Any]:
    function = world.weighted(_FUNCTIONS)
    return {
        "account": firm.id,
        "function": function,
        "job_title": _JOBS[function] if world.chance(70) else None,
        "department": world.pick(DEPARTMENTS) if world.chance(60) else None,
        "business_email": raw["email"],
        "business_phone": raw["phone"],
        "buying_role": _BUYING.get(function) if world.chance(65) else None,
        "is_primary": True,
        "is_invoice_contact": function == "buchhaltung",
        "since": world.day(-world.random.randint(800, 4000)).isoformat() if world.chance(70) else None,
    }


def _changed(world: World, raw: dict[str, Any], jobs: list[dict[str, Any]], former: list[Firm]) -> None:
    """Give somebody earlier jobs at other companies; the present one began when the last of them ended."""
    left = world.random.randint(40, 700)
    jobs[0]["since"] = world.day(1 - left).isoformat()
    for firm in former:
        began = left + world.random.randint(400, 2000)
        job = _job(world, raw, firm) | {"business_email": None, "business_phone": None, "is_primary": False}
        job |= {"since": world.day(-began).isoformat(), "until": world.day(-left).isoformat()}
        jobs.append(job)
        left = began + 30
