"""Consents in every state, requests about privacy, what is known about customers, and documents."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import Any, Final

from app.demo.names import HEADLINES, HOBBIES, TITLES_OF_DOCUMENTS
from app.demo.world import World

_CONSENTS: Final = 350
_REQUESTS: Final = 4
_INSIGHTS: Final = 260
_DOCUMENTS: Final = 180
_SUPPRESSED: Final = 9
_EXPIRED: Final = 8
_STATUS: Final = {"erteilt": 66, "angefragt": 6, "widerrufen": 13, "abgelehnt": 8, "abgelaufen": 7}
_CHANNELS: Final = {"email": 50, "telefon": 24, "post": 14, "event": 7, "foto": 3, "messenger": 2}
_METHODS: Final = {"doi": 40, "formular": 24, "web": 14, "messe": 12, "telefon_bestaetigt": 7, "import": 3}
_WORDING: Final = (
    "Ja, Neckarwerk Servicetechnik GmbH darf mich per {channel} über Wartung und Energieeffizienz informieren. "
    "Ich kann das jederzeit widerrufen."
)
_WORDS: Final = {
    "email": "E-Mail", "telefon": "Telefon", "post": "Post", "event": "Einladung", "foto": "Bildveröffentlichung",
    "messenger": "Messenger",
}  # fmt: skip
#: Kind of insight, and how often.
_KINDS: Final = {
    "thema": 22, "ziel": 12, "vorliebe": 9, "abneigung": 6, "einstellung": 8, "bedarf": 14, "kritik": 14,
    "verbesserung": 9, "persoenlich": 6,
}  # fmt: skip
#: The subject that more and more customers complain about.
_TREND: Final = "Unzufrieden mit der Ersatzteilverfügbarkeit"
_TREND_COUNT: Final = 36
_DOCUMENT_KINDS: Final = {
    "besuchsbericht": 26, "angebot": 18, "vertrag": 12, "pruefprotokoll": 14, "schriftverkehr": 10, "zeichnung": 8,
    "foto": 6, "avv": 3, "einwilligung": 3,
}  # fmt: skip
_RETENTION: Final = {"angebot": "handelsbrief6", "schriftverkehr": "handelsbrief6", "vertrag": "orga10"}
_YEARS: Final = {"angebot": 6, "schriftverkehr": 6, "vertrag": 10}


def make_consents(world: World) -> None:
    """Make consents and the list of addresses that must not be written to."""
    people = world.random.sample(world.people, min(len(world.people), world.number(_CONSENTS)))
    world.add("consent", [_consent(world, person.id) for person in people])
    if world.has("suppression"):
        raws = [
            {
                "kind": world.pick(("email", "telefon", "post")),
                "value_hash": sha256(f"{world.random.random()}".encode()).hexdigest(),
                "hint": f"{world.pick('abdefghjklm')}…@{world.pick('rstuvw')}….example",
                "reason": world.pick(("Widerspruch nach Art. 21 DSGVO", "Anruf: keine Werbung mehr", "Brief zurück")),
                "since": world.past(900).isoformat(),
            }
            for _ in range(world.number(_SUPPRESSED))
        ]
        world.add("suppression", raws)


def _consent(world: World, person: int) -> dict[str, Any]:
    status, channel, method = world.weighted(_STATUS), world.weighted(_CHANNELS), world.weighted(_METHODS)
    if status == "angefragt":
        # Whoever hasn't answered after some weeks is asked no more; and only an e-mail asks for a confirmation.
        method, channel = "doi", "email"
    given = world.moment(world.past(40 if status == "angefragt" else 900))
    confirmed = given + timedelta(hours=world.random.randint(1, 40))
    agreed = status in ("erteilt", "widerrufen", "abgelaufen")
    return {
        "person": person,
        "channel": channel,
        "legal_basis": "bestandskunde" if channel == "post" and world.chance(40) else "einwilligung",
        "status": status,
        "method": method,
        "wording": _WORDING.format(channel=_WORDS[channel]),
        "given_at": given if agreed else None,
        "confirmed_at": confirmed if agreed and method == "doi" else None,
        "withdrawn_at": min(given + timedelta(days=world.random.randint(20, 300)), world.ctx.now)
        if status == "widerrufen"
        else None,
        "valid_until": world.day(-world.random.randint(5, 200)).isoformat() if status == "abgelaufen" else None,
        "created_at": given,
        "updated_at": given,
    }


def make_requests(world: World) -> None:
    """Make the requests about privacy: one to be answered within five days, the others in other states."""
    cases = (
        ("auskunft", "bearbeitung", 25),
        ("loeschung", "beantwortet", 120),
        ("werbewiderspruch", "beantwortet", 60),
        ("berichtigung", "identitaet", 6),
    )
    raws = []
    for number in range(world.number(_REQUESTS)):
        kind, status, ago = cases[number % len(cases)]
        person = world.pick(world.people)
        # The law counts calendar days, so these aren't moved off the weekend.
        received = world.today - timedelta(days=ago)
        raws.append(
            {
                "kind": kind,
                "person": person.id,
                "requester": person.name,
                "received_on": received.isoformat(),
                "due_on": (received + timedelta(days=30)).isoformat(),
                "status": status,
                "identity_checked": status != "identitaet",
                "owner": world.user("privacy"),
                "created_at": world.moment(received),
            }
        )
    world.add("privacy_request", raws)


def make_insights(world: World) -> None:
    """Make what is known about customers, with one complaint that is heard more often every month."""
    raws = []
    total, trend = world.number(_INSIGHTS), world.number(_TREND_COUNT)
    for number in range(total):
        if number < trend:
            # Dense in the last weeks, thin a year ago.
            ago = int(330 * (number / trend) ** 2.2) + 1
            raws.append(_insight(world, "kritik", _TREND, ago))
        else:
            kind = world.weighted(_KINDS)
            raws.append(_insight(world, kind, world.pick(HEADLINES[kind]), world.random.randint(1, 600)))
    world.add("insight", raws)


def _insight(world: World, kind: str, headline: str, ago: int) -> dict[str, Any]:
    personal = kind == "persoenlich"
    about = world.pick(world.people)
    subject = {"entity": "person", "id": about.id}
    visit = None
    if not personal and world.chance(60):
        subject = {"entity": "account", "id": about.firm.id}
        if world.visits and world.chance(50):
            visit, firm, _ = world.pick(world.visits)
            subject = {"entity": "account", "id": firm.id}
    elif not personal and world.chance(8) and world.segments:
        subject = {"entity": "segment", "id": world.pick(world.segments["zielgruppe"])}
    observed = world.day(-ago)
    return {
        "subject": subject,
        "kind": kind,
        "headline": headline.format(hobby=world.pick(HOBBIES)),
        "details": "Im Gespräch erwähnt; beim nächsten Besuch aufgreifen." if world.chance(40) else None,
        "attitude": "m1" if kind == "kritik" else world.weighted({"p2": 10, "p1": 34, "n0": 40, "m1": 10, "u": 6}),
        "observed_on": observed.isoformat(),
        "source_activity": visit,
        "sensitivity": "team" if personal else "normal",
        "valid_until": world.day(200 - ago).isoformat() if world.chance(20) else None,
        "owner": about.firm.owner,
        "team": about.firm.team,
        "created_at": world.moment(observed),
        "updated_at": world.moment(observed),
    }


def make_documents(world: World) -> None:
    """Make the file cards of documents; the files themselves are no part of the demo."""
    raws = []
    for number in range(world.number(_DOCUMENTS)):
        firm = world.pick(world.firms)
        kind, day = world.weighted(_DOCUMENT_KINDS), world.past(800)
        if number < world.number(_EXPIRED):
            # Quotes and letters of seven years ago: nobody has to keep them any longer.
            kind, day = world.pick(("angebot", "schriftverkehr")), world.day(-world.random.randint(2600, 2850))
        deals = [row_id for row_id, owner, _ in world.opportunities if owner.id == firm.id] if kind == "angebot" else []
        raws.append(
            {
                "title": f"{world.pick(TITLES_OF_DOCUMENTS[kind])} {day:%m/%Y}",
                "kind": kind,
                "account": firm.id,
                "regarding": {"entity": "opportunity", "id": world.pick(deals)} if deals else None,
                "doc_date": day.isoformat(),
                "version_no": world.random.randint(1, 3),
                "locked": kind in ("angebot", "vertrag"),
                "retention_class": _RETENTION.get(kind, "keine"),
                "retain_until": f"{day.year + _YEARS[kind]}-12-31" if kind in _RETENTION else None,
                "sensitivity": "vertraulich" if kind in ("vertrag", "avv") else "normal",
                "owner": firm.owner,
                "team": firm.team,
                "created_at": world.moment(day),
                "updated_at": world.moment(day),
            }
        )
    world.add("document", raws)
