"""What all kinds of numbers have in common: bounds, operators, bands, aggregates, JSON."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar, Final

from app.errors import FieldError, InvalidValue
from app.expr.types import ValueType
from app.fields.base import Bucket, FieldSpec, FieldType, Operator, Raw, Value
from app.fields.buckets import NUMBER_BUCKETS
from app.fields.column import ColumnKind, ColumnSpec
from app.fields.formats import Formats
from app.fields.numbers import TOO_LARGE, TOO_SMALL, json_number, read_scaled, rounded
from app.fields.operators import NUMBER_OPERATORS
from app.language import DEFAULT_LOCALE, Label, Locale

_BOUNDS_CROSSED: Final = Label(
    "Die Untergrenze liegt über der Obergrenze. Bitte eine von beiden ändern.",
    "The minimum is above the maximum. Please change one of them.",
)
_NBSP: Final = "\u00a0"


class Bounds:
    """The `minimum` and `maximum` of a field's document."""

    __slots__ = ("maximum", "minimum")

    def __init__(self, keywords: Mapping[str, Any]) -> None:
        self.minimum = _limit(keywords.get("minimum"))
        self.maximum = _limit(keywords.get("maximum"))

    def check(self, number: Decimal | int, locale: Locale) -> None:
        """Refuse a number outside the bounds.

        Raises:
            InvalidValue: `number.minimum` or `number.maximum`.
        """
        if self.minimum is not None and number < self.minimum:
            raise InvalidValue("number.minimum", _told(TOO_SMALL, self.minimum))
        if self.maximum is not None and number > self.maximum:
            raise InvalidValue("number.maximum", _told(TOO_LARGE, self.maximum))

    def problems(self) -> tuple[FieldError, ...]:
        """Return what is wrong with the bounds themselves."""
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            return (FieldError("number.bounds", _BOUNDS_CROSSED),)
        return ()

    def schema(self) -> dict[str, Any]:
        """Return the bounds as keywords of JSON Schema."""
        limits = {"minimum": self.minimum, "maximum": self.maximum}
        return {key: json_number(limit) for key, limit in limits.items() if limit is not None}


class NumberField(FieldType):
    """Base of the types whose value is one exact number with a fixed number of digits after the point."""

    value_type = ValueType.NUMBER
    keywords = frozenset({"minimum", "maximum"})
    widget = "number"
    aggregates: ClassVar[tuple[str, ...]] = ("count", "distinct", "sum", "average", "min", "max")
    computable = True

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__(spec)
        self.bounds = Bounds(spec.keywords)
        self._scale = int(spec.parameters.get("scale", self.default_scale()))
        unit = str(spec.parameters.get("unit", ""))
        self._unit = _NBSP + unit if unit else ""

    @classmethod
    def default_scale(cls) -> int:
        """Return the digits after the point where the document says nothing."""
        return 2

    @classmethod
    def check(cls, spec: FieldSpec) -> tuple[FieldError, ...]:
        """Return what is wrong with the bounds."""
        return Bounds(spec.keywords).problems()

    @property
    def unit(self) -> str:
        """Return what stands after the number, or ""."""
        return self._unit.strip(_NBSP)

    def columns(self) -> tuple[ColumnSpec, ...]:
        """Return one exact column."""
        return (ColumnSpec("", ColumnKind.DECIMAL, scale=self._scale),)

    def scale(self) -> int:
        """Return the digits after the point."""
        return self._scale

    def clean(self, raw: Raw, locale: Locale) -> Value:
        """Read a number within its bounds."""
        number = self.read(raw, locale)
        if number is not None:
            self.bounds.check(number, locale)
        return number

    def clean_operand(self, operator: Operator, raw: Raw, locale: Locale) -> Value:
        """Read a number to compare with; it may lie outside the bounds."""
        return self.read(raw, locale)

    def read(self, raw: Raw, locale: Locale) -> Value:
        """Read a number of this kind, bounds aside.

        Raises:
            InvalidValue: see `clean`.
        """
        return read_scaled(raw, locale, self._scale)

    def format(self, value: Value, formats: Formats) -> str:
        """Return the number with all its digits and its unit."""
        return formats.number(value, self._scale) + self._unit

    def form_values(self, value: Value, formats: Formats) -> Mapping[str, Any]:
        """Return the number as one types it: without groups and unit."""
        return {"value": "" if value is None else formats.number(value, self._scale, grouping=False)}

    def to_json(self, value: Value) -> Any:
        """Return a JSON number; it is exact."""
        return None if value is None else json_number(value)

    def to_cell(self, value: Value) -> Any:
        """Return the number."""
        return value

    def value_schema(self) -> Mapping[str, Any]:
        """Return a number with the field's bounds."""
        return {"type": "number", **self.bounds.schema()}

    def expression_value(self, value: Value, sub: str | None = None) -> Any:
        """Return a Decimal; expressions know no other number."""
        return None if value is None else Decimal(value)

    def from_expression(self, value: Any) -> Value:
        """Return the number rounded half up to the field's digits."""
        if self.columns()[0].kind is not ColumnKind.INTEGER:
            return rounded(value, self._scale)
        whole = rounded(value, 0)
        return None if whole is None else int(whole)

    def operators(self) -> tuple[Operator, ...]:
        """Return the operators of numbers."""
        return NUMBER_OPERATORS

    def buckets(self) -> tuple[Bucket, ...]:
        """Group by bands."""
        return NUMBER_BUCKETS

    def convert(self, value: Value, source: FieldType) -> Value:
        """Take the number that expressions see of the other value: of money the amount."""
        if source.value_type is ValueType.NUMBER:
            return self.clean(source.expression_value(value), DEFAULT_LOCALE)
        return super().convert(value, source)


def _limit(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _told(message: Label, limit: Decimal) -> Label:
    plain = f"{limit.normalize():f}"
    return Label(message.de.format(limit=plain.replace(".", ",")), message.en.format(limit=plain))
