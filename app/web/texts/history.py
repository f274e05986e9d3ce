"""Texts of a record's history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.language import Label

TEXTS: Final[Mapping[str, Mapping[str, Label]]] = {
    "history": {
        "link": Label("Verlauf", "History"),
        "title": Label("Verlauf: {title}", "History: {title}"),
        "none": Label(
            "Hier gibt es keine Änderungen, die Sie sehen dürfen.", "There are no changes here that you may see."
        ),
        "told": Label("{verb} am {when} von {who} ({origin})", "{verb} on {when} by {who} ({origin})"),
        "reason": Label("Grund: {reason}", "Reason: {reason}"),
        "field": Label("Feld", "Field"),
        "before": Label("Vorher", "Before"),
        "after": Label("Nachher", "After"),
        "rows": Label("Zeilen: {number}", "Rows: {number}"),
        "unknown": Label("Die Werte sind nicht mehr bekannt.", "The values are no longer known."),
        "older": Label("Ältere Änderungen", "Older changes"),
    },
    "history_verb": {
        "create": Label("Angelegt", "Created"),
        "update": Label("Geändert", "Changed"),
        "retire": Label("Archiviert", "Archived"),
        "restore": Label("Wiederhergestellt", "Restored"),
        "compute": Label("Neu berechnet", "Recalculated"),
        "erase": Label("Werte gelöscht", "Values erased"),
    },
    "history_origin": {
        "mask": Label("Maske", "form"),
        "api": Label("Schnittstelle", "API"),
        "bulk": Label("Sammeländerung", "bulk change"),
        "import": Label("Import", "import"),
        "product": Label("Lotse", "Lotse"),
    },
}
