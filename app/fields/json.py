"""Any JSON value, for what another system sends along."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import orjson
from markupsafe import Markup, escape

from app.errors import InvalidValue
from app.expr.types import ValueType
from app.fields.base import Examples, FieldSpec, FieldType, Operator, Raw, Value
from app.fields.column import ColumnKind, ColumnSpec
from app.fields.formats import Formats
from app.fields.markdown import shorten
from app.fields.operators import EMPTY_OPERATORS
from app.language import Label, Locale

_MAX_BYTES: Final = 100_000
_EMPTY: Final[tuple[Any, ...]] = (None, "", [], {})
_INVALID: Final = Label(
    "Das ist kein gültiges JSON. Bitte prüfen, ob Klammern, Kommas und Anführungszeichen stimmen.",
    "This is not valid JSON. Please check its brackets, commas and quotes.",
)
_TOO_LONG: Final = Label(
    "Das JSON hat mehr als {limit} Bytes. Bitte weniger speichern.",
    "The JSON has more than {limit} bytes. Please store less.",
)


class Json(FieldType):
    """Any JSON value; a text is read as JSON, so a JSON string stands in quotes."""

    name = "json"
    label = Label("JSON", "JSON")
    icon = "braces"
    value_type = ValueType.TEXT
    widget = "json"
    aggregates = ("count",)
    sample = FieldSpec(entity="sample", key="payload", label=Label("Rohdaten", "Raw data"))
    examples = Examples(
        good=(
            ('{"a": [1, 2.5, null, "ü"]}', {"a": [1, 2.5, None, "ü"]}),
            ({"a": {"b": True}}, {"a": {"b": True}}),
            ([1, 2], [1, 2]),
            ("0", 0),
            (0, 0),
            (False, False),
            ("null", None),
            ("{}", None),
            ("", None),
            (None, None),
        ),
        bad=(
            *("{", "{'a': 1}", "NaN", '"' + "x" * 100_001 + '"'),
            *(float("nan"), {"a": 10**30}, {"a": {1, 2}}, {1: 2}, ["\x00"]),
        ),
    )

    def columns(self) -> tuple[ColumnSpec, ...]:
        """Return one column."""
        return (ColumnSpec("", ColumnKind.JSON),)

    def clean(self, raw: Raw, locale: Locale) -> Value:
        """Read JSON out of a text, or check that a value is one."""
        if isinstance(raw, str) and not raw.strip():
            return None
        try:
            text = raw.encode() if isinstance(raw, str) else orjson.dumps(raw, default=_plain)
            value = orjson.loads(text) if len(text) <= _MAX_BYTES else None
            # What orjson can read but not write (numbers of more than 64 bits) could not be stored either.
            again = orjson.dumps(value)
        except (orjson.JSONEncodeError, orjson.JSONDecodeError, UnicodeEncodeError) as error:
            raise InvalidValue("json.invalid", _INVALID) from error
        if len(text) > _MAX_BYTES:
            raise InvalidValue("json.too_long", _TOO_LONG.format(limit=_MAX_BYTES))
        # PostgreSQL's JSON can't hold the character NUL; NaN has become null on the way out.
        if b"\\u0000" in again or (isinstance(raw, float) and value is None):
            raise InvalidValue("json.invalid", _INVALID)
        return None if value in _EMPTY else value

    def form_values(self, value: Value, formats: Formats) -> Mapping[str, Any]:
        """Return the JSON in lines, as one reads it."""
        return {"value": "" if value is None else orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()}

    def format(self, value: Value, formats: Formats) -> str:
        """Return the JSON in one line."""
        return orjson.dumps(value).decode()

    def cell(self, value: Value, formats: Formats) -> Markup:
        """Return the beginning of the JSON."""
        return escape(shorten(self.format(value, formats)))

    def to_json(self, value: Value) -> Any:
        """Return the value; a string in quotes, because `clean` reads a text as JSON."""
        return orjson.dumps(value).decode() if isinstance(value, str) else value

    def to_cell(self, value: Value) -> Any:
        """Return the JSON in one line."""
        return None if value is None else orjson.dumps(value).decode()

    def value_schema(self) -> Mapping[str, Any]:
        """Return a schema that takes anything."""
        return {}

    def expression_value(self, value: Value, sub: str | None = None) -> Any:
        """Return the JSON in one line; conditions can only ask whether it is empty."""
        return None if value is None else orjson.dumps(value).decode()

    def operators(self) -> tuple[Operator, ...]:
        """Return empty and not empty."""
        return EMPTY_OPERATORS

    def sort_suffixes(self) -> None:
        """JSON has no useful order."""
        return None


def _plain(part: Any) -> float:
    """Return a number that was read exactly as the kind of number that JSON is kept with."""
    if isinstance(part, Decimal):
        return float(part)
    raise TypeError
