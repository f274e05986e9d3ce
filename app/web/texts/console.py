"""Texts of the administrator's console."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.language import Label

TEXTS: Final[Mapping[str, Mapping[str, Label]]] = {
    "console": {
        "title": Label("Verwaltung", "Administration"),
        "lead": Label(
            "Zugänge und die Technik dahinter. Kundendaten stehen hier nicht.",
            "Accounts and the technology behind them. There is no customer data here.",
        ),
        "users": Label("Benutzer", "Users"),
        "users_help": Label("Wer sich anmelden darf, mit welchen Rollen.", "Who may sign in, and with which roles."),
        "roles": Label("Rollen", "Roles"),
        "roles_help": Label("Ihre Rechte stehen in den Dokumenten.", "Their rights stand in the documents."),
        "teams": Label("Teams", "Teams"),
        "teams_help": Label("Gruppen, denen Datensätze gehören können.", "Groups that records may belong to."),
        "revisions": Label("Revisionen", "Revisions"),
        "revisions_help": Label("Jeder veröffentlichte Stand.", "Every state that was published."),
        "documents": Label("Dokumente", "Documents"),
        "documents_help": Label("Die Texte aller Revisionen.", "The texts of all revisions."),
        "audit": Label("Protokoll", "Audit log"),
        "audit_help": Label("Was an der Anlage getan wurde.", "What was done to the installation."),
        "email": Label("E-Mail-Adresse", "E-mail address"),
        "name": Label("Name", "Name"),
        "active": Label("Aktiv", "Active"),
        "team": Label("Team", "Team"),
        "locale": Label("Sprache", "Language"),
        "last_login_at": Label("Letzte Anmeldung", "Last sign-in"),
        "created_at": Label("Angelegt", "Created"),
        "new_password": Label("Neues Passwort", "New password"),
        "new_password_hint": Label(
            "Mindestens zwölf Zeichen. Leer lassen, um es nicht zu ändern. Ein neues beendet alle Sitzungen und "
            "API-Token.",
            "At least twelve characters. Leave empty to keep the present one. A new one ends all sessions and API "
            "tokens.",
        ),
        "tokens_ended": Label(
            "Mit dem alten Passwort sind auch die API-Token des Benutzers beendet. Sagen Sie es ihm, damit er neue "
            "erstellt.",
            "With the old password, the user's API tokens have ended, too. Tell him, so that he makes new ones.",
        ),
        "description": Label("Beschreibung", "Description"),
        "id": Label("Nummer", "Number"),
        "parent_id": Label("Nach Revision", "After revision"),
        "fingerprint": Label("Fingerabdruck", "Fingerprint"),
        "message": Label("Mitteilung", "Message"),
        "created_by": Label("Veröffentlicht von", "Published by"),
        "program": Label("Programm", "Program"),
        "kind": Label("Art", "Kind"),
        "key": Label("Schlüssel", "Key"),
        "body": Label("Text", "Text"),
        "sha256": Label("Prüfsumme", "Checksum"),
        "at": Label("Wann", "When"),
        "actor_name": Label("Wer", "Who"),
        "actor_id": Label("Nummer des Benutzers", "User's number"),
        "action": Label("Was", "What"),
        "subject": Label("Woran", "On what"),
        "details": Label("Einzelheiten", "Details"),
        "new": Label("Neu anlegen", "Create"),
        "new_title": Label("{kind}: neu anlegen", "{kind}: create"),
        "edit_title": Label("{kind}: ändern", "{kind}: edit"),
        "details_title": Label("{kind}: Einzelheiten", "{kind}: details"),
        "open": Label("Öffnen", "Open"),
        "edit": Label("Ändern", "Edit"),
        "search": Label("Suchen", "Search"),
        "empty": Label("Hier steht noch nichts.", "Nothing here yet."),
        "earlier": Label("Vorige Seite", "Previous page"),
        "later": Label("Nächste Seite", "Next page"),
        "count": Label("{n} Einträge", "{n} entries"),
        "password_needed": Label(
            "Ein neuer Benutzer braucht ein Passwort mit mindestens zwölf Zeichen.",
            "A new user needs a password of at least twelve characters.",
        ),
        "email_bad": Label(
            "Das ist keine E-Mail-Adresse. Schreiben Sie sie wie name@firma.de.",
            "This is not an e-mail address. Write it like name@company.com.",
        ),
        "not_yourself": Label(
            "Sich selbst können Sie weder stilllegen noch die Verwaltung entziehen. Bitten Sie einen Kollegen darum.",
            "You can neither deactivate yourself nor give up the administration yourself. Ask a colleague to do it.",
        ),
        "not_saved": Label(
            "Es wurde nichts gespeichert. Was zu ändern ist, steht unten beim jeweiligen Feld.",
            "Nothing was saved. What to change stands below, at each field.",
        ),
        "handed_on": Label(
            "Mit diesen Rollen kommt das Konto in andere Hände: Wie sich der Benutzer bisher anmeldete, gilt nicht "
            "mehr. Geben Sie ihm ein neues Passwort, oder bitten Sie einen CRM-Manager um einen Einmal-Link.",
            "With these roles the account comes into other hands: the way the user signed in so far is no longer "
            "good. Give him a new password, or ask a CRM manager for a one-time link.",
        ),
        "factors_off": Label(
            "Zweite Faktoren entfernen (verlorenes Telefon; alle Sitzungen enden)",
            "Take the second factors off (a lost phone; all sessions end)",
        ),
        "taken": Label("Das gibt es schon. Wählen Sie etwas anderes.", "This exists already. Choose something else."),
    },
}
