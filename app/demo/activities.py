"""What was done and is still to do: calls, visits with their reports, mails, tasks - and the promises that slipped."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from app.demo.names import AGREEMENTS, NEXT_STEPS, OBSERVATIONS, PROBLEMS, SUBJECTS, TOPICS
from app.demo.world import Firm, Someone, World

_ACTIVITIES: Final = 1800
_OVERDUE: Final = 45
_PLANNED: Final = 140
#: Percent of the customers that nobody has spoken to for longer than a year.
_NEGLECTED: Final = 12
_KINDS: Final = {
    "anruf": 34,
    "besuch": 17,
    "email": 22,
    "aufgabe": 14,
    "termin": 6,
    "notiz": 4,
    "protokoll": 2,
    "brief": 1,
}
_TO_DO: Final = {"anruf": 40, "besuch": 20, "aufgabe": 34, "termin": 6}
_REASONS: Final = (
    "Jahresgespräch",
    "Wartung besprechen",
    "Störung aufgenommen",
    "Angebot erläutert",
    "Anlagenbegehung",
)
_MOODS: Final = {"sehr_gut": 12, "gut": 42, "neutral": 32, "angespannt": 11, "kritisch": 3}
_SPOKEN: Final = frozenset({"anruf", "besuch", "termin"})
_MINUTES: Final = {"anruf": (5, 30), "besuch": (45, 150), "termin": (30, 90)}
_CALL_RESULTS: Final = {"erreicht": 60, "nicht_erreicht": 18, "rueckruf": 12, "mailbox": 10}
#: Percent of the tasks and mails that the office does, not the salesperson.
_OFFICE: Final = 35
#: Percent of the activities that the technicians do, by kind.
_SERVICE: Final = {"besuch": 45, "anruf": 14, "termin": 15}
_PROMISES_LATE: Final = 9


def make_activities(world: World) -> None:
    """Make the activities, then tell each company when it was last spoken to and when it will be next."""
    by_firm: dict[int, list[Someone]] = {}
    for person in world.people:
        by_firm.setdefault(person.firm.id, []).append(person)
    firms = _cared_for(world)
    neglected = {firm.id for firm in firms[: len(firms) * _NEGLECTED // 100]}
    raws: list[dict[str, Any]] = []
    hosts: list[Firm] = []
    overdue, planned = world.number(_OVERDUE), world.number(_PLANNED)
    for number in range(world.number(_ACTIVITIES)):
        firm = world.pick(firms)
        hosts.append(firm)
        if number < overdue:
            raws.append(_to_do(world, firm, by_firm, world.day(-world.random.randint(1, 40))))
        elif number < overdue + planned:
            raws.append(_to_do(world, firm, by_firm, world.day(world.random.randint(0, 45))))
        else:
            day = world.day(-world.random.randint(380, 700)) if firm.id in neglected else world.past(540)
            raws.append(_done(world, firm, by_firm, day))
    for raw, firm, row_id in zip(raws, hosts, world.add("activity", raws), strict=True):
        if raw["kind"] == "besuch" and raw["status"] == "erledigt":
            world.visits.append((row_id, firm, raw["start_at"].date()))


def _cared_for(world: World) -> list[Firm]:
    firms = [firm for firm in world.firms if "wettbewerber" not in firm.roles]
    # Good customers are looked after more often, so they stand in the list more often.
    weights = {"a": 5, "b": 3, "c": 1}
    often = [firm for firm in firms for _ in range(weights.get(firm.abc or "", 1))]
    world.random.shuffle(often)
    return often


def _frame(world: World, firm: Firm, by_firm: dict[int, list[Someone]], kind: str) -> dict[str, Any]:
    people = world.some(by_firm.get(firm.id, []), 0, 2)
    subject = world.pick(SUBJECTS[kind]).format(topic=world.pick(TOPICS), step=world.pick(NEXT_STEPS))
    service = world.chance(_SERVICE.get(kind, 0))
    raw: dict[str, Any] = {
        "kind": kind,
        "subject": subject,
        "account": firm.id,
        "regarding": {"entity": "account", "id": firm.id},
        "participants": [person.id for person in people],
        "priority": world.weighted({"hoch": 15, "mittel": 65, "niedrig": 20}),
        "visit_reason": world.pick(_REASONS) if kind == "besuch" else None,
    }
    raw["owner"], raw["team"] = firm.owner, firm.team
    if service:
        raw["owner"], raw["team"] = world.user("service"), world.team("Service")
    elif kind in ("aufgabe", "email") and world.chance(_OFFICE):
        raw["owner"], raw["team"] = world.user("inside_sales"), world.team("Innendienst")
    mine = [row_id for row_id, owner, _ in world.opportunities if owner.id == firm.id] if world.chance(30) else []
    if mine:
        raw["regarding"] = {"entity": "opportunity", "id": world.pick(mine)}
    elif people and world.chance(20):
        raw["regarding"] = {"entity": "person", "id": people[0].id}
    return raw


def _to_do(world: World, firm: Firm, by_firm: dict[int, list[Someone]], due: date) -> dict[str, Any]:
    kind = world.weighted(_TO_DO)
    at = world.moment(due)
    created = world.moment(min(due, world.today) - timedelta(days=world.random.randint(2, 30)))
    raw = _frame(world, firm, by_firm, kind) | {
        "status": world.weighted({"offen": 72, "in_arbeit": 18, "wartet": 10}),
        "due_at": at,
        "promised_to_customer": world.chance(12 if due < world.today else 30),
        "created_at": created,
        "updated_at": created,
    }
    if kind in ("besuch", "termin"):
        raw |= {"start_at": at, "end_at": at + timedelta(minutes=world.pick((45, 60, 90))), "location": "beim Kunden"}
    return raw


def _done(world: World, firm: Firm, by_firm: dict[int, list[Someone]], day: date) -> dict[str, Any]:
    kind = world.weighted(_KINDS)
    start = world.moment(day)
    minutes = world.random.randint(*_MINUTES[kind]) if kind in _MINUTES else None
    end = start + timedelta(minutes=minutes or 10)
    promised = world.chance(14)
    due = end + timedelta(days=world.random.randint(0, 4)) if kind == "aufgabe" or promised else None
    if promised and world.chance(_PROMISES_LATE):
        due = start - timedelta(days=world.random.randint(1, 5))
    raw = _frame(world, firm, by_firm, kind) | {
        "status": "abgesagt" if world.chance(3) else "erledigt",
        "start_at": start if kind != "aufgabe" else None,
        "end_at": end if kind in _SPOKEN else None,
        "due_at": due,
        "done_at": end,
        "duration": minutes,
        "promised_to_customer": promised,
        "created_at": start - timedelta(days=world.random.randint(0, 9)),
        "updated_at": end,
    }
    if kind in _SPOKEN:
        raw["mood"] = world.weighted(_MOODS)
    if kind in ("anruf", "email"):
        raw["direction"] = world.pick(("ein", "aus"))
    if kind == "anruf":
        raw["call_result"] = world.weighted(_CALL_RESULTS)
    if kind == "besuch" and raw["status"] == "erledigt":
        _report(world, raw, day)
    return raw


def _report(world: World, raw: dict[str, Any], day: date) -> None:
    """Write a visit's report: problem, observation, agreement, next step."""
    agreed, step = world.pick(AGREEMENTS), world.pick(NEXT_STEPS)
    raw["body"] = f"**Anlass:** {world.pick(PROBLEMS)}.\n\n**Vor Ort:** {world.pick(OBSERVATIONS)}."
    raw["result"] = f"**Vereinbart:** {agreed}.\n\n**Nächster Schritt:** {step}."
    raw["location"] = "beim Kunden"
    if world.chance(60):
        raw |= {"next_step": step, "next_step_on": (day + timedelta(days=world.random.randint(5, 40))).isoformat()}
