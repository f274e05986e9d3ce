"""Postal addresses."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import orjson
from markupsafe import Markup

from app.errors import InvalidValue
from app.expr.fold import fold
from app.expr.types import ValueType
from app.fields.base import Bucket, Examples, FieldSpec, FieldType, Operator, Raw, Sub, Value
from app.fields.buckets import TEXT_BUCKETS
from app.fields.column import ColumnKind, ColumnSpec
from app.fields.formats import Formats, formats_for
from app.fields.operators import TEXT_OPERATORS
from app.fields.parameters import parameter
from app.fields.slots import NOTHING
from app.fields.texts import single_line
from app.language import LOCALES, Label, Locale

_LENGTHS: Final = {"street": 200, "postcode": 20, "city": 100, "state": 100, "country": 100}
_PARTS: Final = tuple(_LENGTHS)
_LABELS: Final = {
    "street": Label("Straße", "Street"),
    "postcode": Label("PLZ", "Postcode"),
    "city": Label("Ort", "City"),
    "state": Label("Bundesland", "State"),
    "country": Label("Land", "Country"),
}
_NOT_AN_ADDRESS: Final = Label(
    "Eine Adresse besteht aus Straße, PLZ, Ort und Land. Bitte die Teile einzeln angeben.",
    "An address has street, postcode, city and country. Please give its parts one by one.",
)
_NO_COUNTRY: Final = Label(
    "„{text}“ ist kein Land. Bitte den Namen oder das Kürzel schreiben, zum Beispiel Österreich oder AT.",
    "“{text}” is not a country. Please write its name or code, for instance Austria or AT.",
)
_PLACE: Final = re.compile(r"(?:(\S*[0-9]\S*)(?: |$))?(.*)")
_BREAK: Final = Markup("<br>")


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address; a part that isn't known is None, the country is an ISO 3166 code."""

    street: str | None = None
    postcode: str | None = None
    city: str | None = None
    state: str | None = None
    country: str | None = None


class AddressField(FieldType):
    """A postal address with its parts; in one line it is found, filtered and shown in lists."""

    name = "address"
    label = Label("Adresse", "Address")
    icon = "geo-alt"
    value_type = ValueType.TEXT
    parameters = {
        "country": parameter(
            Label("Übliches Land", "Usual country"),
            Label("Wird angenommen, wo keines steht, und in der Anzeige weggelassen.", "Taken where none is given."),
            type="string",
            pattern="^[A-Z]{2}$",
            default="DE",
        )
    }
    widget = "address"
    aggregates = ("count",)
    sample = FieldSpec(
        entity="sample", key="home", label=Label("Adresse", "Address"), parameters={"country": "DE"}, personal=True
    )
    examples = Examples(
        good=(
            (
                {"street": "Hauptstr. 1", "postcode": "10115", "city": "Berlin"},
                Address("Hauptstr. 1", "10115", "Berlin", None, "DE"),
            ),
            (
                {"street": " Ring  3 ", "postcode": "1010", "city": "Wien", "state": "", "country": "Österreich"},
                Address("Ring 3", "1010", "Wien", None, "AT"),
            ),
            ({"city": "Paris", "country": "fr"}, Address(city="Paris", country="FR")),
            ({"city": "Bern", "country": "switzerland"}, Address(city="Bern", country="CH")),
            ({"street": "", "country": "DE"}, None),
            ({}, None),
            ("", None),
            (None, None),
        ),
        bad=("Hauptstr. 1, Berlin", {"city": "X", "country": "Mordor"}, {"city": 5}, {"town": "X"}, ["x"], 5, True),
    )

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__(spec)
        self._home = str(spec.parameters.get("country", "DE"))

    def columns(self) -> tuple[ColumnSpec, ...]:
        """Return the address in one line, its folded form, and a column for each part."""
        texts = ("", "folded", *_PARTS, "city_folded")
        return tuple(ColumnSpec(suffix, ColumnKind.TEXT) for suffix in texts)

    def to_columns(self, value: Value) -> Mapping[str, Any]:
        """Take the address apart; the line is computed, so that it can be filtered like any text."""
        if value is None:
            return {column.suffix: None for column in self.columns()}
        line = self._line(value, formats_for("de"))
        return {
            "": line,
            "folded": fold(line),
            **{part: getattr(value, part) for part in _PARTS},
            "city_folded": None if value.city is None else fold(value.city),
        }

    def from_columns(self, stored: Sequence[Any]) -> Value:
        """Put the parts together."""
        parts = stored[2 : 2 + len(_PARTS)]
        return Address(*parts) if any(part is not None for part in parts) else None

    def clean(self, raw: Raw, locale: Locale) -> Value:
        """Read the parts; an address with nothing but a country is empty."""
        if raw is None or raw == "":
            return None
        if not isinstance(raw, Mapping) or not set(raw) <= set(_PARTS):
            raise InvalidValue("address.parts", _NOT_AN_ADDRESS)
        parts = {name: single_line(raw.get(name), length) for name, length in _LENGTHS.items()}
        country = parts.pop("country")
        if not any(parts.values()):
            return None
        return Address(**parts, country=self._home if country is None else _country(country))

    def clean_operand(self, operator: Operator, raw: Raw, locale: Locale) -> Value:
        """Read a text to look for."""
        return single_line(raw, _LENGTHS["street"])

    def inputs(self) -> tuple[str, ...]:
        """Return the parts."""
        return _PARTS

    def raw_from_form(self, parts: Mapping[str, Sequence[str]]) -> Raw:
        """Return the parts that were sent."""
        return {name: parts[name][0] for name in _PARTS if parts.get(name)}

    def raw_from_cells(self, parts: Mapping[str, str]) -> Raw:
        """Return the parts; an address in one cell is taken apart as `to_cell` puts it together, or is JSON."""
        if "" not in parts:
            return dict(parts)
        text = parts[""].strip()
        if not text.startswith("{"):
            return _apart(text)
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError:
            return text

    def form_values(self, value: Value, formats: Formats) -> Mapping[str, Any]:
        """Return the parts, the country by its name."""
        if value is None:
            return {**dict.fromkeys(_PARTS, ""), "country": formats.territory(self._home)}
        texts = {name: getattr(value, name) or "" for name in _PARTS}
        return {**texts, "country": formats.territory(value.country) if value.country else ""}

    def raw_form_values(self, parts: Mapping[str, Sequence[str]]) -> Mapping[str, Any]:
        """Return the parts as typed."""
        return {name: (parts.get(name) or ("",))[0] for name in _PARTS}

    def format(self, value: Value, formats: Formats) -> str:
        """Return the address in one line; the stored line is one already."""
        return value if isinstance(value, str) else self._line(value, formats)

    def show(self, value: Value, formats: Formats) -> Markup:
        """Return the address in lines, as on a letter."""
        lines = self._lines(value, formats)
        return _BREAK.join(lines) if lines else NOTHING

    def to_json(self, value: Value) -> Any:
        """Return an object of the known parts."""
        if value is None:
            return None
        return {name: part for name in _PARTS if (part := getattr(value, name)) is not None}

    def to_cell(self, value: Value) -> Any:
        """Return the address in one line; where that wouldn't be read back as it was, its parts as JSON."""
        if value is None:
            return None
        line = self._line(value, formats_for("de"))
        try:
            read = self.clean(self.raw_from_cells({"": line}), "de")
        except InvalidValue:
            read = None
        return line if read == value else orjson.dumps(self.to_json(value)).decode()

    def value_schema(self) -> Mapping[str, Any]:
        """Return an object of texts."""
        properties = {name: {"type": "string", "maxLength": length} for name, length in _LENGTHS.items()}
        properties["country"] = {"type": "string", "pattern": "^[A-Z]{2}$"}
        return {"type": "object", "properties": properties, "additionalProperties": False}

    def subs(self) -> Mapping[str, Sub]:
        """Return the parts."""
        return {name: Sub(name, ValueType.TEXT, label) for name, label in _LABELS.items()}

    def expression_value(self, value: Value, sub: str | None = None) -> Any:
        """Return the address in one line, or a part."""
        if value is None:
            return None
        return getattr(value, sub) if sub is not None else self._line(value, formats_for("de"))

    def operators(self) -> tuple[Operator, ...]:
        """Return the operators of text, which look into the line."""
        return TEXT_OPERATORS

    def sort_suffixes(self) -> tuple[str, ...]:
        """Sort by city, then by the line."""
        return ("city_folded", "folded")

    def buckets(self) -> tuple[Bucket, ...]:
        """Group by first letter of the line."""
        return TEXT_BUCKETS

    def search_terms(self, value: Value) -> str:
        """Find it by its parts."""
        return self._line(value, formats_for("de"))

    def _lines(self, value: Address, formats: Formats) -> list[str]:
        place = " ".join(part for part in (value.postcode, value.city) if part)
        country = formats.territory(value.country) if value.country and value.country != self._home else None
        return [part for part in (value.street, place, value.state, country) if part]

    def _line(self, value: Address, formats: Formats) -> str:
        return ", ".join(self._lines(value, formats))


@cache
def _codes() -> Mapping[str, str]:
    """Return the codes of all countries by their folded names and codes, in every language."""
    names = {fold(name): code for loc in LOCALES for code, name in formats_for(loc).territories().items()}
    return {**names, **{fold(code): code for code in formats_for("de").territories()}}


def _country(text: str) -> str:
    code = _codes().get(fold(text))
    if code is None:
        raise InvalidValue("address.country", _NO_COUNTRY.format(text=text[:40]))
    return code


def _apart(text: str) -> Raw:
    """Return the parts of an address in one line; a text that could mean several stays as it is, and is refused."""
    parts = [part.strip() for part in text.split(",")]
    found = {"country": parts.pop()} if len(parts) > 1 and fold(parts[-1]) in _codes() else {}
    if not 1 <= len(parts) <= 3:
        return text
    if len(parts) == 1:
        return {**found, **_only(parts[0])}
    postcode, city = _place(parts[1])
    found |= {"street": parts[0], "postcode": postcode, "city": city}
    return found | ({"state": parts[2]} if len(parts) == 3 else {})


def _only(text: str) -> dict[str, str]:
    """Return what a line of one piece is: a place, or a street where a number stands behind its name."""
    postcode, city = _place(text)
    if not postcode and any(char.isdigit() for char in text):
        return {"street": text}
    return {"postcode": postcode, "city": city}


def _place(text: str) -> tuple[str, str]:
    found = _PLACE.fullmatch(text)
    return (found[1] or "", found[2]) if found is not None else ("", text)
