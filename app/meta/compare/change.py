"""One difference, said in words; and when two compiled things say the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from typing import Any

from app.fields.base import Bucket, FieldType
from app.language import Label
from app.meta.model import Field, FieldPath


class Weight(StrEnum):
    """What a change means for those who work with the product."""

    SAFE = "safe"  # nothing is lost, nobody is stopped
    ATTENTION = "attention"  # people see or can do less, or must do more; worth a look before publishing
    REFUSED = "refused"  # stored values can't be kept as they are; publishing is refused while there are any


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two configurations.

    Args:
        kind: stable machine name, for instance `field.added`.
        subject: what changed, by kind and key: `field/account.industry`.
        severity: see :class:`Weight`.
        words: one sentence.
    """

    kind: str
    subject: str
    severity: Weight
    words: Label


def signature(value: Any) -> Any:
    """Return what a compiled thing says, so that two compilations can be compared.

    Fields and field types are other objects in every compilation; a field inside another thing stands for its key.
    """
    if isinstance(value, Field):
        return ("field", value.entity, value.key)
    if isinstance(value, FieldPath):
        return ("path", value.text, value.label)
    if isinstance(value, FieldType):
        return (value.name, signature(value.spec))
    if isinstance(value, Bucket):
        return ("bucket", value.key)
    if isinstance(value, Label) or not is_dataclass(value):
        return _plain(value)
    return (type(value).__name__, *(signature(getattr(value, part.name)) for part in fields(value)))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return tuple((key, signature(item)) for key, item in value.items())
    if isinstance(value, (tuple, list)):
        return tuple(map(signature, value))
    # 1, 1.0 and true are the same to Python, not to a document.
    return (type(value).__name__, value) if isinstance(value, (bool, int, float)) else value


def names(labels: Iterable[Label]) -> Label:
    """Join labels for a sentence, each in quotation marks."""
    given = tuple(labels)
    return Label(", ".join(f"„{one.de}“" for one in given), ", ".join(f"“{one.en}”" for one in given))
