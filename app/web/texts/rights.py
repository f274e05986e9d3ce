"""Texts of the page that explains rights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.language import Label

TEXTS: Final[Mapping[str, Mapping[str, Label]]] = {
    "why": {
        "title": Label("Warum darf ich das (nicht)?", "Why may I (not)?"),
        "title_of": Label("Was darf {name}, und warum?", "What may {name} do, and why?"),
        "intro": Label(
            "Jede Ihrer Rollen sagt, was Sie mit welchen Datensätzen dürfen. Was eine erlaubt, gilt.",
            "Each of your roles says what you may do with which records. What one of them allows is allowed.",
        ),
        "ask": Label("Erklären", "Explain"),
        "user": Label("Wer", "Who"),
        "entity": Label("Objektart", "Entity"),
        "record": Label("Nummer des Datensatzes", "Number of the record"),
        "record_help": Label(
            "Steht am Ende seiner Adresse; leer für alle.", "It ends the record's address; empty for all of them."
        ),
        "field": Label("Feld", "Field"),
        "any_field": Label("der Datensatz im Ganzen", "the record as a whole"),
        "no_record": Label(
            "Diesen Datensatz gibt es nicht, oder Sie dürfen ihn nicht sehen. Erklärt ist die Objektart im Ganzen.",
            "This record doesn't exist, or you may not see it. What is explained is the entity as a whole.",
        ),
        "about": Label("{entity} „{title}“", "{entity} “{title}”"),
        "yes": Label("Ja", "Yes"),
        "no": Label("Nein", "No"),
        "some": Label("Für manche", "For some"),
        "verb": Label("Darf", "May"),
        "because": Label("Weil", "Because"),
        "no_roles": Label(
            "Keine Rolle sagt etwas dazu. Ein CRM-Manager kann eine Rolle geben.",
            "No role says anything about it. A CRM manager can give a role.",
        ),
        "role": Label("Rolle „{role}“: {records}", "Role “{role}”: {records}"),
        "lent": Label("Rolle „{role}“ für {name}: {records}", "Role “{role}” for {name}: {records}"),
        "field_says": Label("das Feld darf man {level}", "the field one may {level}"),
        "met": Label("dieser gehört dazu", "this one is among them"),
        "unmet": Label("dieser gehört nicht dazu", "this one isn't among them"),
        "link": Label("Warum darf ich das (nicht)?", "Why may I (not)?"),
    },
}
