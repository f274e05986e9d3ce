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
        "told": Label("{signed} ({origin})", "{signed} ({origin})"),
        "when": Label("am {when}", "on {when}"),
        "who": Label("von {who}", "by {who}"),
        "version": Label("(Fassung {version})", "(version {version})"),
        "reason": Label("Grund: {reason}", "Reason: {reason}"),
        "field": Label("Feld", "Field"),
        "before": Label("Vorher", "Before"),
        "after": Label("Nachher", "After"),
        "rows": Label("Zeilen: {number}", "Rows: {number}"),
        "line": Label("Zeile {number}", "Row {number}"),
        "line_added": Label("Zeile {number}: hinzugefügt", "Row {number}: added"),
        "line_removed": Label("Zeile {number}: entfernt", "Row {number}: removed"),
        "line_changed": Label("Zeile {number}: geändert", "Row {number}: changed"),
        "line_head": Label("Zeile", "Row"),
        "lines_more": Label("Nicht gezeigte weitere Zeilen: {number}.", "Further rows that aren't shown: {number}."),
        "lines_reordered": Label("Die Zeilen stehen in anderer Reihenfolge.", "The rows are in another order."),
        "unknown": Label("Die Werte sind nicht mehr bekannt.", "The values are no longer known."),
        "erased": Label("Die Werte wurden gelöscht.", "The values were erased."),
        "older": Label("Ältere Änderungen", "Older changes"),
        "look_back": Label("Früherer Stand", "Earlier state"),
        "look_back_help": Label(
            "Wählen Sie einen Zeitpunkt, um den Datensatz zu sehen, wie er damals war. Mit einem zweiten Zeitpunkt "
            "sehen Sie, was sich dazwischen geändert hat.",
            "Choose a moment to see the record as it was then. With a second moment you see what changed in between.",
        ),
        "at": Label("Stand am", "State on"),
        "to": Label("Verglichen mit (leer: kein Vergleich)", "Compared with (empty: no comparison)"),
        "no_comparison": Label("Kein Vergleich", "No comparison"),
        "show": Label("Anzeigen", "Show"),
        "then": Label("Stand danach", "State afterwards"),
        "compare": Label("Mit jetzt vergleichen", "Compare with now"),
        "now": Label("Jetzt", "Now"),
        "on": Label("Am {when}", "On {when}"),
        "after_entry": Label("Nach: {signed}", "After: {signed}"),
        "undated": Label(
            "Wann dieser Datensatz angelegt und geändert wurde, dürfen Sie nicht sehen, und deshalb auch nicht nach "
            "einem Zeitpunkt fragen. Wählen Sie einen Eintrag aus dem Verlauf.",
            "You may not see when this record was created and changed, and so you can't ask for a moment either. "
            "Choose an entry of the history.",
        ),
        "differences": Label("Unterschiede", "Differences"),
        "value": Label("Wert", "Value"),
        "same": Label(
            "Zwischen diesen Zeitpunkten ist nichts anders, das Sie sehen dürfen.",
            "Between these moments nothing is different that you may see.",
        ),
        "nothing": Label(
            "Zu diesem Zeitpunkt war nichts eingetragen, das Sie sehen dürfen.",
            "At this moment nothing was entered that you may see.",
        ),
        "no_entry": Label(
            "Diesen Eintrag gibt es hier nicht. Wählen Sie einen aus dem Verlauf oder einen Zeitpunkt.",
            "There is no such entry here. Choose one from the history, or a moment.",
        ),
        "erase": Label("Werte aus dem Verlauf löschen", "Erase values from the history"),
        "erase_title": Label("Aus dem Verlauf löschen: {title}", "Erase from the history: {title}"),
        "erase_lead": Label(
            "Alle Werte, die die gewählten Felder je hatten, verschwinden für immer aus dem Verlauf. Dass etwas "
            "geändert wurde, wann und von wem, bleibt sichtbar und beweisbar. Was heute im Datensatz steht, bleibt "
            "stehen: Leeren Sie es vorher in der Maske, wenn es auch weg soll.",
            "Every value that the chosen fields ever had vanishes from the history for good. That something was "
            "changed, when and by whom, stays visible and provable. What is in the record today stays: empty it in the "
            "form first, if that is to go too.",
        ),
        "erase_fields": Label("Felder", "Fields"),
        "erase_reason": Label("Grund der Löschung", "Reason of the erasure"),
        "erased_now": Label(
            "Die Werte sind gelöscht. Einträge, die welche verloren haben: {number}.",
            "The values are erased. Entries that have lost some: {number}.",
        ),
        "all": Label("Alle Änderungen", "All changes"),
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
