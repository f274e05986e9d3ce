"""Texts of the frame: menus, palette, search, shortcuts, home."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.language import Label

TEXTS: Final[Mapping[str, Mapping[str, Label]]] = {
    "shell": {
        "skip": Label("Zum Inhalt springen", "Skip to content"),
        "menu": Label("Hauptmenü", "Main menu"),
        "menu_open": Label("Ganzes Menü zeigen oder schließen", "Show or close the whole menu"),
        "home": Label("Start", "Home"),
        "more": Label("Weitere", "More"),
        "everything": Label("Alles, was es gibt", "Everything there is"),
        "reports": Label("Alle Auswertungen", "All reports"),
        "search": Label("Suchen", "Search"),
        "palette_key": Label("Strg K", "Ctrl K"),
        "create": Label("Neu", "New"),
        "shortcuts": Label("Tastenkürzel", "Keyboard shortcuts"),
        "account": Label("Mein Konto", "My account"),
        "language": Label("Sprache", "Language"),
        "theme": Label("Farben", "Colours"),
        "theme_light": Label("Hell", "Light"),
        "theme_dark": Label("Dunkel", "Dark"),
        "theme_auto": Label("System", "System"),
        "density": Label("Zeilen", "Rows"),
        "density_normal": Label("Normal", "Normal"),
        "density_compact": Label("Eng", "Compact"),
        "admin": Label("Verwaltung", "Administration"),
        "password": Label("Passwort ändern", "Change password"),
        "sign_out": Label("Abmelden", "Sign out"),
        "rail": Label("Menübreite", "Menu width"),
    },
    "palette": {
        "name": Label("Springen und suchen", "Jump and search"),
        "prompt": Label("Name, Nummer, Liste oder Auswertung …", "Name, number, list or report …"),
        "results": Label("Treffer", "Results"),
        "nothing": Label("Nichts gefunden. Versuchen Sie weniger Buchstaben.", "Nothing found. Try fewer letters."),
        "view": Label("Liste", "List"),
        "report": Label("Auswertung", "Report"),
        "dashboard": Label("Übersicht", "Dashboard"),
        "new": Label("{entity} anlegen", "Create: {entity}"),
        "action": Label("Aktion", "Action"),
    },
    "search": {
        "title": Label("Treffer für „{q}“", "Results for “{q}”"),
        "none_asked": Label("Was suchen Sie?", "What are you looking for?"),
        "nothing": Label("Nichts gefunden", "Nothing found"),
        "hint": Label(
            "Ein Teil eines Namens, einer Nummer oder einer E-Mail-Adresse genügt.",
            "Part of a name, a number or an e-mail address is enough.",
        ),
        "more": Label("Alle Treffer in {plural}", "All results in {plural}"),
    },
    "keys": {
        "title": Label("Tastenkürzel", "Keyboard shortcuts"),
        "ctrl_k": Label("Strg + K", "Ctrl + K"),
        "slash": Label("/", "/"),
        "e": Label("E", "E"),
        "n": Label("N", "N"),
        "ctrl_enter": Label("Strg + Eingabe", "Ctrl + Enter"),
        "escape": Label("Esc", "Esc"),
        "question": Label("?", "?"),
        "palette": Label("Springen und suchen", "Jump and search"),
        "search": Label("In das Suchfeld", "Into the search box"),
        "edit": Label("Den geöffneten Datensatz bearbeiten", "Edit the open record"),
        "new": Label("Auf einer Liste: neuer Datensatz", "On a list: new record"),
        "save": Label("Die Maske speichern", "Save the form"),
        "close": Label("Menü oder Fenster schließen", "Close a menu or dialog"),
        "this": Label("Diese Übersicht", "This overview"),
    },
    "home": {
        "greeting": Label("Guten Tag, {name}", "Hello, {name}"),
        "dashboards": Label("Übersichten", "Dashboards"),
        "empty": Label("Ihre Startseite ist noch leer", "Your home page is still empty"),
        "empty_hint": Label(
            "Der CRM-Manager kann Ihrer Rolle eine Übersicht geben. Bis dahin führt das Menü zu allem.",
            "The CRM manager can give your role a dashboard. Until then, the menu leads everywhere.",
        ),
        "all": Label("Alle zeigen", "Show all"),
        "show": Label("Anzeigen", "Show"),
        "tile_empty": Label("Hier liegt gerade nichts an.", "Nothing here at the moment."),
    },
}
