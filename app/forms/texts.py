"""Texts of masks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.language import Label, Locale

EMPTY: Final = "–"

TEXTS: Final[Mapping[str, Label]] = {
    "required": Label("muss ausgefüllt sein", "must be filled in"),
    "tabs": Label("Bereiche", "Areas"),
    "choose": Label("– bitte wählen –", "– please choose –"),
    "kind": Label("Art", "Kind"),
    "currency": Label("Währung", "Currency"),
    "street": Label("Straße und Hausnummer", "Street and number"),
    "postcode": Label("PLZ", "Postcode"),
    "city": Label("Ort", "City"),
    "state": Label("Bundesland", "State"),
    "country": Label("Land", "Country"),
    "search": Label("Name eingeben …", "Type a name …"),
    "hits": Label("Treffer", "Hits"),
    "new": Label("Neu …", "New …"),
    "new_of": Label("{entity} neu anlegen", "Create: {entity}"),
    "add_more": Label("Weiteren Eintrag suchen", "Search for another entry"),
    "comma": Label("Mehrere durch Komma trennen.", "Separate several by commas."),
    "markdown": Label("Formatieren mit **fett**, *kursiv*, - Liste.", "Format with **bold**, *italic*, - list."),
    "lines_add": Label("Zeile hinzufügen", "Add line"),
    "lines_remove": Label("Zeile {n} entfernen", "Remove line {n}"),
    "lines_up": Label("Zeile {n} nach oben", "Move line {n} up"),
    "lines_down": Label("Zeile {n} nach unten", "Move line {n} down"),
    "lines_none": Label("Noch keine Zeilen.", "No lines yet."),
    "lines_row": Label("Zeile {n}", "Line {n}"),
    "lines_actions": Label("Zeile ändern", "Change line"),
    "lines_sum": Label("Summe", "Sum"),
    "refresh": Label("Aktualisieren", "Refresh"),
    "refresh_why": Label(
        "Zeigt die Felder, die von Ihren Eingaben abhängen, ohne zu speichern.",
        "Shows the fields that depend on what you entered, without saving.",
    ),
}

REQUIRED: Final = Label(
    "„{field}“ fehlt. Bitte ausfüllen.",
    "“{field}” is missing. Please fill it in.",
)
AT_LINE: Final = Label("Zeile {n}, {field}", "Line {n}, {field}")
TOO_MANY_LINES: Final = Label(
    "Mehr als {limit} Zeilen sind nicht möglich. Bitte auf mehrere Datensätze verteilen.",
    "More than {limit} lines are not possible. Please spread them over several records.",
)


def said(key: str, locale: Locale, **values: object) -> str:
    """Return a text of masks in the reader's language."""
    label = TEXTS[key]
    return label.format(**values).text(locale) if values else label.text(locale)
