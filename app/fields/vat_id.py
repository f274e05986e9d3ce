"""VAT identification numbers of the European Union."""

from __future__ import annotations

from typing import Final

from stdnum.eu import vat
from stdnum.exceptions import ValidationError

from app.errors import InvalidValue
from app.fields.base import Examples, FieldSpec, Loss, Raw, Value
from app.fields.normalised import NormalisedField
from app.fields.texts import single_line
from app.language import Label, Locale

_INVALID: Final = Label(
    "„{text}“ ist keine gültige USt-IdNr. der EU. Bitte mit Länderkürzel und geprüften Ziffern schreiben: DE136695976.",
    "“{text}” is not a valid EU VAT number. Please write it with its country code and check the digits: DE136695976.",
)


class VatId(NormalisedField):
    """A VAT identification number, checked by its country's check digits."""

    name = "vat_id"
    label = Label("USt-IdNr.", "VAT number")
    icon = "receipt"
    widget = "vat_id"
    converts_from = {"text": Loss.CHECK}
    max_length = 40
    sample = FieldSpec(entity="sample", key="vat_id", label=Label("USt-IdNr.", "VAT number"))
    examples = Examples(
        good=(
            ("DE 136 695 976", "DE136695976"),
            ("de136695976", "DE136695976"),
            ("ATU 13585627", "ATU13585627"),
            ("", None),
            (None, None),
        ),
        bad=("DE136695977", "136695976", "DE", "XX123", "keine", 136695976, []),
    )

    def clean(self, raw: Raw, locale: Locale) -> Value:
        """Read a VAT number with its country code."""
        text = single_line(raw, self.max_length)
        if text is None:
            return None
        try:
            # Each country's module strips its own code, so its result needn't carry one.
            plain = "".join(c for c in text.upper() if c.isalnum())
            found = str(vat.validate(plain))
        except (ValidationError, UnicodeError) as error:
            raise InvalidValue("vat_id.invalid", _INVALID.format(text=text)) from error
        return found if found.startswith(plain[:2]) else plain[:2] + found
