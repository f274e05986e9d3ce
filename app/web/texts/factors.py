"""Texts of second factors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.language import Label

TEXTS: Final[Mapping[str, Mapping[str, Label]]] = {
    "factor": {
        "title": Label("Zweiter Faktor", "Second factor"),
        "lead": Label(
            "Mit einem zweiten Faktor genügt ein gestohlenes Passwort niemandem, um sich als Sie anzumelden.",
            "With a second factor, a stolen password isn't enough for anybody to sign in as you.",
        ),
        "demanded": Label(
            "Ihre Rolle verlangt einen zweiten Faktor. Richten Sie unten einen ein; danach geht es weiter.",
            "Your role demands a second factor. Set one up below; then you can go on.",
        ),
        "app": Label("Authenticator-App", "Authenticator app"),
        "app_lead": Label(
            "Eine App auf Ihrem Telefon zeigt alle dreißig Sekunden einen neuen Code.",
            "An app on your phone shows a new code every thirty seconds.",
        ),
        "app_on": Label("Die App ist eingerichtet.", "The app is set up."),
        "app_begin": Label("App einrichten", "Set up an app"),
        "app_again": Label("Neues Geheimnis", "New secret"),
        "app_scan": Label(
            "Scannen Sie das Bild mit der App, oder tippen Sie das Geheimnis ab. Geben Sie dann den Code ein, den sie "
            "zeigt.",
            "Scan the picture with the app, or type the secret. Then enter the code that it shows.",
        ),
        "image": Label("QR-Code für die App", "QR code for the app"),
        "secret": Label("Geheimnis", "Secret"),
        "code": Label("Code", "Code"),
        "confirm": Label("Code prüfen", "Check the code"),
        "remove": Label("Entfernen", "Remove"),
        "passkeys": Label("Passkeys", "Passkeys"),
        "passkeys_lead": Label(
            "Ein Passkey liegt in Ihrem Gerät oder auf einem Sicherheitsschlüssel; abfischen lässt er sich nicht.",
            "A passkey lives in your device or on a security key; nobody can phish it.",
        ),
        "name": Label("Name, etwa „Laptop“", "Name, such as “laptop”"),
        "since": Label("seit {since}", "since {since}"),
        "add": Label("Passkey hinzufügen", "Add a passkey"),
        "codes": Label("Wiederherstellungscodes", "Recovery codes"),
        "codes_lead": Label(
            "Sie haben noch {left}. Jeder ersetzt den zweiten Faktor ein einziges Mal.",
            "You have {left} left. Each stands in for the second factor once.",
        ),
        "codes_shown": Label(
            "Heben Sie diese Codes gut auf; sie werden nur dieses eine Mal gezeigt.",
            "Keep these codes safe; they are shown this once only.",
        ),
        "codes_renew": Label("Neue Codes machen", "Make new codes"),
        "wrong_code": Label(
            "Der Code stimmt nicht. Prüfen Sie die Uhr Ihres Telefons und nehmen Sie den nächsten.",
            "The code isn't right. Check your phone's clock and take the next one.",
        ),
        "wrong_passkey": Label(
            "Der Passkey wurde nicht angelegt. Versuchen Sie es noch einmal.",
            "The passkey wasn't made. Try once more.",
        ),
        "ask": Label("Zweiter Faktor", "Second factor"),
        "ask_lead": Label(
            "Geben Sie den Code Ihrer App ein, oder einen Wiederherstellungscode.",
            "Enter the code of your app, or a recovery code.",
        ),
        "refused": Label(
            "Das stimmt nicht, oder der Code wurde schon benutzt. Nehmen Sie den nächsten.",
            "That isn't right, or the code was used already. Take the next one.",
        ),
        "unreadable": Label(
            "Die Codes Ihrer App gelten nicht mehr, weil der Schlüssel der Installation gewechselt hat. Nehmen Sie "
            "einen Wiederherstellungscode oder einen Passkey; haben Sie beides nicht, bitten Sie Ihren CRM-Manager, "
            "Ihre zweiten Faktoren zu entfernen.",
            "The codes of your app are no longer good, since the installation's key has changed. Take a recovery code "
            "or a passkey; if you have neither, ask your CRM manager to take your second factors off.",
        ),
        "unreadable_own": Label(
            "Die Codes der App gelten nicht mehr, weil der Schlüssel der Installation gewechselt hat. Entfernen Sie "
            "die App und richten Sie sie neu ein.",
            "The codes of the app are no longer good, since the installation's key has changed. Remove the app and "
            "set it up anew.",
        ),
        "use_passkey": Label("Passkey verwenden", "Use a passkey"),
        "sign_in": Label("Weiter", "Go on"),
        "leave": Label("Abmelden", "Sign out"),
        "failed": Label(
            "Der Browser hat keinen Passkey geliefert. Versuchen Sie es noch einmal oder nehmen Sie einen Code.",
            "The browser gave no passkey. Try once more or take a code.",
        ),
        "needs_script": Label(
            "Passkeys brauchen JavaScript; mit einem Code geht es ohne.",
            "Passkeys need JavaScript; with a code it works without.",
        ),
    },
}
