"""Texts of the page on which a file is imported."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.language import Label

TEXTS: Final[Mapping[str, Mapping[str, Label]]] = {
    "import": {
        "title": Label("{plural} importieren", "Import {plural}"),
        "lead": Label(
            "Wählen Sie eine CSV-Datei mit Überschriften. Sie wird zuerst nur geprüft; gespeichert wird erst danach, "
            "und dann alles oder nichts.",
            "Choose a CSV file with headings. It is only checked at first; it is saved afterwards, all or nothing.",
        ),
        "file": Label("CSV-Datei", "CSV file"),
        "file_hint": Label(
            "Höchstens {rows} Datensätze und {size} MB, in UTF-8 oder wie Excel sie schreibt.",
            "At most {rows} records and {size} MB, in UTF-8 or as Excel writes it.",
        ),
        "kept": Label(
            "Ohne neue Auswahl wird die Datei von eben noch einmal geprüft.",
            "Unless you choose another one, the file of just now is checked again.",
        ),
        "spelling": Label("Zahlen in der Datei", "Numbers in the file"),
        "spelling_": Label("wie das Trennzeichen vermuten lässt", "as the separator suggests"),
        "spelling_de": Label("mit Komma: 1.234,50", "with a comma: 1.234,50"),
        "spelling_en": Label("mit Punkt: 1,234.50 (so exportiert Lotse)", "with a point: 1,234.50 (as Lotse exports)"),
        "check": Label("Prüfen", "Check"),
        "again": Label("Noch einmal prüfen", "Check again"),
        "run": Label("Jetzt importieren", "Import now"),
        "other": Label("Andere Datei", "Another file"),
        "no_file": Label("Es fehlt eine Datei. Bitte wählen Sie eine aus.", "A file is missing. Please choose one."),
        "expired": Label(
            "Die geprüfte Datei liegt nicht mehr vor. Bitte wählen Sie sie noch einmal aus und prüfen Sie sie.",
            "The file that was checked is no longer there. Please choose it once more and check it.",
        ),
        "dense": Label(
            "Die Datei ist zu groß, um sie nach dem Prüfen aufzuheben. Bitte teilen Sie sie in mehrere auf.",
            "The file is too large to be kept after it was checked. Please split it up into several.",
        ),
        "checked": Label(
            "Geprüft: Die Datei passt. Gespeichert ist noch nichts.", "Checked: the file fits. Nothing is saved yet."
        ),
        "nothing": Label(
            "Geprüft: Alles, was in der Datei steht, ist schon so gespeichert. Es gibt nichts zu importieren.",
            "Checked: everything in the file is stored like that already. There is nothing to import.",
        ),
        "back": Label("Zur Liste", "To the list"),
        "refused": Label(
            "{n} Stellen passen nicht, gespeichert wurde nichts. Berichtigen Sie die Datei und prüfen Sie sie noch "
            "einmal.",
            "{n} places don't fit, and nothing was saved. Correct the file and check it again.",
        ),
        "refused_one": Label(
            "Eine Stelle passt nicht, gespeichert wurde nichts. Berichtigen Sie die Datei und prüfen Sie sie noch "
            "einmal.",
            "One place doesn't fit, and nothing was saved. Correct the file and check it again.",
        ),
        "first": Label("Gezeigt sind die ersten {most}.", "The first {most} are shown."),
        "created": Label("Neue Datensätze", "New records"),
        "changed": Label("Geänderte Datensätze", "Changed records"),
        "unchanged": Label("Unveränderte Datensätze", "Unchanged records"),
        "manner": Label(
            "Gelesen als {encoding}, Trennzeichen {separator}, Zahlen {spelling}.",
            "Read as {encoding}, separator {separator}, numbers {spelling}.",
        ),
        "number_de": Label("mit Komma (1.234,50)", "with a comma (1.234,50)"),
        "number_en": Label("mit Punkt (1,234.50)", "with a point (1,234.50)"),
        "skipped": Label("Nicht übernommene Spalten", "Columns that aren't imported"),
        "line": Label("Zeile", "Line"),
        "column": Label("Spalte", "Column"),
        "what": Label("Was zu tun ist", "What to do"),
        "headings": Label("Mögliche Überschriften", "Possible headings"),
        "headings_hint": Label(
            "Bezeichnung oder Schlüssel, in jeder Reihenfolge. Spalten, die fehlen, bleiben unverändert; leere Zellen "
            "leeren das Feld. Zum Ändern braucht es „id“ und „version“, wie sie die Liste „zum Ändern“ exportiert.",
            "Label or key, in any order. Columns that are missing stay as they are; empty cells empty the field. To "
            "change records, “id” and “version” are needed, as the list exports them “for changing”.",
        ),
        "export": Label("Liste zum Ändern exportieren", "Export the list for changing"),
        "done": Label("Importiert: {created} neu, {changed} geändert.", "Imported: {created} new, {changed} changed."),
    },
}
