"""Schema of roles."""

from __future__ import annotations

from typing import Final

from app.language import Label
from app.meta.grammar.words import (
    HELP,
    KEY_PATTERN,
    LABEL,
    Schema,
    array,
    choice,
    closed,
    document,
    flag,
    ref,
    said,
)
from app.meta.role import Reach

CAPABILITIES: Final = ("configure", "people", "administer", "export")
_LEVELS: Final = ("none", "read", "write")
_REACHES: Final = tuple(reach.value for reach in Reach if reach is not Reach.WHERE)
_OR_EVERY: Final = f"{KEY_PATTERN}|^\\*$"
_SECTION: Final = r"^[a-z][a-z0-9_]{0,40}\.[a-z][a-z0-9_]{0,40}/[a-z][a-z0-9_]{0,40}$"

SCOPE: Final = said(
    {"anyOf": [{"type": "boolean"}, {"enum": list(_REACHES)}, closed({"where": ref("expression")}, ("where",))]},
    "Für welche Datensätze: true oder all, false oder none, own (eigene), team, team_tree (Team und Teams darunter) "
    'oder eine Bedingung: {"where": "region = \\"sued\\""}.',
    "For which records: true or all, false or none, own, team, team_tree (the team and those below) or a condition: "
    '{"where": "region = \\"sued\\""}.',
)


def _verb(de: str, en: str) -> Schema:
    return said(ref("scope"), de, en)


_RIGHTS: Final = closed(
    {
        "create": _verb("Anlegen.", "Create."),
        "read": _verb("Lesen.", "Read."),
        "update": _verb("Ändern.", "Change."),
        "retire": _verb("Archivieren.", "Archive."),
        "restore": _verb(
            "Aus dem Archiv holen; ohne Angabe wie retire.", "Bring back from the archive; like retire where not given."
        ),
        "export": said(
            {"type": "boolean"},
            "Als Datei mitnehmen; ohne Angabe, was das Recht export der Rolle sagt.",
            "Take along as a file; what the role's capability export says where not given.",
        ),
        "import": flag("Aus Dateien anlegen und ändern.", "Create and change from files."),
        "bulk": flag("Viele auf einmal ändern.", "Change many at once."),
        "erase": flag(
            "Werte aus dem Verlauf löschen, etwa weil eine Person es verlangt.",
            "Erase values from the history, for instance because a person demands it.",
        ),
        "fields": said(
            {
                "type": "object",
                "propertyNames": {"pattern": _OR_EVERY},
                "additionalProperties": choice(_LEVELS, "none, read oder write.", "none, read or write."),
                "maxProperties": 2000,
            },
            "Was mit einzelnen Feldern geht; „*“ steht für alle nicht genannten.",
            "What may be done with single fields; “*” stands for every one that isn't named.",
        ),
        "sections": said(
            {
                "type": "object",
                "propertyNames": {"pattern": _SECTION},
                "additionalProperties": {"type": "boolean"},
                "maxProperties": 500,
            },
            "Abschnitte von Masken, die diese Rolle nicht braucht: <Maske>/<Abschnitt>: false.",
            "Sections of masks that this role has no use for: <mask>/<section>: false.",
        ),
    }
)
ROLES: Final = document(
    "roles",
    Label("Rolle", "Role"),
    Label("Was Menschen mit dieser Rolle dürfen.", "What people with this role may do."),
    {
        "label": LABEL,
        "help": HELP,
        "home": said(ref("key"), "Dashboard, mit dem der Tag beginnt.", "Dashboard that the day begins with."),
        "capabilities": said(
            array(choice(CAPABILITIES, "Ein Recht.", "A right."), unique=True),
            "Rechte, die nicht an Datensätzen hängen: configure (veröffentlichen), people (Benutzer, Teams, Rollen "
            "vergeben), administer (Konsole), export.",
            "Rights that aren't about records: configure (publish), people (users, teams, giving roles), administer "
            "(console), export.",
        ),
        "second_factor": flag(
            "Wer sie hat, muss beim Anmelden einen zweiten Faktor zeigen (App oder Passkey).",
            "Whoever has it must show a second factor when signing in (app or passkey).",
        ),
        "entities": said(
            {
                "type": "object",
                "propertyNames": {"pattern": _OR_EVERY},
                "additionalProperties": _RIGHTS,
                "maxProperties": 2000,
            },
            "Rechte je Objektart; „*“ steht für alle nicht genannten.",
            "Rights by entity; “*” stands for every one that isn't named.",
        ),
    },
    ("label", "entities"),
)
