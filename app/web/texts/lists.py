"""Texts of lists and of the reference picker."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.language import Label

TEXTS: Final[Mapping[str, Mapping[str, Label]]] = {
    "list": {
        "new": Label("Neu anlegen", "Create"),
        "export": Label("Exportieren", "Export"),
        "csv": Label("CSV-Datei", "CSV file"),
        "exchange": Label("Import und Export", "Import and export"),
        "import": Label("Importieren", "Import"),
        "changing": Label("CSV-Datei zum Ändern", "CSV file for changing"),
        "xlsx": Label("Excel-Datei (XLSX)", "Excel file (XLSX)"),
        "withheld": Label(
            "Nicht in der Datei: {names}. Das dürfen Sie nicht exportieren; bei Bedarf fragen Sie Ihren CRM-Manager.",
            "Not in the file: {names}. You may not export it; ask your CRM manager if you need it.",
        ),
        "views": Label("Ansichten", "Views"),
        "search": Label("In {plural} suchen", "Search {plural}"),
        "filter": Label("Filter", "Filter"),
        "filter_off": Label("Filter entfernen: {filter}", "Remove filter: {filter}"),
        "which_field": Label("Wonach filtern?", "Filter by what?"),
        "operator": Label("Vergleich", "Comparison"),
        "value": Label("Wert", "Value"),
        "until": Label("Bis", "Until"),
        "apply": Label("Anwenden", "Apply"),
        "change": Label("Filter ändern: {filter}", "Change filter: {filter}"),
        "find": Label("{label} suchen", "Find {label}"),
        "find_go": Label("Suchen", "Search"),
        "other_field": Label("Anderes Feld", "Another field"),
        "several": Label("{n} ausgewählte", "{n} selected"),
        "from_to": Label("von {low} bis {high}", "from {low} to {high}"),
        "from": Label("ab {low}", "from {low}"),
        "up_to": Label("bis {high}", "up to {high}"),
        "columns": Label("Spalten", "Columns"),
        "columns_title": Label("Welche Spalten?", "Which columns?"),
        "bin": Label("Papierkorb", "Bin"),
        "bin_off": Label("Aktuelle zeigen", "Show current ones"),
        "bin_of": Label("{plural}: Papierkorb", "{plural}: bin"),
        "bin_empty": Label("Der Papierkorb ist leer", "The bin is empty"),
        "bin_empty_hint": Label(
            "Was Sie archivieren, steht dann hier und lässt sich wiederherstellen.",
            "Whatever you archive is listed here and can be restored.",
        ),
        "first": Label("Zum Anfang der Liste", "Back to the beginning of the list"),
        "reset": Label("Filter zurücksetzen", "Reset filters"),
        "pages": Label("Seiten der Liste", "Pages of the list"),
        "more": Label("Weitere laden", "Load more"),
        "count": Label("Zählen", "Count"),
        "counted": Label("{n}", "{n}"),
        "counted_many": Label("mehr als {n}", "more than {n}"),
        "sort_by": Label("Sortieren nach {column}", "Sort by {column}"),
        "nameless": Label("Ohne Namen", "Untitled"),
        "all": Label("Alle {plural}.", "All {plural}."),
        "empty": Label("Noch keine {plural}", "No {plural} yet"),
        "empty_hint": Label(
            "Legen Sie den ersten Eintrag an; er steht dann hier.", "Create the first one; it will be listed here."
        ),
        "empty_filtered": Label("Nichts passt zu dieser Auswahl", "Nothing matches this selection"),
        "empty_filtered_hint": Label(
            "Nehmen Sie einen Filter weg oder suchen Sie mit weniger Buchstaben.",
            "Remove a filter or search with fewer letters.",
        ),
    },
    "pick": {
        "title": Label("{plural} suchen", "Find {plural}"),
        "search": Label("Suchen", "Search"),
        "users": Label("Benutzer", "Users"),
        "teams": Label("Teams", "Teams"),
        "none": Label("Nichts gefunden.", "Nothing found."),
        "number": Label("Nummer {id}", "Number {id}"),
        "create": Label("{entity} neu anlegen …", "Create a new {entity} …"),
    },
}
