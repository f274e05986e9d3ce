"""Bank account numbers."""

from __future__ import annotations

from typing import Final

from stdnum import iban
from stdnum.exceptions import ValidationError

from app.errors import InvalidValue
from app.fields.base import Examples, FieldSpec, Loss, Operator, Raw, Value
from app.fields.formats import Formats
from app.fields.normalised import NormalisedField
from app.fields.texts import single_line
from app.language import Label, Locale

_INVALID: Final = Label(
    "„{text}“ ist keine gültige IBAN. Bitte die Ziffern prüfen, zum Beispiel DE89 3704 0044 0532 0130 00.",
    "“{text}” is not a valid IBAN. Please check the digits, for instance DE89 3704 0044 0532 0130 00.",
)


class Iban(NormalisedField):
    """An international bank account number, checked by its check digits, shown in groups of four."""

    name = "iban"
    label = Label("IBAN", "IBAN")
    icon = "bank"
    widget = "iban"
    converts_from = {"text": Loss.CHECK}
    max_length = 50
    sample = FieldSpec(entity="sample", key="iban", label=Label("IBAN", "IBAN"), personal=True)
    examples = Examples(
        good=(
            ("DE89 3704 0044 0532 0130 00", "DE89370400440532013000"),
            ("de89370400440532013000", "DE89370400440532013000"),
            ("AT61 1904 3002 3457 3201", "AT611904300234573201"),
            ("", None),
            (None, None),
        ),
        bad=("DE88370400440532013000", "DE89 3704", "12345678", "XX89370400440532013000", 5, []),
    )

    def clean(self, raw: Raw, locale: Locale) -> Value:
        """Read an IBAN."""
        text = single_line(raw, self.max_length)
        if text is None:
            return None
        try:
            return str(iban.validate(text.upper()))
        except (ValidationError, UnicodeError) as error:
            raise InvalidValue("iban.invalid", _INVALID.format(text=text)) from error

    def clean_operand(self, operator: Operator, raw: Raw, locale: Locale) -> Value:
        """Read an IBAN, or a part of one with or without its blanks."""
        if operator.key in ("is", "is_not"):
            return self.clean(raw, locale)
        text = single_line(raw, self.max_length)
        return None if text is None else text.replace(" ", "") or None

    def format(self, value: Value, formats: Formats) -> str:
        """Return the number in groups of four."""
        return " ".join(value[start : start + 4] for start in range(0, len(value), 4))

    def search_terms(self, value: Value) -> str:
        """Find it with and without blanks."""
        return f"{value} {' '.join(value[start : start + 4] for start in range(0, len(value), 4))}"
