"""What is said about a backup that isn't taken, or isn't one."""

from __future__ import annotations

from typing import Final

from app.language import Label

NO_FILE: Final = Label(
    "Die Sicherung „{path}“ gibt es nicht. Prüfen Sie den Pfad.",
    "There is no backup “{path}”. Check the path.",
)
UNREADABLE: Final = Label(
    "„{path}“ lässt sich nicht lesen ({reason}). Prüfen Sie die Rechte und den Datenträger.",
    "“{path}” can't be read ({reason}). Check its permissions and the disk.",
)
NO_BACKUP: Final = Label(
    "„{path}“ ist keine vollständige Sicherung von Lotse. Nehmen Sie eine andere Datei.",
    "“{path}” is no complete backup of Lotse. Use another file.",
)
DAMAGED: Final = Label(
    "Die Sicherung „{path}“ ist beschädigt ({where}). Nehmen Sie eine andere und prüfen Sie den Datenträger.",
    "The backup “{path}” is damaged ({where}). Use another one, and check the disk.",
)
NEWER: Final = Label(
    "Die Sicherung „{path}“ stammt von einer neueren Lotse-Version ({program}). Aktualisieren Sie das Programm.",
    "The backup “{path}” was taken by a newer version of Lotse ({program}). Upgrade the program.",
)
FOREIGN_PART: Final = Label(
    "Die Sicherung „{path}“ enthält „{part}“, womit dieses Programm nichts anfangen kann. Nehmen Sie die Version "
    "{program}, mit der sie gemacht wurde.",
    "The backup “{path}” holds “{part}”, which this program can't do anything with. Use version {program}, which "
    "took it.",
)
NOT_EMPTY: Final = Label(
    "Die Datenbank „{url}“ ist nicht leer; es wurde nichts geändert. Spielen Sie die Sicherung in eine neue ein und "
    "stellen Sie LOTSE_DATABASE_URL danach auf sie um.",
    "The database “{url}” isn't empty; nothing was changed. Restore into a new one, and then let LOTSE_DATABASE_URL "
    "name that one.",
)
OTHER_DATA: Final = Label(
    "Nach dem Einspielen stimmten diese Tabellen nicht mit der Sicherung überein: {tables}. Es wurde nichts geändert. "
    "Nehmen Sie die Lotse-Version {program}, mit der sie gemacht wurde.",
    "After restoring, these tables weren't as in the backup: {tables}. Nothing was changed. Use version {program} of "
    "Lotse, which took it.",
)
UNFIT: Final = Label(
    "Ein Wert der Tabelle „{table}“ passt nicht in diese Datenbank ({reason}). Es wurde nichts geändert. Spielen Sie "
    "die Sicherung in eine Datenbank der Art ein, von der sie stammt ({dialect}).",
    "A value of the table “{table}” doesn't fit into this database ({reason}). Nothing was changed. Restore into a "
    "database of the kind that it came from ({dialect}).",
)
CANT_WRITE: Final = Label(
    "Die Sicherung „{path}“ lässt sich nicht schreiben ({reason}); eine frühere ist unverändert. Schaffen Sie Platz "
    "oder nehmen Sie einen anderen Ordner.",
    "The backup “{path}” can't be written ({reason}); an earlier one is as it was. Free some space or take another "
    "folder.",
)
NOT_WHOLE: Final = Label("sie ist nicht so, wie sie geschrieben wurde", "it isn't as it was written")
