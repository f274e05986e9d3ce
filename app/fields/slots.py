"""The constants that a field type may put inside a tag of its edit macro.

A macro is rendered once with place holders and filled in for every record (see `FieldType.form_values`). Text can be
escaped when it is filled in, an attribute such as `checked` can't; so these slots take one of two constants, and
whether an option that is no longer offered has to be added is decided here, in code that escapes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from markupsafe import Markup

from app.fields.base import Option
from app.fields.formats import Formats

NOTHING: Final = Markup("")
SELECTED: Final = Markup(" selected")
CHECKED: Final = Markup(" checked")

_OPTION: Final = Markup('<option value="{key}" selected>{text}</option>')
_CHECKBOX: Final = Markup(
    '<label class="form-check"><input class="form-check-input" type="checkbox" name="{name}" value="{key}" checked>'
    '<span class="form-check-label">{text}</span></label>'
)


def mark(keys: Iterable[str], chosen: frozenset[str], prefix: str, constant: Markup) -> dict[str, Markup]:
    """Return a slot for every key: the constant where it is chosen, nothing where it isn't."""
    return {f"{prefix}:{key}": constant if key in chosen else NOTHING for key in keys}


def extra_options(keys: Iterable[str], texts: Mapping[str, str]) -> Markup:
    """Return `<option>` elements for stored keys that the select no longer offers."""
    return NOTHING.join(_OPTION.format(key=key, text=texts.get(key, key)) for key in keys)


def extra_checkboxes(name: str, keys: Iterable[str], texts: Mapping[str, str]) -> Markup:
    """Return checkboxes for stored keys that the group no longer offers."""
    return NOTHING.join(_CHECKBOX.format(name=name, key=key, text=texts.get(key, key)) for key in keys)


def option_texts(options: Iterable[Option], formats: Formats) -> dict[str, str]:
    """Return the options' labels by key in the reader's language."""
    return {option.key: formats.text(option.label) for option in options}
