"""Schema of entities, and of one field for every field type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from app.fields.base import FieldType
from app.language import Label
from app.meta.grammar.words import (
    HELP,
    ICON,
    KEY_PATTERN,
    LABEL,
    LOCK,
    READONLY_IF,
    REQUIRED_IF,
    RULE,
    VISIBLE_IF,
    Schema,
    array,
    choice,
    closed,
    document,
    flag,
    ref,
    said,
    text,
    whole,
)

#: JSON Schema keywords that field types understand, and what they may say.
KEYWORDS: Final[Mapping[str, Schema]] = {
    "maxLength": whole(1, 1_000_000, "Höchstens so viele Zeichen.", "At most this many characters."),
    "minLength": whole(0, 1_000_000, "Mindestens so viele Zeichen.", "At least this many characters."),
    "pattern": said(text(500), "Muster, dem der ganze Text folgen muss.", "Pattern that the whole text must follow."),
    "minimum": said({"type": "number"}, "Kleinster erlaubter Wert.", "Smallest allowed value."),
    "maximum": said({"type": "number"}, "Größter erlaubter Wert.", "Largest allowed value."),
}
#: How a value is gathered from the records that point here.
ROLLUP: Final[Schema] = closed(
    {
        "entity": said(ref("key"), "Objektart, deren Datensätze zählen.", "Entity whose records count."),
        "via": said(ref("key"), "Ihr Feld, das hierher zeigt.", "Its field that points here."),
        "aggregate": choice(
            ("sum", "count", "min", "max", "latest"),
            "Summe, Anzahl, kleinster oder größter Wert, oder der Wert des neuesten Datensatzes.",
            "Sum, number, smallest or largest value, or the value of the newest record.",
        ),
        "field": said(ref("path"), "Was gesammelt wird; nicht bei count.", "What is gathered; not with count."),
        "by": said(
            ref("key"),
            "Bei latest: das Feld, das sagt, welcher der neueste ist; sonst created_at.",
            "With latest: the field that says which one is the newest; else created_at.",
        ),
        "where": said(ref("expression"), "Nur Datensätze, für die das zutrifft.", "Only records for which it is true."),
    },
    ("entity", "via", "aggregate"),
)
#: How a range of numbers counts.
NUMBER: Final[Schema] = closed(
    {
        "pattern": said(
            text(60),
            "Wie eine Nummer aussieht: RE-{YYYY}-{#####}. Möglich sind {YYYY}, {YY}, {MM} und genau ein Zähler.",
            "What a number looks like: RE-{YYYY}-{#####}. Possible are {YYYY}, {YY}, {MM} and exactly one counter.",
        ),
        "restart": choice(
            ("never", "year", "month"), "Wann neu gezählt wird.", "When counting begins anew.", default="never"
        ),
        "gapless": flag("Lücken müssen erklärt sein.", "Gaps have to be explained."),
        "draw_if": said(
            ref("expression"),
            "Die Nummer wird gezogen, sobald das zutrifft; ohne Angabe beim Anlegen.",
            "The number is drawn as soon as this is true; when a record is created where nothing is said.",
        ),
    },
    ("pattern",),
)
#: What `x-crm` of every field may say, whatever its type.
FIELD: Final[Mapping[str, Schema]] = {
    "label": LABEL,
    "help": HELP,
    "unique": flag("Kein Wert kommt zweimal vor; leer darf mehrfach sein.", "No value occurs twice; empty may."),
    "search": flag("Wird bei der Suche gefunden.", "Is found by the search."),
    "personal": flag("Enthält personenbezogene Daten.", "Holds personal data."),
    "readonly": flag(
        "Niemand tippt es ein; nur das Programm schreibt es.", "Nobody types it; only the product writes it."
    ),
    "required_if": REQUIRED_IF,
    "visible_if": VISIBLE_IF,
    "readonly_if": READONLY_IF,
    "default": said(
        {},
        'Vorgabewert, oder {"expr": "today()"} für einen berechneten.',
        'Default value, or {"expr": "today()"} for a computed one.',
    ),
    "rules": said(
        array(RULE, most=50), "Bedingungen, die der Wert erfüllen muss.", "Conditions the value has to meet."
    ),
    "formula": said(
        ref("expression"),
        "Wird so berechnet: sum(lines.net) * (1 - discount / 100). Gespeichert und immer aktuell.",
        "Is computed like this: sum(lines.net) * (1 - discount / 100). Stored, and always up to date.",
    ),
    "rollup": said(ROLLUP, "Wird aus anderen Datensätzen gesammelt.", "Is gathered from other records."),
    "number": said(NUMBER, "Wird aus einem Nummernkreis gezogen.", "Is drawn from a range of numbers."),
    "frozen_if": said(
        ref("expression"),
        "Solange das zutrifft, bleibt der berechnete Wert, wie er ist.",
        "As long as this is true, the computed value stays as it is.",
    ),
    "declassified": flag(
        "Wer das Feld lesen darf, sieht den Wert, auch wenn er nicht alles lesen darf, woraus er berechnet ist.",
        "Whoever may read the field sees its value, even if not everything that it is computed from.",
    ),
    "retired": flag(
        "Stillgelegt: nicht mehr zu sehen, die Werte bleiben.", "Retired: no longer seen, the values stay."
    ),
}
ENTITY: Final[Mapping[str, Schema]] = {
    "label": LABEL,
    "plural": said(ref("label"), "Wie mehrere heißen.", "What several are called."),
    "icon": ICON,
    "title": said(
        text(500),
        "Wie ein Datensatz heißt: {name}{, main_address.city}. Ein Teil mit leerem Feld fällt mit seinem Trenner weg.",
        "What a record is called: {name}{, main_address.city}. A part with an empty field vanishes with its separator.",
    ),
    "help": HELP,
    "unique": said(
        array(array(ref("key"), least=1, most=10, unique=True), most=20, unique=True),
        "Gruppen von Feldern, die zusammen nur einmal vorkommen.",
        "Groups of fields that together occur only once.",
    ),
    "rules": said(array(RULE, most=100), "Bedingungen über mehrere Felder.", "Conditions over several fields."),
    "locks": said(
        array(LOCK, most=20),
        "Zustände, in denen sich der Datensatz nicht mehr ändern lässt.",
        "States in which the record can't be changed any more.",
    ),
    "history": said(
        closed(
            {
                "reason": flag(
                    "Wer einen Datensatz ändert oder archiviert, muss sagen, warum; der Grund bleibt im Verlauf.",
                    "Whoever changes or archives a record has to say why; the reason stays in its history.",
                )
            }
        ),
        "Was der Verlauf der Datensätze festhält.",
        "What the history of the records keeps.",
    ),
    "abstract": flag(
        "Hat keine eigenen Datensätze; andere erweitern sie.", "Has no records of its own; others extend it."
    ),
    "extends": said(
        ref("key"),
        "Abstrakte Objektart, deren Felder zuerst kommen.",
        "Abstract entity whose fields come first.",
    ),
}


_BEYOND: Final = ("Was JSON Schema nicht sagen kann.", "What JSON Schema can't say.")
#: Definitions that the schema of a field points to, beside those of every document.
FIELD_DEFINITIONS: Final[Mapping[str, Schema]] = {f"any_{name}": schema for name, schema in FIELD.items()}


def _json_type(field_type: type[FieldType]) -> Mapping[str, Schema]:
    """Return what `type` and `format` may say beside an explicit field type: what its values are in JSON."""
    schema = field_type(field_type.sample).value_schema()
    pairs = {(pair[0], pair[1]) for pair in field_type.infers}
    if isinstance(schema.get("type"), str):
        pairs.add((schema["type"], schema.get("format")))
    found: dict[str, Schema] = {}
    types = sorted({kind for kind, _ in pairs})
    formats = sorted({form for _, form in pairs if form is not None})
    if types:
        found["type"] = said({"enum": types}, "Wie JSON den Wert schreibt.", "How JSON writes the value.")
    if formats:
        found["format"] = said({"enum": formats}, "Format des Textes.", "Format of the text.")
    return found


def parameter_schemas(field_type: type[FieldType]) -> Mapping[str, Schema]:
    """Return the schemas of a type's own parameters."""
    return {name: dict(schema) for name, schema in field_type.parameters.items()}


def required_parameters(field_type: type[FieldType]) -> tuple[str, ...]:
    """Return the parameters that have no default and so mustn't be missing."""
    return tuple(name for name, schema in field_type.parameters.items() if "default" not in schema)


def field_schema(field_type: type[FieldType]) -> Schema:
    """Return the schema of a property of one type: what JSON Schema says, and what `x-crm` adds."""
    shared = {name: ref(f"any_{name}") for name in FIELD}
    own = {**shared, "type": {"const": field_type.name}, **parameter_schemas(field_type)}
    x_crm = said(closed(own, ("label", *required_parameters(field_type))), *_BEYOND)
    keywords = {name: KEYWORDS.get(name, {}) for name in sorted(field_type.keywords)}
    return {
        **closed({**_json_type(field_type), **keywords, "x-crm": x_crm}, ("x-crm",)),
        "title": field_type.label.en,
    }


def entity_schema(properties: Schema) -> Schema:
    """Return the schema of an entity.

    Args:
        properties: schema of the fields; the skeleton takes any object there, the published schema tells types apart.
    """
    return document(
        "entities",
        Label("Objektart", "Entity"),
        Label("Eine Art von Datensatz mit ihren Feldern.", "A kind of record with its fields."),
        {
            "type": said({"const": "object"}, "Immer „object“.", "Always “object”."),
            "x-crm": said(closed(ENTITY, ("label", "plural")), *_BEYOND),
            "properties": said(
                {"type": "object", "propertyNames": {"pattern": KEY_PATTERN}, "maxProperties": 1000, **properties},
                "Die Felder nach ihrem Schlüssel.",
                "The fields by their key.",
            ),
            "required": said(
                array(ref("key"), unique=True), "Schlüssel der Pflichtfelder.", "Keys of the required fields."
            ),
        },
        ("type", "x-crm", "properties"),
    )


def published_properties(registry: Mapping[str, type[FieldType]]) -> tuple[Schema, Mapping[str, Schema]]:
    """Return the schema of an entity's fields that tells the types apart, and the definitions it points to."""
    definitions = {
        **FIELD_DEFINITIONS,
        **{f"field_{name}": field_schema(field_type) for name, field_type in registry.items()},
    }
    cases: list[Schema] = []
    for name, field_type in registry.items():
        told = {
            "properties": {"x-crm": {"properties": {"type": {"const": name}}, "required": ["type"]}},
            "required": ["x-crm"],
        }
        cases.append({"if": told, "then": ref(f"field_{name}")})
        cases.extend(_inferred_case(name, json_type, form) for json_type, form in field_type.infers)
    known: dict[str, Any] = {"properties": {"x-crm": {"properties": {"type": {"enum": sorted(registry)}}}}}
    return {"additionalProperties": {"type": "object", "allOf": [known, *cases]}}, definitions


def _inferred_case(name: str, json_type: str, form: str | None) -> Schema:
    without: dict[str, Any] = {
        "properties": {
            "type": {"const": json_type},
            "x-crm": {"not": {"required": ["type"]}},
            **({"format": {"const": form}} if form else {}),
        },
        "required": ["type", *(["format"] if form else [])],
    }
    if form is None:
        without["not"] = {"required": ["format"]}
    return {"if": without, "then": ref(f"field_{name}")}
