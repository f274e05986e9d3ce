"""What can be wrong with files, layers and the form of documents."""

from __future__ import annotations

from typing import Final

from app.meta.messages.entry import OTHER_ID, SPELLING, error, warning

FILES: Final = {
    "document.no_folder": error(
        "Den Ordner „{name}“ gibt es nicht.",
        "There is no folder “{name}”.",
        "Geben Sie den Ordner an, in dem die Dokumente liegen.",
        "Name the folder that holds the documents.",
    ),
    "document.stray_file": warning(
        "„{name}“ ist kein Dokument und wird nicht gelesen.",
        "“{name}” is not a document and isn't read.",
        "Dokumente liegen in einem Ordner je Art und enden auf .json; legen Sie anderes woanders ab.",
        "Documents lie in one folder a kind and end in .json; put anything else elsewhere.",
    ),
    "document.unknown_kind": error(
        "„{name}“ ist keine Art von Dokument.", "“{name}” is not a kind of document.", SPELLING
    ),
    "document.too_many": error(
        "Der Ordner hat mehr als {limit} Dateien; der Rest wurde nicht gelesen.",
        "The folder has more than {limit} files; the rest wasn't read.",
        "Prüfen Sie, ob das der richtige Ordner ist.",
        "Check whether this is the right folder.",
    ),
    "document.too_large": error(
        "Die Datei ist größer als {limit} MB.",
        "The file is larger than {limit} MB.",
        "Teilen Sie sie auf; ein Dokument beschreibt eine Sache.",
        "Split it up; a document describes one thing.",
    ),
    "document.encoding": error(
        "Die Datei ist nicht in UTF-8 gespeichert (Byte {position}).",
        "The file isn't saved as UTF-8 (byte {position}).",
        "Speichern Sie sie mit der Zeichenkodierung UTF-8.",
        "Save it with the encoding UTF-8.",
    ),
    "document.json": error(
        "In Zeile {line}, Spalte {column} ist die Datei kein gültiges JSON.",
        "In line {line}, column {column} the file isn't valid JSON.",
        "Oft fehlt davor ein Komma oder Anführungszeichen, oder es ist eines zu viel.",
        "Often a comma or quotation mark before it is missing, or there is one too many.",
    ),
    "document.duplicate_key": error(
        "Die Eigenschaft „{name}“ steht zweimal im selben Objekt.",
        "The property “{name}” stands twice in the same object.",
        "Nehmen Sie eine der beiden heraus; sonst gilt still nur die letzte.",
        "Take one of the two out; else only the last one would count, silently.",
    ),
    "document.number": error(
        "„{number}“ ist keine Zahl, die gespeichert werden kann.",
        "“{number}” is not a number that can be stored.",
        "Nehmen Sie eine Zahl mit höchstens 18 Stellen.",
        "Use a number of at most 18 digits.",
    ),
    "document.too_deep": error(
        "Die Datei ist mehr als {limit} Ebenen tief verschachtelt.",
        "The file is nested more than {limit} levels deep.",
        "So tief ist kein Dokument; prüfen Sie die Klammern.",
        "No document is that deep; check the brackets.",
    ),
    "document.outside": error(
        "Die Datei zeigt aus dem Ordner der Dokumente hinaus.",
        "The file points outside of the documents' folder.",
        "Legen Sie statt der Verknüpfung die Datei selbst dorthin.",
        "Put the file itself there instead of the link.",
    ),
    "document.unreadable": error(
        "Die Datei lässt sich nicht lesen: {reason}.",
        "The file can't be read: {reason}.",
        "Prüfen Sie, ob es sie gibt und ob Sie sie lesen dürfen.",
        "Check whether it exists and whether you may read it.",
    ),
    "document.no_object": error(
        "Das Dokument ist kein JSON-Objekt.",
        "The document isn't a JSON object.",
        "Es beginnt und endet mit einer geschweiften Klammer.",
        "It begins and ends with a curly bracket.",
    ),
    "document.file_name": error(
        "„{name}“ ist kein Name für ein Dokument.",
        "“{name}” is not a name for a document.",
        "Er besteht aus Kleinbuchstaben ohne Umlaute, Ziffern und _, bei Masken und Listen mit einem Punkt.",
        "It is made of lower-case letters a to z, digits and _, with one point for masks and views.",
    ),
    "document.key_differs": error(
        "Der Schlüssel „{key}“ passt nicht zum Dateinamen „{name}“.",
        "The key “{key}” doesn't fit the file's name “{name}”.",
        "Die Datei heißt wie der Schlüssel; gleichen Sie beide an.",
        "The file is named like the key; make them the same.",
    ),
    "document.not_json": error(
        "Das Dokument lässt sich nicht als JSON schreiben: zu tief, eine zu große Zahl oder ein kaputtes Zeichen.",
        "The document can't be written as JSON: too deep, a number too large, or a broken character.",
        "Prüfen Sie das Dokument mit einem JSON-Werkzeug.",
        "Check the document with a JSON tool.",
    ),
    "document.twice": error(
        "„{key}“ gibt es in dieser Schicht zweimal, auch in „{other}“.",
        "“{key}” exists twice in this layer, also in “{other}”.",
        "Legen Sie die beiden zusammen, oder geben Sie einem einen anderen Schlüssel.",
        "Put the two together, or give one another key.",
    ),
}

LAYERS: Final = {
    "layer.unknown_after": warning(
        "Das Element, hinter dem „{name}“ stehen soll, gibt es nicht: „{after}“.",
        "The element that “{name}” should follow doesn't exist: “{after}”.",
        "„{name}“ steht jetzt am Ende; nennen Sie ein Element derselben Liste.",
        "“{name}” now stands at the end; name an element of the same list.",
    ),
    "layer.nothing_to_retire": warning(
        "„{name}“ soll wegfallen, steht aber in keiner Schicht darunter.",
        "“{name}” is to be taken away but stands in no layer below.",
        "Nehmen Sie den Eintrag heraus.",
        "Take the entry out.",
    ),
    "plugin.requires": error(
        "Das Plugin „{plugin}“ braucht das Plugin „{name}“, das nicht da ist.",
        "The plugin “{plugin}” needs the plugin “{name}”, which isn't there.",
        "Installieren Sie „{name}“, oder nehmen Sie „{plugin}“ heraus.",
        "Install “{name}”, or take “{plugin}” out.",
    ),
    "plugin.name": error(
        "Das Plugin nennt sich „{name}“, sein Ordner heißt „{folder}“.",
        "The plugin calls itself “{name}”, its folder is “{folder}”.",
        "Gleichen Sie beide an.",
        "Make them the same.",
    ),
}

STRUCTURE: Final = {
    "structure.unknown_property": error(
        "Die Eigenschaft „{name}“ gibt es hier nicht.", "There is no property “{name}” here.", SPELLING
    ),
    "structure.missing_property": error(
        "Die Angabe „{name}“ fehlt.", "The entry “{name}” is missing.", "Ergänzen Sie „{name}“.", "Add “{name}”."
    ),
    "structure.type": error(
        "Hier steht {given}, erwartet wird {expected}.",
        "There is {given} here, expected is {expected}.",
        "Ersetzen Sie den Wert durch {expected}.",
        "Replace the value by {expected}.",
    ),
    "structure.value": error("„{name}“ ist hier nicht möglich.", "“{name}” isn't possible here.", SPELLING),
    "structure.key": error(
        "„{name}“ ist kein Schlüssel.",
        "“{name}” is not a key.",
        "Ein Schlüssel beginnt mit einem Kleinbuchstaben und besteht aus a bis z, Ziffern und _, höchstens 41 Zeichen.",
        "A key begins with a lower-case letter and is made of a to z, digits and _ (at most 41 characters).",
    ),
    "structure.path": error(
        "„{name}“ ist weder ein Feld noch ein Weg über Verknüpfungen.",
        "“{name}” is neither a field nor a way over references.",
        "Schreiben Sie Schlüssel mit Punkten dazwischen, zum Beispiel account.industry.",
        "Write keys with points between them, for instance account.industry.",
    ),
    "structure.pattern": error(
        "„{name}“ hat nicht die Form, die hier gebraucht wird.",
        "“{name}” doesn't have the form that is needed here.",
        "Erwartet wird ein Text der Form {pattern}.",
        "Expected is a text of the form {pattern}.",
    ),
    "structure.size": error(
        "Der Wert ist zu groß oder zu klein; die Grenze ist {limit}.",
        "The value is too large or too small; the limit is {limit}.",
        "Nehmen Sie einen Wert innerhalb der Grenze.",
        "Use a value within the limit.",
    ),
    "structure.length": error(
        "Hier stehen zu viele oder zu wenige Einträge oder Zeichen; die Grenze ist {limit}.",
        "There are too many or too few entries or characters here; the limit is {limit}.",
        "Bleiben Sie innerhalb der Grenze.",
        "Stay within the limit.",
    ),
    "structure.twice": error(
        "In der Liste steht etwas zweimal.",
        "Something stands twice in the list.",
        "Nehmen Sie die Wiederholung heraus.",
        "Take the repetition out.",
    ),
    "structure.invalid": error(
        "Der Wert passt nicht zum Schema des Dokuments: {text}.",
        "The value doesn't fit the document's schema: {text}.",
        "Vergleichen Sie ihn mit der Beschreibung dieser Dokumentart.",
        "Compare it with the description of this kind of document.",
    ),
    "structure.format": error(
        "Das Format {given} kennt dieses Programm nicht.",
        "This program doesn't know the format {given}.",
        "Dokumente haben „format“: 1. Ein neueres Format braucht ein neueres Lotse.",
        "Documents have “format”: 1. A newer format needs a newer Lotse.",
    ),
    "structure.duplicate_id": error(
        "Die id „{name}“ gibt es hier zweimal.", "The id “{name}” exists twice here.", OTHER_ID
    ),
}
