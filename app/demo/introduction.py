"""The records of the introduction pack: how Neckarwerk introduces its CRM, for whoever plans the same."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from app.demo.world import World

#: Title, area, in scope, figure, baseline, target, actual, benefit a year.
_GOALS: Final = (
    ("Reaktionszeit auf Anfragen halbieren", "kundennutzen", True, "Stunden bis zur ersten Antwort", 52, 24, 31, 18000),
    ("Eine Kundenakte für alle", "strategisch", True, "Doppelt geführte Listen", 11, 0, 4, 24000),
    ("Wartungsverträge rechtzeitig verlängern", "monetaer", True, "Verlängerungsquote in %", 71, 85, 76, 62000),
    ("Angebote nachverfolgen", "monetaer", True, "Angebote ohne nächsten Schritt in %", 38, 10, 19, 41000),
    ("Datenschutz nachweisen", "infrastruktur", True, "Kontakte mit Rechtsgrundlage in %", 35, 95, 63, None),
    ("Wissen der Techniker nutzen", "mitarbeit", True, "Hinweise aus dem Service im Monat", 3, 25, 14, 15000),
    ("Buchhaltung ablösen", "infrastruktur", False, None, None, None, None, None),
    ("Besuchsberichte am selben Tag", "kundennutzen", True, "Berichte am selben Tag in %", 22, 80, 48, 12000),
)
#: Name, departments, owner, importance, urgency, improvement, phase, minutes today and then, cases a month.
_PROCESSES: Final = (
    ("Anfrage annehmen", ("vertrieb", "innendienst"), "innendienst", 5, 5, "muss", 1, 25, 10, 140),
    ("Angebot nachfassen", ("vertrieb",), "vertrieb", 5, 4, "muss", 1, 20, 8, 90),
    ("Besuch vorbereiten", ("vertrieb", "service"), "vertrieb", 4, 4, "muss", 1, 45, 15, 110),
    ("Besuchsbericht schreiben", ("vertrieb", "service"), "vertrieb", 4, 5, "muss", 1, 40, 15, 110),
    ("Störung aufnehmen", ("service", "disposition"), "disposition", 5, 5, "soll", 2, 18, 9, 260),
    ("Wartungsvertrag verlängern", ("innendienst", "vertrieb"), "innendienst", 5, 3, "muss", 2, 60, 25, 14),
    ("Einwilligung einholen", ("marketing", "vertrieb"), "marketing", 4, 4, "muss", 1, 15, 5, 70),
    ("Auskunft nach DSGVO", ("gf", "innendienst"), "gf", 3, 3, "soll", 2, 240, 45, 1),
    ("Hausmesse einladen", ("marketing",), "marketing", 2, 2, "kann", 3, 960, 300, 1),
    ("Reklamation bearbeiten", ("service", "innendienst"), "service", 5, 4, "soll", 2, 70, 40, 22),
    ("Neuen Kunden anlegen", ("innendienst", "buchhaltung"), "innendienst", 3, 4, "muss", 1, 20, 7, 25),
    ("Bonität prüfen", ("buchhaltung",), "buchhaltung", 3, 2, "kann", 3, 15, 10, 25),
    ("Kundenbrief versenden", ("marketing",), "marketing", 2, 2, "kann", 3, 480, 180, 1),
    ("Urlaubsvertretung übergeben", ("vertrieb", "innendienst"), "vertrieb", 4, 3, "soll", 2, 90, 20, 6),
)
#: Name, kind, what becomes of it, format, records, quality, status.
_SYSTEMS: Final = (
    ("Kundenliste Vertrieb", "excel", "abloesen", "XLSX", 1840, "rot", "laeuft"),
    ("Adressen Innendienst", "access", "abloesen", "MDB", 2600, "gelb", "laeuft"),
    ("Messekontakte", "excel", "archiv", "XLSX", 730, "rot", "abgeschlossen"),
    ("Buchhaltung", "fibu", "bleibt", "CSV", 5400, "gruen", "idee"),
    ("Warenwirtschaft", "erp", "bleibt", "CSV", 12800, "gelb", "beauftragt"),
    ("Gruppenpostfächer", "groupware", "bleibt", "IMAP", 48000, "gelb", "idee"),
    ("Telefonanlage", "telefon", "bleibt", None, None, "gruen", "idee"),
    ("Altes CRM", "crm_alt", "abloesen", "CSV", 3900, "rot", "abnahme"),
    ("Vertragsordner im Netz", "dms", "ohne", "PDF", 9200, "gelb", "pausiert"),
)
_DECISIONS: Final = (
    (
        "Welche Listen werden übernommen?", "entschieden",
        "Elf Listen enthalten Adressen, viele davon doppelt und veraltet.",
        "Vertrieb und Innendienst, bereinigt; Messekontakte ins Archiv.",
    ),
    (
        "Wer darf Firmen anlegen?", "entschieden", "Heute legt jede Abteilung Firmen an, oft mehrfach.",
        "Vertrieb und Innendienst; die Buchhaltung ergänzt Zahlungsdaten.",
    ),
    (
        "Bleibt das alte CRM lesbar?", "entschieden", "Für Rückfragen zu alten Verträgen wird es noch gebraucht.",
        "Ja, bis Jahresende, danach Export ins Archiv.",
    ),
    (
        "Private Kontakte auf dem Diensthandy?", "vertagt",
        "Einige Telefone mischen private und geschäftliche Kontakte.", None,
    ),
    (
        "Anbindung der Telefonanlage in Phase 2?", "offen",
        "Der Innendienst möchte Anrufer sehen, bevor er abnimmt.", None,
    ),
    (
        "Betriebsvereinbarung zu Auswertungen", "offen",
        "Der Betriebsrat möchte, dass Auswertungen nur Teams zeigen, nicht einzelne Personen.", None,
    ),
)  # fmt: skip
#: Overall state, what was achieved, what comes next, risks; the latest month first.
_REPORTS: Final = (
    ("gelb", "Schulungen im Service abgeschlossen.", "Altes CRM abschalten.", "Zwei Lotsen sind im Urlaub."),
    ("gruen", "Vertrieb arbeitet mit dem neuen System.", "Schulungen im Service.", None),
    ("gruen", "Adressen des Innendienstes übernommen.", "Start im Vertrieb.", None),
    (
        "rot",
        "Dubletten in der Kundenliste gefunden.",
        "Adressen bereinigen.",
        "Die Altdaten sind schlechter als gedacht.",
    ),
    ("gelb", "Masken mit den Lotsen geprüft.", "Probeübernahme der Adressen.", "Für die Bereinigung fehlt Zeit."),
    ("gruen", "Workshops mit allen Abteilungen geführt.", "Masken einrichten.", None),
)
_WORKSHOPS: Final = (
    ("Auftakt mit allen Abteilungen", ("vertrieb", "innendienst", "service", "marketing", "gf"), -160),
    ("Wie eine Anfrage läuft", ("vertrieb", "innendienst"), -132),
    ("Besuch und Bericht", ("vertrieb", "service"), -104),
    ("Datenschutz und Einwilligung", ("marketing", "gf"), -76),
    ("Störung und Wartung", ("service", "disposition"), -41),
)
_TRAININGS: Final = (
    ("Lotsen-Schulung", "lotsen", -90),
    ("Anwenderschulung Vertrieb", "anwender", -48),
    ("Anwenderschulung Service", "anwender", -20),
    ("Kurzschulung Listen und Filter", "kurz", 9),
)
_NAMES: Final = ("Anna Berger", "Uwe Hahn", "Sabine Vogt", "Jana Stein", "Florian Beck", "Piotr Nowak", "Elif Demir")


def make_introduction(world: World) -> None:
    """Make the project's records, as far as the pack is there."""
    makers = {
        "intro_goal": _goals,
        "intro_system": _systems,
        "decision": _decisions,
        "status_report": _reports,
        "training": _trainings,
    }
    made: dict[str, list[int]] = {}
    if world.has("intro_process"):
        made["intro_process"] = world.add("intro_process", _processes())
    for entity, make in makers.items():
        if world.has(entity):
            made[entity] = world.add(entity, make(world, made))
    if world.has("workshop"):
        world.add("workshop", _workshops(world, made.get("intro_process", [])))


def _goals(world: World, made: dict[str, list[int]]) -> list[dict[str, Any]]:
    keys = ("title", "area", "in_scope", "kpi", "baseline", "target", "actual", "benefit_per_year")
    lead = world.user("project_lead", "crm_manager")
    return [{**dict(zip(keys, goal, strict=True)), "responsible": lead} for goal in _GOALS]


def _processes() -> list[dict[str, Any]]:
    keys = (
        "name", "departments", "owner_department", "importance", "urgency", "improvement", "phase", "minutes_today",
        "minutes_target", "cases_per_month",
    )  # fmt: skip
    return [
        {
            **dict(zip(keys, (process[0], list(process[1]), *process[2:]), strict=True)),
            "as_is": f"{process[0]}: heute über Listen, Zettel und Zuruf.",
            "weaknesses": "Angaben werden mehrfach erfasst; niemand sieht den Stand der anderen.",
            "to_be": f"{process[0]}: ein Vorgang im CRM, sichtbar für alle Beteiligten.",
            "customer_benefit": "Schnellere, verlässliche Antwort.",
        }
        for process in _PROCESSES
    ]


def _systems(world: World, made: dict[str, list[int]]) -> list[dict[str, Any]]:
    keys = ("name", "kind", "fate", "data_format", "record_count", "data_quality", "migration_status")
    return [{**dict(zip(keys, one, strict=True)), "responsible": world.user("crm_manager")} for one in _SYSTEMS]


def _decisions(world: World, made: dict[str, list[int]]) -> list[dict[str, Any]]:
    return [
        {
            "title": title,
            "status": status,
            "outcome": outcome,
            "background": background,
            "decided_by": world.user("management") if status == "entschieden" else None,
            "decided_at": world.moment(world.day(-120 + number * 18)) if status == "entschieden" else None,
            "due_on": world.day(-100 + number * 30).isoformat(),
        }
        for number, (title, status, background, outcome) in enumerate(_DECISIONS)
    ]


def _reports(world: World, made: dict[str, list[int]]) -> list[dict[str, Any]]:
    raws = []
    month = world.today.replace(day=1)
    for number, (overall, achieved, coming, risks) in enumerate(_REPORTS):
        month = (month - timedelta(days=1)).replace(day=1)
        written = world.moment(world.day((month - world.today).days + 30))
        read = written + timedelta(days=2, hours=1)
        raws.append(
            {
                "period": f"{month:%m/%Y}",
                "overall": overall,
                "achieved": achieved,
                "next": coming,
                "risks": risks,
                "decisions": made.get("decision", [])[number : number + 1],
                "reviewed_by": world.user("management") if number else None,
                "reviewed_at": min(read, world.ctx.now) if number else None,
                "created_at": min(written, world.ctx.now),
            }
        )
    return raws


def _trainings(world: World, made: dict[str, list[int]]) -> list[dict[str, Any]]:
    raws = []
    for title, kind, days in _TRAININGS:
        people = world.some(_NAMES, 3, 6)
        raws.append(
            {
                "title": title,
                "kind": kind,
                "held_at": world.moment(world.day(days)),
                "trainer": world.user("crm_manager"),
                "participants": people,
                "attended": people[:-1] if days < 0 else [],
            }
        )
    return raws


def _workshops(world: World, processes: list[int]) -> list[dict[str, Any]]:
    return [
        {
            "title": title,
            "held_at": world.moment(world.day(days)),
            "departments": list(departments),
            "participants": world.some(_NAMES, 3, 6),
            "minutes": "Ablauf aufgenommen, Schwachstellen gesammelt, Soll skizziert.",
            "processes": world.some(processes, 1, 4),
        }
        for title, departments, days in _WORKSHOPS
    ]
