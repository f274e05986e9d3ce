"""Web addresses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from markupsafe import Markup

from app.errors import InvalidValue
from app.fields.base import Examples, FieldSpec, Loss, Raw, Value
from app.fields.formats import Formats
from app.fields.normalised import MAX_LENGTH, NormalisedField
from app.fields.texts import single_line
from app.language import Label, Locale

_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(?![0-9]+(?:/|$))")
_HOST: Final = re.compile(r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)*[^\W_](?:[\w-]{0,61}[^\W_])?|\[[0-9a-f:.]+\]")
_REFUSED: Final = re.compile(r"[\s<>\"\\^`{|}]")
_LINK: Final = Markup('<a href="{address}" rel="noopener noreferrer" target="_blank">{text}</a>')
_INVALID: Final = Label(
    "„{text}“ ist keine Webadresse. Bitte so schreiben: https://www.firma.de.",
    "“{text}” is not a web address. Please write it like this: https://www.company.com.",
)


class Url(NormalisedField):
    """A web address; only http and https, because a link to anything else can run something."""

    name = "url"
    label = Label("Webadresse", "Web address")
    icon = "globe"
    infers = (("string", "uri"),)
    widget = "url"
    converts_from = {"text": Loss.CHECK}
    sample = FieldSpec(entity="sample", key="website", label=Label("Website", "Website"))
    examples = Examples(
        good=(
            ("www.Example.com", "https://www.example.com"),
            ("HTTP://Example.com/Pfad?q=1#x", "http://example.com/Pfad?q=1#x"),
            ("example.com:8080/a", "https://example.com:8080/a"),
            ("https://müller.de/ü", "https://müller.de/ü"),
            ("", None),
            (None, None),
        ),
        bad=(
            "javascript:alert(1)",
            "data:text/html,x",
            "ftp://example.com",
            "https://",
            "https://bank.de@evil.example",
            "https://a b.de",
            "https://example.com:99999",
            "firma",
            'https://x.de/"onclick="',
            5,
            [],
            "https://[x",
        ),
    )

    def clean(self, raw: Raw, locale: Locale) -> Value:
        """Read a web address; without a scheme it is https."""
        text = single_line(raw, MAX_LENGTH)
        if text is None:
            return None
        address = _normal(text)
        if address is None or len(address) > MAX_LENGTH:
            raise InvalidValue("url.invalid", _INVALID.format(text=text[:40]))
        return address

    def cell(self, value: Value, formats: Formats) -> Markup:
        """Return a link that opens a new tab and tells it nothing; the scheme isn't shown."""
        if not value.startswith(("https://", "http://")):  # stored before the field was an address
            return Markup.escape(value)
        return _LINK.format(address=value, text=value.partition("://")[2].rstrip("/"))

    def value_schema(self) -> Mapping[str, Any]:
        """Return a string with an address; letters of any alphabet make it an `iri`."""
        return {"type": "string", "format": "iri", "pattern": "^https?://", "maxLength": MAX_LENGTH}


def _normal(text: str) -> str | None:
    if _REFUSED.search(text):
        return None
    match = _SCHEME.match(text)
    if match is None:
        text = f"https://{text.lstrip('/')}"
    elif match[1].lower() not in ("http", "https"):
        return None
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:  # a port that is none, brackets that don't close
        return None
    host = (parts.hostname or "").lower()
    if "@" in parts.netloc or not _HOST.fullmatch(host if ":" not in host else f"[{host}]"):
        return None
    if match is None and "." not in host:
        return None
    shown = f"[{host}]" if ":" in host else host
    return parts._replace(scheme=parts.scheme.lower(), netloc=shown if port is None else f"{shown}:{port}").geturl()
