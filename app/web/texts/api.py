"""Texts of the API that aren't texts of a page, and those of the page with the tokens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.language import Label

TEXTS: Final[Mapping[str, Mapping[str, Label]]] = {
    "api": {
        "m400": Label(
            "Die Anfrage lässt sich nicht lesen. Unter „errors“ steht, was zu ändern ist.",
            "The request can't be read. What to change stands under “errors”.",
        ),
        "m401": Label(
            "Die Anfrage braucht ein gültiges Token („Authorization: Bearer …“). Unter „Mein Konto“ gibt es eines.",
            "The request needs a token in force (“Authorization: Bearer …”). Make one under “My account”.",
        ),
        "m404": Label(
            "Das gibt es nicht, oder die Rechte reichen nicht, um es zu sehen. Prüfen Sie Adresse und Nummer.",
            "It doesn't exist, or the rights don't suffice to see it. Check the address and the number.",
        ),
        "m405": Label(
            "Diese Adresse kennt die Methode nicht. Welche sie kennt, steht in der Kopfzeile „Allow“.",
            "This address doesn't know the method. Those that it knows stand in the header “Allow”.",
        ),
        "m412": Label(
            "Der Datensatz ist nicht mehr so, wie Sie ihn gelesen haben. Lesen Sie ihn neu und ändern Sie ihn dann.",
            "The record is no longer as you have read it. Read it again, and change it then.",
        ),
        "m413": Label(
            "Der Inhalt ist größer als erlaubt. Teilen Sie ihn auf mehrere Anfragen auf.",
            "The body is larger than allowed. Split it up into several requests.",
        ),
        "m415": Label(
            "Dieser Inhaltstyp wird nicht gelesen. Schicken Sie „{types}“.",
            "That content type isn't read. Send “{types}”.",
        ),
        "m422": Label(
            "Es wurde nichts gespeichert. Unter „errors“ steht, was woran zu ändern ist.",
            "Nothing was saved. What to change where stands under “errors”.",
        ),
        "m428": Label(
            'Sagen Sie in der Kopfzeile „If-Match“, welche Version Sie ändern, zum Beispiel If-Match: "7".',
            'Say in the header “If-Match” which version you change, for instance If-Match: "7".',
        ),
        "scope": Label(
            "Das Token gilt nicht für „{scope}“. Erstellen Sie eines, das dafür gilt.",
            "The token isn't good for “{scope}”. Make one that is.",
        ),
        "factor": Label(
            "Eine Rolle verlangt einen zweiten Faktor, den der Besitzer des Tokens nicht hat. Sobald er unter „Mein "
            "Konto“ einen eingerichtet hat, gilt das Token wieder.",
            "A role demands a second factor that the token's owner doesn't have. As soon as he has set one up under "
            "“My account”, the token is good again.",
        ),
        "tokens": Label("API-Token", "API tokens"),
        "tokens_hint": Label(
            "Mit einem Token greift ein Programm in Ihrem Namen zu, höchstens so weit wie Ihre Rollen reichen.",
            "With a token, a program acts in your name, at most as far as your roles reach.",
        ),
        "shown_once": Label(
            "Das ist das neue Token. Kopieren Sie es jetzt; es wird nie wieder gezeigt.",
            "This is the new token. Copy it now; it is never shown again.",
        ),
        "name": Label("Programm", "Program"),
        "days": Label("Gültig für Tage", "Good for days"),
        "scopes": Label("Zwecke", "Purposes"),
        "scope_read": Label("Datensätze lesen", "Read records"),
        "scope_write": Label("Einzelne Datensätze ändern", "Change records one by one"),
        "scope_bulk": Label("Viele Datensätze auf einmal ändern", "Change many records at once"),
        "scope_reports": Label("Auswertungen lesen", "Read reports"),
        "entities": Label("Nur diese Objektarten", "These kinds of records only"),
        "entities_hint": Label("Ohne Auswahl alle, die Sie sehen.", "Without a choice, all that you can see."),
        "new": Label("Neues Token", "A new token"),
        "make": Label("Token erstellen", "Make a token"),
        "until": Label("Gültig bis", "Good until"),
        "last_used": Label("Zuletzt benutzt", "Last used"),
        "never": Label("nie", "never"),
        "revoke": Label("Widerrufen", "Revoke"),
        "revoke_all": Label("Alle widerrufen", "Revoke all"),
        "revoked": Label(
            "Widerrufen; was damit arbeitete, kommt nicht mehr herein.",
            "Revoked; what worked with it no longer gets in.",
        ),
        "state_good": Label("gültig", "in force"),
        "state_ended": Label("abgelaufen", "ended"),
        "state_revoked": Label("widerrufen", "revoked"),
        "none": Label("Sie haben noch kein Token.", "You have no token yet."),
    },
}
