"""The sentences with which the write side refuses a value, a record or a whole save."""

from __future__ import annotations

from typing import Final

from app.errors import FieldError, Forbidden
from app.language import Label

_UNKNOWN: Final = Label(
    "„{key}“ ist kein Feld von „{entity}“. Bitte die Schreibweise prüfen oder das Feld weglassen.",
    "“{key}” is not a field of “{entity}”. Please check its spelling or leave it out.",
)
_READONLY: Final = Label(
    "„{field}“ wird vom Programm gefüllt und lässt sich hier nicht ändern. Bitte lassen Sie den Wert, wie er ist.",
    "“{field}” is filled in by the program and can't be changed here. Please leave the value as it is.",
)
_LOCKED: Final = Label(
    "„{field}“ lässt sich im jetzigen Zustand des Datensatzes nicht ändern. Bitte lassen Sie den Wert, wie er ist.",
    "“{field}” can't be changed in the record's present state. Please leave the value as it is.",
)
_REQUIRED: Final = Label(
    "„{field}“ fehlt noch. Bitte füllen Sie das Feld aus.", "“{field}” is still missing. Please fill in the field."
)
_NO_TARGET: Final = Label(
    "Den Datensatz, auf den „{field}“ verweist, gibt es nicht mehr. Bitte wählen Sie einen anderen.",
    "The record that “{field}” points to is no longer there. Please choose another one.",
)
_TARGET_RETIRED: Final = Label(
    "„{field}“ verweist auf einen archivierten Datensatz. Bitte wählen Sie einen anderen oder stellen Sie ihn wieder "
    "her.",
    "“{field}” points to an archived record. Please choose another one, or restore it.",
)
_RECORD_RETIRED: Final = Label(
    "Der Datensatz, zu dem diese Zeile gehört, ist archiviert. Bitte stellen Sie zuerst ihn wieder her.",
    "The record that this line belongs to is archived. Please restore that one first.",
)
_RECORD_CLOSED: Final = Label(
    "Diese Zeile gehört zu einem Datensatz, den Sie nicht ändern dürfen; sie lässt sich deshalb nur ansehen. Bitten "
    "Sie jemanden darum, der ihn ändern darf.",
    "This line belongs to a record that you may not change, so it can only be looked at. Please ask somebody who may "
    "change that record.",
)
_LINES_LOCKED: Final = Label(
    "Diese Zeile gehört zu einem Datensatz, in dessen jetzigem Zustand sich seine Zeilen nicht ändern lassen. Bitte "
    "ändern Sie zuerst jenen Datensatz.",
    "This line belongs to a record whose lines can't be changed in its present state. Please change that record first.",
)
_LINES_FIXED: Final = Label(
    "Diese Zeile gehört zu einem Datensatz, dessen Zeilen nur Lotse selbst schreibt. Sie bleibt, wie sie ist.",
    "This line belongs to a record whose lines only Lotse itself writes. It stays as it is.",
)
_LINE_STAYS: Final = Label(
    "Die Zeile „{line}“ käme mit zurück, und das geht nicht: {message}",
    "The line “{line}” would come back, too, and that can't be: {message}",
)
_LINE_HELD: Final = Label(
    "Die Zeile „{line}“ ginge mit ins Archiv und ist gesperrt: {message}",
    "The line “{line}” would go into the archive as well and is locked: {message}",
)
_LAST_LINE: Final = Label(
    "„{field}“ darf in dem Datensatz, zu dem diese Zeile gehört, nicht leer werden. Bitte legen Sie dort zuerst eine "
    "andere Zeile an.",
    "“{field}” may not become empty in the record that this line belongs to. Please add another line there first.",
)
_NO_RECORD: Final = Label(
    "Einen Datensatz Nr. {id} gibt es hier nicht. Bitte prüfen Sie die Nummer; ohne Nummer wird ein neuer angelegt.",
    "There is no record no. {id} here. Please check the number; without one a new record is created.",
)
_NOT_FOUND: Final = Label(
    "Zu „{text}“ gibt es keinen Eintrag. Bitte wählen Sie einen aus der Suche oder legen Sie ihn an.",
    "There is no entry called “{text}”. Please choose one from the search or create it.",
)
_SEVERAL: Final = Label(
    "„{text}“ passt auf mehrere Einträge. Bitte wählen Sie den richtigen aus der Suche.",
    "“{text}” fits several entries. Please choose the right one from the search.",
)
_TAKEN: Final = Label(
    "Diesen Wert hat schon „{title}“. Bitte tragen Sie einen anderen ein.",
    "“{title}” already has this value. Please enter another one.",
)
_TAKEN_GROUP: Final = Label(
    "{fields} gibt es in dieser Kombination schon bei „{title}“. Bitte ändern Sie einen der Werte.",
    "{fields} already occur in this combination at “{title}”. Please change one of the values.",
)
_TAKEN_BY_SOMEBODY: Final = Label(
    "Diesen Wert gibt es schon. Bitte tragen Sie einen anderen ein.",
    "This value already exists. Please enter another one.",
)
_LINE_TAKEN: Final = Label(
    "Die Zeile „{line}“ lässt sich nicht wiederherstellen: Einen ihrer Werte, den es nur einmal geben darf, hat "
    "inzwischen „{title}“. Bitte ändern oder archivieren Sie zuerst jenen Datensatz.",
    "The line “{line}” can't be restored: “{title}” has one of its values by now that may exist only once. Please "
    "change or archive that record first.",
)
_LINE_TAKEN_BY_SOMEBODY: Final = Label(
    "Die Zeile „{line}“ lässt sich nicht wiederherstellen: Einen ihrer Werte, den es nur einmal geben darf, hat "
    "inzwischen ein anderer Datensatz. Bitte fragen Sie Ihren CRM-Manager.",
    "The line “{line}” can't be restored: another record has one of its values by now that may exist only once. "
    "Please ask your CRM manager.",
)
_TAKEN_HERE: Final = Label(
    "Diesen Wert haben zwei Datensätze, die zusammen gespeichert werden sollen. Bitte ändern Sie einen davon.",
    "Two records that are to be saved together have this value. Please change one of them.",
)
_BREAKS: Final = Label("„{title}“: {message}", "“{title}”: {message}")
_BREAKS_SOMETHING: Final = Label(
    "Ein anderer Datensatz, in den dieser eingeht, lässt das nicht zu. Bitte fragen Sie den Zuständigen oder Ihren "
    "CRM-Manager.",
    "Another record that this one counts towards doesn't allow it. Please ask its owner or your CRM manager.",
)
_UNSEEN: Final = Label(
    "Hier fehlt etwas, das Sie nicht sehen können, oder es ist nicht erlaubt. Bitte fragen Sie den Zuständigen oder "
    "Ihren CRM-Manager.",
    "Something that you can't see is missing or not allowed here. Please ask its owner or your CRM manager.",
)
_TAKES: Final = Label(
    "„{title}“ bekäme dadurch einen Wert, den es nur einmal geben darf und den schon ein anderer Datensatz hat. Bitte "
    "ändern Sie Ihre Angaben.",
    "“{title}” would get a value by this that may exist only once and that another record already has. Please change "
    "your entries.",
)
_TAKES_SOMETHING: Final = Label(
    "Ein anderer Datensatz, in den dieser eingeht, bekäme dadurch einen Wert, den es nur einmal geben darf. Bitte "
    "fragen Sie den Zuständigen oder Ihren CRM-Manager.",
    "Another record that this one counts towards would get a value by this that may exist only once. Please ask its "
    "owner or your CRM manager.",
)
_NO_LINE: Final = Label(
    "Diese Zeile gehört nicht zu diesem Datensatz. Bitte laden Sie die Seite neu und tragen Sie die Zeile neu ein.",
    "This line doesn't belong to this record. Please reload the page and enter the line again.",
)
_OVERTAKEN: Final = Label(
    "Während des Speicherns hat jemand anders etwas geändert, das dazu nicht passt: einen Wert, den es nur einmal "
    "geben darf, oder einen Datensatz, auf den verwiesen wird. Bitte speichern Sie noch einmal.",
    "While this was being saved, somebody else changed something that doesn't go with it: a value that may exist only "
    "once, or a record that is pointed to. Please save again.",
)
_SENT_BEFORE: Final = Label(
    "Dieses Formular wurde schon einmal gespeichert, mit anderen Angaben. Es wurde nichts geändert. Bitte prüfen Sie "
    "den Datensatz und speichern Sie noch einmal, wenn auch diese Angaben gelten sollen.",
    "This form was saved before, with other entries. Nothing was changed. Please look at the record, and save again if "
    "these entries are to count as well.",
)

_TOO_LONG: Final = Label(
    "Ein Text ist zu lang, um danach zu sortieren oder ihn eindeutig zu halten. Bitte kürzen Sie den längsten Text.",
    "A text is too long to be sorted by or kept unique. Please shorten the longest text.",
)
#: Code of a name that the writer has used and that is no field for him.
UNKNOWN_FIELD: Final = "field.unknown"
#: Somebody else was faster.
CHANGED: Final = Label(
    "Jemand anders hat diesen Datensatz inzwischen geändert. Bitte laden Sie ihn neu und ändern Sie ihn dann.",
    "Somebody else has changed this record in the meantime. Please reload it and change it then.",
)
#: The same, of one record among several.
CHANGED_ONE: Final = Label(
    "Jemand anders hat „{title}“ inzwischen geändert; es wurde nichts gespeichert. Bitte laden Sie die Liste neu.",
    "Somebody else has changed “{title}” in the meantime; nothing was saved. Please reload the list.",
)
#: An archived record is changed.
ARCHIVED: Final = Label(
    "Dieser Datensatz ist archiviert. Bitte stellen Sie ihn wieder her, bevor Sie ihn ändern.",
    "This record is archived. Please restore it before you change it.",
)
#: A record whose title would be empty.
UNTITLED: Final = Label("{entity} ohne Namen", "{entity} without a name")


def may_not(refused: Forbidden) -> FieldError:
    """Say at a row what its writer may not do with it."""
    return FieldError("record.forbidden", refused.message)


def unknown_field(key: str, entity: Label) -> FieldError:
    """A key that the entity has no field for."""
    return FieldError(UNKNOWN_FIELD, _UNKNOWN.format(key=key[:60], entity=entity))


def readonly(field: Label) -> FieldError:
    """A field that only the product writes."""
    return FieldError("field.readonly", _READONLY.format(field=field))


def locked(field: Label) -> FieldError:
    """A field that may not change in the record's present state."""
    return FieldError("field.locked", _LOCKED.format(field=field))


def required(field: Label) -> FieldError:
    """A field that must be filled in and isn't."""
    return FieldError("field.required", _REQUIRED.format(field=field))


def no_target(field: Label) -> FieldError:
    """A reference to a record that isn't there, or isn't there for this reader."""
    return FieldError("reference.missing", _NO_TARGET.format(field=field))


def target_retired(field: Label) -> FieldError:
    """A reference that newly points to an archived record."""
    return FieldError("reference.archived", _TARGET_RETIRED.format(field=field))


def record_retired() -> FieldError:
    """Return the error of a line that is brought back into an archived record."""
    return FieldError("lines.archived", _RECORD_RETIRED)


def record_closed() -> FieldError:
    """Return why nothing can be done with a line of a record that the writer may not update."""
    return FieldError("lines.closed", _RECORD_CLOSED)


def lines_locked() -> FieldError:
    """Return the error of a line of a record that doesn't let its lines be changed in its present state."""
    return FieldError("field.locked", _LINES_LOCKED)


def lines_fixed() -> FieldError:
    """Return the error of a line of a record whose lines nobody but the product writes."""
    return FieldError("field.locked", _LINES_FIXED)


def line_stays(line: str, error: FieldError) -> FieldError:
    """Say of a record that is to be brought back that a line of it can't.

    Args:
        line: what the line is called.
        error: why.
    """
    return FieldError(error.code, _LINE_STAYS.format(line=line, message=error.message))


def line_held(line: str, error: FieldError) -> FieldError:
    """Say of a record that is to be archived that a line of it is locked.

    Args:
        line: what the line is called.
        error: what its lock says.
    """
    return FieldError(error.code, _LINE_HELD.format(line=line, message=error.message))


def last_line(field: Label) -> FieldError:
    """Return the error of a line that is the last one in a field of its record that must not be empty."""
    return FieldError("field.required", _LAST_LINE.format(field=field))


def not_found(text: str) -> FieldError:
    """A typed text that is no record's title."""
    return FieldError("reference.not_found", _NOT_FOUND.format(text=text[:60]))


def several(text: str) -> FieldError:
    """A typed text that is the title of more than one record."""
    return FieldError("reference.several", _SEVERAL.format(text=text[:60]))


def taken(other: tuple[str, int, str] | None, fields: tuple[Label, ...]) -> FieldError:
    """A value, or a group of values, that another record has.

    Args:
        other: the other record's entity, id and title, or None where the reader may not know.
        fields: the fields of the group.
    """
    if other is None:
        return FieldError("unique.taken", _TAKEN_BY_SOMEBODY)
    entity, record_id, title = other
    if len(fields) == 1:
        return FieldError("unique.taken", _TAKEN.format(title=title), (entity, record_id))
    names = Label(" + ".join(f"„{f.de}“" for f in fields), " + ".join(f"“{f.en}”" for f in fields))
    return FieldError("unique.taken", _TAKEN_GROUP.format(fields=names, title=title), (entity, record_id))


def line_taken(line: str, other: tuple[str, int, str] | None) -> FieldError:
    """Return the error of a line that can't come back with its record, since another record has a value of it.

    Args:
        line: what the line is called.
        other: see `taken`.
    """
    if other is None:
        return FieldError("unique.taken", _LINE_TAKEN_BY_SOMEBODY.format(line=line))
    entity, record_id, title = other
    return FieldError("unique.taken", _LINE_TAKEN.format(line=line, title=title), (entity, record_id))


def taken_here() -> FieldError:
    """A value that two records of the same save have."""
    return FieldError("unique.twice", _TAKEN_HERE)


def breaks(error: FieldError, other: tuple[str, int, str] | None) -> FieldError:
    """What would be wrong with another record after the save.

    Args:
        error: what is wrong with it.
        other: the other record's entity, id and title, or None where the writer may not know.
    """
    if other is None:
        return FieldError("record.breaks", _BREAKS_SOMETHING)
    entity, record_id, title = other
    return FieldError(error.code, _BREAKS.format(title=title, message=error.message), (entity, record_id))


def unseen() -> FieldError:
    """Return what is said of a record instead of what is wrong with a field of it that its writer may not know."""
    return FieldError("record.unseen", _UNSEEN)


def takes(other: tuple[str, int, str] | None) -> FieldError:
    """Return the error of a record that would be computed to a value that may occur only once and that is taken.

    Args:
        other: that record's entity, id and title, or None where the writer may not know.
    """
    if other is None:
        return FieldError("unique.taken", _TAKES_SOMETHING)
    entity, record_id, title = other
    return FieldError("unique.taken", _TAKES.format(title=title), (entity, record_id))


def no_line() -> FieldError:
    """A line with an id that isn't one of the record's lines."""
    return FieldError("lines.gone", _NO_LINE)


def no_record(record_id: int) -> FieldError:
    """Return the error of a record that isn't there, or isn't there for this writer."""
    return FieldError("record.not_found", _NO_RECORD.format(id=record_id))


def too_long() -> FieldError:
    """Return the error of a text that an index of the database can't hold."""
    return FieldError("record.too_long", _TOO_LONG)


def overtaken() -> FieldError:
    """A save that the database refused because of another save at the same moment."""
    return FieldError("record.overtaken", _OVERTAKEN)


def sent_before() -> FieldError:
    """Return the error of a request whose key was used for another one."""
    return FieldError("request.sent_before", _SENT_BEFORE)
