"""Texts of a record and of its form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.language import Label

TEXTS: Final[Mapping[str, Mapping[str, Label]]] = {
    "record": {
        "edit": Label("Bearbeiten", "Edit"),
        "retire": Label("Archivieren", "Archive"),
        "reason": Label("Grund der Änderung", "Reason of the change"),
        "reason_retire": Label("Grund der Archivierung", "Reason for archiving"),
        "reason_restore": Label("Grund der Wiederherstellung", "Reason for restoring"),
        "reason_hint": Label(
            "Der Grund bleibt dauerhaft im Verlauf des Datensatzes. Nennen Sie darin keine persönlichen Angaben.",
            "The reason stays in the record's history for good. Don't put personal details into it.",
        ),
        "restore": Label("Wiederherstellen", "Restore"),
        "archived": Label(
            "Dieser Datensatz ist seit {when} archiviert. Listen zeigen ihn nicht; er liegt im Papierkorb.",
            "This record has been archived since {when}. Lists don't show it; it is in the bin.",
        ),
        "archived_undated": Label(
            "Dieser Datensatz ist archiviert. Listen zeigen ihn nicht; er liegt im Papierkorb.",
            "This record is archived. Lists don't show it; it is in the bin.",
        ),
        "archived_by": Label(
            "{who} hat diesen Datensatz archiviert ({when}). Listen zeigen ihn nicht; er liegt im Papierkorb.",
            "{who} has archived this record ({when}). Lists don't show it; it is in the bin.",
        ),
        "told": Label(
            "Angelegt {created} von {creator}, zuletzt geändert {updated} von {updater}.",
            "Created {created} by {creator}, last changed {updated} by {updater}.",
        ),
        "by_product": Label("Lotse", "Lotse"),
        "saved": Label("Gespeichert.", "Saved."),
        "merged_by": Label(
            "Gespeichert und mit dem zusammengeführt, was {who} inzwischen geändert hat{when}.",
            "Saved, together with what {who} has changed meanwhile{when}.",
        ),
        "merged_unsigned": Label(
            "Gespeichert und mit dem zusammengeführt, was inzwischen jemand anders geändert hat.",
            "Saved, together with what somebody else has changed meanwhile.",
        ),
        "created": Label("„{title}“ ist angelegt.", "“{title}” has been created."),
        "retired": Label(
            "„{title}“ ist archiviert und liegt im Papierkorb.", "“{title}” has been archived and is in the bin."
        ),
        "restored": Label("„{title}“ ist wiederhergestellt.", "“{title}” has been restored."),
        "undo": Label("Rückgängig", "Undo"),
        "related_all": Label("Alle zeigen", "Show all"),
        "related_new": Label("Neu anlegen", "Create"),
        "new_title": Label("{entity} anlegen", "New: {entity}"),
        "related_none": Label("Noch nichts verknüpft.", "Nothing linked yet."),
    },
    "form": {
        "new": Label("{entity} anlegen", "New: {entity}"),
        "edit": Label("{title} bearbeiten", "Edit {title}"),
        "save": Label("Speichern", "Save"),
        "create": Label("Anlegen", "Create"),
        "cancel": Label("Abbrechen", "Cancel"),
        "close": Label("Schließen", "Close"),
        "required_hint": Label("muss ausgefüllt sein", "must be filled in"),
        "refused": Label(
            "Noch nicht gespeichert. Bitte sehen Sie sich diese Stellen an:", "Not saved yet. Please look at these:"
        ),
        "conflict": Label("Jemand war schneller.", "Somebody was faster."),
        "conflict_by": Label(
            "{who} hat den Datensatz inzwischen geändert{when}.", "{who} has changed the record meanwhile{when}."
        ),
        "conflict_unsigned": Label(
            "Der Datensatz wurde inzwischen geändert.", "The record has been changed meanwhile."
        ),
        "conflict_hint": Label(
            "Sie haben beide dasselbe Feld geändert. Wählen Sie, was gelten soll, und speichern Sie noch einmal; was "
            "Sie sonst eingegeben haben, steht unten.",
            "You have both changed the same field. Choose what is to count and save again; whatever else you entered "
            "is below.",
        ),
        "conflict_none": Label(
            "Ihre Eingaben stehen unten; speichern Sie noch einmal, um sie zu übernehmen.",
            "Your entries are below; save again to apply them.",
        ),
        "original": Label("Vorher", "Before"),
        "original_unknown": Label("nicht mehr bekannt", "no longer known"),
        "nothing": Label("leer", "empty"),
        "save_choice": Label("Mit dieser Wahl speichern", "Save with this choice"),
        "take_mine": Label("Überall meine Eingabe nehmen", "Take mine everywhere"),
        "take_theirs": Label("Überall das Gespeicherte nehmen", "Take theirs everywhere"),
        "see_record": Label("Ansehen", "Look at it"),
        "mine": Label("Ihre Eingabe", "Yours"),
        "theirs": Label("Inzwischen gespeichert", "Saved meanwhile"),
    },
}
