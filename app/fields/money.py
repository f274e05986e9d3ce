"""Amounts of money with their currency."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from babel.numbers import list_currencies

from app.errors import FieldError, InvalidValue
from app.expr.types import ValueType
from app.fields.base import Bucket, Examples, FieldSpec, FieldType, Loss, Operator, Raw, Sub, Value
from app.fields.buckets import NUMBER_BUCKETS
from app.fields.column import ColumnKind, ColumnSpec
from app.fields.formats import Formats
from app.fields.numbers import json_number, not_a_number, read_scaled, rounded
from app.fields.numeric import Bounds
from app.fields.operators import NUMBER_OPERATORS
from app.fields.parameters import parameter
from app.fields.slots import SELECTED, extra_options, mark
from app.language import Label, Locale

_SCALE: Final = 2
_CURRENCIES: Final = frozenset(list_currencies())
_SIGNS: Final = {"€": "EUR", "$": "USD", "£": "GBP"}
_WRITTEN: Final = re.compile(r"(?:([A-Z]{3}|[€$£]) ?)?([^A-Z€$£]*?)(?: ?([A-Z]{3}|[€$£]))?")
_CURRENCY_CODE: Final[Mapping[str, Any]] = {"type": "string", "pattern": "^[A-Z]{3}$"}

UNKNOWN_CURRENCY: Final = Label(
    "Die Währung „{code}“ ist hier nicht vorgesehen. Bitte eine von diesen nehmen: {allowed}.",
    "The currency “{code}” is not available here. Please take one of these: {allowed}.",
)
NO_CURRENCY: Final = Label(
    "„{code}“ ist kein Währungskürzel nach ISO 4217. Bitte zum Beispiel EUR schreiben.",
    "“{code}” is not a currency code of ISO 4217. Please write EUR, for instance.",
)
DEFAULT_NOT_ALLOWED: Final = Label(
    "Die übliche Währung „{code}“ steht nicht in der Liste der möglichen. Bitte ergänzen.",
    "The usual currency “{code}” is not in the list of possible ones. Please add it.",
)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency (ISO 4217)."""

    amount: Decimal
    currency: str


class MoneyField(FieldType):
    """An amount with its currency; expressions and reports see the amount, and the currency as a part of it."""

    name = "money"
    label = Label("Geldbetrag", "Amount of money")
    icon = "currency-euro"
    value_type = ValueType.NUMBER
    parameters = {
        "currency": parameter(
            Label("Währung", "Currency"),
            Label("Kürzel der üblichen Währung nach ISO 4217.", "Code of the usual currency (ISO 4217)."),
            **_CURRENCY_CODE,
            default="EUR",
        ),
        "currencies": parameter(
            Label("Mögliche Währungen", "Possible currencies"),
            Label("Nur wo es mehrere gibt, wird danach gefragt.", "People are asked only where there are several."),
            type="array",
            items=_CURRENCY_CODE,
            uniqueItems=True,
            default=[],
        ),
    }
    keywords = frozenset({"minimum", "maximum"})
    widget = "money"
    aggregates = ("count", "distinct", "sum", "average", "min", "max")
    converts_from = {"integer": Loss.CHECK, "decimal": Loss.CHECK, "text": Loss.CHECK}
    computable = True
    sample = FieldSpec(
        entity="sample",
        key="value",
        label=Label("Wert", "Value"),
        keywords={"minimum": 0},
        parameters={"currency": "EUR", "currencies": ["EUR", "CHF"]},
    )
    examples = Examples(
        good=(
            ({"amount": "1,234.50", "currency": "EUR"}, Money(Decimal("1234.50"), "EUR")),
            ({"amount": 12.3, "currency": "CHF"}, Money(Decimal("12.30"), "CHF")),
            ({"amount": 5}, Money(Decimal("5.00"), "EUR")),
            ("99.90 €", Money(Decimal("99.90"), "EUR")),
            ("CHF 1,000", Money(Decimal("1000.00"), "CHF")),
            (7, Money(Decimal("7.00"), "EUR")),
            ({"amount": "", "currency": "EUR"}, None),
            ("", None),
            (None, None),
        ),
        bad=(
            *("1.234", "12 USD", "EUR 5 CHF", "EUR"),
            *({"amount": 1, "currency": "XXY"}, {"amount": -1}, {"amount": True}, []),
        ),
    )

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__(spec)
        self._bounds = Bounds(spec.keywords)
        self.currency = str(spec.parameters.get("currency", "EUR"))
        self.currencies: tuple[str, ...] = tuple(spec.parameters.get("currencies") or ()) or (self.currency,)

    @classmethod
    def check(cls, spec: FieldSpec) -> tuple[FieldError, ...]:
        """Return what is wrong with the currencies or bounds."""
        field = cls(spec)
        problems = [
            FieldError("money.currency", NO_CURRENCY.format(code=code))
            for code in sorted({field.currency, *field.currencies} - _CURRENCIES)
        ]
        if field.currency not in field.currencies:
            problems.append(FieldError("money.default", DEFAULT_NOT_ALLOWED.format(code=field.currency)))
        return (*problems, *field._bounds.problems())

    def columns(self) -> tuple[ColumnSpec, ...]:
        """Return the amount's and the currency's column."""
        return (ColumnSpec("", ColumnKind.DECIMAL, scale=_SCALE), ColumnSpec("currency", ColumnKind.TEXT))

    def to_columns(self, value: Value) -> Mapping[str, Any]:
        """Return amount and currency."""
        if value is None:
            return {"": None, "currency": None}
        return {"": value.amount, "currency": value.currency}

    def from_columns(self, stored: Sequence[Any]) -> Value:
        """Put amount and currency together."""
        return None if stored[0] is None else Money(stored[0], stored[1] or self.currency)

    def clean(self, raw: Raw, locale: Locale) -> Value:
        """Read an amount and its currency: two parts, or one text such as `1.234,50 €`."""
        if isinstance(raw, Mapping):
            amount, currency = raw.get("amount"), raw.get("currency")
        elif isinstance(raw, str):
            amount, currency = _apart(raw)
        else:
            amount, currency = raw, None
        number = read_scaled(amount, locale, _SCALE)
        if number is None:
            if currency and not isinstance(raw, Mapping):
                raise not_a_number(raw)
            return None
        self._bounds.check(number, locale)
        return Money(number, self._allowed(currency))

    def clean_operand(self, operator: Operator, raw: Raw, locale: Locale) -> Value:
        """Read an amount to compare with."""
        return read_scaled(_apart(raw)[0] if isinstance(raw, str) else raw, locale, _SCALE)

    def inputs(self) -> tuple[str, ...]:
        """Return amount and currency."""
        return ("", "currency")

    def raw_from_form(self, parts: Mapping[str, Sequence[str]]) -> Raw:
        """Return both parts; where there is one currency, its input isn't sent."""
        return {"amount": (parts.get("") or ("",))[0], "currency": (parts.get("currency") or (None,))[0]}

    def raw_from_cells(self, parts: Mapping[str, str]) -> Raw:
        """Return the cell's text, or amount and currency where the currency stands in a cell of its own."""
        text, currency = parts.get("", ""), parts.get("currency", "").strip()
        return {"amount": text, "currency": currency} if currency and not _ends_named(text) else text

    def form_values(self, value: Value, formats: Formats) -> Mapping[str, Any]:
        """Return the amount as one types it, and which currency is selected."""
        if value is None:
            return self._form("", self.currency)
        return self._form(formats.number(value.amount, _SCALE, grouping=False), value.currency)

    def raw_form_values(self, parts: Mapping[str, Sequence[str]]) -> Mapping[str, Any]:
        """Return what was typed and selected."""
        return self._form((parts.get("") or ("",))[0], (parts.get("currency") or (self.currency,))[0])

    def format(self, value: Value, formats: Formats) -> str:
        """Return the amount with its currency; a bare number, such as a sum, is in the usual one."""
        if isinstance(value, Money):
            return formats.money(value.amount, value.currency)
        return formats.money(value, self.currency)

    def to_json(self, value: Value) -> Any:
        """Return an object of amount and currency."""
        return None if value is None else {"amount": json_number(value.amount), "currency": value.currency}

    def to_cell(self, value: Value) -> Any:
        """Return the amount; one that isn't in the usual currency as a text, so that no sum mixes currencies."""
        if value is None:
            return None
        return value.amount if value.currency == self.currency else f"{value.amount:f} {value.currency}"

    def value_schema(self) -> Mapping[str, Any]:
        """Return an object of amount and currency."""
        return {
            "type": "object",
            "properties": {
                "amount": {"type": "number", **self._bounds.schema()},
                "currency": {"type": "string", "enum": list(self.currencies)},
            },
            "required": ["amount", "currency"],
            "additionalProperties": False,
        }

    def subs(self) -> Mapping[str, Sub]:
        """Return the currency."""
        return {"currency": Sub("currency", ValueType.TEXT, Label("Währung", "Currency"), usual=self.currency)}

    def expression_value(self, value: Value, sub: str | None = None) -> Any:
        """Return the amount, or the currency."""
        if value is None:
            return None
        return value.currency if sub == "currency" else value.amount

    def from_expression(self, value: Any) -> Value:
        """Return a computed amount in the usual currency."""
        amount = rounded(value, _SCALE)
        return None if amount is None else Money(amount, self.currency)

    def scale(self) -> int:
        """Return the digits of the amount."""
        return _SCALE

    def operators(self) -> tuple[Operator, ...]:
        """Return the operators of numbers."""
        return NUMBER_OPERATORS

    def buckets(self) -> tuple[Bucket, ...]:
        """Group by bands of the amount."""
        return NUMBER_BUCKETS

    def convert(self, value: Value, source: FieldType) -> Value:
        """Take the number that expressions see of the other value, in the usual currency."""
        if source.value_type is ValueType.NUMBER:
            return self.clean(source.expression_value(value), "en")
        return super().convert(value, source)

    def _allowed(self, currency: Any) -> str:
        code = self.currency if currency is None or currency == "" else currency
        if not isinstance(code, str) or code not in self.currencies:
            allowed = ", ".join(self.currencies)
            raise InvalidValue("money.currency", UNKNOWN_CURRENCY.format(code=str(code)[:10], allowed=allowed))
        return code

    def _form(self, amount: str, currency: str) -> Mapping[str, Any]:
        gone = () if currency in self.currencies else (currency,)
        return {
            "value": amount,
            "currency": currency,
            "extra": extra_options(gone, {}),
            **mark(self.currencies, frozenset((currency,)), "selected", SELECTED),
        }


def _apart(raw: str) -> tuple[str, str | None]:
    match = _WRITTEN.fullmatch(raw.replace("\u00a0", " ").strip())
    if match is None or (match[1] and match[3]):
        raise not_a_number(raw)
    sign = match[1] or match[3]
    return match[2], _SIGNS.get(sign, sign) if sign else None


def _ends_named(text: str) -> bool:
    """Return whether a text names a currency itself."""
    return any(char.isalpha() or char in _SIGNS for char in text)
