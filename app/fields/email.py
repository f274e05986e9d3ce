"""Mail addresses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from markupsafe import Markup

from app.errors import InvalidValue
from app.fields.base import Examples, FieldSpec, Loss, Raw, Value
from app.fields.formats import Formats
from app.fields.links import link
from app.fields.normalised import NormalisedField
from app.fields.texts import single_line
from app.language import Label, Locale

#: RFC 5321 lengths; the characters that mail systems really take, letters of any alphabet included (RFC 6531).
_LOCAL: Final = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*")
_DOMAIN: Final = re.compile(r"(?=.{4,253}$)(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_][^\W_-]{1,62}")
_INVALID: Final = Label(
    "„{text}“ ist keine Mailadresse. Bitte so schreiben: name@firma.de.",
    "“{text}” is not a mail address. Please write it like this: name@company.com.",
)


class Email(NormalisedField):
    """A mail address; its domain in small letters, what stands before the @ as typed."""

    name = "email"
    label = Label("E-Mail", "E-mail")
    icon = "envelope"
    infers = (("string", "email"),)
    widget = "email"
    converts_from = {"text": Loss.CHECK}
    max_length = 254
    sample = FieldSpec(entity="sample", key="email", label=Label("E-Mail", "E-mail"), personal=True)
    examples = Examples(
        good=(
            (" Anna.Meier@Example.COM ", "Anna.Meier@example.com"),
            ("mailto:a@b.de", "a@b.de"),
            ("o'neil+crm@mail.example.org", "o'neil+crm@mail.example.org"),
            ("jörg@müller.de", "jörg@müller.de"),
            ("", None),
            (None, None),
        ),
        bad=(
            *("anna", "anna@", "@b.de", "a@b", "a b@c.de", "a@b..de", "a@-b.de", "a@b.de, c@d.de", ".a@b.de"),
            5,
            ["a@b.de"],
        ),
    )

    def clean(self, raw: Raw, locale: Locale) -> Value:
        """Read a mail address."""
        text = single_line(raw, self.max_length + len("mailto:"))
        if text is None:
            return None
        local, at, domain = text.removeprefix("mailto:").rpartition("@")
        domain = domain.lower()
        valid = at and len(local) <= 64 and _LOCAL.fullmatch(local) and _DOMAIN.fullmatch(domain)
        if not valid or len(local) + len(domain) + 1 > self.max_length:
            raise InvalidValue("email.invalid", _INVALID.format(text=text[:40]))
        return f"{local}@{domain}"

    def cell(self, value: Value, formats: Formats) -> Markup:
        """Return a link that opens the mail program."""
        return link(f"mailto:{quote(value, safe='@')}", value)

    def value_schema(self) -> Mapping[str, Any]:
        """Return a string; letters of any alphabet make it an `idn-email`."""
        return {"type": "string", "format": "idn-email", "maxLength": self.max_length}
