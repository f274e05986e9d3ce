"""Telephone numbers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

import phonenumbers
from markupsafe import Markup
from phonenumbers import NumberParseException, PhoneNumberFormat, ValidationResult

from app.errors import FieldError, InvalidValue
from app.fields.base import Examples, FieldSpec, Loss, Operator, Raw, Value
from app.fields.formats import Formats
from app.fields.links import link
from app.fields.normalised import NormalisedField
from app.fields.parameters import parameter
from app.fields.texts import single_line
from app.language import Label, Locale

_DEFAULT_REGION: Final = "DE"
_INVALID: Final = Label(
    "„{text}“ ist keine Telefonnummer. Bitte mit Vorwahl schreiben, zum Beispiel 030 1234567 oder +43 1 234567.",
    "“{text}” is not a telephone number. Please write it with its prefix, for instance 030 1234567 or +44 20 79460000.",
)
_NO_REGION: Final = Label(
    "„{region}“ ist kein Länderkürzel. Bitte zum Beispiel DE schreiben.",
    "“{region}” is not the code of a country. Please write DE, for instance.",
)


class Phone(NormalisedField):
    """A telephone number, kept in E.164 (`+49301234567`), with its extension where it has one."""

    name = "phone"
    label = Label("Telefon", "Telephone")
    icon = "telephone"
    widget = "phone"
    parameters = {
        "region": parameter(
            Label("Land", "Country"),
            Label("Gilt für Nummern ohne Landesvorwahl.", "Holds for numbers without a country prefix."),
            type="string",
            pattern="^[A-Z]{2}$",
            default=_DEFAULT_REGION,
        )
    }
    converts_from = {"text": Loss.CHECK}
    max_length = 40
    sample = FieldSpec(
        entity="sample", key="phone", label=Label("Telefon", "Telephone"), parameters={"region": "DE"}, personal=True
    )
    examples = Examples(
        good=(
            ("030 / 1234567", "+49301234567"),
            ("+49 (0)30 1234567", "+49301234567"),
            ("0049 30 1234567", "+49301234567"),
            ("tel:+43-1-234567", "+431234567"),
            ("+41 44 668 18 00", "+41446681800"),
            ("", None),
            (None, None),
        ),
        bad=("12", "anrufen!", "+999 123456", "030", "+49" + "1" * 30, 49301234567, []),
    )

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__(spec)
        self._region = str(spec.parameters.get("region", _DEFAULT_REGION))

    @classmethod
    def check(cls, spec: FieldSpec) -> tuple[FieldError, ...]:
        """Return what is wrong with the region."""
        region = str(spec.parameters.get("region", _DEFAULT_REGION))
        if region in phonenumbers.SUPPORTED_REGIONS:
            return ()
        return (FieldError("phone.region", _NO_REGION.format(region=region)),)

    def clean(self, raw: Raw, locale: Locale) -> Value:
        """Read a telephone number; one without a country prefix is of the field's region."""
        text = single_line(raw, self.max_length)
        if text is None:
            return None
        try:
            number = phonenumbers.parse(text.removeprefix("tel:"), self._region)
        except NumberParseException as error:
            raise InvalidValue("phone.invalid", _INVALID.format(text=text[:40])) from error
        # "Possible, but only within one town" is refused too: without its prefix nobody can dial it.
        if phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
            raise InvalidValue("phone.invalid", _INVALID.format(text=text[:40]))
        extension = str(number.extension or "")
        number.extension = None
        plain = phonenumbers.format_number(number, PhoneNumberFormat.E164)
        return f"{plain};ext={extension}" if extension else plain

    def format(self, value: Value, formats: Formats) -> str:
        """Return the number as it is written internationally: `+49 30 1234567`."""
        return _spellings(value)[0]

    def cell(self, value: Value, formats: Formats) -> Markup:
        """Return a link that dials."""
        return link(f"tel:{value}", _spellings(value)[0])

    def value_schema(self) -> Mapping[str, Any]:
        """Return a string in E.164, with an extension where there is one."""
        return {"type": "string", "pattern": "^\\+[0-9]{4,17}(;ext=[0-9]{1,20})?$"}

    def search_terms(self, value: Value) -> str:
        """Find it by its digits in national and international spelling, and as it is printed."""
        international, national = _spellings(value)
        home = "".join(c for c in national if c.isdigit())
        return " ".join((international, national, value, "00" + value[1:], home))

    def clean_operand(self, operator: Operator, raw: Raw, locale: Locale) -> Value:
        """Read a whole number, or the digits of a part of one."""
        if operator.key in ("is", "is_not"):
            return self.clean(raw, locale)
        text = single_line(raw, self.max_length)
        if text is None:
            return None
        digits = "".join(c for c in text if c.isdigit())
        if text.startswith("+"):
            return "+" + digits
        return "+" + digits[2:] if digits.startswith("00") else digits.removeprefix("0") or None


@lru_cache(maxsize=4096)
def _spellings(value: str) -> tuple[str, str]:
    """Return the international and the national spelling; kept, because making one costs 40 µs and a list has many."""
    try:
        number = phonenumbers.parse(value.replace(";ext=", " ext. "))
    except NumberParseException:  # stored before the field was a phone number; shown as it is
        return value, value
    return (
        phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL),
        phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL),
    )
