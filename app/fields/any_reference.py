"""A reference to one record of one of several entities."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from markupsafe import Markup, escape

from app.errors import InvalidValue
from app.expr.types import ValueType
from app.fields.base import Examples, FieldSpec, FieldType, Operator, Raw, Sub, Value
from app.fields.column import ColumnKind, ColumnSpec
from app.fields.formats import Formats
from app.fields.operators import ANY_REFERENCE_OPERATORS
from app.fields.parameters import ENTITY_KEY, parameter
from app.fields.pointing import AnyRef, LinkedAny, Unresolved, link_to, read_reference, sent
from app.fields.slots import SELECTED, extra_options, mark
from app.language import Label, Locale

_WRITTEN: Final = "{entity}:{id}"
_IN_CELL: Final = re.compile(r".*\(([a-z][a-z0-9_]*:[0-9]+)\)", re.DOTALL)
_WRONG_ENTITY: Final = Label(
    "Auf „{entity}“ kann hier nicht verwiesen werden. Bitte eine Art der Liste wählen.",
    "“{entity}” can't be pointed to here. Please choose a kind of the list.",
)
_NO_ENTITY: Final = Label(
    "Es fehlt, auf welche Art von Datensatz verwiesen wird. Bitte die Art wählen.",
    "The kind of record that is pointed to is missing. Please choose the kind.",
)


class AnyReference(FieldType):
    """A reference to one record of one of several entities; without a foreign key, so a target may be gone."""

    name = "any_reference"
    label = Label("Verweis auf Verschiedenes", "Reference to several kinds")
    icon = "node-plus"
    value_type = ValueType.REFERENCE
    parameters = {
        "targets": parameter(
            Label("Ziele", "Targets"),
            Label("Schlüssel der Objektarten, auf die verwiesen wird.", "Keys of the entities that are pointed to."),
            type="array",
            items=ENTITY_KEY,
            minItems=1,
            uniqueItems=True,
        )
    }
    widget = "any_reference"
    sample = FieldSpec(
        entity="sample",
        key="about",
        label=Label("Bezug", "About"),
        parameters={"targets": ["account", "person"]},
        targets=("account", "person"),
    )
    examples = Examples(
        good=(
            ({"entity": "account", "id": 17}, AnyRef("account", 17)),
            ({"entity": "person", "id": "4", "text": "Anna", "label": "Anna"}, AnyRef("person", 4)),
            ({"entity": "person", "id": "", "text": "Anna", "label": ""}, Unresolved("Anna", "person")),
            ({"entity": "person", "id": "4", "text": "", "label": "Anna"}, None),
            ("account:17", AnyRef("account", 17)),
            ({"entity": "", "id": ""}, None),
            ("", None),
            (None, None),
        ),
        bad=({"entity": "lead", "id": 1}, {"id": 1}, "17", 17, "account:x", {"entity": "account", "id": 0}, [], True),
    )

    def columns(self) -> tuple[ColumnSpec, ...]:
        """Return the id without a foreign key, and the entity it is an id of."""
        return (ColumnSpec("", ColumnKind.REFERENCE, indexed=True), ColumnSpec("entity", ColumnKind.TEXT))

    def to_columns(self, value: Value) -> Mapping[str, Any]:
        """Return id and entity."""
        target = _target(value)
        return {"": None, "entity": None} if target is None else {"": target.id, "entity": target.entity}

    def from_columns(self, stored: Sequence[Any]) -> Value:
        """Put id and entity together."""
        return None if stored[0] is None or stored[1] is None else AnyRef(stored[1], stored[0])

    def clean(self, raw: Raw, locale: Locale) -> Value:
        """Read a mapping of entity and id, the text `account:17`, or what a form sent."""
        if isinstance(raw, AnyRef):
            raw = {"entity": raw.entity, "id": raw.id}
        if raw is None or raw == "":
            return None
        if isinstance(raw, str):
            kind, colon, record_id = raw.partition(":")
            raw = {"entity": kind if colon else "", "id": record_id if colon else raw}
        if not isinstance(raw, Mapping):
            raise InvalidValue("any_reference.entity", _NO_ENTITY)
        entity = raw.get("entity")
        target = read_reference(raw, str(entity))
        if target is None:
            return None
        if not entity:
            raise InvalidValue("any_reference.entity", _NO_ENTITY)
        if entity not in self.spec.targets:
            raise InvalidValue("any_reference.entity", _WRONG_ENTITY.format(entity=str(entity)[:40]))
        return target if isinstance(target, Unresolved) else AnyRef(entity, target)

    def clean_operand(self, operator: Operator, raw: Raw, locale: Locale) -> Value:
        """Read a reference; an operator over kinds reads the key of an entity."""
        if operator.widget != "entity":
            return self.clean(raw, locale)
        if raw not in self.spec.targets:
            raise InvalidValue("any_reference.entity", _WRONG_ENTITY.format(entity=str(raw)[:40]))
        return raw

    def inputs(self) -> tuple[str, ...]:
        """Return the id, its entity, the typed text, and the text as it was when the page was made."""
        return ("", "entity", "text", "label")

    def raw_from_form(self, parts: Mapping[str, Sequence[str]]) -> Raw:
        """Return the four texts by their names."""
        return {"id": sent(parts, ""), **{name: sent(parts, name) for name in ("entity", "text", "label")}}

    def raw_from_cells(self, parts: Mapping[str, str]) -> Raw:
        """Return kind and number of the record that the cell names: `account:17`, or `Firma (account:17)`."""
        text = parts.get("", "").strip()
        written = _IN_CELL.fullmatch(text)
        return text if written is None else written[1]

    def with_label(self, value: Value, label: Any) -> Value:
        """Return the reference together with its target's label."""
        return LinkedAny(value, label) if isinstance(value, AnyRef) and label is not None else value

    def form_values(self, value: Value, formats: Formats) -> Mapping[str, Any]:
        """Return id, label, and which entity is selected."""
        if value is None:
            return self._form("", "", "", "")
        text = self.format(value, formats)
        target = _target(value)
        if target is None:
            return self._form("", text, "", value.entity)
        return self._form(str(target.id), text, text, target.entity)

    def raw_form_values(self, parts: Mapping[str, Sequence[str]]) -> Mapping[str, Any]:
        """Return what was picked and typed."""
        return self._form(*(sent(parts, name) or "" for name in ("", "text", "label", "entity")))

    def format(self, value: Value, formats: Formats) -> str:
        """Return the label; without one, entity and id."""
        if isinstance(value, LinkedAny):
            return value.label
        return value.text if isinstance(value, Unresolved) else _WRITTEN.format(entity=value.entity, id=value.id)

    def cell(self, value: Value, formats: Formats) -> Markup:
        """Return a link to the target."""
        target, text = _target(value), self.format(value, formats)
        return escape(text) if target is None else link_to(target.entity, target.id, text)

    def to_json(self, value: Value) -> Any:
        """Return an object of entity and id."""
        target = _target(value)
        return None if target is None else {"entity": target.entity, "id": target.id}

    def expanded(self, value: Value) -> Any:
        """Return an object of entity, id and title."""
        target = _target(value)
        title = value.label if isinstance(value, LinkedAny) else None
        return None if target is None else {"entity": target.entity, "id": target.id, "title": title}

    def to_cell(self, value: Value) -> Any:
        """Return `account:17`, behind the label where there is one: it doesn't say by itself what it is of."""
        target = _target(value)
        if target is None:
            return None
        written = _WRITTEN.format(entity=target.entity, id=target.id)
        return f"{value.label} ({written})" if isinstance(value, LinkedAny) else written

    def value_schema(self) -> Mapping[str, Any]:
        """Return an object of entity and id."""
        return {
            "type": "object",
            "properties": {
                "entity": {"type": "string", "enum": list(self.spec.targets)},
                "id": {"type": "integer", "minimum": 1},
            },
            "required": ["entity", "id"],
            "additionalProperties": False,
        }

    def subs(self) -> Mapping[str, Sub]:
        """Return the entity."""
        return {"entity": Sub("entity", ValueType.TEXT, Label("Art", "Kind"))}

    def expression_value(self, value: Value, sub: str | None = None) -> Any:
        """Return the id, or the entity."""
        target = _target(value)
        if target is None:
            return None
        return target.entity if sub == "entity" else target.id

    def operators(self) -> tuple[Operator, ...]:
        """Return is, is of the kind, empty."""
        return ANY_REFERENCE_OPERATORS

    def sort_suffixes(self) -> None:
        """Ids of several entities have no useful order."""
        return None

    def _form(self, record_id: str, text: str, label: str, entity: str) -> Mapping[str, Any]:
        gone = () if entity == "" or entity in self.spec.targets else (entity,)
        return {
            "value": record_id,
            "text": text,
            "label": label,
            "entity": entity,
            "extra": extra_options(gone, {}),
            **mark(self.spec.targets, frozenset((entity,)), "selected", SELECTED),
        }


def _target(value: Value) -> AnyRef | None:
    if isinstance(value, LinkedAny):
        return value.target
    return value if isinstance(value, AnyRef) else None
