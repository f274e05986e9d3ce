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
            "Jede Rolle sagt, was man mit welchen Datensätzen darf. Was eine erlaubt, gilt.",
            "Each role says what may be done with which records. What one of them allows is allowed.",
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
        "role": Label("Rolle „{role}“", "Role “{role}”"),
        "lent": Label("Rolle „{role}“ für {name}", "Role “{role}” for {name}"),
        "until": Label("{role} (bis einschließlich {day})", "{role} (up to and including {day})"),
        "says": Label("{role}: {what}", "{role}: {what}"),
        "field_says": Label("das Feld darf man {level}", "the field one may {level}"),
        "met": Label("dieser gehört dazu", "this one is among them"),
        "unmet": Label("dieser gehört nicht dazu", "this one isn't among them"),
        "hidden": Label(
            "ob dieser dazugehört, hängt von etwas ab, das Sie nicht sehen",
            "whether this one is among them depends on something that you can't see",
        ),
        "untold": Label("Nicht zu sagen", "Can't be told"),
        "records": Label("Datensätze", "Records"),
        "places": Label("Berichte und Dashboards", "Reports and dashboards"),
        "place": Label("Bericht oder Dashboard", "Report or dashboard"),
        "reports": Label("Berichte", "Reports"),
        "dashboards": Label("Dashboards", "Dashboards"),
        "no_places": Label(
            "Es gibt keine Berichte und Dashboards, die Sie sehen dürfen. Ein CRM-Manager kann eine Rolle geben.",
            "There are no reports or dashboards that you may see. A CRM manager can give a role.",
        ),
        "see": Label("sehen", "see"),
        "kinds": Label("Worum geht es?", "What is it about?"),
        "locked": Label("Unabhängig von Rollen: {sentence}", "Whatever the roles say: {sentence}"),
        "sections": Label(
            "Abschnitte der Masken, die keine dieser Rollen zeigt: {names}.",
            "Sections of forms that none of these roles shows: {names}.",
        ),
        "hidden_fields": Label(
            "In diesem Bericht immer leer, weil nicht lesbar: {names}.",
            "Always empty in this report, because unreadable: {names}.",
        ),
        "partly_fields": Label(
            "In diesem Bericht nur aus manchen Datensätzen lesbar: {names}.",
            "Readable from some records only in this report: {names}.",
        ),
        "unnamed_report": Label(
            "Der Bericht verwendet auch Werte, die Sie nicht oder nicht überall lesen dürfen; für Sie sind sie leer.",
            "The report also uses values that you may not read, or not everywhere; to you they are empty.",
        ),
        "unnamed_dashboard": Label(
            "Das Dashboard hat auch Kacheln, die Sie nicht sehen dürfen.",
            "The dashboard also has tiles that you may not see.",
        ),
        "deactivated": Label(
            "Das Konto von {name} ist deaktiviert: Niemand kann sich damit anmelden, und keine Rolle gilt.",
            "The account of {name} is deactivated: nobody can sign in with it, and no role counts.",
        ),
        "tokens": Label(
            "Ein Programm mit einem API-Token darf höchstens dasselbe; der Token kann es auf weniger beschränken.",
            "A program with an API token may do no more than that; the token can confine it to less.",
        ),
        "link": Label("Warum darf ich das (nicht)?", "Why may I (not)?"),
    },
}
