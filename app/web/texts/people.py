"""Texts of people, teams, sessions, lending, the one-time link and the password question."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.language import Label

TEXTS: Final[Mapping[str, Mapping[str, Label]]] = {
    "people": {
        "person": Label("Benutzer", "People"),
        "person_lead": Label(
            "Wer mit dem CRM arbeitet, in welchen Rollen. Niemand wird gelöscht; wer geht, wird stillgelegt.",
            "Who works with the CRM, in which roles. Nobody is deleted; who leaves is deactivated.",
        ),
        "technical": Label("Technische Konten", "Technical accounts"),
        "technical_lead": Label(
            "Konten für Programme. Sie haben kein Passwort und keine Rolle, die an Daten reicht.",
            "Accounts for programs. They have no password and no role that reaches data.",
        ),
        "new": Label("Neu anlegen", "Create"),
        "new_person": Label("Benutzer anlegen", "Create a user"),
        "new_technical": Label("Technisches Konto anlegen", "Create a technical account"),
        "search": Label("Name oder E-Mail-Adresse", "Name or e-mail address"),
        "find": Label("Suchen", "Search"),
        "active": Label("Aktiv", "Active"),
        "inactive": Label("Stillgelegt", "Deactivated"),
        "count": Label("{n} gefunden", "{n} found"),
        "nothing": Label("Niemand gefunden. Versuchen Sie weniger Buchstaben.", "Nobody found. Try fewer letters."),
        "earlier": Label("Vorige Seite", "Previous page"),
        "later": Label("Nächste Seite", "Next page"),
        "name": Label("Name", "Name"),
        "email": Label("E-Mail-Adresse", "E-mail address"),
        "team": Label("Team", "Team"),
        "no_team": Label("kein Team", "no team"),
        "language": Label("Sprache", "Language"),
        "may_sign_in": Label("Darf sich anmelden", "May sign in"),
        "roles": Label("Rollen", "Roles"),
        "roles_hint": Label(
            "Ein Bereich tritt für diese Rolle an die Stelle des eigenen Teams. Ohne Tag gilt sie, bis jemand "
            "sie nimmt.",
            "An area takes the place of the own team for this role. Without a day it lasts until somebody takes it.",
        ),
        "area": Label("Bereich", "Area"),
        "own_team": Label("eigenes Team", "own team"),
        "until": Label("Bis einschließlich", "Up to and including"),
        "area_of": Label("Bereich der Rolle „{role}“", "Area of the role “{role}”"),
        "until_of": Label("Bis einschließlich, Rolle „{role}“", "Up to and including, role “{role}”"),
        "ended": Label("abgelaufen", "ended"),
        "own_account": Label(
            "Das sind Sie selbst: Rollen, Team und ob Sie sich anmelden dürfen, ändert ein Kollege.",
            "This is you: your roles, your team and whether you may sign in are changed by a colleague.",
        ),
        "save": Label("Speichern", "Save"),
        "saved": Label("„{name}“ ist gespeichert.", "“{name}” is saved."),
        "handed_on": Label(
            "„{name}“ ist gespeichert. Mit diesen Rollen kommt das Konto in andere Hände: Wie sich die Person bisher "
            "anmeldete, gilt nicht mehr, und ihre API-Token sind beendet. Erzeugen Sie ihr einen Einmal-Link.",
            "“{name}” is saved. With these roles the account comes into other hands: the way the person signed in so "
            "far is no longer good, and their API tokens have ended. Make them a one-time link.",
        ),
        "handed_beyond": Label(
            "„{name}“ ist gespeichert. Mit diesen Rollen kommt das Konto in andere Hände: Wie sich die Person bisher "
            "anmeldete, gilt nicht mehr, und ihre API-Token sind beendet. Den Einmal-Link erzeugt jemand, der alle "
            "ihre Rollen geben kann; bitten Sie ihn darum, oder nehmen Sie die neue Rolle wieder weg.",
            "“{name}” is saved. With these roles the account comes into other hands: the way the person signed in so "
            "far is no longer good, and their API tokens have ended. The one-time link is made by somebody who can "
            "give all of their roles; ask him to, or take the new role away again.",
        ),
        "why": Label("Was ist erlaubt, und warum?", "What may they do, and why?"),
        "password": Label("Passwort", "Password"),
        "password_hint": Label(
            "Ein Link, mit dem jemand sein Passwort selbst wählt. Er gilt 48 Stunden und ein einziges Mal. Wird er "
            "benutzt, enden alle Sitzungen und API-Token der Person.",
            "A link by which somebody chooses his password himself. It is good for 48 hours, and once. When it is "
            "used, all sessions and API tokens of the person end.",
        ),
        "make_link": Label("Einmal-Link erzeugen", "Make a one-time link"),
        "link_once": Label(
            "Geben Sie diesen Link nur der Person selbst. Er wird nur jetzt gezeigt.",
            "Give this link to nobody but the person. It is shown now and never again.",
        ),
        "link": Label("Einmal-Link", "One-time link"),
        "factors": Label(
            "Apps: {apps}, Passkeys: {passkeys}, Wiederherstellungscodes: {codes}.",
            "Apps: {apps}, passkeys: {passkeys}, recovery codes: {codes}.",
        ),
        "no_factors": Label("Es ist keiner eingerichtet.", "None is set up."),
        "factors_hint": Label(
            "Wer sein Telefon verloren hat, kommt ohne zweiten Faktor wieder herein. Prüfen Sie vorher, ob Sie "
            "wirklich mit dieser Person sprechen; alle ihre Sitzungen enden.",
            "Whoever lost his phone gets in again without a second factor. Make sure first that you really talk to "
            "this person; all their sessions end.",
        ),
        "take_factors_off": Label("Zweite Faktoren entfernen", "Take the second factors off"),
        "factors_off": Label("„{name}“ hat keinen zweiten Faktor mehr.", "“{name}” has no second factor any more."),
        "linked": Label(
            "Das Konto ist mit einer Person beim Anmeldedienst verbunden.",
            "The account is linked to a person at the sign-in provider.",
        ),
        "unlink": Label("Verbindung lösen", "Undo the link"),
        "unlinked": Label(
            "„{name}“ wird bei der nächsten Anmeldung über den Anmeldedienst neu verbunden.",
            "“{name}” is linked anew at the next sign-in with the provider.",
        ),
        "tokens": Label("API-Token", "API tokens"),
        "tokens_hint": Label(
            "Mit diesen Token greifen Programme im Namen der Person zu. Neue erstellt nur sie selbst.",
            "With these tokens, programs act in the person's name. Nobody but the person makes new ones.",
        ),
        "no_tokens": Label("Die Person hat kein Token.", "The person has no token."),
    },
    "team": {
        "title": Label("Teams", "Teams"),
        "lead": Label(
            "Wer „Team und darunter“ sehen darf, sieht auch die Datensätze der Teams, die hier darunter stehen.",
            "Whoever may see “team and below” also sees the records of the teams that stand below here.",
        ),
        "name": Label("Name", "Name"),
        "parent": Label("Gehört zu", "Belongs to"),
        "top": Label("keinem anderen Team", "no other team"),
        "members": Label("{n} Aktive", "{n} active"),
        "new": Label("Team anlegen", "Create a team"),
        "edit": Label("Team „{name}“ ändern", "Change the team “{name}”"),
        "create": Label("Anlegen", "Create"),
        "save": Label("Speichern", "Save"),
        "nothing": Label("Es gibt noch kein Team.", "There is no team yet."),
    },
    "sessions": {
        "title": Label("Angemeldete Geräte", "Signed-in devices"),
        "lead": Label(
            "Kennen Sie ein Gerät nicht, beenden Sie seine Sitzung und ändern Sie Ihr Passwort.",
            "If you don't know a device, end its session and change your password.",
        ),
        "device": Label("Gerät", "Device"),
        "address": Label("Adresse", "Address"),
        "since": Label("Angemeldet seit", "Signed in since"),
        "seen": Label("Zuletzt benutzt", "Last used"),
        "this": Label("dieses Gerät", "this device"),
        "end": Label("Beenden", "End"),
        "end_of": Label("Sitzung beenden: {device}", "End the session: {device}"),
        "end_others": Label("Alle anderen beenden", "End all others"),
        "end_all": Label("Alle beenden", "End all"),
        "none": Label("Niemand ist angemeldet.", "Nobody is signed in."),
        "unknown": Label("unbekanntes Gerät", "unknown device"),
        "on": Label("{browser} auf {system}", "{browser} on {system}"),
        "ended": Label("Beendet.", "Ended."),
    },
    "lend": {
        "title": Label("Vertretung", "Delegation"),
        "lead": Label(
            "Leihen Sie einem Kollegen Rollen, solange Sie nicht da sind. Er handelt dann auch für Sie. Was Sie "
            "verlieren, "
            "verliert auch er; weiterverleihen kann er nichts.",
            "Lend roles to a colleague while you are away. They then act for you, too. What you lose they lose "
            "as well; "
            "they can't lend anything on.",
        ),
        "nothing_to_lend": Label(
            "Sie haben keine Rolle, die Sie verleihen können. Rollen, die über Benutzer, Aufbau oder Technik "
            "entscheiden, "
            "werden nicht verliehen.",
            "You have no role that you can lend. Roles that decide over people, structure or technology aren't lent.",
        ),
        "given": Label("Verliehen", "Lent"),
        "to": Label("An", "To"),
        "choose": Label("Bitte wählen", "Please choose"),
        "roles": Label("Rollen", "Roles"),
        "until": Label("Bis einschließlich", "Up to and including"),
        "reason": Label("Grund", "Reason"),
        "reason_hint": Label("Zum Beispiel Urlaub. Darf leer bleiben.", "Holiday, for instance. May stay empty."),
        "lend": Label("Verleihen", "Lend"),
        "end": Label("Beenden", "End"),
        "end_of": Label("Vertretung beenden: {name}", "End the delegation: {name}"),
        "from_to": Label("{lender} an {borrower}", "{lender} to {borrower}"),
        "who": Label("Wer an wen", "Who to whom"),
        "none": Label("Zurzeit ist nichts verliehen.", "Nothing is lent at the moment."),
        "acting": Label("Sie handeln auch für {names}", "You also act for {names}"),
        "done": Label("Verliehen an {name}.", "Lent to {name}."),
    },
    "prove": {
        "title": Label("Sind Sie es wirklich?", "Is it really you?"),
        "lead": Label(
            "Was Sie gerade tun, ändert Rechte. Bestätigen Sie, dass Sie es sind; Ihre Eingaben bleiben erhalten.",
            "What you are doing changes rights. Confirm that it is you; what you entered is kept.",
        ),
        "anew": Label("Beim Anmeldedienst neu anmelden", "Sign in anew with the provider"),
        "anew_lead": Label(
            "Oder melden Sie sich beim Anmeldedienst neu an; was Sie eingegeben haben, tippen Sie danach noch einmal.",
            "Or sign in anew with the provider; what you entered has to be typed once more after that.",
        ),
        "nothing": Label(
            "Sie haben weder ein Passwort noch einen zweiten Faktor. Melden Sie sich ab und neu an; richten Sie dann "
            "unter „Mein Konto“ einen zweiten Faktor ein.",
            "You have neither a password nor a second factor. Sign out and in again; then set up a second factor "
            "under “My account”.",
        ),
        "wrong": Label(
            "Das ist nicht richtig, oder der Code wurde schon benutzt. Versuchen Sie es noch einmal.",
            "That isn't right, or the code was used already. Please try again.",
        ),
        "code": Label("Code Ihrer App oder Wiederherstellungscode", "Code of your app, or a recovery code"),
        "go": Label("Mit Passwort bestätigen", "Confirm with the password"),
        "passkey_lead": Label(
            "Ein Passkey muss hier nach PIN, Fingerabdruck oder Gesicht fragen. Kann Ihrer das nicht, bestätigen Sie "
            "auf einem anderen Weg.",
            "A passkey has to ask for a PIN, a finger or a face here. If yours can't, confirm in another way.",
        ),
        "go_code": Label("Mit Code bestätigen", "Confirm with the code"),
    },
    "link": {
        "title": Label("Passwort wählen", "Choose a password"),
        "lead": Label(
            "Für {email}. Das Passwort braucht mindestens zwölf Zeichen. Bisherige Sitzungen und API-Token enden.",
            "For {email}. The password needs at least twelve characters. All sessions and API tokens so far end.",
        ),
        "done": Label(
            "Ihr Passwort gilt; alle bisherigen Sitzungen und API-Token sind beendet. Melden Sie sich jetzt an.",
            "Your password is set; all sessions and API tokens so far have ended. Sign in now.",
        ),
        "again": Label("Noch einmal", "Once more"),
        "different": Label(
            "Die beiden Eingaben sind verschieden. Tippen Sie dasselbe Passwort zweimal.",
            "The two entries differ. Type the same password twice.",
        ),
        "gone": Label("Dieser Link gilt nicht mehr", "This link is no longer good"),
        "gone_hint": Label(
            "Er wurde schon benutzt, ist älter als 48 Stunden, oder es gibt einen neueren. Bitten Sie Ihren "
            "CRM-Manager um "
            "einen neuen.",
            "It was used already, is older than 48 hours, or there is a newer one. Ask your CRM manager for a new one.",
        ),
    },
}
