"""Building blocks of the schemas: labels, keys, expressions, closed objects, each with words in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from app.language import Label

Schema = Mapping[str, Any]

KEY_PATTERN: Final = "^[a-z][a-z0-9_]{0,40}$"
DOTTED_PATTERN: Final = r"^[a-z][a-z0-9_]{0,40}\.[a-z][a-z0-9_]{0,40}$"
PATH_PATTERN: Final = r"^[a-z][a-z0-9_]{0,40}(\.[a-z][a-z0-9_]{0,40}){0,4}$"
#: Ids of option values are what is stored; imports bring their own, so capitals and digits may begin them.
VALUE_PATTERN: Final = "^[A-Za-z0-9][A-Za-z0-9_-]{0,40}$"
ICON_PATTERN: Final = "^[a-z0-9][a-z0-9-]{0,40}$"
MAX_EXPRESSION: Final = 2000
#: Lists of a document are not endless; the largest real one (countries) has some 250 entries.
MAX_ITEMS: Final = 1000


def said(schema: Schema, de: str, en: str) -> Schema:
    """Return a schema with a description in both languages.

    JSON Schema knows one language: its `description` is English, both stand in `x-crm`, as in documents.
    """
    return {**schema, "description": en, "x-crm": {**schema.get("x-crm", {}), "help": {"de": de, "en": en}}}


def text(limit: int = 200, **more: Any) -> Schema:
    """Return a schema of a text that isn't empty."""
    return {"type": "string", "minLength": 1, "maxLength": limit, **more}


def ref(name: str) -> Schema:
    """Point to a definition of `DEFINITIONS`."""
    return {"$ref": f"#/$defs/{name}"}


def closed(properties: Mapping[str, Schema], required: tuple[str, ...] = (), **more: Any) -> Schema:
    """Return a schema of an object that has these properties and no others."""
    found: dict[str, Any] = {"type": "object", "properties": dict(properties), "additionalProperties": False, **more}
    if required:
        found["required"] = list(required)
    return found


def array(items: Schema, *, least: int = 0, most: int = MAX_ITEMS, unique: bool = False) -> Schema:
    """Return a schema of a list."""
    found: dict[str, Any] = {"type": "array", "items": items, "maxItems": most}
    if least:
        found["minItems"] = least
    if unique:
        found["uniqueItems"] = True
    return found


def flag(de: str, en: str, *, default: bool = False) -> Schema:
    """Return a schema of a yes or no."""
    return said({"type": "boolean", "default": default}, de, en)


def whole(least: int, most: int, de: str, en: str, default: int | None = None) -> Schema:
    """Return a schema of a whole number within bounds."""
    found: dict[str, Any] = {"type": "integer", "minimum": least, "maximum": most}
    if default is not None:
        found["default"] = default
    return said(found, de, en)


def choice(values: tuple[str, ...], de: str, en: str, default: str | None = None) -> Schema:
    """Return a schema of one of several words."""
    found: dict[str, Any] = {"enum": list(values)}
    if default is not None:
        found["default"] = default
    return said(found, de, en)


DEFINITIONS: Final[Mapping[str, Schema]] = {
    "key": said(
        {"type": "string", "pattern": KEY_PATTERN},
        "Ein Schlüssel: Kleinbuchstaben, Ziffern und _; er ändert sich nie.",
        "A key: lower-case letters, digits and _; it never changes.",
    ),
    "label": said(
        closed({"de": text(300), "en": text(300)}, minProperties=1),
        "Ein Text auf Deutsch und Englisch; fehlt eine Sprache, gilt die andere.",
        "A text in German and English; where one language is missing, the other is used.",
    ),
    "prose": said(
        closed({"de": text(4000), "en": text(4000)}, minProperties=1),
        "Ein längerer Text (Markdown) auf Deutsch und Englisch.",
        "A longer text (Markdown) in German and English.",
    ),
    "expression": said(
        text(MAX_EXPRESSION),
        'Ein Ausdruck, zum Beispiel status = "won" and amount > 1000.',
        'An expression, for instance status = "won" and amount > 1000.',
    ),
    "path": said(
        {"type": "string", "pattern": PATH_PATTERN},
        "Ein Feld oder ein Weg über Verknüpfungen: account.industry.",
        "A field or a way over references: account.industry.",
    ),
    "icon": said({"type": "string", "pattern": ICON_PATTERN}, "Name eines Symbols.", "Name of an icon."),
    "roles": said(
        array(ref("key"), most=100, unique=True),
        "Schlüssel der Rollen, für die es gilt; leer für alle.",
        "Keys of the roles it is for; empty for all.",
    ),
    "computed": closed({"expr": ref("expression")}, ("expr",)),
    "rule": closed(
        {
            "id": said(ref("key"), "Schlüssel der Regel.", "Key of the rule."),
            "after": said(
                ref("key"), "In einer höheren Schicht: id der Regel davor.", "In a higher layer: id of the rule before."
            ),
            "retired": flag(
                "In einer höheren Schicht: nimmt die Regel weg.", "In a higher layer: takes the rule away."
            ),
            "check": said(
                ref("expression"),
                "Muss zutreffen, damit gespeichert werden kann.",
                "Must be true for the record to be saved.",
            ),
            "message": said(ref("label"), "Was sonst am Feld steht.", "What stands at the field when it isn't."),
            "at": said(ref("key"), "Feld, an dem die Meldung steht.", "Field at which the message is shown."),
        },
        ("id", "check", "message"),
    ),
    "lock": closed(
        {
            "id": said(ref("key"), "Schlüssel der Sperre.", "Key of the lock."),
            "after": said(ref("key"), "Hinter welcher Sperre sie steht.", "After which lock it stands."),
            "retired": flag(
                "In einer höheren Schicht: nimmt die Sperre weg.", "In a higher layer: takes the lock away."
            ),
            "if": said(
                ref("expression"),
                "Solange der gespeicherte Datensatz das erfüllt, ist er gesperrt.",
                "As long as the stored record meets this, it is locked.",
            ),
            "except": said(
                array(ref("key"), most=1000, unique=True),
                "Felder, die sich trotzdem ändern lassen.",
                "Fields that can be changed all the same.",
            ),
            "message": said(
                ref("label"), "Warum er gesperrt ist und was zu tun ist.", "Why it is locked and what to do."
            ),
        },
        ("id", "if", "message"),
    ),
}

LABEL: Final[Schema] = said(ref("label"), "Wie es heißt.", "What it is called.")
HELP: Final[Schema] = said(ref("label"), "Ein Satz, der es erklärt.", "A sentence that explains it.")
ICON: Final[Schema] = ref("icon")
ROLES: Final[Schema] = ref("roles")


def visible(de: str, en: str) -> Schema:
    """Return a schema of a condition that decides whether something is there."""
    return said(ref("expression"), de, en)


VISIBLE_IF: Final = visible(
    "Bedingung, unter der es zu sehen ist; ohne Angabe immer.",
    "Condition under which it is seen; always where not given.",
)
REQUIRED_IF: Final = visible(
    "Bedingung, unter der es ausgefüllt sein muss.", "Condition under which it must be filled in."
)
READONLY_IF: Final = visible(
    "Bedingung, unter der es nicht geändert werden kann.", "Condition under which it can't be changed."
)
RULE: Final[Schema] = ref("rule")
LOCK: Final[Schema] = ref("lock")


def document(
    kind: str,
    title: Label,
    help_text: Label,
    properties: Mapping[str, Schema],
    required: tuple[str, ...],
    key: str = KEY_PATTERN,
) -> Schema:
    """Return the schema of a kind of document, with what every document has.

    Args:
        kind: the folder's name.
        title: what one such document is called.
        help_text: what it is good for.
        properties: what this kind has beside `format`, `key`, `retired`.
        required: what mustn't be missing.
        key: pattern of the key.
    """
    common: dict[str, Schema] = {
        "$schema": said(
            {"type": "string"}, "Adresse des Schemas, für den Editor.", "Address of the schema, for the editor."
        ),
        "format": said({"const": 1}, "Version des Formats.", "Version of the format."),
        "key": said({"type": "string", "pattern": key}, "Schlüssel; heißt wie die Datei.", "Key; named like the file."),
        "retired": flag("Nimmt das Dokument einer Schicht darunter weg.", "Takes the document of a layer below away."),
    }
    return {
        **closed({**common, **properties}, ("format", "key", *required)),
        "title": title.en,
        "description": help_text.en,
        "x-crm": {
            "kind": kind,
            "label": {"de": title.de, "en": title.en},
            "help": {"de": help_text.de, "en": help_text.en},
        },
    }
