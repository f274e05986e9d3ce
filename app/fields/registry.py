"""Every field type of the product, by its name; a new type is one new file and one line here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from app.fields.address import AddressField
from app.fields.any_reference import AnyReference
from app.fields.base import FieldType
from app.fields.boolean import Boolean
from app.fields.choice import Choice
from app.fields.choices import Choices
from app.fields.colour import Colour
from app.fields.date import Date
from app.fields.datetime import Datetime
from app.fields.decimal import Decimal
from app.fields.duration import Duration
from app.fields.email import Email
from app.fields.iban import Iban
from app.fields.integer import Integer
from app.fields.json import Json
from app.fields.lines import Lines
from app.fields.long_text import LongText
from app.fields.money import MoneyField
from app.fields.percent import Percent
from app.fields.phone import Phone
from app.fields.reference import Reference
from app.fields.references import References
from app.fields.tags import Tags
from app.fields.team import Team
from app.fields.text import Text
from app.fields.time import Time
from app.fields.url import Url
from app.fields.user import User
from app.fields.vat_id import VatId

#: In the order in which the palette and the reference show them.
TYPES: Final[tuple[type[FieldType], ...]] = (
    Text,
    LongText,
    Integer,
    Decimal,
    MoneyField,
    Percent,
    Boolean,
    Date,
    Time,
    Datetime,
    Duration,
    Choice,
    Choices,
    Tags,
    Reference,
    References,
    AnyReference,
    Lines,
    Email,
    Phone,
    Url,
    VatId,
    Iban,
    AddressField,
    User,
    Team,
    Colour,
    Json,
)


def by_name(types: tuple[type[FieldType], ...]) -> Mapping[str, type[FieldType]]:
    """Return field types by their name.

    Raises:
        ValueError: two of them have the same name.
    """
    found = {field_type.name: field_type for field_type in types}
    if len(found) != len(types):
        raise ValueError("two field types have the same name")
    return MappingProxyType(found)


def by_schema(types: tuple[type[FieldType], ...]) -> Mapping[tuple[str, str | None], str]:
    """Return names of field types by the JSON Schema `(type, format)` that means them.

    Raises:
        ValueError: two of them claim the same pair.
    """
    claims = [(pair, field_type.name) for field_type in types for pair in field_type.infers]
    found = dict(claims)
    if len(found) != len(claims):
        raise ValueError("two field types are inferred from the same schema")
    return MappingProxyType(found)


REGISTRY: Final[Mapping[str, type[FieldType]]] = by_name(TYPES)
_INFERRED: Final = by_schema(TYPES)


def infer(json_type: str | None, json_format: str | None) -> str | None:
    """Return the name of the field type that a property's `type` and `format` mean, or None where they mean none."""
    return None if json_type is None else _INFERRED.get((json_type, json_format))
