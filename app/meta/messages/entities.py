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
    "field.same_lines": error(
        "Die Zeilen dieses Felds („{entity}“) sind schon die von „{name}“.",
        "This field's lines (“{entity}”) are those of “{name}” already.",
        "Nehmen Sie eines der beiden Felder heraus, oder geben Sie der Zeile ein zweites Feld, das hierher verweist.",
        "Take one of the two fields out, or give the line a second field that points here.",
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

COMPUTED: Final = {
    "computed.several": error(
        "Ein Feld kann nicht zugleich „{one}“ und „{other}“ haben.",
        "A field can't have both “{one}” and “{other}”.",
        "Nehmen Sie eines von beiden heraus.",
        "Take one of the two out.",
    ),
    "computed.nothing_to": error(
        "„{name}“ steht bei einem Feld, das nicht berechnet wird.",
        "“{name}” stands at a field that isn't computed.",
        "Nehmen Sie es heraus, oder geben Sie dem Feld „formula“ oder „rollup“.",
        "Take it out, or give the field a “formula” or “rollup”.",
    ),
    "computed.default": error(
        "„{name}“ wird berechnet und braucht keinen Vorgabewert.",
        "“{name}” is computed and needs no default value.",
        "Nehmen Sie „default“ heraus.",
        "Take “default” out.",
    ),
    "computed.type": error(
        "Die Feldart „{type}“ kann nicht berechnet werden.",
        "The field type “{type}” can't be computed.",
        "Nehmen Sie Text, Zahl, Geldbetrag, Prozent, Ja/Nein, Datum, Uhrzeit, Dauer oder eine Auswahl.",
        "Use text, number, money, percent, yes/no, date, time, duration or a choice.",
    ),
    "computed.day_for_moment": error(
        "Die Formel ergibt ein Datum, das Feld braucht einen Zeitpunkt.",
        "The formula gives a date, the field needs a date and time.",
        "Nehmen Sie die Feldart Datum.",
        "Use the field type date.",
    ),
    "computed.reader": error(
        "„{name}()“ kann nicht in einer Berechnung stehen: Der Wert ist für alle derselbe.",
        "“{name}()” can't be part of a computation: the value is the same for everybody.",
        "Nehmen Sie es heraus; in Filtern und Ansichten ist es möglich.",
        "Take it out; filters and views may use it.",
    ),
    "computed.restless": error(
        "„{name}“ ändert sich bei jedem Speichern oder wird selbst gebildet; Berechnungen können es nicht nennen.",
        "“{name}” changes with every save or is made up itself, and can't be part of a computation.",
        "Nehmen Sie das Feld, auf das es ankommt, selbst.",
        "Use the field itself that matters.",
    ),
    "computed.circle": error(
        "Die Berechnung führt im Kreis: {chain}.",
        "The computation goes in a circle: {chain}.",
        "Nehmen Sie eines der Felder aus der Formel oder Sammlung eines anderen heraus.",
        "Take one of the fields out of the formula or roll-up of another.",
    ),
    "computed.too_deep": error(
        "„{name}“ hängt an einer Kette von mehr als {limit} Berechnungen.",
        "“{name}” depends on a chain of more than {limit} computations.",
        "Rechnen Sie in weniger Schritten.",
        "Compute in fewer steps.",
    ),
    "computed.frozen_path": error(
        "„frozen_if“ kann nur eigene, gespeicherte Felder nennen, nicht „{name}“.",
        "“frozen_if” can only name stored fields of its own record, not “{name}”.",
        "Nehmen Sie ein Feld desselben Datensatzes, zum Beispiel den Status.",
        "Use a field of the same record, for instance its status.",
    ),
    "computed.frozen_moment": error(
        "„frozen_if“ kann nicht vom Tag abhängen.",
        "“frozen_if” can't depend on the day.",
        "Nehmen Sie today() und now() heraus.",
        "Take today() and now() out.",
    ),
    "computed.unknown_by": error("„{entity}“ hat kein Feld „{name}“.", "“{entity}” has no field “{name}”.", SPELLING),
    "computed.rollup_field": error(
        "Zu „{aggregate}“ passt die Angabe „field“ nicht.",
        "“field” doesn't go with “{aggregate}”.",
        "„count“ zählt Datensätze und braucht kein Feld; alle anderen brauchen eines.",
        "“count” counts records and takes no field; all others need one.",
    ),
    "computed.rollup_type": error(
        "„{aggregate}“ ergibt hier keinen Wert der Feldart „{type}“.",
        "“{aggregate}” doesn't give a value of the field type “{type}” here.",
        "Sammeln Sie ein passendes Feld, oder geben Sie diesem Feld eine andere Art.",
        "Gather a field that fits, or give this field another type.",
    ),
    "computed.number_type": error(
        "Ein Nummernkreis braucht ein Textfeld, nicht „{type}“.",
        "A range of numbers needs a text field, not “{type}”.",
        "Geben Sie dem Feld die Art Text.",
        "Make it a text field.",
    ),
    "computed.pattern_bracket": error(
        "Im Muster „{text}“ fehlt eine Klammer.",
        "A bracket is missing in the pattern “{text}”.",
        "Schreiben Sie zum Beispiel RE-{{YYYY}}-{{#####}}.",
        "Write RE-{{YYYY}}-{{#####}}, for instance.",
    ),
    "computed.pattern_token": error(
        "„{text}“ ist kein Platzhalter eines Nummernkreises.",
        "“{text}” is no placeholder of a range of numbers.",
        "Möglich sind {{YYYY}}, {{YY}}, {{MM}} und ein Zähler wie {{#####}}.",
        "Possible are {{YYYY}}, {{YY}}, {{MM}} and a counter such as {{#####}}.",
    ),
    "computed.pattern_counter": error(
        "Das Muster „{text}“ braucht genau einen Zähler.",
        "The pattern “{text}” needs exactly one counter.",
        "Schreiben Sie einen Zähler wie {{#####}} hinein.",
        "Put one counter such as {{#####}} into it.",
    ),
    "computed.pattern_period": error(
        "Das Muster „{text}“ zeigt nicht, in welchem Zeitraum gezählt wird („restart“: {restart}).",
        "The pattern “{text}” doesn't show the period that is counted in (“restart”: {restart}).",
        "Ergänzen Sie {{YYYY}} oder {{YY}}, für Monate auch {{MM}}; sonst käme eine Nummer zweimal vor.",
        "Add {{YYYY}} or {{YY}}, for months {{MM}} too; otherwise a number would occur twice.",
    ),
    "computed.draw_gathered": error(
        "„draw_if“ sieht auf „{name}“; das wird erst nach dem Speichern aus anderen Datensätzen gesammelt, die Nummer "
        "bliebe also leer.",
        "“draw_if” looks at “{name}”, which is gathered from other records only after the save, so that the number "
        "would stay empty.",
        "Nehmen Sie ein Feld, das jemand ausfüllt, etwa einen Status, oder rechnen Sie über die Positionen des "
        "Datensatzes selbst, etwa sum(positionen.betrag) > 0.",
        "Use a field that somebody fills in, such as a status, or compute over the record's own lines, such as "
        "sum(lines.amount) > 0.",
    ),
    "computed.volatile_gathered": error(
        "„{name}“ sammelt Werte, die vom Tag abhängen; das geht nicht.",
        "“{name}” gathers values that depend on the day, which can't be done.",
        "Sammeln Sie das Datum selbst und rechnen Sie erst danach mit today().",
        "Gather the date itself and compute with today() after that.",
    ),
    "computed.volatile_frozen": error(
        "„{name}“ hängt vom Tag ab und kann nicht eingefroren werden.",
        "“{name}” depends on the day and can't be frozen.",
        "Nehmen Sie „frozen_if“ heraus.",
        "Take “frozen_if” out.",
    ),
    "computed.volatile_large": error(
        "„{name}“ hängt vom Tag ab und hat ausgeschrieben mehr als {limit} Teile oder {hops} Verknüpfungen.",
        "“{name}” depends on the day and has more than {limit} parts or {hops} references when written out.",
        "Rechnen Sie vorher mit gespeicherten Feldern, die nicht vom Tag abhängen.",
        "Compute with stored fields before, which don't depend on the day.",
    ),
    "computed.volatile_text": error(
        "Ein Text kann nicht vom Tag abhängen, weil er sich so nicht durchsuchen lässt.",
        "A text can't depend on the day, because it couldn't be searched.",
        "Nehmen Sie eine Zahl, ein Datum oder eine Auswahl.",
        "Use a number, a date or a choice.",
    ),
    "computed.volatile_kept": error(
        "Ein Wert, der vom Tag abhängt, wird nicht gespeichert; „{name}“ geht damit nicht.",
        "A value that depends on the day isn't stored; “{name}” can't be used with it.",
        "Nehmen Sie „{name}“ heraus.",
        "Take “{name}” out.",
    ),
    "computed.volatile_line": error(
        "„{name}“ hängt vom Tag ab und kann nicht über Positionen zusammengefasst werden.",
        "“{name}” depends on the day and can't be put together over lines.",
        "Fassen Sie das Datum zusammen und rechnen Sie erst danach mit today().",
        "Put the date together and compute with today() after that.",
    ),
    "entity.title_volatile": error(
        "Der Titel kann „{name}“ nicht zeigen: Der Wert hängt vom Tag ab, der Titel wird gespeichert.",
        "The title can't show “{name}”: its value depends on the day, and titles are stored.",
        "Nehmen Sie das Feld aus der Titelvorlage.",
        "Take the field out of the title template.",
    ),
}
