"""How a field type describes its own parameters: JSON Schema with words in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.language import Label


def parameter(label: Label, help_text: Label, **schema: Any) -> Mapping[str, Any]:
    """Describe one parameter of a field type.

    JSON Schema knows one language; its `title` and `description` are English, both languages stand in `x-crm`, as
    they do in entity documents.

    Args:
        label: what people call it.
        help_text: a sentence that says what it is good for.
        schema: keywords of JSON Schema, `default` among them where it may be left out.
    """
    return {
        "title": label.en,
        "description": help_text.en,
        "x-crm": {
            "label": {"de": label.de, "en": label.en},
            "help": {"de": help_text.de, "en": help_text.en},
        },
        **schema,
    }


SCALE = Label("Nachkommastellen", "Decimal places")
SCALE_HELP = Label("So viele Stellen nach dem Komma werden gespeichert.", "This many digits after the point are kept.")
UNIT = parameter(
    Label("Einheit", "Unit"),
    Label("Steht hinter der Zahl, zum Beispiel kg.", "Stands after the number, for instance kg."),
    type="string",
    maxLength=20,
    default="",
)
ENTITY_KEY: Mapping[str, Any] = {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,40}$"}
