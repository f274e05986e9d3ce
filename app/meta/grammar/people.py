"""Schemas of option lists and plugins."""

from __future__ import annotations

from typing import Final

from app.language import Label
from app.meta.grammar.words import (
    LABEL,
    VALUE_PATTERN,
    array,
    choice,
    closed,
    document,
    flag,
    ref,
    said,
)

COLOURS: Final = ("green", "red", "yellow", "blue", "grey", "purple")

_VALUE: Final = closed(
    {
        "id": said(
            {"type": "string", "pattern": VALUE_PATTERN},
            "Was gespeichert wird; ändert sich nie.",
            "What is stored; never changes.",
        ),
        "after": said(
            {"type": "string", "pattern": VALUE_PATTERN},
            "In einer höheren Schicht: id des Wertes, hinter dem dieser neue steht.",
            "In a higher layer: id of the value that this new one follows.",
        ),
        "label": LABEL,
        "colour": choice(COLOURS, "Bedeutungsfarbe.", "Meaning colour."),
        "retired": flag("Wird nicht mehr angeboten, aber noch gezeigt.", "No longer offered, but still shown."),
    },
    ("id", "label"),
)
OPTIONS: Final = document(
    "options",
    Label("Auswahlliste", "Option list"),
    Label("Die Werte einer Auswahl; mehrere Felder können sie teilen.", "The values of a choice; fields may share it."),
    {"label": LABEL, "values": said(array(_VALUE, least=1), "Die Werte, der Reihe nach.", "The values, in order.")},
    ("label", "values"),
)

PLUGIN: Final = {
    **closed(
        {
            "$schema": {"type": "string"},
            "format": said({"const": 1}, "Version des Formats.", "Version of the format."),
            "name": said(ref("key"), "Name; heißt wie der Ordner.", "Name; named like the folder."),
            "version": said({"type": "string", "pattern": r"^\d+\.\d+\.\d+$"}, "Version: 1.0.0.", "Version: 1.0.0."),
            "label": LABEL,
            "description": said(ref("prose"), "Was es bringt.", "What it brings."),
            "requires": said(
                array(ref("key"), most=50, unique=True),
                "Namen von Plugins, die es braucht.",
                "Names of plugins it needs.",
            ),
            "settings": said({"type": "object", "maxProperties": 100}, "Eigene Einstellungen.", "Settings of its own."),
        },
        ("format", "name", "version", "label"),
    ),
    "title": "Plugin",
    "description": "What a plugin says about itself; the file `plugin.json`.",
    "x-crm": {
        "kind": "plugin",
        "label": {"de": "Plugin", "en": "Plugin"},
        "help": {
            "de": "Was ein Plugin über sich sagt; die Datei `plugin.json`.",
            "en": "What a plugin says about itself; the file `plugin.json`.",
        },
    },
}
