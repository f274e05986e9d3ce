"""References to several records of one entity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from markupsafe import Markup

from app.errors import InvalidValue
from app.expr.types import ValueType
from app.fields.base import Examples, FieldSpec, FieldType, Operator, Raw, Value
from app.fields.column import ColumnSpec, LinkSpec
from app.fields.formats import Formats
from app.fields.operators import REFERENCES_OPERATORS
from app.fields.parameters import ENTITY_KEY, parameter
from app.fields.pointing import (
    Linked,
    Unresolved,
    link_to,
    named_in_cell,
    read_id,
    read_reference,
    sent,
    told_in_cell,
)
from app.language import Label, Locale

_MOST: Final = 500
_COMMA: Final = Markup(", ")
_APART: Final = ","
_NOT_A_LIST: Final = Label(
    "Hier wird eine Liste von Datensätzen gebraucht. Bitte aus der Suche wählen.",
    "A list of records is needed here. Please choose from the search.",
)
_TOO_MANY: Final = Label(
    "Mehr als {limit} Verweise sind nicht möglich. Bitte einige weglassen.",
    "More than {limit} references are not possible. Please leave some out.",
)


class References(FieldType):
    """References to several records of one entity, kept in a link table, in their order."""

    name = "references"
    label = Label("Verweise", "References")
    icon = "diagram-3"
    value_type = ValueType.LIST
    parameters = {
        "target": parameter(
            Label("Ziel", "Target"),
            Label("Schlüssel der Objektart, auf die verwiesen wird.", "Key of the entity that is pointed to."),
            **ENTITY_KEY,
        )
    }
    widget = "references"
    prerendered = False
    aggregates = ()
    sample = FieldSpec(
        entity="sample",
        key="people",
        label=Label("Personen", "People"),
        parameters={"target": "person"},
        targets=("person",),
    )
    examples = Examples(
        good=(
            ([3, 1, 3], (3, 1)),
            (["3", ""], (3,)),
            ({"ids": ["3", "1"], "text": "Meier"}, (3, 1, Unresolved("Meier", "person"))),
            ({"ids": ["3"], "text": ""}, (3,)),
            (7, (7,)),
            ([], None),
            ("", None),
            (None, None),
        ),
        bad=([0], ["x"], "Meier", [True], {"ids": "3x"}, [[1]], list(range(1, 502))),
    )

    @property
    def target(self) -> str:
        """Return the key of the entity that is pointed to."""
        return self.spec.targets[0]

    def columns(self) -> tuple[ColumnSpec, ...]:
        """Return none; the references live in a link table."""
        return ()

    def link(self) -> LinkSpec:
        """Return the link table."""
        return LinkSpec(self.target)

    def to_columns(self, value: Value) -> Mapping[str, Any]:
        """Return nothing; see `link`."""
        return {}

    def from_columns(self, stored: Sequence[Any]) -> Value:
        """Return the ids of the link table's rows, which the query brings in their order."""
        return tuple(stored) or None

    def clean(self, raw: Raw, locale: Locale) -> Value:
        """Read a list of ids, or what a form sent: ids and a text for one more."""
        text = None
        if isinstance(raw, Mapping):
            raw, text = raw.get("ids"), raw.get("text")
        if raw is None or raw == "":
            raw = ()
        if isinstance(raw, (int, str)):
            raw = (raw,)
        if not isinstance(raw, (list, tuple)):
            raise InvalidValue("references.type", _NOT_A_LIST)
        found = [target for part in raw if (target := read_reference(part, self.target)) is not None]
        more = read_reference({"text": text, "label": ""}, self.target) if text else None
        targets = tuple(dict.fromkeys([*found, more] if more is not None else found))
        if len(targets) > _MOST:
            raise InvalidValue("references.too_many", _TOO_MANY.format(limit=_MOST))
        return targets or None

    def clean_operand(self, operator: Operator, raw: Raw, locale: Locale) -> Value:
        """Read one id."""
        return read_id(raw)

    def inputs(self) -> tuple[str, ...]:
        """Return the ids and the text of the search box."""
        return ("", "text")

    def raw_from_form(self, parts: Mapping[str, Sequence[str]]) -> Raw:
        """Return every ticked id and the typed text."""
        return {"ids": list(parts.get("", ())), "text": sent(parts, "text")}

    def raw_from_cells(self, parts: Mapping[str, str]) -> Raw:
        """Return the numbers and titles of the records that the cell names, with commas between them."""
        return [named_in_cell(one) for one in parts.get("", "").split(_APART)]

    def with_label(self, value: Value, label: Any) -> Value:
        """Return the references with their targets' labels."""
        if value is None or not isinstance(label, Mapping):
            return value
        return tuple(Linked(one, label[one]) if one in label else one for one in value)

    def form_values(self, value: Value, formats: Formats) -> Mapping[str, Any]:
        """Return `items` with id and label each, and the text of the search box."""
        targets = value or ()
        items = [{"id": str(_id(one)), "label": _text(one)} for one in targets if not isinstance(one, Unresolved)]
        return {"items": items, "text": ", ".join(one.text for one in targets if isinstance(one, Unresolved))}

    def raw_form_values(self, parts: Mapping[str, Sequence[str]]) -> Mapping[str, Any]:
        """Return what was ticked and typed; labels weren't sent, so ids stand for them."""
        items = [{"id": one, "label": f"#{one}"} for one in parts.get("", ())]
        return {"items": items, "text": sent(parts, "text") or ""}

    def format(self, value: Value, formats: Formats) -> str:
        """Return the labels with commas between them."""
        return ", ".join(_text(one) for one in value)

    def cell(self, value: Value, formats: Formats) -> Markup:
        """Return links to the targets."""
        found = (one for one in value if not isinstance(one, Unresolved))
        return _COMMA.join(link_to(self.target, _id(one), _text(one)) for one in found)

    def to_json(self, value: Value) -> Any:
        """Return a list of ids."""
        return None if value is None else [_id(one) for one in value if not isinstance(one, Unresolved)]

    def expanded(self, value: Value) -> Any:
        """Return a list of objects of id and title."""
        found = [one for one in value or () if not isinstance(one, Unresolved)]
        return [{"id": _id(one), "title": one.label if isinstance(one, Linked) else None} for one in found] or None

    def to_cell(self, value: Value) -> Any:
        """Return the labels, or ids, with commas between them."""
        return None if value is None else ", ".join(_told(one) for one in value)

    def value_schema(self) -> Mapping[str, Any]:
        """Return a list of positive integers."""
        return {"type": "array", "items": {"type": "integer", "minimum": 1}, "uniqueItems": True, "maxItems": _MOST}

    def operators(self) -> tuple[Operator, ...]:
        """Return has one of, has none of, empty."""
        return REFERENCES_OPERATORS

    def expression_value(self, value: Value, sub: str | None = None) -> Any:
        """Return a tuple of ids."""
        return () if value is None else tuple(self.to_json(value))

    def sort_suffixes(self) -> None:
        """Lists have no useful order."""
        return None


def _id(one: int | Linked) -> int:
    return one.id if isinstance(one, Linked) else one


def _text(one: int | Linked | Unresolved) -> str:
    if isinstance(one, Linked):
        return one.label
    return one.text if isinstance(one, Unresolved) else f"#{one}"


def _told(one: int | Linked | Unresolved) -> str:
    return told_in_cell(one, _APART) if isinstance(one, Linked) else _text(one).removeprefix("#")
