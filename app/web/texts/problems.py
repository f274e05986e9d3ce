"""Texts of everything that is refused: what happened, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.language import Label

TEXTS: Final[Mapping[str, Mapping[str, Label]]] = {
    "problem": {
        "back": Label("Zur Startseite", "To the home page"),
        "number": Label("Vorgangsnummer {number}", "Reference number {number}"),
        "t400": Label("Das ließ sich nicht lesen", "That couldn't be read"),
        "m400": Label(
            "Die Adresse oder eine Angabe darin passt nicht. Gehen Sie zurück und wählen Sie neu.",
            "The address, or something in it, doesn't fit. Go back and choose again.",
        ),
        "t403": Label("Das dürfen Sie nicht", "You may not do that"),
        "m403": Label(
            "Ihre Rollen erlauben das nicht. Fragen Sie Ihren CRM-Manager, wenn Sie es brauchen.",
            "Your roles don't allow it. Ask your CRM manager if you need it.",
        ),
        "csrf": Label(
            "Die Seite war zu lange offen. Bitte schicken Sie Ihre Eingaben noch einmal ab.",
            "The page was open for too long. Please send your entries again.",
        ),
        "foreign": Label(
            "Die Anfrage kam von einer fremden Seite. Öffnen Sie Lotse selbst und versuchen Sie es dort.",
            "The request came from another site. Open Lotse itself and try it there.",
        ),
        "host": Label(
            "Unter diesem Namen ist Lotse nicht zu erreichen. Nehmen Sie die Adresse, die Ihnen genannt wurde; wer "
            "Lotse betreibt, lässt mit LOTSE_TRUSTED_HOSTS weitere Namen zu.",
            "Lotse can't be reached by this name. Use the address that you were given; whoever runs Lotse allows "
            "further names with LOTSE_TRUSTED_HOSTS.",
        ),
        "t401": Label("Bitte melden Sie sich an", "Please sign in"),
        "m401": Label(
            "Ihre Sitzung ist zu Ende. Melden Sie sich in einem neuen Tab an und versuchen Sie es hier noch einmal.",
            "Your session has ended. Sign in in a new tab, and try again here.",
        ),
        "sign_in": Label("In einem neuen Tab anmelden", "Sign in in a new tab"),
        "kept": Label("Was Sie eingegeben haben", "What you entered"),
        "kept_again": Label(
            "Es ist noch nicht gespeichert, aber auch nicht verloren.",
            "It isn't saved yet, but it isn't lost either.",
        ),
        "kept_final": Label(
            "Es ist nicht gespeichert. Kopieren Sie von hier, was Sie noch brauchen.",
            "It isn't saved. Copy from here what you still need.",
        ),
        "again": Label("Noch einmal senden", "Send it again"),
        "t404": Label("Das gibt es hier nicht", "There is nothing here"),
        "m404": Label(
            "Vielleicht wurde es verschoben, oder Ihre Rollen zeigen es nicht. Die Suche hilft weiter.",
            "It may have been moved, or your roles don't show it. The search will help.",
        ),
        "t405": Label("So geht das nicht", "Not like that"),
        "m405": Label("Gehen Sie zurück und versuchen Sie es von der Seite aus.", "Go back and try it from the page."),
        "t409": Label("Jemand war schneller", "Somebody was faster"),
        "t412": Label("Jemand war schneller", "Somebody was faster"),
        "t415": Label("Dieser Inhaltstyp wird nicht gelesen", "That content type isn't read"),
        "t428": Label("Die Version fehlt", "The version is missing"),
        "t413": Label("Zu viel auf einmal", "Too much at once"),
        "m413": Label(
            "Die Eingabe ist größer als erlaubt. Teilen Sie sie auf.", "The entry is larger than allowed. Split it up."
        ),
        "t414": Label("Die Adresse ist zu lang", "The address is too long"),
        "m414": Label(
            "Nehmen Sie einige Filter oder Werte heraus und versuchen Sie es noch einmal.",
            "Take out some filters or values and try again.",
        ),
        "t431": Label("Ihr Browser hat zu viel mitgeschickt", "Your browser sent too much along"),
        "m431": Label(
            "Löschen Sie die Cookies dieser Seite und melden Sie sich neu an.",
            "Delete the cookies of this site and sign in again.",
        ),
        "t422": Label("Noch nicht gespeichert", "Not saved yet"),
        "m422": Label("Bitte prüfen Sie Ihre Eingaben.", "Please check your entries."),
        "t429": Label("Zu viele Versuche", "Too many attempts"),
        "m429": Label("Warten Sie eine Minute.", "Wait a minute."),
        "t500": Label("Hier ist etwas schiefgegangen", "Something went wrong here"),
        "m500": Label(
            "Das ist unser Fehler, nicht Ihrer. Es wurde nichts gespeichert. Versuchen Sie es noch einmal und nennen "
            "Sie sonst Ihrem Administrator die Nummer unten.",
            "That is our fault, not yours. Nothing was saved. Try again, or else give your administrator the number.",
        ),
        "t503": Label("Gerade nicht erreichbar", "Not available at the moment"),
        "m503": Label(
            "Die Datenbank ist beschäftigt. Versuchen Sie es gleich noch einmal; es wurde nichts gespeichert.",
            "The database is busy. Try again in a moment; nothing was saved.",
        ),
        "setup": Label("Noch nicht eingerichtet", "Not set up yet"),
        "setup_hint": Label(
            "Diese Datenbank hat noch keine Konfiguration. Der Administrator veröffentlicht sie mit „lotse publish“.",
            "This database has no configuration yet. The administrator publishes one with “lotse publish”.",
        ),
    },
}
