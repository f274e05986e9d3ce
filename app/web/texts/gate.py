"""Texts of signing in and of the password."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.language import Label

TEXTS: Final[Mapping[str, Mapping[str, Label]]] = {
    "gate": {
        "sign_in": Label("Anmelden", "Sign in"),
        "lead": Label("Mit Ihrer E-Mail-Adresse und Ihrem Passwort.", "With your e-mail address and password."),
        "email": Label("E-Mail-Adresse", "E-mail address"),
        "password": Label("Passwort", "Password"),
        "remember": Label("Angemeldet bleiben", "Keep me signed in"),
        "refused": Label(
            "E-Mail-Adresse und Passwort passen nicht zusammen. Prüfen Sie beides und versuchen Sie es noch einmal.",
            "E-mail address and password don't match. Check both and try again.",
        ),
        "demo": Label("Demo-Zugänge", "Demo users"),
        "demo_lead": Label(
            "Ein Klick meldet Sie an. Das Passwort ist überall „{password}“.",
            "One click signs you in. The password is “{password}” for all of them.",
        ),
        "change": Label("Passwort ändern", "Change password"),
        "change_lead": Label(
            "Das neue Passwort braucht mindestens zwölf Zeichen. Mit dem bisherigen enden Ihre Sitzungen auf anderen "
            "Geräten und alle Ihre API-Token; erstellen Sie danach neue für die Programme, die welche brauchen.",
            "The new password needs at least twelve characters. With the current one, your sessions on other devices "
            "and all your API tokens end; make new ones afterwards for the programs that need them.",
        ),
        "changed": Label(
            "Ihr Passwort ist geändert; auf anderen Geräten sind Sie abgemeldet.",
            "Your password is changed; you are signed out on other devices.",
        ),
        "changed_tokens": Label(
            "Ihr Passwort ist geändert; auf anderen Geräten sind Sie abgemeldet, und Ihre API-Token sind beendet. "
            "Erstellen Sie unter „Mein Konto“ neue für die Programme, die welche brauchen.",
            "Your password is changed; you are signed out on other devices, and your API tokens have ended. Make new "
            "ones under “My account” for the programs that need them.",
        ),
        "old_password": Label("Bisheriges Passwort", "Current password"),
        "new_password": Label("Neues Passwort", "New password"),
        "new_password_again": Label("Neues Passwort, noch einmal", "New password, once more"),
    },
    "oidc": {
        "go": Label("Anmelden mit {label}", "Sign in with {label}"),
        "refused": Label("Die Anmeldung ging nicht", "Signing in didn't work"),
        "refused_hint": Label(
            "Versuchen Sie es noch einmal auf der Anmeldeseite. Geht es wieder nicht, fragen Sie Ihren CRM-Manager, "
            "ob es für Ihre E-Mail-Adresse ein Konto gibt.",
            "Try once more on the sign-in page. If it fails again, ask your CRM manager whether there is an account "
            "for your e-mail address.",
        ),
        "no_answer": Label("Der Anmeldedienst antwortet nicht", "The sign-in provider doesn't answer"),
        "no_answer_hint": Label(
            "Versuchen Sie es in ein paar Minuten noch einmal, oder melden Sie sich mit Ihrem Passwort an.",
            "Try again in a few minutes, or sign in with your password.",
        ),
    },
}
