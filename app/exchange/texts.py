"""The sentences with which a file is refused, or a column of it is left out."""

from __future__ import annotations

from typing import Final

from app.language import Label

EMPTY: Final = Label(
    "Die Datei ist leer. Die erste Zeile braucht Überschriften, jede weitere ist ein Datensatz.",
    "The file is empty. Its first line needs headings, each further one is a record.",
)
TOO_LARGE: Final = Label(
    "Die Datei ist größer als {most} MB. Bitte teilen Sie sie in mehrere auf.",
    "The file is larger than {most} MB. Please split it up into several.",
)
WORKBOOK: Final = Label(
    "Das ist eine Excel-Arbeitsmappe. Bitte speichern Sie sie in Excel als „CSV UTF-8“ und laden Sie dann diese Datei.",
    "This is an Excel workbook. Please save it in Excel as “CSV UTF-8” and upload that file.",
)
ENCODING: Final = Label(
    "Die Datei ist weder in UTF-8 noch in Windows-1252 geschrieben. Bitte speichern Sie sie als „CSV UTF-8“.",
    "The file is written neither in UTF-8 nor in Windows-1252. Please save it as “CSV UTF-8”.",
)
CHARACTER: Final = Label(
    "Hier steht ein Steuerzeichen (Nr. {number}), das in keinem Text vorkommen darf. Bitte entfernen Sie es.",
    "There is a control character (no. {number}) here that no text may contain. Please remove it.",
)
QUOTES: Final = Label(
    "Die Anführungszeichen passen hier nicht zusammen. Ein Anführungszeichen innerhalb eines Textes wird verdoppelt.",
    "The quotation marks don't match here. A quotation mark within a text is written twice.",
)
HUGE_CELL: Final = Label(
    "Hier steht eine Zelle mit mehr als {most} Zeichen. Bitte kürzen Sie sie, oder schließen Sie ein "
    "Anführungszeichen.",
    "There is a cell of more than {most} characters here. Please shorten it, or close a quotation mark.",
)
MANY_ROWS: Final = Label(
    "Die Datei hat mehr als {most} Datensätze. Bitte teilen Sie sie in mehrere auf.",
    "The file has more than {most} records. Please split it up into several.",
)
MANY_COLUMNS: Final = Label(
    "Die Datei hat mehr als {most} Spalten. Bitte lassen Sie nur die stehen, die Sie importieren wollen.",
    "The file has more than {most} columns. Please leave only those that you want to import.",
)
NO_ROWS: Final = Label(
    "Unter den Überschriften steht kein Datensatz. Bitte ergänzen Sie mindestens eine Zeile.",
    "There is no record below the headings. Please add at least one line.",
)
RAGGED: Final = Label(
    "Diese Zeile hat {n} Zellen, die Überschrift hat {wanted}. Bitte prüfen Sie Trennzeichen und Anführungszeichen.",
    "This line has {n} cells, the heading has {wanted}. Please check separators and quotation marks.",
)
UNTITLED: Final = Label(
    "Spalte {n} hat keine Überschrift, aber Inhalt. Bitte geben Sie ihr eine oder leeren Sie sie.",
    "Column {n} has no heading but has contents. Please give it one, or empty it.",
)
TWICE: Final = Label(
    "„{heading}“ steht für dasselbe Feld wie „{other}“. Bitte lassen Sie eine der Spalten weg.",
    "“{heading}” means the same field as “{other}”. Please leave one of the columns out.",
)
UNKNOWN: Final = Label(
    "Das Feld „{heading}“ gibt es in „{entity}“ nicht. Bitte prüfen Sie die Überschrift oder löschen Sie die Spalte.",
    "There is no field “{heading}” in “{entity}”. Please check the heading, or delete the column.",
)
SEVERAL: Final = Label(
    "„{heading}“ kann mehreres bedeuten. Bitte nehmen Sie eine von diesen Überschriften: {known}.",
    "“{heading}” can mean several fields. Please take one of these headings: {known}.",
)
FORBIDDEN: Final = Label(
    "„{field}“ dürfen Sie nicht ändern. Bitte löschen Sie die Spalte.",
    "You may not change “{field}”. Please delete the column.",
)
NO_COLUMNS: Final = Label(
    "Die Datei hat keine Spalte, die sich importieren lässt. Bitte prüfen Sie die Überschriften.",
    "The file has no column that can be imported. Please check the headings.",
)
PARTS: Final = Label(
    "„{field}“ steht hier in Teilen. Zum Ändern braucht es alle davon als Spalten: {known}.",
    "“{field}” stands here in parts. To change it, all of them are needed as columns: {known}.",
)
BAD_ID: Final = Label(
    "„{text}“ ist keine Nummer eines Datensatzes. Bitte nehmen Sie die aus dem Export, oder lassen Sie die Zelle leer.",
    "“{text}” is no number of a record. Please take the one of the export, or leave the cell empty.",
)
NO_VERSION: Final = Label(
    "Zum Ändern wird die Version des Datensatzes gebraucht. Bitte exportieren Sie die Liste „zum Ändern“ und nehmen "
    "Sie die Spalte „version“ von dort.",
    "To change a record, its version is needed. Please export the list “for changing”, and take the column “version” "
    "from there.",
)
LONE_VERSION: Final = Label(
    "Hier steht eine Version, aber keine Nummer. Bitte ergänzen Sie „id“ oder leeren Sie „version“.",
    "There is a version here but no number. Please add “id”, or empty “version”.",
)
SAME_RECORD: Final = Label(
    "Datensatz Nr. {id} steht schon in Zeile {line}. Bitte fassen Sie beide Zeilen zusammen.",
    "Record no. {id} already stands in line {line}. Please put both lines together.",
)
#: Why a column is left out.
IS_COMPUTED: Final = Label("füllt das Programm selbst", "is filled in by the program")
IS_LOOKED_UP: Final = Label("gehört zu einem anderen Datensatz", "belongs to another record")
IS_LINES: Final = Label("Zeilen werden als eigene Liste importiert", "lines are imported as a list of their own")
IS_PART: Final = Label("steht schon in der Spalte „{other}“", "is already in the column “{other}”")
#: How a file is written.
SEPARATORS: Final = {
    ",": Label("Komma", "comma"),
    ";": Label("Semikolon", "semicolon"),
    "\t": Label("Tabulator", "tab"),
}
