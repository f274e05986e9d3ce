"""Values that point to records: what they are while they are shown, typed and resolved.

A reference's value is the id of its target. Two more things come along in a request: the label that the query has
joined (:class:`Linked`), and a text that somebody typed where the picker didn't help (:class:`Unresolved`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from markupsafe import Markup, escape

from app.errors import InvalidValue
from app.expr.types import ValueType
from app.fields.base import FieldType, Operator, Raw, Value
from app.fields.column import ColumnKind, ColumnSpec
from app.fields.formats import Formats
from app.fields.links import link
from app.fields.operators import REFERENCE_OPERATORS
from app.fields.texts import single_line
from app.language import Label, Locale

#: Where a record is shown; the one address that a field type knows, because every list links to it.
RECORD_ADDRESS: Final = "/r/{entity}/{id}"

#: How a cell names a record by its number; a label like this would be taken for one.
_NUMBERED: Final = re.compile(r"#?([0-9]{1,19})")
_MAX_ID: Final = 2**63 - 1
_TEXT_LENGTH: Final = 200
_NOT_A_RECORD: Final = Label(
    "Hier wird ein Datensatz gebraucht. Bitte einen aus der Suche wählen.",
    "A record is needed here. Please choose one from the search.",
)


@dataclass(frozen=True, slots=True)
class Linked:
    """A reference with the label of its target; made by `with_label`, only for showing."""

    id: int
    label: str


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A text that was typed instead of a record being picked; the records room looks for the one record it means.

    Args:
        text: what was typed.
        entity: where to look for it: the key of an entity, `@user` or `@team`.
    """

    text: str
    entity: str


@dataclass(frozen=True, slots=True)
class AnyRef:
    """A record of one of several entities."""

    entity: str
    id: int


@dataclass(frozen=True, slots=True)
class LinkedAny:
    """An any-reference with the label of its target; made by `with_label`, only for showing."""

    target: AnyRef
    label: str


def read_id(raw: Any) -> int | None:
    """Read the id of a record: a positive int, or the digits of one.

    Raises:
        InvalidValue: `reference.invalid`.
    """
    if raw is None or raw == "":
        return None
    if isinstance(raw, str) and raw.strip().isascii() and raw.strip().isdigit() and len(raw.strip()) <= 19:
        raw = int(raw)
    if isinstance(raw, bool) or not isinstance(raw, int) or not 1 <= raw <= _MAX_ID:
        raise InvalidValue("reference.invalid", _NOT_A_RECORD)
    return raw


def read_reference(raw: Raw, entity: str) -> int | Unresolved | None:
    """Read a reference: an id, or the mapping of what a form sent.

    The mapping has `id` (the hidden input), `text` (what stands in the search box) and `label` (what stood there when
    the page was made). Without JavaScript only the text changes; so a text other than the label wins over the id.

    Args:
        raw: what came in.
        entity: where to look for a text.

    Raises:
        InvalidValue: `reference.invalid`.
    """
    if isinstance(raw, Linked):
        return raw.id
    if isinstance(raw, Unresolved):
        return raw
    if not isinstance(raw, Mapping):
        return read_id(raw)
    text, label = raw.get("text"), raw.get("label")
    if text is None or (label is not None and text == label):
        return read_id(raw.get("id"))
    typed = single_line(text, _TEXT_LENGTH)
    if label is None and raw.get("id"):
        return read_id(raw.get("id"))
    return None if typed is None else Unresolved(typed, entity)


def told_in_cell(linked: Linked, apart: str | None = None) -> str:
    """Return what a cell calls a record: its label, or its number where the label couldn't be read back.

    Args:
        linked: the record with its label.
        apart: what stands between several of them.
    """
    label = linked.label
    plain = label == " ".join(label.split()) and 0 < len(label) <= _TEXT_LENGTH and (not apart or apart not in label)
    return label if plain and not _NUMBERED.fullmatch(label) else f"#{linked.id}"


def named_in_cell(text: str) -> Raw:
    """Return the raw reference that a cell's text means: a record's number, or its title."""
    numbered = _NUMBERED.fullmatch(text.strip())
    return {"text": text} if numbered is None else numbered[1]


def sent(parts: Mapping[str, Sequence[str]], suffix: str) -> str | None:
    """Return the first text that was sent under a suffix, or None."""
    texts = parts.get(suffix)
    return texts[0] if texts else None


def link_to(entity: str, record_id: int, text: str) -> Markup:
    """Return a link to a record; system tables (`@user`) have no page, so their rows are plain text."""
    if entity.startswith("@"):
        return escape(text)
    return link(RECORD_ADDRESS.format(entity=quote(entity), id=int(record_id)), text)


class PointingField(FieldType):
    """Base of the types whose value is the id of one record."""

    value_type = ValueType.REFERENCE
    widget = "reference"

    @property
    def target(self) -> str:
        """Return the key of the entity that is pointed to, or `@user`, `@team`."""
        return self.spec.targets[0]

    def columns(self) -> tuple[ColumnSpec, ...]:
        """Return one column with a foreign key and an index."""
        return (ColumnSpec("", ColumnKind.REFERENCE, references=self.target, indexed=True),)

    def to_columns(self, value: Value) -> Mapping[str, Any]:
        """Return the id."""
        return {"": value.id if isinstance(value, Linked) else value}

    def clean(self, raw: Raw, locale: Locale) -> Value:
        """Read an id, or an :class:`Unresolved` text for the records room to look up."""
        return read_reference(raw, self.target)

    def clean_operand(self, operator: Operator, raw: Raw, locale: Locale) -> Value:
        """Read an id."""
        return read_id(raw)

    def inputs(self) -> tuple[str, ...]:
        """Return the id, the typed text, and the text as it was when the page was made."""
        return ("", "text", "label")

    def raw_from_form(self, parts: Mapping[str, Sequence[str]]) -> Raw:
        """Return the three texts by their names; see `read_reference`."""
        return {"id": sent(parts, ""), "text": sent(parts, "text"), "label": sent(parts, "label")}

    def raw_from_cells(self, parts: Mapping[str, str]) -> Raw:
        """Return the number or the title of the record that the cell names."""
        return named_in_cell(parts.get("", ""))

    def with_label(self, value: Value, label: Any) -> Value:
        """Return the reference together with its target's label."""
        return Linked(value, label) if isinstance(value, int) and label is not None else value

    def form_values(self, value: Value, formats: Formats) -> Mapping[str, Any]:
        """Return the id and the label."""
        if value is None:
            return {"value": "", "text": "", "label": ""}
        text = self.format(value, formats)
        if isinstance(value, Unresolved):
            return {"value": "", "text": text, "label": ""}
        return {"value": str(self.to_columns(value)[""]), "text": text, "label": text}

    def raw_form_values(self, parts: Mapping[str, Sequence[str]]) -> Mapping[str, Any]:
        """Return what was picked and typed."""
        return {
            "value": sent(parts, "") or "",
            "text": sent(parts, "text") or "",
            "label": sent(parts, "label") or "",
        }

    def format(self, value: Value, formats: Formats) -> str:
        """Return the label; without one the id, so that an unlabelled reference can still be told apart."""
        if isinstance(value, Linked):
            return value.label
        return value.text if isinstance(value, Unresolved) else f"#{value}"

    def cell(self, value: Value, formats: Formats) -> Markup:
        """Return a link to the target."""
        text = self.format(value, formats)
        if isinstance(value, Unresolved):
            return escape(text)
        return link_to(self.target, self.to_columns(value)[""], text)

    def to_json(self, value: Value) -> Any:
        """Return the id."""
        return self.to_columns(value)[""]

    def expanded(self, value: Value) -> Any:
        """Return an object of id and title; without a title where it can't be told."""
        if value is None or isinstance(value, Unresolved):
            return None
        return {"id": self.to_json(value), "title": value.label if isinstance(value, Linked) else None}

    def to_cell(self, value: Value) -> Any:
        """Return the label where there is one that can be read back."""
        return told_in_cell(value) if isinstance(value, Linked) else value

    def value_schema(self) -> Mapping[str, Any]:
        """Return a positive integer."""
        return {"type": "integer", "minimum": 1}

    def expression_value(self, value: Value, sub: str | None = None) -> Any:
        """Return the id."""
        return self.to_columns(value)[""]

    def operators(self) -> tuple[Operator, ...]:
        """Return is one of, none of, empty."""
        return REFERENCE_OPERATORS
