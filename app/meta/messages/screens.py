"""What can be wrong with masks, views, reports, menus, roles and dashboards."""

from __future__ import annotations

from typing import Final

from app.meta.messages.entry import REMOVE_IT, SPELLING, error, warning

MASKS: Final = {
    "form.unknown_entity": error("Die Objektart „{name}“ gibt es nicht.", "There is no entity “{name}”.", SPELLING),
    "form.key": error(
        "Der Schlüssel „{key}“ beginnt nicht mit der Objektart „{entity}“.",
        "The key “{key}” doesn't begin with the entity “{entity}”.",
        "Er heißt {entity}.main oder {entity}.<name>.",
        "It is {entity}.main or {entity}.<name>.",
    ),
    "form.unknown_field": error("„{entity}“ hat kein Feld „{name}“.", "“{entity}” has no field “{name}”.", SPELLING),
    "form.element": error(
        "Ein Element nennt genau eines von „field“, „text“ und „related“ (dieses mit „label“).",
        "An element names exactly one of “field”, “text” and “related” (that one with “label”).",
        "Lassen Sie eines davon stehen.",
        "Leave one of them.",
    ),
    "form.field_twice": error(
        "Das Feld „{name}“ steht zweimal in der Maske.",
        "The field “{name}” stands on the mask twice.",
        "Nehmen Sie eines der beiden heraus; beim Speichern gälte nur eines.",
        "Take one of the two out; only one would count when saving.",
    ),
    "form.quick_flag": error(
        "Die Maske „{name}“ heißt wie die zum schnellen Anlegen, hat aber nicht „quick“: true.",
        "The mask “{name}” is named like the one for quick creation but lacks “quick”: true.",
        "Setzen Sie „quick“: true, oder benennen Sie sie um.",
        "Set “quick”: true, or rename it.",
    ),
    "form.required_missing": warning(
        "Das Pflichtfeld „{name}“ steht nicht in der Maske.",
        "The required field “{name}” isn't on the mask.",
        "Nehmen Sie es auf, oder geben Sie ihm einen Vorgabewert; sonst kann niemand anlegen.",
        "Add it, or give it a default value; else nobody can create a record.",
    ),
    "form.related_via": error(
        "„{entity}.{name}“ verweist nicht auf „{owner}“.",
        "“{entity}.{name}” doesn't point to “{owner}”.",
        "Nennen Sie in „via“ ein Feld, das hierher verweist.",
        "Name a field that points back here as “via”.",
    ),
}

VIEWS: Final = {
    "view.unknown_entity": error("Die Objektart „{name}“ gibt es nicht.", "There is no entity “{name}”.", SPELLING),
    "view.key": error(
        "Der Schlüssel „{key}“ beginnt nicht mit der Objektart „{entity}“.",
        "The key “{key}” doesn't begin with the entity “{entity}”.",
        "Er heißt {entity}.<name>.",
        "It is {entity}.<name>.",
    ),
    "view.column_twice": error(
        "Die Spalte „{name}“ steht zweimal in der Liste.",
        "The column “{name}” stands in the list twice.",
        "Nehmen Sie eine der beiden heraus.",
        "Take one of the two out.",
    ),
    "view.sort_unusable": error(
        "Nach „{name}“ lässt sich nicht sortieren.",
        "One can't sort by “{name}”.",
        "Nehmen Sie ein Feld mit einem kurzen, einzelnen Wert.",
        "Use a field with one short value.",
    ),
}

REPORTS: Final = {
    "report.unknown_entity": error("Die Objektart „{name}“ gibt es nicht.", "There is no entity “{name}”.", SPELLING),
    "report.dimension_unusable": error(
        "Nach „{name}“ lässt sich nicht gruppieren.",
        "One can't group by “{name}”.",
        "Nehmen Sie ein Feld mit einem einzelnen Wert.",
        "Use a field with one value.",
    ),
    "report.bucket": error(
        "„{field}“ lässt sich nicht nach „{name}“ bündeln.", "“{field}” can't be grouped by “{name}”.", SPELLING
    ),
    "report.size": error(
        "„size“ gibt die Breite von Klassen an und steht nur bei „bucket“: „band“.",
        "“size” is the width of bands and only goes with “bucket”: “band”.",
        REMOVE_IT,
    ),
    "report.aggregate": error(
        "„{field}“ lässt sich nicht mit „{name}“ zusammenfassen.",
        "“{field}” can't be put together by “{name}”.",
        SPELLING,
    ),
    "report.measure_field": error(
        "„{name}“ braucht ein Feld.",
        "“{name}” needs a field.",
        "Ergänzen Sie „field“.",
        "Add “field”.",
    ),
    "report.measure_extra": error(
        "„{name}“ gehört nicht zu „{aggregate}“.", "“{name}” doesn't go with “{aggregate}”.", REMOVE_IT
    ),
    "report.share": error(
        "Ein Anteil braucht „base“ und „of“.",
        "A share needs “base” and “of”.",
        "„base“ ist die Kennzahl, „of“ ist total, row, column oder eine andere Kennzahl.",
        "“base” is the measure, “of” is total, row, column or another measure.",
    ),
    "report.share_measure": error(
        "Die Kennzahl „{name}“ gibt es hier nicht, oder sie ist selbst ein Anteil.",
        "There is no measure “{name}” here, or it is a share itself.",
        SPELLING,
    ),
    "report.share_pivot": error(
        "Ein Anteil an „{name}“ braucht eine Kreuztabelle.",
        "A share of “{name}” needs a pivot.",
        "Nennen Sie in „across“ eine Dimension, oder nehmen Sie „total“.",
        "Name a dimension in “across”, or use “total”.",
    ),
    "report.unknown_dimension": error(
        "Die Dimension „{name}“ gibt es hier nicht.", "There is no dimension “{name}” here.", SPELLING
    ),
    "report.unknown_measure": error(
        "Die Kennzahl „{name}“ gibt es hier nicht.", "There is no measure “{name}” here.", SPELLING
    ),
    "report.unknown_sort": error(
        "„{name}“ ist weder Dimension noch Kennzahl dieses Berichts.",
        "“{name}” is neither a dimension nor a measure of this report.",
        SPELLING,
    ),
    "report.show": error(
        "Der Bericht hat nichts, was sich als „{name}“ zeigen lässt.",
        "The report has nothing that can be shown as “{name}”.",
        "Eine Kreuztabelle braucht „across“, ein Diagramm braucht „chart“.",
        "A pivot needs “across”, a chart needs “chart”.",
    ),
    "report.parameter_type": error(
        "Ein Parameter kann nicht vom Typ „{name}“ sein.",
        "A parameter can't be of type “{name}”.",
        "Nehmen Sie einen Typ mit einem einzelnen Wert.",
        "Use a type with one value.",
    ),
    "report.parameter_unused": warning(
        "Der Parameter „{name}“ wird nirgends verwendet.",
        "The parameter “{name}” isn't used anywhere.",
        "Nehmen Sie ihn heraus, oder verwenden Sie ${name} im Filter.",
        "Take it out, or use ${name} in the filter.",
    ),
}

PEOPLE: Final = {
    "menu.target": error(
        "Ein Menüpunkt nennt genau eines von „entity“, „view“, „report“, „dashboard“, „items“.",
        "A menu item names exactly one of “entity”, “view”, “report”, “dashboard”, “items”.",
        "Lassen Sie eines davon stehen.",
        "Leave one of them.",
    ),
    "menu.unknown_target": error("„{name}“ gibt es nicht ({kind}).", "“{name}” doesn't exist ({kind}).", SPELLING),
    "menu.label": error(
        "Eine Überschrift im Menü braucht „label“.",
        "A heading in the menu needs “label”.",
        "Ergänzen Sie „label“.",
        "Add “label”.",
    ),
    "role.unknown_entity": error("Die Objektart „{name}“ gibt es nicht.", "There is no entity “{name}”.", SPELLING),
    "role.unknown_home": error("Das Dashboard „{name}“ gibt es nicht.", "There is no dashboard “{name}”.", SPELLING),
    "role.home_hidden": warning(
        "Die Startseite „{name}“ ist nicht für diese Rolle bestimmt.",
        "The start page “{name}” isn't meant for this role.",
        "Nehmen Sie die Rolle in „roles“ des Dashboards auf.",
        "Add the role to “roles” of the dashboard.",
    ),
    "role.scope": error(
        "Hier steht, für welche Datensätze das Recht gilt: true, false, own, team, team_tree, all oder eine Bedingung.",
        "This says for which records the right is: true, false, own, team, team_tree, all or a condition.",
        'Eine Bedingung schreibt man so: {{"where": "owner = me()"}}.',
        'A condition is written like this: {{"where": "owner = me()"}}.',
    ),
    "role.where_everywhere": error(
        "Unter „*“ kann keine Bedingung stehen: sie spräche über Felder jeder Objektart.",
        "Under “*” there can be no condition: it would speak about fields of every entity.",
        "Schreiben Sie sie bei der Objektart, die gemeint ist.",
        "Write it at the entity that is meant.",
    ),
    "role.where_far": error(
        "Die Bedingung eines Rechts darf über höchstens {limit} Verknüpfungen gehen.",
        "The condition of a right may go over {limit} references at most.",
        "Nehmen Sie ein näheres Feld, oder halten Sie den Wert am Datensatz selbst.",
        "Take a nearer field, or keep the value at the record itself.",
    ),
    "role.field_everywhere": error(
        "Unter „*“ kann kein einzelnes Feld („{name}“) genannt werden.",
        "Under “*” no single field (“{name}”) can be named.",
        "Nennen Sie es bei der Objektart, zu der es gehört.",
        "Name it at the entity that it belongs to.",
    ),
    "role.unknown_field": error("„{entity}“ hat kein Feld „{name}“.", "“{entity}” has no field “{name}”.", SPELLING),
    "role.unknown_section": error(
        "Den Abschnitt „{name}“ gibt es in keiner Maske dieser Objektart.",
        "There is no section “{name}” in a mask of this entity.",
        SPELLING,
    ),
    "role.write_blind": warning(
        "Die Rolle darf „{name}“ ändern, aber nicht lesen.",
        "The role may change “{name}” but not read it.",
        "Geben Sie ihr auch „read“.",
        "Give it “read”, too.",
    ),
    "roles.unknown": error("Die Rolle „{name}“ gibt es nicht.", "There is no role “{name}”.", SPELLING),
    "dashboard.tile": error(
        "Eine Kachel nennt genau eines von „view“ und „report“.",
        "A tile names exactly one of “view” and “report”.",
        "Lassen Sie eines davon stehen.",
        "Leave one of them.",
    ),
    "dashboard.unknown_target": error("„{name}“ gibt es nicht ({kind}).", "“{name}” doesn't exist ({kind}).", SPELLING),
    "dashboard.show": error(
        "Der Bericht „{name}“ hat nichts, was sich als „{show}“ zeigen lässt.",
        "The report “{name}” has nothing that can be shown as “{show}”.",
        "Geben Sie dem Bericht „chart“ oder „across“, oder zeigen Sie ihn als Tabelle.",
        "Give the report “chart” or “across”, or show it as a table.",
    ),
}
