"""Schemas of what people see of records: masks, views, reports, dashboards, menus."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.fields.base import FieldType
from app.language import Label
from app.meta.grammar.entity import parameter_schemas, required_parameters
from app.meta.grammar.words import (
    DOTTED_PATTERN,
    HELP,
    ICON,
    LABEL,
    READONLY_IF,
    REQUIRED_IF,
    ROLES,
    VISIBLE_IF,
    Schema,
    array,
    choice,
    closed,
    document,
    flag,
    ref,
    said,
    visible,
    whole,
)

AGGREGATES: Final = ("count", "distinct", "sum", "average", "min", "max", "share")
CHARTS: Final = ("bar", "stacked_bar", "line", "area", "pie", "donut", "funnel")
SHOWN: Final = ("table", "pivot", "chart")

_ID: Final[Schema] = said(ref("key"), "Schlüssel innerhalb des Dokuments.", "Key within the document.")
_AFTER: Final[Schema] = said(
    ref("key"),
    "In einer höheren Schicht: id des Elements, hinter dem dieses neue steht.",
    "In a higher layer: id of the element that this new one follows.",
)
_RETIRED: Final[Schema] = flag(
    "In einer höheren Schicht: nimmt das Element weg.", "In a higher layer: takes the element away."
)
_ELEMENT: Final[dict[str, Schema]] = {"id": _ID, "after": _AFTER, "retired": _RETIRED}
_ENTITY: Final[Schema] = said(ref("key"), "Schlüssel der Objektart.", "Key of the entity.")
_FIELD: Final[Schema] = said(ref("path"), "Feld oder Weg über Verknüpfungen.", "Field or way over references.")

_RELATED: Final = closed(
    {
        "entity": said(ref("key"), "Objektart der gezeigten Datensätze.", "Entity of the records that are shown."),
        "via": said(ref("key"), "Ihr Feld, das hierher verweist.", "Their field that points back here."),
        "columns": said(
            array(ref("path"), least=1, most=20, unique=True), "Was von jedem gezeigt wird.", "What is shown of each."
        ),
        "limit": whole(1, 100, "So viele höchstens.", "At most this many.", 10),
    },
    ("entity", "via", "columns"),
)
_MASK_ELEMENT: Final = closed(
    {
        **_ELEMENT,
        "field": said(ref("key"), "Das Feld, das hier steht.", "The field that stands here."),
        "text": said(ref("prose"), "Ein Hinweis statt eines Feldes.", "A note instead of a field."),
        "related": said(_RELATED, "Datensätze, die hierher verweisen.", "Records that point here."),
        "label": said(ref("label"), "Eigene Beschriftung; sonst die des Feldes.", "Own label; else the field's."),
        "help": HELP,
        "span": whole(1, 4, "Breite in Spalten.", "Width in columns.", 1),
        "rows": whole(1, 40, "Höhe eines mehrzeiligen Textes.", "Height of a multi-line text."),
        "visible_if": VISIBLE_IF,
        "required_if": REQUIRED_IF,
        "readonly_if": READONLY_IF,
    },
    ("id",),
    oneOf=[{"required": ["field"]}, {"required": ["text"]}, {"required": ["related", "label"]}],
)
_SECTION: Final = closed(
    {
        **_ELEMENT,
        "label": LABEL,
        "help": HELP,
        "columns": whole(1, 4, "In so vielen Spalten.", "In this many columns.", 2),
        "collapsed": flag("Zu Beginn zugeklappt.", "Closed at first."),
        "visible_if": VISIBLE_IF,
        "elements": said(array(_MASK_ELEMENT), "Was im Abschnitt steht.", "What stands in the section."),
    },
    ("id", "label", "elements"),
)
_TAB: Final = closed(
    {
        **_ELEMENT,
        "label": LABEL,
        "visible_if": VISIBLE_IF,
        "sections": said(array(_SECTION, most=100), "Die Abschnitte.", "The sections."),
    },
    ("id", "label", "sections"),
)
FORMS: Final = document(
    "forms",
    Label("Maske", "Mask"),
    Label("Wie ein Datensatz gezeigt und bearbeitet wird.", "How a record is shown and edited."),
    {
        "entity": _ENTITY,
        "label": LABEL,
        "quick": flag("Zum Anlegen zwischendurch, mit wenigen Feldern.", "For creating in between, with few fields."),
        "tabs": said(array(_TAB, least=1, most=30), "Die Reiter.", "The tabs."),
    },
    ("entity", "label", "tabs"),
    DOTTED_PATTERN,
)

_SORT: Final = closed(
    {"field": _FIELD, "descending": flag("Größtes zuerst.", "Largest first.")},
    ("field",),
)
_COLUMN: Final = closed({"field": _FIELD, "label": LABEL}, ("field",))
VIEWS: Final = document(
    "views",
    Label("Liste", "View"),
    Label("Eine gespeicherte Liste: Spalten, Filter, Reihenfolge.", "A saved list: columns, filter, order."),
    {
        "entity": _ENTITY,
        "label": LABEL,
        "help": HELP,
        "columns": said(
            array({"if": {"type": "object"}, "then": _COLUMN, "else": ref("path")}, least=1, most=60),
            "Felder oder Wege, der Reihe nach; mit eigener Beschriftung als Objekt.",
            "Fields or paths, in order; as an object with a label of its own.",
        ),
        "filter": visible("Welche Datensätze die Liste zeigt.", "Which records the list shows."),
        "sort": said(array(_SORT, most=5), "Wonach sortiert wird.", "What it is sorted by."),
        "roles": ROLES,
        "order": whole(0, 10_000, "Platz unter den Listen der Objektart.", "Place among the entity's views.", 100),
    },
    ("entity", "label", "columns"),
    DOTTED_PATTERN,
)

_DIMENSION: Final = closed(
    {
        **_ELEMENT,
        "field": _FIELD,
        "label": LABEL,
        "bucket": said(
            ref("key"), "Wie Werte gebündelt werden: month, band, first_letter …", "How values are put together."
        ),
        "size": said(
            {"type": "number", "exclusiveMinimum": 0, "maximum": 1_000_000_000_000},
            "Breite einer Klasse (nur bei band).",
            "Width of a band.",
        ),
    },
    ("id", "field"),
)
_MEASURE: Final = closed(
    {
        **_ELEMENT,
        "label": LABEL,
        "aggregate": choice(AGGREGATES, "Wie zusammengefasst wird.", "How values are put together."),
        "field": _FIELD,
        "condition": visible("Nur Datensätze, für die es zutrifft.", "Only records for which it is true."),
        "base": said(
            ref("key"), "Bei share: die Kennzahl, die aufgeteilt wird.", "For share: the measure that is divided."
        ),
        "of": said(
            ref("key"),
            "Bei share: total, row, column oder eine andere Kennzahl.",
            "For share: total, row, column or another measure.",
        ),
    },
    ("id", "aggregate"),
)
#: A parameter's own settings are those of its field type; they are checked with the type's schema.
PARAMETER: Final[dict[str, Schema]] = {
    **_ELEMENT,
    "type": said(ref("key"), "Ein Feldtyp: date, choice …", "A field type: date, choice …"),
    "label": LABEL,
    "default": said({}, 'Vorgabewert, oder {"expr": …}.', 'Default value, or {"expr": …}.'),
    "required": flag("Ohne Wert läuft der Bericht nicht.", "Without a value the report doesn't run."),
}
_PARAMETER: Final[Schema] = {"type": "object", "properties": PARAMETER, "required": ["id", "type", "label"]}


def published_parameter(registry: Mapping[str, type[FieldType]]) -> tuple[Schema, Mapping[str, Schema]]:
    """Return the schema of a report's parameter that tells the types apart, and the definitions it points to."""
    definitions = {f"parameter_{name}": parameter_schema(field_type) for name, field_type in registry.items()}
    cases = [{"if": {"properties": {"type": {"const": name}}}, "then": ref(f"parameter_{name}")} for name in registry]
    known = {"properties": {"type": {"enum": sorted(registry)}}}
    return {**_PARAMETER, "allOf": [known, *cases]}, definitions


def parameter_schema(field_type: type[FieldType]) -> Schema:
    """Return the schema of a report's parameter of one type: what every parameter has, and the type's own settings."""
    required = ("id", "type", "label", *required_parameters(field_type))
    return closed({**PARAMETER, **parameter_schemas(field_type)}, required)


_CHART: Final = closed(
    {
        "kind": choice(CHARTS, "Art des Diagramms.", "Kind of chart."),
        "measures": said(
            array(ref("key"), least=1, most=10, unique=True), "Gezeigte Kennzahlen.", "Measures that are shown."
        ),
    },
    ("kind", "measures"),
)
#: What the compiler checks of a parameter before it knows its type.
ANY_PARAMETER: Final = _PARAMETER
REPORTS: Final = document(
    "reports",
    Label("Bericht", "Report"),
    Label("Eine Frage mit Zahlen als Antwort.", "A question with an answer in numbers."),
    {
        "entity": _ENTITY,
        "label": LABEL,
        "help": HELP,
        "dimensions": said(array(_DIMENSION, most=8), "Wonach gruppiert wird.", "What it groups by."),
        "measures": said(array(_MEASURE, least=1, most=20), "Was berechnet wird.", "What it computes."),
        "filter": visible("Welche Datensätze zählen.", "Which records count."),
        "having": visible(
            "Welche Gruppen bleiben; rechnet mit den Kennzahlen.", "Which groups stay; over the measures."
        ),
        "parameters": said(array(ref("parameter"), most=20), "Was der Leser wählt.", "What the reader chooses."),
        "sort": said(
            array(closed({"by": _ID, "descending": flag("Größtes zuerst.", "Largest first.")}, ("by",)), most=5),
            "Wonach sortiert wird: eine Dimension oder Kennzahl.",
            "What it is sorted by: a dimension or measure.",
        ),
        "limit": whole(1, 10_000, "Höchstens so viele Gruppen.", "At most this many groups.", 500),
        "across": said(
            array(ref("key"), most=4, unique=True), "Dimensionen in den Spalten.", "Dimensions that become columns."
        ),
        "chart": said(_CHART, "Das Diagramm.", "The chart."),
        "show": choice(SHOWN, "Was zuerst zu sehen ist.", "What is shown first.", "table"),
        "roles": ROLES,
    },
    ("entity", "label", "measures"),
)

_TILE: Final = closed(
    {
        **_ELEMENT,
        "label": LABEL,
        "view": said({"type": "string", "pattern": DOTTED_PATTERN}, "Schlüssel einer Liste.", "Key of a view."),
        "report": said(ref("key"), "Schlüssel eines Berichts.", "Key of a report."),
        "show": choice(SHOWN, "Wie der Bericht erscheint.", "How the report appears."),
        "limit": whole(1, 50, "Höchstens so viele Zeilen.", "At most this many rows.", 7),
        "span": whole(1, 3, "Breite in Spalten.", "Width in columns.", 1),
    },
    ("id",),
)
DASHBOARDS: Final = document(
    "dashboards",
    Label("Dashboard", "Dashboard"),
    Label("Eine Startseite aus Kacheln.", "A start page made of tiles."),
    {
        "label": LABEL,
        "roles": ROLES,
        "tiles": said(array(_TILE, least=1, most=40), "Die Kacheln.", "The tiles."),
    },
    ("label", "tiles"),
)

MENUS: Final = document(
    "menus",
    Label("Menü", "Menu"),
    Label("Wohin es in der Seitenleiste geht; „main“ ist ihr Menü.", "Where the side bar leads; “main” is its menu."),
    {"items": said(array(ref("item"), most=100), "Die Einträge.", "The items.")},
    ("items",),
)
MENU_ITEM: Final = closed(
    {
        **_ELEMENT,
        "label": LABEL,
        "icon": ICON,
        "roles": ROLES,
        "entity": _ENTITY,
        "view": said({"type": "string", "pattern": DOTTED_PATTERN}, "Schlüssel einer Liste.", "Key of a view."),
        "report": said(ref("key"), "Schlüssel eines Berichts.", "Key of a report."),
        "dashboard": said(ref("key"), "Schlüssel eines Dashboards.", "Key of a dashboard."),
        "items": said(array(ref("item"), most=100), "Einträge unter dieser Überschrift.", "Items under this heading."),
    },
    ("id",),
)
