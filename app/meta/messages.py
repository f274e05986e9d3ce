"""Everything that can be wrong with documents, in German and English: a stable code, a sentence, what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.errors import Severity
from app.language import Label


@dataclass(frozen=True, slots=True)
class Message:
    """One kind of issue.

    Args:
        message: what is wrong, with named places to fill.
        hint: what to do next.
        severity: an error refuses the document set, a warning lets it pass.
    """

    message: Label
    hint: Label
    severity: Severity = Severity.ERROR


_SPELLING: Final = Label("Prüfen Sie die Schreibweise.", "Check the spelling.")
_REMOVE_IT: Final = Label("Nehmen Sie die Angabe heraus.", "Take the entry out.")
_OTHER_ID: Final = Label("Geben Sie einem der beiden eine andere id.", "Give one of the two another id.")


def _error(de: str, en: str, hint_de: str | Label, hint_en: str = "") -> Message:
    return Message(Label(de, en), hint_de if isinstance(hint_de, Label) else Label(hint_de, hint_en))


def _warning(de: str, en: str, hint_de: str, hint_en: str) -> Message:
    return Message(Label(de, en), Label(hint_de, hint_en), Severity.WARNING)


_FILES: Final = {
    "document.no_folder": _error(
        "Den Ordner „{name}“ gibt es nicht.",
        "There is no folder “{name}”.",
        "Geben Sie den Ordner an, in dem die Dokumente liegen.",
        "Name the folder that holds the documents.",
    ),
    "document.stray_file": _warning(
        "„{name}“ ist kein Dokument und wird nicht gelesen.",
        "“{name}” is not a document and isn't read.",
        "Dokumente liegen in einem Ordner je Art und enden auf .json; legen Sie anderes woanders ab.",
        "Documents lie in one folder a kind and end in .json; put anything else elsewhere.",
    ),
    "document.unknown_kind": _error(
        "„{name}“ ist keine Art von Dokument.", "“{name}” is not a kind of document.", _SPELLING
    ),
    "document.too_many": _error(
        "Der Ordner hat mehr als {limit} Dateien; der Rest wurde nicht gelesen.",
        "The folder has more than {limit} files; the rest wasn't read.",
        "Prüfen Sie, ob das der richtige Ordner ist.",
        "Check whether this is the right folder.",
    ),
    "document.too_large": _error(
        "Die Datei ist größer als {limit} MB.",
        "The file is larger than {limit} MB.",
        "Teilen Sie sie auf; ein Dokument beschreibt eine Sache.",
        "Split it up; a document describes one thing.",
    ),
    "document.encoding": _error(
        "Die Datei ist nicht in UTF-8 gespeichert (Byte {position}).",
        "The file isn't saved as UTF-8 (byte {position}).",
        "Speichern Sie sie mit der Zeichenkodierung UTF-8.",
        "Save it with the encoding UTF-8.",
    ),
    "document.json": _error(
        "In Zeile {line}, Spalte {column} ist die Datei kein gültiges JSON.",
        "In line {line}, column {column} the file isn't valid JSON.",
        "Oft fehlt davor ein Komma oder Anführungszeichen, oder es ist eines zu viel.",
        "Often a comma or quotation mark before it is missing, or there is one too many.",
    ),
    "document.duplicate_key": _error(
        "Die Eigenschaft „{name}“ steht zweimal im selben Objekt.",
        "The property “{name}” stands twice in the same object.",
        "Nehmen Sie eine der beiden heraus; sonst gilt still nur die letzte.",
        "Take one of the two out; else only the last one would count, silently.",
    ),
    "document.number": _error(
        "„{number}“ ist keine Zahl, die gespeichert werden kann.",
        "“{number}” is not a number that can be stored.",
        "Nehmen Sie eine Zahl mit höchstens 18 Stellen.",
        "Use a number of at most 18 digits.",
    ),
    "document.too_deep": _error(
        "Die Datei ist mehr als {limit} Ebenen tief verschachtelt.",
        "The file is nested more than {limit} levels deep.",
        "So tief ist kein Dokument; prüfen Sie die Klammern.",
        "No document is that deep; check the brackets.",
    ),
    "document.outside": _error(
        "Die Datei zeigt aus dem Ordner der Dokumente hinaus.",
        "The file points outside of the documents' folder.",
        "Legen Sie statt der Verknüpfung die Datei selbst dorthin.",
        "Put the file itself there instead of the link.",
    ),
    "document.unreadable": _error(
        "Die Datei lässt sich nicht lesen: {reason}.",
        "The file can't be read: {reason}.",
        "Prüfen Sie, ob es sie gibt und ob Sie sie lesen dürfen.",
        "Check whether it exists and whether you may read it.",
    ),
    "document.no_object": _error(
        "Das Dokument ist kein JSON-Objekt.",
        "The document isn't a JSON object.",
        "Es beginnt und endet mit einer geschweiften Klammer.",
        "It begins and ends with a curly bracket.",
    ),
    "document.file_name": _error(
        "„{name}“ ist kein Name für ein Dokument.",
        "“{name}” is not a name for a document.",
        "Er besteht aus Kleinbuchstaben ohne Umlaute, Ziffern und _, bei Masken und Listen mit einem Punkt.",
        "It is made of lower-case letters a to z, digits and _, with one point for masks and views.",
    ),
    "document.key_differs": _error(
        "Der Schlüssel „{key}“ passt nicht zum Dateinamen „{name}“.",
        "The key “{key}” doesn't fit the file's name “{name}”.",
        "Die Datei heißt wie der Schlüssel; gleichen Sie beide an.",
        "The file is named like the key; make them the same.",
    ),
    "document.not_json": _error(
        "Das Dokument lässt sich nicht als JSON schreiben: zu tief, eine zu große Zahl oder ein kaputtes Zeichen.",
        "The document can't be written as JSON: too deep, a number too large, or a broken character.",
        "Prüfen Sie das Dokument mit einem JSON-Werkzeug.",
        "Check the document with a JSON tool.",
    ),
    "document.twice": _error(
        "„{key}“ gibt es in dieser Schicht zweimal, auch in „{other}“.",
        "“{key}” exists twice in this layer, also in “{other}”.",
        "Legen Sie die beiden zusammen, oder geben Sie einem einen anderen Schlüssel.",
        "Put the two together, or give one another key.",
    ),
}

_LAYERS: Final = {
    "layer.unknown_after": _warning(
        "Das Element, hinter dem „{name}“ stehen soll, gibt es nicht: „{after}“.",
        "The element that “{name}” should follow doesn't exist: “{after}”.",
        "„{name}“ steht jetzt am Ende; nennen Sie ein Element derselben Liste.",
        "“{name}” now stands at the end; name an element of the same list.",
    ),
    "layer.nothing_to_retire": _warning(
        "„{name}“ soll wegfallen, steht aber in keiner Schicht darunter.",
        "“{name}” is to be taken away but stands in no layer below.",
        "Nehmen Sie den Eintrag heraus.",
        "Take the entry out.",
    ),
    "plugin.requires": _error(
        "Das Plugin „{plugin}“ braucht das Plugin „{name}“, das nicht da ist.",
        "The plugin “{plugin}” needs the plugin “{name}”, which isn't there.",
        "Installieren Sie „{name}“, oder nehmen Sie „{plugin}“ heraus.",
        "Install “{name}”, or take “{plugin}” out.",
    ),
    "plugin.name": _error(
        "Das Plugin nennt sich „{name}“, sein Ordner heißt „{folder}“.",
        "The plugin calls itself “{name}”, its folder is “{folder}”.",
        "Gleichen Sie beide an.",
        "Make them the same.",
    ),
}

_STRUCTURE: Final = {
    "structure.unknown_property": _error(
        "Die Eigenschaft „{name}“ gibt es hier nicht.", "There is no property “{name}” here.", _SPELLING
    ),
    "structure.missing_property": _error(
        "Die Angabe „{name}“ fehlt.", "The entry “{name}” is missing.", "Ergänzen Sie „{name}“.", "Add “{name}”."
    ),
    "structure.type": _error(
        "Hier steht {given}, erwartet wird {expected}.",
        "There is {given} here, expected is {expected}.",
        "Ersetzen Sie den Wert durch {expected}.",
        "Replace the value by {expected}.",
    ),
    "structure.value": _error("„{name}“ ist hier nicht möglich.", "“{name}” isn't possible here.", _SPELLING),
    "structure.key": _error(
        "„{name}“ ist kein Schlüssel.",
        "“{name}” is not a key.",
        "Ein Schlüssel beginnt mit einem Kleinbuchstaben und besteht aus a bis z, Ziffern und _ (höchstens 41 Zeichen).",
        "A key begins with a lower-case letter and is made of a to z, digits and _ (at most 41 characters).",
    ),
    "structure.pattern": _error(
        "„{name}“ hat nicht die Form, die hier gebraucht wird.",
        "“{name}” doesn't have the form that is needed here.",
        "Erwartet wird ein Text der Form {pattern}.",
        "Expected is a text of the form {pattern}.",
    ),
    "structure.size": _error(
        "Der Wert ist zu groß oder zu klein; die Grenze ist {limit}.",
        "The value is too large or too small; the limit is {limit}.",
        "Nehmen Sie einen Wert innerhalb der Grenze.",
        "Use a value within the limit.",
    ),
    "structure.length": _error(
        "Hier stehen zu viele oder zu wenige Einträge oder Zeichen; die Grenze ist {limit}.",
        "There are too many or too few entries or characters here; the limit is {limit}.",
        "Bleiben Sie innerhalb der Grenze.",
        "Stay within the limit.",
    ),
    "structure.twice": _error(
        "In der Liste steht etwas zweimal.",
        "Something stands twice in the list.",
        "Nehmen Sie die Wiederholung heraus.",
        "Take the repetition out.",
    ),
    "structure.invalid": _error(
        "Der Wert passt nicht zum Schema des Dokuments: {text}.",
        "The value doesn't fit the document's schema: {text}.",
        "Vergleichen Sie ihn mit der Beschreibung dieser Dokumentart.",
        "Compare it with the description of this kind of document.",
    ),
    "structure.format": _error(
        "Das Format {given} kennt dieses Programm nicht.",
        "This program doesn't know the format {given}.",
        "Dokumente haben „format“: 1. Ein neueres Format braucht ein neueres Lotse.",
        "Documents have “format”: 1. A newer format needs a newer Lotse.",
    ),
    "structure.duplicate_id": _error("Die id „{name}“ gibt es hier zweimal.", "The id “{name}” exists twice here.", _OTHER_ID),
}

_ENTITIES: Final = {
    "entity.unknown_parent": _error(
        "Die abstrakte Objektart „{name}“ gibt es nicht.", "There is no abstract entity “{name}”.", _SPELLING
    ),
    "entity.parent_not_abstract": _error(
        "„{name}“ ist nicht abstrakt und kann nicht erweitert werden.",
        "“{name}” isn't abstract and can't be extended.",
        "Setzen Sie dort „abstract“: true, oder verweisen Sie statt zu erweitern.",
        "Set “abstract”: true there, or refer to it instead of extending it.",
    ),
    "entity.cyclic_extends": _error(
        "„extends“ führt im Kreis: {chain}.",
        "“extends” goes in a circle: {chain}.",
        "Nehmen Sie eines der „extends“ heraus.",
        "Take one of the “extends” out.",
    ),
    "entity.title": _error(
        "Die Titelvorlage ist an Stelle {position} nicht richtig geklammert.",
        "The title template has a wrong bracket at position {position}.",
        "Ein Feld steht in geschweiften Klammern, davor ein Trenner: {{name}}{{, ort}}.",
        "A field stands in curly brackets, with a separator before it: {{name}}{{, city}}.",
    ),
    "entity.title_field": _error(
        "Die Titelvorlage nennt das Feld „{name}“, das es nicht gibt.",
        "The title template names the field “{name}”, which doesn't exist.",
        _SPELLING,
    ),
    "entity.title_unusable": _error(
        "„{name}“ kann nicht im Titel stehen.",
        "“{name}” can't be part of the title.",
        "Nehmen Sie ein Feld mit einem Wert, keine Zeilen und keine Mehrfachverknüpfung.",
        "Use a field with one value, neither lines nor several references.",
    ),
    "entity.required_unknown": _error(
        "„required“ nennt das Feld „{name}“, das es nicht gibt.",
        "“required” names the field “{name}”, which doesn't exist.",
        _SPELLING,
    ),
    "entity.unique_unknown": _error(
        "„unique“ nennt das Feld „{name}“, das es nicht gibt.",
        "“unique” names the field “{name}”, which doesn't exist.",
        _SPELLING,
    ),
    "entity.unique_unusable": _error(
        "„{name}“ kann nicht eindeutig sein, weil es keinen einzelnen Wert hat.",
        "“{name}” can't be unique, because it has no single value.",
        "Nehmen Sie ein Feld mit einem Wert.",
        "Use a field with one value.",
    ),
    "entity.rule_at": _error(
        "Die Regel soll am Feld „{name}“ stehen, das es nicht gibt.",
        "The rule is to be shown at the field “{name}”, which doesn't exist.",
        _SPELLING,
    ),
}

_FIELDS: Final = {
    "field.unknown_type": _error("Den Feldtyp „{name}“ gibt es nicht.", "There is no field type “{name}”.", _SPELLING),
    "field.no_type": _error(
        "Aus „type“ und „format“ geht der Feldtyp nicht hervor.",
        "“type” and “format” don't say the field type.",
        "Nennen Sie ihn in „x-crm“ unter „type“, zum Beispiel „choice“ oder „reference“.",
        "Name it in “x-crm” as “type”, for instance “choice” or “reference”.",
    ),
    "field.reserved": _error(
        "Der Schlüssel „{name}“ ist vergeben.",
        "The key “{name}” is taken.",
        "„id“ und Schlüssel mit „__“ gehören dem Programm; nehmen Sie einen anderen.",
        "“id” and keys with “__” belong to the program; use another one.",
    ),
    "field.name_too_long": _error(
        "Objektart und Feld „{name}“ heißen zusammen länger, als eine Datenbank es erlaubt.",
        "Entity and field “{name}” have names that together are longer than a database allows.",
        "Kürzen Sie den Schlüssel des Feldes.",
        "Shorten the field's key.",
    ),
    "field.unknown_options": _error(
        "Die Auswahlliste „{name}“ gibt es nicht.", "There is no option list “{name}”.", _SPELLING
    ),
    "field.unknown_target": _error("Die Objektart „{name}“ gibt es nicht.", "There is no entity “{name}”.", _SPELLING),
    "field.abstract_target": _error(
        "„{name}“ ist abstrakt; davon gibt es keine Datensätze.",
        "“{name}” is abstract; there are no records of it.",
        "Nennen Sie die Objektarten, die sie erweitern.",
        "Name the entities that extend it.",
    ),
    "field.unknown_via": _error(
        "Die Objektart „{entity}“ hat kein Feld „{name}“.", "The entity “{entity}” has no field “{name}”.", _SPELLING
    ),
    "field.via_elsewhere": _error(
        "„{entity}.{name}“ verweist nicht auf „{owner}“.",
        "“{entity}.{name}” doesn't point to “{owner}”.",
        "Nennen Sie in „via“ das Feld der Zeile, das hierher verweist.",
        "Name the line's field that points back here as “via”.",
    ),
    "field.unknown_sum": _error(
        "Die Objektart „{entity}“ hat kein Feld „{name}“.", "The entity “{entity}” has no field “{name}”.", _SPELLING
    ),
    "field.sum_unusable": _error(
        "„{name}“ lässt sich nicht summieren.",
        "“{name}” can't be summed up.",
        "Nehmen Sie ein Zahlen- oder Betragsfeld.",
        "Use a field of numbers or amounts.",
    ),
    "field.default": _error(
        "Der Vorgabewert passt nicht zum Feld.",
        "The default value doesn't fit the field.",
        "Nehmen Sie einen Wert, den man auch eintippen könnte, oder {{\"expr\": \"…\"}}.",
        "Use a value that one could type, too, or {{\"expr\": \"…\"}}.",
    ),
    "field.unique_unusable": _error(
        "Ein Feld dieses Typs kann nicht eindeutig sein.",
        "A field of this type can't be unique.",
        "Nehmen Sie „unique“ heraus.",
        "Take “unique” out.",
    ),
    "field.retired_used": _warning(
        "Das Feld „{name}“ ist stillgelegt und wird hier weggelassen.",
        "The field “{name}” is retired and left out here.",
        "Nehmen Sie es auch hier heraus.",
        "Take it out here, too.",
    ),
}

_EXPRESSIONS: Final = {
    "expression.unknown_option": _error(
        "„{field}“ hat keinen Wert „{name}“.", "“{field}” has no value “{name}”.", _SPELLING
    ),
    "expression.retired_field": _error(
        "Das Feld „{name}“ ist stillgelegt.",
        "The field “{name}” is retired.",
        "Nehmen Sie es aus dem Ausdruck, oder holen Sie das Feld zurück.",
        "Take it out of the expression, or bring the field back.",
    ),
    "expression.default_field": _error(
        "Ein Vorgabewert kann kein Feld nennen: „{name}“.",
        "A default value can't name a field: “{name}”.",
        "Er entsteht, bevor etwas ausgefüllt ist; nehmen Sie today(), now(), me() oder einen festen Wert.",
        "It is made before anything is filled in; use today(), now(), me() or a fixed value.",
    ),
}

_PATHS: Final = {
    "path.unknown": _error("Das Feld „{name}“ gibt es in „{entity}“ nicht.", "There is no field “{name}” in “{entity}”.", _SPELLING),
    "path.not_a_reference": _error(
        "„{name}“ ist keine Verknüpfung; dahinter kann nichts stehen.",
        "“{name}” isn't a reference; nothing can follow it.",
        "Nehmen Sie den Punkt und was dahinter steht heraus.",
        "Take out the point and what follows it.",
    ),
    "path.too_long": _error(
        "„{name}“ folgt mehr als {limit} Verknüpfungen.",
        "“{name}” follows more than {limit} references.",
        "Nehmen Sie einen kürzeren Weg.",
        "Take a shorter way.",
    ),
}

_MASKS: Final = {
    "form.unknown_entity": _error("Die Objektart „{name}“ gibt es nicht.", "There is no entity “{name}”.", _SPELLING),
    "form.key": _error(
        "Der Schlüssel „{key}“ beginnt nicht mit der Objektart „{entity}“.",
        "The key “{key}” doesn't begin with the entity “{entity}”.",
        "Er heißt {entity}.main oder {entity}.<name>.",
        "It is {entity}.main or {entity}.<name>.",
    ),
    "form.unknown_field": _error("„{entity}“ hat kein Feld „{name}“.", "“{entity}” has no field “{name}”.", _SPELLING),
    "form.element": _error(
        "Ein Element nennt genau eines von „field“, „text“ und „related“ (dieses mit „label“).",
        "An element names exactly one of “field”, “text” and “related” (that one with “label”).",
        "Lassen Sie eines davon stehen.",
        "Leave one of them.",
    ),
    "form.field_twice": _error(
        "Das Feld „{name}“ steht zweimal in der Maske.",
        "The field “{name}” stands on the mask twice.",
        "Nehmen Sie eines der beiden heraus; beim Speichern gälte nur eines.",
        "Take one of the two out; only one would count when saving.",
    ),
    "form.quick_flag": _error(
        "Die Maske „{name}“ heißt wie die zum schnellen Anlegen, hat aber nicht „quick“: true.",
        "The mask “{name}” is named like the one for quick creation but lacks “quick”: true.",
        "Setzen Sie „quick“: true, oder benennen Sie sie um.",
        "Set “quick”: true, or rename it.",
    ),
    "form.required_missing": _warning(
        "Das Pflichtfeld „{name}“ steht nicht in der Maske.",
        "The required field “{name}” isn't on the mask.",
        "Nehmen Sie es auf, oder geben Sie ihm einen Vorgabewert; sonst kann niemand anlegen.",
        "Add it, or give it a default value; else nobody can create a record.",
    ),
    "form.related_via": _error(
        "„{entity}.{name}“ verweist nicht auf „{owner}“.",
        "“{entity}.{name}” doesn't point to “{owner}”.",
        "Nennen Sie in „via“ ein Feld, das hierher verweist.",
        "Name a field that points back here as “via”.",
    ),
}

_VIEWS: Final = {
    "view.unknown_entity": _error("Die Objektart „{name}“ gibt es nicht.", "There is no entity “{name}”.", _SPELLING),
    "view.key": _error(
        "Der Schlüssel „{key}“ beginnt nicht mit der Objektart „{entity}“.",
        "The key “{key}” doesn't begin with the entity “{entity}”.",
        "Er heißt {entity}.<name>.",
        "It is {entity}.<name>.",
    ),
    "view.column_twice": _error(
        "Die Spalte „{name}“ steht zweimal in der Liste.",
        "The column “{name}” stands in the list twice.",
        "Nehmen Sie eine der beiden heraus.",
        "Take one of the two out.",
    ),
    "view.sort_unusable": _error(
        "Nach „{name}“ lässt sich nicht sortieren.",
        "One can't sort by “{name}”.",
        "Nehmen Sie ein Feld mit einem kurzen, einzelnen Wert.",
        "Use a field with one short value.",
    ),
}

_REPORTS: Final = {
    "report.unknown_entity": _error("Die Objektart „{name}“ gibt es nicht.", "There is no entity “{name}”.", _SPELLING),
    "report.dimension_unusable": _error(
        "Nach „{name}“ lässt sich nicht gruppieren.",
        "One can't group by “{name}”.",
        "Nehmen Sie ein Feld mit einem einzelnen Wert.",
        "Use a field with one value.",
    ),
    "report.bucket": _error(
        "„{field}“ lässt sich nicht nach „{name}“ bündeln.", "“{field}” can't be grouped by “{name}”.", _SPELLING
    ),
    "report.size": _error(
        "„size“ gibt die Breite von Klassen an und steht nur bei „bucket“: „band“.",
        "“size” is the width of bands and only goes with “bucket”: “band”.",
        _REMOVE_IT,
    ),
    "report.aggregate": _error(
        "„{field}“ lässt sich nicht mit „{name}“ zusammenfassen.", "“{field}” can't be put together by “{name}”.", _SPELLING
    ),
    "report.measure_field": _error(
        "„{name}“ braucht ein Feld.",
        "“{name}” needs a field.",
        "Ergänzen Sie „field“.",
        "Add “field”.",
    ),
    "report.measure_extra": _error(
        "„{name}“ gehört nicht zu „{aggregate}“.", "“{name}” doesn't go with “{aggregate}”.", _REMOVE_IT
    ),
    "report.share": _error(
        "Ein Anteil braucht „base“ und „of“.",
        "A share needs “base” and “of”.",
        "„base“ ist die Kennzahl, „of“ ist total, row, column oder eine andere Kennzahl.",
        "“base” is the measure, “of” is total, row, column or another measure.",
    ),
    "report.share_measure": _error(
        "Die Kennzahl „{name}“ gibt es hier nicht, oder sie ist selbst ein Anteil.",
        "There is no measure “{name}” here, or it is a share itself.",
        _SPELLING,
    ),
    "report.share_pivot": _error(
        "Ein Anteil an „{name}“ braucht eine Kreuztabelle.",
        "A share of “{name}” needs a pivot.",
        "Nennen Sie in „across“ eine Dimension, oder nehmen Sie „total“.",
        "Name a dimension in “across”, or use “total”.",
    ),
    "report.unknown_dimension": _error(
        "Die Dimension „{name}“ gibt es hier nicht.", "There is no dimension “{name}” here.", _SPELLING
    ),
    "report.unknown_measure": _error("Die Kennzahl „{name}“ gibt es hier nicht.", "There is no measure “{name}” here.", _SPELLING),
    "report.unknown_sort": _error(
        "„{name}“ ist weder Dimension noch Kennzahl dieses Berichts.",
        "“{name}” is neither a dimension nor a measure of this report.",
        _SPELLING,
    ),
    "report.show": _error(
        "Der Bericht hat nichts, was sich als „{name}“ zeigen lässt.",
        "The report has nothing that can be shown as “{name}”.",
        "Eine Kreuztabelle braucht „across“, ein Diagramm braucht „chart“.",
        "A pivot needs “across”, a chart needs “chart”.",
    ),
    "report.parameter_type": _error(
        "Ein Parameter kann nicht vom Typ „{name}“ sein.",
        "A parameter can't be of type “{name}”.",
        "Nehmen Sie einen Typ mit einem einzelnen Wert.",
        "Use a type with one value.",
    ),
    "report.parameter_unused": _warning(
        "Der Parameter „{name}“ wird nirgends verwendet.",
        "The parameter “{name}” isn't used anywhere.",
        "Nehmen Sie ihn heraus, oder verwenden Sie ${name} im Filter.",
        "Take it out, or use ${name} in the filter.",
    ),
}

_PEOPLE: Final = {
    "menu.target": _error(
        "Ein Menüpunkt nennt genau eines von „entity“, „view“, „report“, „dashboard“, „items“.",
        "A menu item names exactly one of “entity”, “view”, “report”, “dashboard”, “items”.",
        "Lassen Sie eines davon stehen.",
        "Leave one of them.",
    ),
    "menu.unknown_target": _error("„{name}“ gibt es nicht ({kind}).", "“{name}” doesn't exist ({kind}).", _SPELLING),
    "menu.label": _error(
        "Eine Überschrift im Menü braucht „label“.", "A heading in the menu needs “label”.", "Ergänzen Sie „label“.", "Add “label”."
    ),
    "role.unknown_entity": _error("Die Objektart „{name}“ gibt es nicht.", "There is no entity “{name}”.", _SPELLING),
    "role.unknown_home": _error("Das Dashboard „{name}“ gibt es nicht.", "There is no dashboard “{name}”.", _SPELLING),
    "role.write_blind": _warning(
        "Die Rolle darf „{name}“ ändern, aber nicht lesen.",
        "The role may change “{name}” but not read it.",
        "Geben Sie ihr auch „read“.",
        "Give it “read”, too.",
    ),
    "roles.unknown": _error("Die Rolle „{name}“ gibt es nicht.", "There is no role “{name}”.", _SPELLING),
    "dashboard.tile": _error(
        "Eine Kachel nennt genau eines von „view“ und „report“.",
        "A tile names exactly one of “view” and “report”.",
        "Lassen Sie eines davon stehen.",
        "Leave one of them.",
    ),
    "dashboard.unknown_target": _error("„{name}“ gibt es nicht ({kind}).", "“{name}” doesn't exist ({kind}).", _SPELLING),
    "dashboard.show": _error(
        "Der Bericht „{name}“ hat nichts, was sich als „{show}“ zeigen lässt.",
        "The report “{name}” has nothing that can be shown as “{show}”.",
        "Geben Sie dem Bericht „chart“ oder „across“, oder zeigen Sie ihn als Tabelle.",
        "Give the report “chart” or “across”, or show it as a table.",
    ),
}

#: Every issue by its code. Problems of expressions (`expression.…`) and of field types (`field.<type>.…`) have their
#: sentences in the expression language and in the field types.
MESSAGES: Final[dict[str, Message]] = {
    **_FILES,
    **_LAYERS,
    **_STRUCTURE,
    **_ENTITIES,
    **_FIELDS,
    **_EXPRESSIONS,
    **_PATHS,
    **_MASKS,
    **_VIEWS,
    **_REPORTS,
    **_PEOPLE,
}
