"""Child rows that belong to the record and are edited with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from app.errors import InvalidValue
from app.expr.types import ValueType
from app.fields.base import Examples, FieldSpec, FieldType, Operator, Raw, Value
from app.fields.column import ColumnSpec, LinesSpec
from app.fields.formats import Formats
from app.fields.operators import NO_OPERATORS
from app.fields.parameters import ENTITY_KEY, parameter
from app.language import Label, Locale

_MOST: Final = 500
_COUNT: Final = (Label("{n} Zeile", "{n} line"), Label("{n} Zeilen", "{n} lines"))
_NOT_ROWS: Final = Label(
    "Hier wird eine Liste von Zeilen gebraucht, jede ein Objekt mit Feldern. Bitte so schicken.",
    "A list of lines is needed here, each an object with fields. Please send it like this.",
)
_TOO_MANY: Final = Label(
    "Mehr als {limit} Zeilen sind nicht möglich. Bitte auf mehrere Datensätze verteilen.",
    "More than {limit} lines are not possible. Please spread them over several records.",
)


class Lines(FieldType):
    """Child rows of another entity: a tuple of mappings of raw values, which the child's own fields clean."""

    name = "lines"
    label = Label("Zeilen", "Lines")
    icon = "table"
    value_type = ValueType.LIST
    parameters = {
        "entity": parameter(
            Label("Objektart der Zeilen", "Entity of the lines"),
            Label("Schlüssel der Objektart, deren Datensätze die Zeilen sind.", "Key of the entity the lines are of."),
            **ENTITY_KEY,
        ),
        "via": parameter(
            Label("Verweisfeld", "Reference field"),
            Label("Feld der Zeile, das hierher verweist.", "The line's field that points back here."),
            **ENTITY_KEY,
        ),
        "sums": parameter(
            Label("Summen", "Sums"),
            Label("Felder der Zeile, die unter der Tabelle summiert werden.", "The line's fields summed up below."),
            type="array",
            items=ENTITY_KEY,
            uniqueItems=True,
            default=[],
        ),
        "ordered": parameter(
            Label("Reihenfolge", "Order"),
            Label("Ob die Zeilen eine Reihenfolge haben, die man ändert.", "Whether people arrange the lines."),
            type="boolean",
            default=True,
        ),
    }
    widget = "lines"
    prerendered = False
    aggregates = ()
    sample = FieldSpec(
        entity="sample",
        key="lines",
        label=Label("Positionen", "Items"),
        parameters={"entity": "sample_line", "via": "sample", "sums": ["net"], "ordered": True},
    )
    examples = Examples(
        good=(
            ([{"id": 3, "net": "5"}, {"net": 7}], ({"id": 3, "net": "5"}, {"net": 7})),
            ([], None),
            ("", None),
            (None, None),
        ),
        bad=("x", 5, {"net": 5}, [5], [[1]], [{1: 2}], [{} for _ in range(501)], True),
    )

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__(spec)
        self.sums: tuple[str, ...] = tuple(spec.parameters.get("sums") or ())
        self.ordered = bool(spec.parameters.get("ordered", True))

    def columns(self) -> tuple[ColumnSpec, ...]:
        """Return none; the rows live in the child entity's table."""
        return ()

    def lines(self) -> LinesSpec:
        """Return the child entity and its field that points back."""
        return LinesSpec(str(self.spec.parameters["entity"]), str(self.spec.parameters["via"]))

    def to_columns(self, value: Value) -> Mapping[str, Any]:
        """Return nothing; see `lines`."""
        return {}

    def from_columns(self, stored: Sequence[Any]) -> Value:
        """Return the rows that the query brought along."""
        return tuple(stored) or None

    def clean(self, raw: Raw, locale: Locale) -> Value:
        """Check that these are rows; their values are cleaned by the child entity's fields, in the records room."""
        if raw is None or raw == "":
            return None
        if not isinstance(raw, (list, tuple)):
            raise InvalidValue("lines.type", _NOT_ROWS)
        if len(raw) > _MOST:
            raise InvalidValue("lines.too_many", _TOO_MANY.format(limit=_MOST))
        if not all(isinstance(row, Mapping) and all(isinstance(key, str) for key in row) for row in raw):
            raise InvalidValue("lines.type", _NOT_ROWS)
        return tuple(MappingProxyType(dict(row)) for row in raw) or None

    def inputs(self) -> tuple[str, ...]:
        """Return none; the rows' inputs are those of the child's fields, named by the forms room."""
        return ()

    def form_values(self, value: Value, formats: Formats) -> Mapping[str, Any]:
        """Return `rows`; the forms room puts HTML pieces of the child's fields in their place."""
        return {"rows": list(value or ())}

    def raw_form_values(self, parts: Mapping[str, Sequence[str]]) -> Mapping[str, Any]:
        """Return no rows; the forms room keeps what was typed into the child's fields."""
        return {"rows": []}

    def format(self, value: Value, formats: Formats) -> str:
        """Return how many there are."""
        return formats.text(_COUNT[len(value) != 1]).format(n=formats.integer(len(value)))

    def to_json(self, value: Value) -> Any:
        """Return a list of objects."""
        return None if value is None else [dict(row) for row in value]

    def to_cell(self, value: Value) -> Any:
        """Return how many there are."""
        return None if value is None else len(value)

    def value_schema(self) -> Mapping[str, Any]:
        """Return a list of objects; what is in them is the child entity's schema."""
        return {"type": "array", "items": {"type": "object"}, "maxItems": _MOST}

    def operators(self) -> tuple[Operator, ...]:
        """Return none; lines are filtered in the child's own list."""
        return NO_OPERATORS

    def sort_suffixes(self) -> None:
        """Lines have no useful order among records."""
        return None

    def describe_change(self, old: Value, new: Value, formats: Formats) -> Label:
        """Say how many there were and are."""
        return Label("Zeilen: vorher {was}, jetzt {now}", "Lines: {was} before, {now} now").format(
            was=len(old or ()), now=len(new or ())
        )
