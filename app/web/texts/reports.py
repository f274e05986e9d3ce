"""Texts of reports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.language import Label

TEXTS: Final[Mapping[str, Mapping[str, Label]]] = {
    "report": {
        "all": Label("Auswertungen", "Reports"),
        "none": Label("Noch keine Auswertungen", "No reports yet"),
        "none_hint": Label(
            "Der CRM-Manager legt Auswertungen an; Ihre erscheinen dann hier.",
            "The CRM manager creates reports; yours will appear here.",
        ),
        "any": Label("Alle", "Any"),
        "run": Label("Auswerten", "Run"),
        "shown_as": Label("Darstellung", "Shown as"),
        "show_table": Label("Tabelle", "Table"),
        "show_pivot": Label("Kreuztabelle", "Pivot table"),
        "show_chart": Label("Diagramm", "Chart"),
        "total": Label("Summe", "Total"),
        "empty": Label("Keine Zahlen in diesem Zeitraum", "No figures for this selection"),
        "empty_hint": Label("Ändern Sie die Angaben oben.", "Change the parameters above."),
        "cut": Label(
            "Es sind nur die ersten {n} Gruppen gezeigt. Grenzen Sie die Auswertung ein.",
            "Only the first {n} groups are shown. Narrow the report down.",
        ),
        "json": Label("JSON-Datei", "JSON file"),
        "chart_text": Label(
            "Diagramm: {title}. Die Zahlen stehen in der Tabelle.", "Chart: {title}. The figures are in the table."
        ),
    },
}
