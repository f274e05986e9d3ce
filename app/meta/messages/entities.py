"""What can be wrong with entities, fields and expressions."""

from __future__ import annotations

from typing import Final

from app.meta.messages.entry import SPELLING, error, warning

ENTITIES: Final = {
    "entity.unknown_parent": error(
        "Die abstrakte Objektart „{name}“ gibt es nicht.", "There is no abstract entity “{name}”.", SPELLING
    ),
    "entity.parent_not_abstract": error(
        "„{name}“ ist nicht abstrakt und kann nicht erweitert werden.",
        "“{name}” isn't abstract and can't be extended.",
        "Setzen Sie dort „abstract“: true, oder verweisen Sie statt zu erweitern.",
        "Set “abstract”: true there, or refer to it instead of extending it.",
    ),
    "entity.cyclic_extends": error(
        "„extends“ führt im Kreis: {chain}.",
        "“extends” goes in a circle: {chain}.",
        "Nehmen Sie eines der „extends“ heraus.",
        "Take one of the “extends” out.",
    ),
    "entity.title": error(
        "Die Titelvorlage ist an Stelle {position} nicht richtig geklammert.",
        "The title template has a wrong bracket at position {position}.",
        "Ein Feld steht in geschweiften Klammern, davor ein Trenner: {{name}}{{, ort}}.",
        "A field stands in curly brackets, with a separator before it: {{name}}{{, city}}.",
    ),
    "entity.title_field": error(
        "Die Titelvorlage nennt das Feld „{name}“, das es nicht gibt.",
        "The title template names the field “{name}”, which doesn't exist.",
        SPELLING,
    ),
    "entity.title_unusable": error(
        "„{name}“ kann nicht im Titel stehen.",
        "“{name}” can't be part of the title.",
        "Nehmen Sie ein Feld mit einem Wert, keine Zeilen und keine Mehrfachverknüpfung.",
        "Use a field with one value, neither lines nor several references.",
    ),
    "entity.required_unknown": error(
        "„required“ nennt das Feld „{name}“, das es nicht gibt.",
        "“required” names the field “{name}”, which doesn't exist.",
        SPELLING,
    ),
    "entity.unique_unknown": error(
        "„unique“ nennt das Feld „{name}“, das es nicht gibt.",
        "“unique” names the field “{name}”, which doesn't exist.",
        SPELLING,
    ),
    "entity.unique_unusable": error(
        "„{name}“ kann nicht eindeutig sein, weil es keinen einzelnen Wert hat.",
        "“{name}” can't be unique, because it has no single value.",
        "Nehmen Sie ein Feld mit einem Wert.",
        "Use a field with one value.",
    ),
    "entity.rule_at": error(
        "Die Regel soll am Feld „{name}“ stehen, das es nicht gibt.",
        "The rule is to be shown at the field “{name}”, which doesn't exist.",
        SPELLING,
    ),
    "entity.lock_except": error(
        "Die Sperre nimmt das Feld „{name}“ aus, das es nicht gibt.",
        "The lock leaves out the field “{name}”, which doesn't exist.",
        SPELLING,
    ),
}

FIELDS: Final = {
    "field.unknown_type": error("Den Feldtyp „{name}“ gibt es nicht.", "There is no field type “{name}”.", SPELLING),
    "field.no_type": error(
        "Aus „type“ und „format“ geht der Feldtyp nicht hervor.",
        "“type” and “format” don't say the field type.",
        "Nennen Sie ihn in „x-crm“ unter „type“, zum Beispiel „choice“ oder „reference“.",
        "Name it in “x-crm” as “type”, for instance “choice” or “reference”.",
    ),
    "field.reserved": error(
        "Der Schlüssel „{name}“ ist vergeben.",
        "The key “{name}” is taken.",
        "„id“ und Schlüssel mit „__“ gehören dem Programm; nehmen Sie einen anderen.",
        "“id” and keys with “__” belong to the program; use another one.",
    ),
    "field.name_too_long": error(
        "Objektart und Feld „{name}“ heißen zusammen länger, als eine Datenbank es erlaubt.",
        "Entity and field “{name}” have names that together are longer than a database allows.",
        "Kürzen Sie den Schlüssel des Feldes.",
        "Shorten the field's key.",
    ),
    "field.unknown_options": error(
        "Die Auswahlliste „{name}“ gibt es nicht.", "There is no option list “{name}”.", SPELLING
    ),
    "field.unknown_target": error("Die Objektart „{name}“ gibt es nicht.", "There is no entity “{name}”.", SPELLING),
    "field.abstract_target": error(
        "„{name}“ ist abstrakt; davon gibt es keine Datensätze.",
        "“{name}” is abstract; there are no records of it.",
        "Nennen Sie die Objektarten, die sie erweitern.",
        "Name the entities that extend it.",
    ),
    "field.unknown_via": error(
        "Die Objektart „{entity}“ hat kein Feld „{name}“.", "The entity “{entity}” has no field “{name}”.", SPELLING
    ),
    "field.via_elsewhere": error(
        "„{entity}.{name}“ verweist nicht auf „{owner}“.",
        "“{entity}.{name}” doesn't point to “{owner}”.",
        "Nennen Sie in „via“ das Feld der Zeile, das hierher verweist.",
        "Name the line's field that points back here as “via”.",
    ),
    "field.unknown_sum": error(
        "Die Objektart „{entity}“ hat kein Feld „{name}“.", "The entity “{entity}” has no field “{name}”.", SPELLING
    ),
    "field.sum_unusable": error(
        "„{name}“ lässt sich nicht summieren.",
        "“{name}” can't be summed up.",
        "Nehmen Sie ein Zahlen- oder Betragsfeld.",
        "Use a field of numbers or amounts.",
    ),
    "field.default": error(
        "Der Vorgabewert passt nicht zum Feld.",
        "The default value doesn't fit the field.",
        'Nehmen Sie einen Wert, den man auch eintippen könnte, oder {{"expr": "…"}}.',
        'Use a value that one could type, too, or {{"expr": "…"}}.',
    ),
    "field.unique_unusable": error(
        "Ein Feld dieses Typs kann nicht eindeutig sein.",
        "A field of this type can't be unique.",
        "Nehmen Sie „unique“ heraus.",
        "Take “unique” out.",
    ),
    "field.retired_used": warning(
        "Das Feld „{name}“ ist stillgelegt und wird hier weggelassen.",
        "The field “{name}” is retired and left out here.",
        "Nehmen Sie es auch hier heraus.",
        "Take it out here, too.",
    ),
}

EXPRESSIONS: Final = {
    "expression.unknown_option": error(
        "„{field}“ hat keinen Wert „{name}“.", "“{field}” has no value “{name}”.", SPELLING
    ),
    "expression.retired_field": error(
        "Das Feld „{name}“ ist stillgelegt.",
        "The field “{name}” is retired.",
        "Nehmen Sie es aus dem Ausdruck, oder holen Sie das Feld zurück.",
        "Take it out of the expression, or bring the field back.",
    ),
    "expression.default_field": error(
        "Ein Vorgabewert kann kein Feld nennen: „{name}“.",
        "A default value can't name a field: “{name}”.",
        "Er entsteht, bevor etwas ausgefüllt ist; nehmen Sie today(), now(), me() oder einen festen Wert.",
        "It is made before anything is filled in; use today(), now(), me() or a fixed value.",
    ),
}

PATHS: Final = {
    "path.unknown": error(
        "Das Feld „{name}“ gibt es in „{entity}“ nicht.", "There is no field “{name}” in “{entity}”.", SPELLING
    ),
    "path.not_a_reference": error(
        "„{name}“ ist keine Verknüpfung; dahinter kann nichts stehen.",
        "“{name}” isn't a reference; nothing can follow it.",
        "Nehmen Sie den Punkt und was dahinter steht heraus.",
        "Take out the point and what follows it.",
    ),
    "path.too_long": error(
        "„{name}“ folgt mehr als {limit} Verknüpfungen.",
        "“{name}” follows more than {limit} references.",
        "Nehmen Sie einen kürzeren Weg.",
        "Take a shorter way.",
    ),
}
